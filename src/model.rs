//! What is true once the content was checked: the register and its parts.
//!
//! Records ([`crate::content::record`]) say what was written; these types cannot hold what the rules forbid.
//! Only [`crate::check::check`] makes a [`Register`].

use crate::content::record::Coordinate;
use crate::date::DateStyle;
use crate::message::Language;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who may read a text; each may read what the one before may.
#[derive(
    Debug,
    Default,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Everybody: the web.
    #[default]
    Public,
    /// A prospective client: the PDF handed over.
    Prospect,
    /// The office itself: the proof.
    Internal,
}

/// All of it, checked. An issued edition keeps it as data; what is marked `skip` belongs to the working content only.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    pub title: String,
    pub date: Date,
    pub date_style: DateStyle,
    pub document_number: Option<String>,
    pub established_on: Option<Date>,
    pub revised_on: Option<Date>,
    pub guideline: Guideline,
    pub office: Office,
    pub signatory: Signatory,
    /// Who approves, by seal, the highest rank first.
    #[serde(skip)]
    pub approvals: Vec<String>,
    /// In print order, those without a measure left out.
    pub sections: Vec<Section>,
    pub certifications: Vec<Certification>,
    #[serde(skip)]
    pub english: English,
}

impl Register {
    /// Every row, in print order.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        let items = self.sections.iter().flat_map(|section| &section.items);
        items.flat_map(|item| &item.measures)
    }

    pub fn measures_mut(&mut self) -> impl Iterator<Item = &mut Measure> {
        let sections = self.sections.iter_mut();
        let items = sections.flat_map(|section| &mut section.items);
        items.flat_map(|item| &mut item.measures)
    }

    /// Whether there is enough for an English page: headings and certificates alone are none.
    pub fn has_english(&self) -> bool {
        let English {
            title,
            office,
            measures,
            ..
        } = &self.english;
        title.is_some() || *office != OfficeEnglish::default() || !measures.is_empty()
    }
}

/// What was also written in English: a translation for convenience, for the English page.
///
/// The Japanese sheet is the one issued, so no edition holds it, and neither data nor digest know of it.
#[derive(Debug, Clone, Default)]
pub struct English {
    pub title: Option<String>,
    /// The guideline's title.
    pub guideline: Option<String>,
    pub office: OfficeEnglish,
    /// Headings by place: `C` or `C-b`.
    pub headings: BTreeMap<String, String>,
    /// Measures by id, those with at least one text.
    pub measures: BTreeMap<String, MeasureEnglish>,
    /// Certificates by id.
    pub certifications: BTreeMap<String, CertificationEnglish>,
}

/// The office and who signs for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfficeEnglish {
    pub name: Option<String>,
    pub address: Option<String>,
    pub representative: Option<String>,
    pub complaints: Option<String>,
    pub signatory_title: Option<String>,
    pub signatory_name: Option<String>,
}

/// Who may read one of these texts is told by the Japanese one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeasureEnglish {
    pub subject: Option<Text>,
    /// The measure, or why it is not applicable: whichever the row says.
    pub statement: Option<Text>,
    pub remarks: Option<Text>,
}

#[derive(Debug, Clone, Default)]
pub struct CertificationEnglish {
    /// The line as printed, where all of it could be put into English.
    pub printed: Option<String>,
    pub scheme: Option<String>,
    pub body: Option<String>,
    pub scope: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub name: String,
    pub tel: Option<String>,
    pub address: Option<String>,
    pub url: Option<String>,
    pub representative: Option<String>,
    pub complaints: Option<String>,
    /// Address (URI) for who finds a security problem of the site.
    #[serde(default, skip_serializing)]
    pub security: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signatory {
    pub title: String,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guideline {
    pub id: String,
    pub title: String,
}

/// A letter of the guideline, or a section of the office's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub id: String,
    /// 記号 as printed.
    pub letter: String,
    /// The heading as the office prints it.
    pub name: String,
    /// One without an id where the section has no items.
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub id: Option<String>,
    pub letter: String,
    pub name: String,
    pub measures: Vec<Measure>,
}

/// One row: what is done to satisfy an item.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    from = "crate::edition::MeasureData",
    into = "crate::edition::MeasureData"
)]
pub struct Measure {
    pub id: String,
    /// Ids it had before.
    pub formerly: Vec<String>,
    pub no: Option<u32>,
    pub subject: Restricted<Text>,
    pub measure: Restricted<Statement>,
    pub remarks: Restricted<Option<Text>>,
    pub origin: MeasureOrigin,
}

/// A text and who may read it.
#[derive(Debug, Clone)]
pub struct Restricted<T> {
    pub what: T,
    pub audience: Audience,
}

/// What stands under 措置の内容.
#[derive(Debug, Clone)]
pub enum Statement {
    Stated(Text),
    /// 該当なし, and why.
    NotApplicable(Text),
    /// The office still has to answer.
    Open,
}

/// Where a measure comes from, for the proof.
#[derive(Debug, Clone, Default)]
pub struct MeasureOrigin {
    pub file: String,
    pub index: usize,
    /// Coordinates in the document it was taken over from, in print order, each once.
    pub source: Vec<Coordinate>,
    pub confirm: Option<String>,
    pub reviewed_on: Option<Date>,
}

/// A certificate (第三者認証).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certification {
    /// Name of its file.
    pub id: String,
    pub standard: String,
    pub edition: Option<String>,
    pub scheme: Option<String>,
    pub number: String,
    pub body: Option<String>,
    pub accreditor: Option<String>,
    pub scope: Option<String>,
    pub issued_on: Option<Date>,
    /// The last valid day.
    pub expires_on: Option<Date>,
    /// The line as printed.
    pub printed: String,
    #[serde(skip)]
    pub file: String,
}

/// A page of prose for the office's site. No edition holds it: it says nothing of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its address is `<name>.html`, in English `en/<name>.html`; links in it are written from there.
    pub name: String,
    pub lang: Language,
    /// The heading of the first rank, which `html` lacks.
    pub title: String,
    pub order: Option<u32>,
    /// The text as a fragment of HTML, made from Markdown.
    pub html: String,
}

impl Certification {
    /// Whether the certificate's last day is over; that day itself still counts.
    pub fn lapsed(&self, today: Date) -> bool {
        self.expires_on.is_some_and(|last| last < today)
    }
}
