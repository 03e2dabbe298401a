//! Rows of two sheets → the lines of the comparison table, with unchanged rows gathered.

use super::{
    ChangedRow, ComparisonLine, RowChange, RowPlace, Sides, UnchangedRows, cells, label, moves,
};
use crate::sheet::{Cell, Heading, Labels, Row, Sheet, State};
use crate::text::plain;
use std::collections::{BTreeMap, BTreeSet};

/// Compares the rows of two sheets, in print order.
pub(super) fn compare_rows(before: &Sheet, after: &Sheet) -> Vec<ComparisonLine> {
    let matcher = RowMatcher::new(before, after);
    let mut lines = Vec::new();
    for indices in matcher.pairs() {
        let mut row = matcher.compare(indices);
        match lines.last_mut() {
            Some(ComparisonLine::Unchanged(run)) if row.changes.is_empty() => run.ids.push(row.id),
            _ if row.changes.is_empty() => lines.push(ComparisonLine::Unchanged(UnchangedRows {
                note: String::new(),
                ids: vec![row.id],
            })),
            last => {
                row.shows_place = match last {
                    Some(ComparisonLine::Changed(above)) => above.place != row.place,
                    _ => true,
                };
                lines.push(ComparisonLine::Changed(Box::new(row)));
            }
        }
    }
    for line in &mut lines {
        if let ComparisonLine::Unchanged(run) = line {
            let count = run.ids.len().to_string();
            run.note = matcher.label("changes_rows").replace("{count}", &count);
        }
    }
    lines
}

/// Two sheets' rows, and which of them belong together.
struct RowMatcher<'a> {
    sheets: Sides<&'a [Row]>,
    labels: &'a Labels,
    /// For each newer row, its index among the older ones.
    origin: Vec<Option<usize>>,
    /// For each newer row, if it is in the old order.
    stayed: Vec<bool>,
}

impl<'a> RowMatcher<'a> {
    fn new(before: &'a Sheet, after: &'a Sheet) -> RowMatcher<'a> {
        let sheets = Sides { after, before }.map(|sheet| &*sheet.rows);
        let ids = sheets.before.iter().map(|row| &*row.id);
        let indices: BTreeMap<&str, usize> = ids.zip(0..).collect();
        let index = |row: &Row| indices.get(&*row.id).copied();
        let origin: Vec<Option<usize>> = sheets.after.iter().map(index).collect();
        let is_settled = |(row, origin): (&Row, &Option<usize>)| {
            origin.is_some_and(|at| same_place(&sheets.before[at], row))
        };
        let settled: Vec<bool> = sheets.after.iter().zip(&origin).map(is_settled).collect();
        RowMatcher {
            sheets,
            labels: &after.labels,
            stayed: moves::stayed(&origin, &settled),
            origin,
        }
    }

    /// The indices of every row on both sides, in print order.
    fn pairs(&self) -> Vec<Sides<Option<usize>>> {
        let kept: BTreeSet<usize> = self.origin.iter().flatten().copied().collect();
        let pair = |after, before| Sides { after, before };
        let mut pairs = Vec::new();
        let mut reached = 0;
        for at in 0..=self.origin.len() {
            // Removed rows come before the rows that came in their place.
            let end = self.next_stayed(at);
            let removed = (reached..end).filter(|old| !kept.contains(old));
            pairs.extend(removed.map(|old| pair(None, Some(old))));
            if let Some(&origin) = self.origin.get(at) {
                pairs.push(pair(Some(at), origin));
                reached = end + usize::from(self.stayed[at]);
            }
        }
        pairs
    }

    /// Older index of the next row that stayed, from a newer index on.
    fn next_stayed(&self, at: usize) -> usize {
        let mut next = (at..self.origin.len()).filter(|at| self.stayed[*at]);
        let origin = next.next().and_then(|at| self.origin[at]);
        origin.unwrap_or(self.sheets.before.len())
    }

    fn compare(&self, indices: Sides<Option<usize>>) -> ChangedRow {
        let pair = self.sheets.zip(indices);
        let rows = pair.map(|(rows, index)| index.map(|at| &rows[at]));
        let row = rows.newest().expect("a row exists on one side at least");
        let moved = indices
            .both()
            .is_some_and(|(after, _)| !self.stayed[*after]);
        let changes = row_changes(rows, moved);
        let versions = cells::mark_rows(rows, indices);
        let note = |change: &RowChange| match change {
            RowChange::Moved => self.move_note(indices.after),
            RowChange::Subject => self.rewording_note("subject", rows, |row| &row.subject),
            RowChange::Measure => self.rewording_note("measure", rows, |row| &row.measure),
            RowChange::Remarks => self.rewording_note("remarks", rows, |row| &row.remarks),
            _ => self.label(&format!("change_{}", change.name())).to_owned(),
        };
        ChangedRow {
            id: row.id.clone(),
            notes: changes.iter().map(note).collect(),
            changes,
            shows_place: false,
            place: self.places(rows),
            row: versions,
        }
    }

    fn label(&self, name: &str) -> &str {
        label(self.labels, name)
    }

    /// The note of a moved row: number and subject of the row before it in the newer sheet.
    fn move_note(&self, index: Option<usize>) -> String {
        let Some(above) = index.and_then(|at| at.checked_sub(1)) else {
            return self.label("change_moved_first").to_owned();
        };
        let above = &self.sheets.after[above];
        let no = above.no.map(|no| format!("{no} ")).unwrap_or_default();
        let subject = above.subject.paragraphs.first();
        let name = no + &subject.map(|subject| plain(subject)).unwrap_or_default();
        self.label("change_moved").replace("{row}", &name)
    }

    fn rewording_note(&self, field: &str, rows: RowPair, cell: fn(&Row) -> &Cell) -> String {
        let states = rows.map(|row| row.map(|row| cell(row).state));
        let note = self.label(state_change(states));
        note.replace("{field}", self.label(field))
    }

    /// Section and item on each side. A sheet without the row has them too, if it has the place.
    fn places(&self, rows: RowPair<'a>) -> Sides<Option<RowPlace>> {
        if let Some((after, before)) = rows.both() {
            return cells::mark_places(after, before).map(Some);
        }
        let pair = self.sheets.zip(rows);
        let places = pair.map(|(sheet, row)| row.or_else(|| neighbour(sheet, rows.newest()?)));
        let changed = places.both().is_none();
        places.map(|row| Some(cells::whole_place(row?, changed)))
    }
}

