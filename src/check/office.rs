//! Rules about facts that the office must make known, and about the room for them on paper.

use super::{CheckInput, Findings};
use crate::diagnostic::Origin;
use crate::message::Message;

/// Reports missing facts that must be knowable (法32条1項4号, 施行令10条1号).
pub fn office_incomplete(input: &CheckInput, found: &mut Findings) {
    let Some(office) = &input.content.office else {
        return;
    };
    let record = &office.record;
    let mut missing = Vec::new();
    for (field, line) in [
        ("address", &record.address),
        ("representative", &record.representative),
        ("complaints", &record.complaints),
    ] {
        missing.extend(line.is_none().then_some(field));
    }
    if !missing.is_empty() {
        let message = Message::new("office-incomplete").with("fields", missing.join(", "));
        found.warning(office.origin().at("name"), message);
    }
}

/// The most letters of title, office, document number and the site's address, and the most boxes of
/// approval, for which the official theme has room on A4.
const LONGEST_TITLE: usize = 80;
const LONGEST_OFFICE: usize = 48;
const LONGEST_NUMBER: usize = 20;
const LONGEST_ADDRESS: usize = 200;
const MOST_APPROVALS: usize = 6;

/// Reports what does not fit where the sheet prints it.
pub fn too_long(input: &CheckInput, found: &mut Findings) {
    let mut measure = |origin: Origin, id, count: usize, most: usize| {
        if count > most {
            let message = Message::new(id).with("count", count).with("most", most);
            found.error(origin, message);
        }
    };
    if let Some(office) = &input.content.office {
        let letters = office.record.name.chars().count();
        let origin = office.origin().at("name");
        measure(origin, "too-long-line", letters, LONGEST_OFFICE);
        let letters = office.record.url.as_ref().map_or(0, |url| url.len());
        let origin = office.origin().at("url");
        measure(origin, "too-long-line", letters, LONGEST_ADDRESS);
    }
    if let Some(sheet) = input.sheet() {
        let letters = sheet.record.title.chars().count();
        let origin = |field| sheet.origin().at(field);
        measure(origin("title"), "too-long-line", letters, LONGEST_TITLE);
        let number = sheet.record.document_number.as_deref().unwrap_or_default();
        let (letters, field) = (number.chars().count(), "document_number");
        measure(origin(field), "too-long-line", letters, LONGEST_NUMBER);
        let (boxes, id) = (sheet.record.approvals.len(), "too-many-approvals");
        measure(origin("approvals"), id, boxes, MOST_APPROVALS);
    }
}
