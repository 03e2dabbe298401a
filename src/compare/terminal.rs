//! Comparison → plain lines for a terminal of 80 columns, in the user's language. Changed words stand in signs, so that they show without colour: `[-old-]{+new+}`.

use super::words::{Marked, Piece};
use super::{
    CertificationChange, CertificationKind, Change, Changed, Comparison, Edition, Line, MarkedCell,
    MarkedHeading, Sides, Stand,
};
use crate::message::{Catalog, Message};
use crate::sheet::State;
use unicode_width::UnicodeWidthChar;

const COLUMNS: usize = 80;

/// Prints a comparison.
pub fn print(comparison: &Comparison, catalog: &Catalog, colour: bool) -> String {
    let page = Page { catalog, colour };
    let mut text = page.head(comparison);
    for around in &comparison.around {
        let both = page.lines(&around.text.after, &around.text.before);
        text.push_str(&wrap(&format!("{}: {both}", around.label), 2, 6));
    }
    if !comparison.certifications.is_empty() {
        text.push_str(&format!("\n{}\n", page.format("diff-certifications")));
    }
    for change in &comparison.certifications {
        text.push_str(&page.certification(change));
    }
    // Without a change there is no table to show.
    let lines = match comparison.changed().next() {
        None => [].iter(),
        Some(_) => comparison.lines.iter(),
    };
    for line in lines {
        match line {
            Line::Unchanged(run) => {
                let message = Message::new("diff-unchanged").with("count", run.ids.len());
                text.push_str(&format!("\n    {}\n", catalog.format(&message)));
            }
            Line::Changed(changed) => text.push_str(&page.row(changed)),
        }
    }
    text
}

/// What printing needs at hand.
pub(super) struct Page<'a> {
    pub catalog: &'a Catalog,
    pub colour: bool,
}

