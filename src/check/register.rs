//! Turns checked records into the register: defaults filled in, English beside its Japanese,
//! sections in print order.

use crate::content::places::SheetPlace;
use crate::content::record::{
    CertificationEnglishRecord, CertificationRecord, Line, MeasureRecord, OfficeRecord,
    SheetRecord, SourceRecord,
};
use crate::content::{Content, Filed, MeasureFile};
use crate::model::{
    Bilingual, Certification, Coordinate, Guideline, Item, Measure, MeasureOrigin, Office,
    Register, Restricted, Section, Signatory, Statement, dated_standard,
};
use crate::text::{Text, is_japanese};

/// Builds the register. Returns `None` if a required part is missing, which has its own finding.
pub fn build(content: &Content) -> Option<Register> {
    let office_record = &content.office.as_ref()?.record;
    let sheet = &content.sheet.as_ref()?.record;
    let guideline = &content.own_guideline()?.record;
    Some(Register {
        office: office(office_record),
        signatory: signatory(office_record),
        approvals: sheet.approvals.iter().map(ToString::to_string).collect(),
        title: bilingual(&sheet.title, &sheet.en.title),
        date: sheet.date.0,
        date_style: sheet.date_style,
        document_number: owned(&sheet.document_number),
        established_on: sheet.established_on.map(|day| day.0),
        revised_on: sheet.revised_on.map(|day| day.0),
        guideline: Guideline {
            id: guideline.id.clone(),
            title: bilingual(&guideline.title, &guideline.en.title),
            amended: guideline.amended.clone(),
        },
        sections: sections(content, sheet),
        certifications: content.certifications.iter().map(certification).collect(),
    })
}

fn owned(line: &Option<Line>) -> Option<String> {
    line.as_ref().map(ToString::to_string)
}

fn bilingual<'a>(ja: &Line, en: impl Into<Option<&'a Line>>) -> Bilingual<String> {
    Bilingual {
        ja: ja.to_string(),
        en: en.into().map(ToString::to_string),
    }
}

fn optional(ja: &Option<Line>, en: &Option<Line>) -> Option<Bilingual<String>> {
    ja.as_ref().map(|ja| bilingual(ja, en))
}

fn office(record: &OfficeRecord) -> Office {
    let en = &record.en;
    Office {
        name: bilingual(&record.name, &en.name),
        tel: owned(&record.tel),
        address: optional(&record.address, &en.address),
        url: owned(&record.url),
        representative: optional(&record.representative, &en.representative),
        complaints: optional(&record.complaints, &en.complaints),
        homepage: owned(&record.homepage),
        security: record.security.as_deref().map(contact_address),
    }
}

/// A mail address by itself becomes a URI.
fn contact_address(contact: &str) -> String {
    if contact.contains(':') {
        contact.to_owned()
    } else {
        format!("mailto:{contact}")
    }
}

fn signatory(record: &OfficeRecord) -> Signatory {
    let (signatory, en) = (&record.signatory, &record.en.signatory);
    Signatory {
        title: bilingual(&signatory.title, &en.title),
        name: bilingual(&signatory.name, &en.name),
    }
}

/// The sections that have a measure, with the items that have one.
fn sections(content: &Content, sheet: &SheetRecord) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for place in content.places() {
        let measures_here = measures(content, sheet, &place);
        if place.item.is_none() {
            sections.push(Section {
                id: place.section.to_owned(),
                letter: place.letter.to_owned(),
                name: heading(sheet, &place),
                items: Vec::new(),
            });
        }
        if let (Some(section), false) = (sections.last_mut(), measures_here.is_empty()) {
            section.items.push(item(sheet, &place, measures_here));
        }
    }
    sections.retain(|section| !section.items.is_empty());
    sections
}

fn item(sheet: &SheetRecord, place: &SheetPlace, measures: Vec<Measure>) -> Item {
    let Some(id) = place.item else {
        // In a section without items the form prints `-` for both.
        return Item {
            id: None,
            letter: "-".to_owned(),
            name: "-".to_owned().into(),
            measures,
        };
    };
    Item {
        id: Some(id.to_owned()),
        letter: place.letter.to_owned(),
        name: heading(sheet, place),
        measures,
    }
}

/// The heading as the office prints it: its own, or the one of the place.
///
/// The place's English translates its own heading only, never one of the office.
fn heading(sheet: &SheetRecord, place: &SheetPlace) -> Bilingual<String> {
    let id = place.id();
    let own = sheet.headings.0.get(&id);
    let own_en = sheet.en.headings.0.get(&id);
    let en = own_en.or(place.en.filter(|_| own.is_none()));
    bilingual(own.unwrap_or(place.name), en)
}

