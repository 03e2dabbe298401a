//! The words on the pages of a PDF, in the order they are drawn, through each font's ToUnicode map.
//!
//! Text that a document gives in place of glyphs (`ActualText`) counts instead of them; text drawn invisibly does not count.
//! What no map explains becomes U+FFFD, so that nothing is left out silently.

use super::{DEEPEST, LARGEST, entry};
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Error, Object, ObjectId, Result};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Steps and bytes after which a document only keeps us busy.
const STEPS: usize = 5_000_000;
const BYTES: usize = 16 * 1024 * 1024;
/// Neither drawn nor filled, and neither of both but clipped.
const INVISIBLE: [i64; 2] = [3, 7];

/// The text of every page.
pub fn pages(document: &Document) -> Result<Vec<String>> {
    let mut reader = Reader {
        document,
        fonts: BTreeMap::new(),
        steps: STEPS,
        bytes: BYTES,
    };
    let pages: Vec<ObjectId> = document.page_iter().collect();
    pages.into_iter().map(|page| reader.page(page)).collect()
}

struct Reader<'a> {
    document: &'a Document,
    fonts: BTreeMap<ObjectId, Rc<Font>>,
    steps: usize,
    bytes: usize,
}

/// What drawing remembers and `q` saves.
#[derive(Clone, Default)]
struct State {
    font: Option<Rc<Font>>,
    mode: i64,
}

/// One stream being drawn.
struct Drawing<'a> {
    resources: Option<&'a Dictionary>,
    state: State,
    saved: Vec<State>,
    /// Open marked contents; true where one gives its text itself.
    marked: Vec<bool>,
    text: String,
}

impl<'a> Reader<'a> {
    fn page(&mut self, page: ObjectId) -> Result<String> {
        let content = self.content(page)?;
        let (own, inherited) = self.document.get_page_resources(page)?;
        let inherited = inherited
            .first()
            .map(|id| self.document.get_dictionary(*id));
        let resources = match own {
            Some(own) => Some(own),
            None => inherited.transpose()?,
        };
        self.draw(&content, resources, State::default(), DEEPEST)
    }

    /// The streams of a page in a row, none passed over.
    fn content(&self, page: ObjectId) -> Result<Vec<u8>> {
        let page = self.document.get_dictionary(page)?;
        let streams = match entry(self.document, page, b"Contents") {
            Err(_) => return Ok(Vec::new()),
            Ok(Object::Array(streams)) => streams.iter().collect(),
            Ok(stream) => vec![stream],
        };
        let mut content = Vec::new();
        for stream in streams {
            let stream = self.document.dereference(stream)?.1.as_stream()?;
            let left = LARGEST.saturating_sub(content.len());
            content.extend(stream.get_plain_content_with_limit(left)?);
            content.push(b'\n');
        }
        Ok(content)
    }

    fn draw(
        &mut self,
        content: &[u8],
        resources: Option<&'a Dictionary>,
        state: State,
        depth: usize,
    ) -> Result<String> {
        let depth = depth.checked_sub(1).ok_or(Error::RecursionLimit)?;
        let mut drawing = Drawing {
            resources,
            state,
            saved: Vec::new(),
            marked: Vec::new(),
            text: String::new(),
        };
        for operation in Content::decode_iter(content) {
            self.steps = self.steps.checked_sub(1).ok_or(Error::RecursionLimit)?;
            self.step(&mut drawing, &operation?, depth)?;
        }
        Ok(drawing.text)
    }

