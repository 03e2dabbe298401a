//! Rows of two sheets → the lines of the comparison table, with unchanged rows gathered.

use super::word_diff::{MarkedSpan, mark, mark_line};
use super::{
    ChangedRow, ComparisonLine, EitherSide, MarkedCell, MarkedHeading, RowChange, RowPlace,
    RowVersion, Sides, label,
};
use crate::sheet::{Cell, Heading, Row, Sheet, State};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::collections::BTreeSet;

pub(super) fn compare_rows(sheets: Sides<&Sheet>) -> Vec<ComparisonLine> {
    let rows = label(&sheets.after.labels, "changes_rows");
    let note_of = |count: usize| rows.replace("{count}", &count.to_string());
    let mut lines = Vec::new();
    for (_, indices, moved) in match_rows(sheets) {
        let mut row = compare_row(sheets, indices, moved);
        let last = lines.last_mut();
        if !row.changes.is_empty() {
            row.shows_place =
                !matches!(last, Some(ComparisonLine::Changed(it)) if it.place == row.place);
            lines.push(ComparisonLine::Changed(Box::new(row)));
        } else if let Some(ComparisonLine::Unchanged { note, ids }) = last {
            ids.push(row.id);
            *note = note_of(ids.len());
        } else {
            let (note, ids) = (note_of(1), vec![row.id]);
            lines.push(ComparisonLine::Unchanged { note, ids });
        }
    }
    lines
}

/// The place of every row in print order, its indices on both sides, and if it moved.
fn match_rows(sheets: Sides<&Sheet>) -> Vec<(usize, Sides<Option<usize>>, bool)> {
    let Sides { after, before } = sheets.map(|sheet| &sheet.rows);
    let index = |row: &Row| before.iter().position(|old| old.id == row.id);
    // For each newer row, its index among the older ones.
    let origin: Vec<Option<usize>> = after.iter().map(index).collect();
    // As many rows as possible stayed in the old order; the other common ones moved.
    let old = Vec::from_iter((0..before.len()).map(Some));
    let mut same = capture_diff_slices(Algorithm::RawMyers, &old, &origin);
    same.retain(|part| part.tag() == DiffTag::Equal);
    let stayed: BTreeSet<usize> = same.iter().flat_map(|part| part.new_range()).collect();
    let mut pairs = Vec::new();
    for (at, old) in origin.iter().enumerate() {
        let moved = old.is_some() && !stayed.contains(&at);
        pairs.push((at, Sides::new(Some(at), *old), moved));
    }
    for old in (0..before.len()).filter(|old| !origin.contains(&Some(*old))) {
        // Removed rows come before the rows that came in their place.
        let above = stayed.iter().rfind(|at| origin[**at] < Some(old));
        let at = above.map_or(0, |at| at + 1);
        pairs.push((at, Sides::new(None, Some(old)), false));
    }
    pairs.sort_by_key(|(at, pair, _)| (*at, pair.after.is_some()));
    pairs
}

fn compare_row(sheets: Sides<&Sheet>, indices: Sides<Option<usize>>, moved: bool) -> ChangedRow {
    let pair = sheets.zip(indices);
    let rows = pair.map(|(sheet, index)| index.map(|at| &sheet.rows[at]));
    let row = rows.newest().expect("a row exists on one side at least");
    let changes = row_changes(rows, moved);
    let labels = &sheets.after.labels;
    let note = |change: &RowChange| match change {
        RowChange::Moved => move_note(sheets.after, indices.after),
        RowChange::Subject | RowChange::Measure | RowChange::Remarks => {
            let field = label(labels, change.part("subject", "measure", "remarks"));
            let states = rows.map(|row| Some(cell(row?, *change).state));
            label(labels, state_change(states)).replace("{field}", field)
        }
        _ => label(labels, &format!("change_{}", change.names().0)).to_owned(),
    };
    ChangedRow {
        id: row.id.clone(),
        notes: changes.iter().map(note).collect(),
        changes,
        shows_place: false,
        place: places(sheets, rows),
        row: mark_rows(rows, indices),
    }
}

