//! Markdown in a cell → a small text tree, drawn by both renderers.
//!
//! In: the paragraphs of one cell as the author wrote them.
//! Out: paragraphs of runs, and what is wrong with them.
//! Never here: HTML, Typst markup, files.
//!
//! Only inline Markdown counts in a cell (emphasis, code, links); whatever would start a block (`#`, `-`, `1.`) is printed as it stands.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::Range;

/// The text of one cell: paragraphs in print order; no paragraph is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    pub paragraphs: Vec<Paragraph>,
    /// What the rules have to say about the Markdown itself.
    pub problems: Vec<MarkupProblem>,
}

pub type Paragraph = Vec<Run>;

/// A stretch of characters that look alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    pub text: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strong: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emphasis: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

/// A paragraph as data: its text, or where parts of it look different or are links, its runs.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Words {
    Plain(String),
    Runs(Paragraph),
}

impl Words {
    fn of(paragraph: &Paragraph) -> Words {
        let unadorned = |run: &Run| alike(run, &Run::default());
        match paragraph.as_slice() {
            [run] if unadorned(run) => Words::Plain(run.text.clone()),
            runs => Words::Runs(runs.to_vec()),
        }
    }

    fn into_paragraph(self) -> Paragraph {
        match self {
            Words::Plain(text) => vec![Run {
                text,
                ..Run::default()
            }],
            Words::Runs(runs) => runs,
        }
    }
}

/// Writes paragraphs as data: verbatim, no Markdown.
pub fn verbatim<S: Serializer>(
    paragraphs: impl AsRef<[Paragraph]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(paragraphs.as_ref().iter().map(Words::of))
}

/// As in the content files: one text, or a list of them. Verbatim all the same.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<Words>),
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut words: Vec<Words> = self.paragraphs.iter().map(Words::of).collect();
        let written = match words.as_mut_slice() {
            [Words::Plain(text)] => OneOrMore::One(std::mem::take(text)),
            _ => OneOrMore::More(words),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Text, D::Error> {
        let words = match OneOrMore::deserialize(from)? {
            OneOrMore::One(text) => vec![Words::Plain(text)],
            OneOrMore::More(words) => words,
        };
        let paragraphs = words.into_iter().map(Words::into_paragraph).collect();
        Ok(Text {
            paragraphs,
            problems: Vec::new(),
        })
    }
}

/// Something in the Markdown that would not be printed as the author meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkupProblem {
    /// HTML, as it was written.
    RawHtml(String),
    /// Asterisks that open or close nothing, with the characters around them.
    EmphasisNotClosed(String),
    /// An image: its address.
    Image(String),
}

impl Text {
    /// Reads the paragraphs of a cell; blank ones are dropped, a blank line starts a new one.
    pub fn parse<'a>(paragraphs: impl IntoIterator<Item = &'a str>) -> Text {
        let mut text = Text::default();
        for written in paragraphs {
            for paragraph in written.split("\n\n") {
                let joined = join_lines(paragraph);
                let runs = runs(&joined, &mut text.problems);
                if !runs.is_empty() {
                    text.paragraphs.push(runs);
                }
            }
        }
        text
    }

    /// Makes a text of one plain run, for words that come from a theme's labels.
    pub fn plain(words: &str) -> Text {
        let run = Run {
            text: words.to_owned(),
            ..Run::default()
        };
        Text {
            paragraphs: vec![vec![run]],
            problems: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    /// The characters a reader sees, one line a paragraph.
    pub fn to_plain(&self) -> String {
        let lines: Vec<String> = self.paragraphs.iter().map(|p| plain(p)).collect();
        lines.join("\n")
    }

    /// The addresses the text links to.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.paragraphs
            .iter()
            .flatten()
            .filter_map(|run| run.href.as_deref())
    }
}

/// The characters of one paragraph.
pub fn plain(paragraph: &[Run]) -> String {
    paragraph.iter().map(|run| run.text.as_str()).collect()
}

