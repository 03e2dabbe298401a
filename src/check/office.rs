//! Rules about facts that the office must make known, and about the room for them on paper.

use super::{CheckInput, Findings};
use crate::diagnostic::Origin;
use crate::message::Message;
use crate::text::is_japanese;

/// Reports missing facts that must be knowable (法32条1項4号, 施行令10条1号).
pub fn office_incomplete(input: &CheckInput, found: &mut Findings) {
    let Some(office) = &input.content.office else {
        return;
    };
    let record = &office.record;
    let mut missing = vec![
        ("address", &record.address),
        ("representative", &record.representative),
        ("complaints", &record.complaints),
    ];
    missing.retain(|(_, line)| line.is_none());
    if !missing.is_empty() {
        let fields: Vec<&str> = missing.iter().map(|(field, _)| *field).collect();
        let message = Message::new("office-incomplete").with("fields", fields.join(", "));
        found.warning(office.origin().at("name"), message);
    }
}

/// Reports what does not fit where the sheet prints it: more letters, or boxes of approval, than the official theme has
/// room for on A4. The column 記号 has half-width letters.
pub fn too_long(input: &CheckInput, found: &mut Findings) {
    let mut measure = |origin: Origin, count: usize, most: usize, id| {
        if count > most {
            let message = Message::new(id).with("count", count).with("most", most);
            found.error(origin, message);
        }
    };
    let (letters, line) = (|line: &str| line.chars().count(), "too-long-line");
    for place in input.content.places() {
        let wide = place.letter.chars().filter(|c| is_japanese(*c)).count();
        let field = if place.is_own { "letter" } else { "id" };
        let (origin, width) = (place.origin.at(field), letters(place.letter) + wide);
        measure(origin, width, 7, "too-long-letter");
    }
    if let Some(office) = &input.content.office {
        let (node, it) = (office.origin(), &office.record);
        let address = it.url.as_deref().unwrap_or_default();
        measure(node.at("name"), letters(&it.name), 48, line);
        measure(node.at("url"), address.len(), 200, line);
    }
    if let Some(sheet) = input.sheet() {
        let (node, it) = (sheet.origin(), &sheet.record);
        let number = letters(it.document_number.as_deref().unwrap_or_default());
        let (boxes, id) = (it.approvals.len(), "too-many-approvals");
        measure(node.at("title"), letters(&it.title), 80, line);
        measure(node.at("document_number"), number, 20, line);
        measure(node.at("approvals"), boxes, 6, id);
    }
}
