//! Two sheets of one audience → the comparison table (新旧対照表), format-neutral and decided once for every rendering.
//!
//! Rows are matched by id, so one that moved or stands under another letter is no loss and no gain; only the fewest rows count as moved.
//! Inside a cell the changed words are marked ([`words`]). A comparison holds both sides of every row that differs: applied to the older sheet it gives the newer.
//! Not compared: how rows are joined (it follows from the rows), the office's address on the web (no edition holds it), and what only a proof shows.

pub mod guideline;
mod moves;
mod terminal;
pub mod words;

pub use terminal::print;

use crate::model::{Audience, Office};
use crate::sheet::{Cell, CertificationLine, Day, Heading, Labels, Row, Sheet, State};
use crate::text::Paragraph;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use words::{Marked, Piece, mark, mark_line, whole, whole_line};

/// Name and version of the data's shape; a reader checks it first.
const FORMAT: &str = "safeguards-changes/1";

/// What differs between two sheets. Themes read it as JSON, and it is attached to the PDF as `changes.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    format: &'static str,
    pub audience: Audience,
    pub edition: Sides<Edition>,
    pub counts: Counts,
    /// The counts in the sheet's words.
    pub summary: String,
    /// In print order: that of the newer sheet, rows that are gone where they stood.
    pub lines: Vec<Line>,
    pub certifications: Vec<CertificationChange>,
    /// Title, date, office and so on, where they differ.
    pub around: Vec<Around>,
}

/// 改正後 and 改正前.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sides<T> {
    pub after: T,
    pub before: T,
}

/// Which sheet a side is.
#[derive(Debug, Clone, Serialize)]
pub struct Edition {
    pub id: String,
    pub draft: bool,
    /// 版: the id, and 案（未発行） where it is a draft.
    pub version: String,
    pub date: Day,
}

/// How many rows changed how; a row may count in several ways.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub added: usize,
    pub removed: usize,
    pub moved: usize,
    pub relettered: usize,
    pub renumbered: usize,
    pub reworded: usize,
    pub unchanged: usize,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub enum Line {
    /// （略）
    Unchanged(Unchanged),
    Changed(Box<Changed>),
}

/// A run of rows that say the same on both sides.
#[derive(Debug, Clone, Serialize)]
pub struct Unchanged {
    /// How many they are, in the sheet's words.
    pub note: String,
    pub ids: Vec<String>,
}

/// A row that differs.
#[derive(Debug, Clone, Serialize)]
pub struct Changed {
    pub id: String,
    pub changes: BTreeSet<Change>,
    /// 備考: the changes in the sheet's words.
    pub notes: Vec<String>,
    /// Whether its section and item stand above it: they differ from those of the line before.
    pub begins: bool,
    pub place: Sides<Option<Place>>,
    pub row: Sides<Option<Stand>>,
}

/// How a row changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    Added,
    Removed,
    /// It stands elsewhere among the rows that both sheets have.
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

/// Section and item of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    pub section: MarkedHeading,
    pub item: MarkedHeading,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarkedHeading {
    pub letter: Piece,
    pub name: Marked,
    pub anchor: Option<String>,
}

/// A row as it stands on one side.
#[derive(Debug, Clone, Serialize)]
pub struct Stand {
    /// Which row of its sheet it is, from 1.
    pub position: usize,
    pub no: Option<u32>,
    pub anchor: String,
    pub subject: MarkedCell,
    pub measure: MarkedCell,
    pub remarks: MarkedCell,
}

/// A cell with the changed words marked.
#[derive(Debug, Clone, Serialize)]
pub struct MarkedCell {
    pub state: State,
    pub paragraphs: Vec<Marked>,
}

