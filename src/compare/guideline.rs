//! Two editions of a guideline → new, renamed, moved and removed items, and the sheet's measures
//! under them. A name at another place has moved there; a place left with another name was renamed.

use super::terminal::{TextPrinter, wrap};
use super::word_diff::{MarkedLine, mark_line};
use super::{EitherSide, Sides, pair};
use crate::content::places::{SheetPlace, of_guideline};
use crate::content::record::{Duty, GuidelineRecord};
use crate::message::{Catalog, Message};
use crate::sheet::{Row, Sheet};
use crate::{content::Filed, model::Guideline, text::plain};
use serde::Serialize;
use std::{collections::BTreeSet, slice::from_ref};

/// Name and version of the data's shape; a reader checks it first.
const FORMAT: &str = "safeguards-guideline-changes/1";

/// Differences between two editions of a guideline, as they concern a sheet.
#[derive(Debug, Clone, Serialize)]
pub struct GuidelineComparison {
    format: &'static str,
    pub guideline: Sides<Guideline<String>>,
    pub items: Vec<ItemChange>,
    pub unchanged: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct ItemChange {
    pub changes: BTreeSet<ItemChangeKind>,
    pub heading: Sides<Option<ItemHeading>>,
    /// The rows of the sheet under it.
    pub measures: Vec<AffectedMeasure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemChangeKind {
    New,
    Gone,
    Moved,
    Renamed,
    /// しなければならない became 重要である, or the reverse.
    Duty,
}

#[derive(Debug, Clone, Serialize)]
pub struct ItemHeading {
    /// `C-d`
    pub place: String,
    pub name: MarkedLine,
    pub duty: Duty,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AffectedMeasure {
    pub id: String,
    pub no: Option<u32>,
    pub subject: String,
}

/// Compares two editions, and finds the affected rows of a sheet that follows either of them.
pub fn compare(
    before: &Filed<GuidelineRecord>,
    after: &Filed<GuidelineRecord>,
    sheet: &Sheet,
) -> GuidelineComparison {
    let (old, new) = (of_guideline(before), of_guideline(after));
    let pairs = match_places(&old, &new);
    let follows_new = sheet.guideline.id == after.record.id;
    let mut items = Vec::new();
    for pair in &pairs {
        let changes = item_changes(pair);
        if changes.is_empty() {
            continue;
        }
        let followed = if follows_new { pair.after } else { pair.before };
        let place = &followed.map(SheetPlace::id);
        let stands_there = |row: &&Row| {
            place.is_some() && [&row.section.anchor, &row.item.anchor].contains(&place)
        };
        let affected = sheet.rows.iter().filter(stands_there).map(|row| {
            let lines = row.subject.paragraphs.iter().map(|it| plain(it));
            let subject = Vec::from_iter(lines).join(" ");
            let (id, no) = (row.id.clone(), row.no);
            AffectedMeasure { id, no, subject }
        });
        items.push(ItemChange {
            changes,
            heading: headings(pair),
            measures: affected.collect(),
        });
    }
    let name = |guideline: &Filed<GuidelineRecord>| Guideline {
        id: guideline.record.id.clone(),
        title: guideline.record.title.to_string(),
        amended: None,
    };
    GuidelineComparison {
        format: FORMAT,
        guideline: Sides::new(after, before).map(name),
        unchanged: pairs.len() - items.len(),
        items,
    }
}

/// Matches the sections and items of two editions: in the newer order, then the removed ones.
pub fn match_places<'a>(
    old: &'a [SheetPlace<'a>],
    new: &'a [SheetPlace<'a>],
) -> Vec<EitherSide<'a, SheetPlace<'a>>> {
    // A letter that now belongs to another item must not count as two renamings.
    let surest_first: [fn(&SheetPlace<'a>, &SheetPlace<'a>) -> bool; 3] = [
        |a, b| a.id() == b.id() && a.name == b.name,
        |a, b| a.name == b.name,
        |a, b| a.id() == b.id(),
    ];
    pair(old, new, &surest_first)
}

fn item_changes(pair: &EitherSide<SheetPlace>) -> BTreeSet<ItemChangeKind> {
    let Some((after, before)) = pair.both() else {
        let gone = ItemChangeKind::Gone;
        return [pair.after.map_or(gone, |_| ItemChangeKind::New)].into();
    };
    let changes = [
        (after.id() != before.id()).then_some(ItemChangeKind::Moved),
        (after.name != before.name).then_some(ItemChangeKind::Renamed),
        (after.duty != before.duty).then_some(ItemChangeKind::Duty),
    ];
    changes.into_iter().flatten().collect()
}

fn headings(pair: &EitherSide<SheetPlace>) -> Sides<Option<ItemHeading>> {
    let names = pair.map(|item| item.map_or("", |item| &**item.name));
    let both = pair.zip(mark_line(names.after, names.before));
    both.map(|(item, name)| {
        let (place, duty) = (item?.id(), item?.duty);
        Some(ItemHeading { place, name, duty })
    })
}

pub fn print(comparison: &GuidelineComparison, catalog: &Catalog, colour: bool) -> String {
    let printer = TextPrinter { catalog, colour };
    let Sides { after, before } = &comparison.guideline;
    let message = Message::new("diff-guideline")
        .with("old", &before.id)
        .with("new", &after.id)
        .with("changed", comparison.items.len())
        .with("unchanged", comparison.unchanged);
    let mut text = wrap(&catalog.format(&message), 0, 2);
    text.extend(comparison.items.iter().map(|it| print_item(it, &printer)));
    text
}

fn print_item(item: &ItemChange, printer: &TextPrinter) -> String {
    let Sides { after, before } = &item.heading;
    let [new, old] = [after, before].map(|it| it.as_ref().map_or(&[][..], |it| from_ref(&it.name)));
    let newest = item.heading.newest().expect("one side has it");
    let place = match item.heading.both() {
        Some((new, old)) if new.place != old.place => printer.exchange(&old.place, &new.place),
        _ => newest.place.clone(),
    };
    let message = |change: &ItemChangeKind| match change {
        ItemChangeKind::New => "diff-item-new",
        ItemChangeKind::Gone => "diff-item-gone",
        ItemChangeKind::Moved => "diff-item-moved",
        ItemChangeKind::Renamed => "diff-item-renamed",
        ItemChangeKind::Duty if newest.duty == Duty::Recommended => "diff-item-recommended",
        ItemChangeKind::Duty => "diff-item-required",
    };
    let changes = Vec::from_iter(item.changes.iter().map(|it| printer.format(message(it))));
    let name = printer.inline(new, old);
    let heading = format!("{place} {name} ({})", changes.join(", "));
    let mut text = format!("\n{}", wrap(&heading, 0, 2));
    for row in &item.measures {
        let no = row.no.map(|no| format!("{no} ")).unwrap_or_default();
        let line = format!("{no}{} ({})", row.subject, row.id);
        text.push_str(&wrap(&line, 2, 6));
    }
    if item.measures.is_empty() {
        text.push_str(&wrap(&printer.format("diff-item-without-measures"), 2, 6));
    }
    text
}
