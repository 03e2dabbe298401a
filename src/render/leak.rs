//! The last check before anything is written: a rendering holds no text that its readers may not see.
//! A sheet is cut to its readers before a theme sees it, so this fails only if the program is wrong.

use super::file_texts::FileTexts;
use crate::message::{Error, Result};
use crate::model::{Audience, Bilingual, Register};
use crate::{confidential::without_entities, sheet::Rendering};
use aho_corasick::{AhoCorasick, Match};
use std::{collections::BTreeSet, iter::once};

/// The text of a finished file, by its extension: of a page without tags and entities, and of its styles and scripts
/// only the texts in quotes; of a PDF its pages and its data.
pub fn text_of(path: &str, bytes: &[u8]) -> String {
    let texts = FileTexts::new(path, bytes);
    if path.ends_with(".html") || path.ends_with(".xml") {
        return without_entities(&(texts.shown.replace('\0', "") + &texts.quoted));
    }
    [texts.shown, texts.pages, texts.code].concat()
}

/// The first text in a rendering that its readers may not see. A text is allowed if one of the registers allows it.
pub fn find(rendered: &str, registers: &[&Register], audience: Audience) -> Option<String> {
    // A text so short or general as `-`, `TEL` or a day stands in any rendering.
    let is_telling = |text: &str| text.chars().count() > 3 && text.contains(char::is_alphabetic);
    let (mut allowed, mut withheld) = (Vec::new(), BTreeSet::new());
    for (text, readers) in registers.iter().flat_map(|register| texts(register)) {
        let unspaced = solid(&text);
        if readers.is_some_and(|readers| readers <= audience) {
            allowed.push(unspaced);
        } else if is_telling(&unspaced) {
            withheld.insert(unspaced);
        }
    }
    let search = AhoCorasick::new(&withheld).expect("fewer texts than the search can hold");
    let (withheld, searched) = (Vec::from_iter(withheld), solid(rendered));
    let matches = search.find_overlapping_iter(&searched);
    let text = |it: Match| &withheld[it.pattern().as_usize()];
    let found: BTreeSet<&String> = matches.map(text).collect();
    // The same words may also be part of a text that may be read.
    let is_leak = |text: &&String| !allowed.iter().any(|allowed| allowed.contains(*text));
    found.into_iter().find(is_leak).cloned()
}

/// Refuses a rendering that holds more than its readers may see. The proof shows everything.
pub fn refuse(registers: &[&Register], rendered: &str, rendering: Rendering) -> Result<()> {
    let search = || find(rendered, registers, rendering.audience());
    let leak = (rendering != Rendering::Proof).then(search).flatten();
    leak.map_or(Ok(()), |text| Err(Error::new("leak").with("text", text)))
}

/// Removes all white space: renderings wrap texts in different ways.
fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Every text in both languages with its readers; `None` if only the office sees it.
fn texts(register: &Register) -> Vec<(String, Option<Audience>)> {
    let headings = register.sections.iter().flat_map(|section| {
        let items = section.items.iter().map(|item| &item.name);
        once(&section.name).chain(items)
    });
    let frame = register.frame().into_iter().filter_map(|(_, line)| line);
    let printed = register.certifications.iter().map(|it| &it.printed);
    let lines = frame.chain(headings).chain(printed);
    let both = lines.flat_map(|Bilingual { ja, en }| once(ja).chain(en));
    let mut texts = Vec::from_iter(both.map(|text| (text.clone(), Some(Audience::Public))));
    for measure in register.measures() {
        for (Bilingual { ja, en }, audience) in measure.texts() {
            let english = en.iter().flat_map(|en| &en.paragraphs);
            let paragraphs = ja.paragraphs.iter().chain(english);
            texts.extend(paragraphs.map(|it| (crate::text::plain(it), Some(audience))));
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
            let rendered = solid(&text_of(path, bytes));
            assert!(rendered.contains(&solid(text)), "{path}");
        }
        // Two texts are not one that begins in the first and ends in the second.
        let rendered = text_of("a.json", br#"["A &", "B"]"#);
        assert!(!solid(&rendered).contains("A&B"));
    }
}