/// The note of a moved row: number and subject of the row before it in the newer sheet.
fn move_note(sheet: &Sheet, index: Option<usize>) -> String {
    let Some(above) = index.and_then(|at| at.checked_sub(1)) else {
        return label(&sheet.labels, "change_moved_first").to_owned();
    };
    let row = &sheet.rows[above];
    let no = row.no.map(|no| format!("{no} ")).unwrap_or_default();
    let (_, subject) = sheet.row_name(above);
    label(&sheet.labels, "change_moved").replace("{row}", &(no + &subject))
}

/// Section and item on each side. A sheet without the row has them too, if it has the place.
fn places<'a>(sheets: Sides<&'a Sheet>, rows: EitherSide<'a, Row>) -> Sides<Option<RowPlace>> {
    let anchors = |row: &'a Row| [&row.section.anchor, &row.item.anchor];
    let own = rows.newest().map(|row| anchors(row));
    let neighbour = |sheet: &'a Sheet| sheet.rows.iter().find(|it| Some(anchors(it)) == own);
    let pair = sheets.zip(rows);
    let found = pair.map(|(sheet, row)| row.or_else(|| neighbour(sheet)));
    if rows.both().is_none() && found.both().is_some() {
        // It is the row that differs: each place is compared with itself, and nothing is marked.
        return found.map(|row| mark_places(Sides::new(row, row)).after);
    }
    mark_places(found)
}

fn place(row: &Row) -> [(&str, &str, &Option<String>); 2] {
    [&row.section, &row.item].map(|it| (&*it.letter, &*it.name, &it.anchor))
}

fn cell(row: &Row, change: RowChange) -> &Cell {
    change.part(&row.subject, &row.measure, &row.remarks)
}

fn row_changes(rows: EitherSide<Row>, moved: bool) -> BTreeSet<RowChange> {
    let Some((after, before)) = rows.both() else {
        return [rows.after.map_or(RowChange::Removed, |_| RowChange::Added)].into();
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

fn mark_rows(rows: EitherSide<Row>, indices: Sides<Option<usize>>) -> Sides<Option<RowVersion>> {
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
fn mark_cells(cells: EitherSide<Cell>) -> Sides<Option<MarkedCell>> {
    let Sides { after, before } = cells.map(|cell| cell.map_or(&[][..], |it| &it.paragraphs));
    let states = cells.map(|cell| cell.map(|it| it.state));
    let marked = if states.after == states.before {
        mark(after, before)
    } else {
        Sides::new(mark(after, &[]).after, mark(&[], before).before)
    };
    cells.zip(marked).map(|(cell, paragraphs)| {
        let state = cell?.state;
        Some(MarkedCell { state, paragraphs })
    })
}

/// Marks the differences between sections and items; all of them if one side has none.
fn mark_places(rows: EitherSide<Row>) -> Sides<Option<RowPlace>> {
    let sections = mark_headings(rows.map(|row| Some(&row?.section)));
    let items = mark_headings(rows.map(|row| Some(&row?.item)));
    sections.zip(items).map(|(section, item)| {
        let (section, item) = (section?, item?);
        Some(RowPlace { section, item })
    })
}

fn mark_headings(headings: EitherSide<Heading>) -> Sides<Option<MarkedHeading>> {
    let names = headings.map(|it| it.map_or("", |it| &it.name));
    let letters = headings.map(|it| it.map(|it| &it.letter));
    let marked = headings.zip(mark_line(names.after, names.before));
    marked.map(|(heading, name)| {
        let run = crate::text::Run::plain(&heading?.letter);
        let changed = letters.after != letters.before && !run.text.is_empty();
        Some(MarkedHeading {
            letter: MarkedSpan { run, changed },
            name,
            anchor: heading?.anchor.clone(),
        })
    })
}
