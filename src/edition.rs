//! The record of an issued edition: a dated state of the register that never changes.
//! An [`Edition`] is `content/editions/<id>/`: `record.yaml`, complete without the working content, and the files of
//! each reader. A [`RecordedCopy`] is a line of `content/copies.yaml`, a [`Listing`] is `site/editions.json`.

use crate::manifest::{Bundle, sha256};
use crate::message::{Error, Result};
use crate::model::{Audience, Register};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Name and version of the record's shape.
pub const FORMAT: &str = "safeguard-edition/1";
/// Name and version of the listing's shape.
pub const LISTING_FORMAT: &str = "safeguard-editions/1";

/// The files of an edition's folder.
pub mod file {
    pub const RECORD: &str = "record.yaml";
    /// Written beside the record when an edition is withdrawn.
    pub const WITHDRAWN: &str = "withdrawn.yaml";
    /// Stands alone: the record is gone for good.
    pub const LOST: &str = "lost.yaml";
    pub const SITE_PDF: &str = "site.pdf";
    pub const SITE_CSV: &str = "site.csv";
    pub const SITE_JSON: &str = "site.json";
    pub const CLIENT_PDF: &str = "client.pdf";
    pub const CLIENT_CSV: &str = "client.csv";
    pub const CLIENT_JSON: &str = "client.json";
    pub const SEAL_PDF: &str = "seal.pdf";
    /// The changes from the edition before, for clients who have that one.
    pub const CHANGES_PDF: &str = "changes.pdf";

    /// The files that every edition has.
    pub const REQUIRED: [&str; 7] = [
        SITE_PDF,
        SITE_CSV,
        SITE_JSON,
        CLIENT_PDF,
        CLIENT_CSV,
        CLIENT_JSON,
        SEAL_PDF,
    ];
}

/// An issued edition. Its record is written by `safeguard issue`, never by hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    pub format: String,
    /// The sheet's day, with `-2`, `-3`, … for further editions of one day.
    pub id: String,
    /// 第N版: the editions before it and one, from `first_edition` of sheet.yaml.
    pub number: u32,
    /// The day on which it was issued, in Japan.
    pub issued_on: Date,
    pub note: Option<String>,
    pub predecessor: Option<Predecessor>,
    pub digest: Digests,
    /// Random digits in the client's data, so that the digest tests no guess at a withheld name.
    pub salt: String,
    /// Findings accepted by `--allow`; they are not published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Allowance>,
    /// The theme's words that stand in cells without a text of their own, by the name of their label.
    pub words: BTreeMap<String, String>,
    pub drawn_with: DrawnWith,
    /// SHA-256 of each file of the edition, by its name in the folder.
    pub files: BTreeMap<String, String>,
    pub sheet: Register,
    /// The files themselves, as they lie beside the record.
    #[serde(skip)]
    pub bytes: Bundle,
    #[serde(skip)]
    pub withdrawn: Option<Ending>,
}

/// Settings that the files show and that are no part of the edition's data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawnWith {
    pub version: String,
    pub theme: String,
    pub theme_sha256: String,
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<String>,
}

/// `withdrawn.yaml` or `lost.yaml`: the end of an edition, and the reason for everybody to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    pub on: Date,
    pub note: String,
}

/// A file that the office let out besides the edition's own: a line of `content/copies.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedCopy {
    pub edition: String,
    pub kind: CopyKind,
    pub day: Date,
    /// A name may be struck; the rest of the line stays.
    pub recipient: Option<String>,
    pub bytes: usize,
    pub sha256: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyKind {
    /// The client's PDF with the name of one client.
    Client,
    Signed,
    /// A picture of paper that was sealed.
    Scan,
}

/// The edition before, with the digests that its record must still have; in one reader's data with that reader's.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predecessor<D = Digests> {
    pub id: String,
    pub digest: D,
}

/// SHA-256 of each reader's `safeguards.json`, in lower-case hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    pub public: String,
    pub client: String,
}

impl Digests {
    pub fn of(&self, audience: Audience) -> &str {
        match audience {
            Audience::Public => &self.public,
            Audience::Client => &self.client,
        }
    }
}

/// A finding that was accepted, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    pub rule: String,
    /// Id of the measure or certificate; all findings of the rule if missing.
    pub record: Option<String>,
    pub reason: String,
}

impl Edition {
    /// Sorts editions by age: by day, and within a day by number.
    pub fn age(&self) -> (Date, usize, &str) {
        (self.sheet.date, self.id.len(), &self.id)
    }