/// A row on both sides, or on one of them.
type RowPair<'a> = Sides<Option<&'a Row>>;

/// A row of the same section and item.
fn neighbour<'a>(rows: &'a [Row], like: &Row) -> Option<&'a Row> {
    rows.iter().find(|row| {
        row.section.anchor == like.section.anchor && row.item.anchor == like.item.anchor
    })
}

fn same_place(a: &Row, b: &Row) -> bool {
    let same = |a: &Heading, b: &Heading| {
        (&a.letter, &a.name, &a.anchor) == (&b.letter, &b.name, &b.anchor)
    };
    same(&a.section, &b.section) && same(&a.item, &b.item)
}

fn differ(a: &Cell, b: &Cell) -> bool {
    (a.state, &a.paragraphs) != (b.state, &b.paragraphs)
}

fn row_changes(rows: RowPair, moved: bool) -> BTreeSet<RowChange> {
    let (after, before) = match (rows.after, rows.before) {
        (Some(after), Some(before)) => (after, before),
        (Some(_), None) => return [RowChange::Added].into(),
        (None, _) => return [RowChange::Removed].into(),
    };
    // A row's anchor contains that of its place.
    let relettered = !same_place(after, before) || after.anchor != before.anchor;
    let changes = [
        moved.then_some(RowChange::Moved),
        relettered.then_some(RowChange::Relettered),
        (after.no != before.no).then_some(RowChange::Renumbered),
        differ(&after.subject, &before.subject).then_some(RowChange::Subject),
        differ(&after.measure, &before.measure).then_some(RowChange::Measure),
        differ(&after.remarks, &before.remarks).then_some(RowChange::Remarks),
    ];
    changes.into_iter().flatten().collect()
}

/// The label for a cell's change from one state to another.
fn state_change(states: Sides<Option<State>>) -> &'static str {
    match (states.before, states.after) {
        (before, after) if before == after => "change_reworded",
        (Some(State::Withheld), _) => "change_disclosed",
        (_, Some(State::Withheld)) => "change_withheld",
        (_, Some(State::NotApplicable)) => "change_not_applicable",
        (Some(State::NotApplicable), _) => "change_applicable",
        (Some(State::None), _) => "change_written",
        (_, Some(State::None)) => "change_emptied",
        _ => "change_reworded",
    }
}
