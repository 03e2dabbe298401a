//! Every text of the content that some rendering prints, with its English, origin and readers.
//!
//! The rules about texts see only what is listed here: a new field must be added.

use super::places::SheetPlace;
use super::record::{CertificationRecord, Line, MeasureRecord, OfficeRecord, SheetRecord};
use super::{Content, Filed};
use crate::diagnostic::Origin;
use crate::model::{Audience, Audiences};
use crate::text::Text;
use std::borrow::Cow;

/// A text as the author wrote it.
#[derive(Clone, Copy)]
pub enum WrittenText<'a> {
    Line(&'a str),
    /// A cell with inline Markdown.
    Cell(&'a Text),
}

impl<'a> WrittenText<'a> {
    /// The characters it prints, and the addresses its links lead to.
    pub fn characters(self) -> Cow<'a, str> {
        match self {
            WrittenText::Line(line) => line.into(),
            WrittenText::Cell(text) => {
                let links = text.links();
                let join = |text: String, link: &str| format!("{text}\n{link}");
                links.fold(text.to_plain(), join).into()
            }
        }
    }

    fn is_blank(self) -> bool {
        match self {
            WrittenText::Line(line) => line.is_empty(),
            WrittenText::Cell(text) => text.is_empty(),
        }
    }
}

/// A text in Japanese and in English, as far as either is written.
pub struct TextPair<'a> {
    pub field: &'static str,
    pub ja: Option<WrittenText<'a>>,
    pub en: Option<WrittenText<'a>>,
    pub origin: Origin,
    pub en_origin: Origin,
    /// `None`: only the office, in the proof.
    pub audience: Option<Audience>,
    /// True if the English needs no Japanese text of its own.
    pub may_stand_alone: bool,
}

impl TextPair<'_> {
    /// Returns true if there is English without the Japanese that it should translate.
    pub fn lacks_japanese(&self) -> bool {
        let written = |text: Option<WrittenText>| text.is_some_and(|text| !text.is_blank());
        written(self.en) && !written(self.ja) && !self.may_stand_alone
    }
}

/// Adds the texts of one record to the list.
struct Collector<'a, 'c> {
    texts: &'c mut Vec<TextPair<'a>>,
    /// Node of the record's fields.
    origin: Origin,
    /// Node of their translations.
    en_origin: Origin,
}

impl<'a, 'c> Collector<'a, 'c> {
    fn new(texts: &'c mut Vec<TextPair<'a>>, origin: Origin) -> Collector<'a, 'c> {
        let en_origin = origin.at("en");
        Collector {
            texts,
            origin,
            en_origin,
        }
    }

    fn put(
        &mut self,
        field: &'static str,
        [ja, en]: [Option<WrittenText<'a>>; 2],
        audience: Option<Audience>,
    ) {
        self.texts.push(TextPair {
            field,
            ja,
            en,
            origin: self.origin.at(field),
            en_origin: self.en_origin.at(field),
            audience,
            may_stand_alone: false,
        });
    }

    /// Adds a public line with its translation.
    fn line(
        &mut self,
        field: &'static str,
        ja: impl Into<Option<&'a Line>>,
        en: impl Into<Option<&'a Line>>,
    ) {
        let lines = [ja.into(), en.into()].map(|line| line.map(|line| WrittenText::Line(line)));
        self.put(field, lines, Some(Audience::Public));
    }

    /// Adds a public line that has no translation.
    fn untranslated(&mut self, field: &'static str, ja: impl Into<Option<&'a Line>>) {
        self.line(field, ja, None::<&Line>);
    }

    /// Adds a cell of a measure with its translation.
    fn cell(
        &mut self,
        field: &'static str,
        ja: impl Into<Option<&'a Text>>,
        en: &'a Option<Text>,
        audience: Audience,
    ) {
        let cells = [ja.into(), en.as_ref()].map(|text| text.map(WrittenText::Cell));
        self.put(field, cells, Some(audience));
    }

    /// Adds a line that needs no counterpart in the other language.
    fn alone(
        &mut self,
        ja: Option<&'a Line>,
        en: Option<&'a Line>,
        origin: Origin,
        audience: Audience,
    ) {
        let [ja, en] = [ja, en].map(|line| line.map(|line| WrittenText::Line(line)));
        self.texts.push(TextPair {
            field: "headings",
            ja,
            en,
            en_origin: origin.clone(),
            origin,
            audience: Some(audience),
            may_stand_alone: true,
        });
    }
}

impl Content {
    /// Every text, in the order of the files.
    pub fn texts(&self) -> Vec<TextPair<'_>> {
        let mut texts = Vec::new();
        if let Some(office) = &self.office {
            add_office(office, &mut texts);
        }
        if let Some(sheet) = &self.sheet {
            add_sheet(sheet, &mut texts);
        }
        if let Some(guideline) = self.own_guideline() {
            let record = &guideline.record;
            Collector::new(&mut texts, guideline.origin()).line(
                "title",
                &record.title,
                &record.en.title,
            );
        }
        for place in self.places() {
            add_place(place, &mut texts);
        }
        for certification in &self.certifications {
            add_certification(certification, &mut texts);
        }
        let sheet_audience = self.sheet.as_ref().map(|sheet| sheet.record.audience);
        for (_, record, origin) in self.all_measures() {
            let audiences = record.audience.over(sheet_audience.unwrap_or_default());
            add_measure(record, origin, audiences, &mut texts);
        }
        texts
    }
}

