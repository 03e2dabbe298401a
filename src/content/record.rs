//! The record types of `content/`, one per kind of file.
//!
//! They hold what was written, [`crate::model`] what was checked. Their comments are the manual for writers of YAML.

pub use super::values::{IsoDate, Line, Markdown, Period};
use super::values::{even_if_blank, or_default};
use crate::date::DateStyle;
use crate::model::{Audience, Audiences, Coordinate, Signatory};
use jiff::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `office.yaml`: the office that hands the sheet over. Write only what is known.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeRecord {
    /// 事務所名
    pub name: Line,
    pub tel: Option<Line>,
    pub address: Option<Line>,
    /// Address of the office's site, `https://…`.
    pub url: Option<Line>,
    /// Address of the office's own site, to which the pages lead back.
    pub homepage: Option<Line>,
    /// 代表者
    pub representative: Option<Line>,
    /// 苦情・相談の窓口
    pub complaints: Option<Line>,
    /// False for a company that handles the My Numbers of its own people only: what binds contractors
    /// (`duty: contractors`) does not bind it, and the small-business method is open to it.
    #[serde(default = "yes")]
    pub contractor: bool,
    /// Contact for security problems (security.txt): a mail address, or `https://…`.
    pub security: Option<Line>,
    /// The person who signs the sheet (特定個人情報等管理責任者).
    pub signatory: Signatory<Line>,
    #[serde(default, deserialize_with = "or_default")]
    pub en: OfficeEnglishRecord,
}

fn yes() -> bool {
    true
}

/// The office in English, for the English page: `en: {name: Sample Office, signatory: {name: Hanako Mihon}}`.
///
/// Every `en:` of `content/` is a translation for convenience; a text without one is shown in
/// Japanese. The Japanese sheet is the one issued: English may change without a new edition.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeEnglishRecord {
    pub name: Option<Line>,
    pub address: Option<Line>,
    pub representative: Option<Line>,
    pub complaints: Option<Line>,
    #[serde(default, deserialize_with = "or_default")]
    pub signatory: Signatory<Option<Line>>,
}

/// `sheet.yaml`: the guideline the sheet answers, its date, and how it is printed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetRecord {
    pub title: Line,
    /// Id of the guideline the sheet answers: a file of `guidelines/`.
    pub guideline: String,
    /// The day the sheet speaks of, as `2015-10-01`.
    pub date: IsoDate,
    /// `western` (2015年10月1日) or `era` (平成27年10月1日).
    #[serde(default)]
    pub date_style: DateStyle,
    /// Folder of `themes/` whose files win over the official ones.
    pub theme: Option<String>,
    /// 文書番号
    pub document_number: Option<Line>,
    /// 制定日
    pub established_on: Option<IsoDate>,
    /// 施行日, which may be still to come. (改訂日 is the day of the newest edition, from the second on.)
    pub effective_on: Option<IsoDate>,
    /// The day on which all rows were reviewed; a row may name another. `safeguard issue --reviewed DATE` writes it.
    pub reviewed_on: Option<IsoDate>,
    /// People who approve the signed copy by seal (承認), the highest rank first: a box for each.
    #[serde(default)]
    pub approvals: Vec<Line>,
    /// Number (版) of the first edition issued here, for an office that issued earlier ones on paper.
    pub first_edition: Option<u32>,
    /// Id of the newest issued edition, written by `safeguard issue`: a deleted edition is noticed.
    pub edition: Option<String>,
    /// Headings as the office prints them, if they differ from the guideline's: `C-d: …`.
    #[serde(default)]
    pub headings: BTreeMap<String, Line>,
    /// Readers of a field, unless the measure itself names them.
    #[serde(default, deserialize_with = "or_default")]
    pub audience: FieldAudience,
    #[serde(default, deserialize_with = "or_default")]
    pub sections: OwnSections,
    #[serde(default, deserialize_with = "or_default")]
    pub thresholds: Thresholds,
    /// Names that nothing public may contain, each an entry of its own. Width, case, spaces, hyphens, kana, variants of
    /// a character (髙) and ㈱ make no difference; Latin names are whole words. One that only looks alike is a warning.
    #[serde(default)]
    pub confidential: Vec<Line>,
    #[serde(default, deserialize_with = "or_default")]
    pub en: SheetEnglishRecord,
}

