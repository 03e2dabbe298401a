//! The ledger of files that the office let out: `content/copies.yaml`.

use crate::content::{Content, edit};
use crate::edition::{CopyKind, RecordedCopy};
use crate::message::{Error, Message, Result};
use crate::{check::texts::separator_in, data::sha256, manifest::LONGEST_RECIPIENT};
use std::{collections::BTreeMap, io::ErrorKind};

/// Endings that the address line adds itself.
const HONORIFICS: [&str; 3] = ["御中", " 様", "　様"];

impl super::Session<'_> {
    /// Adds lines to the ledger.
    pub(super) fn record_copies(&self, copies: &[RecordedCopy]) -> Result<()> {
        if copies.is_empty() {
            return Ok(());
        }
        let append = |text: &str| {
            let mut lines = copies.iter();
            lines.try_fold(text.to_owned(), |text, copy| edit::appended(&text, copy))
        };
        let ledger = self.edited("content/copies.yaml", &append)?;
        edit::write(&self.directory, &[ledger])
    }

    /// A recipient's name, after a check that it can be printed, fits file names and is one name.
    pub(super) fn recipient(&self, written: &str) -> Result<String> {
        let name = self.printable("--recipient", written)?;
        let refused = if name.is_empty() || name.chars().count() > LONGEST_RECIPIENT {
            Message::new("recipient-length").with("most", LONGEST_RECIPIENT)
        } else if let Some(suffix) = HONORIFICS.iter().find(|it| name.ends_with(**it)) {
            Message::new("recipient-honorific").with("suffix", suffix)
        } else if let Some(separator) = separator_in(&name).filter(|it| !"/／".contains(*it)) {
            Message::new("recipient-joined").with("separator", separator)
        } else {
            return Ok(name);
        };
        Err(Error::new(refused.with("name", name)))
    }

    /// Records the signed form of a file that is recorded in the project; returns the message on what is next.
    pub(super) fn record_signed(&self, file: &[u8], signed: &[u8]) -> Result<Message> {
        let unrecorded = Message::new("signed-unrecorded");
        if !self.directory.join("content").is_dir() {
            return Ok(unrecorded);
        }
        let content = self.load()?;
        let source = sha256(file);
        let listing = content.listing("");
        let Some(edition) = listing.of_file(&source) else {
            return Ok(unrecorded);
        };
        let mut copies = content.copies.iter();
        let copy = copies.find(|copy| copy.sha256 == source);
        self.record_copies(&[RecordedCopy {
            edition: edition.id.clone(),
            kind: CopyKind::Signed,
            day: self.today(),
            recipient: copy.and_then(|copy| copy.recipient.clone()),
            bytes: signed.len(),
            sha256: sha256(signed),
        }])?;
        Ok(Message::new("publish-first"))
    }

    /// A file of the project with an edit; a missing file counts as empty.
    pub(super) fn edited(
        &self,
        path: &str,
        edit: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(String, Vec<u8>)> {
        let refused = || Error::new("cannot-edit").with("path", path);
        let text = match std::fs::read_to_string(self.directory.join(path)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(refused().failed_by(error)),
        };
        // A byte order mark is no part of the YAML, and stays.
        let body = text.trim_start_matches('\u{feff}');
        let mark = &text[..text.len() - body.len()];
        let edited = edit(body).ok_or_else(refused)?;
        Ok((path.to_owned(), (mark.to_owned() + &edited).into_bytes()))
    }
}

/// The recipients whose newest copy is of another edition than the newest: `newest`, or the content's.
pub fn outdated<'c>(content: &'c Content, newest: Option<&str>) -> Vec<Message> {
    let current = newest.or(content.newest_edition().map(|edition| &*edition.id));
    let named = |copy: &'c RecordedCopy| Some((copy.recipient.as_deref()?, copy));
    let mut held: BTreeMap<&str, &RecordedCopy> = content.copies.iter().filter_map(named).collect();
    held.retain(|_, copy| Some(&*copy.edition) != current);
    let message = |(recipient, copy): (&str, &RecordedCopy)| {
        let holds = Message::new("holds-older").with("recipient", recipient);
        holds.with("id", &copy.edition).with("day", copy.day)
    };
    held.into_iter().map(message).collect()
}

/// The recipients of copies of an edition.
pub fn holders(content: &Content, id: &str) -> Vec<Message> {
    let copies = content.copies.iter().filter(|copy| copy.edition == id);
    let mut names: Vec<&str> = copies.filter_map(|it| it.recipient.as_deref()).collect();
    names.dedup();
    let held = Message::new("holds-copy").with("id", id);
    let message = |name| held.clone().with("recipient", name);
    names.into_iter().map(message).collect()
}
