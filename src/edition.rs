//! The record of an issued edition: a dated state of the register that never changes.
//!
//! An [`Edition`] is `content/editions/<id>.yaml`, complete without the working content; [`crate::issue`] makes it.
//! A [`Listing`] holds the public facts of all of them: `site/editions.json`.

use crate::model::{Audience, Register};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name and version of the record's shape.
pub const FORMAT: &str = "safeguard-edition/1";

/// Name and version of the listing's shape.
pub const LISTING_FORMAT: &str = "safeguard-editions/1";

/// `content/editions/<id>.yaml`: what was issued. Written by `safeguard issue`, never by hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    pub format: String,
    /// The sheet's day, with `-2`, `-3`, … for further editions of one day.
    pub id: String,
    /// The day on which it was issued, in Japan.
    pub issued_on: Date,
    /// The changes; everybody may read them.
    pub note: Option<String>,
    pub predecessor: Option<Predecessor>,
    pub digest: Digests,
    /// Random digits in the client's data, so that nobody can guess a withheld name and test the
    /// guess by the digest.
    pub salt: String,
    /// Findings accepted by `--allow`; they are not published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Allowance>,
    /// The theme's words that stand in cells without a text of their own, by the name of their label.
    pub words: BTreeMap<String, String>,
    pub files: RecordedFiles,
    pub sheet: Register,
}

/// The edition before, with the digests that its record must still have.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predecessor {
    pub id: String,
    pub digest: Digests,
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

    /// The reader whose data has this digest.
    pub fn audience_of(&self, digest: &str) -> Option<Audience> {
        let mut all = Audience::ALL.into_iter();
        all.find(|audience| self.of(*audience) == digest)
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

/// SHA-256 of the PDFs as they were rendered at issue. Another version or theme may render other
/// bytes without anything being wrong.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedFiles {
    pub version: String,
    pub theme: String,
    pub sha256: BTreeMap<String, String>,
}

impl Edition {
    /// Sorts editions by age: by day, and within a day by number.
    pub fn age(&self) -> (Date, usize, &str) {
        (self.sheet.date, self.id.len(), &self.id)
    }
}

/// The beginning of a digest as pages print it: enough to tell editions apart.
pub fn digest_start(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

/// `site/editions.json`: received copies are compared with it if the records are not at hand.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listing {
    pub format: String,
    /// Oldest first.
    pub editions: Vec<ListedEdition>,
}

/// The public facts of an edition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListedEdition {
    pub id: String,
    pub date: Date,
    pub note: Option<String>,
    pub superseded_by: Option<String>,
    pub digest: Digests,
    pub files: RecordedFiles,
}

impl Listing {
    /// Lists editions, the oldest first.
    pub fn of(issued: &[&Edition]) -> Listing {
        let successors = issued.iter().skip(1).map(|next| Some(next.id.clone()));
        let mut editions = Vec::new();
        for (edition, superseded_by) in issued.iter().zip(successors.chain([None])) {
            editions.push(ListedEdition {
                id: edition.id.clone(),
                date: edition.sheet.date,
                note: edition.note.clone(),
                superseded_by,
                digest: edition.digest.clone(),
                files: edition.files.clone(),
            });
        }
        let format = LISTING_FORMAT.to_owned();
        Listing { format, editions }
    }

    /// The edition whose data has this digest, and for which reader.
    pub fn find(&self, digest: &str) -> Option<(&ListedEdition, Audience)> {
        self.editions.iter().find_map(|edition| {
            let audience = edition.digest.audience_of(digest)?;
            Some((edition, audience))
        })
    }
}
