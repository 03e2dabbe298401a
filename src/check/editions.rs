//! The rule about issued editions: none is missing, and none has changed.

use super::{CheckInput, Rule};
use crate::content::Filed;
use crate::diagnostic::{Diagnostic, Origin};
use crate::edition::{Edition, FORMAT, RecordedCopy, file};
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
        findings.extend(out_of_line(edition, before, input));
        before = Some(edition);
    }
    findings.extend(not_the_newest(input));
    findings.extend(stray_copy(input));
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
    let named = filed.file == record_path(&edition.id);
    let numbered = |rest: &str| rest.is_empty() || rest.strip_prefix('-').is_some_and(is_number);
    if !named || !of_the_day.is_some_and(numbered) {
        return Some(altered(origin.at("id"), message("edition-name")));
    }
    if issue::digests(edition) != edition.digest {
        return Some(altered(origin.at("digest"), message("edition-altered")));
    }
    let name = edition.damaged_files().into_iter().next()?;
    let is_there = edition.bytes.contains_key(name);
    let id = if is_there {
        "edition-file-altered"
    } else {
        "edition-file-missing"
    };
    let path = filed.file.replace(file::RECORD, name);
    let recorded = edition.files.get(name).map_or("-", String::as_str);
    let damage = message(id).with("path", path).with("sha256", recorded);
    Some(
        EDITION_ALTERED
            .error(origin.at("files").at(name), damage)
            .help(Message::new("edition-file-restore").with("id", &edition.id)),
    )
}

fn record_path(id: &str) -> String {
    format!("content/editions/{id}/{}", file::RECORD)
}

fn is_number(text: &str) -> bool {
    text.parse::<u32>()
        .is_ok_and(|number| number > 1 && number.to_string() == text)
}

/// Reports a record that does not follow the one before it.
fn out_of_line(
    filed: &Filed<Edition>,
    before: Option<&Filed<Edition>>,
    input: &CheckInput,
) -> Option<Diagnostic> {
    let edition = &filed.record;
    let origin = filed.origin().at("predecessor");
    let message = |id| Message::new(id).with("id", &edition.id);
    let Some(named) = &edition.predecessor else {
        let id = &before?.record.id;
        let unnamed = message("edition-without-predecessor").with("before", id);
        return Some(altered(filed.origin().at("id"), unnamed));
    };
    let is_lost = |id: &str| input.content.lost.iter().any(|lost| lost.id == id);
    if is_lost(&named.id) {
        return None;
    }
    let mut all = input.content.editions.iter();
    let found = all.find(|other| other.record.id == named.id);
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
    let mut lost = input.content.lost.iter();
    if named == newest || lost.any(|lost| Some(&*lost.id) == named) {
        return None;
    }
    let Some(named) = named else {
        let message = Message::new("edition-unnamed").with("newest", newest?);
        return Some(altered(sheet.origin().at("date"), message));
    };
    // A record that cannot be read has its own finding.
    if input.content.is_broken(&record_path(named)) {
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

/// Reports a line of copies.yaml that names no edition: its file could not be verified.
fn stray_copy(input: &CheckInput) -> Option<Diagnostic> {
    let content = input.content;
    let known = |id: &str| {
        content.issued().any(|edition| edition.id == id)
            || content.lost.iter().any(|lost| lost.id == id)
    };
    let stray = |copy: &RecordedCopy| !known(&copy.edition);
    let index = content.copies.iter().position(stray)?;
    let origin = Origin::root("content/copies.yaml").at(index).at("edition");
    let message = Message::new("edition-missing")
        .with("predecessor", &content.copies[index].edition)
        .with("id", "copies.yaml");
    Some(altered(origin, message))
}
