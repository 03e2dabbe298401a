//! The text on the pages of a PDF, in the order it is drawn, decoded by each font's ToUnicode map.
//!
//! Text that a document gives in place of glyphs (`ActualText`) replaces them.
//! Text drawn invisibly does not count.
//! A code that no map explains becomes U+FFFD, so that nothing is left out silently.

use super::MAX_STREAM;
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Error, Object, ObjectId, Result};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The most operations and bytes of text in a document; more are malicious.
const MAX_OPERATIONS: usize = 5_000_000;
const MAX_TEXT: usize = 16 * 1024 * 1024;
/// The most forms drawn within each other.
const MAX_DEPTH: usize = 16;
/// The text rendering modes that neither fill nor stroke.
const INVISIBLE: [i64; 2] = [3, 7];

/// Extracts the text of every page.
pub fn pages(document: &Document) -> Result<Vec<String>> {
    let mut extractor = Extractor {
        document,
        fonts: BTreeMap::new(),
        operations_left: MAX_OPERATIONS,
        text_left: MAX_TEXT,
    };
    let pages: Vec<ObjectId> = document.page_iter().collect();
    pages.into_iter().map(|page| extractor.page(page)).collect()
}

struct Extractor<'a> {
    document: &'a Document,
    fonts: BTreeMap<ObjectId, Rc<Font>>,
    operations_left: usize,
    text_left: usize,
}

/// The part of the graphics state that matters here; `q` saves it.
#[derive(Clone, Default)]
struct GraphicsState {
    font: Option<Rc<Font>>,
    rendering_mode: i64,
}

/// A content stream being interpreted.
struct ContentStream<'a> {
    resources: Option<&'a Dictionary>,
    state: GraphicsState,
    saved: Vec<GraphicsState>,
    /// The open marked contents; true for each that has an `ActualText`.
    marked: Vec<bool>,
    text: String,
}

impl<'a> Extractor<'a> {
    fn page(&mut self, page: ObjectId) -> Result<String> {
        let content = self.content(page)?;
        let (own, inherited) = self.document.get_page_resources(page)?;
        let resources = match (own, inherited.first()) {
            (None, Some(id)) => Some(self.document.get_dictionary(*id)?),
            (own, _) => own,
        };
        self.interpret(&content, resources, GraphicsState::default(), MAX_DEPTH)
    }

    /// The content streams of a page, joined.
    fn content(&self, page: ObjectId) -> Result<Vec<u8>> {
        let page = self.document.get_dictionary(page)?;
        let streams = match page.get_deref(b"Contents", self.document) {
            Err(_) => return Ok(Vec::new()),
            Ok(Object::Array(streams)) => streams.iter().collect(),
            Ok(stream) => vec![stream],
        };
        let mut content = Vec::new();
        for stream in streams {
            let stream = self.document.dereference(stream)?.1.as_stream()?;
            let left = MAX_STREAM.saturating_sub(content.len());
            content.extend(stream.get_plain_content_with_limit(left)?);
            content.push(b'\n');
        }
        Ok(content)
    }

    fn interpret(
        &mut self,
        content: &[u8],
        resources: Option<&'a Dictionary>,
        state: GraphicsState,
        depth: usize,
    ) -> Result<String> {
        let below = depth.checked_sub(1).ok_or(Error::RecursionLimit)?;
        let mut stream = ContentStream {
            resources,
            state,
            saved: Vec::new(),
            marked: Vec::new(),
            text: String::new(),
        };
        for operation in Content::decode_iter(content) {
            let left = self.operations_left.checked_sub(1);
            self.operations_left = left.ok_or(Error::RecursionLimit)?;
            self.execute(&mut stream, &operation?, below)?;
        }
        Ok(stream.text)
    }

