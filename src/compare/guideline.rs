//! Two editions of a guideline → which items are new, renamed, gone or elsewhere, and which measures of the sheet stand under them.
//!
//! An item is the same where place and name agree; a name that went to another place moved there; what is left under one place was renamed.

use super::words::{Marked, mark_line, whole_line};
use super::{Sides, terminal};
use crate::content::place_name;
use crate::content::record::{Duty, GuidelineRecord};
use crate::message::{Catalog, Message};
use crate::sheet::{Row, Sheet};
use crate::text::plain;
use serde::Serialize;
use std::collections::BTreeSet;

/// Name and version of the data's shape; a reader checks it first.
const FORMAT: &str = "safeguards-guideline-changes/1";

/// What a guideline's later edition changes for a sheet.
#[derive(Debug, Clone, Serialize)]
pub struct GuidelineComparison {
    format: &'static str,
    pub guideline: Sides<Edition>,
    pub items: Vec<ItemChange>,
    pub unchanged: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct Edition {
    pub id: String,
    pub title: String,
}

/// A section or item that differs.
#[derive(Debug, Clone, Serialize)]
pub struct ItemChange {
    pub changes: BTreeSet<Change>,
    pub heading: Sides<Option<Heading>>,
    /// The rows of the sheet that stand under it.
    pub measures: Vec<Touched>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    New,
    Gone,
    Moved,
    Renamed,
    /// しなければならない became 重要である, or the reverse.
    Duty,
}

#[derive(Debug, Clone, Serialize)]
pub struct Heading {
    /// `C-d`
    pub place: String,
    pub name: Marked,
    pub duty: Duty,
}

/// A row under an item that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touched {
    pub id: String,
    pub no: Option<u32>,
    pub subject: String,
}

/// Compares two editions, and finds the rows of a sheet that follows either of them.
pub fn compare(
    before: &GuidelineRecord,
    after: &GuidelineRecord,
    sheet: &Sheet,
) -> GuidelineComparison {
    let (old, new) = (headings(before), headings(after));
    let pairs = pairs(&old, &new);
    let follows_new = sheet.guideline.id == after.id;
    let change = |(new, old): &(Option<&Entry>, Option<&Entry>)| {
        let changes = changes(*new, *old);
        let there = if follows_new { *new } else { *old };
        let touched = sheet
            .rows
            .iter()
            .filter(|row| there.is_some_and(|entry| entry.holds(row)));
        let item = ItemChange {
            heading: marked(*new, *old),
            measures: touched.map(touch).collect(),
            changes,
        };
        (!item.changes.is_empty()).then_some(item)
    };
    let items: Vec<ItemChange> = pairs.iter().filter_map(change).collect();
    let edition = |record: &GuidelineRecord| Edition {
        id: record.id.clone(),
        title: record.title.to_string(),
    };
    GuidelineComparison {
        format: FORMAT,
        guideline: Sides {
            after: edition(after),
            before: edition(before),
        },
        unchanged: pairs.len() - items.len(),
        items,
    }
}

/// A section or item of one edition.
#[derive(Debug, PartialEq, Eq)]
struct Entry<'a> {
    place: String,
    name: &'a str,
    duty: Duty,
}

impl Entry<'_> {
    fn holds(&self, row: &Row) -> bool {
        [&row.section.anchor, &row.item.anchor].contains(&&Some(self.place.clone()))
    }
}

fn headings(guideline: &GuidelineRecord) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for section in &guideline.sections {
        entries.push(Entry {
            place: section.id.clone(),
            name: &section.name,
            duty: section.duty,
        });
        entries.extend(section.items.iter().map(|item| Entry {
            place: place_name(&section.id, Some(&item.id)),
            name: &item.name,
            duty: item.duty.unwrap_or(section.duty),
        }));
    }
    entries
}

/// What belongs together, in the newer order, then what is gone.
fn pairs<'a>(
    old: &'a [Entry<'a>],
    new: &'a [Entry<'a>],
) -> Vec<(Option<&'a Entry<'a>>, Option<&'a Entry<'a>>)> {
    let mut found: Vec<Option<&Entry>> = vec![None; new.len()];
    let mut free: Vec<&Entry> = old.iter().collect();
    // The surest first: a letter that was given to another item must not make two renamed ones of it.
    let alike: [fn(&Entry, &Entry) -> bool; 3] = [
        |a, b| a.place == b.place && a.name == b.name,
        |a, b| a.name == b.name,
        |a, b| a.place == b.place,
    ];
    for alike in alike {
        for (entry, found) in new.iter().zip(&mut found) {
            if found.is_none()
                && let Some(at) = free.iter().position(|old| alike(old, entry))
            {
                *found = Some(free.remove(at));
            }
        }
    }
    let kept = new.iter().map(Some).zip(found);
    kept.chain(free.into_iter().map(|gone| (None, Some(gone))))
        .collect()
}

