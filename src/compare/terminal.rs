//! Comparison → plain lines for a terminal of 80 columns, with changed words in brackets: `[-old-]{+new+}`.

use super::word_diff::{MarkedLine, text_of};
use super::{
    CertificationChange, ChangedRow, ComparedSheet, Comparison, ComparisonLine, MarkedCell,
    MarkedHeading, RowChange, RowVersion, Sides,
};
use crate::message::{Catalog, Message};
use crate::sheet::State;
use std::{iter::Peekable, slice::from_ref, vec::IntoIter};

pub fn print(comparison: &Comparison, catalog: &Catalog, colour: bool) -> String {
    let printer = TextPrinter { catalog, colour };
    let mut text = printer.head(comparison);
    for change in &comparison.header {
        let both = printer.inline(from_ref(&change.text.after), from_ref(&change.text.before));
        text.push_str(&wrap(&format!("{}: {both}", change.label), 2, 6));
    }
    if !comparison.certifications.is_empty() {
        text.push_str(&format!("\n{}\n", printer.format("diff-certifications")));
    }
    let certifications = comparison.certifications.iter();
    text.extend(certifications.map(|it| printer.certification(it)));
    if comparison.changed().next().is_none() {
        return text;
    }
    for line in &comparison.lines {
        text.push_str(&match line {
            ComparisonLine::Unchanged { ids, .. } => {
                let message = Message::new("diff-unchanged").with("count", ids.len());
                format!("\n    {}\n", catalog.format(&message))
            }
            ComparisonLine::Changed(changed) => printer.row(changed),
        });
    }
    text
}

/// Language and colours of the output.
pub(super) struct TextPrinter<'a> {
    pub catalog: &'a Catalog,
    pub colour: bool,
}

impl TextPrinter<'_> {
    pub fn format(&self, id: &'static str) -> String {
        self.catalog.format(&Message::new(id))
    }

    fn head(&self, comparison: &Comparison) -> String {
        let edition = |id, edition: &ComparedSheet| {
            let message = Message::new(id).with("version", &edition.version);
            message.with("date", &edition.date.text)
        };
        let mut messages = vec![
            edition("diff-before", &comparison.edition.before),
            edition("diff-after", &comparison.edition.after),
        ];
        if comparison.is_empty() {
            messages.push(Message::new("diff-same"));
        } else {
            let counts = comparison.counts.iter();
            let message = counts.fold(Message::new("diff-counts"), |message, (name, count)| {
                message.with(name, count)
            });
            messages.extend([message, Message::new("diff-legend")]);
        }
        let lines = messages.iter().map(|it| self.catalog.format(it));
        lines.map(|line| wrap(&line, 0, 2)).collect()
    }

    fn row(&self, changed: &ChangedRow) -> String {
        let mut text = String::new();
        if changed.shows_place {
            text.push_str(&format!("\n{}", wrap(&self.place(changed), 0, 2)));
        }
        let one_sided = changed.row.both().is_none();
        let sign = match &changed.row.after {
            Some(_) if one_sided => "+",
            Some(_) => "~",
            None => "-",
        };
        let no = self.number(changed);
        let subject = self.cell(changed, RowChange::Subject);
        text.push_str(&wrap(&format!("{sign} {no}{subject}"), 2, 6));
        let changes = changed.changes.iter();
        let messages: Vec<String> = changes.map(|it| self.change(*it, changed)).collect();
        let summary = format!("({}; {})", messages.join(", "), changed.id);
        text.push_str(&wrap(&summary, 4, 6));
        for field in [RowChange::Measure, RowChange::Remarks] {
            let written = |row: &RowVersion| one_sided && cell(row, field).state != State::None;
            if changed.changes.contains(&field) || changed.row.newest().is_some_and(written) {
                let words = self.cell(changed, field);
                text.push_str(&wrap(&format!("{}: {words}", self.field(field)), 4, 6));
            }
        }
        text
    }

    /// The row's number and a space, if it has a number.
    fn number(&self, changed: &ChangedRow) -> String {
        let number = |row: &RowVersion| row.no.map_or_else(String::new, |no| no.to_string());
        let shown = match changed.row.both() {
            Some((new, old)) if new.no != old.no => self.exchange(&number(old), &number(new)),
            _ => changed.row.newest().map(number).unwrap_or_default(),
        };
        if shown.is_empty() { shown } else { shown + " " }
    }

    fn field(&self, change: RowChange) -> String {
        self.format(change.part("diff-subject", "diff-measure", "diff-remarks"))
    }

    fn change(&self, change: RowChange, changed: &ChangedRow) -> String {
        let position = |row: &Option<RowVersion>| row.as_ref().map_or(0, |row| row.position);
        let message = Message::new(change.names().1)
            .with("field", self.field(change))
            .with("from", position(&changed.row.before))
            .with("to", position(&changed.row.after));
        self.catalog.format(&message)
    }

    /// Section and item, with the old ones in brackets if they differ.
    fn place(&self, changed: &ChangedRow) -> String {
        let new = changed.place.newest().expect("a row has a place");
        let before = changed.row.both().and(changed.place.before.as_ref());
        let old = before.unwrap_or(new);
        let section = self.heading(&new.section, &old.section);
        if new.item.anchor.is_none() && old.item.anchor.is_none() {
            return section;
        }
        format!("{section} › {}", self.heading(&new.item, &old.item))
    }

    fn heading(&self, new: &MarkedHeading, old: &MarkedHeading) -> String {
        if new.letter.run.text == old.letter.run.text {
            return letter(new) + &self.inline(from_ref(&new.name), from_ref(&old.name));
        }
        let whole = |heading: &MarkedHeading| letter(heading) + &text_of(&heading.name);
        self.exchange(&whole(old), &whole(new))
    }

    /// The cell that a change is about: both sides as one text, or the only side.
    fn cell(&self, changed: &ChangedRow, field: RowChange) -> String {
        if let Some((new, old)) = changed.row.both() {
            return self.inline(&cell(new, field).paragraphs, &cell(old, field).paragraphs);
        }
        let only = changed.row.newest().map(|row| &cell(row, field).paragraphs);
        let lines = only.into_iter().flatten().map(text_of);
        lines.collect::<Vec<_>>().join("\n")
    }

    fn certification(&self, change: &CertificationChange) -> String {
        let Sides { after, before } = &change.lines;
        let pairs = after.iter().zip(before);
        let both = pairs.map(|(new, old)| self.inline(from_ref(new), from_ref(old)));
        let (sign, lines): (_, Vec<String>) = match change.change {
            "added" => ("+", after.iter().map(text_of).collect()),
            "removed" => ("-", before.iter().map(text_of).collect()),
            _ => ("~", both.collect()),
        };
        wrap(&format!("{sign} {}", lines.join("  ")), 2, 6)
    }

    /// Both sides as one text.
    pub fn inline(&self, after: &[MarkedLine], before: &[MarkedLine]) -> String {
        let [mut new, mut old] = [after, before].map(characters);
        let mut text = String::new();
        loop {
            let [removed, added] = [&mut old, &mut new].map(|side| {
                let changed = std::iter::from_fn(|| side.next_if(|(_, changed)| *changed));
                changed.map(|(c, _)| c).collect::<String>()
            });
            text.push_str(&self.exchange(&removed, &added));
            match new.next().or(old.next()) {
                Some((c, _)) => text.push(c),
                None => return text,
            }
        }
    }

    /// A removed text and the one in its place.
    pub fn exchange(&self, old: &str, new: &str) -> String {
        let bracket = |words: &str, open: &str, close: &str, colour: &str| match words {
            "" => String::new(),
            _ if self.colour => format!("\u{1b}[{colour}m{open}{words}{close}\u{1b}[0m"),
            _ => format!("{open}{words}{close}"),
        };
        bracket(old, "[-", "-]", "31") + &bracket(new, "{+", "+}", "32")
    }
}

