//! Turns the errors of serde_yaml into findings with a rule, a position and help.
//!
//! serde_yaml has no typed errors but English sentences for programmers: they are parsed here.
//! The typing mistakes of a Japanese keyboard are recognised in the text of the file.

use super::rule;
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A parsed error of serde_yaml.
struct YamlError<'a> {
    file: &'a str,
    text: &'a str,
    /// The whole error: ".[0].no: invalid type: … at line 2 column 7".
    whole: &'a str,
    /// The last field of its path, if it has one.
    field: &'a str,
    /// The error without path and position.
    sentence: &'a str,
    /// The words between backticks.
    quoted: Vec<&'a str>,
    /// Byte offset of its position.
    at: usize,
}

/// Turns an error of serde_yaml into a finding.
pub fn explain(file: &str, text: &str, whole: &str, at: usize) -> Diagnostic {
    let parts = PARTS.captures(whole).expect("any text fits");
    let [path, sentence] = [1, 2].map(|group| parts.get(group).map_or("", |it| it.as_str()));
    let last = path.rsplit('.').next().unwrap_or_default();
    let error = YamlError {
        file,
        text,
        whole,
        field: last.split('[').next().unwrap_or_default(),
        sentence,
        quoted: sentence.split('`').skip(1).step_by(2).collect(),
        at,
    };
    error
        .unknown()
        .or_else(|| error.duplicate_key())
        .or_else(|| error.typing_mistake())
        .or_else(|| error.missing_field())
        .or_else(|| error.wrong_length())
        .or_else(|| error.wrong_type())
        .unwrap_or_else(|| error.no_yaml())
}

/// Byte offset of a line and column, both counted in characters from 1.
pub fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let skipped = text[start..].chars().take(column.saturating_sub(1));
    start + skipped.map(char::len_utf8).sum::<usize>()
}

/// Byte offset of the start of the line that contains an offset.
pub fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// An error's path (`[0].source.measure`, `headings`: never a sentence), sentence and position.
static PARTS: LazyLock<Regex> = LazyLock::new(|| {
    let parts = r"(?s)^(?:([0-9A-Za-z._\[\]-]+): )?(.*?)(?: at line .*)?$";
    Regex::new(parts).expect("a valid pattern")
});