    fn step(&mut self, drawing: &mut Drawing<'a>, step: &Operation, depth: usize) -> Result<()> {
        let operands = step.operands.as_slice();
        match (step.operator.as_str(), operands) {
            ("q", _) => drawing.saved.push(drawing.state.clone()),
            ("Q", _) => drawing.state = drawing.saved.pop().unwrap_or_default(),
            ("Tr", [mode]) => drawing.state.mode = mode.as_i64()?,
            ("Tf", [name, _]) => {
                drawing.state.font = self.font(drawing.resources, name.as_name()?)?
            }
            ("Tj" | "'", [shown]) | ("\"", [_, _, shown]) => self.show(drawing, shown)?,
            ("TJ", [Object::Array(parts)]) => {
                for part in parts {
                    self.show(drawing, part)?;
                }
            }
            ("ET", _) => self.say(drawing, "\n")?,
            ("BMC", _) => drawing.marked.push(false),
            ("BDC", [_, properties]) => {
                let replaced = self.replacement(drawing.resources, properties)?;
                if let Some(text) = &replaced {
                    self.say(drawing, text)?;
                }
                drawing.marked.push(replaced.is_some());
            }
            ("EMC", _) => drop(drawing.marked.pop()),
            ("Do", [name]) => {
                let text = self.form(drawing, name.as_name()?, depth)?;
                self.say(drawing, &text)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn show(&mut self, drawing: &mut Drawing, shown: &Object) -> Result<()> {
        // Numbers between the texts of a TJ move the pen.
        let Object::String(codes, _) = shown else {
            return Ok(());
        };
        if INVISIBLE.contains(&drawing.state.mode) {
            return Ok(());
        }
        let text = match &drawing.state.font {
            Some(font) => font.read(codes),
            None => char::REPLACEMENT_CHARACTER.to_string(),
        };
        self.say(drawing, &text)
    }

    fn say(&mut self, drawing: &mut Drawing, text: &str) -> Result<()> {
        if !drawing.marked.contains(&true) {
            self.bytes = self
                .bytes
                .checked_sub(text.len())
                .ok_or(Error::RecursionLimit)?;
            drawing.text.push_str(text);
        }
        Ok(())
    }

    /// The text that stands for what a marked content draws.
    fn replacement(
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
        match entry(self.document, properties, b"ActualText") {
            Ok(text) => lopdf::decode_text_string(text).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// What a form draws; a picture draws no words.
    fn form(&mut self, drawing: &Drawing<'a>, name: &[u8], depth: usize) -> Result<String> {
        let stream = self
            .resource(drawing.resources, b"XObject", name)?
            .as_stream()?;
        if !is_a(&stream.dict, b"Form") {
            return Ok(String::new());
        }
        let own = entry(self.document, &stream.dict, b"Resources").and_then(Object::as_dict);
        let content = stream.get_plain_content_with_limit(LARGEST)?;
        let resources = own.ok().or(drawing.resources);
        self.draw(&content, resources, drawing.state.clone(), depth)
    }

    fn resource(
        &self,
        resources: Option<&'a Dictionary>,
        kind: &[u8],
        name: &[u8],
    ) -> Result<&'a Object> {
        let resources = resources.ok_or_else(|| Error::DictKey("Resources".to_owned()))?;
        let kind = entry(self.document, resources, kind)?.as_dict()?;
        entry(self.document, kind, name)
    }

    fn font(&mut self, resources: Option<&'a Dictionary>, name: &[u8]) -> Result<Option<Rc<Font>>> {
        let Some(resources) = resources else {
            return Ok(None);
        };
        let fonts = entry(self.document, resources, b"Font")?.as_dict()?;
        let font = fonts.get(name)?;
        let known = font.as_reference().ok();
        if let Some(font) = known.and_then(|id| self.fonts.get(&id)) {
            return Ok(Some(font.clone()));
        }
        let font = self.document.dereference(font)?.1.as_dict()?;
        let font = Rc::new(Font::of(self.document, font)?);
        if let Some(id) = known {
            self.fonts.insert(id, font.clone());
        }
        Ok(Some(font))
    }
}

/// Whether a dictionary says it is of this kind.
fn is_a(dictionary: &Dictionary, kind: &[u8]) -> bool {
    let said = dictionary.get(b"Subtype").and_then(Object::as_name);
    said.is_ok_and(|said| said == kind)
}

/// What the codes of a font mean.
struct Font {
    /// Bytes a code has.
    width: usize,
    /// First code of a run → its last code and what the first means.
    meanings: BTreeMap<u32, (u32, Meaning)>,
}

enum Meaning {
    /// The last unit counts on with the code.
    Counting(Vec<u16>),
    Listed(Vec<Vec<u16>>),
}

impl Font {
    fn of(document: &Document, font: &Dictionary) -> Result<Font> {
        let map = entry(document, font, b"ToUnicode").and_then(Object::as_stream);
        let map = match map {
            Ok(map) => map.get_plain_content_with_limit(LARGEST)?,
            Err(_) => Vec::new(),
        };
        Ok(Font {
            width: if is_a(font, b"Type0") { 2 } else { 1 },
            meanings: meanings(&map),
        })
    }

    fn read(&self, codes: &[u8]) -> String {
        let codes = codes.chunks(self.width);
        codes.map(|code| self.meaning(number(code))).collect()
    }

    fn meaning(&self, code: u32) -> String {
        let run = self.meanings.range(..=code).next_back();
        let run = run.filter(|(_, (last, _))| code <= *last);
        let units = run.and_then(|(first, (_, meaning))| {
            let on = usize::try_from(code - first).ok()?;
            match meaning {
                Meaning::Listed(list) => list.get(on).cloned(),
                Meaning::Counting(units) => {
                    let mut units = units.clone();
                    let last = units.last_mut()?;
                    *last = last.wrapping_add(u16::try_from(on).ok()?);
                    Some(units)
                }
            }
        });
        match units {
            Some(units) => String::from_utf16_lossy(&units),
            None => char::REPLACEMENT_CHARACTER.to_string(),
        }
    }
}

/// Reads the `bfchar` and `bfrange` parts of a ToUnicode map.
fn meanings(map: &[u8]) -> BTreeMap<u32, (u32, Meaning)> {
    let mut meanings = BTreeMap::new();
    let mut words = Words(map);
    let mut part = None;
    while let Some(word) = words.next() {
        match (part, word) {
            (_, Word::Plain(b"beginbfchar")) => part = Some(false),
            (_, Word::Plain(b"beginbfrange")) => part = Some(true),
            (_, Word::Plain(_)) => part = None,
            (Some(false), Word::Hex(code)) => {
                if let Some(Word::Hex(units)) = words.next() {
                    let code = number(&code);
                    meanings.insert(code, (code, Meaning::Counting(sixteen(&units))));
                }
            }
            (Some(true), Word::Hex(first)) => {
                let Some(Word::Hex(last)) = words.next() else {
                    continue;
                };
                let meaning = match words.next() {
                    Some(Word::Hex(units)) => Meaning::Counting(sixteen(&units)),
                    Some(Word::Open) => Meaning::Listed(words.list()),
                    _ => continue,
                };
                meanings.insert(number(&first), (number(&last), meaning));
            }
            _ => {}
        }
    }
    meanings
}

/// The words of a map that matter here.
enum Word<'a> {
    Hex(Vec<u8>),
    Open,
    Close,
    Plain(&'a [u8]),
}

struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<Word<'a>> {
        let start = self.0.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let rest = &self.0[start..];
        let (length, word) = match rest[0] {
            b'[' => (1, Word::Open),
            b']' => (1, Word::Close),
            b'<' if rest.get(1) != Some(&b'<') => {
                let length = rest
                    .iter()
                    .position(|byte| *byte == b'>')
                    .map_or(rest.len(), |end| end + 1);
                (length, Word::Hex(hex(&rest[..length])))
            }
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b"[]<".contains(byte);
                let length = rest
                    .iter()
                    .skip(1)
                    .position(ends)
                    .map_or(rest.len(), |end| end + 1);
                (length, Word::Plain(&rest[..length]))
            }
        };
        self.0 = &rest[length..];
        Some(word)
    }

    /// What stands up to the closing bracket.
    fn list(&mut self) -> Vec<Vec<u16>> {
        let mut list = Vec::new();
        while let Some(Word::Hex(units)) = self.next() {
            list.push(sixteen(&units));
        }
        list
    }
}

/// The bytes that hexadecimal digits write; all else between them is passed over.
fn hex(digits: &[u8]) -> Vec<u8> {
    let digits = digits
        .iter()
        .filter_map(|byte| char::from(*byte).to_digit(16));
    let digits: Vec<u8> = digits
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0))
        .collect()
}

fn sixteen(bytes: &[u8]) -> Vec<u16> {
    let units = bytes.chunks(2);
    units
        .map(|unit| u16::try_from(number(unit)).unwrap_or(0xfffd))
        .collect()
}

/// Bytes as a number; more than four are none that a code has.
fn number(bytes: &[u8]) -> u32 {
    let bytes = bytes.iter().take(4);
    bytes.fold(0, |number, byte| number << 8 | u32::from(*byte))
}
