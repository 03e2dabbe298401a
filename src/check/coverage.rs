//! Rules about the sheet and its guideline: each item is answered, and the guideline is in force.

use super::{CheckInput, Rule};
use crate::compare::guideline::{PlacePair, match_places};
use crate::content::Filed;
use crate::content::places::{self, SheetPlace};
use crate::content::record::{Duty, GuidelineRecord};
use crate::diagnostic::{Diagnostic, Origin, Part, Severity};
use crate::message::Message;
use std::collections::BTreeSet;

pub const UNKNOWN_GUIDELINE: Rule = Rule::new("unknown-guideline", unknown_guideline);

/// Reports names of guidelines that are not there: the sheet's, and every `superseded_by`.
fn unknown_guideline(input: &CheckInput) -> Vec<Diagnostic> {
    let content = input.content;
    let mut named = Vec::new();
    if let Some(sheet) = input.sheet() {
        named.push((sheet.origin().at("guideline"), &sheet.record.guideline));
    }
    for guideline in &content.guidelines {
        let successor = guideline.record.superseded_by.as_ref();
        named.extend(successor.map(|id| (guideline.origin().at("superseded_by"), id)));
    }
    let is_unknown = |id: &str| {
        // A guideline that could not be read has its own finding.
        content.guideline(id).is_none()
            && !content.is_broken(&format!("content/guidelines/{id}.yaml"))
    };
    let unknown = named.into_iter().filter(|(_, id)| is_unknown(id));
    let known = || content.guidelines.iter().map(|it| it.record.id.as_str());
    let report = |(origin, id): (Origin, &String)| {
        let message = Message::new("unknown-guideline").with("id", id);
        UNKNOWN_GUIDELINE
            .error(origin, message)
            .suggest(id, known())
    };
    unknown.map(report).collect()
}

pub const GUIDELINE_SUPERSEDED: Rule = Rule::new("guideline-superseded", guideline_superseded);

/// Reports a later edition of the sheet's guideline.
fn guideline_superseded(input: &CheckInput) -> Vec<Diagnostic> {
    let (Some(sheet), Some(guideline)) = (input.sheet(), input.content.own_guideline()) else {
        return Vec::new();
    };
    let Some(successor) = &guideline.record.superseded_by else {
        return Vec::new();
    };
    let message = Message::new("guideline-superseded")
        .with("id", &guideline.record.id)
        .with("successor", successor);
    let help = Message::new("guideline-superseded-help").with("successor", successor);
    let finding = GUIDELINE_SUPERSEDED.warning(sheet.origin().at("guideline"), message);
    vec![finding.help(help)]
}

pub const UNKNOWN_ITEM: Rule = Rule::new("unknown-item", unknown_item);

/// Reports files of `measures/` and own headings at places that do not exist.
fn unknown_item(input: &CheckInput) -> Vec<Diagnostic> {
    let (Some(sheet), Some(guideline)) = (input.sheet(), input.content.own_guideline()) else {
        return Vec::new();
    };
    let places = input.content.places();
    let ids = |filter: fn(&SheetPlace) -> bool| -> BTreeSet<String> {
        let chosen = places.iter().filter(|place| filter(place));
        chosen.map(SheetPlace::id).collect()
    };
    let (own, official) = (ids(|place| place.is_own), ids(|place| !place.is_own));
    let measured = ids(|place| place.takes_measures);
    let unknown = |name: &str, origin: Origin, known: &BTreeSet<String>| {
        unknown_place(name, &guideline.record.id, origin, known)
    };
    let mut findings = Vec::new();
    for file in &input.content.measures {
        if !measured.contains(&file.place()) {
            findings.push(unknown(&file.place(), Origin::file(&file.file), &measured));
        }
    }
    for (headings, node) in [
        (&sheet.record.headings, sheet.origin()),
        (&sheet.record.en.headings, sheet.origin().at("en")),
    ] {
        for name in headings.0.keys().filter(|name| !official.contains(*name)) {
            let origin = node.at("headings").at(name.as_str()).part(Part::Key);
            // The name of an own section is written with the section.
            findings.push(if own.contains(name) {
                let message = Message::new("heading-of-own").with("name", name);
                UNKNOWN_ITEM.error(origin, message)
            } else {
                unknown(name, origin, &official)
            });
        }
    }
    findings
}

