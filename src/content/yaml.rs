//! Reads YAML into typed records with serde_yaml, and finds positions of nodes with saphyr.
//!
//! No other file names them. [`super::yaml_errors`] turns serde_yaml's errors into findings.

use super::{rule, yaml_errors};
use crate::diagnostic::{Diagnostic, Origin, Part, SourceLocation};
use crate::message::Message;
use crate::text::is_japanese;
use saphyr::{LoadableYamlNode, MarkedYaml, YamlData};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::Range;

/// Marks the end of a line at which Japanese text goes on, because YAML folds it into a space.
/// Like [`BREAK`] it is a noncharacter: a file that contains one is refused.
const FOLD: char = '\u{fdd0}';
/// Marks the end of a line before a blank one, because YAML keeps no trace of that in a plain text.
const BREAK: char = '\u{fdd1}';

/// Reads one file into its record type.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Diagnostic> {
    if let Some(bytes) = alias(text) {
        let (origin, message) = (Origin::bytes(file, bytes), Message::new("no-alias"));
        return Err(Diagnostic::error(rule::UNREADABLE, origin, message));
    }
    serde_yaml::from_str(&mark_folds(text)).map_err(|error| {
        let at = error
            .location()
            .map_or(0, |at| yaml_errors::offset(text, at.line(), at.column()));
        let unmarked = error.to_string().replace([FOLD, BREAK], "");
        yaml_errors::explain(file, text, &unmarked, at)
    })
}

/// Writes a record as YAML; fields without a value are left out.
pub fn write(record: &impl Serialize) -> String {
    let mut value = serde_yaml::to_value(record).expect("keys are strings");
    drop_nulls(&mut value);
    serde_yaml::to_string(&value).expect("plain values")
}

fn drop_nulls(value: &mut serde_yaml::Value) {
    match value {
        serde_yaml::Value::Mapping(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        serde_yaml::Value::Sequence(list) => list.iter_mut().for_each(drop_nulls),
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

/// Finds the first alias. Texts repeated by aliases could grow without bound; no sheet needs them.
fn alias(text: &str) -> Option<Range<usize>> {
    if !text.contains('&') || !text.contains('*') {
        return None;
    }
    let events = Parser::new_from_str(text).map_while(Result::ok);
    let mut aliases = events.filter(|(event, _)| matches!(event, Event::Alias(_)));
    let (_, span) = aliases.next()?;
    let byte = |at: &Marker| yaml_errors::offset(text, at.line(), at.col() + 1);
    Some(byte(&span.start)..byte(&span.end))
}

/// Finds the comments that stand behind something else on their line.
pub fn comments_after_text(text: &str) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        for (at, _) in line.match_indices('#') {
            let before = &line[..at];
            if before.ends_with([' ', '\t']) && !before.trim().is_empty() {
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
    for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
        let Event::Scalar(_, style, ..) = event else {
            continue;
        };
        let (start, end) = (byte(&span.start), byte(&span.end));
        let scalar = text.get(start + 1..end).unwrap_or_default();
        // The end of a text in quotation marks may be that of its line.
        let length = match style {
            ScalarStyle::Plain => continue,
            ScalarStyle::SingleQuoted => scalar.replace("''", "  ").find('\''),
            ScalarStyle::DoubleQuoted => {
                let plain = scalar.replace(r"\\", "  ").replace(r#"\""#, "  ");
                plain.find('"')
            }
            _ => None,
        };
        let text_end = length.map_or(end, |length| start + 1 + length);
        comments.retain(|comment| !(start..text_end).contains(&comment.start));
    }
    comments.dedup_by_key(|comment| comment.end);
    comments
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
        if body.ends_with(is_japanese) && next.starts_with(is_japanese) {
            marked.extend([body, FOLD.encode_utf8(&mut [0; 4]), "\n"]);
        } else if lines.peek().is_some_and(|next| next.trim().is_empty())
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
fn character_offsets(text: &str) -> Vec<usize> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.chain([text.len()]).collect()
}

/// A file parsed again with positions, to find the nodes that findings are about.
pub struct Marked<'a> {
    pub text: &'a str,
    /// Byte offset of every character: saphyr counts characters.
    offsets: Vec<usize>,
    root: Option<MarkedYaml<'a>>,
}

impl<'a> Marked<'a> {
    /// Parses a text that [`read`] accepted: depth and aliases are bounded there.
    pub fn parse(text: &'a str) -> Marked<'a> {
        let offsets = character_offsets(text);
        let documents = MarkedYaml::load_from_str(text).unwrap_or_default();
        Marked {
            text,
            offsets,
            root: documents.into_iter().next(),
        }
    }

    /// The bytes of a node's first line, or of that of the nearest node above it if it does not exist.
    pub fn find(&self, location: &SourceLocation) -> Option<Range<usize>> {
        Some(first_line(self.text, self.bytes(self.beginning(location)?)))
    }

    /// The line, from 1, on which a node begins.
    pub fn line(&self, location: &SourceLocation) -> Option<usize> {
        Some(self.beginning(location)?.span.start.line())
    }

    /// The key of a node that holds others, else the node itself.
    fn beginning(&self, location: &SourceLocation) -> Option<&MarkedYaml<'a>> {
        let ((key, node), exists, part) = self.walk(location)?;
        let is_scalar = matches!(node.data, YamlData::Value(_) | YamlData::Representation(..));
        let is_key = (*part == Part::Key && exists) || !is_scalar;
        Some(key.filter(|_| is_key).unwrap_or(node))
    }

    /// All bytes of a node, or of the nearest node above it; the flag says if it exists itself.
    pub fn find_whole(&self, location: &SourceLocation) -> Option<(Range<usize>, bool)> {
        let ((key, value), exists, part) = self.walk(location)?;
        let node = if *part == Part::Key { key? } else { value };
        Some((self.bytes(node), exists))
    }

    /// The node at a location or the nearest above it, and if it is the one itself.
    fn walk<'l>(&self, location: &'l SourceLocation) -> Option<(Child<'_, 'a>, bool, &'l Part)> {
        let SourceLocation::Node { path, part } = location else {
            return None;
        };
        let mut here = (None, self.root.as_ref()?);
        for step in path {
            let Some(next) = child(here.1, step) else {
                return Some((here, false, part));
            };
            here = next;
        }
        Some((here, true, part))
    }

    fn bytes(&self, node: &MarkedYaml) -> Range<usize> {
        let last = self.offsets.len() - 1;
        let start = self.offsets[node.span.start.index().min(last)];
        let end = self.offsets[node.span.end.index().min(last)];
        start..start + self.text[start..end.max(start)].trim_end().len()
    }
}

/// The part of a range on its first line.
pub fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let line = text[range.clone()].lines().next().unwrap_or_default();
    range.start..range.start + line.trim_end().len()
}

type Child<'n, 'a> = (Option<&'n MarkedYaml<'a>>, &'n MarkedYaml<'a>);

fn child<'n, 'a>(node: &'n MarkedYaml<'a>, step: &str) -> Option<Child<'n, 'a>> {
    match &node.data {
        YamlData::Mapping(map) => map
            .iter()
            .find(|(key, _)| key.data.as_str() == Some(step))
            .map(|(key, value)| (Some(key), value)),
        YamlData::Sequence(list) => {
            let index: usize = step.parse().ok()?;
            list.get(index).map(|node| (None, node))
        }
        _ => None,
    }
}
