//! The gate before anything is written: a rendering holds nothing that its readers may not see.
//!
//! A sheet is cut to its readers before a theme sees it, so the gate fires only if the program itself is wrong.

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
    /// The text of a page: tags left out, the five escapes undone; of styles and scripts what stands in quotes.
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

    /// The text of a finished file, by the ending of its name: of a PDF its pages and its data.
    pub fn file(path: &str, bytes: &[u8]) -> RenderedText {
        let raw = || RenderedText::text(&String::from_utf8_lossy(bytes));
        match path.rsplit('.').next() {
            Some("html" | "xml") => RenderedText::html(bytes),
            Some("json") => RenderedText::text(&strings(bytes)),
            Some("csv") => {
                RenderedText::text(&String::from_utf8_lossy(bytes).replace("\"\"", "\""))
            }
            // A PDF that is no sheet was made by somebody else.
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

    /// The first text that these readers may not see and that stands in it all the same.
    ///
    /// The rendering is made of these registers: a comparison of two, in which a text may be read if one of them lets it.
    pub fn leak(&self, registers: &[&Register], audience: Audience) -> Option<String> {
        let (mut allowed, mut withheld) = (Vec::new(), BTreeSet::new());
        for (text, readers) in registers.iter().flat_map(|register| texts(register)) {
            let text = solid(&text);
            if readers.is_some_and(|readers| readers <= audience) {
                allowed.push(text);
            } else if !text.is_empty() {
                withheld.insert(text);
            }
        }
        let withheld: Vec<String> = withheld.into_iter().collect();
        let search = AhoCorasick::new(&withheld).expect("fewer texts than the search can hold");
        let found: BTreeSet<usize> = search
            .find_overlapping_iter(&self.0)
            .map(|found| found.pattern().as_usize())
            .collect();
        let mut found = found.into_iter().map(|index| &withheld[index]);
        // The same words may stand in a text that may be read.
        let leaked = found.find(|text| !allowed.iter().any(|allowed| allowed.contains(*text)));
        leaked.cloned()
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

/// The texts in quotes of styles and scripts: `none` in a style sheet must not pass for somebody's remark.
fn quoted(code: &str) -> String {
    let lines = code.lines().map(|line| line.replace("\\\"", "\0"));
    let quoted = lines.map(|line| {
        let inside = line.split('"').skip(1).step_by(2);
        inside.collect::<Vec<_>>().join("\n")
    });
    let quoted = quoted.collect::<Vec<_>>().join("\n");
    quoted.replace('\0', "\"")
}

/// Every text in JSON, without its escapes; all of it if it is no JSON.
fn strings(json: &[u8]) -> String {
    fn collect(value: &Value, told: &mut String) {
        match value {
            Value::String(text) => told.push_str(text),
            Value::Array(values) => values.iter().for_each(|value| collect(value, told)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                told.push_str(name);
                told.push('\0');
                collect(value, told);
            }),
            other => told.push_str(&other.to_string()),
        }
        // Two texts are never one.
        told.push('\0');
    }
    let Ok(value) = serde_json::from_slice(json) else {
        return String::from_utf8_lossy(json).into_owned();
    };
    let mut told = String::new();
    collect(&value, &mut told);
    told
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Every paragraph of the register, in either language, with its readers; `None` for what only the office sees.
fn texts(register: &Register) -> Vec<(String, Option<Audience>)> {
    let mut texts = Vec::new();
    for measure in register.measures() {
        for text in measure.texts() {
            let Bilingual { ja, en } = text.value;
            for paragraph in [Some(ja), en.as_ref()]
                .into_iter()
                .flatten()
                .flat_map(|text| &text.paragraphs)
            {
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
