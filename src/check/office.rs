//! Rules about facts that the office must make known, and about the room for them on paper.

use super::{CheckInput, Rule};
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;

pub const OFFICE_INCOMPLETE: Rule = Rule::new("office-incomplete", office_incomplete);

/// Reports missing facts that must be knowable (法32条1項4号, 施行令10条1号). Only the office can supply
/// them.
fn office_incomplete(input: &CheckInput) -> Vec<Diagnostic> {
    let Some(office) = &input.content.office else {
        return Vec::new();
    };
    let record = &office.record;
    let fields = [
        ("address", &record.address),
        ("representative", &record.representative),
        ("complaints", &record.complaints),
    ];
    let empty = fields.into_iter().filter(|(_, line)| line.is_none());
    let missing: Vec<&str> = empty.map(|(name, _)| name).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let message = Message::new("office-incomplete").with("fields", missing.join(", "));
    let finding = OFFICE_INCOMPLETE.warning(office.origin().at("name"), message);
    vec![finding.help(Message::new("office-incomplete-help"))]
}

pub const TOO_LONG: Rule = Rule::new("too-long", too_long);

/// The most letters of the title and of the office's name, and the most boxes of approval, for which
/// the official theme has room on A4.
const LONGEST_TITLE: usize = 80;
const LONGEST_OFFICE: usize = 48;
const MOST_APPROVALS: usize = 6;

/// Reports what does not fit where the sheet prints it.
fn too_long(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut measure = |origin: Origin, id, count: usize, most: usize| {
        if count > most {
            let message = Message::new(id).with("count", count).with("most", most);
            findings.push(TOO_LONG.error(origin, message));
        }
    };
    if let Some(office) = &input.content.office {
        let letters = office.record.name.chars().count();
        let origin = office.origin().at("name");
        measure(origin, "too-long-line", letters, LONGEST_OFFICE);
    }
    if let Some(sheet) = input.sheet() {
        let origin = |field| sheet.origin().at(field);
        let letters = sheet.record.title.chars().count();
        measure(origin("title"), "too-long-line", letters, LONGEST_TITLE);
        let boxes = sheet.record.approvals.len();
        measure(
            origin("approvals"),
            "too-many-approvals",
            boxes,
            MOST_APPROVALS,
        );
    }
    findings
}