fn cell(row: &RowVersion, change: RowChange) -> &MarkedCell {
    change.part(&row.subject, &row.measure, &row.remarks)
}

/// The letter before a name and a space, if there is a letter.
fn letter(heading: &MarkedHeading) -> String {
    match heading.letter.run.text.as_str() {
        "" | "-" => String::new(),
        letter => format!("{letter} "),
    }
}

/// Every character with its mark. A line break has that of the next one: a new paragraph changes its first word.
fn characters(text: &[MarkedLine]) -> Peekable<IntoIter<(char, bool)>> {
    let mut characters = Vec::new();
    for line in text {
        if let (Some(first), false) = (line.first(), characters.is_empty()) {
            characters.push(('\n', first.changed));
        }
        for span in line {
            characters.extend(span.run.text.chars().map(|c| (c, span.changed)));
        }
    }
    characters.into_iter().peekable()
}

/// Breaks lines at column 80 by the Unicode rules, which know Japanese. `first` and `others` are columns of indentation.
pub(super) fn wrap(text: &str, first: usize, others: usize) -> String {
    // A line may end before `+`; an invisible word joiner keeps the closing mark with its word.
    let joined = text.replace("+}", "\u{2060}+}");
    let [first, others] = [first, others].map(|columns| " ".repeat(columns));
    let options = textwrap::Options::new(80)
        .initial_indent(&first)
        .subsequent_indent(&others)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(&joined, options).replace('\u{2060}', "") + "\n"
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn no_line_begins_or_ends_with_a_character_that_may_not_stand_there() {
        for length in 20..45 {
            let words = "鍵".repeat(length);
            let text = format!(
                "~ {words}[-古い文-]{{+{words}ょ+}}、「{words}」。no-private-use（{words}）"
            );
            let wrapped = wrap(&text, 2, 6);
            for line in wrapped.lines().map(str::trim) {
                let begins = ["、", "。", "」", "）", "ょ", "+}", "-]"];
                let ends = ["「", "（", "[-", "{+", "no-"];
                assert!(
                    !begins.iter().any(|sign| line.starts_with(sign)),
                    "{wrapped}"
                );
                assert!(!ends.iter().any(|sign| line.ends_with(sign)), "{wrapped}");
            }
            let joined: String = wrapped.lines().map(str::trim).collect();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
        }
    }
}
