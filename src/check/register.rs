//! Checked records → the register: defaults filled in, sections put in print order.

use super::english;
use crate::content::record::{
    CertificationRecord, ItemRecord, MeasureRecord, OwnSection, SectionRecord, SheetRecord,
};
use crate::content::{Content, Filed, MeasureFile, place_name};
use crate::model::{
    Certification, Guideline, Item, Measure, MeasureOrigin, Office, Register, Restricted, Section,
    Signatory, Statement,
};
use crate::text::Text;

/// Builds the register; `None` where a part is missing, which is an error's to say.
pub fn build(content: &Content) -> Option<Register> {
    let office = &content.office.as_ref()?.record;
    let sheet = &content.sheet.as_ref()?.record;
    let guideline = &content.own_guideline()?.record;
    let own = |sections: &[OwnSection]| -> Vec<Section> {
        sections
            .iter()
            .map(|section| own_section(content, section))
            .collect()
    };
    let official = guideline
        .sections
        .iter()
        .map(|section| official_section(content, section));
    let mut sections = own(&sheet.sections.before);
    sections.extend(official);
    sections.extend(own(&sheet.sections.after));
    for section in &mut sections {
        section.items.retain(|item| !item.measures.is_empty());
    }
    sections.retain(|section| !section.items.is_empty());
    let known = |line: &Option<crate::content::record::Line>| {
        line.as_deref()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
    };
    Some(Register {
        office: Office {
            name: office.name.to_string(),
            tel: known(&office.tel),
            address: known(&office.address),
            url: known(&office.url),
            representative: known(&office.representative),
            complaints: known(&office.complaints),
            security: office.security.as_deref().map(contact_address),
        },
        signatory: Signatory {
            title: office.signatory.title.to_string(),
            name: office.signatory.name.to_string(),
        },
        approvals: sheet.approvals.iter().map(ToString::to_string).collect(),
        title: sheet.title.to_string(),
        date: sheet.date.0,
        date_style: sheet.date_style,
        document_number: known(&sheet.document_number),
        established_on: sheet.established_on.map(|day| day.0),
        revised_on: sheet.revised_on.map(|day| day.0),
        guideline: Guideline {
            id: guideline.id.clone(),
            title: guideline.title.to_string(),
        },
        sections,
        certifications: content.certifications.iter().map(certification).collect(),
        english: english::build(content, office, sheet, guideline),
    })
}

fn own_section(content: &Content, section: &OwnSection) -> Section {
    let items = section.items.iter().map(|item| Item {
        id: Some(item.id.clone()),
        letter: item.letter.to_string(),
        name: item.name.to_string(),
        measures: measures(content, &section.id, Some(&item.id)),
    });
    let whole = section
        .items
        .is_empty()
        .then(|| whole(content, &section.id));
    Section {
        id: section.id.clone(),
        letter: section.letter.to_string(),
        name: section.name.to_string(),
        items: items.chain(whole).collect(),
    }
}

fn official_section(content: &Content, section: &SectionRecord) -> Section {
    let items = section.items.iter().map(|item: &ItemRecord| Item {
        id: Some(item.id.clone()),
        letter: item.id.clone(),
        name: heading(
            content,
            &place_name(&section.id, Some(&item.id)),
            &item.name,
        ),
        measures: measures(content, &section.id, Some(&item.id)),
    });
    let whole = section
        .items
        .is_empty()
        .then(|| whole(content, &section.id));
    Section {
        id: section.id.clone(),
        letter: section.id.clone(),
        name: heading(content, &section.id, &section.name),
        items: items.chain(whole).collect(),
    }
}

/// A section without items: the form prints `-` for both.
fn whole(content: &Content, section: &str) -> Item {
    Item {
        id: None,
        letter: "-".to_owned(),
        name: "-".to_owned(),
        measures: measures(content, section, None),
    }
}

/// A mail address by itself is written as one in addresses.
fn contact_address(contact: &str) -> String {
    match contact.contains(':') {
        true => contact.to_owned(),
        false => format!("mailto:{contact}"),
    }
}

