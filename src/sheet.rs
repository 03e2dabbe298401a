//! Register + labels → the form, format-neutral: what a reader finds in every rendering.
//!
//! Rows, their order, joined cells, numbers, anchors and the text of every cell are decided here, once.
//! Fonts, widths and page breaks belong to the theme. A [`Sheet`] is laid out for one reader and holds nothing that this reader may not see.

mod edition_line;
mod row_layout;
mod translator;

use crate::date::DateStyle;
use crate::edition::Edition;
use crate::message::Language;
use crate::model::{Audience, Guideline, Office, Register, Signatory};
use crate::text::Paragraph;
pub use edition_line::{EditionLine, EditionRef};
use jiff::civil::Date;
use row_layout::RowLayout;
use serde::Serialize;
use std::collections::BTreeMap;
use translator::{Frame, Translator};

/// The page or document a sheet is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rendering {
    /// The front page of the site.
    Page,
    /// The page of an issued edition on the site.
    EditionPage,
    /// The PDF on the site.
    SitePdf,
    /// The PDF for clients.
    ClientPdf,
    /// The print to date, sign and seal (押印用).
    SealPdf,
    /// The office's own working print (校正用). It is never issued.
    Proof,
}

impl Rendering {
    /// The reader; the proof shows the client's texts, and what only the office sees beside them.
    pub fn audience(self) -> Audience {
        match self {
            Rendering::Page | Rendering::EditionPage | Rendering::SitePdf => Audience::Public,
            Rendering::ClientPdf | Rendering::SealPdf | Rendering::Proof => Audience::Client,
        }
    }

    /// The PDF whose attached data is a reader's `safeguards.json`.
    pub fn of_data(audience: Audience) -> Rendering {
        match audience {
            Audience::Public => Rendering::SitePdf,
            Audience::Client => Rendering::ClientPdf,
        }
    }

    /// Whether the day of judgement is printed. An issued copy must not change from day to day.
    pub fn is_judged_by_the_day(self) -> bool {
        matches!(self, Rendering::Page | Rendering::Proof)
    }
}

/// The words a theme prints, by name.
pub type Labels = BTreeMap<String, String>;

/// First line of each measure, by file.
pub type EntryLines = BTreeMap<String, Vec<usize>>;

/// Findings as texts, by file and, if they belong to one measure of it, by its place in the list.
pub type FindingsByEntry = BTreeMap<(String, Option<usize>), Vec<FindingText>>;

/// A finding as a text.
#[derive(Debug, Clone, Serialize)]
pub struct FindingText {
    pub severity: &'static str,
    pub rule: &'static str,
    pub text: String,
    /// `content/sheet.yaml:4`
    pub place: String,
}

/// What a sheet is laid out for.
#[derive(Debug, Clone, Copy)]
pub struct LayoutOptions<'a> {
    pub rendering: Rendering,
    /// The sheet's language; its labels must be in the same.
    pub language: Language,
    /// The day of judgement.
    pub today: Date,
    /// Id of the edition or draft ([`crate::issue::Version`]).
    pub id: &'a str,
    /// The edition that the register is. Without one it is a draft, and every rendering says so.
    pub edition: Option<&'a Edition>,
    /// The editions issued so far, oldest first; only the print to seal lists them.
    pub history: &'a [&'a Edition],
    /// A copy made for one client.
    pub copy: Option<&'a ClientCopy>,
    /// The author's findings; only the proof shows them.
    pub findings: &'a FindingsByEntry,
    /// Only the proof shows them.
    pub entry_lines: &'a EntryLines,
}

