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

/// The characters of a finished rendering in any format, without white space.
pub struct RenderedText(String);

impl RenderedText {
    /// The text of a page: without tags and escapes; of styles and scripts only the texts in quotes.
    pub fn html(bytes: &[u8]) -> RenderedText {
        let html = String::from_utf8_lossy(bytes);
        let mut text = String::new();
        let mut rest = &*html;
        while let Some((before, tag)) = rest.split_once('<') {
            text.push_str(before);
            rest = tag.split_once('>').map_or("", |(_, after)| after);
            for (name, end) in [("style", "</style"), ("script", "</script")] {
                if tag.starts_with(name) {
                    let (code, after) = rest.split_at(rest.find(end).unwrap_or(rest.len()));
                    text.push_str(&quoted(code));
                    rest = after;
                }
            }
        }
        text.push_str(rest);
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
        RenderedText(solid(&text))
    }

    pub fn text(text: &str) -> RenderedText {
        RenderedText(solid(text))
    }

    /// The text of a finished file, by its extension: of a PDF its pages and its data.
    pub fn file(path: &str, bytes: &[u8]) -> RenderedText {
        let raw = || RenderedText::text(&String::from_utf8_lossy(bytes));
        match path.rsplit('.').next() {
            Some("html" | "xml") => RenderedText::html(bytes),
            Some("json") => RenderedText::text(&strings(bytes)),
            Some("csv") => {
                RenderedText::text(&String::from_utf8_lossy(bytes).replace("\"\"", "\""))
            }
            // A PDF that is no sheet was made by another program.
            Some("pdf") => pdf_reader::read(bytes).map_or_else(
                |_| raw(),
                |pdf| RenderedText::text(&(pdf.pages.concat() + &strings(&pdf.data))),
            ),
            _ => raw(),
        }
    }

    /// All of it, for other searches.
    pub fn characters(&self) -> &str {
        &self.0
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
        let matches = search.find_overlapping_iter(&self.0);
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

/// The texts in quotes of styles and scripts: `none` in a style sheet must not be mistaken for a
/// remark.
fn quoted(code: &str) -> String {
    let mut texts = Vec::new();
    for line in code.lines() {
        let marked = line.replace("\\\"", "\0");
        texts.extend(marked.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    texts.join("\n").replace('\0', "\"")
}

/// Every text in JSON, without its escapes; all of it if it is no JSON.
fn strings(json: &[u8]) -> String {
    fn collect(value: &Value, texts: &mut String) {
        match value {
            Value::String(text) => texts.push_str(text),
            Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                texts.push_str(name);
                texts.push('\0');
                collect(value, texts);
            }),
            other => texts.push_str(&other.to_string()),
        }
        // Texts must not run together.
        texts.push('\0');
    }
    let Ok(value) = serde_json::from_slice(json) else {
        return String::from_utf8_lossy(json).into_owned();
    };
    let mut texts = String::new();
    collect(&value, &mut texts);
    texts
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
        for text in measure.texts() {
            let Bilingual { ja, en } = text.value;
            let english = en.iter().flat_map(|en| &en.paragraphs);
            for paragraph in ja.paragraphs.iter().chain(english) {
                texts.push((crate::text::plain(paragraph), Some(text.audience)));
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
            assert!(rendered.characters().contains(&solid(text)), "{path}");
        }
        // Two texts are not one that begins in the first and ends in the second.
        let rendered = RenderedText::file("a.json", br#"["A &", "B"]"#);
        assert!(!rendered.characters().contains("A&B"));
    }
}
