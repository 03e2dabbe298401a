//! Two sheets of one audience → the comparison table (新旧対照表), independent of any format.
//!
//! Applied to the older sheet, it gives the newer one. Rows are matched by id; as few as possible count as moved.
//! Never compared: joined rows (they follow from the rows), the office's web address (no edition has it), a proof's notes.

pub mod guideline;
mod header;
mod rows;
mod terminal;
pub mod word_diff;

pub use terminal::print;

use crate::sheet::{Labels, PrintedDay, Sheet, State};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use word_diff::{MarkedLine, MarkedSpan};

/// Name and version of the data's shape; a reader checks it first.
const FORMAT: &str = "safeguards-changes/1";
/// Names of the counts, in the order of the summary.
const COUNTS: &str = "added removed moved reworded relettered renumbered unchanged";

/// Differences between two sheets. Themes read it as JSON, and PDFs carry it as `changes.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    format: &'static str,
    pub audience: crate::model::Audience,
    pub edition: Sides<ComparedSheet>,
    /// Numbers of rows that changed in each way; a row may count in several ways.
    pub counts: BTreeMap<&'static str, usize>,
    /// The counts in the sheet's words.
    pub summary: String,
    /// In print order: that of the newer sheet, with removed rows at their old position.
    pub lines: Vec<ComparisonLine>,
    pub certifications: Vec<CertificationChange>,
    /// Title, date, office and so on, if they differ.
    pub header: Vec<HeaderChange>,
}

/// 改訂後 and 改訂前.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sides<T> {
    pub after: T,
    pub before: T,
}

impl<T> Sides<T> {
    fn new(after: T, before: T) -> Sides<T> {
        Sides { after, before }
    }

    fn map<U>(self, change: impl Fn(T) -> U) -> Sides<U> {
        Sides::new(change(self.after), change(self.before))
    }

    fn zip<U>(self, other: Sides<U>) -> Sides<(T, U)> {
        Sides::new((self.after, other.after), (self.before, other.before))
    }
}

impl<T> Sides<Option<T>> {
    /// The newer side, or the older one if there is no newer one.
    fn newest(&self) -> Option<&T> {
        self.after.as_ref().or(self.before.as_ref())
    }

    pub fn both(&self) -> Option<(&T, &T)> {
        self.after.as_ref().zip(self.before.as_ref())
    }
}

/// Something that both sides have, or one of them.
pub type EitherSide<'a, T> = Sides<Option<&'a T>>;

/// Pairs what is the same on both sides by some criteria, the surest first: in the newer order, then the removed ones.
fn pair<'a, T>(
    old: &'a [T],
    new: &'a [T],
    criteria: &[fn(&T, &T) -> bool],
) -> Vec<EitherSide<'a, T>> {
    let mut pairs: Vec<_> = new.iter().map(|it| Sides::new(Some(it), None)).collect();
    let mut unmatched: Vec<&T> = old.iter().collect();
    for same in criteria {
        for (new, pair) in new.iter().zip(&mut pairs) {
            if pair.before.is_none()
                && let Some(at) = unmatched.iter().position(|old| same(old, new))
            {
                pair.before = Some(unmatched.remove(at));
            }
        }
    }
    pairs.extend(unmatched.into_iter().map(|old| Sides::new(None, Some(old))));
    pairs
}

#[derive(Debug, Clone, Serialize)]
pub struct ComparedSheet {
    pub id: String,
    pub draft: bool,
    /// 版: the id, with 案（未発行） for a draft.
    pub version: String,
    pub date: PrintedDay,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub enum ComparisonLine {
    /// （略）: consecutive rows that are the same on both sides, and their number in the sheet's words.
    Unchanged {
        note: String,
        ids: Vec<String>,
    },
    Changed(Box<ChangedRow>),
}

#[derive(Debug, Clone, Serialize)]
pub struct ChangedRow {
    pub id: String,
    pub changes: BTreeSet<RowChange>,
    /// 備考: the changes in the sheet's words.
    pub notes: Vec<String>,
    /// Section and item are printed above it, because they differ from those of the line before.
    pub shows_place: bool,
    pub place: Sides<Option<RowPlace>>,
    pub row: Sides<Option<RowVersion>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowChange {
    Added,
    Removed,
    /// It has another position among the rows that both sheets have.
    Moved,
    /// Its section or item has another letter or heading.
    Relettered,
    Renumbered,
    /// 対応 differs.
    Subject,
    /// 措置の内容 differs.
    Measure,
    /// サービス・委託先・備考 differs.
    Remarks,
}

impl RowChange {
    /// Its name in counts and in the labels of notes, and its message.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            RowChange::Added => ("added", "diff-added"),
            RowChange::Removed => ("removed", "diff-removed"),
            RowChange::Moved => ("moved", "diff-moved"),
            RowChange::Relettered => ("relettered", "diff-relettered"),
            RowChange::Renumbered => ("renumbered", "diff-renumbered"),
            _ => ("reworded", "diff-reworded"),
        }
    }

