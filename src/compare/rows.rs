//! Rows of two sheets → the lines of the comparison table, with unchanged rows gathered.

use super::word_diff::{MarkedSpan, mark, mark_line};
use super::{
    ChangedRow, ComparisonLine, MarkedCell, MarkedHeading, RowChange, RowPlace, RowVersion, Sides,
    label, moves,
};
use crate::sheet::{Cell, Heading, Labels, Row, Sheet, State};
use crate::text::{Run, plain};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn compare_rows(before: &Sheet, after: &Sheet) -> Vec<ComparisonLine> {
    let matcher = RowMatcher::new(before, after);
    let mut lines = Vec::new();
    for indices in matcher.pairs() {
        let mut row = matcher.compare(indices);
        let last = lines.last_mut();
        if !row.changes.is_empty() {
            row.shows_place = !matches!(
                last,
                Some(ComparisonLine::Changed(above)) if above.place == row.place
            );
            lines.push(ComparisonLine::Changed(Box::new(row)));
        } else if let Some(ComparisonLine::Unchanged { ids, .. }) = last {
            ids.push(row.id);
        } else {
            let (note, ids) = (String::new(), vec![row.id]);
            lines.push(ComparisonLine::Unchanged { note, ids });
        }
    }
    for line in &mut lines {
        if let ComparisonLine::Unchanged { note, ids } = line {
            let rows = label(&after.labels, "changes_rows");
            *note = rows.replace("{count}", &ids.len().to_string());
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
            origin.is_some_and(|at| place(&sheets.before[at]) == place(row))
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
        let pair = |after, before| Sides { after, before };
        let newer = self.origin.iter().enumerate();
        let mut pairs: Vec<_> = newer
            .map(|(at, origin)| (at, pair(Some(at), *origin)))
            .collect();
        let kept: BTreeSet<&usize> = self.origin.iter().flatten().collect();
        for old in (0..self.sheets.before.len()).filter(|old| !kept.contains(old)) {
            // Removed rows come before the rows that came in their place.
            let is_above = |at: &usize| self.stayed[*at] && self.origin[*at] < Some(old);
            let above = (0..self.origin.len()).rfind(is_above);
            pairs.push((above.map_or(0, |at| at + 1), pair(None, Some(old))));
        }
        pairs.sort_by_key(|(at, pair)| (*at, pair.after.is_some()));
        pairs.into_iter().map(|(_, pair)| pair).collect()
    }

    fn compare(&self, indices: Sides<Option<usize>>) -> ChangedRow {
        let pair = self.sheets.zip(indices);
        let rows = pair.map(|(rows, index)| index.map(|at| &rows[at]));
        let row = rows.newest().expect("a row exists on one side at least");
        let moved = indices
            .both()
            .is_some_and(|(after, _)| !self.stayed[*after]);
        let changes = row_changes(rows, moved);
        let note = |change: &RowChange| match change {
            RowChange::Moved => self.move_note(indices.after),
            RowChange::Subject | RowChange::Measure | RowChange::Remarks => {
                let field = label(self.labels, change.part("subject", "measure", "remarks"));
                let states = rows.map(|row| Some(cell(row?, *change).state));
                label(self.labels, state_change(states)).replace("{field}", field)
            }
            _ => label(self.labels, &format!("change_{}", change.names().0)).to_owned(),
        };
        ChangedRow {
            id: row.id.clone(),
            notes: changes.iter().map(note).collect(),
            changes,
            shows_place: false,
            place: self.places(rows),
            row: mark_rows(rows, indices),
        }
    }

    /// The note of a moved row: number and subject of the row before it in the newer sheet.
    fn move_note(&self, index: Option<usize>) -> String {
        let Some(above) = index.and_then(|at| at.checked_sub(1)) else {
            return label(self.labels, "change_moved_first").to_owned();
        };
        let above = &self.sheets.after[above];
        let no = above.no.map(|no| format!("{no} ")).unwrap_or_default();
        let subject = above.subject.paragraphs.first();
        let name = no + &subject.map(|subject| plain(subject)).unwrap_or_default();
        label(self.labels, "change_moved").replace("{row}", &name)
    }

    /// Section and item on each side. A sheet without the row has them too, if it has the place.
    fn places(&self, rows: RowPair<'a>) -> Sides<Option<RowPlace>> {
        let pair = self.sheets.zip(rows);
        let found = pair.map(|(sheet, row)| row.or_else(|| neighbour(sheet, rows.newest()?)));
        if rows.both().is_none() && found.both().is_some() {
            // It is the row that differs: each place is compared with itself, and nothing is marked.
            return found.map(|row| mark_places(row, row).after);
        }
        mark_places(found.after, found.before)
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

fn place(row: &Row) -> [(&str, &str, &Option<String>); 2] {
    [&row.section, &row.item].map(|it| (&*it.letter, &*it.name, &it.anchor))
}

fn cell(row: &Row, change: RowChange) -> &Cell {
    change.part(&row.subject, &row.measure, &row.remarks)
}

fn row_changes(rows: RowPair, moved: bool) -> BTreeSet<RowChange> {
    let (after, before) = match (rows.after, rows.before) {
        (Some(after), Some(before)) => (after, before),
        (Some(_), None) => return [RowChange::Added].into(),
        (None, _) => return [RowChange::Removed].into(),
    };
    // A row's anchor contains that of its place.
    let relettered = place(after) != place(before) || after.anchor != before.anchor;
    let reworded = |change: RowChange| {
        let (a, b) = (cell(after, change), cell(before, change));
        ((a.state, &a.paragraphs) != (b.state, &b.paragraphs)).then_some(change)
    };
    let changes = [
        moved.then_some(RowChange::Moved),
        relettered.then_some(RowChange::Relettered),
        (after.no != before.no).then_some(RowChange::Renumbered),
        reworded(RowChange::Subject),
        reworded(RowChange::Measure),
        reworded(RowChange::Remarks),
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

fn mark_rows(rows: RowPair, indices: Sides<Option<usize>>) -> Sides<Option<RowVersion>> {
    let mark = |change| mark_cells(rows.map(|row| row.map(|row| cell(row, change))));
    let (subject, measure) = (mark(RowChange::Subject), mark(RowChange::Measure));
    let cells = subject.zip(measure).zip(mark(RowChange::Remarks));
    let both = rows.zip(indices).zip(cells);
    both.map(|((row, index), ((subject, measure), remarks))| {
        Some(RowVersion {
            position: index? + 1,
            no: row?.no,
            anchor: row?.anchor.clone(),
            subject: subject?,
            measure: measure?,
            remarks: remarks?,
        })
    })
}

/// Marks single words only if both cells have one state: お問い合わせください is nobody's wording.
fn mark_cells(cells: Sides<Option<&Cell>>) -> Sides<Option<MarkedCell>> {
    let Sides { after, before } = cells.map(|cell| cell.map_or(&[][..], |it| &it.paragraphs));
    let states = cells.map(|cell| cell.map(|it| it.state));
    let marked = if states.after == states.before {
        mark(after, before)
    } else {
        Sides {
            after: mark(after, &[]).after,
            before: mark(&[], before).before,
        }
    };
    cells.zip(marked).map(|(cell, paragraphs)| {
        let state = cell?.state;
        Some(MarkedCell { state, paragraphs })
    })
}

/// Marks the differences between sections and items; all of them if one side has none.
fn mark_places(after: Option<&Row>, before: Option<&Row>) -> Sides<Option<RowPlace>> {
    let rows = Sides { after, before };
    let sections = mark_headings(rows.map(|row| Some(&row?.section)));
    let items = mark_headings(rows.map(|row| Some(&row?.item)));
    sections.zip(items).map(|(section, item)| {
        let (section, item) = (section?, item?);
        Some(RowPlace { section, item })
    })
}

fn mark_headings(headings: Sides<Option<&Heading>>) -> Sides<Option<MarkedHeading>> {
    let names = headings.map(|it| it.map_or("", |it| &it.name));
    let letters = headings.map(|it| it.map(|it| &it.letter));
    let marked = headings.zip(mark_line(names.after, names.before));
    marked.map(|(heading, name)| {
        let letter = &heading?.letter;
        Some(MarkedHeading {
            letter: MarkedSpan {
                run: Run::plain(letter),
                changed: letters.after != letters.before && !letter.is_empty(),
            },
            name,
            anchor: heading?.anchor.clone(),
        })
    })
}
