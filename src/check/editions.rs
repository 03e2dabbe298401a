//! Issued editions: whether all are there, and each still says what it said.

use super::{CheckInput, Rule};
use crate::content::Filed;
use crate::diagnostic::{Diagnostic, Origin};
use crate::edition::{Edition, FORMAT};
use crate::issue;
use crate::message::Message;

pub const EDITION_ALTERED: Rule = Rule {
    name: "edition-altered",
    find: edition_altered,
};

/// Reports editions that changed or disappeared: somebody has a copy in hand and may ask.
///
/// Each names the one before and its digests; sheet.yaml names the newest.
fn edition_altered(input: &CheckInput) -> Vec<Diagnostic> {
    let editions = &input.content.editions;
    let mut findings: Vec<Diagnostic> = editions.iter().filter_map(damaged).collect();
    let mut before: Option<&Filed<Edition>> = None;
    for edition in editions {
        findings.extend(out_of_line(edition, before, editions));
        before = Some(edition);
    }
    findings.extend(not_the_newest(input));
    findings
}

fn altered(origin: Origin, message: Message) -> Diagnostic {
    EDITION_ALTERED
        .error(origin, message)
        .help(Message::new("edition-altered-help"))
}

/// The first thing that is wrong with the record by itself.
fn damaged(filed: &Filed<Edition>) -> Option<Diagnostic> {
    let (edition, origin) = (&filed.record, filed.origin());
    let message = |id| Message::new(id).with("id", &edition.id);
    if edition.format != FORMAT {
        let message = message("edition-format").with("format", &edition.format);
        return Some(altered(origin.at("format"), message));
    }
    let of_the_day = edition.id.strip_prefix(&edition.sheet.date.to_string());
    let named = filed.file == format!("content/editions/{}.yaml", edition.id);
    let numbered = |rest: &str| rest.is_empty() || rest.strip_prefix('-').is_some_and(is_number);
    if !named || !of_the_day.is_some_and(numbered) {
        return Some(altered(origin.at("id"), message("edition-name")));
    }
    let digest = issue::digests(edition);
    (digest != edition.digest).then(|| altered(origin.at("digest"), message("edition-altered")))
}

fn is_number(text: &str) -> bool {
    text.parse::<u32>()
        .is_ok_and(|number| number > 1 && number.to_string() == text)
}

/// Whether the record follows the one before it.
fn out_of_line(
    filed: &Filed<Edition>,
    before: Option<&Filed<Edition>>,
    all: &[Filed<Edition>],
) -> Option<Diagnostic> {
    let edition = &filed.record;
    let origin = filed.origin().at("predecessor");
    let message = |id| Message::new(id).with("id", &edition.id);
    let Some(named) = &edition.predecessor else {
        let before = before?;
        let message = message("edition-without-predecessor").with("before", &before.record.id);
        return Some(altered(filed.origin().at("id"), message));
    };
    let found = all.iter().find(|other| other.record.id == named.id);
    let id = match (found, before) {
        (None, _) => "edition-missing",
        (Some(found), _) if found.record.age() >= edition.age() => "edition-before-predecessor",
        (Some(found), _) if found.record.digest != named.digest => "edition-predecessor-altered",
        (Some(found), Some(before)) if found.record.id != before.record.id => "edition-fork",
        _ => return None,
    };
    let message = message(id).with("predecessor", &named.id);
    Some(altered(origin.at("id"), message))
}

/// Whether sheet.yaml names the newest record.
fn not_the_newest(input: &CheckInput) -> Option<Diagnostic> {
    let sheet = input.sheet()?;
    let newest = input.content.editions.last();
    let newest = newest.map(|edition| edition.record.id.as_str());
    // A record that cannot be read has its own finding.
    let unread = |id: &str| {
        input
            .content
            .is_broken(&format!("content/editions/{id}.yaml"))
    };
    let (origin, message) = match (sheet.record.edition.as_deref(), newest) {
        (Some(named), newest) if newest != Some(named) && !unread(named) => {
            let known = |edition: &Filed<Edition>| edition.record.id == named;
            match newest.filter(|_| input.content.editions.iter().any(known)) {
                Some(newest) => {
                    let message = Message::new("edition-not-newest").with("newest", newest);
                    (sheet.origin().at("edition"), message.with("id", named))
                }
                None => {
                    let message = Message::new("edition-missing").with("predecessor", named);
                    (
                        sheet.origin().at("edition"),
                        message.with("id", "sheet.yaml"),
                    )
                }
            }
        }
        (None, Some(newest)) => {
            let message = Message::new("edition-unnamed").with("newest", newest);
            (sheet.origin().at("date"), message)
        }
        _ => return None,
    };
    Some(altered(origin, message))
}