fn unknown_place(
    name: &str,
    guideline: &str,
    origin: Origin,
    known: &BTreeSet<String>,
) -> Diagnostic {
    let message = Message::new("unknown-item")
        .with("name", name)
        .with("guideline", guideline);
    let mut finding = UNKNOWN_ITEM.error(origin, message);
    let section = format!("{}-", name.split('-').next().unwrap_or(name));
    let known_ids = || known.iter().map(String::as_str);
    let inside: Vec<&str> = known_ids()
        .filter(|place| place.starts_with(&section))
        .collect();
    if !inside.is_empty() {
        let message = Message::new("unknown-item-has").with("items", inside.join(", "));
        finding = finding.help(message);
    }
    finding.suggest(name, known_ids())
}

pub const ITEM_UNCOVERED: Rule = Rule::new("item-uncovered", item_uncovered);

/// Reports items of the sheet's guideline without a measure (guideline, 別添: B–G are しなければならない).
fn item_uncovered(input: &CheckInput) -> Vec<Diagnostic> {
    let Some(guideline) = input.content.own_guideline() else {
        return Vec::new();
    };
    uncovered(input, guideline, "item-uncovered-help", |duty| match duty {
        Duty::Required => Severity::Error,
        Duty::Recommended => Severity::Warning,
    })
}

/// Reports items of another guideline that the sheet does not answer.
pub fn uncovered_under(input: &CheckInput, other: &Filed<GuidelineRecord>) -> Vec<Diagnostic> {
    uncovered(input, other, "item-uncovered-there-help", |_| {
        Severity::Warning
    })
}

fn uncovered(
    input: &CheckInput,
    guideline: &Filed<GuidelineRecord>,
    help: &'static str,
    severity: fn(Duty) -> Severity,
) -> Vec<Diagnostic> {
    let is_answered = |place: &SheetPlace| {
        let mut files = input.content.measures.iter();
        files.any(|file| {
            let here = file.section == place.section && file.item.as_deref() == place.item;
            here && file.records.as_ref().is_none_or(|it| !it.is_empty())
        })
    };
    let mut findings = Vec::new();
    for place in places::of_guideline(guideline) {
        if !place.takes_measures || is_answered(&place) {
            continue;
        }
        let message = Message::new("item-uncovered")
            .with("name", place.id())
            .with("heading", &**place.name)
            .with("guideline", &guideline.record.id);
        let file = match place.item {
            Some(item) => format!("content/measures/{}/{item}.yaml", place.section),
            None => format!("content/measures/{}.yaml", place.section),
        };
        let help = Message::new(help)
            .with("file", file)
            .with("guideline", &guideline.record.id);
        let finding = ITEM_UNCOVERED.error(place.origin.at("name"), message);
        findings.push(Diagnostic {
            severity: severity(place.duty),
            ..finding.help(help)
        });
    }
    findings
}

pub const HEADING_CHANGED: &str = "heading-changed";

/// Reports sections and items whose heading differs in another guideline.
pub fn heading_changed(input: &CheckInput, other: &Filed<GuidelineRecord>) -> Vec<Diagnostic> {
    let own = input.content.own_guideline();
    let old = own.map(places::of_guideline).unwrap_or_default();
    let new = places::of_guideline(other);
    let mut findings = Vec::new();
    for (after, before) in match_places(&old, &new).iter().filter_map(PlacePair::both) {
        if after.name != before.name {
            let message = Message::new("heading-changed")
                .with("name", after.id())
                .with("old", before.name)
                .with("new", after.name);
            let origin = after.origin.at("name");
            findings.push(Diagnostic::warning(HEADING_CHANGED, origin, message));
        }
    }
    findings
}

pub const SMALL_BUSINESS_EXCEPTION: Rule =
    Rule::new("small-business-exception", small_business_exception);

/// Reports the small-business method: a contractor may not use it, however small (guideline,
/// 中小規模事業者の定義).
fn small_business_exception(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        if record.relaxed {
            let message = Message::new("small-business-exception").with("id", &record.id);
            let finding = SMALL_BUSINESS_EXCEPTION.error(origin.at("relaxed"), message);
            findings.push(finding.help(Message::new("small-business-exception-help")));
        }
    }
    findings
}