    fn execute(
        &mut self,
        stream: &mut ContentStream<'a>,
        operation: &Operation,
        depth: usize,
    ) -> Result<()> {
        match (operation.operator.as_str(), operation.operands.as_slice()) {
            ("q", _) => stream.saved.push(stream.state.clone()),
            ("Q", _) => stream.state = stream.saved.pop().unwrap_or_default(),
            ("Tr", [mode]) => stream.state.rendering_mode = mode.as_i64()?,
            ("Tf", [name, _]) => {
                stream.state.font = self.font(stream.resources, name.as_name()?)?
            }
            ("Tj" | "'", [shown]) | ("\"", [_, _, shown]) => self.show(stream, shown)?,
            ("TJ", [Object::Array(parts)]) => {
                for part in parts {
                    self.show(stream, part)?;
                }
            }
            ("ET", _) => self.append(stream, "\n")?,
            ("BMC", _) => stream.marked.push(false),
            ("BDC", [_, properties]) => {
                let replacement = self.actual_text(stream.resources, properties)?;
                if let Some(text) = &replacement {
                    self.append(stream, text)?;
                }
                stream.marked.push(replacement.is_some());
            }
            ("EMC", _) => drop(stream.marked.pop()),
            ("Do", [name]) => {
                let text = self.form_text(stream, name.as_name()?, depth)?;
                self.append(stream, &text)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn show(&mut self, stream: &mut ContentStream, shown: &Object) -> Result<()> {
        // Numbers between the strings of a TJ move the pen.
        let Object::String(codes, _) = shown else {
            return Ok(());
        };
        if INVISIBLE.contains(&stream.state.rendering_mode) {
            return Ok(());
        }
        let text = match &stream.state.font {
            Some(font) => font.decode(codes),
            None => char::REPLACEMENT_CHARACTER.to_string(),
        };
        self.append(stream, &text)
    }

    fn append(&mut self, stream: &mut ContentStream, text: &str) -> Result<()> {
        if !stream.marked.contains(&true) {
            let left = self.text_left.checked_sub(text.len());
            self.text_left = left.ok_or(Error::RecursionLimit)?;
            stream.text.push_str(text);
        }
        Ok(())
    }

    /// The text that replaces what a marked content draws.
    fn actual_text(
        &self,
        resources: Option<&'a Dictionary>,
        properties: &Object,
    ) -> Result<Option<String>> {
        let properties = match properties {
            Object::Dictionary(properties) => properties,
            Object::Name(name) => match self.resource(resources, b"Properties", name) {
                Ok(properties) => properties.as_dict()?,
                Err(_) => return Ok(None),
            },
            _ => return Ok(None),
        };
        match properties.get_deref(b"ActualText", self.document) {
            Ok(text) => lopdf::decode_text_string(text).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// The text that a form XObject draws; an image has none.
    fn form_text(
        &mut self,
        stream: &ContentStream<'a>,
        name: &[u8],
        depth: usize,
    ) -> Result<String> {
        let object = self.resource(stream.resources, b"XObject", name)?;
        let form = object.as_stream()?;
        if !has_subtype(&form.dict, b"Form") {
            return Ok(String::new());
        }
        let own = form.dict.get_deref(b"Resources", self.document);
        let resources = own.and_then(Object::as_dict).ok().or(stream.resources);
        let content = form.get_plain_content_with_limit(MAX_STREAM)?;
        self.interpret(&content, resources, stream.state.clone(), depth)
    }

    fn resource(
        &self,
        resources: Option<&'a Dictionary>,
        category: &[u8],
        name: &[u8],
    ) -> Result<&'a Object> {
        let all = resources.ok_or_else(|| Error::DictKey("Resources".to_owned()))?;
        let of_category = all.get_deref(category, self.document)?.as_dict()?;
        of_category.get_deref(name, self.document)
    }

    fn font(&mut self, resources: Option<&'a Dictionary>, name: &[u8]) -> Result<Option<Rc<Font>>> {
        let Some(resources) = resources else {
            return Ok(None);
        };
        let fonts = resources.get_deref(b"Font", self.document)?.as_dict()?;
        let id = fonts.get(name)?.as_reference().ok();
        if let Some(font) = id.and_then(|id| self.fonts.get(&id)) {
            return Ok(Some(font.clone()));
        }
        let entry = fonts.get_deref(name, self.document)?.as_dict()?;
        let font = Rc::new(Font::read(self.document, entry)?);
        if let Some(id) = id {
            self.fonts.insert(id, font.clone());
        }
        Ok(Some(font))
    }
}

fn has_subtype(dictionary: &Dictionary, expected: &[u8]) -> bool {
    let subtype = dictionary.get(b"Subtype").and_then(Object::as_name);
    subtype.is_ok_and(|subtype| subtype == expected)
}

/// The character codes of a font.
struct Font {
    /// The bytes of a code.
    code_length: usize,
    /// First code of a range → its last code, and the text of the first.
    ranges: BTreeMap<u32, (u32, Mapping)>,
}

enum Mapping {
    /// The last UTF-16 unit increases with the code.
    Sequential(Vec<u16>),
    Listed(Vec<Vec<u16>>),
}

impl Font {
    fn read(document: &Document, font: &Dictionary) -> Result<Font> {
        let map = font.get_deref(b"ToUnicode", document);
        let map = match map.and_then(Object::as_stream) {
            Ok(map) => map.get_plain_content_with_limit(MAX_STREAM)?,
            Err(_) => Vec::new(),
        };
        Ok(Font {
            code_length: if has_subtype(font, b"Type0") { 2 } else { 1 },
            ranges: parse_to_unicode(&map),
        })
    }

    fn decode(&self, codes: &[u8]) -> String {
        let mut text = String::new();
        for code in codes.chunks(self.code_length) {
            match self.utf16(big_endian(code)) {
                Some(units) => text.push_str(&String::from_utf16_lossy(&units)),
                None => text.push(char::REPLACEMENT_CHARACTER),
            }
        }
        text
    }

    fn utf16(&self, code: u32) -> Option<Vec<u16>> {
        let (first, (last, mapping)) = self.ranges.range(..=code).next_back()?;
        if code > *last {
            return None;
        }
        let offset = usize::try_from(code - first).ok()?;
        match mapping {
            Mapping::Listed(list) => list.get(offset).cloned(),
            Mapping::Sequential(first) => {
                let mut units = first.clone();
                let last = units.last_mut()?;
                *last = last.wrapping_add(u16::try_from(offset).ok()?);
                Some(units)
            }
        }
    }
}

/// Parses the `bfchar` and `bfrange` sections of a ToUnicode map.
fn parse_to_unicode(map: &[u8]) -> BTreeMap<u32, (u32, Mapping)> {
    let mut ranges = BTreeMap::new();
    let mut tokens = Tokens(map);
    let mut section: &[u8] = b"";
    while let Some(token) = tokens.next() {
        match (section, token) {
            (_, Token::Keyword(keyword)) => section = keyword,
            (b"beginbfchar", Token::Hex(code)) => {
                if let Some(Token::Hex(units)) = tokens.next() {
                    let code = big_endian(&code);
                    ranges.insert(code, (code, Mapping::Sequential(utf16_units(&units))));
                }
            }
            (b"beginbfrange", Token::Hex(first)) => {
                let Some(Token::Hex(last)) = tokens.next() else {
                    continue;
                };
                let mapping = match tokens.next() {
                    Some(Token::Hex(units)) => Mapping::Sequential(utf16_units(&units)),
                    Some(Token::Open) => Mapping::Listed(tokens.list()),
                    _ => continue,
                };
                ranges.insert(big_endian(&first), (big_endian(&last), mapping));
            }
            _ => {}
        }
    }
    ranges
}

/// The tokens of a ToUnicode map that matter here.
enum Token<'a> {
    Hex(Vec<u8>),
    Open,
    Close,
    Keyword(&'a [u8]),
}

struct Tokens<'a>(&'a [u8]);

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.0.trim_ascii_start();
        let up_to = |is_end: fn(&u8) -> bool| {
            let end = rest.iter().skip(1).position(is_end);
            end.map_or(rest.len(), |end| end + 1)
        };
        let (length, token) = match rest.first()? {
            b'[' => (1, Token::Open),
            b']' => (1, Token::Close),
            b'<' if rest.get(1) != Some(&b'<') => {
                let length = (up_to(|byte| *byte == b'>') + 1).min(rest.len());
                (length, Token::Hex(hex(&rest[..length])))
            }
            _ => {
                let length = up_to(|byte| byte.is_ascii_whitespace() || b"[]<".contains(byte));
                (length, Token::Keyword(&rest[..length]))
            }
        };
        self.0 = &rest[length..];
        Some(token)
    }

    /// The strings up to the closing bracket.
    fn list(&mut self) -> Vec<Vec<u16>> {
        let mut list = Vec::new();
        while let Some(Token::Hex(units)) = self.next() {
            list.push(utf16_units(&units));
        }
        list
    }
}

/// The bytes of a hexadecimal string; other characters in it are skipped.
fn hex(string: &[u8]) -> Vec<u8> {
    let digits = string
        .iter()
        .filter_map(|byte| char::from(*byte).to_digit(16));
    let halves: Vec<u8> = digits.flat_map(u8::try_from).collect();
    let pairs = halves.chunks(2);
    pairs
        .map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0))
        .collect()
}

fn utf16_units(bytes: &[u8]) -> Vec<u16> {
    let units = bytes.chunks(2).map(big_endian);
    units
        .map(|unit| u16::try_from(unit).unwrap_or(0xfffd))
        .collect()
}

/// The number that up to four bytes write; longer codes do not exist.
fn big_endian(bytes: &[u8]) -> u32 {
    let code = bytes.iter().take(4);
    code.fold(0, |number, byte| number << 8 | u32::from(*byte))
}
