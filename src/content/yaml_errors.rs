//! What serde_yaml complains of → a finding with a rule, in both languages, at the place, with the way out.
//!
//! serde_yaml speaks English and to programmers; here its sentences are taken apart, and the slips of a Japanese keyboard are known by their looks.

use super::rule;
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;
use std::ops::Range;

/// An error of serde_yaml, taken apart.
struct Complaint<'a> {
    file: &'a str,
    text: &'a str,
    /// The error as it was said.
    whole: &'a str,
    /// The last field on the way to the place, where one is named.
    field: &'a str,
    /// Without the way and the place.
    sentence: &'a str,
    /// What stands between backticks.
    quoted: Vec<&'a str>,
    /// Byte offset of the place.
    at: usize,
}

/// Turns serde_yaml's sentence into a finding.
pub fn explain(file: &str, text: &str, error: &str, at: usize) -> Diagnostic {
    // ".[0].no: invalid type: … at line 2 column 7"
    let placeless = error.split(" at line ").next().unwrap_or(error);
    let (way, sentence) = match placeless.split_once(": ") {
        Some((way, rest)) if is_way(way) => (way, rest),
        _ => ("", placeless),
    };
    let complaint = Complaint {
        file,
        text,
        whole: error,
        field: way
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .split('[')
            .next()
            .unwrap_or_default(),
        sentence,
        quoted: sentence.split('`').skip(1).step_by(2).collect(),
        at,
    };
    complaint
        .unknown_field()
        .or_else(|| complaint.unknown_choice())
        .or_else(|| complaint.duplicate_key())
        .or_else(|| complaint.blank())
        .or_else(|| complaint.slip())
        .or_else(|| complaint.missing_field())
        .or_else(|| complaint.wrong_length())
        .or_else(|| complaint.wrong_type())
        .unwrap_or_else(|| complaint.no_yaml())
}

/// A text repeated by reference.
pub fn alias(file: &str, bytes: Range<usize>) -> Diagnostic {
    let message = Message::new("no-alias");
    Diagnostic::error(rule::UNREADABLE, Origin::bytes(file, bytes), message)
}

/// Byte offset of a line and column, both counted in characters from 1.
pub fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let skipped = text[start..].chars().take(column.saturating_sub(1));
    start + skipped.map(char::len_utf8).sum::<usize>()
}

/// `[0].source.measure`, `name`, `headings`: never a sentence.
fn is_way(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-[]".contains(c))
}

