//! Issued editions: dated states of the register that never change, and the digests that prove it.
//!
//! [`freeze`] makes one of a checked register; as `content/editions/<id>.yaml` it is complete, and renders again without the working content.
//! Its digest is the SHA-256 of `safeguards.json`, one for each audience: anybody can take the attachment out of a PDF and compare.

use crate::content::record::Audiences;
use crate::data;
use crate::model::{Audience, English, Measure, MeasureOrigin, Register, Restricted, Statement};
use crate::sheet::{self, EditionLine, Labels, LayoutOptions, Rendering, Sheet};
use crate::text::Text;
use fast_qr::{ECL, QRBuilder};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name and version of the file's shape.
pub const FORMAT: &str = "safeguard-edition/1";

/// Name and version of the listing's shape.
pub const LISTING: &str = "safeguard-editions/1";

/// Labels that stand in cells without a text of their own: part of what was issued.
const WORDS: [&str; 4] = ["not_applicable", "open", "open_in_proof", "withheld"];

/// `content/editions/<id>.yaml`: what was issued. Written by `safeguard issue`, never by hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    pub format: String,
    /// The day, and `-2`, `-3`, … behind it for further editions of one day.
    pub id: String,
    /// What changed; everybody may read it.
    pub note: Option<String>,
    pub predecessor: Option<Predecessor>,
    pub digest: Digests,
    pub salt: Salts,
    /// Findings let pass by `--allow`; the office's own business.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Allowance>,
    pub words: Labels,
    pub files: Files,
    pub sheet: Register,
}

/// The edition before, with the digests that its record must still have.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predecessor {
    pub id: String,
    pub digest: Digests,
}

/// SHA-256 of each audience's `safeguards.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    pub public: String,
    pub prospect: String,
    pub internal: String,
}

/// Random digits that keep a withheld name from being guessed and the guess tested by the digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Salts {
    pub prospect: String,
    pub internal: String,
}

/// Findings of one rule that were let pass.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    pub rule: String,
    pub reason: String,
    /// Where they stood, as `content/measures/C/b.yaml:8`.
    pub places: Vec<String>,
}

/// SHA-256 of the PDFs as they were made at issue. Under another version or theme they may differ without anything being wrong.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    pub version: String,
    pub theme: String,
    pub sha256: BTreeMap<String, String>,
}

/// An edition as the data of one audience names it.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    pub id: String,
    pub digest: String,
}

impl Digests {
    pub fn of(&self, audience: Audience) -> &str {
        match audience {
            Audience::Public => &self.public,
            Audience::Prospect => &self.prospect,
            Audience::Internal => &self.internal,
        }
    }

    /// Whose data has this digest.
    pub fn audience_of(&self, digest: &str) -> Option<Audience> {
        let all = [Audience::Public, Audience::Prospect, Audience::Internal];
        all.into_iter()
            .find(|audience| self.of(*audience) == digest)
    }
}

/// What `safeguard issue` adds to the register.
pub struct Issue<'a> {
    pub note: Option<String>,
    pub salt: Salts,
    pub allowed: Vec<Allowance>,
    /// The theme's words, of which some become part of the edition.
    pub labels: &'a Labels,
    /// Editions issued so far, oldest first.
    pub before: &'a [&'a Edition],
}

/// Makes an edition of a checked register; the files are recorded when they are made.
pub fn freeze(register: &Register, issue: Issue) -> Edition {
    let mut sheet = register.clone();
    // Where the site lies and who seals the paper may change without a new edition.
    sheet.office.url = None;
    sheet.office.security = None;
    sheet.approvals.clear();
    // The Japanese is what is issued; a translation may come and change later.
    sheet.english = English::default();
    for measure in sheet.measures_mut() {
        measure.formerly.clear();
        measure.origin = MeasureOrigin::default();
    }
    for certification in &mut sheet.certifications {
        certification.file.clear();
    }
    let predecessor = issue.before.last().map(|before| Predecessor {
        id: before.id.clone(),
        digest: before.digest.clone(),
    });
    let words = issue.labels.iter();
    let words = words.filter(|(name, _)| WORDS.contains(&name.as_str()));
    let edition = Edition {
        format: FORMAT.to_owned(),
        id: free_id(register.date, issue.before),
        note: issue.note,
        predecessor,
        digest: Digests::default(),
        salt: issue.salt,
        allowed: issue.allowed,
        words: words
            .map(|(name, label)| (name.clone(), label.clone()))
            .collect(),
        files: Files::default(),
        sheet,
    };
    Edition {
        digest: edition.digests(),
        ..edition
    }
}

/// The day, or the day with the first number that no edition of that day has.
fn free_id(day: Date, before: &[&Edition]) -> String {
    let ids = (2..).map(|number| format!("{day}-{number}"));
    std::iter::once(day.to_string())
        .chain(ids)
        .find(|id| before.iter().all(|edition| edition.id != *id))
        .expect("some number is free")
}

impl Edition {
    /// Sorts editions by age: by day, and within a day by number.
    pub fn age(&self) -> (Date, usize, String) {
        (self.sheet.date, self.id.len(), self.id.clone())
    }

    /// The edition laid out as it was issued.
    pub fn lay_out(&self, kind: Rendering, labels: &Labels) -> Sheet {
        lay_out(&self.sheet, self, kind, labels)
    }

    /// The digests of what stands in the record now; those of an edition that nobody altered are in it.
    pub fn digests(&self) -> Digests {
        let digest = |kind| digest(&self.sheet, self, kind);
        Digests {
            public: digest(Rendering::Site),
            prospect: digest(Rendering::Handout),
            internal: digest(Rendering::Proof),
        }
    }