impl<'a> LayoutOptions<'a> {
    /// A Japanese draft without history, copy and findings.
    pub fn new(rendering: Rendering, today: Date, id: &'a str) -> LayoutOptions<'a> {
        static NO_FINDINGS: FindingsByEntry = FindingsByEntry::new();
        static NO_LINES: EntryLines = EntryLines::new();
        LayoutOptions {
            rendering,
            language: Language::Japanese,
            today,
            id,
            edition: None,
            history: &[],
            copy: None,
            findings: &NO_FINDINGS,
            entry_lines: &NO_LINES,
        }
    }
}

/// The client a copy is made for.
#[derive(Debug, Clone, Serialize)]
pub struct ClientCopy {
    /// Printed on each page.
    pub recipient: String,
    /// Whether a 受領・確認票 is appended, for the client's own file.
    pub acknowledgement: bool,
}

/// The form, for one reader. Themes read it as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    pub rendering: Rendering,
    pub audience: Audience,
    /// `ja` or `en`.
    pub lang: &'static str,
    /// The language of each text around the table that is not in the sheet's own, by name:
    /// `title`, `guideline`, `office`, `address`, `representative`, `complaints`, `signatory_title`, `signatory_name`.
    pub untranslated: BTreeMap<&'static str, &'static str>,
    pub title: String,
    pub office: Office<String>,
    pub signatory: Signatory<String>,
    pub guideline: Guideline<String>,
    /// Id of the edition or draft.
    pub id: String,
    /// Not issued: 案（未発行）.
    pub draft: bool,
    pub edition: Option<EditionLine>,
    /// Editions up to this one, oldest first: the revision history of the print to seal.
    pub history: Vec<HistoryLine>,
    pub copy: Option<ClientCopy>,
    /// Boxes for the seals of those who approve, the highest rank first; on the print to seal.
    pub approvals: Vec<String>,
    /// 版: the id, and 案（未発行） if it is a draft.
    pub version: String,
    pub date: Day,
    /// The day it was issued; of a draft and of the proof the day of judgement. ISO 8601; a PDF's creation date.
    pub created_on: String,
    #[serde(skip)]
    pub document: DocumentFields,
    pub as_of: Option<Day>,
    pub control: Vec<ControlEntry>,
    pub labels: Labels,
    pub rows: Vec<Row>,
    /// Whether a cell is withheld from this reader: the legend of the mark is printed.
    pub has_withheld: bool,
    pub certifications: Vec<CertificationLine>,
    /// Findings that belong to no row and no certificate.
    pub findings: Vec<FindingText>,
}

/// A line of the revision history.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryLine {
    pub id: String,
    pub date: String,
    pub note: String,
}

/// The head of the sheet, for the data that programs read.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentFields {
    pub date_style: DateStyle,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub established_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revised_on: Option<Date>,
}

/// A day for machines and for readers.
#[derive(Debug, Clone, Serialize)]
pub struct Day {
    pub iso: String,
    pub text: String,
}

/// One entry of the control block (文書番号, 版, …).
#[derive(Debug, Clone, Serialize)]
pub struct ControlEntry {
    pub label: String,
    pub text: String,
    /// If the text is not in the sheet's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<&'static str>,
}

/// One row of the form.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub id: String,
    pub no: Option<u32>,
    pub anchor: String,
    /// Anchors it had before: old links still arrive.
    pub formerly: Vec<String>,
    pub section: Heading,
    pub item: Heading,
    pub subject: Cell,
    pub measure: Cell,
    pub remarks: Cell,
    pub proof: Option<RowProof>,
}

impl Row {
    fn has_withheld(&self) -> bool {
        let cells = [&self.subject, &self.measure, &self.remarks];
        cells.iter().any(|cell| cell.state == State::Withheld)
    }
}

/// Letter and name of a section or item, on every row; `span` is the number of rows that share the cell: 0 on all but the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Heading {
    pub letter: String,
    pub name: String,
    /// `None` for the `-` of a section without items.
    pub anchor: Option<String>,
    pub span: usize,
    /// If the name is not in the sheet's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<&'static str>,
}

/// The text of a cell. Whatever the state, `paragraphs` is printed.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    pub state: State,
    /// Rows that share the cell; 0 if the one above reaches down.
    pub span: usize,
    pub paragraphs: Vec<Paragraph>,
    /// If they are not in the sheet's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<&'static str>,
}

/// The kind of answer a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Stated,
    NotApplicable,
    /// The office still has to answer.
    Open,
    /// Not for this reader.
    Withheld,
    /// Nothing was written, and nothing need be.
    None,
}

/// What the proof prints beside a row.
#[derive(Debug, Clone, Serialize)]
pub struct RowProof {
    pub file: String,
    pub source: String,
    pub confirm: Option<String>,
    pub memo: Option<String>,
    pub reviewed_on: Option<String>,
    /// The fields that not everybody may read.
    pub audience: Option<String>,
    pub findings: Vec<FindingText>,
}

/// A line of the 第三者認証 block.
#[derive(Debug, Clone, Serialize)]
pub struct CertificationLine {
    pub id: String,
    pub text: String,
    /// If the text is not in the sheet's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<&'static str>,
    /// Part of `text`; a theme keeps it on one line.
    pub number: String,
    pub state: Validity,
    /// Printed beside it; empty if there is nothing to say.
    pub validity: String,
    /// Printed instead once the last day is over: a page may be read long after it was made.
    pub expired: Option<String>,
    pub expires_on: Option<String>,
    pub proof: Option<CertificationProof>,
    #[serde(skip)]
    pub fields: CertificationFields,
}

/// The parts of a certificate, for the data that programs read.
#[derive(Debug, Clone, Serialize)]
pub struct CertificationFields {
    pub standard: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    pub number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accreditor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    Valid,
    Expired,
    Undated,
}

/// What the proof prints beside a certificate.
#[derive(Debug, Clone, Serialize)]
pub struct CertificationProof {
    pub file: String,
    pub findings: Vec<FindingText>,
}

