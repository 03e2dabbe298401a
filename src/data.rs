//! Sheet → the data that programs read: `safeguards.json` and `safeguards.csv`.
//!
//! The JSON is canonical: the same sheet gives the same bytes. Those are attached to every PDF of the reader, and their
//! SHA-256 is the edition's digest. Therefore it holds neither the day of judgement nor recipient and version.

use crate::edition::{Edition, Predecessor};
pub use crate::manifest::sha256;
use crate::model::{Audience, Guideline, Register, Signatory};
use crate::sheet::{Cell, CertificationData, Heading, Rendering, Row, Sheet, State};
use crate::text::{ParagraphData, lines_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Name and version of the data's shape; readers check it first.
pub const FORMAT: &str = "safeguards/1";
/// [`SheetData::status`] of the proof, which is never issued.
pub const PROOF: &str = "proof";

/// The data. A new field makes a new [`FORMAT`]: this writer gives the digests of issued editions for ever.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetData {
    pub format: String,
    /// Id of the issued edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// `draft` or `proof`; an issued edition has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    pub audience: Audience,
    /// Random digits, so that nobody can guess a withheld name and test the guess by the digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// The changes since the edition before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The edition before, and the digest of its data for this reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<Predecessor<String>>,
    pub title: String,
    pub date: String,
    pub date_style: crate::date::DateStyle,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub established_on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised_on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_on: Option<String>,
    pub office: OfficeData,
    pub signatory: Signatory<String>,
    pub guideline: Guideline<String>,
    pub measures: Vec<RowData>,
    pub certifications: Vec<CertificationData>,
}

/// The office without its web addresses, which may change without a new edition.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeData {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaints: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowData {
    pub id: String,
    pub no: Option<u32>,
    pub anchor: String,
    pub section: HeadingData,
    pub item: HeadingData,
    pub subject: CellData,
    pub measure: CellData,
    pub remarks: CellData,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadingData {
    pub letter: String,
    pub name: String,
}

/// A cell: the kind of answer, and its printed paragraphs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellData {
    pub state: State,
    pub text: Vec<ParagraphData>,
}

/// The labels of the table's columns, by name.
const CSV_HEADER: &str = "number csv_section_letter section csv_item_letter item \
                          subject measure remarks control_version";

/// The canonical data of a sheet's reader. Register and edition add what a rendering prints otherwise or not at all.
pub fn json(sheet: &Sheet, register: &Register, edition: Option<&Edition>) -> Vec<u8> {
    let audience = sheet.audience;
    let predecessor = edition.and_then(|edition| edition.predecessor.as_ref());
    // The public has nothing to guess.
    let salted = edition.filter(|_| audience == Audience::Client);
    let status = match edition {
        _ if sheet.rendering == Rendering::Proof => Some(PROOF),
        None => Some("draft"),
        Some(_) => None,
    };
    let iso = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    let office = &sheet.office;
    let certifications = sheet.certifications.iter();
    pretty(&SheetData {
        format: FORMAT.to_owned(),
        edition: edition.map(|edition| edition.id.clone()),
        status: status.map(str::to_owned),
        audience,
        salt: salted.map(|edition| edition.salt.clone()),
        note: edition.and_then(|edition| edition.note.clone()),
        predecessor: predecessor.map(|before| Predecessor {
            id: before.id.clone(),
            digest: before.digest.of(audience).to_owned(),
        }),
        title: sheet.title.clone(),
        date: sheet.date.iso.clone(),
        date_style: register.date_style,
        document_number: register.document_number.clone(),
        established_on: iso(register.established_on),
        revised_on: iso(edition.and_then(Edition::revised_on)),
        effective_on: iso(register.effective_on),
        office: OfficeData {
            name: office.name.clone(),
            tel: office.tel.clone(),
            address: office.address.clone(),
            representative: office.representative.clone(),
            complaints: office.complaints.clone(),
        },
        signatory: sheet.signatory.clone(),
        guideline: Guideline {
            amended: register.guideline.amended.clone(),
            ..sheet.guideline.clone()
        },
        measures: sheet.rows.iter().map(row).collect(),
        certifications: certifications.map(|line| line.data.clone()).collect(),
    })
}

/// JSON as this project writes it: indented by two spaces, without escapes, with a final line end.
pub fn pretty(value: &impl Serialize) -> Vec<u8> {
    let json = serde_json::to_string_pretty(value).expect("keys are strings");
    (json + "\n").into_bytes()
}

/// The same object without its fields that have no value.
pub fn known(mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}

/// The rows as a table for spreadsheets, without joined cells; each shows its version, wherever it is pasted.
pub fn csv(sheet: &Sheet) -> Vec<u8> {
    let label = |name: &str| sheet.labels.get(name).cloned().unwrap_or_default();
    let mut lines = vec![CSV_HEADER.split(' ').map(label).collect()];
    for row in &sheet.rows {
        let mut line = vec![row.no.map(|no| no.to_string()).unwrap_or_default()];
        for Heading { letter, name, .. } in [&row.section, &row.item] {
            line.extend([letter.clone(), name.clone()]);
        }
        line.extend([&row.subject, &row.measure, &row.remarks].map(|it| lines_of(&it.paragraphs)));
        line.push(sheet.version.clone());
        lines.push(line);
    }
    table(lines).into_bytes()
}

/// A table for spreadsheets. Without the byte order mark, Excel reads UTF-8 as Shift_JIS.
pub fn table<L: AsRef<[String]>>(lines: Vec<L>) -> String {
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    for line in lines {
        let written = table.write_record(line.as_ref().iter().map(|cell| guarded(cell)));
        written.expect("memory takes every line, and all have the same length");
    }
    let bytes = table.into_inner().expect("memory can be flushed");
    String::from_utf8(bytes).expect("every cell is UTF-8")
}

/// The signs at which spreadsheets take a cell for a formula, the full-width ones in Japan.
const FORMULA_SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Puts an apostrophe before a cell that a spreadsheet would compute; a sign alone is text.
fn guarded(cell: &str) -> String {
    let guard = if looks_computed(cell) { "'" } else { "" };
    format!("{guard}{cell}")
}

/// Takes the apostrophe of [`table`] off a cell.
pub fn unguarded(cell: &str) -> &str {
    let guarded = cell.strip_prefix('\'');
    guarded.filter(|cell| looks_computed(cell)).unwrap_or(cell)
}

/// True for a formula, and for one behind apostrophes, so that taking off one gives what was written.
fn looks_computed(cell: &str) -> bool {
    let formula = cell.trim_start_matches('\'');
    formula.starts_with(FORMULA_SIGNS) && formula.chars().nth(1).is_some()
}

fn row(row: &Row) -> RowData {
    let heading = |it: &Heading| {
        let (letter, name) = (it.letter.clone(), it.name.clone());
        HeadingData { letter, name }
    };
    let cell = |it: &Cell| CellData {
        state: it.state,
        text: it.paragraphs.iter().map(ParagraphData::of).collect(),
    };
    RowData {
        id: row.id.clone(),
        no: row.no,
        anchor: row.anchor.clone(),
        section: heading(&row.section),
        item: heading(&row.item),
        subject: cell(&row.subject),
        measure: cell(&row.measure),
        remarks: cell(&row.remarks),
    }
}
