//! Register + labels → the form, format-neutral: what a reader finds in every rendering.
//!
//! Rows, their order, joined cells, numbers, anchors, the words in every cell and who may read them are decided here, once.
//! Fonts, widths and page breaks belong to the theme. A [`Sheet`] is laid out for one audience, so what that audience may not read is not in it.

mod row_layout;
mod translator;

use crate::date::DateStyle;
use crate::edition::{Allowance, Edition, Link};
use crate::message::Language;
use crate::model::{Audience, Guideline, Office, Register, Signatory};
use crate::text::Paragraph;
use jiff::civil::Date;
use row_layout::RowLayout;
use serde::Serialize;
use std::collections::BTreeMap;
use translator::{Frame, Translator};

/// What a rendering is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rendering {
    /// The web page.
    Page,
    /// The web page of an issued edition.
    Archive,
    /// The PDF on the web.
    Site,
    /// The PDF for prospective clients.
    Handout,
    /// The print to date, sign and seal.
    Signed,
    /// The office's own working print.
    Proof,
}

impl Rendering {
    pub fn audience(self) -> Audience {
        match self {
            Rendering::Page | Rendering::Archive | Rendering::Site => Audience::Public,
            Rendering::Handout | Rendering::Signed => Audience::Prospect,
            Rendering::Proof => Audience::Internal,
        }
    }

    /// Whether the day of judgement stands on it; an issued copy must not change from day to day.
    fn judges_by_the_day(self) -> bool {
        matches!(self, Rendering::Page | Rendering::Proof)
    }
}

/// The words a theme prints, by name.
pub type Labels = BTreeMap<String, String>;

/// What a sheet is laid out for.
#[derive(Debug, Clone, Copy)]
pub struct LayoutOptions<'a> {
    pub kind: Rendering,
    /// The sheet's language; the labels it is laid out with are to be of the same.
    pub language: Language,
    pub today: Date,
    /// Id of the edition, also in file names.
    pub id: &'a str,
    /// The edition that this register is; without one it is a draft, and every rendering says so.
    pub edition: Option<&'a Edition>,
    /// The editions issued so far, oldest first; only a signed copy lists them.
    pub history: &'a [&'a Edition],
    /// A copy made for one client.
    pub copy: Option<&'a ClientCopy>,
    /// What the author is told; only a proof shows it.
    pub notes: &'a FindingsByEntry,
    /// First line of each measure by file; only a proof shows it.
    pub lines: &'a EntryLines,
}

impl<'a> LayoutOptions<'a> {
    /// A Japanese draft without anything that only a proof or a signed copy shows.
    pub fn of(kind: Rendering, today: Date, id: &'a str) -> LayoutOptions<'a> {
        static NO_NOTES: FindingsByEntry = FindingsByEntry::new();
        static NO_LINES: EntryLines = EntryLines::new();
        LayoutOptions {
            kind,
            language: Language::Japanese,
            today,
            id,
            edition: None,
            history: &[],
            copy: None,
            notes: &NO_NOTES,
            lines: &NO_LINES,
        }
    }
}

/// Whom a copy is made for.
#[derive(Debug, Clone, Serialize)]
pub struct ClientCopy {
    /// Printed on each page.
    pub recipient: String,
    /// Whether a 受領・確認票 is appended, for the client's own file.
    pub acknowledgement: bool,
}

/// First line of each measure, by file.
pub type EntryLines = BTreeMap<String, Vec<usize>>;

/// Findings in words, by file and, where they belong to one measure of it, by that.
pub type FindingsByEntry = BTreeMap<(String, Option<usize>), Vec<FindingText>>;

/// A finding in words.
#[derive(Debug, Clone, Serialize)]
pub struct FindingText {
    pub severity: &'static str,
    pub rule: &'static str,
    pub text: String,
    /// `content/sheet.yaml:4`
    pub place: String,
}

/// The form, for one audience. Themes read it as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    pub kind: Rendering,
    pub audience: Audience,
    /// `ja` or `en`.
    pub lang: &'static str,
    /// The language of each text around the table that is not in the sheet's own, by name:
    /// `title`, `guideline`, `office`, `address`, `representative`, `complaints`, `signatory_title`, `signatory_name`.
    pub untranslated: BTreeMap<&'static str, &'static str>,
    pub title: String,
    pub office: Office,
    pub signatory: Signatory,
    pub guideline: Guideline,
    pub id: String,
    /// Not issued: 案（未発行）.
    pub draft: bool,
    pub edition: Option<EditionLine>,
    /// Editions up to this one, oldest first: the revision history of a signed copy.
    pub history: Vec<HistoryLine>,
    pub copy: Option<ClientCopy>,
    /// Boxes for the seals of those who approve, the highest rank first; on a signed copy.
    pub approvals: Vec<String>,
    /// 版: the id, and 案（未発行） where it is a draft.
    pub version: String,
    pub date: Day,
    #[serde(skip)]
    pub document: DocumentFields,
    pub as_of: Option<Day>,
    pub control: Vec<Control>,
    pub labels: Labels,
    pub rows: Vec<Row>,
    pub certifications: Vec<CertificationLine>,
    /// Notes that belong to no row and no certification.
    pub findings: Vec<FindingText>,
}