    /// 改訂日: its day, if it is not the first and the office writes a 制定日.
    pub fn revised_on(&self) -> Option<Date> {
        let is_revision = self.number > 1 && self.sheet.established_on.is_some();
        is_revision.then_some(self.sheet.date)
    }

    /// The names of the files that are missing, were altered or are not recorded.
    pub fn damaged_files(&self) -> Vec<&str> {
        let is_damaged = |name: &&str| {
            let bytes = self.bytes.get(*name);
            bytes.is_none_or(|bytes| self.files.get(*name) != Some(&sha256(bytes)))
        };
        let recorded = self.files.keys().map(String::as_str);
        let names: BTreeSet<&str> = recorded.chain(file::REQUIRED).collect();
        names.into_iter().filter(is_damaged).collect()
    }
}

/// The state of a register: an issued edition or a draft.
#[derive(Debug, Clone)]
pub struct Version<'a> {
    /// `None`: a draft, and every rendering says so.
    pub edition: Option<&'a Edition>,
    /// The edition's id, or the sheet's day with 案 for a draft. File names hold it.
    pub id: String,
}

impl Version<'_> {
    pub fn issued(edition: &Edition) -> Version<'_> {
        let (edition, id) = (Some(edition), edition.id.clone());
        Version { edition, id }
    }

    /// True if it is an edition that was withdrawn: nothing is in force, and nothing is handed out.
    pub fn is_withdrawn(&self) -> bool {
        self.edition.is_some_and(|it| it.withdrawn.is_some())
    }
}

/// A number that nobody can foresee.
pub fn random() -> Result<u64> {
    getrandom::u64().map_err(|error| Error::new("no-random").caused_by(error))
}

/// 128 random bits in hexadecimal.
pub fn random_digits() -> Result<String> {
    Ok(format!("{:016x}{:016x}", random()?, random()?))
}

/// The beginning of a digest as pages print it: enough to tell editions apart.
pub fn digest_start(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

/// `site/editions.json`, the public facts: received files are compared with it if the records are not at hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listing {
    pub format: String,
    pub office: String,
    /// Oldest first.
    pub editions: Vec<ListedEdition>,
    /// Editions whose records are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<LostEdition>,
}

/// The public facts of an edition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListedEdition {
    pub id: String,
    pub number: u32,
    pub date: Date,
    pub issued_on: Date,
    pub note: Option<String>,
    pub superseded_by: Option<String>,
    pub withdrawn: Option<Ending>,
    pub digest: Digests,
    /// SHA-256 of every file let out, sorted: who got which copy cannot be told from it.
    pub files: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostEdition {
    pub id: String,
    #[serde(flatten)]
    pub ending: Ending,
}

impl ListedEdition {
    /// True if the edition's data for one of its readers has this digest.
    pub fn has_data(&self, digest: &str) -> bool {
        [&*self.digest.public, &self.digest.client].contains(&digest)
    }
}

impl Listing {
    /// Lists editions, the oldest first, with their own files.
    pub fn of(office: &str, issued: &[&Edition], lost: &[LostEdition]) -> Listing {
        let listed = |(index, edition): (usize, &&Edition)| ListedEdition {
            id: edition.id.clone(),
            number: edition.number,
            date: edition.sheet.date,
            issued_on: edition.issued_on,
            note: edition.note.clone(),
            superseded_by: issued.get(index + 1).map(|next| next.id.clone()),
            withdrawn: edition.withdrawn.clone(),
            digest: edition.digest.clone(),
            files: edition.files.values().cloned().collect(),
        };
        Listing {
            format: LISTING_FORMAT.to_owned(),
            office: office.to_owned(),
            editions: issued.iter().enumerate().map(listed).collect(),
            lost: lost.to_vec(),
        }
    }

    /// Adds copies to the files of their editions.
    pub fn add(&mut self, copies: &[RecordedCopy]) {
        for edition in &mut self.editions {
            let own = copies.iter().filter(|copy| copy.edition == edition.id);
            edition.files.extend(own.map(|copy| copy.sha256.clone()));
        }
    }

    pub fn edition(&self, id: &str) -> Option<&ListedEdition> {
        self.editions.iter().find(|edition| edition.id == id)
    }

    /// The edition of which these bytes were let out.
    pub fn of_file(&self, sha256: &str) -> Option<&ListedEdition> {
        let mut newest_first = self.editions.iter().rev();
        newest_first.find(|edition| edition.files.contains(sha256))
    }

    /// The edition whose data has this digest.
    pub fn of_data(&self, digest: &str) -> Option<&ListedEdition> {
        self.editions.iter().find(|it| it.has_data(digest))
    }
}
