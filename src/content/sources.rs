//! The texts of the files that were read, and positions in them. Showing findings needs both.

use super::nodes::first_line;
use super::syntax::line_start;
use super::{nodes, page};
use crate::diagnostic::SourceLocation::{self, Bytes, Node};
use crate::diagnostic::{Diagnostic, Origin};
use serde::Serialize;
use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::ops::Range;

/// Text of every file by its path below the project's folder, with `/`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sources(pub BTreeMap<String, String>);

/// Line and column, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Sources {
    pub fn get(&self, file: &str) -> Option<&str> {
        self.0.get(file).map(String::as_str)
    }

    /// Replaces nodes and passages by their bytes, and sorts the findings by file and position.
    pub fn locate(&self, findings: &mut [Diagnostic]) {
        findings.sort_by(|a, b| a.origin.file.cmp(&b.origin.file));
        for here in findings.chunk_by_mut(|a, b| a.origin.file == b.origin.file) {
            let file = here[0].origin.file.clone();
            let Some(text) = self.get(&file) else {
                continue;
            };
            // A file that was not read has no nodes, and may be nested beyond all bounds.
            let tree = LazyCell::new(|| nodes::parse(page::yaml_of(&file, text)).ok());
            let find = |location: &SourceLocation| match location {
                Node { path, key } => {
                    let beginning = tree.as_ref()?.beginning(path, *key);
                    Some(first_line(text, beginning.bytes.clone()))
                }
                SourceLocation::Within(outer, needle) => Some(match &**outer {
                    Bytes { start, end } if needle.is_empty() => first_line(text, *start..*end),
                    Bytes { start, end } => passage(text, *start..*end, needle),
                    Node { path, .. } => {
                        let ((_, node), _) = tree.as_ref()?.find(path);
                        passage(text, node.bytes.clone(), needle)
                    }
                    _ => return None,
                }),
                _ => None,
            };
            for finding in here {
                if let Some(bytes) = find(&finding.origin.location) {
                    finding.origin = Origin::bytes(&file, bytes);
                }
            }
        }
        findings
            .sort_by(|a, b| (&a.origin, a.rule, &a.message).cmp(&(&b.origin, b.rule, &b.message)));
    }

    /// The position of a located finding or a node; `None` if it is about the whole file.
    pub fn position(&self, origin: &Origin) -> Option<Position> {
        let text = self.get(&origin.file)?;
        let start = match &origin.location {
            Bytes { start, .. } => *start,
            Node { path, key } => nodes::parse(text).ok()?.beginning(path, *key).bytes.start,
            _ => return None,
        };
        let before = text.get(..start)?;
        let column = before[line_start(before, start)..].chars().count() + 1;
        let line = before.matches('\n').count() + 1;
        Some(Position { line, column })
    }

    /// The line, from 1, of a located finding or a node.
    pub fn line(&self, origin: &Origin) -> usize {
        self.position(origin).map_or(1, |position| position.line)
    }

    /// The line, from 1, on which each entry of a list file begins.
    pub fn entry_lines(&self, file: &str, entries: usize) -> Vec<usize> {
        let root = self.get(file).and_then(|text| nodes::parse(text).ok());
        let line = |index: usize| Some(root.as_ref()?.child(&index.to_string())?.1.line);
        (0..entries).map(|index| line(index).unwrap_or(1)).collect()
    }
}

/// The characters in a range of a text; its first line if markup hides them.
fn passage(text: &str, range: Range<usize>, needle: &str) -> Range<usize> {
    match text[range.clone()].find(needle) {
        Some(at) => range.start + at..range.start + at + needle.len(),
        None => first_line(text, range),
    }
}
