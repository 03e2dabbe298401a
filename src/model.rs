//! The register: the content after it was checked. Records ([`crate::content::record`]) hold what was written.
//! A [`Register`] comes from [`crate::check::check`], or from an edition's record.

use crate::{date::DateStyle, message::Language, text::Text};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The readers that may see a text. Memos, questions and findings are for the office only.
#[derive(Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Everybody: the web.
    #[default]
    Public,
    /// A company that entrusts or may entrust work to the office, besides what is public.
    Client,
}

impl Audience {
    pub const ALL: [Audience; 2] = [Audience::Public, Audience::Client];

    /// The word for it in files, options and the names of labels.
    pub fn name(self) -> &'static str {
        match self {
            Audience::Public => "public",
            Audience::Client => "client",
        }
    }
}

/// A value in Japanese and, if translated, in English. The Japanese sheet is issued: editions hold only that value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bilingual<T> {
    pub ja: T,
    #[serde(skip)]
    pub en: Option<T>,
}

impl<T> From<T> for Bilingual<T> {
    fn from(ja: T) -> Bilingual<T> {
        Bilingual { ja, en: None }
    }
}

/// The whole checked content of the sheet. An edition's record holds it without the fields marked `skip`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    pub title: Bilingual<String>,
    pub date: Date,
    pub date_style: DateStyle,
    pub document_number: Option<String>,
    pub established_on: Option<Date>,
    pub effective_on: Option<Date>,
    pub guideline: Guideline,
    pub office: Office,
    pub signatory: Signatory,
    /// Those who approve by seal, the highest rank first.
    #[serde(skip)]
    pub approvals: Vec<String>,
    /// The number of rows whose review was overdue on the day of the check.
    #[serde(skip)]
    pub overdue_reviews: usize,
    /// In print order, without those that have no measure.
    pub sections: Vec<Section>,
    pub certifications: Vec<Certification>,
}

impl Register {
    /// Every row, in print order.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        let items = self.sections.iter().flat_map(|section| &section.items);
        items.flat_map(|item| &item.measures)
    }

    pub fn measures_mut(&mut self) -> impl Iterator<Item = &mut Measure> {
        let items = self.sections.iter_mut().flat_map(|it| &mut it.items);
        items.flat_map(|item| &mut item.measures)
    }

    /// The lines around the table without the guideline's, by their names in [`crate::sheet::Sheet::untranslated`].
    pub fn frame(&self) -> [(&'static str, Option<&Bilingual<String>>); 7] {
        let (office, signatory) = (&self.office, &self.signatory);
        [
            ("title", Some(&self.title)),
            ("office", Some(&office.name)),
            ("address", office.address.as_ref()),
            ("representative", office.representative.as_ref()),
            ("complaints", office.complaints.as_ref()),
            ("signatory_title", Some(&signatory.title)),
            ("signatory_name", Some(&signatory.name)),
        ]
    }

    /// True if an English page is worthwhile. Translated headings and certificates alone are not enough.
    pub fn has_english(&self) -> bool {
        let mut lines = self.frame().into_iter().filter_map(|(_, line)| line);
        let mut texts = self.measures().flat_map(Measure::texts);
        lines.any(|line| line.en.is_some()) || texts.any(|(text, _)| text.en.is_some())
    }
}

/// The office; on a sheet, which has one language, `L` is a plain text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office<L = Bilingual<String>> {
    pub name: L,
    pub tel: Option<String>,
    pub address: Option<L>,
    /// Address of the site. No edition holds it: it may change without a new one.
    pub url: Option<String>,
    pub representative: Option<L>,
    pub complaints: Option<L>,
    /// Address of the office's own site, to which the pages lead back. It may change likewise.
    #[serde(default, skip_serializing)]
    pub homepage: Option<String>,
    /// Address (URI) for reports of security problems of the site. It may change likewise.
    #[serde(default, skip_serializing)]
    pub security: Option<String>,
}

/// The person responsible (特定個人情報等管理責任者), who signs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signatory<L = Bilingual<String>> {
    pub title: L,
    pub name: L,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guideline<L = Bilingual<String>> {
    pub id: String,
    pub title: L,
    /// The month or day of its last amendment, `2025-06`; on a sheet as it is printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended: Option<String>,
}

/// A letter of the guideline, or a section of the office's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub id: String,
    /// 記号 as printed.
    pub letter: String,
    /// The heading as the office prints it.
    pub name: Bilingual<String>,
    /// A single one without an id if the section has no items.
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub id: Option<String>,
    pub letter: String,
    pub name: Bilingual<String>,
    pub measures: Vec<Measure>,
}