impl Complaint<'_> {
    fn error(&self, rule: &'static str, bytes: Range<usize>, message: Message) -> Diagnostic {
        Diagnostic::error(rule, Origin::bytes(self.file, bytes), message)
    }

    fn unknown_field(&self) -> Option<Diagnostic> {
        self.sentence.starts_with("unknown field").then_some(())?;
        let (written, known) = self.quoted.split_first()?;
        let message = Message::new("unknown-field").with("field", written);
        let finding = self.error(rule::UNKNOWN_FIELD, self.key(), message);
        let finding = finding.help(Message::new("known-fields").with("fields", known.join(", ")));
        Some(finding.suggest(written, known.iter().copied()))
    }

    fn unknown_choice(&self) -> Option<Diagnostic> {
        self.sentence.starts_with("unknown variant").then_some(())?;
        let (written, known) = self.quoted.split_first()?;
        let message = Message::new("unknown-choice").with("value", written);
        let message = message.with("choices", known.join(", "));
        let finding = self.error(rule::WRONG_TYPE, self.token(), message);
        Some(finding.suggest(written, known.iter().copied()))
    }

    fn duplicate_key(&self) -> Option<Diagnostic> {
        let field = self.sentence.strip_prefix("duplicate field `");
        let entry = self.sentence.strip_prefix("duplicate entry with key \"");
        let key = field.or(entry)?.trim_end_matches(['`', '"']);
        let message = Message::new("duplicate-key").with("field", key);
        let again = self.again(key).unwrap_or_else(|| self.token());
        Some(self.error(rule::DUPLICATE_KEY, again, message))
    }

    /// Said by [`super::record::Line`].
    fn blank(&self) -> Option<Diagnostic> {
        (self.sentence == "blank").then_some(())?;
        let message = Message::new("blank-field").with("field", self.field);
        Some(self.error(rule::MISSING_FIELD, self.token(), message))
    }

    fn missing_field(&self) -> Option<Diagnostic> {
        self.sentence.starts_with("missing field").then_some(())?;
        let message = Message::new("missing-field").with("field", self.quoted.first()?);
        Some(self.error(rule::MISSING_FIELD, self.token(), message))
    }

    fn wrong_length(&self) -> Option<Diagnostic> {
        let rest = self.sentence.strip_prefix("invalid length ")?;
        let (count, expected) = rest.split_once(", expected ")?;
        let message = Message::new("wrong-length")
            .with("count", count)
            .with("expected", kind(expected));
        Some(self.error(rule::WRONG_TYPE, self.token(), message))
    }

    fn wrong_type(&self) -> Option<Diagnostic> {
        let (found, expected) = self.mismatch()?;
        let scalar = found.starts_with('`') || ["enum", "map"].contains(&found.as_str());
        let text_wanted = ["a_string", "text_or_a_list_of_texts"].contains(&expected.as_str());
        let message = Message::new("wrong-type")
            .with("found", found)
            .with("expected", expected);
        let finding = self.error(rule::WRONG_TYPE, self.token(), message);
        Some(match scalar && text_wanted {
            true => finding.help(Message::new("quote-it")),
            false => finding,
        })
    }

    /// Splits "invalid type: string \"x\", expected u32": the value as written, or the kind of node, and the kind wanted.
    fn mismatch(&self) -> Option<(String, String)> {
        let type_ = self.sentence.strip_prefix("invalid type: ");
        let rest = type_.or(self.sentence.strip_prefix("invalid value: "))?;
        let (found, expected) = rest.rsplit_once(", expected ")?;
        let value = found
            .strip_prefix("string ")
            .map(|value| value.trim_matches('"'));
        let value = value.or(found.split('`').nth(1));
        // No kind of node begins with a backtick, so a value is never taken for one.
        let found = value.map_or_else(|| kind(found), |value| format!("`{value}`"));
        Some((found, kind(expected)))
    }

    /// What the YAML parser itself stumbles over.
    fn no_yaml(&self) -> Diagnostic {
        let message = Message::new("no-yaml").with("reason", self.whole);
        let (bytes, help) = self.way_out();
        let finding = self.error(rule::UNREADABLE, bytes, message);
        match help {
            Some(help) => finding.help(Message::new(help)),
            None => finding,
        }
    }

    fn way_out(&self) -> (Range<usize>, Option<&'static str>) {
        let said = |words: &str| self.whole.contains(words);
        let line = self.line_of(self.at);
        let value = line
            .split_once(": ")
            .map_or(line, |(_, value)| value)
            .trim_start();
        if said("quoted scalar") {
            // The end of the file says nothing: the mark that was opened does.
            (self.token_at(self.context()), Some("no-yaml-quote"))
        } else if value.starts_with([
            '-', '*', '&', '!', '%', '@', '`', '[', '{', '>', '|', '"', '\'',
        ]) {
            (self.token(), Some("no-yaml-sign"))
        } else if said("mapping values are not allowed") {
            // At the first colon of a line it is the line that stands too far in; at a later one the colon is text.
            let line_start = self.text[..self.at].rfind('\n').map_or(0, |at| at + 1);
            let first = !self.text[line_start..self.at].contains(':');
            let help = if first {
                "no-yaml-indent"
            } else {
                "no-yaml-colon"
            };
            (self.token(), Some(help))
        } else if said("simple key") {
            (self.token_at(self.context()), Some("no-yaml-indent"))
        } else if said("did not find expected key") || said("'-' indicator") {
            (self.token(), Some("no-yaml-indent"))
        } else if said("recursion limit") || said("repetition limit") {
            (self.token(), Some("no-yaml-deep"))
        } else {
            (self.token(), None)
        }
    }

    /// Where what the parser was reading began: the second place it names.
    fn context(&self) -> usize {
        let place = || {
            let (_, place) = self.whole.rsplit_once(" at line ")?;
            let (line, column) = place.split_once(" column ")?;
            Some(offset(self.text, line.parse().ok()?, column.parse().ok()?))
        };
        place().unwrap_or(self.at)
    }

    /// A slip of the Japanese keyboard, found by its looks, for the parser stumbles elsewhere.
    /// Asked only where the file has lost its shape: elsewhere such a line may well be text.
    fn slip(&self) -> Option<Diagnostic> {
        let shapeless = match self.mismatch() {
            Some((_, expected)) => ["a_map", "a_sequence"].contains(&expected.as_str()),
            None => !self.sentence.starts_with("invalid "),
        };
        shapeless.then_some(())?;
        let mut start = 0;
        // Deeper lines than this are the text of a block (`|`, `>`).
        let mut block: Option<usize> = None;
        for line in self.text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start_matches(' ').len();
            if block.is_some_and(|outer| indent > outer) || line.trim().is_empty() {
                start += line.len();
                continue;
            }
            let second = line.trim_end() == "---" && !self.text[..start].trim().is_empty();
            let second = second.then_some(("slip-documents", 0, 3));
            if let Some((id, column, length)) = second.or_else(|| slip_in(line)) {
                let from = start + column;
                let finding = self.error(rule::UNREADABLE, from..from + length, Message::new(id));
                return Some(finding.help(Message::new("slip-help")));
            }
            block = line.trim_end().ends_with(['|', '>']).then_some(indent);
            start += line.len();
        }
        None
    }

    fn line_of(&self, at: usize) -> &str {
        let start = self.text[..at].rfind('\n').map_or(0, |at| at + 1);
        self.text[start..].lines().next().unwrap_or_default()
    }

    fn token(&self) -> Range<usize> {
        self.token_at(self.at)
    }

    /// The value that starts at an offset: to its closing sign, or to the end of its line or entry.
    fn token_at(&self, start: usize) -> Range<usize> {
        let rest = self.text[start..].lines().next().unwrap_or_default();
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let before = &self.text[line_start..start];
        let depth = |text: &str| {
            text.matches(['{', '['])
                .count()
                .saturating_sub(text.matches(['}', ']']).count())
        };
        let closing = |open: char, close: char| {
            let mut depth = 0;
            rest.char_indices().find_map(|(at, c)| {
                depth += i32::from(c == open) - i32::from(c == close);
                (depth == 0).then_some(at + c.len_utf8())
            })
        };
        let end = match rest.chars().next() {
            Some('[') => closing('[', ']'),
            Some('{') => closing('{', '}'),
            Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map(|at| at + 2),
            _ if depth(before) > 0 => rest.find([',', '}', ']']),
            _ => rest.find(" #"),
        };
        start..start + rest[..end.unwrap_or(rest.len())].trim_end().len()
    }

    fn key(&self) -> Range<usize> {
        let rest = self.text[self.at..].lines().next().unwrap_or_default();
        let key = rest.split(':').next().unwrap_or_default();
        self.at..self.at + key.len()
    }

    /// The second place, from the complaint on, where the key is written.
    fn again(&self, key: &str) -> Option<Range<usize>> {
        let rest = &self.text[self.at..];
        let written = format!("{key}:");
        let is_key = |at: &usize| {
            !rest[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-')
        };
        let mut places = rest
            .match_indices(&written)
            .map(|(at, _)| at)
            .filter(is_key);
        let first = places.next()?;
        let column = |at: usize| {
            let at = self.at + at;
            at - self.text[..at].rfind('\n').map_or(0, |at| at + 1)
        };
        // Where fields stand line by line, the second has the column of the first; between braces it stands on the same line.
        let alike = |at: &usize| column(*at) == column(first) || !rest[first..*at].contains('\n');
        let second = places.find(alike)?;
        Some(self.at + second..self.at + second + key.len())
    }
}

