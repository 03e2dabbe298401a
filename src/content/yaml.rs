//! Reads YAML into typed records with serde_yaml; no other file names it.

use super::nodes::{NoTree, first_line};
use super::{mistakes, nodes, rule, syntax};
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;
use crate::text::{begins_item, is_japanese};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_yaml::{Error, Value};
use std::collections::BTreeMap;
use std::ops::Range;

/// Marks the end of a line at which Japanese text goes on, because YAML folds it into a space.
/// Like [`BREAK`] it is a noncharacter: a file that contains one is refused.
const FOLD: char = '\u{fdd0}';
/// Marks the end of a line before a blank one or an item, because YAML keeps no trace of that in a plain text.
const BREAK: char = '\u{fdd1}';

/// Reads one file into its record type, or reports all its mistakes.
pub fn read<T: DeserializeOwned + JsonSchema>(
    file: &str,
    text: &str,
) -> Result<T, Vec<Diagnostic>> {
    // Texts repeated by aliases could grow without bound; no sheet needs them.
    if text.contains('&')
        && text.contains('*')
        && let Err(reason @ NoTree::Alias(_)) = nodes::parse(text)
    {
        return Err(vec![syntax::explain(file, text, reason)]);
    }
    let marked = mark_folds(text);
    // A `Value` refuses a key that is there twice; a map would keep the last of two.
    let once = serde_yaml::from_str::<Value>(&marked);
    let read = once.and_then(|_| serde_yaml::from_str(&marked));
    read.map_err(|error| {
        let mut mistakes = match nodes::parse(text) {
            Ok(root) => mistakes::find::<T>(file, text, &root),
            Err(reason) => vec![(syntax::explain(file, text, reason), true)],
        };
        if mistakes.is_empty() {
            mistakes.push((unexplained(file, text, &error, "no-yaml"), true));
        }
        let is_shapeless = mistakes.iter().any(|(_, caused)| *caused);
        let slips = is_shapeless.then(|| syntax::slips(file, text));
        let mut findings = slips.unwrap_or_default();
        mistakes.retain(|(_, caused)| findings.is_empty() || !caused);
        findings.extend(mistakes.into_iter().map(|(finding, _)| finding));
        findings
    })
}

/// Returns true if a text without quotation marks is read as such a value.
pub fn reads_as<T: DeserializeOwned>(written: &str) -> bool {
    serde_yaml::from_str::<T>(written).is_ok()
}

/// Returns true if a text without quotation marks is no number, truth value or nothing.
pub fn is_text(written: &str) -> bool {
    serde_yaml::from_str(written).is_ok_and(|it: Value| it.is_string())
}

/// Reads a file that the program itself wrote.
pub fn read_written<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Vec<Diagnostic>> {
    let damaged = |error| vec![unexplained(file, text, &error, "record-damaged")];
    serde_yaml::from_str(&mark_folds(text)).map_err(damaged)
}

/// An error of which only the place is known.
fn unexplained(file: &str, text: &str, error: &Error, id: &'static str) -> Diagnostic {
    let location = error.location();
    let at = location.map_or(0, |at| syntax::offset(text, at.line(), at.column()));
    let origin = Origin::bytes(file, first_line(text, at..text.len()));
    Diagnostic::error(rule::UNREADABLE, origin, Message::new(id))
}

/// Writes a record as YAML; fields without a value are left out.
pub fn write(record: &impl Serialize) -> String {
    let mut value = serde_yaml::to_value(record).expect("keys are strings");
    drop_nulls(&mut value);
    serde_yaml::to_string(&value).expect("plain values")
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Mapping(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Sequence(list) => list.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Reads a theme's flat file of labels. The error is one sentence.
pub fn read_words(text: &str) -> Result<BTreeMap<String, String>, String> {
    serde_yaml::from_str(text).map_err(|error| error.to_string())
}

/// Reads a theme's flat file of tokens. The error is a line and one sentence.
pub fn read_flat(text: &str) -> Result<BTreeMap<String, serde_json::Value>, (usize, String)> {
    // A mapping refuses a key that is there twice.
    let read = serde_yaml::from_str::<serde_yaml::Mapping>(text);
    let read = read.and_then(|map| serde_yaml::from_value(map.into()));
    read.map_err(|error| {
        let line = error.location().map_or(1, |at| at.line());
        (line, error.to_string())
    })
}

/// Finds the comments that stand behind something else on their line.
pub fn comments_after_text(text: &str) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        for (at, _) in line.match_indices('#') {
            let before = &line[..at];
            let is_comment = if at == indent {
                !goes_on_as_comment(&text[..start], line.trim_end())
            } else {
                // No text is cut off in a comment, and behind brackets and numbers.
                line[indent..].starts_with('#') || (at < 4096 && is_whole(before))
            };
            if before.ends_with([' ', '\t']) && !is_comment {
                comments.push(start + at..start + line.trim_end().len());
            }
        }
        start += line.len();
    }
    if comments.is_empty() {
        return comments;
    }
    // In quotation marks and in blocks (`|`, `>`) it is text.
    let offsets = character_offsets(text);
    let byte = |at: &Marker| offsets[at.index().min(offsets.len() - 1)];
    let mut texts: Vec<Range<usize>> = Vec::new();
    for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
        let Event::Scalar(_, style, ..) = event else {
            continue;
        };
        let (start, end) = (byte(&span.start), byte(&span.end));
        let inner = text.get(start + 1..end).unwrap_or_default();
        // The end of a text in quotation marks may be that of its line.
        let length = match style {
            ScalarStyle::Plain => continue,
            ScalarStyle::SingleQuoted => inner.replace("''", "  ").find('\''),
            ScalarStyle::DoubleQuoted => {
                inner.replace(r"\\", "  ").replace(r#"\""#, "  ").find('"')
            }
            _ => None,
        };
        let text_end = length.map_or(end, |length| start + 1 + length);
        texts.push(start..text_end);
    }
    comments.retain(|comment| {
        let next = texts.partition_point(|text| text.start <= comment.start);
        next == 0 || !texts[next - 1].contains(&comment.start)
    });
    comments.dedup_by_key(|comment| comment.end);
    comments
}

