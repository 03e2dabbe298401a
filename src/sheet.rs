//! Register and labels in, a format-independent sheet for one reader out: the content of every rendering.
//!
//! Rows, their order, joined cells, numbers, anchors and the text of every cell are decided here, once. Fonts, widths and
//! page breaks belong to the theme. A [`Sheet`] holds nothing that its reader may not see.

mod layout;
mod row_layout;

use crate::edition::{Edition, Version};
use crate::model::{Audience, Guideline, Office, Signatory};
use crate::{message::Language, text::Paragraph};
use jiff::civil::Date;
pub use layout::{lay_out, lay_out_edition};
pub use row_layout::ForeignLang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The page or document a sheet is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rendering {
    /// The front page of the site.
    Page,
    /// The PDF on the site, and the page of an issued edition.
    SitePdf,
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
            Rendering::Page | Rendering::SitePdf => Audience::Public,
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

    /// True if the day of judgement is printed. An issued copy must not change from day to day.
    pub fn is_judged_by_the_day(self) -> bool {
        matches!(self, Rendering::Page | Rendering::Proof)
    }
}

/// The words that a theme prints, by name: `themes/<theme>/labels.<language>.yaml`.
pub type Labels = BTreeMap<String, String>;

#[derive(Debug, Clone, Serialize)]
pub struct FindingText {
    pub severity: &'static str,
    pub rule: &'static str,
    pub text: String,
    /// `content/sheet.yaml:4`
    pub place: String,
}

/// The reader, state and extras that a sheet is laid out for.
#[derive(Debug, Clone)]
pub struct LayoutOptions<'a> {
    pub rendering: Rendering,
    /// The sheet's language; its labels must be in the same.
    pub language: Language,
    /// The day of judgement.
    pub today: Date,
    pub version: Version<'a>,
    /// The editions issued so far, oldest first; only the print to seal lists them.
    pub history: &'a [&'a Edition],
}

