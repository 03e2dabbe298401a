//! The rule about issued editions: none is missing, and none has changed.

use super::{CheckInput, Rule};
use crate::content::Filed;
use crate::diagnostic::{Diagnostic, Origin};
use crate::edition::{Edition, FORMAT};
use crate::issue;
use crate::message::Message;

pub const EDITION_ALTERED: Rule = Rule::new("edition-altered", edition_altered);

/// Reports editions that changed or disappeared: clients have copies and may ask about them.
///
/// Each edition names its predecessor with its digests; sheet.yaml names the newest.
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

/// Reports the first mistake within one record.
fn damaged(filed: &Filed<Edition>) -> Option<Diagnostic> {
    let (edition, origin) = (&filed.record, filed.origin());
    let message = |id| Message::new(id).with("id", &edition.id);
    if edition.format != FORMAT {
        let unknown = message("edition-format").with("format", &edition.format);
        return Some(altered(origin.at("format"), unknown));
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

/// Reports a record that does not follow the one before it.
fn out_of_line(
    filed: &Filed<Edition>,
    before: Option<&Filed<Edition>>,
    all: &[Filed<Edition>],
) -> Option<Diagnostic> {
    let edition = &filed.record;
    let origin = filed.origin().at("predecessor");
    let message = |id| Message::new(id).with("id", &edition.id);
    let Some(named) = &edition.predecessor else {
        let id = &before?.record.id;
        let unnamed = message("edition-without-predecessor").with("before", id);
        return Some(altered(filed.origin().at("id"), unnamed));
    };
    let found = all.iter().find(|other| other.record.id == named.id);
    let id = match (found, before) {
        (None, _) => "edition-missing",
        (Some(found), _) if found.record.age() >= edition.age() => "edition-before-predecessor",
        (Some(found), _) if found.record.digest != named.digest => "edition-predecessor-altered",
        (Some(found), Some(before)) if found.record.id != before.record.id => "edition-fork",
        _ => return None,
    };
    let mismatch = message(id).with("predecessor", &named.id);
    Some(altered(origin.at("id"), mismatch))
}

/// Reports that sheet.yaml does not name the newest record.
fn not_the_newest(input: &CheckInput) -> Option<Diagnostic> {
    let sheet = input.sheet()?;
    let editions = &input.content.editions;
    let newest = editions.last().map(|edition| &*edition.record.id);
    let named = sheet.record.edition.as_deref();
    if named == newest {
        return None;
    }
    let Some(named) = named else {
        let message = Message::new("edition-unnamed").with("newest", newest?);
        return Some(altered(sheet.origin().at("date"), message));
    };
    // A record that cannot be read has its own finding.
    let file = format!("content/editions/{named}.yaml");
    if input.content.is_broken(&file) {
        return None;
    }
    let is_known = editions.iter().any(|edition| edition.record.id == named);
    let message = match newest {
        Some(newest) if is_known => Message::new("edition-not-newest")
            .with("newest", newest)
            .with("id", named),
        _ => Message::new("edition-missing")
            .with("predecessor", named)
            .with("id", "sheet.yaml"),
    };
    Some(altered(sheet.origin().at("edition"), message))
}
