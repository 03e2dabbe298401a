//! Rules about the sheet and its guideline: each item is answered, and the guideline is in force.

use super::{CheckInput, Findings};
use crate::compare::Sides;
use crate::compare::guideline::match_places;
use crate::content::places::{self, SheetPlace};
use crate::content::record::{Duty, GuidelineRecord};
use crate::content::{Content, Filed, MeasureFile};
use crate::diagnostic::{Origin, Severity, nearest};
use crate::message::Message;
use std::collections::BTreeSet;

/// Reports names of guidelines that are not there: the sheet's, and every `superseded_by`.
pub fn unknown_guideline(input: &CheckInput, found: &mut Findings) {
    let content = input.content;
    let own = input.sheet();
    let own_name = own.map(|it| (it.origin().at("guideline"), &it.record.guideline));
    let successors = content.guidelines.iter().filter_map(|it| {
        let successor = it.record.superseded_by.as_ref()?;
        Some((it.origin().at("superseded_by"), successor))
    });
    for (origin, id) in own_name.into_iter().chain(successors) {
        // A guideline that could not be read has its own finding.
        let is_broken = content.is_broken(&format!("content/guidelines/{id}.yaml"));
        if content.guideline(id).is_none() && !is_broken {
            let known = content.guidelines.iter().map(|it| it.record.id.as_str());
            let list = known.clone().collect::<Vec<_>>().join(", ");
            let message = Message::new("unknown-guideline")
                .with("id", id)
                .with("known", if list.is_empty() { "none" } else { &list });
            found.error(origin, message).suggest(id, known);
        }
    }
}

/// Reports a later edition of the sheet's guideline.
pub fn guideline_superseded(input: &CheckInput, found: &mut Findings) {
    if let (Some(sheet), Some(guideline)) = (input.sheet(), input.content.own_guideline())
        && let Some(successor) = &guideline.record.superseded_by
    {
        let message = Message::new("guideline-superseded")
            .with("id", &guideline.record.id)
            .with("successor", successor);
        found.warning(sheet.origin().at("guideline"), message);
    }
}

/// Reports files of `measures/` and own headings at places that do not exist.
pub fn unknown_item(input: &CheckInput, found: &mut Findings) {
    let (Some(sheet), Some(guideline)) = (input.sheet(), input.content.own_guideline()) else {
        return;
    };
    let places = input.content.places();
    let ids = |filter: fn(&SheetPlace) -> bool| -> BTreeSet<String> {
        let chosen = places.iter().filter(|place| filter(place));
        chosen.map(SheetPlace::id).collect()
    };
    let (own, official) = (ids(|place| place.is_own), ids(|place| !place.is_own));
    let unknown = Message::new("unknown-item").with("guideline", &guideline.record.id);
    for file in &input.content.measures {
        let mut takers = places.iter().filter(|place| place.takes_measures);
        if !takers.any(|place| place.holds(file)) {
            let message = unknown.clone().with("name", file.place());
            let finding = found.error(Origin::file(&file.file), message);
            finding.help = better_file(input.content, file);
        }
    }
    let node = sheet.origin();
    for (headings, node) in [
        (&sheet.record.headings, node.at("headings")),
        (&sheet.record.en.headings, node.at("en").at("headings")),
    ] {
        for name in headings.keys().filter(|name| !official.contains(*name)) {
            let origin = node.at(name.as_str()).key();
            // The name of an own section is written with the section.
            if own.contains(name) {
                found.error(origin, Message::new("heading-of-own").with("name", name));
            } else {
                let known = || official.iter().map(String::as_str);
                let section = format!("{}-", name.split('-').next().unwrap_or(name));
                let finding = found.error(origin, unknown.clone().with("name", name));
                finding.help = one_of(known().filter(|place| place.starts_with(&section)));
                finding.suggest(name, known());
            }
        }
    }
}

