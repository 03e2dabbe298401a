//! The gate before anything is written: what was made for an audience holds nothing that the audience may not read.
//!
//! A sheet is cut to its audience before a theme sees it, so this never fires unless the program itself is wrong.

use crate::message::{Failure, Message, Result};
use crate::model::{Audience, Register, Statement, Told};
use crate::text::Text;
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;

/// Characters of a finished rendering, of whatever format, without white space.
pub struct Made(String);

impl Made {
    /// The text of a page: tags left out, the five escapes undone.
    pub fn html(bytes: &[u8]) -> Made {
        let html = String::from_utf8_lossy(bytes);
        let mut text = String::new();
        for (index, part) in html.split('<').enumerate() {
            text.push_str(if index == 0 {
                part
            } else {
                part.split_once('>').map_or("", |(_, after)| after)
            });
        }
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
        Made(solid(&text))
    }

    pub fn text(text: &str) -> Made {
        Made(solid(text))
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
pub fn refuse(registers: &[&Register], made: &Made, audience: Audience) -> Result<()> {
    match made.leak(registers, audience) {
        None => Ok(()),
        Some(text) => Err(Failure::new(Message::new("leak").with("text", text))),
    }
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Every paragraph of the register with its audience.
fn texts(register: &Register) -> Vec<Told<String>> {
    let mut texts = Vec::new();
    let mut tell = |what: &Text, audience| {
        let paragraphs = what
            .paragraphs
            .iter()
            .map(|paragraph| crate::text::plain(paragraph));
        texts.extend(paragraphs.map(|what| Told { what, audience }));
    };
    let mut questions = Vec::new();
    for measure in register.measures() {
        tell(&measure.subject.what, measure.subject.audience);
        match &measure.measure.what {
            Statement::Stated(text) | Statement::NotApplicable(text) => {
                tell(text, measure.measure.audience)
            }
            Statement::Open => {}
        }
        if let Some(text) = &measure.remarks.what {
            tell(text, measure.remarks.audience);
        }
        questions.extend(measure.origin.confirm.clone());
    }
    let internal = questions.into_iter().map(|what| Told {
        what,
        audience: Audience::Internal,
    });
    texts.extend(internal);
    texts
}
