//! The texts of the files that were read, and positions in them. Showing findings needs both.

use super::nodes::{Marked, first_line};
use super::page;
use super::syntax::line_start;
use crate::diagnostic::SourceLocation::{self, Bytes};
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
            let marked = LazyCell::new(|| Marked::parse(page::yaml_of(&file, text)));
            for finding in here {
                let bytes = match &finding.origin.location {
                    SourceLocation::Within(outer, needle) => match **outer {
                        Bytes { start, end } if needle.is_empty() => {
                            Some(first_line(text, start..end))
                        }
                        Bytes { start, end } => Some(passage(text, start..end, needle)),
                        _ => marked
                            .find_whole(outer)
                            .map(|(value, _)| passage(text, value, needle)),
                    },
                    node @ SourceLocation::Node { .. } => marked.find(node),
                    _ => None,
                };
                if let Some(bytes) = bytes {
                    finding.origin = Origin::bytes(&file, bytes);
                }
            }
        }
        findings
            .sort_by(|a, b| (&a.origin, a.rule, &a.message).cmp(&(&b.origin, b.rule, &b.message)));
    }

    /// The position of a located finding; `None` if it is about the whole file.
    pub fn position(&self, origin: &Origin) -> Option<Position> {
        let Bytes { start, .. } = origin.location else {
            return None;
        };
        let before = self.get(&origin.file)?.get(..start)?;
        let column = before[line_start(before, start)..].chars().count() + 1;
        let line = before.matches('\n').count() + 1;
        Some(Position { line, column })
    }

    /// The line of a located finding, from 1.
    pub fn line(&self, origin: &Origin) -> usize {
        self.position(origin).map_or(1, |position| position.line)
    }

    /// The line, from 1, on which each entry of a list file begins.
    pub fn entry_lines(&self, file: &str, entries: usize) -> Vec<usize> {
        let marked = Marked::parse(self.get(file).unwrap_or_default());
        let node = |index: usize| Origin::root(file).at(index);
        let line = |index| marked.line(&node(index).location).unwrap_or(1);
        (0..entries).map(line).collect()
    }

    /// The line, from 1, on which a node begins.
    pub fn node_line(&self, node: &Origin) -> usize {
        let marked = Marked::parse(self.get(&node.file).unwrap_or_default());
        marked.line(&node.location).unwrap_or(1)
    }
}

/// The characters in a range of a text; its first line if markup hides them.
fn passage(text: &str, range: Range<usize>, needle: &str) -> Range<usize> {
    match text[range.clone()].find(needle) {
        Some(at) => range.start + at..range.start + at + needle.len(),
        None => first_line(text, range),
    }
}