/// The sheet's title and headings in English.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SheetEnglishRecord {
    pub title: Option<Line>,
    /// By place, as `headings`. A heading that the office changed needs English of its own.
    pub headings: BTreeMap<String, Line>,
}

/// Sections that the guideline's table does not have (委託の取り扱い first, その他 last).
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OwnSections {
    pub before: Vec<OwnSection>,
    pub after: Vec<OwnSection>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnSection {
    /// Name of the section's folder or file below `measures/`.
    pub id: String,
    /// 記号 as printed: `"-"`, or `""` for none.
    pub letter: String,
    pub name: Line,
    /// The name in English.
    pub en: Option<Line>,
    #[serde(default)]
    pub items: Vec<OwnItem>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnItem {
    pub id: String,
    pub letter: String,
    pub name: Line,
    pub en: Option<Line>,
}

/// Readers of each field: `public` (everybody, the web) or `client` (companies that entrust or may entrust work).
pub type FieldAudience = Audiences<Option<Audience>>;

impl FieldAudience {
    /// Readers that the measure names, else the sheet; by default remarks (vendors, products) are not public.
    pub fn over(self, sheet: FieldAudience) -> Audiences {
        Audiences {
            subject: self.subject.or(sheet.subject).unwrap_or(Audience::Public),
            measure: self.measure.or(sheet.measure).unwrap_or(Audience::Public),
            remarks: self.remarks.or(sheet.remarks).unwrap_or(Audience::Client),
        }
    }
}

/// Periods after which a date becomes a finding, as ISO 8601 durations.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// Time before its last day at which a certificate is reported to expire soon.
    pub expires_soon: Period,
    /// Time after which a review is overdue.
    pub review: Period,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            expires_soon: Period(Span::new().days(90)),
            review: Period(Span::new().years(1)),
        }
    }
}

/// `guidelines/<id>.yaml`: the headings of one edition of a guideline.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuidelineRecord {
    pub id: String,
    pub title: Line,
    /// Day or month, as `2014-12-11` or `2025-06`.
    pub published: String,
    pub amended: Option<String>,
    /// State of the comparison of these headings with the official text.
    pub status: Option<Line>,
    pub source: Option<Line>,
    /// Id of the edition that replaced this one.
    pub superseded_by: Option<String>,
    pub sections: Vec<SectionRecord>,
    /// The part on entrustment (委託の取扱い): main text, so it does not count for coverage.
    #[serde(default)]
    pub entrustment: Vec<EntrustmentRecord>,
    #[serde(default, deserialize_with = "or_default")]
    pub en: GuidelineEnglishRecord,
}