/// The office's own heading, or the official one.
fn heading(content: &Content, name: &str, official: &str) -> String {
    let own = content
        .sheet
        .as_ref()
        .and_then(|sheet| sheet.record.headings.0.get(name));
    own.map_or(official, |own| own).to_owned()
}

fn measures(content: &Content, section: &str, item: Option<&str>) -> Vec<Measure> {
    let here = |file: &&MeasureFile| file.section == section && file.item.as_deref() == item;
    let Some(sheet) = &content.sheet else {
        return Vec::new();
    };
    let files = content.measures.iter().filter(here);
    let records = files.flat_map(|file| {
        let records = file.records.iter().flatten().enumerate();
        records.map(|(index, record)| measure(&sheet.record, &file.file, index, record))
    });
    records.collect()
}

fn measure(sheet: &SheetRecord, file: &str, index: usize, record: &MeasureRecord) -> Measure {
    let audience = record.audience.over(sheet.audience);
    let written = |text: &Option<Text>| text.clone().filter(|text| !text.is_empty());
    let statement = match (written(&record.measure), written(&record.not_applicable)) {
        (Some(text), _) => Statement::Stated(text),
        (None, Some(reason)) => Statement::NotApplicable(reason),
        (None, None) => Statement::Open,
    };
    let mut source = Vec::new();
    if let Some(written) = &record.source {
        let all = written
            .subject
            .into_iter()
            .chain(written.measure)
            .chain(written.remarks.iter().copied());
        for coordinate in all {
            if !source.contains(&coordinate) {
                source.push(coordinate);
            }
        }
    }
    Measure {
        id: record.id.clone(),
        formerly: record.formerly.clone(),
        no: record.no,
        subject: Restricted {
            what: record.subject.clone(),
            audience: audience.subject,
        },
        measure: Restricted {
            what: statement,
            audience: audience.measure,
        },
        remarks: Restricted {
            what: written(&record.remarks),
            audience: audience.remarks,
        },
        origin: MeasureOrigin {
            file: file.to_owned(),
            index,
            source,
            confirm: record
                .confirm
                .as_ref()
                .map(ToString::to_string)
                .filter(|question| !question.is_empty()),
            reviewed_on: record.reviewed_on.map(|day| day.0),
        },
    }
}

fn certification(filed: &Filed<CertificationRecord>) -> Certification {
    let record = &filed.record;
    let owned =
        |line: &Option<crate::content::record::Line>| line.as_ref().map(ToString::to_string);
    Certification {
        id: certificate_id(filed),
        standard: record.standard.to_string(),
        edition: owned(&record.edition),
        scheme: owned(&record.scheme),
        number: record.number.to_string(),
        body: owned(&record.body),
        accreditor: owned(&record.accreditor),
        scope: owned(&record.scope),
        issued_on: record.issued_on.map(|day| day.0),
        expires_on: record.expires_on.map(|day| day.0),
        printed: owned(&record.print).unwrap_or_else(|| all_texts(record)),
        file: filed.file.clone(),
    }
}

/// The name of its file.
pub fn certificate_id(filed: &Filed<CertificationRecord>) -> String {
    let name = filed.file.rsplit('/').next().unwrap_or_default();
    name.trim_end_matches(".yaml").to_owned()
}

/// `ISO/IEC 27001:2022`, where the edition is known.
pub fn standard(record: &CertificationRecord) -> String {
    match &record.edition {
        Some(edition) => format!("{}:{}", &*record.standard, &**edition),
        None => record.standard.to_string(),
    }
}

/// `standard:edition (scheme 認証番号 number body)`, as the form prints a certificate.
fn all_texts(record: &CertificationRecord) -> String {
    let number = format!("認証番号 {}", &*record.number);
    let parts = [
        record.scheme.as_deref(),
        Some(&number),
        record.body.as_deref(),
    ];
    let inside: Vec<&str> = parts.into_iter().flatten().collect();
    format!("{} ({})", standard(record), inside.join(" "))
}