impl YamlError<'_> {
    fn error(&self, rule: &'static str, bytes: Range<usize>, message: Message) -> Diagnostic {
        Diagnostic::error(rule, Origin::bytes(self.file, bytes), message)
    }

    /// A field or a choice that does not exist.
    fn unknown(&self) -> Option<Diagnostic> {
        let (written, known) = self.quoted.split_first()?;
        let list = known.join(", ");
        let mut finding = if self.sentence.starts_with("unknown field") {
            let message = Message::new("unknown-field")
                .with("field", written)
                .with("fields", list);
            self.error(rule::UNKNOWN_FIELD, self.key(), message)
        } else if self.sentence.starts_with("unknown variant") {
            let message = Message::new("unknown-choice")
                .with("value", written)
                .with("choices", list);
            self.error(rule::WRONG_TYPE, self.token_at(self.at), message)
        } else {
            return None;
        };
        finding.suggest(written, known.iter().copied());
        Some(finding)
    }

    fn duplicate_key(&self) -> Option<Diagnostic> {
        let rest = self.sentence.strip_prefix("duplicate field `")?;
        let key = rest.trim_end_matches('`');
        let message = Message::new("duplicate-key").with("field", key);
        let again = self.again(key).unwrap_or_else(|| self.token_at(self.at));
        Some(self.error(rule::DUPLICATE_KEY, again, message))
    }

    fn missing_field(&self) -> Option<Diagnostic> {
        let (id, field) = if self.sentence.starts_with("missing field") {
            ("missing-field", *self.quoted.first()?)
        } else if self.sentence.starts_with("invalid value: string ")
            && self.sentence.ends_with(", expected a string")
        {
            // Only a blank [`super::record::Line`] refuses a string.
            ("blank-field", self.field)
        } else {
            return None;
        };
        let message = Message::new(id).with("field", field);
        Some(self.error(rule::MISSING_FIELD, self.token_at(self.at), message))
    }

    fn wrong_length(&self) -> Option<Diagnostic> {
        let rest = self.sentence.strip_prefix("invalid length ")?;
        let (count, _) = rest.split_once(", expected ")?;
        let message = Message::new("wrong-length").with("count", count);
        Some(self.error(rule::WRONG_TYPE, self.token_at(self.at), message))
    }

    fn wrong_type(&self) -> Option<Diagnostic> {
        let (found, expected) = self.mismatch()?;
        let scalar = found.starts_with('`') || ["enum", "map"].contains(&&*found);
        let is_text = ["a_string", "text_or_a_list_of_texts"].contains(&&*expected);
        let message = Message::new("wrong-type")
            .with("found", found)
            .with("expected", expected);
        let mut finding = self.error(rule::WRONG_TYPE, self.token_at(self.at), message);
        finding.help = (scalar && is_text).then(|| Message::new("quote-it"));
        Some(finding)
    }

    /// Splits `invalid type: string "x", expected u32` into the value or its kind, and `u32`.
    fn mismatch(&self) -> Option<(String, String)> {
        let type_ = self.sentence.strip_prefix("invalid type: ");
        let rest = type_.or(self.sentence.strip_prefix("invalid value: "))?;
        let (found, expected) = rest.rsplit_once(", expected ")?;
        let value = match found.strip_prefix("string ") {
            Some(string) => Some(string.trim_matches('"')),
            None => found.split('`').nth(1),
        };
        // No kind of node begins with a backtick, so a value is never taken for one.
        let value_or_kind = value.map_or_else(|| kind(found), |value| format!("`{value}`"));
        Some((value_or_kind, kind(expected)))
    }

    /// The error of the YAML parser itself.
    fn no_yaml(&self) -> Diagnostic {
        let message = Message::new("no-yaml").with("reason", self.whole);
        let help = self.remedy();
        // The start of the node tells more than its end, where the parser gave up.
        let at = match help {
            Some("no-yaml-quote") => self.context(),
            Some("no-yaml-indent") if self.whole.contains("simple key") => self.context(),
            _ => self.at,
        };
        let mut finding = self.error(rule::UNREADABLE, self.token_at(at), message);
        finding.help = help.map(Message::new);
        finding
    }

    fn remedy(&self) -> Option<&'static str> {
        let says = |words: &str| self.whole.contains(words);
        let is_mapping = says("mapping values are not allowed");
        let start = line_start(self.text, self.at);
        let line = self.line_from(start);
        let value = line.split_once(": ").map_or(line, |(_, value)| value);
        let is_sign = |c: char| "-*&!%@`[{>|\"'".contains(c);
        // At the first colon of a line the line is indented too far; a later colon is text.
        let is_text = is_mapping && self.text[start..self.at].contains(':');
        let remedies = [
            (says("quoted scalar"), "no-yaml-quote"),
            (value.trim_start().starts_with(is_sign), "no-yaml-sign"),
            (is_text, "no-yaml-colon"),
            (is_mapping || says("simple key"), "no-yaml-indent"),
            (says("did not find expected key"), "no-yaml-indent"),
            (says("'-' indicator"), "no-yaml-indent"),
            (says("recursion limit"), "no-yaml-deep"),
            (says("repetition limit"), "no-yaml-deep"),
        ];
        remedies
            .into_iter()
            .find_map(|(fits, id)| fits.then_some(id))
    }

    /// The start of the node that the parser was reading: the second position in the error.
    fn context(&self) -> usize {
        let place = || {
            let (_, place) = self.whole.rsplit_once(" at line ")?;
            let (line, column) = place.split_once(" column ")?;
            Some(offset(self.text, line.parse().ok()?, column.parse().ok()?))
        };
        place().unwrap_or(self.at)
    }

    /// A typing mistake of a Japanese keyboard, found in the text: the parser fails elsewhere.
    /// Searched only if the file has lost its structure: otherwise such a line may well be text.
    fn typing_mistake(&self) -> Option<Diagnostic> {
        let shapeless = match self.mismatch() {
            Some((_, expected)) => ["a_map", "a_sequence"].contains(&expected.as_str()),
            None => !self.sentence.starts_with("invalid "),
        };
        shapeless.then_some(())?;
        let mut start = 0;
        // Deeper lines than this are the text of a block (`|`, `>`).
        let mut block: Option<usize> = None;
        for line in self.text.split_inclusive('\n') {
            let before = &self.text[..start];
            start += line.len();
            let indent = line.len() - line.trim_start_matches(' ').len();
            if block.is_some_and(|outer| indent > outer) || line.trim().is_empty() {
                continue;
            }
            let is_second = line.trim_end() == "---" && !before.trim().is_empty();
            let second = is_second.then_some(("slip-documents", 0..3));
            if let Some((id, mistake)) = second.or_else(|| mistake_in(line.trim_end())) {
                let bytes = before.len() + mistake.start..before.len() + mistake.end;
                return Some(self.error(rule::UNREADABLE, bytes, Message::new(id)));
            }
            block = line.trim_end().ends_with(['|', '>']).then_some(indent);
        }
        None
    }

    /// The text from an offset to the end of its line.
    fn line_from(&self, at: usize) -> &str {
        self.text[at..].lines().next().unwrap_or_default()
    }

    /// The value that starts at an offset, up to its closing sign or the end of its line or entry.
    fn token_at(&self, start: usize) -> Range<usize> {
        let rest = self.line_from(start);
        let before = &self.text[line_start(self.text, start)..start];
        let in_braces = before.matches(['{', '[']).count() > before.matches(['}', ']']).count();
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
            _ if in_braces => rest.find([',', '}', ']']),
            _ => rest.find(" #"),
        };
        start..start + rest[..end.unwrap_or(rest.len())].trim_end().len()
    }

    fn key(&self) -> Range<usize> {
        let line = self.line_from(self.at);
        self.at..self.at + line.find(':').unwrap_or(line.len())
    }

    /// The second occurrence of a key, counted from the error on.
    fn again(&self, key: &str) -> Option<Range<usize>> {
        let rest = &self.text[self.at..];
        let written = format!("{key}:");
        let goes_on = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let is_key = |at: &usize| !rest[..*at].ends_with(goes_on);
        let occurrences = rest.match_indices(&written).map(|(at, _)| at);
        let mut keys = occurrences.filter(is_key);
        let first = keys.next()?;
        let column = |at: usize| self.at + at - line_start(self.text, self.at + at);
        // One field a line: the second has the column of the first. In braces both are on one line.
        let alike = |at: &usize| column(*at) == column(first) || !rest[first..*at].contains('\n');
        let second = keys.find(alike)?;
        Some(self.at + second..self.at + second + key.len())
    }
}

