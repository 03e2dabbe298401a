//! The last check before anything is written: a rendering holds no text that its readers may not see.
//!
//! A sheet is cut to its readers before a theme sees it, so this check fails only if the program
//! itself is wrong.

use crate::message::{Error, Message, Result};
use crate::model::{Audience, Bilingual, Register};
use crate::pdf_reader;
use crate::sheet::Rendering;
use aho_corasick::AhoCorasick;
use serde_json::Value;
use std::collections::BTreeSet;

/// The characters of a finished rendering in any format.
pub struct RenderedText {
    characters: String,
    /// The same without white space.
    solid: String,
}

impl RenderedText {
    /// The text of a page: without tags and escapes; of styles and scripts only the texts in quotes.
    pub fn html(bytes: &[u8]) -> RenderedText {
        let parts = PageParts::new(&String::from_utf8_lossy(bytes));
        let mut text = parts.text.replace('\0', "") + &parts.quoted;
        for (escape, character) in [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#x27;", "'"),
            ("&#x2F;", "/"),
            ("&amp;", "&"),
        ] {
            text = text.replace(escape, character);
        }
        RenderedText::text(&text)
    }

    pub fn text(text: &str) -> RenderedText {
        RenderedText {
            characters: text.to_owned(),
            solid: solid(text),
        }
    }

    /// The text of a finished file, by its extension: of a PDF its pages and its data.
    pub fn file(path: &str, bytes: &[u8]) -> RenderedText {
        let raw = || RenderedText::text(&String::from_utf8_lossy(bytes));
        match path.rsplit('.').next() {
            Some("html" | "xml") => RenderedText::html(bytes),
            Some("json") => RenderedText::text(&JsonParts::new(bytes).all()),
            Some("csv") => {
                RenderedText::text(&String::from_utf8_lossy(bytes).replace("\"\"", "\""))
            }
            // A PDF that is no sheet was made by another program.
            Some("pdf") => match (pdf_reader::page_texts(bytes), pdf_reader::read(bytes)) {
                (Ok(pages), Ok(pdf)) => {
                    RenderedText::text(&(pages.concat() + &JsonParts::new(&pdf.data).all()))
                }
                _ => raw(),
            },
            _ => raw(),
        }
    }

    /// All of it, for other searches.
    pub fn characters(&self) -> &str {
        &self.characters
    }

    /// The first text of the rendering that its readers may not see.
    ///
    /// The rendering is made of these registers. In a comparison of two, a text may be read if one of
    /// them allows it.
    pub fn leak(&self, registers: &[&Register], audience: Audience) -> Option<String> {
        let (mut allowed, mut withheld) = (Vec::new(), BTreeSet::new());
        for (text, readers) in registers.iter().flat_map(|register| texts(register)) {
            let unspaced = solid(&text);
            if readers.is_some_and(|readers| readers <= audience) {
                allowed.push(unspaced);
            } else if !unspaced.is_empty() {
                withheld.insert(unspaced);
            }
        }
        let search = AhoCorasick::new(&withheld).expect("fewer texts than the search can hold");
        let matches = search.find_overlapping_iter(&self.solid);
        let found: BTreeSet<usize> = matches.map(|it| it.pattern().as_usize()).collect();
        // The same words may also be part of a text that may be read.
        let is_leak = |text: &String| !allowed.iter().any(|allowed| allowed.contains(text));
        let mut numbered = withheld.into_iter().enumerate();
        let leak = numbered.find(|(index, text)| found.contains(index) && is_leak(text));
        leak.map(|(_, text)| text)
    }
}

/// Refuses a rendering that holds more than its readers may see. The proof shows everything.
pub fn refuse(registers: &[&Register], text: &RenderedText, rendering: Rendering) -> Result<()> {
    if rendering == Rendering::Proof {
        return Ok(());
    }
    match text.leak(registers, rendering.audience()) {
        None => Ok(()),
        Some(text) => Err(Error::new(Message::new("leak").with("text", text))),
    }
}

/// The parts of a page, with their escapes. NUL stands between texts that do not run on.
pub struct PageParts {
    /// The text between the tags.
    pub text: String,
    /// The texts in quotes of styles and scripts.
    pub quoted: String,
    /// Comments, the values of attributes, and texts of scripts in other quotes.
    pub hidden: String,
}

impl PageParts {
    pub fn new(html: &str) -> PageParts {
        let [mut text, mut strings, mut hidden] = [const { String::new() }; 3];
        let mut rest = html;
        while let Some((before, tag)) = rest.split_once('<') {
            text.push_str(before);
            if let Some(comment) = tag.strip_prefix("!--") {
                let (comment, after) = comment.split_once("-->").unwrap_or((comment, ""));
                hidden.push_str(comment);
                hidden.push('\0');
                rest = after;
                continue;
            }
            let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
            rest = after;
            push_values(inside, &mut hidden);
            text.push_str(separator(inside));
            for (name, end) in [("style", "</style"), ("script", "</script")] {
                if tag.starts_with(name) {
                    let (code, after) = rest.split_at(rest.find(end).unwrap_or(rest.len()));
                    strings += &code_texts(code);
                    hidden += &(quoted(code, '\'') + "\0" + &quoted(code, '`'));
                    rest = after;
                }
            }
        }
        text.push_str(rest);
        PageParts {
            text,
            quoted: strings,
            hidden,
        }
    }
}

