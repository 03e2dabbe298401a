//! English beside the Japanese: does each text translate one that is there, and what the register keeps of them.

use super::CheckInput;
use super::register::{certificate_id, standard};
use crate::content::record::{
    CertificationRecord, GuidelineRecord, Line, MeasureEnglishRecord, MeasureRecord, OfficeRecord,
    SheetRecord,
};
use crate::content::{Content, place_name};
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;
use crate::model::{CertificationEnglish, English, MeasureEnglish, OfficeEnglish};
use crate::text::{Text, is_japanese};
use std::collections::BTreeMap;

/// English translates: where the Japanese sheet says nothing, the English page must not say more.
pub fn english_alone(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut hold = |origin: Origin, fields: [(&'static str, bool, bool); 3]| {
        let alone = fields
            .into_iter()
            .filter(|(_, japanese, english)| *english && !japanese);
        findings.extend(alone.map(|(field, ..)| alone_finding(field, &origin)));
    };
    if let Some(filed) = &input.content.office
        && let Some(en) = &filed.record.en
    {
        let ja = &filed.record;
        let fields = [
            ("address", ja.address.is_some(), en.address.is_some()),
            (
                "representative",
                ja.representative.is_some(),
                en.representative.is_some(),
            ),
            (
                "complaints",
                ja.complaints.is_some(),
                en.complaints.is_some(),
            ),
        ];
        hold(filed.origin(), fields);
    }
    for filed in &input.content.certifications {
        let ja = &filed.record;
        let Some(en) = &ja.en else { continue };
        // `print` may be needed in one language only.
        let fields = [
            ("scheme", ja.scheme.is_some(), en.scheme.is_some()),
            ("body", ja.body.is_some(), en.body.is_some()),
            ("scope", ja.scope.is_some(), en.scope.is_some()),
        ];
        hold(filed.origin(), fields);
    }
    for (_, ja, origin) in input.content.all_measures() {
        let Some(en) = &ja.en else { continue };
        let pair = |field, ja, en| (field, written(ja).is_some(), written(en).is_some());
        let fields = [
            pair("measure", &ja.measure, &en.measure),
            pair("not_applicable", &ja.not_applicable, &en.not_applicable),
            pair("remarks", &ja.remarks, &en.remarks),
        ];
        hold(origin, fields);
    }
    findings
}

fn alone_finding(field: &'static str, origin: &Origin) -> Diagnostic {
    let message = Message::new("english-alone").with("field", field);
    let help = Message::new("english-alone-help").with("field", field);
    Diagnostic::error("english-alone", origin.at("en").at(field), message).help(help)
}

fn written(text: &Option<Text>) -> Option<&Text> {
    text.as_ref().filter(|text| !text.is_empty())
}

/// Gathers what was written in English.
pub fn build(
    content: &Content,
    office: &OfficeRecord,
    sheet: &SheetRecord,
    guideline: &GuidelineRecord,
) -> English {
    let of_sheet = sheet.en.as_ref();
    let of_guideline = guideline.en.as_ref();
    let measures = content.all_measures().filter_map(|(_, record, _)| {
        let english = measure(record, record.en.as_ref()?);
        (english != MeasureEnglish::default()).then(|| (record.id.clone(), english))
    });
    let certifications = content.certifications.iter();
    let certifications =
        certifications.map(|filed| (certificate_id(filed), certification(&filed.record)));
    English {
        title: of_sheet.and_then(|en| owned(&en.title)),
        guideline: of_guideline.and_then(|en| owned(&en.title)),
        office: self::office(office),
        headings: headings(sheet, guideline),
        measures: measures.collect(),
        certifications: certifications.collect(),
    }
}

fn owned(line: &Option<Line>) -> Option<String> {
    line.as_ref().map(ToString::to_string)
}

fn office(record: &OfficeRecord) -> OfficeEnglish {
    let Some(en) = &record.en else {
        return OfficeEnglish::default();
    };
    let signatory = en.signatory.as_ref();
    OfficeEnglish {
        name: owned(&en.name),
        address: owned(&en.address),
        representative: owned(&en.representative),
        complaints: owned(&en.complaints),
        signatory_title: signatory.and_then(|signatory| owned(&signatory.title)),
        signatory_name: signatory.and_then(|signatory| owned(&signatory.name)),
    }
}

/// By place: the guideline's, where the office prints its heading as it stands there, then the office's own.
fn headings(sheet: &SheetRecord, guideline: &GuidelineRecord) -> BTreeMap<String, String> {
    let mut headings = BTreeMap::new();
    let mut put = |section: &str, item: Option<&str>, english: &Option<Line>| {
        let place = place_name(section, item);
        if let (Some(english), false) = (english, sheet.headings.0.contains_key(&place)) {
            headings.insert(place, english.to_string());
        }
    };
    for section in &guideline.sections {
        put(&section.id, None, &section.en);
        for item in &section.items {
            put(&section.id, Some(&item.id), &item.en);
        }
    }
    for section in sheet.sections.before.iter().chain(&sheet.sections.after) {
        put(&section.id, None, &section.en);
        for item in &section.items {
            put(&section.id, Some(&item.id), &item.en);
        }
    }
    let printed = sheet.en.iter().flat_map(|en| &en.headings.0);
    headings.extend(printed.map(|(place, heading)| (place.clone(), heading.to_string())));
    headings
}

fn measure(record: &MeasureRecord, en: &MeasureEnglishRecord) -> MeasureEnglish {
    let statement = match written(&record.measure) {
        Some(_) => &en.measure,
        None => &en.not_applicable,
    };
    MeasureEnglish {
        subject: written(&en.subject).cloned(),
        statement: written(statement).cloned(),
        remarks: written(&en.remarks).cloned(),
    }
}

fn certification(record: &CertificationRecord) -> CertificationEnglish {
    let en = record.en.as_ref();
    CertificationEnglish {
        printed: printed(record),
        scheme: en.and_then(|en| owned(&en.scheme)),
        body: en.and_then(|en| owned(&en.body)),
        scope: en.and_then(|en| owned(&en.scope)),
    }
}

/// The line in English: as it is to be printed, or by the usual pattern where nothing in it is left in Japanese.
fn printed(record: &CertificationRecord) -> Option<String> {
    let en = record.en.as_ref();
    if let Some(print) = en.and_then(|en| en.print.as_ref()) {
        return Some(print.to_string());
    }
    // Where the pattern does not fit in Japanese, it is for the author to say that it does in English.
    if record.print.is_some() && en.is_none() {
        return None;
    }
    let scheme = en
        .and_then(|en| en.scheme.as_ref())
        .or(record.scheme.as_ref());
    let body = en.and_then(|en| en.body.as_ref()).or(record.body.as_ref());
    let number = format!("certificate no. {}", &*record.number);
    let parts = [
        scheme.map(|line| &**line),
        Some(&number),
        body.map(|line| &**line),
    ];
    let inside: Vec<&str> = parts.into_iter().flatten().collect();
    let line = format!("{} ({})", standard(record), inside.join(", "));
    (!line.contains(is_japanese)).then_some(line)
}