    /// The part of a row that the change is about: the subject's, unless another cell was reworded.
    fn part<T>(self, subject: T, measure: T, remarks: T) -> T {
        match self {
            RowChange::Measure => measure,
            RowChange::Remarks => remarks,
            _ => subject,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowPlace {
    pub section: MarkedHeading,
    pub item: MarkedHeading,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarkedHeading {
    pub letter: MarkedSpan,
    pub name: MarkedLine,
    pub anchor: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RowVersion {
    /// Position in its sheet, from 1.
    pub position: usize,
    pub no: Option<u32>,
    pub anchor: String,
    pub subject: MarkedCell,
    pub measure: MarkedCell,
    pub remarks: MarkedCell,
}

#[derive(Debug, Clone, Serialize)]
pub struct MarkedCell {
    pub state: State,
    pub paragraphs: Vec<MarkedLine>,
}

/// A certificate that differs. Its printed lines come first, then anything else that differs.
#[derive(Debug, Clone, Serialize)]
pub struct CertificationChange {
    pub id: String,
    /// `added`, `removed` or `changed`
    pub change: &'static str,
    pub note: String,
    pub lines: Sides<Vec<MarkedLine>>,
}

/// A text outside the table that differs.
#[derive(Debug, Clone, Serialize)]
pub struct HeaderChange {
    pub field: &'static str,
    pub label: String,
    /// A side without this text is empty.
    pub text: Sides<MarkedLine>,
}

/// Compares two sheets that were laid out for the same audience.
pub fn compare(before: &Sheet, after: &Sheet) -> Comparison {
    let sheets = Sides::new(after, before);
    let lines = rows::compare_rows(sheets);
    let counts = count(&lines);
    let edition = |sheet: &Sheet| ComparedSheet {
        id: sheet.id.clone(),
        draft: sheet.draft,
        version: sheet.version.clone(),
        date: sheet.date.clone(),
    };
    Comparison {
        format: FORMAT,
        audience: after.audience,
        edition: sheets.map(edition),
        summary: summary(&counts, &after.labels),
        counts,
        lines,
        certifications: header::certifications(before, after),
        header: header::header_changes(before, after),
    }
}

impl Comparison {
    pub fn is_empty(&self) -> bool {
        self.changed().next().is_none() && self.certifications.is_empty() && self.header.is_empty()
    }

    pub fn changed(&self) -> impl Iterator<Item = &ChangedRow> {
        self.lines.iter().filter_map(|line| match line {
            ComparisonLine::Changed(changed) => Some(&**changed),
            ComparisonLine::Unchanged { .. } => None,
        })
    }

    /// A line's name in messages: the row's id, and the beginning of its subject.
    pub fn line_name(&self, line: usize) -> (&str, String) {
        match &self.lines[line] {
            ComparisonLine::Unchanged { note, ids } => (&ids[0], note.clone()),
            ComparisonLine::Changed(changed) => {
                let newest = changed.row.newest();
                let first = newest.and_then(|row| row.subject.paragraphs.first());
                let subject = first.map(word_diff::text_of);
                (&changed.id, subject.unwrap_or_default())
            }
        }
    }
}

fn label<'a>(labels: &'a Labels, name: &str) -> &'a str {
    labels.get(name).map_or("", String::as_str)
}

fn count(lines: &[ComparisonLine]) -> BTreeMap<&'static str, usize> {
    let in_line = |line: &ComparisonLine, name| match line {
        ComparisonLine::Unchanged { ids, .. } if name == "unchanged" => ids.len(),
        // A row with several reworded cells counts once.
        ComparisonLine::Changed(row) if row.changes.iter().any(|it| it.names().0 == name) => 1,
        _ => 0,
    };
    let rows = |name| lines.iter().map(|line| in_line(line, name)).sum();
    BTreeMap::from_iter(COUNTS.split(' ').map(|name| (name, rows(name))))
}

fn summary(counts: &BTreeMap<&'static str, usize>, labels: &Labels) -> String {
    // These two are rare, so they are named only if there are any.
    let is_named = |name: &_| counts[name] > 0 || !["relettered", "renumbered"].contains(name);
    let named = COUNTS.split(' ').filter(is_named).map(|name| {
        let part = label(labels, &format!("changes_sum_{name}"));
        part.replace("{count}", &counts[name].to_string())
    });
    Vec::from_iter(named).join(label(labels, "changes_sum_between"))
}
