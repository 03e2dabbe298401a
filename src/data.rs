//! Sheet → the data that programs read: `safeguards.json` and `safeguards.csv`.
//!
//! The JSON is canonical: the same sheet gives the same bytes. Those very bytes are attached to every
//! PDF of the reader, and their SHA-256 is the edition's digest. Therefore it holds neither the day of
//! judgement nor recipient and version.

pub use crate::manifest::sha256;
use crate::model::{Audience, Guideline, Office, Signatory};
use crate::sheet::{
    Cell, CertificationFields, DocumentFields, EditionRef, Heading, Rendering, Row, Sheet, State,
};
use crate::text::{Paragraph, plain, verbatim};
use serde::Serialize;

/// Name and version of the data's shape; readers check it first.
pub const FORMAT: &str = "safeguards/1";

/// [`SheetData::status`] of the proof, which is never issued.
pub const PROOF: &str = "proof";

#[derive(Serialize)]
struct SheetData<'a> {
    format: &'static str,
    /// Id of the issued edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    edition: Option<&'a str>,
    /// `draft` or `proof`; an issued edition has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    audience: Audience,
    /// Random digits, so that nobody can guess a withheld name and test the guess by the digest. The
    /// public has nothing to guess.
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<&'a str>,
    /// The changes since the edition before.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    /// The edition before, and the digest of its data for this reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    predecessor: Option<&'a EditionRef>,
    title: &'a str,
    date: &'a str,
    #[serde(flatten)]
    document: &'a DocumentFields,
    office: OfficeData<'a>,
    signatory: &'a Signatory<String>,
    guideline: &'a Guideline<String>,
    measures: Vec<RowData<'a>>,
    certifications: Vec<CertificationData<'a>>,
}

/// The office without its web addresses, which may change without a new edition.
#[derive(Serialize)]
struct OfficeData<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    representative: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    complaints: Option<&'a str>,
}

#[derive(Serialize)]
struct RowData<'a> {
    id: &'a str,
    no: Option<u32>,
    anchor: &'a str,
    section: HeadingData<'a>,
    item: HeadingData<'a>,
    subject: CellData<'a>,
    measure: CellData<'a>,
    remarks: CellData<'a>,
}

#[derive(Serialize)]
struct HeadingData<'a> {
    letter: &'a str,
    name: &'a str,
}

/// A cell: the kind of answer, and its printed paragraphs.
#[derive(Serialize)]
struct CellData<'a> {
    state: State,
    #[serde(serialize_with = "verbatim")]
    text: &'a [Paragraph],
}

#[derive(Serialize)]
struct CertificationData<'a> {
    id: &'a str,
    text: &'a str,
    #[serde(flatten)]
    fields: &'a CertificationFields,
}

/// The labels at the top of the columns.
const CSV_HEADER: [&str; 9] = [
    "number",
    "csv_section_letter",
    "section",
    "csv_item_letter",
    "item",
    "subject",
    "measure",
    "remarks",
    "control_version",
];

/// The canonical data of a sheet's reader.
pub fn json(sheet: &Sheet) -> Vec<u8> {
    let edition = sheet.edition.as_ref();
    let status = match edition {
        _ if sheet.rendering == Rendering::Proof => Some(PROOF),
        None => Some("draft"),
        Some(_) => None,
    };
    let certifications = sheet.certifications.iter().map(|line| CertificationData {
        id: &line.id,
        text: &line.text,
        fields: &line.fields,
    });
    let data = SheetData {
        format: FORMAT,
        edition: edition.map(|edition| edition.id.as_str()),
        status,
        audience: sheet.audience,
        salt: edition.and_then(|edition| edition.salt.as_deref()),
        note: edition.and_then(|edition| edition.note.as_deref()),
        predecessor: edition.and_then(|edition| edition.predecessor.as_ref()),
        title: &sheet.title,
        date: &sheet.date.iso,
        document: &sheet.document,
        office: office(&sheet.office),
        signatory: &sheet.signatory,
        guideline: &sheet.guideline,
        measures: sheet.rows.iter().map(row).collect(),
        certifications: certifications.collect(),
    };
    pretty(&data)
}

/// JSON as this project writes it: indented by two spaces, without escapes, with a final line end.
pub fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("keys are strings");
    bytes.push(b'\n');
    bytes
}

/// The rows as a table for spreadsheets: one line a row without joined cells. Each has the version,
/// so that a row pasted elsewhere still shows its origin.
///
/// UTF-8 with a byte order mark, because Excel reads it as Shift_JIS otherwise.
pub fn csv(sheet: &Sheet) -> Vec<u8> {
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![0xef, 0xbb, 0xbf]);
    let label = |name: &str| sheet.labels.get(name).cloned().unwrap_or_default();
    let text = |cell: &Cell| {
        let lines: Vec<String> = cell.paragraphs.iter().map(|p| plain(p)).collect();
        lines.join("\n")
    };
    let mut write = |cells: [String; 9]| {
        let written = table.write_record(&cells);
        written.expect("memory takes every line, and all have nine cells");
    };
    write(CSV_HEADER.map(label));
    for row in &sheet.rows {
        write([
            row.no.map(|no| no.to_string()).unwrap_or_default(),
            row.section.letter.clone(),
            row.section.name.clone(),
            row.item.letter.clone(),
            row.item.name.clone(),
            text(&row.subject),
            text(&row.measure),
            text(&row.remarks),
            sheet.version.clone(),
        ]);
    }
    table.into_inner().expect("memory can be flushed")
}

fn office(office: &Office<String>) -> OfficeData<'_> {
    OfficeData {
        name: &office.name,
        tel: office.tel.as_deref(),
        address: office.address.as_deref(),
        representative: office.representative.as_deref(),
        complaints: office.complaints.as_deref(),
    }
}

fn row(row: &Row) -> RowData<'_> {
    RowData {
        id: &row.id,
        no: row.no,
        anchor: &row.anchor,
        section: heading(&row.section),
        item: heading(&row.item),
        subject: cell(&row.subject),
        measure: cell(&row.measure),
        remarks: cell(&row.remarks),
    }
}

fn heading(heading: &Heading) -> HeadingData<'_> {
    HeadingData {
        letter: &heading.letter,
        name: &heading.name,
    }
}

fn cell(cell: &Cell) -> CellData<'_> {
    CellData {
        state: cell.state,
        text: &cell.paragraphs,
    }
}