/// The guideline's title in English.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuidelineEnglishRecord {
    pub title: Option<Line>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionRecord {
    pub id: String,
    pub name: Line,
    /// The name in English: `en: Basic policy`.
    pub en: Option<Line>,
    #[serde(default)]
    pub duty: Duty,
    /// The small-business method (中小規模事業者における対応方法) exists.
    #[serde(default)]
    pub sme: bool,
    #[serde(default)]
    pub items: Vec<ItemRecord>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemRecord {
    pub id: String,
    pub name: Line,
    pub en: Option<Line>,
    /// Only if it differs from the section's.
    pub duty: Option<Duty>,
    #[serde(default)]
    pub sme: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntrustmentRecord {
    pub id: String,
    pub name: Line,
    pub en: Option<Line>,
    #[serde(default)]
    pub items: Vec<EntrustmentItem>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntrustmentItem {
    pub id: String,
    pub name: Line,
    pub en: Option<Line>,
    /// The points that its text names.
    #[serde(default)]
    pub parts: Vec<Line>,
}

/// Those whom an item binds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Duty {
    /// しなければならない, for all who handle the data.
    #[default]
    All,
    /// しなければならない, for contractors only, who handle the data of others (委託を受けた者).
    Contractors,
    /// 重要である
    Recommended,
}

/// One measure of `measures/<section>/<item>.yaml`: one row of the sheet.
///
/// A new cell also goes into `Content::texts`, `model::Measure` and its `texts`, `Audiences`, `sheet::Row`, `data`
/// (which then needs a new `FORMAT`, so that issued digests stay), `compare` and the theme.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureRecord {
    /// Stable and unique in the whole sheet; the row's anchor is `C-b-<id>`.
    pub id: String,
    /// The row's number. Given at issue, never used again for another row.
    pub no: Option<u32>,
    /// 安全管理措置への対応. Equal neighbours share one cell.
    pub subject: Markdown,
    /// 措置の内容. Inline Markdown; a list is paragraphs.
    pub measure: Option<Markdown>,
    /// Instead of a measure: why the item does not apply. Without a reason it is an empty text.
    #[serde(default, deserialize_with = "even_if_blank")]
    pub not_applicable: Option<Markdown>,
    /// サービス・委託先・備考. Likewise.
    pub remarks: Option<Markdown>,
    #[serde(default, deserialize_with = "or_default")]
    pub audience: FieldAudience,
    /// The small-business method is used. An office that is a contractor never may.
    #[serde(default)]
    pub relaxed: bool,
    /// The day of the row's last review, if it is another than the sheet's.
    pub reviewed_on: Option<IsoDate>,
    /// An open question for the office, printed in the proof only. A row with a question and no measure is open.
    pub confirm: Option<Line>,
    /// The office's own note, printed in the proof only.
    pub memo: Option<Line>,
    /// Ids the measure had before, so that old links still arrive.
    #[serde(default)]
    pub formerly: Vec<String>,
    /// Line and cell in the document the texts were taken over from.
    pub source: Option<SourceRecord>,
    #[serde(default, deserialize_with = "or_default")]
    pub en: MeasureEnglishRecord,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SourceRecord {
    pub subject: Option<Coordinate>,
    pub measure: Option<Coordinate>,
    pub remarks: Vec<Coordinate>,
}

/// The same texts in English. Their readers are those of the Japanese texts (`audience`).
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureEnglishRecord {
    pub subject: Option<Markdown>,
    pub measure: Option<Markdown>,
    pub not_applicable: Option<Markdown>,
    pub remarks: Option<Markdown>,
}

/// `certifications/<name>.yaml`: one certificate (第三者認証).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificationRecord {
    pub standard: Line,
    /// Year of the standard, as the certificate names it: `"2022"`.
    pub edition: Option<Line>,
    pub scheme: Option<Line>,
    /// Exactly as printed, leading zeros included.
    pub number: Line,
    pub body: Option<Line>,
    pub accreditor: Option<Line>,
    pub scope: Option<Line>,
    pub issued_on: Option<IsoDate>,
    /// The last valid day, in Japan.
    pub expires_on: Option<IsoDate>,
    /// The mark shown with it: `privacy-mark`.
    pub mark: Option<Mark>,
    /// The line as printed, only if `standard (scheme 認証番号 number body)` does not fit.
    pub print: Option<Line>,
    pub source: Option<Coordinate>,
    #[serde(default, deserialize_with = "or_default")]
    pub en: CertificationEnglishRecord,
}

/// The certificate in English: printed as `standard (scheme, certificate no. number, body)` if no part is in Japanese.
#[derive(Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificationEnglishRecord {
    pub scheme: Option<Line>,
    pub body: Option<Line>,
    pub scope: Option<Line>,
    /// The line as printed, only if the usual pattern does not fit.
    pub print: Option<Line>,
}

/// `pages/<name>.md`, between the `---` lines at its beginning: one page of the office's site.
///
/// The text follows in Markdown: `# heading`, lists, tables, `**bold**`, links; no HTML or images. The name becomes the
/// address (`<name>.html`): letters a–z, digits and hyphens. `<name>.en.md` is the page in English.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageRecord {
    /// The page's heading, the only one of the first rank.
    pub title: Line,
    /// Position among the pages; pages without one are last. An English page follows its Japanese.
    pub order: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    PrivacyMark,
}
