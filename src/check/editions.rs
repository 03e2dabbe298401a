//! The rule about issued editions: none is missing, and none has changed.

use super::{CheckInput, Findings};
use crate::content::{Content, Filed, regex};
use crate::diagnostic::Origin;
use crate::edition::{Edition, FORMAT, file};
use crate::issue;
use crate::message::Message;

/// Reports editions that changed or disappeared: clients have copies and may ask about them.
/// Each edition names its predecessor with its digests; sheet.yaml names the newest.
pub fn edition_altered(input: &CheckInput, found: &mut Findings) {
    let content = input.content;
    let mut before = None;
    for edition in &content.editions {
        damaged(edition, found);
        out_of_line(edition, before, content, found);
        before = Some(edition);
    }
    not_the_newest(content, found);
    stray_copy(content, found);
}

fn altered(found: &mut Findings, origin: Origin, message: Message) {
    found.error(origin, message).help = Some(Message::new("edition-altered-help"));
}

/// Reports the first mistake within one record.
fn damaged(filed: &Filed<Edition>, found: &mut Findings) {
    let (edition, origin) = (&filed.record, filed.origin());
    let message = |id| Message::new(id).with("id", &edition.id);
    let of_the_day = regex(&format!("^{}(-([2-9]|[1-9][0-9]+))?$", edition.sheet.date));
    if edition.format != FORMAT {
        let unknown = message("edition-format").with("format", &edition.format);
        altered(found, origin.at("format"), unknown);
    } else if filed.file != record_path(&edition.id) || !of_the_day.is_match(&edition.id) {
        altered(found, origin.at("id"), message("edition-name"));
    } else if issue::digests(edition) != edition.digest {
        altered(found, origin.at("digest"), message("edition-altered"));
    } else if let Some(name) = edition.damaged_files().first() {
        let id = if edition.bytes.contains_key(*name) {
            "edition-file-altered"
        } else {
            "edition-file-missing"
        };
        let recorded = edition.files.get(*name).map_or("-", String::as_str);
        let damage = message(id)
            .with("path", filed.file.replace(file::RECORD, name))
            .with("sha256", recorded);
        let finding = found.error(origin.at("files").at(*name), damage);
        finding.help = Some(message("edition-file-restore"));
    }
}

fn record_path(id: &str) -> String {
    format!("content/editions/{id}/{}", file::RECORD)
}

fn is_lost(content: &Content, id: &str) -> bool {
    content.lost.iter().any(|lost| lost.id == id)
}

fn find<'a>(content: &'a Content, id: &str) -> Option<&'a Edition> {
    content.issued().find(|edition| edition.id == id)
}

/// Reports a record that does not follow the one before it.
fn out_of_line(
    filed: &Filed<Edition>,
    before: Option<&Filed<Edition>>,
    content: &Content,
    found: &mut Findings,
) {
    let edition = &filed.record;
    let message = |id| Message::new(id).with("id", &edition.id);
    let Some(named) = &edition.predecessor else {
        if let Some(before) = before {
            let unnamed = message("edition-without-predecessor").with("before", &before.record.id);
            altered(found, filed.origin().at("id"), unnamed);
        }
        return;
    };
    let id = match (find(content, &named.id), before) {
        _ if is_lost(content, &named.id) => return,
        (None, _) => "edition-missing",
        (Some(it), _) if it.age() >= edition.age() => "edition-before-predecessor",
        (Some(it), _) if it.digest != named.digest => "edition-predecessor-altered",
        (Some(it), Some(before)) if it.id != before.record.id => "edition-fork",
        _ => return,
    };
    let origin = filed.origin().at("predecessor").at("id");
    altered(found, origin, message(id).with("predecessor", &named.id));
}

/// Reports that sheet.yaml does not name the newest record.
fn not_the_newest(content: &Content, found: &mut Findings) {
    let Some(sheet) = &content.sheet else {
        return;
    };
    let newest = content.newest_edition().map(|edition| &*edition.id);
    let (named, at) = (sheet.record.edition.as_deref(), |field| {
        sheet.origin().at(field)
    });
    match (named, newest) {
        (None, Some(newest)) => {
            let message = Message::new("edition-unnamed").with("newest", newest);
            altered(found, at("date"), message);
        }
        // A record that cannot be read has its own finding.
        (Some(id), _) if is_lost(content, id) || content.is_broken(&record_path(id)) => {}
        (Some(id), Some(newest)) if id != newest && find(content, id).is_some() => {
            let message = Message::new("edition-not-newest").with("newest", newest);
            altered(found, at("edition"), message.with("id", id));
        }
        (Some(id), Some(newest)) if id != newest => {
            let help = Message::new("edition-mistyped").with("newest", newest);
            let finding = found.error(at("edition"), missing(id, "sheet.yaml"));
            finding.help = Some(help.with("predecessor", id));
        }
        (Some(id), None) => altered(found, at("edition"), missing(id, "sheet.yaml")),
        _ => {}
    }
}

fn missing(edition: &str, named_by: &str) -> Message {
    let message = Message::new("edition-missing").with("predecessor", edition);
    message.with("id", named_by)
}

/// Reports a line of copies.yaml that names no edition: its file could not be verified.
fn stray_copy(content: &Content, found: &mut Findings) {
    let mut copies = content.copies.iter().enumerate();
    let is_stray = |id: &str| find(content, id).is_none() && !is_lost(content, id);
    if let Some((index, copy)) = copies.find(|(_, copy)| is_stray(&copy.edition)) {
        let origin = Origin::root("content/copies.yaml").at(index).at("edition");
        altered(found, origin, missing(&copy.edition, "copies.yaml"));
    }
}