fn changes(after: Option<&Entry>, before: Option<&Entry>) -> BTreeSet<Change> {
    let (after, before) = match (after, before) {
        (Some(after), Some(before)) => (after, before),
        (Some(_), None) => return [Change::New].into(),
        (None, _) => return [Change::Gone].into(),
    };
    let found = [
        (Change::Moved, after.place != before.place),
        (Change::Renamed, after.name != before.name),
        (Change::Duty, after.duty != before.duty),
    ];
    let found = found.into_iter().filter(|(_, found)| *found);
    found.map(|(change, _)| change).collect()
}

fn marked(after: Option<&Entry>, before: Option<&Entry>) -> Sides<Option<Heading>> {
    let [new, old] = match (after, before) {
        (Some(after), Some(before)) => mark_line(after.name, before.name),
        _ => [after, before].map(|entry| whole_line(entry.map_or("", |entry| entry.name), true)),
    };
    let heading = |entry: Option<&Entry>, name| {
        Some(Heading {
            place: entry?.place.clone(),
            name,
            duty: entry?.duty,
        })
    };
    Sides {
        after: heading(after, new),
        before: heading(before, old),
    }
}

fn touch(row: &Row) -> Touched {
    let lines: Vec<String> = row.subject.paragraphs.iter().map(|p| plain(p)).collect();
    Touched {
        id: row.id.clone(),
        no: row.no,
        subject: lines.join(" "),
    }
}

/// Prints a comparison of guidelines for a terminal.
pub fn print(comparison: &GuidelineComparison, catalog: &Catalog, colour: bool) -> String {
    let Sides { after, before } = &comparison.guideline;
    let message = Message::new("diff-guideline")
        .with("old", &before.id)
        .with("new", &after.id)
        .with("changed", comparison.items.len())
        .with("unchanged", comparison.unchanged);
    let mut text = terminal::wrap(&catalog.format(&message), 0, 2);
    for item in &comparison.items {
        text.push_str(&print_item(item, catalog, colour));
    }
    text
}

fn print_item(item: &ItemChange, catalog: &Catalog, colour: bool) -> String {
    let page = terminal::Page { catalog, colour };
    let Sides { after, before } = &item.heading;
    let place = |heading: &Option<Heading>| {
        let heading = heading.as_ref();
        heading.map_or_else(String::new, |heading| heading.place.clone())
    };
    let name = |heading: &Option<Heading>| {
        let heading = heading.iter();
        heading
            .map(|heading| heading.name.clone())
            .collect::<Vec<_>>()
    };
    let (old, new) = (place(before), place(after));
    let place = match item.changes.contains(&Change::Moved) {
        true => page.exchange(&old, &new),
        false if new.is_empty() => old,
        false => new,
    };
    let says = item.changes.iter().map(|change| {
        catalog.format(&Message::new(match change {
            Change::New => "diff-item-new",
            Change::Gone => "diff-item-gone",
            Change::Moved => "diff-item-moved",
            Change::Renamed => "diff-item-renamed",
            Change::Duty => match after.as_ref().map(|heading| heading.duty) {
                Some(Duty::Recommended) => "diff-item-recommended",
                _ => "diff-item-required",
            },
        }))
    });
    let says: Vec<String> = says.collect();
    let heading = format!(
        "{place} {} ({})",
        page.inline(&name(after), &name(before)),
        says.join(", ")
    );
    let mut text = format!("\n{}", terminal::wrap(&heading, 0, 2));
    for row in &item.measures {
        let no = row.no.map(|no| format!("{no} ")).unwrap_or_default();
        let line = format!("{no}{} ({})", row.subject, row.id);
        text.push_str(&terminal::wrap(&line, 2, 6));
    }
    if item.measures.is_empty() {
        let none = catalog.format(&Message::new("diff-item-without-measures"));
        text.push_str(&terminal::wrap(&none, 2, 6));
    }
    text
}
