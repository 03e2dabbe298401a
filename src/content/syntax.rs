//! Findings about text that is no YAML: in, a file's text and the place at which it could not be parsed.
//!
//! The causes are looked for in the text itself, never in a parser's sentence; a cause that is not
//! certain is not named. The typing mistakes of a Japanese keyboard come first.

use super::file::regex;
use super::nodes::{NoTree, first_line};
use super::rule;
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Explains why a file has no tree of nodes.
pub fn explain(file: &str, text: &str, reason: NoTree) -> Diagnostic {
    let line = |at: usize| Origin::bytes(file, first_line(text, at..text.len()));
    let (origin, message, help) = match reason {
        NoTree::Alias(bytes) => (Origin::bytes(file, bytes), "no-alias", None),
        NoTree::Empty => (Origin::file(file), "empty-file", None),
        NoTree::TooDeep(at) => (line(at), "no-yaml", Some("no-yaml-deep")),
        NoTree::Syntax { at, after, bracket } => {
            let (at, help) = cause(text, at, after, bracket);
            (line(at), "no-yaml", help)
        }
    };
    let mut finding = Diagnostic::error(rule::UNREADABLE, origin, Message::new(message));
    finding.help = help.map(Message::new);
    finding
}

/// The place of a mistake, and the advice on it if its cause is certain.
type Cause = (usize, Option<&'static str>);

/// The parser gave up at `at`; `after` is the end of the last text it read whole.
fn cause(text: &str, at: usize, after: usize, bracket: Option<usize>) -> Cause {
    let rest = text[after..].trim_start_matches([' ', '\n', '-', ':', ',']);
    let next = text.len() - rest.len();
    let opened = &text[first_line(text, next..text.len())];
    let is_wide = opened.contains(['“', '”', '＂', '’']);
    let help = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) if rest[1..].contains(quote) => {
            let is_escape = quote == '"' && opened.len() > 1 && rest.contains('\\');
            is_escape.then_some("no-yaml-escape")
        }
        Some('"' | '\'') if is_wide => Some("no-yaml-wide-quote"),
        Some('"' | '\'') => Some("no-yaml-quote"),
        _ => None,
    };
    if help.is_some() {
        return (next, help);
    }
    let is_open = |open: &usize| match text.as_bytes()[*open] {
        b'[' => !text[*open..].contains(']'),
        _ => !text[*open..].contains('}'),
    };
    if let Some(open) = bracket.filter(is_open) {
        return (open, Some("no-yaml-bracket"));
    }
    let start = line_start(text, at);
    let line = &text[first_line(text, start..text.len())];
    let value = line.split_once(": ").map_or(line, |(_, value)| value);
    let help = match value.trim_start().chars().next() {
        Some('"' | '\'') => Some("no-yaml-quoted-start"),
        Some(sign) if "-*&!%@`[{>|".contains(sign) => Some("no-yaml-sign"),
        // A later colon is text; at the first one the line is indented too far.
        _ if text[at..].starts_with(':') && text[start..at].contains(':') => Some("no-yaml-colon"),
        _ => None,
    };
    (at, help)
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

/// Reports slips of a Japanese keyboard, for a file that has lost its structure: in another such a line may be text.
pub fn slips(file: &str, text: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut start = 0;
    // Deeper lines than this are the text of a block (`|`, `>`).
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let (before, body) = (&text[..start], line.trim_end_matches(['\n', '\r', ' ']));
        start += line.len();
        let indent = line.len() - line.trim_start_matches(' ').len();
        if block.is_some_and(|outer| indent > outer) || body.is_empty() {
            continue;
        }
        let is_second = body == "---" && !before.trim().is_empty();
        let second = is_second.then_some(("slip-documents", 0..3));
        if let Some((id, slip)) = second.or_else(|| slip_in(body)) {
            let origin = Origin::bytes(file, before.len() + slip.start..before.len() + slip.end);
            findings.push(Diagnostic::error(rule::UNREADABLE, origin, id.into()));
        }
        let head = body.trim_end_matches(|c: char| "+-".contains(c) || c.is_ascii_digit());
        block = head.ends_with(['|', '>']).then_some(indent);
    }
    findings
}

/// Slips in one line: a pattern whose group is the mistake, and the message.
static SLIPS: LazyLock<[(Regex, &str); 10]> = LazyLock::new(|| {
    [
        (r"^ *(\t)", "slip-tab"),
        (r"^ *([\u{3000}\u{a0}])", "slip-wide-space"),
        (r"^ *([－ー−・‐•–—])", "slip-wide-dash"),
        (r"^ *(＃)", "slip-wide-hash"),
        (r"^ *(-)[^ -]", "slip-dash-without-space"),
        (
            r"^ *(?:- )?[a-z_]+:([\u{3000}\u{a0}])",
            "slip-wide-space-behind",
        ),
        (r"\{[^}]*([、，])[^}]*:", "slip-wide-comma"),
        (r"(?:^ *(?:- )?|[{,] *)[a-z_]+(：)", "slip-wide-colon"),
        (
            r"(?:^ *(?:- )?|[{,] *)[a-z_]+(:)[^\s/]",
            "slip-colon-without-space",
        ),
        (r"^ *(?:- )?[a-z_]+ *([;；=＝]) *[^a-z]", "slip-no-colon"),
    ]
    .map(|(pattern, id)| (regex(pattern), id))
});

fn slip_in(line: &str) -> Option<(&'static str, Range<usize>)> {
    let mut slips = SLIPS.iter();
    slips.find_map(|(pattern, id)| Some((*id, pattern.captures(line)?.get(1)?.range())))
}