/// One row: what is done to satisfy an item, with the field names of the content files.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub id: String,
    /// Ids it had before.
    #[serde(skip)]
    pub formerly: Vec<String>,
    pub no: Option<u32>,
    pub subject: Bilingual<Text>,
    /// The answer under 措置の内容.
    pub measure: Option<Bilingual<Text>>,
    /// 該当なし, with the reason; none beside a measure.
    pub not_applicable: Option<Bilingual<Text>>,
    /// True if neither is written: the office still has to answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    pub remarks: Option<Bilingual<Text>>,
    pub audience: Audiences,
    #[serde(skip)]
    pub origin: MeasureOrigin,
}

impl Measure {
    /// The measure, or the reason that there is none.
    pub fn statement(&self) -> Option<&Bilingual<Text>> {
        self.measure.as_ref().or(self.not_applicable.as_ref())
    }

    /// Its texts with their readers: subject, statement, remarks, as far as they are written.
    pub fn texts(&self) -> impl Iterator<Item = (&Bilingual<Text>, Audience)> {
        let fields = [
            (Some(&self.subject), self.audience.subject),
            (self.statement(), self.audience.measure),
            (self.remarks.as_ref(), self.audience.remarks),
        ];
        let written = fields.into_iter();
        written.filter_map(|(text, audience)| Some((text?, audience)))
    }
}

/// Readers of each field of one measure.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audiences<A = Audience> {
    pub subject: A,
    pub measure: A,
    pub remarks: A,
}

/// Line and cell of a text in the document it was imported from, both counted from 1.
pub type Coordinate = (u32, u32);

/// The origin of a measure, and the office's notes on it. Only the proof shows it.
#[derive(Debug, Clone, Default)]
pub struct MeasureOrigin {
    pub file: String,
    /// Its place in the file's list.
    pub index: usize,
    /// Its first line in the file, from 1.
    pub line: usize,
    /// In print order, each once.
    pub source: Vec<Coordinate>,
    pub confirm: Option<String>,
    pub memo: Option<String>,
    /// The day of the last review: the row's own, else the sheet's.
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
    pub scheme: Option<Bilingual<String>>,
    pub number: String,
    pub body: Option<Bilingual<String>>,
    pub accreditor: Option<String>,
    pub scope: Option<Bilingual<String>>,
    pub issued_on: Option<Date>,
    /// The last valid day.
    pub expires_on: Option<Date>,
    pub printed: Bilingual<String>,
    #[serde(skip)]
    pub file: String,
}

/// `ISO/IEC 27001:2022` if the edition is known; the year stands behind the number: `ISO27001:2022/ISMS`.
pub fn dated_standard(standard: &str, edition: Option<&str>) -> String {
    let Some(edition) = edition else {
        return standard.to_owned();
    };
    let number = standard.trim_start_matches(|c: char| !c.is_ascii_digit());
    let after = number.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    let before = &standard[..standard.len() - after.len()];
    format!("{before}:{edition}{after}")
}

/// A page of prose for the office's site. It is no part of the sheet, so no edition holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProsePage {
    /// Its address is `<name>.html`, in English `en/<name>.html`; links in it are written from there.
    pub name: String,
    pub lang: Language,
    /// The only first-level heading; `html` lacks it.
    pub title: String,
    pub order: Option<u32>,
    /// The text as a fragment of HTML, made from Markdown.
    pub html: String,
}

/// The name of a place of the sheet in anchors and messages: `C` for a section, `C-b` for an item.
pub fn place_name(section: &str, item: Option<&str>) -> String {
    item.map_or_else(|| section.to_owned(), |item| format!("{section}-{item}"))
}

#[cfg(test)]
mod tests {
    use super::dated_standard;

    #[test]
    fn the_year_stands_behind_the_number_of_the_standard() {
        for (standard, expected) in [
            ("ISO27001/ISMS", "ISO27001:2022/ISMS"),
            ("ISO/IEC 27001", "ISO/IEC 27001:2022"),
            ("JIS Q 27001 (ISMS)", "JIS Q 27001:2022 (ISMS)"),
            ("ISO/IEC 20000-1", "ISO/IEC 20000-1:2022"),
            ("SRP", "SRP:2022"),
        ] {
            assert_eq!(dated_standard(standard, Some("2022")), expected);
            assert_eq!(dated_standard(standard, None), standard);
        }
    }
}