    /// Whether a register says what this edition says.
    pub fn equals(&self, register: &Register) -> bool {
        digest(register, self, Rendering::Proof) == self.digest.internal
    }

    /// What a sheet for this audience says of the edition, which has a page below the address of `site`.
    pub fn line(&self, audience: Audience, site: Option<&str>) -> EditionLine {
        let digest = self.digest.of(audience);
        let digest_start = digest_start(digest).to_owned();
        let address = site.map(|site| {
            let site = site.trim_end_matches('/');
            format!("{site}/editions/{}/index.html#{digest_start}", self.id)
        });
        EditionLine {
            id: self.id.clone(),
            note: self.note.clone(),
            digest: digest.to_owned(),
            digest_start,
            qr: address.as_deref().map(qr_code).unwrap_or_default(),
            address,
            salt: match audience {
                Audience::Public => None,
                Audience::Prospect => Some(self.salt.prospect.clone()),
                Audience::Internal => Some(self.salt.internal.clone()),
            },
            predecessor: self.predecessor.as_ref().map(|before| Link {
                id: before.id.clone(),
                digest: before.digest.of(audience).to_owned(),
            }),
            allowed: match audience {
                Audience::Internal => self.allowed.clone(),
                _ => Vec::new(),
            },
        }
    }
}

/// The beginning of a digest, as pages print it: enough to tell editions apart.
pub fn digest_start(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

fn digest(register: &Register, edition: &Edition, kind: Rendering) -> String {
    // All words that reach the data are the edition's own.
    let sheet = lay_out(register, edition, kind, &Labels::new());
    data::sha256(&data::json(&sheet))
}

fn lay_out(register: &Register, edition: &Edition, kind: Rendering, labels: &Labels) -> Sheet {
    let options = LayoutOptions {
        edition: Some(edition),
        ..LayoutOptions::of(kind, edition.sheet.date, &edition.id)
    };
    sheet::lay_out(register, &options, labels)
}

/// `site/editions.json`: what a received copy is compared with where the editions themselves are not at hand.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listing {
    pub format: String,
    /// Oldest first.
    pub editions: Vec<Listed>,
}

/// What everybody may know of an edition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listed {
    pub id: String,
    pub date: Date,
    pub note: Option<String>,
    pub superseded_by: Option<String>,
    pub digest: Digests,
    pub files: Files,
}

impl Listing {
    /// Lists editions, the oldest first.
    pub fn of(issued: &[&Edition]) -> Listing {
        let successors = issued.iter().skip(1).map(|next| Some(next.id.clone()));
        let listed = issued.iter().zip(successors.chain([None]));
        let listed = listed.map(|(edition, superseded_by)| Listed {
            id: edition.id.clone(),
            date: edition.sheet.date,
            note: edition.note.clone(),
            superseded_by,
            digest: edition.digest.clone(),
            files: edition.files.clone(),
        });
        Listing {
            format: LISTING.to_owned(),
            editions: listed.collect(),
        }
    }

    /// The edition whose data has this digest, and for which audience.
    pub fn find(&self, digest: &str) -> Option<(&Listed, Audience)> {
        let mut found = self.editions.iter().filter_map(|edition| {
            let audience = edition.digest.audience_of(digest)?;
            Some((edition, audience))
        });
        found.next()
    }
}

/// Rows of modules; none for an address too long for a code.
fn qr_code(address: &str) -> Vec<String> {
    let Ok(code) = QRBuilder::new(address).ecl(ECL::M).build() else {
        return Vec::new();
    };
    let row = |y: usize| {
        let modules = (0..code.size).map(|x| code[y][x].value());
        modules.map(|dark| if dark { '1' } else { '0' }).collect()
    };
    (0..code.size).map(row).collect()
}

/// A measure as an edition has it, in the words of the content files; only what the sheet says of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureData {
    id: String,
    no: Option<u32>,
    subject: Text,
    measure: Option<Text>,
    not_applicable: Option<Text>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    open: bool,
    remarks: Option<Text>,
    audience: Audiences,
}

impl From<Measure> for MeasureData {
    fn from(of: Measure) -> MeasureData {
        let audience = Audiences {
            subject: of.subject.audience,
            measure: of.measure.audience,
            remarks: of.remarks.audience,
        };
        let (measure, not_applicable, open) = match of.measure.what {
            Statement::Stated(text) => (Some(text), None, false),
            Statement::NotApplicable(reason) => (None, Some(reason), false),
            Statement::Open => (None, None, true),
        };
        MeasureData {
            id: of.id,
            no: of.no,
            subject: of.subject.what,
            measure,
            not_applicable,
            open,
            remarks: of.remarks.what,
            audience,
        }
    }
}

impl From<MeasureData> for Measure {
    fn from(data: MeasureData) -> Measure {
        let statement = match (data.measure, data.not_applicable) {
            (Some(text), _) => Statement::Stated(text),
            (None, Some(reason)) => Statement::NotApplicable(reason),
            (None, None) => Statement::Open,
        };
        Measure {
            id: data.id,
            formerly: Vec::new(),
            no: data.no,
            subject: Restricted {
                what: data.subject,
                audience: data.audience.subject,
            },
            measure: Restricted {
                what: statement,
                audience: data.audience.measure,
            },
            remarks: Restricted {
                what: data.remarks,
                audience: data.audience.remarks,
            },
            origin: MeasureOrigin::default(),
        }
    }
}
