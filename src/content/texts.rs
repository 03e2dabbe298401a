//! Every text of the content that some rendering prints, with its origin and readers.
//!
//! The rules about texts see only what is listed here: a new field must be added.

use super::record::{
    CertificationRecord, Line, Markdown, MeasureRecord, OfficeRecord, SheetRecord,
};
use super::{Content, Filed};
use crate::diagnostic::Origin;
use crate::message::Language::{self, English, Japanese};
use crate::model::{Audience, Audiences};
use crate::text::Text;
use std::borrow::Cow;

/// A text in one language as the author wrote it.
pub struct WrittenText<'a> {
    pub field: &'static str,
    /// The characters it prints, and the addresses its links lead to.
    pub text: Cow<'a, str>,
    /// The parsed Markdown, if it is a cell.
    pub cell: Option<&'a Text>,
    pub language: Language,
    pub origin: Origin,
    /// `None`: only the office, in the proof.
    pub audience: Option<Audience>,
    /// True for English without the Japanese that it should translate.
    pub lacks_japanese: bool,
}

impl Content {
    /// Every text of the sheet in either language, in the order of the files.
    pub fn texts(&self) -> Vec<WrittenText<'_>> {
        let mut texts = Vec::new();
        let (office, sheet) = (self.office.iter(), self.sheet.iter());
        office.for_each(|office| add_office(office, &mut texts));
        sheet.for_each(|sheet| add_sheet(sheet, &mut texts));
        if let Some(guideline) = self.own_guideline() {
            let (ja, en) = (&guideline.record.title, &guideline.record.en.title);
            let title = [("title", line(ja), line(en))];
            add(&mut texts, &both(&guideline.origin()), PUBLIC, title);
        }
        for place in self.places() {
            let node = place.origin;
            let letter = place.is_own.then_some(place.letter);
            for (field, text, language, origin) in [
                ("letter", letter, Japanese, node.at("letter")),
                ("name", Some(&**place.name), Japanese, node.at("name")),
                ("name", place.en.map(|en| &**en), English, node.at("en")),
            ] {
                texts.extend(text.map(|text| alone(field, text, language, origin)));
            }
        }
        let certifications = self.certifications.iter();
        certifications.for_each(|it| add_certification(it, &mut texts));
        let sheet_readers = self.sheet.as_ref().map(|sheet| sheet.record.audience);
        for (_, record, node) in self.all_measures() {
            let readers = record.audience.over(sheet_readers.unwrap_or_default());
            add_measure(record, &node, readers, &mut texts);
        }
        texts
    }

    /// The texts of the pages, block by block. They are on the site only, never in a PDF.
    pub fn page_texts(&self) -> Vec<WrittenText<'_>> {
        let mut texts = Vec::new();
        for page in &self.pages {
            let Some(text) = &page.text else { continue };
            let title = Origin::root(&page.file).at("title");
            texts.push(alone("title", &*text.front.title, page.lang, title));
            for (passage, bytes) in text.prose.passages() {
                let origin = Origin::bytes(&page.file, bytes);
                texts.push(alone("", passage, page.lang, origin));
            }
        }
        texts
    }
}

type Texts<'a> = Vec<WrittenText<'a>>;

const PUBLIC: Option<Audience> = Some(Audience::Public);

/// The characters of a text, and the cell it is.
type Characters<'a> = Option<(Cow<'a, str>, Option<&'a Text>)>;

fn line<'a>(line: impl Into<Option<&'a Line>>) -> Characters<'a> {
    line.into().map(|line| ((**line).into(), None))
}

fn cell<'a>(markdown: impl Into<Option<&'a Markdown>>) -> Characters<'a> {
    let text = &markdown.into()?.0;
    let join = |text: String, link: &str| format!("{text}\n{link}");
    Some((text.links().fold(text.to_plain(), join).into(), Some(text)))
}

