//! YAML in: typed records by serde_yaml, its complaints as findings, and places found again with a marked parser.
//!
//! The only file that names serde_yaml and saphyr.

use crate::diagnostic::{Diagnostic, Origin, Part, Place, Step};
use crate::message::Message;
use crate::text::is_japanese;
use saphyr::{LoadableYamlNode, MarkedYaml, YamlData};
use serde::de::DeserializeOwned;
use std::ops::Range;

/// Marks the end of a line that Japanese text runs over, for YAML folds it into a space. No character: a file with one in it is refused.
const FOLD: char = '\u{fdd0}';

/// Reads one file into its record type.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Diagnostic> {
    serde_yaml::from_str(&mark_folds(text)).map_err(|error| {
        let at = error
            .location()
            .map(|at| offset(text, at.line(), at.column()));
        explain(file, text, &error.to_string(), at.unwrap_or(0))
    })
}

/// Reads a theme's flat file of words; an error in one sentence.
pub fn read_words(text: &str) -> Result<std::collections::BTreeMap<String, String>, String> {
    serde_yaml::from_str(text).map_err(|error| error.to_string())
}

/// Undoes what YAML made of a line break between two Japanese characters.
pub fn unfold(text: &str) -> String {
    text.replace([FOLD, ' '].iter().collect::<String>().as_str(), "")
        .replace([FOLD, '\n'].iter().collect::<String>().as_str(), "")
        .replace(FOLD, "")
}

fn mark_folds(text: &str) -> String {
    let mut marked = String::with_capacity(text.len() + 64);
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let body = line.trim_end_matches(['\n', ' ']);
        let next = lines.peek().map_or("", |next| next.trim_start());
        let runs_over = body.ends_with(is_japanese) && next.starts_with(is_japanese);
        match runs_over {
            true => marked.extend([body, &FOLD.to_string(), "\n"]),
            false => marked.push_str(line),
        }
    }
    marked
}

/// Byte offset of a line and column, both counted in characters from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let rest = &text[start..];
    let skipped: usize = rest.chars().take(column - 1).map(char::len_utf8).sum();
    start + skipped
}

/// The word or value that starts at an offset, to the end of its line.
fn token(text: &str, start: usize) -> Range<usize> {
    let rest = text[start..].lines().next().unwrap_or_default();
    let value = rest.split(" #").next().unwrap_or_default();
    start..start + value.trim_end().len()
}

fn key_token(text: &str, start: usize) -> Range<usize> {
    let whole = token(text, start);
    let key = text[whole.clone()].split(':').next().unwrap_or_default();
    start..start + key.len()
}

/// Turns serde_yaml's sentence into a finding with a rule, both languages and a place.
fn explain(file: &str, text: &str, error: &str, at: usize) -> Diagnostic {
    // ".[0].no: invalid type: … at line 2 column 7"
    let sentence = error
        .rsplit_once(" at line ")
        .map_or(error, |(sentence, _)| sentence);
    let sentence = match sentence.split_once(": ") {
        Some((path, rest)) if path.starts_with('.') || is_path(path) => rest,
        _ => sentence,
    };
    let quoted: Vec<&str> = sentence.split('`').skip(1).step_by(2).collect();
    let whole = Origin::bytes(file, token(text, at));
    if sentence.starts_with("unknown field") && !quoted.is_empty() {
        let message = Message::new("unknown-field").with("field", quoted[0]);
        Diagnostic::error(
            "unknown-field",
            Origin::bytes(file, key_token(text, at)),
            message,
        )
        .help(Message::new("known-fields").with("fields", quoted[1..].join(", ")))
        .suggest(quoted[0], quoted[1..].iter().copied())
    } else if sentence.starts_with("unknown variant") && !quoted.is_empty() {
        let message = Message::new("unknown-choice")
            .with("value", quoted[0])
            .with("choices", quoted[1..].join(", "));
        Diagnostic::error("wrong-type", whole, message)
            .suggest(quoted[0], quoted[1..].iter().copied())
    } else if sentence.starts_with("missing field") && !quoted.is_empty() {
        let message = Message::new("missing-field").with("field", quoted[0]);
        Diagnostic::error("missing-field", whole, message)
    } else if let Some(key) = duplicate(sentence) {
        let again = again(text, at, key).unwrap_or_else(|| token(text, at));
        let message = Message::new("duplicate-key").with("field", key);
        Diagnostic::error("duplicate-key", Origin::bytes(file, again), message)
    } else if let Some((found, expected)) = mismatch(sentence) {
        let message = Message::new("wrong-type")
            .with("found", found)
            .with("expected", expected);
        Diagnostic::error("wrong-type", whole, message)
    } else {
        let finding = Diagnostic::error(
            "unreadable",
            whole,
            Message::new("no-yaml").with("reason", error),
        );
        match sentence {
            s if s.contains("tab character") || text[at..].starts_with('\t') => {
                finding.help(Message::new("no-yaml-tab"))
            }
            s if s.starts_with("mapping values are not allowed") => {
                finding.help(Message::new("no-yaml-colon"))
            }
            _ => finding,
        }
    }
}