/// Lays out an issued edition as it was issued.
pub fn lay_out_edition(edition: &Edition, rendering: Rendering, labels: &Labels) -> Sheet {
    let options = LayoutOptions {
        edition: Some(edition),
        ..LayoutOptions::new(rendering, edition.sheet.date, &edition.id)
    };
    lay_out(&edition.sheet, &options, labels)
}

/// Lays out the register for one rendering.
pub fn lay_out(register: &Register, options: &LayoutOptions, labels: &Labels) -> Sheet {
    let translator = Translator {
        language: options.language,
        style: register.date_style,
    };
    let day = |day: Date| Day {
        iso: day.to_string(),
        text: translator.date(day),
    };
    let rendering = options.rendering;
    let (is_proof, is_seal) = (
        rendering == Rendering::Proof,
        rendering == Rendering::SealPdf,
    );
    let date = day(register.date);
    let as_of = rendering.is_judged_by_the_day().then(|| day(options.today));
    let Frame {
        title,
        office,
        signatory,
        guideline,
        untranslated,
    } = translator::frame(register, translator);
    let labels = sheet_labels(labels, options, &office.name, &date, as_of.as_ref());
    let layout = RowLayout {
        register,
        options,
        labels: &labels,
        translator,
    };
    let issued_on = options.edition.filter(|_| !is_proof);
    let created_on = issued_on.map_or(options.today, |edition| edition.issued_on);
    let history = options.history.iter().filter(|_| is_seal);
    let history = history.map(|edition| HistoryLine {
        id: edition.id.clone(),
        date: translator.date(edition.sheet.date),
        note: edition.note.clone().unwrap_or_default(),
    });
    let approvals = register.approvals.iter().filter(|_| is_seal);
    let rows = rows(register, &layout);
    Sheet {
        rendering,
        audience: rendering.audience(),
        lang: options.language.code(),
        untranslated,
        title,
        office,
        signatory,
        guideline,
        id: options.id.to_owned(),
        draft: options.edition.is_none(),
        edition: options.edition.map(|edition| {
            let site = register.office.url.as_deref().filter(|_| is_seal);
            EditionLine::new(edition, rendering.audience(), site)
        }),
        history: history.collect(),
        copy: options.copy.cloned(),
        approvals: approvals.cloned().collect(),
        document: DocumentFields {
            date_style: register.date_style,
            document_number: register.document_number.clone(),
            established_on: register.established_on,
            revised_on: register.revised_on,
        },
        version: layout.version(),
        created_on: created_on.to_string(),
        control: layout.control(&date.text),
        date,
        as_of,
        has_withheld: rows.iter().any(Row::has_withheld),
        rows,
        certifications: register
            .certifications
            .iter()
            .map(|certification| layout.certification(certification))
            .collect(),
        findings: if is_proof {
            layout.general_findings()
        } else {
            Vec::new()
        },
        labels,
    }
}

fn rows(register: &Register, layout: &RowLayout) -> Vec<Row> {
    let mut rows = Vec::new();
    for section in &register.sections {
        for item in &section.items {
            let measures = item.measures.iter();
            rows.extend(measures.map(|measure| layout.row(section, item, measure)));
        }
    }
    join(&mut rows);
    rows
}

/// The labels with the edition's own words and all placeholders that are the same everywhere on the sheet.
fn sheet_labels(
    labels: &Labels,
    options: &LayoutOptions,
    office: &str,
    date: &Day,
    as_of: Option<&Day>,
) -> Labels {
    let mut filled = labels.clone();
    if let (Some(edition), Language::Japanese) = (options.edition, options.language) {
        // The words in cells never change with a theme. A translation is no part of what was issued.
        filled.extend(edition.words.clone());
    }
    for label in filled.values_mut().filter(|label| label.contains('{')) {
        *label = label
            .replace("{office}", office)
            .replace("{date}", &date.text)
            .replace("{as_of}", as_of.map_or("", |day| &day.text));
    }
    filled
}

impl Sheet {
    /// The same sheet with its first rows only: for finding the row that a theme fails at.
    pub fn first_rows(&self, count: usize) -> Sheet {
        let mut cut = self.clone();
        cut.rows.truncate(count);
        join(&mut cut.rows);
        cut
    }

    /// The name of a row in messages: its anchor, and the beginning of its subject.
    pub fn row_name(&self, row: usize) -> (&str, String) {
        let row = &self.rows[row];
        let subject = row.subject.paragraphs.first();
        let subject = subject.map(|paragraph| crate::text::plain(paragraph));
        (&row.anchor, subject.unwrap_or_default())
    }
}

/// Marks the rows that share a cell: runs of one section, of one item in it, of one subject in that.
fn join(rows: &mut [Row]) {
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
    rows.chunk_by(same)
        .flat_map(|run| std::iter::once(run.len()).chain(std::iter::repeat_n(0, run.len() - 1)))
        .collect()
}