/// Whether a character belongs to the scripts that are written without spaces.
pub fn is_japanese(c: char) -> bool {
    matches!(c,
        '\u{3001}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff01}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Joins the lines of a paragraph: no space appears between two Japanese characters, one between any others.
pub fn join_lines(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text
        .split('\n')
        .map(|line| line.trim_matches([' ', '\t', '\r']))
    {
        let before = joined.chars().next_back();
        let after = line.chars().next();
        if let (Some(before), Some(after)) = (before, after)
            && !(is_japanese(before) && is_japanese(after))
        {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}

/// Stands before each paragraph while it is parsed, so that no block can start there.
/// A quotation mark, because Markdown treats emphasis beside punctuation as at a line's start.
const GUARD: &str = "\"";

fn runs(paragraph: &str, problems: &mut Vec<MarkupProblem>) -> Paragraph {
    let guarded = format!("{GUARD}{paragraph}");
    let mut runs: Paragraph = Vec::new();
    let mut style = Run::default();
    // What remained text, escapes included.
    let mut seen = String::new();
    for (event, range) in Parser::new_ext(&guarded, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::Strong) => style.strong = true,
            Event::End(TagEnd::Strong) => style.strong = false,
            Event::Start(Tag::Emphasis) => style.emphasis = true,
            Event::End(TagEnd::Emphasis) => style.emphasis = false,
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => {
                let mail = link_type == LinkType::Email;
                let scheme = if mail { "mailto:" } else { "" };
                style.href = Some(format!("{scheme}{dest_url}"));
            }
            Event::End(TagEnd::Link) => style.href = None,
            Event::Start(Tag::Image { dest_url, .. }) => {
                problems.push(MarkupProblem::Image(dest_url.into_string()));
            }
            Event::Code(code) => push(&mut runs, &style, &code, true),
            // The source rather than the event's text: `&lt;` stays `&lt;`.
            Event::Text(_) => {
                let written = match range.start {
                    0 => &guarded[GUARD.len()..range.end],
                    start => &guarded[start..range.end],
                };
                let escaped = guarded[..range.start].ends_with('\\');
                seen.push_str(if escaped { "\\" } else { "" });
                seen.push_str(written);
                push(&mut runs, &style, written, false);
            }
            Event::SoftBreak | Event::HardBreak => push(&mut runs, &style, " ", false),
            Event::InlineHtml(html) | Event::Html(html) => {
                push(&mut runs, &style, &html, false);
                // An element is one mistake: its opening tag tells it.
                if !html.starts_with("</") || !problems.iter().any(|problem| opens(problem, &html))
                {
                    problems.push(MarkupProblem::RawHtml(html.into_string()));
                }
            }
            _ => {}
        }
    }
    let around = stray_asterisks(&seen).map(|around| seen[around].to_owned());
    problems.extend(around.map(MarkupProblem::EmphasisNotClosed));
    runs
}

/// Whether a problem is the tag that a closing one belongs to.
fn opens(problem: &MarkupProblem, closing: &str) -> bool {
    let name = closing
        .trim_start_matches("</")
        .trim_end_matches(['>', ' ']);
    matches!(problem, MarkupProblem::RawHtml(tag) if tag[1..].starts_with(name))
}

fn push(runs: &mut Paragraph, style: &Run, text: &str, code: bool) {
    if text.is_empty() {
        return;
    }
    let next = Run {
        text: text.to_owned(),
        code,
        ..style.clone()
    };
    match runs.last_mut() {
        Some(last) if alike(last, &next) => last.text.push_str(text),
        _ => runs.push(next),
    }
}

/// Whether two runs differ in nothing but their characters.
pub fn alike(a: &Run, b: &Run) -> bool {
    (a.strong, a.emphasis, a.code, &a.href) == (b.strong, b.emphasis, b.code, &b.href)
}

/// Two asterisks that remained text, with the characters around them: beside 「」 CommonMark does not see emphasis where an author means it.
pub fn stray_asterisks(seen: &str) -> Option<Range<usize>> {
    let at = seen.find("**")?;
    let before = seen[..at].chars().rev().take(3);
    let after = seen[at..].chars().take(6);
    let start = at - before.map(char::len_utf8).sum::<usize>();
    Some(start..at + after.map(char::len_utf8).sum::<usize>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(markdown: &str) -> Vec<String> {
        let text = Text::parse([markdown]);
        let show = |run: &Run| {
            let mut shown = run.text.clone();
            if run.code {
                shown = format!("`{shown}`");
            }
            if run.emphasis {
                shown = format!("/{shown}/");
            }
            if run.strong {
                shown = format!("*{shown}*");
            }
            match &run.href {
                Some(href) => format!("[{shown}]({href})"),
                None => shown,
            }
        };
        text.paragraphs
            .iter()
            .map(|p| p.iter().map(show).collect())
            .collect()
    }

    #[test]
    fn inline_markdown_becomes_runs() {
        assert_eq!(
            read("**強い**と*弱い*と`code`と[表](https://example.jp/a?b&c)"),
            ["*強い*と/弱い/と`code`と[表](https://example.jp/a?b&c)"]
        );
        assert_eq!(read("**「引用」** から"), ["*「引用」* から"]);
    }

    #[test]
    fn what_is_no_inline_markdown_is_printed_verbatim() {
        for text in [
            "# 見出し",
            "- 箇条",
            "1. 番号",
            "> 引用",
            "{{ x }}",
            "#eval(1+1)",
            "&lt;b&gt; & <",
            "a < b > c",
            "\"引用\"",
            "===",
            "[表]: x",
            "| a | b |",
            "~~x~~",
            "  ",
        ] {
            let expected: Vec<&str> = Some(text.trim())
                .filter(|t| !t.is_empty())
                .into_iter()
                .collect();
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read(r"\*星\*"), ["*星*"]);
    }

    #[test]
    fn a_line_break_between_japanese_characters_leaves_no_space() {
        assert_eq!(
            read("規程に\nより ABC\nDEF を\n\n次"),
            ["規程により ABC DEF を", "次"]
        );
    }

    #[test]
    fn troubles_are_named() {
        assert_eq!(
            Text::parse(["<script>x</script>"]).problems,
            [MarkupProblem::RawHtml("<script>".into())]
        );
        assert_eq!(
            Text::parse(["これは**「重要」**です"]).problems,
            [MarkupProblem::EmphasisNotClosed("これは**「重要」".into())]
        );
        for fine in ["2 * 3 * 4", r"\*\*星", "`**`"] {
            assert_eq!(Text::parse([fine]).problems, [], "{fine}");
        }
    }
}