fn is_path(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-[]".contains(c))
        && word.contains(['.', '['])
        || word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

fn duplicate(sentence: &str) -> Option<&str> {
    let field = sentence.strip_prefix("duplicate field `");
    let entry = sentence.strip_prefix("duplicate entry with key \"");
    field
        .or(entry)
        .map(|rest| rest.trim_end_matches(['`', '"']))
}

/// Splits "invalid type: string \"x\", expected u32"; `found` is the value as written or the kind of node.
fn mismatch(sentence: &str) -> Option<(String, String)> {
    let rest = sentence
        .strip_prefix("invalid type: ")
        .or(sentence.strip_prefix("invalid value: "))?;
    let (found, expected) = rest.rsplit_once(", expected ")?;
    let value = found.strip_prefix("string ").map(|s| s.trim_matches('"'));
    let value = value.or(found.split('`').nth(1));
    let found = match value {
        // No kind of node begins with a backtick, so a value is never taken for one.
        Some(value) => return Some((format!("`{value}`"), kind(expected))),
        None => found,
    };
    Some((kind(found), kind(expected)))
}

/// serde's word for a kind of node, as Fluent can select by it; "struct SheetRecord" and "a map" are the same to who writes YAML.
fn kind(word: &str) -> String {
    match word {
        word if word.starts_with("struct ") => "a_map".to_owned(),
        word if word.starts_with("a day") => "a_day".to_owned(),
        word => word.replace(' ', "_"),
    }
}

/// The second line, from `start` on, that begins with the key.
fn again(text: &str, start: usize, key: &str) -> Option<Range<usize>> {
    let mut seen = 0;
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let body = line.trim_start_matches([' ', '-']);
        if body
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with(':'))
        {
            seen += 1;
            let from = at + line.len() - body.len();
            if seen == 2 {
                return Some(from..from + key.len());
            }
        }
        at += line.len();
    }
    None
}

/// A file read again with places, to find the nodes that findings speak of.
pub struct Marked<'a> {
    text: &'a str,
    /// Byte offset of every character: saphyr counts characters.
    offsets: Vec<usize>,
    root: Option<MarkedYaml<'a>>,
}

impl<'a> Marked<'a> {
    /// Only for texts that [`read`] accepted: depth and aliases are bounded there.
    pub fn parse(text: &'a str) -> Marked<'a> {
        let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        offsets.push(text.len());
        let documents = MarkedYaml::load_from_str(text).unwrap_or_default();
        Marked {
            text,
            offsets,
            root: documents.into_iter().next(),
        }
    }

    /// The bytes a place stands for; the nearest node above it where it does not exist.
    pub fn find(&self, place: &Place) -> Option<Range<usize>> {
        let Place::Node { path, part } = place else {
            return None;
        };
        let mut node = self.root.as_ref()?;
        let mut key = None;
        let mut whole = true;
        for step in path {
            match child(node, step) {
                Some((next_key, next)) => (key, node) = (next_key, next),
                None => {
                    whole = false;
                    break;
                }
            }
        }
        let value = self.bytes(node);
        Some(match (part, key) {
            (Part::Key, Some(key)) if whole => self.bytes(key),
            (Part::Within(needle), _) => match self.text[value.clone()].find(needle.as_str()) {
                Some(at) => value.start + at..value.start + at + needle.len(),
                None => self.first_line(value),
            },
            (_, Some(key)) if !is_scalar(node) => self.bytes(key),
            _ => self.first_line(value),
        })
    }

    fn bytes(&self, node: &MarkedYaml) -> Range<usize> {
        let last = self.offsets.len() - 1;
        let start = self.offsets[node.span.start.index().min(last)];
        let end = self.offsets[node.span.end.index().min(last)];
        start..start + self.text[start..end.max(start)].trim_end().len()
    }

    fn first_line(&self, range: Range<usize>) -> Range<usize> {
        let line = self.text[range.clone()].lines().next().unwrap_or_default();
        range.start..range.start + line.trim_end().len()
    }
}

fn is_scalar(node: &MarkedYaml) -> bool {
    matches!(node.data, YamlData::Value(_) | YamlData::Representation(..))
}

type Child<'n, 'a> = (Option<&'n MarkedYaml<'a>>, &'n MarkedYaml<'a>);

fn child<'n, 'a>(node: &'n MarkedYaml<'a>, step: &Step) -> Option<Child<'n, 'a>> {
    match (&node.data, step) {
        (YamlData::Mapping(map), Step::Key(name)) => map
            .iter()
            .find(|(key, _)| key.data.as_str() == Some(name))
            .map(|(key, value)| (Some(key), value)),
        (YamlData::Sequence(list), Step::Index(index)) => list.get(*index).map(|node| (None, node)),
        _ => None,
    }
}
