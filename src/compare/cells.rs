//! Rows on both sides → their headings and cells with the changed words marked.

use super::word_diff::{MarkedLine, mark, mark_line, whole, whole_line};
use super::{MarkedCell, MarkedHeading, RowPlace, RowVersion, Sides};
use crate::sheet::{Cell, Heading, Row};

/// Marks the cells of a row on both sides; `indices` count from 0.
pub(super) fn mark_rows(
    rows: Sides<Option<&Row>>,
    indices: Sides<Option<usize>>,
) -> Sides<Option<RowVersion>> {
    let mark = |cell: fn(&Row) -> &Cell| mark_cells(rows.map(|row| row.map(cell)));
    let (subject, measure) = (mark(|row| &row.subject), mark(|row| &row.measure));
    let cells = subject.zip(measure).zip(mark(|row| &row.remarks));
    rows.zip(indices)
        .zip(cells)
        .map(|((row, index), ((subject, measure), remarks))| {
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
    let marked = match cells.both() {
        Some((after, before)) if after.state == before.state => {
            mark(&after.paragraphs, &before.paragraphs)
        }
        _ => cells.map(|cell| cell.map_or_else(Vec::new, |cell| whole(&cell.paragraphs, true))),
    };
    cells.zip(marked).map(|(cell, paragraphs)| {
        let state = cell?.state;
        Some(MarkedCell { state, paragraphs })
    })
}

/// Marks what differs between the sections and items of two rows.
pub(super) fn mark_places(after: &Row, before: &Row) -> Sides<RowPlace> {
    let sections = mark_headings(&after.section, &before.section);
    let items = mark_headings(&after.item, &before.item);
    sections
        .zip(items)
        .map(|(section, item)| RowPlace { section, item })
}

fn mark_headings(after: &Heading, before: &Heading) -> Sides<MarkedHeading> {
    let names = mark_line(&after.name, &before.name);
    let changed = after.letter != before.letter;
    let headings = Sides { after, before }.zip(names);
    headings.map(|(it, name)| heading(it, name, changed))
}

/// Section and item of a row, marked as a whole or not at all.
pub(super) fn whole_place(row: &Row, changed: bool) -> RowPlace {
    let whole = |it: &Heading| heading(it, whole_line(&it.name, changed), changed);
    RowPlace {
        section: whole(&row.section),
        item: whole(&row.item),
    }
}

fn heading(heading: &Heading, name: MarkedLine, letter_changed: bool) -> MarkedHeading {
    let mut letter = whole_line(&heading.letter, letter_changed);
    MarkedHeading {
        letter: letter.pop().unwrap_or_default(),
        name,
        anchor: heading.anchor.clone(),
    }
}