/// Typing mistakes in one line: a pattern whose group is the mistake, and the message.
static MISTAKES: LazyLock<[(Regex, &str); 6]> = LazyLock::new(|| {
    let mistakes = [
        (r"^ *(\t)", "slip-tab"),
        (r"^ *([\u{3000}\u{a0}])", "slip-wide-space"),
        (r"^ *([－ー−・‐])", "slip-wide-dash"),
        (r"^ *(-)[^ -]", "slip-dash-without-space"),
        (r"^ *(?:- )?[a-z_]+(：)", "slip-wide-colon"),
        (r"^ *(?:- )?[a-z_]+(:)[^\s/]", "slip-colon-without-space"),
    ];
    mistakes.map(|(pattern, id)| (Regex::new(pattern).expect("a valid pattern"), id))
});

fn mistake_in(line: &str) -> Option<(&'static str, Range<usize>)> {
    let mut mistakes = MISTAKES.iter();
    mistakes.find_map(|(pattern, id)| Some((*id, pattern.captures(line)?.get(1)?.range())))
}

/// Turns serde's word for a kind of node into a key for Fluent; `struct SheetRecord` is a map.
fn kind(word: &str) -> String {
    if word.starts_with("struct ") {
        return "a_map".to_owned();
    }
    word.replace(' ', "_")
}
