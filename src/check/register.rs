//! Checked records → the register: defaults filled in, translations beside their Japanese, sections in print order.

use crate::content::places::SheetPlace;
use crate::content::record::{
    CertificationRecord, Line, MeasureEnglishRecord, MeasureRecord, OfficeRecord, SheetRecord,
    SourceRecord,
};
use crate::content::{Content, Filed, MeasureFile};
use crate::model::{
    Bilingual, Certification, Coordinate, Guideline, Item, Measure, MeasureOrigin, Office,
    Register, Restricted, Section, Signatory, Statement,
};
use crate::text::{Text, is_japanese};

/// Builds the register. Returns `None` if a required part is missing; the missing part has its own finding.
pub fn build(content: &Content) -> Option<Register> {
    let office_record = &content.office.as_ref()?.record;
    let sheet = &content.sheet.as_ref()?.record;
    let guideline = &content.own_guideline()?.record;
    let title_en = sheet.en.as_ref().and_then(|en| en.title.as_ref());
    let guideline_en = guideline.en.as_ref().and_then(|en| en.title.as_ref());
    Some(Register {
        office: office(office_record),
        signatory: signatory(office_record),
        approvals: sheet.approvals.iter().map(ToString::to_string).collect(),
        title: bilingual(&sheet.title, title_en),
        date: sheet.date.0,
        date_style: sheet.date_style,
        document_number: owned(&sheet.document_number),
        established_on: sheet.established_on.map(|day| day.0),
        revised_on: sheet.revised_on.map(|day| day.0),
        guideline: Guideline {
            id: guideline.id.clone(),
            title: bilingual(&guideline.title, guideline_en),
        },
        sections: sections(content, sheet),
        certifications: content.certifications.iter().map(certification).collect(),
    })
}

fn owned(line: &Option<Line>) -> Option<String> {
    line.as_ref().map(ToString::to_string)
}

fn bilingual(ja: &Line, en: Option<&Line>) -> Bilingual<String> {
    Bilingual {
        ja: ja.to_string(),
        en: en.map(ToString::to_string),
    }
}

fn optional(ja: &Option<Line>, en: Option<&Line>) -> Option<Bilingual<String>> {
    ja.as_ref().map(|ja| bilingual(ja, en))
}

fn office(record: &OfficeRecord) -> Office {
    let en = record.en.as_ref();
    Office {
        name: bilingual(&record.name, en.and_then(|en| en.name.as_ref())),
        tel: owned(&record.tel),
        address: optional(&record.address, en.and_then(|en| en.address.as_ref())),
        url: owned(&record.url),
        representative: optional(
            &record.representative,
            en.and_then(|en| en.representative.as_ref()),
        ),
        complaints: optional(&record.complaints, en.and_then(|en| en.complaints.as_ref())),
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
    let en = record.en.as_ref().and_then(|en| en.signatory.as_ref());
    let signatory = &record.signatory;
    Signatory {
        title: bilingual(&signatory.title, en.and_then(|en| en.title.as_ref())),
        name: bilingual(&signatory.name, en.and_then(|en| en.name.as_ref())),
    }
}

/// The sections that have a measure, with the items that have one.
fn sections(content: &Content, sheet: &SheetRecord) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for place in content.places() {
        let measures = measures(content, sheet, &place);
        if place.item.is_none() {
            sections.push(Section {
                id: place.section.to_owned(),
                letter: place.letter.to_owned(),
                name: heading(sheet, &place),
                items: Vec::new(),
            });
        }
        if let (Some(section), false) = (sections.last_mut(), measures.is_empty()) {
            section.items.push(item(sheet, &place, measures));
        }
    }
    sections.retain(|section| !section.items.is_empty());
    sections
}