/// Stands for a tag in the text: a word may run on over emphasis, a name over a line break.
fn separator(tag: &str) -> &'static str {
    const INLINE: [&str; 19] = [
        "a", "abbr", "b", "bdi", "code", "del", "em", "i", "ins", "mark", "rb", "ruby", "s",
        "small", "span", "strong", "sub", "sup", "wbr",
    ];
    let mut parts = tag
        .trim_start_matches('/')
        .split(|c: char| !c.is_alphanumeric());
    match parts.next() {
        Some("br") => "\n",
        Some(name) if INLINE.contains(&name) => "",
        _ => "\0",
    }
}

/// Adds the values of a tag's attributes; the classes are values by themselves.
fn push_values(tag: &str, values: &mut String) {
    let mut rest = tag;
    while let Some((name, written)) = rest.split_once('=') {
        let written = written.trim_start();
        let quoted = written.strip_prefix(['"', '\'']);
        let (value, after) = match (quoted, written.chars().next()) {
            (Some(value), Some(quote)) => value.split_once(quote).unwrap_or((value, "")),
            _ => written
                .split_once(char::is_whitespace)
                .unwrap_or((written, "")),
        };
        if name.ends_with("class") {
            values.push_str(&value.replace(' ', "\0"));
        } else {
            values.push_str(value);
        }
        values.push('\0');
        rest = after;
    }
}

/// The texts of a style or script, or of the data in a script element.
fn code_texts(code: &str) -> String {
    match serde_json::from_str(code) {
        Ok(value) => JsonParts::of(&value).texts,
        Err(_) => quoted(code, '"'),
    }
}

/// The texts in quotes of styles and scripts: `none` in a style sheet must not be mistaken for a
/// remark.
fn quoted(code: &str, quote: char) -> String {
    let mut texts = String::new();
    for line in code.lines() {
        let marked = line.replace(&format!("\\{quote}"), "\u{1}");
        for text in marked.split(quote).skip(1).step_by(2) {
            texts.push_str(text);
            texts.push('\0');
        }
    }
    texts.replace('\u{1}', &quote.to_string())
}

/// The texts of JSON without their escapes, each ended by NUL.
#[derive(Default)]
pub struct JsonParts {
    pub texts: String,
    pub keys: String,
}

impl JsonParts {
    /// The parts of a file; all of it is text if it is no JSON.
    pub fn new(json: &[u8]) -> JsonParts {
        match serde_json::from_slice(json) {
            Ok(value) => JsonParts::of(&value),
            Err(_) => JsonParts {
                texts: String::from_utf8_lossy(json).into_owned(),
                keys: String::new(),
            },
        }
    }

    fn of(value: &Value) -> JsonParts {
        let mut parts = JsonParts::default();
        parts.add(value);
        parts
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.texts.push_str(text),
            Value::Array(values) => values.iter().for_each(|value| self.add(value)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.keys.push_str(name);
                    self.keys.push('\0');
                    self.add(value);
                }
            }
            other => self.texts.push_str(&other.to_string()),
        }
        // Texts must not run together.
        self.texts.push('\0');
    }

    fn all(self) -> String {
        self.texts + &self.keys
    }
}

/// Removes all white space: renderings wrap texts in different ways.
fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Every paragraph of the register in both languages with its readers; `None` if only the office
/// sees it.
fn texts(register: &Register) -> Vec<(String, Option<Audience>)> {
    let mut texts = Vec::new();
    for measure in register.measures() {
        for (Bilingual { ja, en }, audience) in measure.texts() {
            let english = en.iter().flat_map(|en| &en.paragraphs);
            for paragraph in ja.paragraphs.iter().chain(english) {
                texts.push((crate::text::plain(paragraph), Some(audience)));
            }
        }
        let notes = [&measure.origin.confirm, &measure.origin.memo];
        texts.extend(notes.into_iter().flatten().map(|note| (note.clone(), None)));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_format_hides_a_text_behind_its_escapes() {
        let text = r#"A & B <"C">"#;
        let html = br#"<td>A &amp; B &lt;&quot;C&quot;&gt;</td>"#;
        let json = br#"{"rows": [{"remarks": "A & B \u003c\"C\">"}]}"#;
        let csv = br#"1,"A & B <""C"">",x"#;
        for (path, bytes) in [
            ("a.html", &html[..]),
            ("feed.xml", html),
            ("a.json", json),
            ("a.csv", csv),
        ] {
            let rendered = RenderedText::file(path, bytes);
            assert!(rendered.solid.contains(&solid(text)), "{path}");
        }
        // Two texts are not one that begins in the first and ends in the second.
        let rendered = RenderedText::file("a.json", br#"["A &", "B"]"#);
        assert!(!rendered.solid.contains("A&B"));
    }
}