/// A slip in one line: which, at which byte, how long.
fn slip_in(line: &str) -> Option<(&'static str, usize, usize)> {
    let indented = line.trim_start_matches(' ');
    let column = line.len() - indented.len();
    let first = indented.chars().next()?;
    match first {
        '\t' => return Some(("slip-tab", column, 1)),
        '\u{3000}' | '\u{a0}' => return Some(("slip-wide-space", column, first.len_utf8())),
        '－' | 'ー' | '−' | '・' | '‐' => {
            return Some(("slip-wide-dash", column, first.len_utf8()));
        }
        '-' if !indented.starts_with("- ")
            && indented.trim() != "-"
            && !indented.starts_with("--") =>
        {
            return Some(("slip-dash-without-space", column, 1));
        }
        _ => {}
    }
    let entry = indented.strip_prefix("- ").unwrap_or(indented);
    let rest = entry.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '_');
    if rest.len() == entry.len() {
        return None;
    }
    let colon = line.len() - rest.len();
    if rest.starts_with('：') {
        return Some(("slip-wide-colon", colon, '：'.len_utf8()));
    }
    let after = rest.strip_prefix(':')?.chars().next()?;
    (!after.is_whitespace() && after != '/').then_some(("slip-colon-without-space", colon, 1))
}

/// serde's word for a kind of node, as Fluent can select by it; "struct SheetRecord" and "a map" are the same to who writes YAML.
fn kind(word: &str) -> String {
    match word {
        word if word.starts_with("struct ") => "a_map".to_owned(),
        word if word.starts_with("a day") => "a_day".to_owned(),
        word if word.starts_with("a duration") => "a_duration".to_owned(),
        word => word.replace(' ', "_"),
    }
}