fn add_office<'a>(office: &'a Filed<OfficeRecord>, texts: &mut Vec<TextPair<'a>>) {
    let (record, en) = (&office.record, &office.record.en);
    let mut collector = Collector::new(texts, office.origin());
    collector.line("name", &record.name, &en.name);
    collector.untranslated("tel", &record.tel);
    collector.line("address", &record.address, &en.address);
    collector.untranslated("url", &record.url);
    collector.untranslated("homepage", &record.homepage);
    collector.line("representative", &record.representative, &en.representative);
    collector.line("complaints", &record.complaints, &en.complaints);
    collector.untranslated("security", &record.security);
    let mut signatory = Collector {
        origin: collector.origin.at("signatory"),
        en_origin: collector.en_origin.at("signatory"),
        texts: collector.texts,
    };
    signatory.line("title", &record.signatory.title, &en.signatory.title);
    signatory.line("name", &record.signatory.name, &en.signatory.name);
}

fn add_sheet<'a>(sheet: &'a Filed<SheetRecord>, texts: &mut Vec<TextPair<'a>>) {
    let (record, en) = (&sheet.record, &sheet.record.en);
    let node = sheet.origin();
    let mut collector = Collector::new(texts, node.clone());
    collector.line("title", &record.title, &en.title);
    collector.untranslated("document_number", &record.document_number);
    for (index, name) in record.approvals.iter().enumerate() {
        let origin = node.at("approvals").at(index);
        collector.alone(Some(name), None, origin, Audience::Client);
    }
    for (place, heading) in &record.headings.0 {
        let origin = node.at("headings").at(place.as_str());
        collector.alone(Some(heading), None, origin, Audience::Public);
    }
    for (place, heading) in &en.headings.0 {
        let origin = node.at("en").at("headings").at(place.as_str());
        collector.alone(None, Some(heading), origin, Audience::Public);
    }
}

fn add_place<'a>(place: SheetPlace<'a>, texts: &mut Vec<TextPair<'a>>) {
    let mut collector = Collector::new(texts, place.origin);
    let letter = place.is_own.then_some(WrittenText::Line(place.letter));
    collector.put("letter", [letter, None], Some(Audience::Public));
    collector.line("name", place.name, place.en);
    if let Some(name) = collector.texts.last_mut() {
        // The English is a line of its own, not a record of fields.
        name.en_origin = collector.en_origin;
    }
}

fn add_certification<'a>(
    certification: &'a Filed<CertificationRecord>,
    texts: &mut Vec<TextPair<'a>>,
) {
    let (record, en) = (&certification.record, &certification.record.en);
    let mut collector = Collector::new(texts, certification.origin());
    collector.untranslated("standard", &record.standard);
    collector.untranslated("edition", &record.edition);
    collector.line("scheme", &record.scheme, &en.scheme);
    collector.untranslated("number", &record.number);
    collector.line("body", &record.body, &en.body);
    collector.untranslated("accreditor", &record.accreditor);
    collector.line("scope", &record.scope, &en.scope);
    collector.line("print", &record.print, &en.print);
    if let Some(print) = texts.last_mut() {
        // The pattern may fit in one language only.
        print.may_stand_alone = true;
    }
}

fn add_measure<'a>(
    record: &'a MeasureRecord,
    origin: Origin,
    audiences: Audiences,
    texts: &mut Vec<TextPair<'a>>,
) {
    let Audiences {
        subject,
        measure,
        remarks,
    } = audiences;
    let (ja, en) = (record, &record.en);
    let mut collector = Collector::new(texts, origin);
    collector.cell("subject", &ja.subject, &en.subject, subject);
    collector.cell("measure", &ja.measure, &en.measure, measure);
    collector.cell(
        "not_applicable",
        &ja.not_applicable,
        &en.not_applicable,
        measure,
    );
    collector.cell("remarks", &ja.remarks, &en.remarks, remarks);
    for (field, note) in [("confirm", &record.confirm), ("memo", &record.memo)] {
        let line = note.as_ref().map(|line| WrittenText::Line(line));
        collector.put(field, [line, None], None);
    }
}