/// A certificate that differs. Its lines are what is printed of it, then whatever else differs.
#[derive(Debug, Clone, Serialize)]
pub struct CertificationChange {
    pub id: String,
    pub change: CertificationKind,
    pub note: String,
    pub lines: Sides<Vec<Marked>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificationKind {
    Added,
    Removed,
    Changed,
}

/// Something around the table that differs.
#[derive(Debug, Clone, Serialize)]
pub struct Around {
    pub field: &'static str,
    pub label: String,
    /// Empty where nothing is said.
    pub text: Sides<Marked>,
}

/// Compares two sheets that were laid out for the same audience.
pub fn compare(before: &Sheet, after: &Sheet) -> Comparison {
    let lines = Ledger::new(before, after).lines();
    let counts = count(&lines);
    Comparison {
        format: FORMAT,
        audience: after.audience,
        edition: Sides {
            after: edition(after),
            before: edition(before),
        },
        summary: summary(&counts, &after.labels),
        counts,
        lines,
        certifications: certifications(before, after),
        around: around(before, after),
    }
}

impl Comparison {
    /// Whether the two sheets say the same.
    pub fn is_empty(&self) -> bool {
        self.changed().next().is_none() && self.certifications.is_empty() && self.around.is_empty()
    }

    /// The rows that differ.
    pub fn changed(&self) -> impl Iterator<Item = &Changed> {
        self.lines.iter().filter_map(|line| match line {
            Line::Changed(changed) => Some(&**changed),
            Line::Unchanged(_) => None,
        })
    }

    /// The same comparison with its first lines only: for finding the line a theme stumbles over.
    pub fn first_lines(&self, count: usize) -> Comparison {
        let mut cut = self.clone();
        cut.lines.truncate(count);
        cut
    }

    /// What a message calls a line: the row's id, and the beginning of its subject.
    pub fn line_name(&self, line: usize) -> (&str, String) {
        let changed = match &self.lines[line] {
            Line::Unchanged(run) => return (&run.ids[0], run.note.clone()),
            Line::Changed(changed) => changed,
        };
        let stand = changed.row.after.as_ref().or(changed.row.before.as_ref());
        let subject = stand.and_then(|stand| stand.subject.paragraphs.first());
        let pieces = subject.into_iter().flatten();
        let subject = pieces.map(|piece| piece.run.text.as_str()).collect();
        (&changed.id, subject)
    }
}

fn edition(sheet: &Sheet) -> Edition {
    Edition {
        id: sheet.id.clone(),
        draft: sheet.draft,
        version: sheet.version.clone(),
        date: sheet.date.clone(),
    }
}

fn label<'a>(labels: &'a Labels, name: &str) -> &'a str {
    labels.get(name).map_or("", String::as_str)
}

fn count(lines: &[Line]) -> Counts {
    let mut counts = Counts::default();
    for line in lines {
        let changes = match line {
            Line::Unchanged(run) => {
                counts.unchanged += run.ids.len();
                continue;
            }
            Line::Changed(changed) => &changed.changes,
        };
        let reworded = [Change::Subject, Change::Measure, Change::Remarks];
        let has = |some: &[Change]| usize::from(some.iter().any(|some| changes.contains(some)));
        counts.added += has(&[Change::Added]);
        counts.removed += has(&[Change::Removed]);
        counts.moved += has(&[Change::Moved]);
        counts.relettered += has(&[Change::Relettered]);
        counts.renumbered += has(&[Change::Renumbered]);
        counts.reworded += has(&reworded);
    }
    counts
}

fn summary(counts: &Counts, labels: &Labels) -> String {
    let Counts {
        added,
        removed,
        moved,
        relettered,
        renumbered,
        reworded,
        unchanged,
    } = counts;
    let always = [
        ("changes_sum_added", added),
        ("changes_sum_removed", removed),
        ("changes_sum_moved", moved),
        ("changes_sum_reworded", reworded),
    ];
    let seldom = [
        ("changes_sum_relettered", relettered),
        ("changes_sum_renumbered", renumbered),
    ];
    let parts = always
        .into_iter()
        .chain(seldom.into_iter().filter(|(_, count)| **count > 0))
        .chain([("changes_sum_unchanged", unchanged)]);
    let parts =
        parts.map(|(name, count)| label(labels, name).replace("{count}", &count.to_string()));
    parts
        .collect::<Vec<_>>()
        .join(label(labels, "changes_sum_between"))
}

/// Two sheets' rows, and which of them belong together.
struct Ledger<'a> {
    before: &'a [Row],
    after: &'a [Row],
    labels: &'a Labels,
    /// For each row of the newer sheet, where it stood.
    origin: Vec<Option<usize>>,
    /// For each row of the newer sheet, whether it stood in this order.
    stayed: Vec<bool>,
}