/// Returns true if no text can go on behind a value: a number or day, a list or map in brackets, or the head of a block.
fn is_whole(before: &str) -> bool {
    let value = before.split_once(": ").map_or(before, |(_, it)| it).trim();
    let is_number = value.chars().all(|c| c.is_ascii_digit() || c == '-');
    let is_open = value.starts_with(['[', '{', '|', '>']);
    (is_open && value.ends_with([']', '}', '[', '{', '|', '>', '-', '+']))
        || (is_number && value.len() > value.matches('-').count())
}

/// Returns true for a line `#3 により` in a text that goes on: a comment has a space, or holds a field.
fn goes_on_as_comment(above: &str, line: &str) -> bool {
    let last_line = above.lines().next_back().unwrap_or_default();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let last = last_line.trim();
    let begins = last.starts_with("- ") || last.contains(": ");
    if begins && indent(line) <= indent(last_line) {
        return false;
    }
    let is_text = !last.is_empty() && !last.starts_with('#') && !last.ends_with([':', '|', '>']);
    let rest = line.trim_start().trim_start_matches('#');
    let begins_comment = |c: char| "-=".contains(c) || c.is_whitespace();
    let is_comment = rest.is_empty() || rest.starts_with(begins_comment);
    is_text && !is_comment && !rest.contains(": ") && !rest.ends_with(':')
}

/// The bytes of every text without quotation marks.
pub fn texts(text: &str) -> Vec<Range<usize>> {
    nodes::parse(text).map_or(Vec::new(), |root| root.texts())
}

/// Restores folded line breaks: none between Japanese characters, a blank line between paragraphs.
pub fn unfold(text: &str) -> String {
    let mut joined = text.to_owned();
    for folded in [format!("{FOLD} "), format!("{FOLD}\n"), FOLD.to_string()] {
        joined = joined.replace(&folded, "");
    }
    joined.replace(BREAK, "\n\n")
}

fn mark_folds(text: &str) -> String {
    let mut marked = String::with_capacity(text.len() + 64);
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let body = line.trim_end_matches(['\n', ' ']);
        let next = lines.peek().map_or("", |next| next.trim_start());
        if body.ends_with(is_japanese) && next.starts_with(is_japanese) && !begins_item(next) {
            marked.extend([body, FOLD.encode_utf8(&mut [0; 4]), "\n"]);
        } else if (next.is_empty() || begins_item(next))
            && lines.peek().is_some()
            && goes_on(body, lines.clone())
        {
            marked.extend([body, BREAK.encode_utf8(&mut [0; 4]), "\n"]);
        } else {
            marked.push_str(line);
        }
    }
    marked
}

/// Returns true if the text of a line goes on after the blank lines that follow it.
fn goes_on<'a>(body: &str, mut following: impl Iterator<Item = &'a str>) -> bool {
    let next = following.find(|line| !line.trim().is_empty()).unwrap_or("");
    let start = next.trim_start();
    let key = start.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-".contains(c));
    let starts_anew = start.starts_with(['-', '#', '}', ']', '"', '\''])
        || (key.len() < start.len() && key.starts_with(':'));
    let opens_block = body.ends_with(['|', '>', ':', '+', '-']);
    !body.trim().is_empty()
        && !body.trim_start().starts_with('#')
        && next.starts_with(' ')
        && !starts_anew
        && !opens_block
}

/// Byte offset of every character, and of the end: saphyr counts characters.
pub fn character_offsets(text: &str) -> Vec<usize> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.chain([text.len()]).collect()
}
