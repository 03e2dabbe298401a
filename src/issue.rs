//! Register → issued edition: the frozen record and the digests that prove it; register → the edition it is.
//! The digest of an edition is the SHA-256 of each reader's `safeguards.json`: anybody can compare a PDF's attachment.

use crate::edition::{self, Allowance, Digests, DrawnWith, Edition, LostEdition, Predecessor};
use crate::sheet::{Labels, Rendering, lay_out_edition};
use crate::{data, edition::Version, model::Audience, model::Register};
use std::collections::BTreeMap;

/// The additions of `safeguard issue` to the register.
pub struct IssueOptions<'a> {
    /// The day of issuing, in Japan.
    pub today: jiff::civil::Date,
    pub note: Option<String>,
    pub salt: String,
    pub allowed: Vec<Allowance>,
    /// The theme's words, some of which become part of the edition.
    pub labels: &'a Labels,
    pub drawn_with: DrawnWith,
    /// The number of the first edition in this project.
    pub first_number: u32,
    /// Editions issued so far, oldest first.
    pub before: &'a [&'a Edition],
    pub lost: &'a [LostEdition],
}

/// Makes an edition of a checked register. Its files are recorded when they are drawn.
pub fn freeze(register: &Register, options: IssueOptions) -> Edition {
    let predecessor = options.before.last().map(|before| Predecessor {
        id: before.id.clone(),
        digest: before.digest.clone(),
    });
    let issued = options.before.iter().map(|edition| &edition.id);
    let earlier: Vec<&String> = issued.chain(options.lost.iter().map(|it| &it.id)).collect();
    // The day, or the day with the first number that no edition of that day has.
    let numbered = (2..).map(|number| format!("{}-{number}", register.date));
    let mut ids = std::iter::once(register.date.to_string()).chain(numbered);
    // The labels that stand in cells without a text of their own.
    let mut words = options.labels.clone();
    words.retain(|name, _| ["not_applicable", "withheld"].contains(&name.as_str()));
    let mut edition = Edition {
        format: edition::FORMAT.to_owned(),
        id: ids.find(|id| !earlier.contains(&id)).expect("some is free"),
        number: options.first_number + u32::try_from(earlier.len()).unwrap_or(u32::MAX),
        issued_on: options.today,
        note: options.note,
        predecessor,
        digest: Digests::default(),
        salt: options.salt,
        allowed: options.allowed,
        words,
        drawn_with: options.drawn_with,
        files: BTreeMap::new(),
        // Fields that the record does not hold must not be drawn either.
        sheet: serde_json::from_value(recorded(register)).expect("it was written just now"),
        bytes: BTreeMap::new(),
        withdrawn: None,
    };
    edition.digest = digests(&edition);
    edition
}

/// The register as a record holds it.
fn recorded(register: &Register) -> serde_json::Value {
    let mut sheet = register.clone();
    // The site's address may change without a new edition.
    sheet.office.url = None;
    serde_json::to_value(&sheet).expect("keys are strings")
}

/// The digests of an edition's record as it is now; an unaltered record holds the same ones.
pub fn digests(edition: &Edition) -> Digests {
    let digest = |audience| {
        // All words that reach the data are the edition's own.
        let laid_out = lay_out_edition(edition, Rendering::of_data(audience), &Labels::new());
        data::sha256(&data::json(&laid_out, &edition.sheet, Some(edition)))
    };
    let [public, client] = Audience::ALL.map(digest);
    Digests { public, client }
}

impl<'a> Version<'a> {
    /// Compares a register with the record of the newest edition issued.
    pub fn of(register: &Register, newest: Option<&'a Edition>) -> Version<'a> {
        let same = newest.filter(|it| recorded(register) == recorded(&it.sheet));
        let (edition, id) = (None, format!("{}案", register.date));
        same.map_or(Version { edition, id }, Version::issued)
    }
}
