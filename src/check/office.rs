//! The rule about facts that the office must make known.

use super::{CheckInput, Rule};
use crate::diagnostic::Diagnostic;
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
