//! A YAML file as a tree of nodes with their bytes, to find places in it and the mistakes of a record.

use super::yaml::character_offsets;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};
use std::ops::Range;

/// Nodes inside one another; what is nested more deeply is not parsed. A real file has five.
const DEEPEST: usize = 20;

#[derive(Debug)]
pub struct Node {
    pub data: NodeData,
    pub bytes: Range<usize>,
    /// The line, from 1, on which it begins.
    pub line: usize,
}

#[derive(Debug)]
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
        let is_bracket = |at: &usize| self.text[*at..].starts_with(['[', '{']);
        let failed = |error: ScanError| NoTree::Syntax {
            at: self.byte(error.marker().index()),
            after: self.after,
            bracket: self.open.iter().copied().rfind(is_bracket),
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
            Event::SequenceStart(..) => NodeData::List(self.children(&mut end)?),
            Event::MappingStart(..) => {
                let mut nodes = self.children(&mut end)?.into_iter();
                let pairs = std::iter::from_fn(|| Some((nodes.next()?, nodes.next()?)));
                NodeData::Map(pairs.collect())
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

    /// The nodes of a list, or keys and values of a map, and its end.
    fn children(&mut self, end: &mut usize) -> Result<Vec<Node>, NoTree> {
        let mut children = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::MappingEnd, closing) => {
                    *end = self.byte(closing.end.index());
                    return Ok(children);
                }
                child => children.push(self.node(child)?),
            }
        }
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

    /// The bytes of every text in it that stands without quotation marks.
    pub fn texts(&self) -> Vec<Range<usize>> {
        match &self.data {
            NodeData::List(list) => list.iter().flat_map(Node::texts).collect(),
            NodeData::Map(map) => map.iter().flat_map(|(_, value)| value.texts()).collect(),
            NodeData::Scalar(_, true) => vec![self.bytes.clone()],
            _ => Vec::new(),
        }
    }

    /// True if nothing stands there, or a word for it.
    pub fn is_null(&self) -> bool {
        matches!(&self.data, NodeData::Scalar(text, true) if is_null(text))
    }

    /// The entry of a list at an index, or that of a map under a key.
    pub fn child(&self, step: &str) -> Option<Child<'_>> {
        match &self.data {
            NodeData::Map(map) => {
                let (key, value) = map.iter().find(|(key, _)| key.text() == Some(step))?;
                Some((Some(key), value))
            }
            NodeData::List(list) => Some((None, list.get(step.parse::<usize>().ok()?)?)),
            _ => None,
        }
    }

    /// The node at a path below this one or the nearest above it, and true if it is the one itself.
    pub fn find(&self, path: &[String]) -> (Child<'_>, bool) {
        let mut here = (None, self);
        for step in path {
            let Some(next) = here.1.child(step) else {
                return (here, false);
            };
            here = next;
        }
        (here, true)
    }

    /// The node found, or its key if that is asked for or the node holds others.
    pub fn beginning(&self, path: &[String], of_key: bool) -> &Node {
        let ((key, node), exists) = self.find(path);
        let is_key = exists && of_key || node.text().is_none();
        key.filter(|_| is_key).unwrap_or(node)
    }
}

/// A node and its key, if it is in a map.
type Child<'n> = (Option<&'n Node>, &'n Node);

/// Returns true for a scalar that means nothing, if it stands alone.
pub fn is_null(text: &str) -> bool {
    ["", "~", "null", "Null", "NULL"].contains(&text)
}

/// The part of a range on its first line.
pub fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let line = text[range.clone()].lines().next().unwrap_or_default();
    range.start..range.start + line.trim_end().len()
}
