//! The parts of a register → a whole [`Sheet`].

use super::row_layout::RowLayout;
use super::{
    EditionLine, HistoryLine, Labels, LayoutOptions, PrintedDay, Rendering, Row, Sheet, State,
};
use crate::edition::{Edition, Version, digest_start};
use crate::manifest::site::{FRONT, edition_folder};
use crate::message::Language;
use crate::model::{Audience, Bilingual, Guideline, Office, Register, Signatory};
use fast_qr::{ECL, QRBuilder};
use std::iter::{once, repeat_n};

/// Lays out an issued edition as it was issued.
pub fn lay_out_edition(edition: &Edition, rendering: Rendering, labels: &Labels) -> Sheet {
    let options = LayoutOptions::new(rendering, edition.sheet.date, Version::issued(edition));
    lay_out(&edition.sheet, &options, labels)
}

pub fn lay_out(register: &Register, options: &LayoutOptions, labels: &Labels) -> Sheet {
    let mut layout = RowLayout {
        register,
        options,
        labels: labels.clone(),
    };
    let date = layout.day(register.date);
    let is_judged = options.rendering.is_judged_by_the_day();
    let as_of = is_judged.then(|| layout.day(options.today));
    let (office, _) = layout.line(&register.office.name);
    if let (Some(edition), Language::Japanese) = (options.version.edition, options.language) {
        // The words in cells never change with a theme. A translation is no part of what was issued.
        layout.labels.extend(edition.words.clone());
    }
    // These placeholders have one value on the whole sheet.
    let judged_on = as_of.as_ref().map_or("", |day| &day.text);
    for label in layout.labels.values_mut().filter(|it| it.contains('{')) {
        *label = label
            .replace("{office}", &office)
            .replace("{date}", &date.text)
            .replace("{as_of}", judged_on);
    }
    whole_sheet(layout, date, as_of)
}

fn whole_sheet(layout: RowLayout, date: PrintedDay, as_of: Option<PrintedDay>) -> Sheet {
    let (register, options) = (layout.register, layout.options);
    let (rendering, edition) = (options.rendering, options.version.edition);
    let is_seal = rendering == Rendering::SealPdf;
    let issued_on = edition.filter(|_| rendering != Rendering::Proof);
    let created_on = issued_on.map_or(options.today, |edition| edition.issued_on);
    let office = &register.office;
    let site = office.url.as_deref().filter(|_| is_seal);
    let certifications = register.certifications.iter();
    let approvals = register.approvals.iter().filter(|_| is_seal);
    let history = options.history.iter().filter(|_| is_seal);
    let history_line = |edition: &&Edition| HistoryLine {
        id: edition.id.clone(),
        date: layout.date(edition.sheet.date),
        note: edition.note.clone().unwrap_or_default(),
    };
    let rows = lay_out_rows(&layout);
    let states = |row: &Row| [row.subject.state, row.measure.state, row.remarks.state];
    let has_withheld = rows.iter().flat_map(states).any(|it| it == State::Withheld);
    let line = |line: &Bilingual<String>| layout.line(line).0;
    let guideline = ("guideline", Some(&register.guideline.title));
    let frame = register.frame().into_iter().chain([guideline]);
    let untranslated = frame.filter_map(|(name, line)| Some((name, layout.line(line?).1?)));
    let amended = register.guideline.amended.as_deref();
    Sheet {
        rendering,
        audience: rendering.audience(),
        lang: options.language.code(),
        title: line(&register.title),
        office: Office {
            name: line(&office.name),
            tel: office.tel.clone(),
            address: office.address.as_ref().map(line),
            url: office.url.clone(),
            representative: office.representative.as_ref().map(line),
            complaints: office.complaints.as_ref().map(line),
            homepage: office.homepage.clone(),
            security: office.security.clone(),
        },
        signatory: Signatory {
            title: line(&register.signatory.title),
            name: line(&register.signatory.name),
        },
        guideline: Guideline {
            id: register.guideline.id.clone(),
            title: line(&register.guideline.title),
            amended: amended.map(|it| layout.amended(it)),
        },
        untranslated: untranslated.collect(),
        id: options.version.id.clone(),
        draft: edition.is_none(),
        edition: edition.map(|it| edition_line(it, rendering.audience(), site)),
        history: history.map(history_line).collect(),
        copy: None,
        approvals: approvals.cloned().collect(),
        overdue_reviews: as_of.as_ref().map_or(0, |_| register.overdue_reviews),
        version: layout.version(),
        created_on: created_on.to_string(),
        control: layout.control(&date.text),
        date,
        as_of,
        has_withheld,
        rows,
        certifications: certifications.map(|it| layout.certification(it)).collect(),
        findings: Vec::new(),
        labels: layout.labels,
    }
}

fn lay_out_rows(layout: &RowLayout) -> Vec<Row> {
    let mut rows = Vec::new();
    for section in &layout.register.sections {
        for item in &section.items {
            let measures = item.measures.iter();
            rows.extend(measures.map(|measure| layout.row(section, item, measure)));
        }
    }
    join(&mut rows);
    rows
}

/// The line of an edition for a reader; its page lies below the address of `site`.
fn edition_line(edition: &Edition, audience: Audience, site: Option<&str>) -> EditionLine {
    let digest = edition.digest.of(audience);
    let start = digest_start(digest);
    let folder = edition_folder(&edition.id);
    let page = |site: &str| format!("{}/{folder}{FRONT}#{start}", site.trim_end_matches('/'));
    let address = site.map(page);
    EditionLine {
        id: edition.id.clone(),
        note: edition.note.clone(),
        digest: digest.to_owned(),
        digest_start: start.to_owned(),
        qr: address.as_deref().map(qr_code).unwrap_or_default(),
        address,
    }
}

/// The rows of a QR code's modules; none if the address is too long for a code.
fn qr_code(address: &str) -> Vec<String> {
    let Ok(code) = QRBuilder::new(address).ecl(ECL::M).build() else {
        return Vec::new();
    };
    let row = |y: usize| {
        let modules = (0..code.size).map(|x| code[y][x].value());
        modules.map(|dark| if dark { '1' } else { '0' }).collect()
    };
    (0..code.size).map(row).collect()
}

/// Marks the rows that share a cell: runs of one section, of one item in it, of one subject in that.
pub fn join(rows: &mut [Row]) {
    let same_section = |a: &Row, b: &Row| a.section.anchor == b.section.anchor;
    let same_item = |a: &Row, b: &Row| {
        same_section(a, b) && a.item.anchor == b.item.anchor && a.item.name == b.item.name
    };
    // Two withheld subjects are not known to be one.
    let same_subject = |a: &Row, b: &Row| {
        let stated = a.subject.state == State::Stated && b.subject.state == State::Stated;
        same_item(a, b) && stated && a.subject.paragraphs == b.subject.paragraphs
    };
    let sections = spans(rows, same_section);
    let items = spans(rows, same_item);
    let subjects = spans(rows, same_subject);
    for (index, row) in rows.iter_mut().enumerate() {
        row.section.span = sections[index];
        row.item.span = items[index];
        row.subject.span = subjects[index];
    }
}

fn spans(rows: &[Row], same: impl Fn(&Row, &Row) -> bool) -> Vec<usize> {
    let spans = |run: &[Row]| once(run.len()).chain(repeat_n(0, run.len() - 1));
    rows.chunk_by(same).flat_map(spans).collect()
}