impl<'a> LayoutOptions<'a> {
    /// A Japanese sheet without history.
    pub fn new(rendering: Rendering, today: Date, version: Version<'a>) -> LayoutOptions<'a> {
        LayoutOptions {
            rendering,
            language: Language::Japanese,
            today,
            version,
            history: &[],
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct ClientCopy {
    /// Printed on each page.
    pub recipient: String,
    /// Random digits, so that nobody can guess the recipient and test the guess by the file's SHA-256.
    pub mark: String,
    /// True if a 受領・確認票 is appended, for the client's own file.
    pub acknowledgement: bool,
}

/// The form, for one reader. Themes read it as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    pub rendering: Rendering,
    pub audience: Audience,
    /// `ja` or `en`.
    pub lang: &'static str,
    /// The language of each text around the table that is not in the sheet's own: of `title`, `guideline`, `office`,
    /// `address`, `representative`, `complaints`, `signatory_title`, `signatory_name`.
    pub untranslated: BTreeMap<&'static str, &'static str>,
    pub title: String,
    pub office: Office<String>,
    pub signatory: Signatory<String>,
    pub guideline: Guideline<String>,
    pub id: String,
    /// Not issued: 案（未発行）.
    pub draft: bool,
    pub edition: Option<EditionLine>,
    /// Editions up to this one, oldest first: the revision history of the print to seal.
    pub history: Vec<HistoryLine>,
    pub copy: Option<ClientCopy>,
    /// Boxes for the seals of those who approve, the highest rank first; on the print to seal.
    pub approvals: Vec<String>,
    /// 版: number and id, or day and 案（未発行） of a draft.
    pub version: String,
    pub date: PrintedDay,
    /// The day of issue; for a draft and the proof the day of judgement. ISO 8601; a PDF's creation date.
    pub created_on: String,
    pub as_of: Option<PrintedDay>,
    /// The number of rows whose review is overdue; on what is judged by the day.
    pub overdue_reviews: usize,
    pub control: Vec<ControlEntry>,
    pub labels: Labels,
    pub rows: Vec<Row>,
    /// True if a cell is withheld from this reader: the legend of the mark is printed.
    pub has_withheld: bool,
    pub certifications: Vec<CertificationLine>,
    /// Findings that belong to no row and no certificate. The layout knows no findings.
    pub findings: Vec<FindingText>,
}

/// The edition that a sheet shows.
#[derive(Debug, Clone, Serialize)]
pub struct EditionLine {
    pub id: String,
    pub note: Option<String>,
    /// SHA-256 of this reader's `safeguards.json`.
    pub digest: String,
    /// Its first 16 digits, as printed.
    pub digest_start: String,
    /// The edition's page on the office's site, if its address is known.
    pub address: Option<String>,
    /// The address as a QR code: a line of `1` (dark) and `0` for each row of modules.
    pub qr: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct HistoryLine {
    pub id: String,
    pub date: String,
    pub note: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct PrintedDay {
    pub iso: String,
    pub text: String,
}

/// One entry of the control block (文書番号, 版, …).
#[derive(Debug, Clone, Serialize)]
pub struct ControlEntry {
    pub label: String,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: ForeignLang,
}

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

/// Letter and name of a section or item, on every row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Heading {
    pub letter: String,
    pub name: String,
    /// `None` for the `-` of a section without items.
    pub anchor: Option<String>,
    /// The number of rows that share the cell, and 0 on all but the first of them.
    pub span: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: ForeignLang,
}

/// The text of a cell. Whatever the state, `paragraphs` is printed.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    pub state: State,
    /// Number of rows that share the cell; 0 if the cell above reaches down to this row.
    pub span: usize,
    pub paragraphs: Vec<Paragraph>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: ForeignLang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Stated,
    NotApplicable,
    /// The office still has to answer.
    Open,
    Withheld,
    /// Nothing was written, and nothing has to be.
    None,
}

/// The notes that the proof prints beside a row.
#[derive(Debug, Clone, Serialize)]
pub struct RowProof {
    pub file: String,
    pub source: String,
    pub confirm: Option<String>,
    pub memo: Option<String>,
    pub reviewed_on: Option<String>,
    /// The fields that only clients may read.
    pub audience: Option<String>,
    pub findings: Vec<FindingText>,
}

/// A line of the 第三者認証 block.
#[derive(Debug, Clone, Serialize)]
pub struct CertificationLine {
    pub id: String,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: ForeignLang,
    /// The beginning of `text` that names standard and year; empty if the line is worded otherwise.
    pub standard: String,
    /// Part of `text`; a theme keeps it on one line.
    pub number: String,
    pub state: Validity,
    /// Printed beside it; empty if there is nothing to say.
    pub validity: String,
    /// Printed instead after the last day: a page may be read long after it was built.
    pub expired: Option<String>,
    pub expires_on: Option<String>,
    pub proof: Option<CertificationProof>,
    /// The day on which it was issued, as it is printed.
    #[serde(skip)]
    pub issued_on: Option<String>,
    #[serde(skip)]
    pub data: CertificationData,
}

/// A certificate in the data that programs read. Its form never changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificationData {
    pub id: String,
    pub text: String,
    pub standard: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    pub number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

impl Sheet {
    /// The same sheet with its first rows only: for finding the row that a theme fails at.
    pub fn first_rows(&self, count: usize) -> Sheet {
        let mut cut = self.clone();
        cut.rows.truncate(count);
        layout::join(&mut cut.rows);
        cut
    }

    /// The name of a row in messages: its anchor, and the beginning of its subject.
    pub fn row_name(&self, row: usize) -> (&str, String) {
        let row = &self.rows[row];
        let paragraph = row.subject.paragraphs.first();
        let subject = paragraph.map(|paragraph| crate::text::plain(paragraph));
        (&row.anchor, subject.unwrap_or_default())
    }
}