impl<'a> Ledger<'a> {
    fn new(before: &'a Sheet, after: &'a Sheet) -> Ledger<'a> {
        let (labels, before, after) = (&after.labels, &*before.rows, &*after.rows);
        let places: BTreeMap<&str, usize> = before.iter().map(|row| &*row.id).zip(0..).collect();
        let origin: Vec<Option<usize>> = after
            .iter()
            .map(|row| places.get(&*row.id).copied())
            .collect();
        let common = origin.iter().zip(after);
        let common = common.filter_map(|(place, row)| Some(((*place)?, row)));
        let (rows, settled): (Vec<usize>, Vec<bool>) = common
            .map(|(place, row)| (place, same_place(&before[place], row)))
            .unzip();
        let mut kept = moves::stayed(&rows, &settled).into_iter();
        let stayed = origin
            .iter()
            .map(|place| place.is_some() && kept.next().unwrap_or_default());
        Ledger {
            stayed: stayed.collect(),
            before,
            after,
            labels,
            origin,
        }
    }

    /// The rows in print order, with unchanged ones gathered into runs.
    fn lines(&self) -> Vec<Line> {
        let survives: BTreeSet<usize> = self.origin.iter().flatten().copied().collect();
        let mut lines = Lines::default();
        let mut reached = 0;
        let gone = |lines: &mut Lines, rows: std::ops::Range<usize>| {
            for place in rows.filter(|place| !survives.contains(place)) {
                lines.changed(self.changed(Some(place), None));
            }
        };
        for at in 0..self.after.len() {
            let place = self.origin[at];
            match place.filter(|_| self.stayed[at]) {
                Some(place) => {
                    gone(&mut lines, reached..place);
                    reached = place + 1;
                }
                // What is gone stands before what came in its place.
                None => {
                    let end = self.next_stayed(at);
                    gone(&mut lines, reached..end);
                    reached = end;
                }
            }
            let changed = self.changed(place, Some(at));
            match changed.changes.is_empty() {
                true => lines.unchanged(&changed.id),
                false => lines.changed(changed),
            }
        }
        gone(&mut lines, reached..self.before.len());
        lines.finish(self.labels)
    }

    /// Where the next row stood that stayed.
    fn next_stayed(&self, at: usize) -> usize {
        let mut next = (at..self.after.len()).filter(|at| self.stayed[*at]);
        let place = next.next().and_then(|at| self.origin[at]);
        place.unwrap_or(self.before.len())
    }

    /// Number and subject of the row that stands before another in the newer sheet.
    fn follows(&self, after: Option<usize>) -> Option<String> {
        let row = &self.after[after?.checked_sub(1)?];
        let no = row.no.map(|no| format!("{no} ")).unwrap_or_default();
        let subject = row.subject.paragraphs.first();
        let subject = subject.map(|words| crate::text::plain(words));
        Some(no + &subject.unwrap_or_default())
    }

    fn changed(&self, before: Option<usize>, after: Option<usize>) -> Changed {
        let rows = Sides {
            after: after.map(|at| &self.after[at]),
            before: before.map(|at| &self.before[at]),
        };
        let place = places(&rows, self);
        let stands = stands(&rows, [after, before]);
        let moved = after.is_some_and(|at| before.is_some() && !self.stayed[at]);
        let changes = changes(&rows, moved);
        let id = rows.after.or(rows.before).map(|row| row.id.clone());
        Changed {
            id: id.expect("a row stands on one side at least"),
            notes: notes(&changes, &stands, &self.follows(after), self.labels),
            changes,
            begins: false,
            place,
            row: stands,
        }
    }
}

/// The lines so far, and the run of unchanged rows at their end.
#[derive(Default)]
struct Lines {
    lines: Vec<Line>,
    run: Vec<String>,
}

impl Lines {
    fn unchanged(&mut self, id: &str) {
        self.run.push(id.to_owned());
    }

    fn changed(&mut self, mut changed: Changed) {
        self.close();
        changed.begins = match self.lines.last() {
            Some(Line::Changed(last)) => last.place != changed.place,
            _ => true,
        };
        self.lines.push(Line::Changed(Box::new(changed)));
    }

    fn close(&mut self) {
        if !self.run.is_empty() {
            let ids = std::mem::take(&mut self.run);
            let note = String::new();
            self.lines.push(Line::Unchanged(Unchanged { note, ids }));
        }
    }

