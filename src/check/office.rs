//! Facts about the office that a person must be able to learn.

use super::{CheckInput, Rule};
use crate::diagnostic::Diagnostic;
use crate::message::Message;

pub const OFFICE_INCOMPLETE: Rule = Rule {
    name: "office-incomplete",
    find: office_incomplete,
};

/// Reports facts that must be knowable (法32条1項4号, 施行令10条1号). They are never invented, so the office is asked.
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
    let missing = fields.iter().filter(|(_, line)| line.is_none());
    let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let message = Message::new("office-incomplete").with("fields", missing.join(", "));
    let finding = OFFICE_INCOMPLETE.warning(office.origin().at("name"), message);
    vec![finding.help(Message::new("office-incomplete-help"))]
}
