//! Register → issued edition: the frozen record and the digests that prove it; register → the edition it is.
//!
//! The digest of an edition is the SHA-256 of `safeguards.json`, one for each reader: anybody can
//! take the attachment out of a PDF and compare.

use crate::data;
use crate::edition::{Allowance, Digests, Edition, FORMAT, Predecessor, RecordedFiles};
use crate::model::{Audience, Register};
use crate::sheet::{self, Labels, LayoutOptions, Rendering};
use jiff::civil::Date;

/// Labels that stand in cells without a text of their own: part of what is issued.
const WORDS: [&str; 2] = ["not_applicable", "withheld"];

/// The additions of `safeguard issue` to the register.
pub struct IssueOptions<'a> {
    /// The day of issuing, in Japan.
    pub today: Date,
    pub note: Option<String>,
    pub salt: String,
    pub allowed: Vec<Allowance>,
    /// The theme's words, some of which become part of the edition.
    pub labels: &'a Labels,
    /// Editions issued so far, oldest first.
    pub before: &'a [&'a Edition],
}

/// Makes an edition of a checked register. Its files are recorded when they are drawn.
pub fn freeze(register: &Register, options: IssueOptions) -> Edition {
    let predecessor = options.before.last().map(|before| Predecessor {
        id: before.id.clone(),
        digest: before.digest.clone(),
    });
    let mut words = options.labels.clone();
    words.retain(|name, _| WORDS.contains(&name.as_str()));
    let mut sheet = register.clone();
    // The site's address may change without a new edition.
    sheet.office.url = None;
    // Fields that the record does not hold must not be drawn either.
    let recorded = serde_json::to_value(&sheet).and_then(serde_json::from_value);
    let mut edition = Edition {
        format: FORMAT.to_owned(),
        id: free_id(register.date, options.before),
        issued_on: options.today,
        note: options.note,
        predecessor,
        digest: Digests::default(),
        salt: options.salt,
        allowed: options.allowed,
        words,
        files: RecordedFiles::default(),
        sheet: recorded.expect("a register reads back as it was written"),
    };
    edition.digest = digests(&edition);
    edition
}

/// The day, or the day with the first number that no edition of that day has.
fn free_id(day: Date, before: &[&Edition]) -> String {
    let ids = (2..).map(|number| format!("{day}-{number}"));
    std::iter::once(day.to_string())
        .chain(ids)
        .find(|id| before.iter().all(|edition| edition.id != *id))
        .expect("some number is free")
}

/// The digests of an edition's record as it is now; an unaltered record holds the same ones.
pub fn digests(edition: &Edition) -> Digests {
    digests_of(&edition.sheet, edition)
}

/// True if a register gives every reader the same data as the edition.
fn equals(edition: &Edition, register: &Register) -> bool {
    digests_of(register, edition) == edition.digest
}

/// The digests a register would have as this edition.
fn digests_of(register: &Register, edition: &Edition) -> Digests {
    let digest = |rendering| {
        let options = LayoutOptions {
            edition: Some(edition),
            ..LayoutOptions::new(rendering, edition.sheet.date, &edition.id)
        };
        // All words that reach the data are the edition's own.
        let laid_out = sheet::lay_out(register, &options, &Labels::new());
        data::sha256(&data::json(&laid_out))
    };
    Digests {
        public: digest(Rendering::of_data(Audience::Public)),
        client: digest(Rendering::of_data(Audience::Client)),
    }
}

/// The state of a register: an issued edition or a draft.
#[derive(Debug, Clone)]
pub struct Version<'a> {
    /// `None`: a draft.
    pub edition: Option<&'a Edition>,
    /// The edition's id, or the sheet's day with 案 for a draft. File names hold it.
    pub id: String,
}

impl<'a> Version<'a> {
    /// Compares a register with the newest edition issued.
    pub fn of(register: &Register, newest: Option<&'a Edition>) -> Version<'a> {
        let edition = newest.filter(|edition| equals(edition, register));
        let id = edition.map_or_else(
            || format!("{}案", register.date),
            |edition| edition.id.clone(),
        );
        Version { edition, id }
    }
}
