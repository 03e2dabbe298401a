//! Sheet → the data that programs read: `safeguards.json` and `safeguards.csv`.
//!
//! The JSON is canonical: the same sheet gives the same bytes. Those very bytes are attached to every PDF of the audience,
//! and their SHA-256 is the edition's digest. The day of judgement, recipient and version are therefore not in it.

use crate::edition::{Allowance, Link};
use crate::model::{Audience, Guideline, Office, Signatory};
use crate::sheet::{Cell, CertificationFields, DocumentFields, Heading, Sheet, State};
use crate::text::{Paragraph, plain, verbatim};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Name and version of the data's shape; a reader checks it first.
pub const FORMAT: &str = "safeguards/1";

#[derive(Serialize)]
struct Data<'a> {
    format: &'static str,
    /// Id of the issued edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    edition: Option<&'a str>,
    /// Stands only where the sheet was never issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    audience: Audience,
    /// Keeps anybody from guessing a withheld name and testing the guess by the digest; the public has nothing to guess.
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<&'a str>,
    /// What changed since the edition before.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    /// The edition before, and the digest of its data for this audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    predecessor: Option<&'a Link>,
    title: &'a str,
    date: &'a str,
    #[serde(flatten)]
    document: &'a DocumentFields,
    office: Known<'a, Office>,
    signatory: &'a Signatory,
    guideline: &'a Guideline,
    measures: Vec<Measure<'a>>,
    certifications: Vec<Certification<'a>>,
    /// Findings that were let pass at issue, and why: for the office only.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    allowed: &'a [Allowance],
}

#[derive(Serialize)]
struct Measure<'a> {
    id: &'a str,
    no: Option<u32>,
    anchor: &'a str,
    section: Place<'a>,
    item: Place<'a>,
    subject: Field<'a>,
    measure: Field<'a>,
    remarks: Field<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    letter: &'a str,
    name: &'a str,
}

/// A cell: what kind of answer it is, and its printed paragraphs.
#[derive(Serialize)]
struct Field<'a> {
    state: State,
    /// Who may read it; told to the office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<Audience>,
    #[serde(serialize_with = "verbatim")]
    text: &'a [Paragraph],
}

#[derive(Serialize)]
struct Certification<'a> {
    id: &'a str,
    text: &'a str,
    #[serde(flatten)]
    fields: &'a CertificationFields,
}

/// Fields that are not known are left out.
struct Known<'a, T>(&'a T);

/// The canonical data of a sheet's audience.
pub fn json(sheet: &Sheet) -> Vec<u8> {
    let edition = sheet.edition.as_ref();
    let data = Data {
        format: FORMAT,
        edition: edition.map(|edition| edition.id.as_str()),
        status: edition.is_none().then_some("draft"),
        audience: sheet.audience,
        salt: edition.and_then(|edition| edition.salt.as_deref()),
        note: edition.and_then(|edition| edition.note.as_deref()),
        predecessor: edition.and_then(|edition| edition.predecessor.as_ref()),
        title: &sheet.title,
        date: &sheet.date.iso,
        document: &sheet.document,
        office: Known(&sheet.office),
        signatory: &sheet.signatory,
        guideline: &sheet.guideline,
        measures: sheet.rows.iter().map(measure).collect(),
        certifications: sheet.certifications.iter().map(certification).collect(),
        allowed: edition.map_or(&[], |edition| &edition.allowed),
    };
    pretty(&data)
}

/// JSON as this project writes it: two spaces, characters as they are, a line end at the end.
pub fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("keys are strings");
    bytes.push(b'\n');
    bytes
}

/// SHA-256 in lower-case hexadecimal, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The rows as a table: one line a row, nothing joined, the edition on each, so that a row pasted elsewhere still says what it is from; UTF-8 with a byte order mark, for Excel reads it as Shift_JIS otherwise.
pub fn csv(sheet: &Sheet) -> Vec<u8> {
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![0xef, 0xbb, 0xbf]);
    let label = |name: &str| sheet.labels.get(name).map_or("", String::as_str);
    let columns = [
        "number",
        "section_letter",
        "section",
        "item_letter",
        "item",
        "subject",
        "measure",
        "remarks",
        "control_version",
    ];
    let mut lines = vec![columns.map(|name| label(name).to_owned())];
    for row in &sheet.rows {
        let words = |cell: &Cell| {
            cell.paragraphs
                .iter()
                .map(|p| plain(p))
                .collect::<Vec<_>>()
                .join("\n")
        };
        lines.push([
            row.no.map(|no| no.to_string()).unwrap_or_default(),
            row.section.letter.clone(),
            row.section.name.clone(),
            row.item.letter.clone(),
            row.item.name.clone(),
            words(&row.subject),
            words(&row.measure),
            words(&row.remarks),
            sheet.version.clone(),
        ]);
    }
    for line in lines {
        table
            .write_record(&line)
            .expect("memory takes every line, and all have nine cells");
    }
    table.into_inner().expect("memory can be flushed")
}

fn measure(row: &crate::sheet::Row) -> Measure<'_> {
    fn place(heading: &Heading) -> Place<'_> {
        Place {
            letter: &heading.letter,
            name: &heading.name,
        }
    }
    fn field(cell: &Cell) -> Field<'_> {
        Field {
            state: cell.state,
            audience: cell.audience,
            text: &cell.paragraphs,
        }
    }
    Measure {
        id: &row.id,
        no: row.no,
        anchor: &row.anchor,
        section: place(&row.section),
        item: place(&row.item),
        subject: field(&row.subject),
        measure: field(&row.measure),
        remarks: field(&row.remarks),
    }
}

fn certification(line: &crate::sheet::CertificationLine) -> Certification<'_> {
    Certification {
        id: &line.id,
        text: &line.text,
        fields: &line.fields,
    }
}

impl Serialize for Known<'_, Office> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Office {
            name,
            tel,
            address,
            // Where the site lies may change without a new edition.
            url: _,
            security: _,
            representative,
            complaints,
        } = self.0;
        let fields = [
            ("name", Some(name)),
            ("tel", tel.as_ref()),
            ("address", address.as_ref()),
            ("representative", representative.as_ref()),
            ("complaints", complaints.as_ref()),
        ];
        serializer.collect_map(
            fields
                .into_iter()
                .filter_map(|(name, text)| Some((name, text?))),
        )
    }
}