fn item(sheet: &SheetRecord, place: &SheetPlace, measures: Vec<Measure>) -> Item {
    let Some(id) = place.item else {
        // A section without items: the form prints `-` for both.
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
/// The place's English translates its own heading only; the office's heading needs English of its own.
fn heading(sheet: &SheetRecord, place: &SheetPlace) -> Bilingual<String> {
    let id = place.id();
    let own = sheet.headings.0.get(&id);
    let own_en = sheet.en.as_ref().and_then(|en| en.headings.0.get(&id));
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
    let en = record.en.as_ref();
    Measure {
        id: record.id.clone(),
        formerly: record.formerly.clone(),
        no: record.no,
        subject: Restricted {
            value: Bilingual {
                ja: record.subject.clone(),
                en: written(en.and_then(|en| en.subject.as_ref())),
            },
            audience: audience.subject,
        },
        measure: Restricted {
            value: statement(record, en),
            audience: audience.measure,
        },
        remarks: Restricted {
            value: written(record.remarks.as_ref()).map(|ja| Bilingual {
                ja,
                en: written(en.and_then(|en| en.remarks.as_ref())),
            }),
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

fn written(text: Option<&Text>) -> Option<Text> {
    text.filter(|text| !text.is_empty()).cloned()
}

fn statement(record: &MeasureRecord, en: Option<&MeasureEnglishRecord>) -> Statement {
    let measure = written(record.measure.as_ref());
    let reason = written(record.not_applicable.as_ref());
    match (measure, reason) {
        (Some(ja), _) => Statement::Stated(Bilingual {
            ja,
            en: written(en.and_then(|en| en.measure.as_ref())),
        }),
        (None, Some(ja)) => Statement::NotApplicable(Bilingual {
            ja,
            en: written(en.and_then(|en| en.not_applicable.as_ref())),
        }),
        (None, None) => Statement::Open,
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
    let record = &filed.record;
    let en = record.en.as_ref();
    Certification {
        id: filed.id().to_owned(),
        standard: record.standard.to_string(),
        edition: owned(&record.edition),
        scheme: optional(&record.scheme, en.and_then(|en| en.scheme.as_ref())),
        number: record.number.to_string(),
        body: optional(&record.body, en.and_then(|en| en.body.as_ref())),
        accreditor: owned(&record.accreditor),
        scope: optional(&record.scope, en.and_then(|en| en.scope.as_ref())),
        issued_on: record.issued_on.map(|day| day.0),
        expires_on: record.expires_on.map(|day| day.0),
        printed: Bilingual {
            ja: printed(record),
            en: printed_in_english(record),
        },
        file: filed.file.clone(),
    }
}

/// `standard:edition (scheme 認証番号 number body)`, unless the author says how it is printed.
fn printed(record: &CertificationRecord) -> String {
    let number = format!("認証番号 {}", record.number);
    let parts = [
        record.scheme.as_deref(),
        Some(number.as_str()),
        record.body.as_deref(),
    ];
    let inside: Vec<&str> = parts.into_iter().flatten().collect();
    let line = format!("{} ({})", standard(record), inside.join(" "));
    owned(&record.print).unwrap_or(line)
}

/// The line in English: as the author says, or by the usual pattern if nothing in it is left in Japanese.
fn printed_in_english(record: &CertificationRecord) -> Option<String> {
    let en = record.en.as_ref();
    if let Some(print) = en.and_then(|en| en.print.as_ref()) {
        return Some(print.to_string());
    }
    // If the pattern does not fit in Japanese, only the author knows whether it does in English.
    if record.print.is_some() && en.is_none() {
        return None;
    }
    let scheme = en.and_then(|en| en.scheme.as_ref());
    let body = en.and_then(|en| en.body.as_ref());
    let number = format!("certificate no. {}", record.number);
    let parts = [
        scheme.or(record.scheme.as_ref()).map(|line| &**line),
        Some(number.as_str()),
        body.or(record.body.as_ref()).map(|line| &**line),
    ];
    let inside: Vec<&str> = parts.into_iter().flatten().collect();
    let line = format!("{} ({})", standard(record), inside.join(", "));
    (!line.contains(is_japanese)).then_some(line)
}

/// `ISO/IEC 27001:2022` if the edition is known.
fn standard(record: &CertificationRecord) -> String {
    match &record.edition {
        Some(edition) => format!("{}:{edition}", record.standard),
        None => record.standard.to_string(),
    }
}
