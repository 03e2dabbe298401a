//! The gate before anything is written: what was made for an audience holds nothing that the audience may not read.
//!
//! A sheet is cut to its audience before a theme sees it, so this never fires unless the program itself is wrong.

use crate::message::{Error, Message, Result};
use crate::model::{Audience, Measure, MeasureEnglish, Register, Restricted, Statement};
use crate::pdf_reader;
use crate::text::Text;
use aho_corasick::AhoCorasick;
use serde_json::Value;
use std::collections::BTreeSet;

/// Characters of a finished rendering, of whatever format, without white space.
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
            // One that is no sheet is what somebody else made.
            Some("pdf") => pdf_reader::read(bytes).map_or_else(
                |_| raw(),
                |pdf| RenderedText::text(&(pdf.pages.concat() + &strings(&pdf.data))),
            ),
            _ => raw(),
        }
    }

    /// All of it, for who looks for other words.
    pub fn words(&self) -> &str {
        &self.0
    }

    /// The first text that this audience may not read and that stands in it all the same.
    ///
    /// What was made tells of these registers: a comparison of two, where a text may be read if one of them lets it.
    pub fn leak(&self, registers: &[&Register], audience: Audience) -> Option<String> {
        let (allowed, withheld): (Vec<_>, Vec<_>) = registers
            .iter()
            .flat_map(|register| texts(register))
            .partition(|text| text.audience <= audience);
        let allowed: Vec<String> = allowed.iter().map(|text| solid(&text.what)).collect();
        let withheld: BTreeSet<String> = withheld.iter().map(|text| solid(&text.what)).collect();
        let withheld: Vec<&String> = withheld.iter().filter(|text| !text.is_empty()).collect();
        let search = AhoCorasick::new(&withheld).expect("fewer texts than the search can hold");
        let found: BTreeSet<usize> = search
            .find_overlapping_iter(&self.0)
            .map(|found| found.pattern().as_usize())
            .collect();
        let mut found = found.into_iter().map(|index| withheld[index]);
        // The same words may stand in a text that may be read.
        let leaked = found.find(|text| !allowed.iter().any(|allowed| allowed.contains(*text)))?;
        Some(leaked.clone())
    }
}

/// Refuses what was made where it tells more than its audience may read.
pub fn refuse(registers: &[&Register], made: &RenderedText, audience: Audience) -> Result<()> {
    match made.leak(registers, audience) {
        None => Ok(()),
        Some(text) => Err(Error::new(Message::new("leak").with("text", text))),
    }
}

/// What code says to a reader: `none` in a style sheet must not pass for somebody's remark.
fn quoted(code: &str) -> String {
    let lines = code.lines().map(|line| line.replace("\\\"", "\0"));
    let quoted = lines.map(|line| {
        let inside = line.split('"').skip(1).step_by(2);
        inside.collect::<Vec<_>>().join("\n")
    });
    let quoted = quoted.collect::<Vec<_>>().join("\n");
    quoted.replace('\0', "\"")
}

/// Every text in JSON, without its escapes; of what is no JSON, all.
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

/// Every paragraph of the register, in either language, with its audience.
fn texts(register: &Register) -> Vec<Restricted<String>> {
    let mut told = Vec::new();
    for measure in register.measures() {
        let english = register.english.measures.get(&measure.id);
        for (text, audience) in fields(measure, english) {
            let paragraphs = text.paragraphs.iter();
            let paragraphs = paragraphs.map(|paragraph| crate::text::plain(paragraph));
            told.extend(paragraphs.map(|what| Restricted { what, audience }));
        }
        let question = measure.origin.confirm.clone();
        told.extend(question.map(|what| Restricted {
            what,
            audience: Audience::Internal,
        }));
    }
    told
}

/// The texts of a measure; an English one is for whom the Japanese is.
fn fields<'a>(
    measure: &'a Measure,
    english: Option<&'a MeasureEnglish>,
) -> impl Iterator<Item = (&'a Text, Audience)> {
    let Measure {
        subject,
        measure: statement,
        remarks,
        ..
    } = measure;
    let stated = match &statement.what {
        Statement::Stated(text) | Statement::NotApplicable(text) => Some(text),
        Statement::Open => None,
    };
    let english =
        |field: fn(&MeasureEnglish) -> &Option<Text>| english.and_then(|en| field(en).as_ref());
    let fields = [
        (Some(&subject.what), subject.audience),
        (stated, statement.audience),
        (remarks.what.as_ref(), remarks.audience),
        (english(|en| &en.subject), subject.audience),
        (english(|en| &en.statement), statement.audience),
        (english(|en| &en.remarks), remarks.audience),
    ];
    let written = fields.into_iter();
    written.filter_map(|(text, audience)| Some((text?, audience)))
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
            let made = RenderedText::file(path, bytes);
            assert!(made.words().contains(&solid(text)), "{path}");
        }
        // Two texts are not one that begins in the first and ends in the second.
        let made = RenderedText::file("a.json", br#"["A &", "B"]"#);
        assert!(!made.words().contains("A&B"));
    }
}
