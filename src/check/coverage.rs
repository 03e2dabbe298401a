//! Does the sheet answer the guideline, item by item, and is that guideline the one in force?

use super::CheckInput;
use crate::content::record::{Duty, GuidelineRecord, SheetRecord};
use crate::content::{Filed, place_name};
use crate::diagnostic::{Diagnostic, Origin, Part, Severity};
use crate::message::Message;
use std::collections::BTreeSet;

/// A place of a guideline that wants a measure: an item, or a section without items.
struct Asked<'a> {
    section: &'a str,
    item: Option<&'a str>,
    heading: &'a str,
    duty: Duty,
    origin: Origin,
}

impl Asked<'_> {
    /// `C-b`
    fn name(&self) -> String {
        place_name(self.section, self.item)
    }
}

fn asked(guideline: &Filed<GuidelineRecord>) -> Vec<Asked<'_>> {
    let mut asked = Vec::new();
    for (s, section) in guideline.record.sections.iter().enumerate() {
        let origin = guideline.origin().at("sections").at(s);
        if section.items.is_empty() {
            asked.push(Asked {
                section: &section.id,
                item: None,
                heading: &section.name,
                duty: section.duty,
                origin: origin.at("name"),
            });
        }
        for (i, item) in section.items.iter().enumerate() {
            asked.push(Asked {
                section: &section.id,
                item: Some(&item.id),
                heading: &item.name,
                duty: item.duty.unwrap_or(section.duty),
                origin: origin.at("items").at(i).at("name"),
            });
        }
    }
    asked
}

/// Names of the places that measures may stand at: the guideline's and the office's own.
fn places(sheet: &SheetRecord, guideline: &Filed<GuidelineRecord>) -> BTreeSet<String> {
    let own = sheet.sections.before.iter().chain(&sheet.sections.after);
    let own = own.flat_map(|section| {
        let items = section
            .items
            .iter()
            .map(|item| place_name(&section.id, Some(&item.id)));
        let whole = section.items.is_empty().then(|| section.id.clone());
        items.chain(whole)
    });
    asked(guideline)
        .iter()
        .map(Asked::name)
        .chain(own)
        .collect()
}

/// The sheet, and every `superseded_by`, names a guideline that is there.
pub fn unknown_guideline(input: &CheckInput) -> Vec<Diagnostic> {
    let known = || {
        input
            .content
            .guidelines
            .iter()
            .map(|guideline| guideline.record.id.as_str())
    };
    // A guideline that could not be read is not unknown.
    let unread = |id: &str| {
        let file = format!("content/guidelines/{id}.yaml");
        input
            .content
            .problems
            .iter()
            .any(|problem| problem.origin.file == file)
    };
    let named = input
        .sheet()
        .map(|sheet| (sheet.origin().at("guideline"), &sheet.record.guideline));
    let successors = input.content.guidelines.iter().filter_map(|guideline| {
        let successor = guideline.record.superseded_by.as_ref()?;
        Some((guideline.origin().at("superseded_by"), successor))
    });
    named
        .into_iter()
        .chain(successors)
        .filter(|(_, id)| !known().any(|known| known == id.as_str()) && !unread(id))
        .map(|(origin, id)| {
            let message = Message::new("unknown-guideline").with("id", id);
            Diagnostic::error("unknown-guideline", origin, message).suggest(id, known())
        })
        .collect()
}

/// A later edition of the sheet's guideline is known.
pub fn guideline_superseded(input: &CheckInput) -> Vec<Diagnostic> {
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
    vec![
        Diagnostic::warning(
            "guideline-superseded",
            sheet.origin().at("guideline"),
            message,
        )
        .help(help),
    ]
}

/// Files of `measures/` and own headings stand at a place that exists.
pub fn unknown_item(input: &CheckInput) -> Vec<Diagnostic> {
    let (Some(sheet), Some(guideline)) = (input.sheet(), input.content.own_guideline()) else {
        return Vec::new();
    };
    let places = places(&sheet.record, guideline);
    let unknown = |name: &str, origin: Origin, known: &BTreeSet<String>| {
        let message = Message::new("unknown-item")
            .with("name", name)
            .with("guideline", &guideline.record.id);
        let finding = Diagnostic::error("unknown-item", origin, message);
        let section = format!("{}-", name.split('-').next().unwrap_or(name));
        let inside: Vec<&str> = known
            .iter()
            .filter(|place| place.starts_with(&section))
            .map(String::as_str)
            .collect();
        let finding = match inside.is_empty() {
            true => finding,
            false => {
                finding.help(Message::new("unknown-item-has").with("items", inside.join(", ")))
            }
        };
        finding.suggest(name, known.iter().map(String::as_str))
    };
    let files = input
        .content
        .measures
        .iter()
        .filter(|file| !places.contains(&file.name()));
    let files = files.map(|file| unknown(&file.name(), Origin::file(&file.file), &places));
    let official = headings(guideline);
    let official: BTreeSet<String> = official.into_iter().map(|(name, ..)| name).collect();
    let english = sheet.record.en.iter();
    let english = english.map(|en| (&en.headings, sheet.origin().at("en")));
    let written = [(&sheet.record.headings, sheet.origin())];
    let written = written.into_iter().chain(english);
    let strange = written.flat_map(|(headings, at)| {
        let names = headings.0.keys();
        names.map(move |name| (name, at.at("headings").at(name.as_str())))
    });
    let strange = strange.filter(|(name, _)| !official.contains(*name));
    let strange = strange.map(|(name, origin)| {
        let origin = origin.part(Part::Key);
        let own = sheet.own_sections().any(|(section, _)| section.id == *name);
        match own || places.contains(name) {
            // An own section has its name where it is written.
            true => {
                let message = Message::new("heading-of-own").with("name", name);
                Diagnostic::error("unknown-item", origin, message)
            }
            false => unknown(name, origin, &official),
        }
    });
    files.chain(strange).collect()
}