/// What a sheet says of the edition it shows.
#[derive(Debug, Clone, Serialize)]
pub struct EditionLine {
    pub id: String,
    pub note: Option<String>,
    /// SHA-256 of this audience's `safeguards.json`.
    pub digest: String,
    /// Its first 16 digits, as printed.
    pub digest_start: String,
    /// The edition's page on the office's site, where that is known.
    pub address: Option<String>,
    /// The address as a QR code: a line of `1` (dark) and `0` for each row of modules.
    pub qr: Vec<String>,
    #[serde(skip)]
    pub salt: Option<String>,
    #[serde(skip)]
    pub predecessor: Option<Link>,
    #[serde(skip)]
    pub allowed: Vec<Allowance>,
}

/// A line of the revision history.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryLine {
    pub id: String,
    pub date: String,
    pub note: String,
}

/// What the head of the sheet says, for the data that programs read.
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
pub struct Control {
    pub label: String,
    pub text: String,
    /// Where the text is not in the sheet's language.
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

/// Letter and name of a section or item, standing on every row; `span` says how many rows share the cell: 0 on all but the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Heading {
    pub letter: String,
    pub name: String,
    /// `None` for the `-` of a section without items.
    pub anchor: Option<String>,
    pub span: usize,
    /// Where the name is not in the sheet's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<&'static str>,
}

/// The words of a cell; whatever the state, `paragraphs` is what is printed.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    pub state: State,
    /// Who may read it; told in a proof only.
    #[serde(skip)]
    pub audience: Option<Audience>,
    /// Rows that share the cell; 0 where the one above reaches down.
    pub span: usize,
    pub paragraphs: Vec<Paragraph>,
    /// Where they are not in the sheet's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Stated,
    NotApplicable,
    /// The office still has to answer.
    Open,
    /// Not for this audience.
    Withheld,
    /// Nothing was written, and nothing need be.
    None,
}

/// What a proof prints beside a row.
#[derive(Debug, Clone, Serialize)]
pub struct RowProof {
    pub file: String,
    pub source: String,
    pub confirm: Option<String>,
    pub reviewed_on: Option<String>,
    pub audience: Option<String>,
    pub findings: Vec<FindingText>,
}

