//! A YAML file as a tree of nodes with their bytes, to find places in it and the mistakes of a record.

use super::yaml::character_offsets;
use crate::diagnostic::{Part, SourceLocation};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};
use std::ops::Range;

/// Nodes inside one another; what is nested more deeply is not parsed. A real file has five.
const DEEPEST: usize = 20;

#[derive(Debug, Clone)]
pub struct Node {
    pub data: NodeData,
    pub bytes: Range<usize>,
    /// The line, from 1, on which it begins.
    line: usize,
}

#[derive(Debug, Clone)]
pub enum NodeData {
    /// The characters, and true if they stand alone: no quotation marks, block or tag.
    Scalar(String, bool),
    /// A scalar with a tag (`!`).
    Tagged,
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// The reason why a text has no tree, and the place.
#[derive(Debug)]
pub enum NoTree {
    /// A node that is repeated by `*`.
    Alias(Range<usize>),
    TooDeep(usize),
    /// Bytes of the error, of the text that follows the last whole node, and of the bracket left open.
    Syntax {
        at: usize,
        after: usize,
        bracket: Option<usize>,
    },
    /// Nothing but comments.
    Empty,
}

/// Parses the first document of a text.
pub fn parse(text: &str) -> Result<Node, NoTree> {
    let mut builder = Builder {
        text,
        offsets: character_offsets(text),
        parser: Parser::new_from_str(text),
        after: 0,
        open: Vec::new(),
    };
    loop {
        match builder.next()? {
            (Event::StreamEnd, _) => return Err(NoTree::Empty),
            (Event::StreamStart | Event::DocumentStart(_), _) => {}
            first => return builder.node(first),
        }
    }
}

struct Builder<'a> {
    text: &'a str,
    /// Byte offset of every character: the parser counts characters.
    offsets: Vec<usize>,
    parser: Parser<'a, StrInput<'a>>,
    /// The end of the last scalar.
    after: usize,
    /// Beginnings of the lists and maps that are not closed yet.
    open: Vec<usize>,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), NoTree> {
        let next = self.parser.next_event().transpose();
        let failed = |error: ScanError| NoTree::Syntax {
            at: self.byte(error.marker().index()),
            after: self.after,
            bracket: self
                .open
                .iter()
                .copied()
                .rfind(|at| self.text[*at..].starts_with(['[', '{'])),
        };
        next.map_err(failed)?.ok_or(NoTree::Empty)
    }

    fn byte(&self, character: usize) -> usize {
        self.offsets[character.min(self.offsets.len() - 1)]
    }

    fn node(&mut self, (event, span): (Event<'a>, Span)) -> Result<Node, NoTree> {
        let start = self.byte(span.start.index());
        let mut end = self.byte(span.end.index());
        if self.open.len() == DEEPEST {
            return Err(NoTree::TooDeep(start));
        }
        self.open.push(start);
        let data = match event {
            Event::Scalar(_, _, _, Some(_)) => NodeData::Tagged,
            Event::Scalar(text, style, ..) => {
                self.after = end;
                NodeData::Scalar(text.into_owned(), style == ScalarStyle::Plain)
            }
            Event::SequenceStart(..) => {
                let mut list = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, closing) => {
                            end = self.byte(closing.end.index());
                            break NodeData::List(list);
                        }
                        entry => list.push(self.node(entry)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut map = Vec::new();
                loop {
                    match self.next()? {
                        (Event::MappingEnd, closing) => {
                            end = self.byte(closing.end.index());
                            break NodeData::Map(map);
                        }
                        key => {
                            let key = self.node(key)?;
                            let value = self.next()?;
                            map.push((key, self.node(value)?));
                        }
                    }
                }
            }
            _ => return Err(NoTree::Alias(start..end)),
        };
        self.open.pop();
        let length = self.text[start..end.max(start)].trim_end().len();
        Ok(Node {
            data,
            bytes: start..start + length,
            line: span.start.line(),
        })
    }
}

impl Node {
    /// The characters of a scalar without a tag.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            NodeData::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// True if nothing stands there, or a word for it.
    pub fn is_null(&self) -> bool {
        matches!(&self.data, NodeData::Scalar(text, true) if is_null(text))
    }

    fn child(&self, step: &str) -> Option<Child<'_>> {
        match &self.data {
            NodeData::Map(map) => {
                let (key, value) = map.iter().find(|(key, _)| key.text() == Some(step))?;
                Some((Some(key), value))
            }
            NodeData::List(list) => Some((None, list.get(step.parse::<usize>().ok()?)?)),
            _ => None,
        }
    }
}

/// Returns true for a scalar that means nothing, if it stands alone.
pub fn is_null(text: &str) -> bool {
    ["", "~", "null", "Null", "NULL"].contains(&text)
}

/// A node and its key, if it is in a map.
type Child<'n> = (Option<&'n Node>, &'n Node);

/// A file parsed again, to find the nodes that findings are about.
pub struct Marked<'a> {
    pub text: &'a str,
    root: Option<Node>,
}

impl<'a> Marked<'a> {
    pub fn parse(text: &'a str) -> Marked<'a> {
        let root = parse(text).ok();
        Marked { text, root }
    }

    /// The bytes of a node's first line, or of that of the nearest node above it if it does not exist.
    pub fn find(&self, location: &SourceLocation) -> Option<Range<usize>> {
        Some(first_line(
            self.text,
            self.beginning(location)?.bytes.clone(),
        ))
    }

    /// The line, from 1, on which a node begins.
    pub fn line(&self, location: &SourceLocation) -> Option<usize> {
        Some(self.beginning(location)?.line)
    }

    /// The key of a node that holds others, else the node itself.
    fn beginning(&self, location: &SourceLocation) -> Option<&Node> {
        let ((key, node), exists, part) = self.walk(location)?;
        let is_key = (*part == Part::Key && exists) || node.text().is_none();
        Some(key.filter(|_| is_key).unwrap_or(node))
    }

    /// All bytes of a node, or of the nearest node above it; the flag says if it exists itself.
    pub fn find_whole(&self, location: &SourceLocation) -> Option<(Range<usize>, bool)> {
        let ((key, value), exists, part) = self.walk(location)?;
        let node = if *part == Part::Key { key? } else { value };
        Some((node.bytes.clone(), exists))
    }

    /// The node at a location or the nearest above it, and if it is the one itself.
    fn walk<'l>(&self, location: &'l SourceLocation) -> Option<(Child<'_>, bool, &'l Part)> {
        let SourceLocation::Node { path, part } = location else {
            return None;
        };
        let mut here = (None, self.root.as_ref()?);
        for step in path {
            let Some(next) = here.1.child(step) else {
                return Some((here, false, part));
            };
            here = next;
        }
        Some((here, true, part))
    }
}

/// The part of a range on its first line.
pub fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let line = text[range.clone()].lines().next().unwrap_or_default();
    range.start..range.start + line.trim_end().len()
}