impl Page<'_> {
    fn format(&self, id: &'static str) -> String {
        self.catalog.format(&Message::new(id))
    }

    fn head(&self, comparison: &Comparison) -> String {
        let side = |edition: &Edition, id| {
            let version = Message::new(id).with("version", &edition.version);
            self.catalog
                .format(&version.with("date", &edition.date.text))
        };
        let Sides { after, before } = &comparison.edition;
        let mut lines = vec![side(before, "diff-before"), side(after, "diff-after")];
        if comparison.is_empty() {
            lines.push(self.format("diff-same"));
        } else {
            let counts = &comparison.counts;
            let message = Message::new("diff-counts")
                .with("added", counts.added)
                .with("removed", counts.removed)
                .with("moved", counts.moved)
                .with("relettered", counts.relettered)
                .with("renumbered", counts.renumbered)
                .with("reworded", counts.reworded)
                .with("unchanged", counts.unchanged);
            lines.push(self.catalog.format(&message));
            lines.push(self.format("diff-legend"));
        }
        lines.iter().map(|line| wrap(line, 0, 2)).collect()
    }

    fn row(&self, changed: &Changed) -> String {
        let mut text = String::new();
        if changed.begins {
            text.push_str(&format!("\n{}", wrap(&self.place(changed), 0, 2)));
        }
        let Sides { after, before } = &changed.row;
        let Some(shown) = after.as_ref().or(before.as_ref()) else {
            return text;
        };
        let number = |stand: &Option<Stand>| {
            let no = stand.as_ref().and_then(|stand| stand.no);
            no.map(|no| no.to_string()).unwrap_or_default()
        };
        let no = match (number(before), number(after)) {
            (old, new) if changed.changes.contains(&Change::Renumbered) => {
                format!("{} ", self.exchange(&old, &new))
            }
            (old, new) => match if after.is_some() { new } else { old } {
                no if no.is_empty() => no,
                no => format!("{no} "),
            },
        };
        let sign = match (after, before) {
            (Some(_), Some(_)) => "~",
            (Some(_), None) => "+",
            _ => "-",
        };
        let subject = self.cell(changed, |stand| &stand.subject);
        text.push_str(&wrap(&format!("{sign} {no}{subject}"), 2, 6));
        let changes = changed.changes.iter();
        let changes: Vec<String> = changes
            .map(|change| self.change(*change, changed))
            .collect();
        text.push_str(&wrap(
            &format!("({}; {})", changes.join(", "), changed.id),
            4,
            6,
        ));
        for change in [Change::Measure, Change::Remarks] {
            let lonely = after.is_none() || before.is_none();
            let of: fn(&Stand) -> &MarkedCell = match change {
                Change::Measure => |stand| &stand.measure,
                _ => |stand| &stand.remarks,
            };
            let told = changed.changes.contains(&change);
            if told || (lonely && of(shown).state != State::None) {
                let words = self.cell(changed, of);
                text.push_str(&wrap(&format!("{}: {words}", self.field(change)), 4, 6));
            }
        }
        text
    }

    fn field(&self, change: Change) -> String {
        self.format(match change {
            Change::Subject => "diff-subject",
            Change::Measure => "diff-measure",
            _ => "diff-remarks",
        })
    }

    fn change(&self, change: Change, changed: &Changed) -> String {
        let position = |stand: &Option<Stand>| stand.as_ref().map_or(0, |stand| stand.position);
        let id = match change {
            Change::Added => "diff-added",
            Change::Removed => "diff-removed",
            Change::Moved => "diff-moved",
            Change::Relettered => "diff-relettered",
            Change::Renumbered => "diff-renumbered",
            Change::Subject | Change::Measure | Change::Remarks => "diff-reworded",
        };
        let message = Message::new(id)
            .with("field", self.field(change))
            .with("from", position(&changed.row.before))
            .with("to", position(&changed.row.after));
        self.catalog.format(&message)
    }

    /// Section and item, the old ones in signs where they differ.
    fn place(&self, changed: &Changed) -> String {
        let Sides { after, before } = &changed.place;
        let (Some(shown), other) = (after.as_ref().or(before.as_ref()), before.as_ref()) else {
            return String::new();
        };
        let lonely = changed.row.after.is_none() || changed.row.before.is_none();
        let other = if lonely {
            shown
        } else {
            other.unwrap_or(shown)
        };
        let heading = |of: fn(&super::Place) -> &MarkedHeading| {
            let [new, old] = [of(shown), of(other)];
            match new.letter.run.text == old.letter.run.text {
                true => format!("{}{}", letter(new), self.lines(&new.name, &old.name)),
                false => {
                    let whole = |heading: &MarkedHeading| {
                        format!("{}{}", letter(heading), line(&heading.name))
                    };
                    self.exchange(&whole(old), &whole(new))
                }
            }
        };
        let (section, item) = (
            heading(|place| &place.section),
            heading(|place| &place.item),
        );
        match shown.item.anchor.is_some() || other.item.anchor.is_some() {
            true => format!("{section} › {item}"),
            false => section,
        }
    }

    fn cell(&self, changed: &Changed, of: fn(&Stand) -> &MarkedCell) -> String {
        let Sides { after, before } = &changed.row;
        match (after, before) {
            (Some(after), Some(before)) => {
                self.inline(&of(after).paragraphs, &of(before).paragraphs)
            }
            (stand, other) => {
                let stand = stand.as_ref().or(other.as_ref());
                stand.map_or_else(String::new, |stand| {
                    let lines = of(stand).paragraphs.iter().map(|paragraph| line(paragraph));
                    lines.collect::<Vec<_>>().join("\n")
                })
            }
        }
    }

    fn certification(&self, change: &CertificationChange) -> String {
        let sign = match change.change {
            CertificationKind::Added => "+",
            CertificationKind::Removed => "-",
            CertificationKind::Changed => "~",
        };
        let Sides { after, before } = &change.lines;
        let lines = match change.change {
            CertificationKind::Changed => after
                .iter()
                .zip(before)
                .map(|(after, before)| self.lines(after, before))
                .collect::<Vec<_>>(),
            _ => after.iter().chain(before).map(|text| line(text)).collect(),
        };
        wrap(&format!("{sign} {}", lines.join("  ")), 2, 6)
    }

    /// Both sides of a line as one.
    fn lines(&self, after: &Marked, before: &Marked) -> String {
        let line = std::slice::from_ref;
        self.inline(line(after), line(before))
    }

    /// Both sides as one text.
    pub fn inline(&self, after: &[Marked], before: &[Marked]) -> String {
        let [mut new, mut old] = [after, before]
            .map(characters)
            .map(|all| all.into_iter().peekable());
        let mut text = String::new();
        loop {
            let [out, put] = [&mut old, &mut new].map(|side| {
                let mut run = String::new();
                while let Some((c, _)) = side.next_if(|(_, changed)| *changed) {
                    run.push(c);
                }
                run
            });
            text.push_str(&self.exchange(&out, &put));
            match (new.next(), old.next()) {
                (Some((c, _)), _) | (None, Some((c, _))) => text.push(c),
                (None, None) => return text,
            }
        }
    }

    /// Words taken out and those put in for them.
    pub fn exchange(&self, old: &str, new: &str) -> String {
        let sign = |words: &str, open: &str, close: &str, colour: &str| match (words, self.colour) {
            ("", _) => String::new(),
            (words, true) => format!("\u{1b}[{colour}m{open}{words}{close}\u{1b}[0m"),
            (words, false) => format!("{open}{words}{close}"),
        };
        sign(old, "[-", "-]", "31") + &sign(new, "{+", "+}", "32")
    }
}