/// A line of the 第三者認証 block.
#[derive(Debug, Clone, Serialize)]
pub struct CertificationLine {
    pub id: String,
    pub text: String,
    /// Where the text is not in the sheet's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<&'static str>,
    /// Stands in `text`; a theme keeps it on one line.
    pub number: String,
    pub state: Validity,
    /// What is printed beside it.
    pub validity: String,
    /// What is printed instead once the last day is over: a page may be read long after it was made.
    pub over: Option<String>,
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

#[derive(Debug, Clone, Serialize)]
pub struct CertificationProof {
    pub file: String,
    pub findings: Vec<FindingText>,
}

/// Lays the register out for one options.
pub fn lay_out(register: &Register, options: &LayoutOptions, labels: &Labels) -> Sheet {
    let wording = Translator::of(register, options.language);
    let day = |day: Date| Day {
        iso: day.to_string(),
        text: wording.date(day),
    };
    let date = day(register.date);
    let as_of = options.kind.judges_by_the_day().then(|| day(options.today));
    let audience = options.kind.audience();
    let Frame {
        title,
        office,
        signatory,
        guideline,
        untranslated,
    } = translator::frame(register, wording);
    let mut labels = labels.clone();
    if let (Some(edition), Language::Japanese) = (options.edition, options.language) {
        // What stands in the cells never changes with a theme. A translation is no part of what was issued.
        labels.extend(edition.words.clone());
    }
    let labels = fill_in(&labels, &office.name, &date.text, as_of.as_ref());
    let layout = RowLayout {
        register,
        options,
        labels: &labels,
        wording,
    };
    let mut rows = Vec::new();
    for section in &register.sections {
        for item in &section.items {
            rows.extend(
                item.measures
                    .iter()
                    .map(|measure| layout.row(section, item, measure)),
            );
        }
    }
    join(&mut rows);
    let certifications = register
        .certifications
        .iter()
        .map(|certification| layout.certification(certification))
        .collect();
    let control = layout.control(&date.text);
    let signed = options.kind == Rendering::Signed;
    let history = options.history.iter().filter(|_| signed);
    let history = history.map(|edition| HistoryLine {
        id: edition.id.clone(),
        date: wording.date(edition.sheet.date),
        note: edition.note.clone().unwrap_or_default(),
    });
    let findings = match options.kind {
        Rendering::Proof => layout.general_notes(),
        _ => Vec::new(),
    };
    Sheet {
        kind: options.kind,
        audience,
        lang: options.language.code(),
        untranslated,
        title,
        office,
        signatory,
        guideline,
        id: options.id.to_owned(),
        draft: options.edition.is_none(),
        edition: options.edition.map(|edition| {
            let site = register.office.url.as_deref().filter(|_| signed);
            edition.line(audience, site)
        }),
        history: history.collect(),
        copy: options.copy.cloned(),
        approvals: match signed {
            true => register.approvals.clone(),
            false => Vec::new(),
        },
        document: DocumentFields {
            date_style: register.date_style,
            document_number: register.document_number.clone(),
            established_on: register.established_on,
            revised_on: register.revised_on,
        },
        version: layout.version(),
        date,
        as_of,
        control,
        rows,
        certifications,
        findings,
        labels,
    }
}

impl Sheet {
    /// The same sheet with its first rows only: for finding the row a theme stumbles over.
    pub fn first_rows(&self, count: usize) -> Sheet {
        let mut cut = self.clone();
        cut.rows.truncate(count);
        join(&mut cut.rows);
        cut
    }

    /// What a message calls a row: its anchor, and the beginning of its subject.
    pub fn row_name(&self, row: usize) -> (&str, String) {
        let row = &self.rows[row];
        let subject = row.subject.paragraphs.first();
        let subject = subject.map(|words| crate::text::plain(words));
        (&row.anchor, subject.unwrap_or_default())
    }
}

/// Says which rows share a cell: runs of one section, of one item in it, of one subject in that.
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

/// Fills the placeholders that are the same all over the sheet.
fn fill_in(labels: &Labels, office: &str, date: &str, as_of: Option<&Day>) -> Labels {
    let fill = |label: &String| {
        label
            .replace("{office}", office)
            .replace("{date}", date)
            .replace("{as_of}", as_of.map_or("", |day| &day.text))
    };
    labels
        .iter()
        .map(|(name, label)| (name.clone(), fill(label)))
        .collect()
}