/// Adds the fields of a record, given its node and that of its translations.
fn add<'a, const N: usize>(
    texts: &mut Texts<'a>,
    [node, en_node]: &[Origin; 2],
    audience: Option<Audience>,
    fields: [(&'static str, Characters<'a>, Characters<'a>); N],
) {
    for (field, ja, en) in fields {
        let is_blank = |text: &Characters| text.as_ref().is_none_or(|(text, _)| text.is_empty());
        let lacks_japanese = is_blank(&ja) && !is_blank(&en);
        for (characters, language, node) in [(ja, Japanese, node), (en, English, en_node)] {
            texts.extend(characters.map(|(text, cell)| WrittenText {
                cell,
                audience,
                lacks_japanese: lacks_japanese && language == English,
                ..alone(field, text, language, node.at(field))
            }));
        }
    }
}

/// The node of a record and that of its translations.
fn both(node: &Origin) -> [Origin; 2] {
    [node.clone(), node.at("en")]
}

/// A public line that needs no counterpart in the other language.
fn alone<'a>(
    field: &'static str,
    text: impl Into<Cow<'a, str>>,
    language: Language,
    origin: Origin,
) -> WrittenText<'a> {
    WrittenText {
        field,
        text: text.into(),
        cell: None,
        language,
        origin,
        audience: PUBLIC,
        lacks_japanese: false,
    }
}

/// Fields of a record in print order; those with `+ en` have a translation.
macro_rules! fields {
    (@ $read:ident $field:ident) => { None };
    (@ $read:ident $field:ident $en:ident) => { $read(&$en.$field) };
    ($read:ident, $ja:ident: $($field:ident $(+ $en:ident)?),*) => {
        [$((stringify!($field), $read(&$ja.$field), fields!(@ $read $field $($en)?))),*]
    };
}

fn add_office<'a>(office: &'a Filed<OfficeRecord>, texts: &mut Texts<'a>) {
    let (ja, en) = (&office.record, &office.record.en);
    let nodes = both(&office.origin());
    let fields = fields!(line, ja: name + en, tel, address + en, url, homepage,
        representative + en, complaints + en, security);
    add(texts, &nodes, PUBLIC, fields);
    let (ja, en) = (&ja.signatory, &en.signatory);
    let nodes_below = nodes.map(|node| node.at("signatory"));
    let fields = fields!(line, ja: title + en, name + en);
    add(texts, &nodes_below, PUBLIC, fields);
}

fn add_sheet<'a>(sheet: &'a Filed<SheetRecord>, texts: &mut Texts<'a>) {
    let (ja, en, node) = (&sheet.record, &sheet.record.en, sheet.origin());
    let fields = fields!(line, ja: title + en, document_number);
    add(texts, &both(&node), PUBLIC, fields);
    for (index, name) in ja.approvals.iter().enumerate() {
        let origin = node.at("approvals").at(index);
        texts.push(WrittenText {
            audience: Some(Audience::Client),
            ..alone("approvals", &**name, Japanese, origin)
        });
    }
    for (headings, language, node) in [
        (&ja.headings, Japanese, node.clone()),
        (&en.headings, English, node.at("en")),
    ] {
        for (place, heading) in headings {
            let origin = node.at("headings").at(place.as_str());
            texts.push(alone("headings", &**heading, language, origin));
        }
    }
}

fn add_certification<'a>(filed: &'a Filed<CertificationRecord>, texts: &mut Texts<'a>) {
    let (ja, en, nodes) = (&filed.record, &filed.record.en, both(&filed.origin()));
    let fields = fields!(line, ja: standard, edition, scheme + en, number, body + en, accreditor,
        scope + en, print);
    add(texts, &nodes, PUBLIC, fields);
    // The pattern may fit in one language only.
    let print = |line| alone("print", line, English, nodes[1].at("print"));
    texts.extend(en.print.as_deref().map(print));
}

fn add_measure<'a>(ja: &'a MeasureRecord, node: &Origin, of: Audiences, texts: &mut Texts<'a>) {
    let (en, nodes) = (&ja.en, both(node));
    let statement = fields!(cell, ja: measure + en, not_applicable + en);
    let subject = fields!(cell, ja: subject + en);
    let remarks = fields!(cell, ja: remarks + en);
    add(texts, &nodes, Some(of.subject), subject);
    add(texts, &nodes, Some(of.measure), statement);
    add(texts, &nodes, Some(of.remarks), remarks);
    add(texts, &nodes, None, fields!(line, ja: confirm, memo));
}