    fn finish(mut self, labels: &Labels) -> Vec<Line> {
        self.close();
        let words = label(labels, "changes_rows");
        for line in &mut self.lines {
            if let Line::Unchanged(run) = line {
                run.note = words.replace("{count}", &run.ids.len().to_string());
            }
        }
        self.lines
    }
}

fn same_place(a: &Row, b: &Row) -> bool {
    same_heading(&a.section, &b.section) && same_heading(&a.item, &b.item)
}

fn same_heading(a: &Heading, b: &Heading) -> bool {
    (&a.letter, &a.name, &a.anchor) == (&b.letter, &b.name, &b.anchor)
}

fn same_cell(a: &Cell, b: &Cell) -> bool {
    (a.state, &a.paragraphs) == (b.state, &b.paragraphs)
}

fn changes(rows: &Sides<Option<&Row>>, moved: bool) -> BTreeSet<Change> {
    let (after, before) = match (rows.after, rows.before) {
        (Some(after), Some(before)) => (after, before),
        (Some(_), None) => return [Change::Added].into(),
        (None, _) => return [Change::Removed].into(),
    };
    let found = [
        (Change::Moved, moved),
        // A row's anchor holds the place's.
        (
            Change::Relettered,
            !same_place(after, before) || after.anchor != before.anchor,
        ),
        (Change::Renumbered, after.no != before.no),
        (Change::Subject, !same_cell(&after.subject, &before.subject)),
        (Change::Measure, !same_cell(&after.measure, &before.measure)),
        (Change::Remarks, !same_cell(&after.remarks, &before.remarks)),
    ];
    let found = found.into_iter().filter(|(_, found)| *found);
    found.map(|(change, _)| change).collect()
}

/// 備考: a note for each change.
fn notes(
    changes: &BTreeSet<Change>,
    stands: &Sides<Option<Stand>>,
    follows: &Option<String>,
    labels: &Labels,
) -> Vec<String> {
    let both = stands.after.as_ref().zip(stands.before.as_ref());
    let note = |change: &Change| match change {
        Change::Added => label(labels, "change_added").to_owned(),
        Change::Removed => label(labels, "change_removed").to_owned(),
        Change::Moved => match follows {
            None => label(labels, "change_moved_first").to_owned(),
            Some(row) => label(labels, "change_moved").replace("{row}", row),
        },
        Change::Relettered => label(labels, "change_relettered").to_owned(),
        Change::Renumbered => label(labels, "change_renumbered").to_owned(),
        Change::Subject | Change::Measure | Change::Remarks => {
            let (field, of): (_, fn(&Stand) -> State) = match change {
                Change::Subject => ("subject", |stand| stand.subject.state),
                Change::Measure => ("measure", |stand| stand.measure.state),
                _ => ("remarks", |stand| stand.remarks.state),
            };
            let turn = both.map(|(after, before)| (of(before), of(after)));
            let name = turn.map_or("change_reworded", |(before, after)| turned(before, after));
            label(labels, name).replace("{field}", label(labels, field))
        }
    };
    changes.iter().map(note).collect()
}

/// The label of what became of a cell.
fn turned(before: State, after: State) -> &'static str {
    match (before, after) {
        (before, after) if before == after => "change_reworded",
        (State::Withheld, _) => "change_disclosed",
        (_, State::Withheld) => "change_withheld",
        (_, State::NotApplicable) => "change_not_applicable",
        (State::NotApplicable, _) => "change_applicable",
        (State::None, _) => "change_written",
        (_, State::None) => "change_emptied",
        _ => "change_reworded",
    }
}

/// What stands above the row on each side. Where the row is not, its place stands there all the same if that sheet has it.
fn places(rows: &Sides<Option<&Row>>, ledger: &Ledger) -> Sides<Option<Place>> {
    let both = match (rows.after, rows.before) {
        (Some(after), Some(before)) => {
            let [section, item] = [
                mark_heading(&after.section, &before.section),
                mark_heading(&after.item, &before.item),
            ];
            return Sides {
                after: Some(Place {
                    section: section.after,
                    item: item.after,
                }),
                before: Some(Place {
                    section: section.before,
                    item: item.before,
                }),
            };
        }
        (Some(after), None) => Sides {
            before: row_at(ledger.before, after),
            after: Some(after),
        },
        (None, Some(before)) => Sides {
            after: row_at(ledger.after, before),
            before: Some(before),
        },
        (None, None) => Sides::default(),
    };
    let lonely = both.after.is_none() || both.before.is_none();
    let place = |row: &Row| Place {
        section: plain_heading(&row.section, lonely),
        item: plain_heading(&row.item, lonely),
    };
    Sides {
        after: both.after.map(place),
        before: both.before.map(place),
    }
}