/// The letter before a name, where there is one.
fn letter(heading: &MarkedHeading) -> String {
    match heading.letter.run.text.as_str() {
        "" | "-" => String::new(),
        letter => format!("{letter} "),
    }
}

fn line(marked: &[Piece]) -> String {
    marked.iter().map(|piece| piece.run.text.as_str()).collect()
}

/// Every character with its mark; the end of a paragraph goes with what follows it, as it is compared.
fn characters(text: &[Marked]) -> Vec<(char, bool)> {
    let mut characters = Vec::new();
    for paragraph in text {
        if let (Some(first), false) = (paragraph.first(), characters.is_empty()) {
            characters.push(('\n', first.changed));
        }
        for piece in paragraph {
            characters.extend(piece.run.text.chars().map(|c| (c, piece.changed)));
        }
    }
    characters
}

/// Breaks at the last column: before a word of Latin letters, or between any two Japanese characters.
pub(super) fn wrap(text: &str, first: usize, others: usize) -> String {
    let mut wrapped = String::new();
    let mut indent = first;
    for line in text.split('\n') {
        let mut width = indent;
        wrapped.push_str(&" ".repeat(indent));
        for word in words(line) {
            let wide = width_of(word);
            if width + wide > COLUMNS && width > others {
                wrapped.truncate(wrapped.trim_end_matches(' ').len());
                wrapped.push_str(&format!("\n{}", " ".repeat(others)));
                width = others;
            }
            wrapped.push_str(word);
            width += wide;
        }
        wrapped.push('\n');
        indent = others;
    }
    wrapped
}

/// What is not broken: narrow characters up to and with a space, wide ones each by itself, signs with what they enclose.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices();
        let (_, first) = characters.next()?;
        let mut last = first;
        let end = characters.find(|(_, c)| {
            let breaks = last == ' ' || may_break(last, *c);
            last = *c;
            breaks
        });
        let (word, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(word)
    })
}

/// Whether a line may end between two characters: beside a wide one, but not before what closes or after what opens.
fn may_break(left: char, right: char) -> bool {
    let wide = |c: char| c.width() == Some(2);
    let closes = "、。，．・）」』〕】］ー々っゃゅょッャュョ-+]}".contains(right);
    let opens = "（「『〔【［[{-+\u{1b}".contains(left);
    (wide(left) || wide(right)) && !closes && !opens
}

/// Columns a word takes; what sets a colour takes none.
fn width_of(word: &str) -> usize {
    let mut width = 0;
    let mut colour = false;
    for c in word.chars() {
        match c {
            '\u{1b}' => colour = true,
            'm' if colour => colour = false,
            _ if colour => {}
            c => width += c.width().unwrap_or(0),
        }
    }
    width
}