/// Advice on a file of measures at a place that does not exist: the file that was meant, or those there.
fn better_file(content: &Content, file: &MeasureFile) -> Option<Message> {
    let written = file.place();
    let mut free = content.places();
    // A file that exists would be overwritten.
    let is_there = |place: &SheetPlace| content.measures.iter().any(|file| place.holds(file));
    free.retain(|place| place.takes_measures && !is_there(place));
    let sections = [Some(&file.section), file.item.as_ref()];
    let in_section = |place: &SheetPlace| sections.iter().flatten().any(|it| *it == place.section);
    // `C-b.yaml` for `C/b.yaml`, or `C/10-2.yaml` for a section that has no items.
    let ids: Vec<String> = free.iter().map(SheetPlace::id).collect();
    let is_meant =
        |id: &String| id.eq_ignore_ascii_case(&written) || Some(id) == file.item.as_ref();
    // `10-1` is not near `10-2`: numbers are not mistyped names.
    let digits = |it: &str| it.replace(|c: char| !c.is_ascii_digit(), "");
    let is_like = |id: &&str| digits(id) == digits(&written);
    let near = || nearest(&written, ids.iter().map(String::as_str).filter(is_like));
    let meant = ids.iter().find(|id| is_meant(id)).map(String::as_str);
    if let Some(name) = meant.or_else(near) {
        free.retain(|place| place.id() == name);
    } else if free.iter().any(in_section) {
        free.retain(in_section);
    } else if free.len() == 1 {
        // The only one left need not be the one that was meant.
        return None;
    }
    one_of(free.iter().map(SheetPlace::file))
}

/// Advice to choose among names, if there are any.
fn one_of(names: impl IntoIterator<Item = impl ToString>) -> Option<Message> {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    match names.as_slice() {
        [] => None,
        [name] => Some(Message::new("rename-file").with("name", name)),
        _ => Some(Message::new("unknown-item-has").with("items", names.join(", "))),
    }
}

/// Reports items of the sheet's guideline without a measure (guideline, 別添: B–G are しなければならない).
pub fn item_uncovered(input: &CheckInput, found: &mut Findings) {
    if let Some(guideline) = input.content.own_guideline() {
        uncovered(input, found, guideline, "item-uncovered", Severity::Error);
    }
}

/// Reports items of a guideline that the sheet does not answer.
pub fn uncovered(
    input: &CheckInput,
    found: &mut Findings,
    guideline: &Filed<GuidelineRecord>,
    message: &'static str,
    where_required: Severity,
) {
    let is_answered = |place: &SheetPlace| {
        let mut files = input.content.measures.iter();
        let is_empty = |file: &MeasureFile| file.records.as_ref().is_some_and(Vec::is_empty);
        files.any(|file| place.holds(file) && !is_empty(file))
    };
    for place in places::of_guideline(guideline) {
        if !place.takes_measures || is_answered(&place) {
            continue;
        }
        let uncovered = Message::new(message)
            .with("name", place.id())
            .with("heading", place.name)
            .with("guideline", &guideline.record.id)
            .with("file", place.file());
        let severity = match place.duty {
            Duty::Contractors if !input.is_contractor() => continue,
            Duty::All | Duty::Contractors => where_required,
            Duty::Recommended => Severity::Warning,
        };
        found.add(severity, place.origin.at("name"), uncovered);
    }
}

/// Reports sections and items whose heading differs in another guideline.
pub fn heading_changed(input: &CheckInput, other: &Filed<GuidelineRecord>, found: &mut Findings) {
    let own = input.content.own_guideline();
    let old = own.map(places::of_guideline).unwrap_or_default();
    let new = places::of_guideline(other);
    for (after, before) in match_places(&old, &new).iter().filter_map(Sides::both) {
        if after.name != before.name {
            let message = Message::new("heading-changed")
                .with("name", after.id())
                .with("old", before.name)
                .with("new", after.name);
            found.warning(after.origin.at("name"), message);
        }
    }
}