/// Every item of the sheet's guideline has a measure (guideline, 別添: B–G are しなければならない).
pub fn item_uncovered(input: &CheckInput) -> Vec<Diagnostic> {
    let Some(guideline) = input.content.own_guideline() else {
        return Vec::new();
    };
    let severity = |asked: &Asked| match asked.duty {
        Duty::Required => Severity::Error,
        Duty::Recommended => Severity::Warning,
    };
    uncovered(input, guideline, "item-uncovered-help", severity)
}

/// What another guideline asks that the sheet does not answer.
pub fn uncovered_under(input: &CheckInput, other: &Filed<GuidelineRecord>) -> Vec<Diagnostic> {
    uncovered(input, other, "item-uncovered-there-help", |_| {
        Severity::Warning
    })
}

fn uncovered(
    input: &CheckInput,
    guideline: &Filed<GuidelineRecord>,
    help: &'static str,
    severity: fn(&Asked) -> Severity,
) -> Vec<Diagnostic> {
    let answered = |asked: &Asked| {
        let mut files = input.content.measures.iter();
        files.any(|file| {
            let here = file.section == asked.section && file.item.as_deref() == asked.item;
            here && file
                .records
                .as_ref()
                .is_none_or(|records| !records.is_empty())
        })
    };
    let missing = asked(guideline)
        .into_iter()
        .filter(|asked| !answered(asked));
    missing
        .map(|asked| {
            let message = Message::new("item-uncovered")
                .with("name", asked.name())
                .with("heading", asked.heading)
                .with("guideline", &guideline.record.id);
            let file = match asked.item {
                Some(item) => format!("content/measures/{}/{item}.yaml", asked.section),
                None => format!("content/measures/{}.yaml", asked.section),
            };
            Diagnostic::new("item-uncovered", severity(&asked), asked.origin, message).help(
                Message::new(help)
                    .with("file", file)
                    .with("guideline", &guideline.record.id),
            )
        })
        .collect()
}

/// The official headings of two guidelines differ where both have the item.
pub fn heading_changed(input: &CheckInput, other: &Filed<GuidelineRecord>) -> Vec<Diagnostic> {
    let Some(own) = input.content.own_guideline() else {
        return Vec::new();
    };
    let before = headings(own);
    let changed = headings(other)
        .into_iter()
        .filter_map(|(name, heading, origin)| {
            let (_, old, _) = before.iter().find(|(old, ..)| *old == name)?;
            (*old != heading).then(|| {
                let message = Message::new("heading-changed")
                    .with("name", name)
                    .with("old", old)
                    .with("new", heading);
                Diagnostic::warning("heading-changed", origin, message)
            })
        });
    changed.collect()
}

/// Name, heading and place of every section and item.
fn headings(guideline: &Filed<GuidelineRecord>) -> Vec<(String, &str, Origin)> {
    let mut headings = Vec::new();
    for (s, section) in guideline.record.sections.iter().enumerate() {
        let origin = guideline.origin().at("sections").at(s);
        headings.push((section.id.clone(), &*section.name, origin.at("name")));
        for (i, item) in section.items.iter().enumerate() {
            let origin = origin.at("items").at(i).at("name");
            headings.push((place_name(&section.id, Some(&item.id)), &*item.name, origin));
        }
    }
    headings
}

/// The small-business method is not for an office that is a contractor, however small (guideline, 中小規模事業者の定義).
pub fn small_business_exception(input: &CheckInput) -> Vec<Diagnostic> {
    let relaxed = input
        .content
        .all_measures()
        .filter(|(_, record, _)| record.relaxed);
    relaxed
        .map(|(_, record, origin)| {
            let message = Message::new("small-business-exception").with("id", &record.id);
            Diagnostic::error("small-business-exception", origin.at("relaxed"), message)
                .help(Message::new("small-business-exception-help"))
        })
        .collect()
}
