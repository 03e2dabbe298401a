//! Turns checked records into the register: defaults filled in, English beside its Japanese, sections in print order.

use crate::content::places::SheetPlace;
use crate::content::record::{
    CertificationEnglishRecord, CertificationRecord, Line, Markdown, MeasureRecord, OfficeRecord,
    SheetRecord, SourceRecord,
};
use crate::content::{Content, Filed};
use crate::model::{
    Bilingual, Certification, Coordinate, Guideline, Item, Measure, MeasureOrigin, Office,
    Register, Section, Signatory, dated_standard,
};
use crate::text::{Text, is_japanese};
use std::collections::BTreeSet;

/// Builds the register. Returns `None` if a required part is missing, which has its own finding.
pub fn build(content: &Content, overdue_reviews: usize) -> Option<Register> {
    let office_record = &content.office.as_ref()?.record;
    let (signatory, signatory_en) = (&office_record.signatory, &office_record.en.signatory);
    let sheet = &content.sheet.as_ref()?.record;
    let guideline = &content.own_guideline()?.record;
    Some(Register {
        office: office(office_record),
        signatory: Signatory {
            title: bilingual(&signatory.title, &signatory_en.title),
            name: bilingual(&signatory.name, &signatory_en.name),
        },
        overdue_reviews,
        approvals: sheet.approvals.iter().map(ToString::to_string).collect(),
        title: bilingual(&sheet.title, &sheet.en.title),
        date: sheet.date.0,
        date_style: sheet.date_style,
        document_number: owned(&sheet.document_number),
        established_on: sheet.established_on.map(|day| day.0),
        effective_on: sheet.effective_on.map(|day| day.0),
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
    // A mail address by itself becomes a URI.
    let scheme = |contact: &str| if contact.contains(':') { "" } else { "mailto:" };
    let contact = record.security.as_ref();
    Office {
        name: bilingual(&record.name, &en.name),
        tel: owned(&record.tel),
        address: optional(&record.address, &en.address),
        url: owned(&record.url),
        representative: optional(&record.representative, &en.representative),
        complaints: optional(&record.complaints, &en.complaints),
        homepage: owned(&record.homepage),
        security: contact.map(|it| format!("{}{it}", scheme(it))),
    }
}

/// The sections that have a measure, with the items that have one.
fn sections(content: &Content, sheet: &SheetRecord) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for place in content.places() {
        let (letter, name) = (place.letter.to_owned(), heading(sheet, &place));
        // In a section without items the form prints `-` for the item's letter and name.
        let item = Item {
            id: place.item.map(str::to_owned),
            letter: place.item.map_or("-".to_owned(), |_| letter.clone()),
            name: place.item.map_or("-".to_owned().into(), |_| name.clone()),
            measures: measures(content, sheet, &place),
        };
        if place.item.is_none() {
            sections.push(Section {
                id: place.section.to_owned(),
                letter,
                name,
                items: Vec::new(),
            });
        }
        if let (Some(section), false) = (sections.last_mut(), item.measures.is_empty()) {
            section.items.push(item);
        }
    }
    sections.retain(|section| !section.items.is_empty());
    sections
}

/// The heading as the office prints it: its own, or the one of the place.
/// The place's English translates its own heading only, never one of the office.
fn heading(sheet: &SheetRecord, place: &SheetPlace) -> Bilingual<String> {
    let id = place.id();
    let own = sheet.headings.get(&id);
    let own_en = sheet.en.headings.get(&id);
    let en = own_en.or(place.en.filter(|_| own.is_none()));
    bilingual(own.unwrap_or(place.name), en)
}

fn measures(content: &Content, sheet: &SheetRecord, place: &SheetPlace) -> Vec<Measure> {
    let mut measures = Vec::new();
    for file in content.measures.iter().filter(|file| place.holds(file)) {
        let records = file.records.as_deref().unwrap_or_default();
        let lines = content.sources.entry_lines(&file.file, records.len());
        for (index, (record, line)) in records.iter().zip(lines).enumerate() {
            let mut row = measure(sheet, record);
            row.origin.file.clone_from(&file.file);
            (row.origin.index, row.origin.line) = (index, line);
            measures.push(row);
        }
    }
    measures
}

fn measure(sheet: &SheetRecord, record: &MeasureRecord) -> Measure {
    let en = &record.en;
    let stated = cell(&record.measure, &en.measure);
    let reason = cell(&record.not_applicable, &en.not_applicable);
    let not_applicable = reason.filter(|_| stated.is_none());
    let reviewed_on = record.reviewed_on.or(sheet.reviewed_on);
    Measure {
        id: record.id.clone(),
        formerly: record.formerly.clone(),
        no: record.no,
        subject: Bilingual {
            ja: record.subject.0.clone(),
            en: written(&en.subject),
        },
        open: stated.is_none() && not_applicable.is_none(),
        measure: stated,
        not_applicable,
        remarks: cell(&record.remarks, &en.remarks),
        audience: record.audience.over(sheet.audience),
        origin: MeasureOrigin {
            source: record.source.as_ref().map(coordinates).unwrap_or_default(),
            confirm: owned(&record.confirm),
            memo: owned(&record.memo),
            reviewed_on: reviewed_on.map(|day| day.0),
            ..MeasureOrigin::default()
        },
    }
}

fn cell(ja: &Option<Markdown>, en: &Option<Markdown>) -> Option<Bilingual<Text>> {
    let en = written(en);
    written(ja).map(|ja| Bilingual { ja, en })
}

fn written(text: &Option<Markdown>) -> Option<Text> {
    let text = text.as_ref().map(|text| text.0.clone());
    text.filter(|text| !text.is_empty())
}

/// The coordinates in print order, each once.
fn coordinates(source: &SourceRecord) -> Vec<Coordinate> {
    let cells = source.subject.into_iter().chain(source.measure);
    let mut seen = BTreeSet::new();
    let all = cells.chain(source.remarks.iter().copied());
    all.filter(|coordinate| seen.insert(*coordinate)).collect()
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
    let (scheme, body) = (record.scheme.as_deref(), record.body.as_deref());
    printed(record, [scheme, Some(&number), body], " ")
}

/// The line in English by the usual pattern, if nothing in it is left in Japanese.
fn english_pattern(record: &CertificationRecord) -> Option<String> {
    let en = &record.en;
    // If the pattern does not fit in Japanese, only the author knows whether it does in English.
    if record.print.is_some() && *en == CertificationEnglishRecord::default() {
        return None;
    }
    let number = format!("certificate no. {}", record.number);
    let scheme = en.scheme.as_deref().or(record.scheme.as_deref());
    let body = en.body.as_deref().or(record.body.as_deref());
    let line = printed(record, [scheme, Some(&number), body], ", ");
    (!line.contains(is_japanese)).then_some(line)
}

fn printed(record: &CertificationRecord, parts: [Option<&str>; 3], separator: &str) -> String {
    let standard = dated_standard(&record.standard, record.edition.as_deref());
    let inside: Vec<&str> = parts.into_iter().flatten().collect();
    format!("{standard} ({})", inside.join(separator))
}