fn measures(content: &Content, sheet: &SheetRecord, place: &SheetPlace) -> Vec<Measure> {
    let is_here =
        |file: &&MeasureFile| file.section == place.section && file.item.as_deref() == place.item;
    let mut measures = Vec::new();
    for file in content.measures.iter().filter(is_here) {
        for (index, record) in file.records.iter().flatten().enumerate() {
            measures.push(measure(sheet, &file.file, index, record));
        }
    }
    measures
}

fn measure(sheet: &SheetRecord, file: &str, index: usize, record: &MeasureRecord) -> Measure {
    let audience = record.audience.over(sheet.audience);
    let reviewed_on = record.reviewed_on.or(sheet.reviewed_on);
    let en = &record.en;
    Measure {
        id: record.id.clone(),
        formerly: record.formerly.clone(),
        no: record.no,
        subject: Restricted {
            value: cell(record.subject.clone(), &en.subject),
            audience: audience.subject,
        },
        measure: Restricted {
            value: statement(record),
            audience: audience.measure,
        },
        remarks: Restricted {
            value: written(&record.remarks).map(|ja| cell(ja, &en.remarks)),
            audience: audience.remarks,
        },
        origin: MeasureOrigin {
            file: file.to_owned(),
            index,
            source: record.source.as_ref().map(coordinates).unwrap_or_default(),
            confirm: owned(&record.confirm),
            memo: owned(&record.memo),
            reviewed_on: reviewed_on.map(|day| day.0),
        },
    }
}

fn cell(ja: Text, en: &Option<Text>) -> Bilingual<Text> {
    Bilingual {
        ja,
        en: written(en),
    }
}

fn written(text: &Option<Text>) -> Option<Text> {
    text.clone().filter(|text| !text.is_empty())
}

fn statement(record: &MeasureRecord) -> Statement {
    let en = &record.en;
    if let Some(ja) = written(&record.measure) {
        Statement::Stated(cell(ja, &en.measure))
    } else if let Some(ja) = written(&record.not_applicable) {
        Statement::NotApplicable(cell(ja, &en.not_applicable))
    } else {
        Statement::Open
    }
}

/// The coordinates in print order, each once.
fn coordinates(source: &SourceRecord) -> Vec<Coordinate> {
    let all = source.subject.into_iter().chain(source.measure);
    let mut once = Vec::new();
    for coordinate in all.chain(source.remarks.iter().copied()) {
        if !once.contains(&coordinate) {
            once.push(coordinate);
        }
    }
    once
}

fn certification(filed: &Filed<CertificationRecord>) -> Certification {
    let (record, en) = (&filed.record, &filed.record.en);
    Certification {
        id: filed.id().to_owned(),
        standard: record.standard.to_string(),
        edition: owned(&record.edition),
        scheme: optional(&record.scheme, &en.scheme),
        number: record.number.to_string(),
        body: optional(&record.body, &en.body),
        accreditor: owned(&record.accreditor),
        scope: optional(&record.scope, &en.scope),
        issued_on: record.issued_on.map(|day| day.0),
        expires_on: record.expires_on.map(|day| day.0),
        printed: Bilingual {
            ja: owned(&record.print).unwrap_or_else(|| pattern(record)),
            en: owned(&en.print).or_else(|| english_pattern(record)),
        },
        file: filed.file.clone(),
    }
}

/// `standard:edition (scheme 認証番号 number body)`
fn pattern(record: &CertificationRecord) -> String {
    let number = format!("認証番号 {}", record.number);
    let parts = [
        record.scheme.as_deref(),
        Some(number.as_str()),
        record.body.as_deref(),
    ];
    let inside: Vec<&str> = parts.into_iter().flatten().collect();
    format!("{} ({})", standard(record), inside.join(" "))
}

/// The line in English by the usual pattern, if nothing in it is left in Japanese.
fn english_pattern(record: &CertificationRecord) -> Option<String> {
    let en = &record.en;
    // If the pattern does not fit in Japanese, only the author knows whether it does in English.
    if record.print.is_some() && *en == CertificationEnglishRecord::default() {
        return None;
    }
    let number = format!("certificate no. {}", record.number);
    let parts = [
        en.scheme.as_deref().or(record.scheme.as_deref()),
        Some(number.as_str()),
        en.body.as_deref().or(record.body.as_deref()),
    ];
    let inside: Vec<&str> = parts.into_iter().flatten().collect();
    let line = format!("{} ({})", standard(record), inside.join(", "));
    (!line.contains(is_japanese)).then_some(line)
}

fn standard(record: &CertificationRecord) -> String {
    dated_standard(&record.standard, record.edition.as_deref())
}