/// A row of the same section and item.
fn row_at<'a>(rows: &'a [Row], like: &Row) -> Option<&'a Row> {
    rows.iter().find(|row| {
        (&row.section.anchor, &row.item.anchor) == (&like.section.anchor, &like.item.anchor)
    })
}

fn mark_heading(after: &Heading, before: &Heading) -> Sides<MarkedHeading> {
    let [after_name, before_name] = mark_line(&after.name, &before.name);
    let changed = after.letter != before.letter;
    Sides {
        after: MarkedHeading {
            name: after_name,
            ..plain_heading_of(after, changed)
        },
        before: MarkedHeading {
            name: before_name,
            ..plain_heading_of(before, changed)
        },
    }
}

fn plain_heading(heading: &Heading, changed: bool) -> MarkedHeading {
    MarkedHeading {
        name: whole_line(&heading.name, changed),
        ..plain_heading_of(heading, changed)
    }
}

fn plain_heading_of(heading: &Heading, changed: bool) -> MarkedHeading {
    let mut letter = whole_line(&heading.letter, changed);
    MarkedHeading {
        letter: letter.pop().unwrap_or_default(),
        name: Marked::new(),
        anchor: heading.anchor.clone(),
    }
}

/// The row on both sides, its words marked.
fn stands(rows: &Sides<Option<&Row>>, positions: [Option<usize>; 2]) -> Sides<Option<Stand>> {
    let cells = |cell: fn(&Row) -> &Cell| mark_cells(rows.after.map(cell), rows.before.map(cell));
    let (subject, measure, remarks) = (
        cells(|row| &row.subject),
        cells(|row| &row.measure),
        cells(|row| &row.remarks),
    );
    let stand = |row: Option<&Row>, at: Option<usize>, cells: [Option<MarkedCell>; 3]| {
        let [subject, measure, remarks] = cells;
        Some(Stand {
            position: at? + 1,
            no: row?.no,
            anchor: row?.anchor.clone(),
            subject: subject?,
            measure: measure?,
            remarks: remarks?,
        })
    };
    let [at_after, at_before] = positions;
    Sides {
        after: stand(
            rows.after,
            at_after,
            [subject.after, measure.after, remarks.after],
        ),
        before: stand(
            rows.before,
            at_before,
            [subject.before, measure.before, remarks.before],
        ),
    }
}

/// Words are compared only where both cells are of one kind: お問い合わせください is nobody's wording.
fn mark_cells(after: Option<&Cell>, before: Option<&Cell>) -> Sides<Option<MarkedCell>> {
    let marked = match (after, before) {
        (Some(after), Some(before)) if after.state == before.state => {
            mark(&after.paragraphs, &before.paragraphs)
        }
        _ => {
            let all = |cell: Option<&Cell>| -> Vec<Marked> {
                let none: &[Paragraph] = &[];
                whole(cell.map_or(none, |cell| &cell.paragraphs), true)
            };
            [all(after), all(before)]
        }
    };
    let cell = |cell: Option<&Cell>, paragraphs| {
        Some(MarkedCell {
            state: cell?.state,
            paragraphs,
        })
    };
    let [after_marked, before_marked] = marked;
    Sides {
        after: cell(after, after_marked),
        before: cell(before, before_marked),
    }
}

/// Certificates by id: those of the newer sheet, then those that are gone.
fn certifications(before: &Sheet, after: &Sheet) -> Vec<CertificationChange> {
    let find =
        |lines: &'_ [CertificationLine], id: &str| lines.iter().position(|line| line.id == id);
    let kept = after.certifications.iter().map(|line| {
        let old = find(&before.certifications, &line.id);
        (Some(line), old.map(|at| &before.certifications[at]))
    });
    let gone = before
        .certifications
        .iter()
        .filter(|line| find(&after.certifications, &line.id).is_none());
    let pairs = kept.chain(gone.map(|line| (None, Some(line))));
    pairs
        .filter_map(|(new, old)| certification(new, old, &after.labels))
        .collect()
}

fn certification(
    after: Option<&CertificationLine>,
    before: Option<&CertificationLine>,
    labels: &Labels,
) -> Option<CertificationChange> {
    let id = after.or(before)?.id.clone();
    let printed = |line: &CertificationLine| vec![line.text.clone(), line.validity.clone()];
    let (change, name) = match (after, before) {
        (Some(_), Some(_)) => (CertificationKind::Changed, "change_certification"),
        (Some(_), None) => (CertificationKind::Added, "change_added"),
        (None, _) => (CertificationKind::Removed, "change_removed"),
    };
    let lines = match (after, before) {
        (Some(after), Some(before)) => {
            let mut pairs: Vec<_> = printed(after).into_iter().zip(printed(before)).collect();
            // What the printed line need not say is told where it differs.
            pairs.extend(
                unprinted(after, labels)
                    .into_iter()
                    .zip(unprinted(before, labels))
                    .filter(|(a, b)| a != b),
            );
            if pairs.iter().all(|(after, before)| after == before) {
                return None;
            }
            let marked = pairs.iter().map(|(after, before)| mark_line(after, before));
            let (after, before) = marked.map(|[after, before]| (after, before)).unzip();
            Sides { after, before }
        }
        _ => {
            let all = |line: Option<&CertificationLine>| -> Vec<Marked> {
                let lines = line.map(printed).unwrap_or_default();
                lines.iter().map(|line| whole_line(line, true)).collect()
            };
            Sides {
                after: all(after),
                before: all(before),
            }
        }
    };
    Some(CertificationChange {
        id,
        change,
        note: label(labels, name).to_owned(),
        lines,
    })
}

/// Parts of a certificate that its line shows only where it follows the usual pattern, or never.
fn unprinted(line: &CertificationLine, labels: &Labels) -> Vec<String> {
    let fields = &line.fields;
    let parts = [
        ("certification_standard", Some(&fields.standard)),
        ("certification_edition", fields.edition.as_ref()),
        ("certification_scheme", fields.scheme.as_ref()),
        ("certification_number", Some(&fields.number)),
        ("certification_body", fields.body.as_ref()),
        ("certification_accreditor", fields.accreditor.as_ref()),
        ("certification_scope", fields.scope.as_ref()),
        ("certification_issued", fields.issued_on.as_ref()),
    ];
    let part = |(name, part): (&str, Option<&String>)| match part {
        Some(part) if !line.text.contains(part) => label(labels, name).replace("{text}", part),
        _ => String::new(),
    };
    parts.map(part).into()
}

fn around(before: &Sheet, after: &Sheet) -> Vec<Around> {
    let stated = |sheet: &Sheet| {
        // The web address is no part of an edition.
        let Office {
            name,
            tel,
            address,
            url: _,
            security: _,
            representative,
            complaints,
        } = sheet.office.clone();
        let known = |text: Option<String>| text.unwrap_or_default();
        [
            ("title", "changes_title_field", sheet.title.clone()),
            ("date", "control_date", sheet.date.text.clone()),
            (
                "guideline",
                "control_guideline",
                sheet.guideline.title.clone(),
            ),
            (
                "guideline-id",
                "changes_guideline_id",
                sheet.guideline.id.clone(),
            ),
            ("office", "changes_office", name),
            ("tel", "tel", known(tel)),
            ("address", "address", known(address)),
            ("representative", "representative", known(representative)),
            ("complaints", "complaints", known(complaints)),
            (
                "signatory-title",
                "changes_signatory_title",
                sheet.signatory.title.clone(),
            ),
            (
                "signatory-name",
                "changes_signatory_name",
                sheet.signatory.name.clone(),
            ),
        ]
    };
    let pairs = stated(after).into_iter().zip(stated(before));
    let differing = pairs.filter(|((.., after), (.., before))| after != before);
    differing
        .map(|((field, name, after_text), (.., before_text))| {
            let [new, old] = mark_line(&after_text, &before_text);
            Around {
                field,
                label: label(&after.labels, name).to_owned(),
                text: Sides {
                    after: new,
                    before: old,
                },
            }
        })
        .collect()
}
