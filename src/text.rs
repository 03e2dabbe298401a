//! Markdown in a cell → paragraphs of runs, drawn by both renderers, and the problems in them.
//!
//! A cell has inline Markdown only (emphasis, code, links); `#`, `-` and `1.` start no block. Never here: HTML, files.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use regex::Regex;
use serde::{Deserialize, Serialize, Serializer};
use std::{ops::Range, sync::LazyLock};

/// The text of one cell: paragraphs in print order; no paragraph is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "PlainOr<ParagraphData>")]
pub struct Text {
    pub paragraphs: Vec<Paragraph>,
    /// The problems in the Markdown itself, which the rules report.
    pub problems: Vec<MarkupProblem>,
}

pub type Paragraph = Vec<Run>;

/// A stretch of characters of one style.
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

impl Run {
    pub fn plain(text: &str) -> Run {
        Run {
            text: text.to_owned(),
            ..Run::default()
        }
    }
}

/// A text or paragraph as data, literal: its characters, or its paragraphs or runs if they are several or styled.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PlainOr<T> {
    Plain(String),
    Parts(Vec<T>),
}

pub type ParagraphData = PlainOr<Run>;

impl ParagraphData {
    pub fn of(paragraph: &Paragraph) -> ParagraphData {
        match paragraph.as_slice() {
            [run] if same_style(run, &Run::default()) => PlainOr::Plain(run.text.clone()),
            runs => PlainOr::Parts(runs.to_vec()),
        }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let list: Vec<_> = self.paragraphs.iter().map(ParagraphData::of).collect();
        match list.as_slice() {
            [PlainOr::Plain(text)] => text.serialize(serializer),
            list => list.serialize(serializer),
        }
    }
}

impl From<PlainOr<ParagraphData>> for Text {
    fn from(data: PlainOr<ParagraphData>) -> Text {
        let list = match data {
            PlainOr::Plain(text) => return Text::plain(&text),
            PlainOr::Parts(list) => list.into_iter(),
        };
        let paragraphs = list.map(|paragraph| match paragraph {
            PlainOr::Plain(text) => vec![Run::plain(&text)],
            PlainOr::Parts(runs) => runs,
        });
        Text {
            paragraphs: paragraphs.collect(),
            problems: Vec::new(),
        }
    }
}

/// Something in the Markdown that would not be printed as the author meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkupProblem {
    /// Its message, and the argument of that for `written`.
    pub id: &'static str,
    pub argument: &'static str,
    /// The HTML, the address of an image, or the signs with what is around them.
    pub written: String,
}

impl MarkupProblem {
    pub fn new(id: &'static str, argument: &'static str, written: &str) -> MarkupProblem {
        MarkupProblem {
            id,
            argument,
            written: written.to_owned(),
        }
    }
}

impl Text {
    /// Parses the paragraphs of a cell, without blank ones. A blank line starts another, and so does an item of a list.
    pub fn parse<'a>(paragraphs: impl IntoIterator<Item = &'a str>) -> Text {
        let mut text = Text::default();
        let goes_on = |line: &&str| !line.trim().is_empty() && !begins_item(line);
        for paragraph in paragraphs {
            let lines = Vec::from_iter(paragraph.split('\n'));
            for lines in lines.chunk_by(|_, line| goes_on(line)) {
                let runs = parse_runs(&join_lines(&lines.join("\n")), &mut text.problems);
                text.paragraphs.extend((!runs.is_empty()).then_some(runs));
            }
        }
        text
    }

    pub fn plain(text: &str) -> Text {
        Text {
            paragraphs: vec![vec![Run::plain(text)]],
            problems: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    /// The characters a reader sees, one line a paragraph.
    pub fn to_plain(&self) -> String {
        lines_of(&self.paragraphs)
    }

    pub fn links(&self) -> impl Iterator<Item = &str> {
        let runs = self.paragraphs.iter().flatten();
        runs.filter_map(|run| run.href.as_deref())
    }
}

/// The characters of paragraphs, one line each.
pub fn lines_of(paragraphs: &[Paragraph]) -> String {
    Vec::from_iter(paragraphs.iter().map(|it| plain(it))).join("\n")
}

/// The characters of one paragraph.
pub fn plain(paragraph: &[Run]) -> String {
    paragraph.iter().map(|run| run.text.as_str()).collect()
}

/// Tells if a character belongs to the scripts that are written without spaces.
pub fn is_japanese(c: char) -> bool {
    matches!(c,
        '\u{3001}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Joins the lines of a paragraph: with a space, but not between Japanese characters unless an item of a list begins.
pub fn join_lines(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.split('\n') {
        let trimmed = line.trim_matches([' ', '\t', '\r']);
        if let (Some(before), Some(after)) = (joined.chars().next_back(), trimmed.chars().next())
            && (!(is_japanese(before) && is_japanese(after)) || begins_item(trimmed))
        {
            joined.push(' ');
        }
        joined.push_str(trimmed);
    }
    joined
}

/// Tells if a line begins with a mark or a number of a list as offices write them: ・, ①, （1）, 1., ア).
pub fn begins_item(line: &str) -> bool {
    static ITEM: LazyLock<Regex> = LazyLock::new(|| {
        let marks = "[・･•●○◎〇×■□◆◇▪▲△▼▽★☆✓✔→⇒※【①-⑳⑴-⒇㈠-㈩➀-➉㋐-㋾Ⅰ-Ⅻⅰ-ⅻ]|[-*] |[*＊][0-9]";
        let digits = "[0-9０-９]{1,2}";
        let number = format!("{digits}|[ア-ン]|[A-Za-zａ-ｚ]");
        let clause =
            "第[0-9０-９一二三四五六七八九十]{1,3}[条項章節号]|[一二三四五六七八九十]{1,3}、";
        let item = format!(
            r"^\s*(?:{marks}|{clause}|[(（\[［](?:{number})[)）\]］]|(?:{number})(?:[)）．]|\.\s)|{digits}\.\D)"
        );
        Regex::new(&item).expect("a valid pattern")
    });
    ITEM.is_match(line)
}

/// Precedes each paragraph while it is parsed: no block starts behind it, and emphasis does as at a line's start.
const GUARD: &str = "\"";

fn parse_runs(paragraph: &str, problems: &mut Vec<MarkupProblem>) -> Paragraph {
    let guarded = format!("{GUARD}{paragraph}");
    let mut runs: Paragraph = Vec::new();
    let mut style = Run::default();
    // The parts that were not parsed as markup, with their escapes.
    let mut literal = String::new();
    for (event, range) in Parser::new_ext(&guarded, Options::empty()).into_offset_iter() {
        // In a cell, emphasis is `**…**` alone.
        let is_single = matches!(event, Event::Start(Tag::Emphasis));
        let single =
            || is_single.then(|| MarkupProblem::new("signs-lost", "lost", &guarded[range.clone()]));
        problems.extend(problem_at(&guarded, &event, &range).or_else(single));
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
                let is_mail = link_type == LinkType::Email;
                let scheme = if is_mail { "mailto:" } else { "" };
                style.href = Some(format!("{scheme}{dest_url}"));
            }
            Event::End(TagEnd::Link) => style.href = None,
            Event::Code(code) => push(&mut runs, &mut style, &code, true),
            // The source rather than the event's text: `&lt;` stays `&lt;`.
            Event::Text(_) => {
                let source = &guarded[range.start.max(GUARD.len())..range.end];
                let is_escaped = guarded[..range.start].ends_with('\\');
                literal.push_str(if is_escaped { "\\" } else { "" });
                literal.push_str(source);
                push(&mut runs, &mut style, source, false);
            }
            Event::SoftBreak | Event::HardBreak => push(&mut runs, &mut style, " ", false),
            Event::InlineHtml(html) | Event::Html(html) => {
                push(&mut runs, &mut style, &html, false);
                if !problems.iter().any(|it| closes(&html, it)) {
                    problems.push(MarkupProblem::new("raw-html", "html", &html));
                }
            }
            _ => {}
        }
    }
    let stray = stray_asterisks(&literal).map(|range| &literal[range]);
    let problem = |around| MarkupProblem::new("emphasis-not-closed", "around", around);
    problems.extend(stray.map(problem));
    runs
}

/// Finds an image, or signs that an event takes from a word (`AB*CD*EF`, `__init__`), a note (`*1`) or a path (`C:\_x`).
pub fn problem_at(source: &str, event: &Event, range: &Range<usize>) -> Option<MarkupProblem> {
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:[A-Za-z]:|\\)\\[^\s、。，」』）]*").expect("a valid pattern")
    });
    static ESCAPE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\\[[:punct:]]").expect("a valid pattern"));
    let (before, written) = (&source[..range.start], &source[range.clone()]);
    let lost = match event {
        Event::Start(Tag::Image { dest_url, .. }) => {
            return Some(MarkupProblem::new("no-image", "link", dest_url));
        }
        Event::Start(Tag::Emphasis | Tag::Strong) => {
            let inner = written.trim_matches(['*', '_']);
            let is_inside = is_word(before, inner) || is_word(inner, &source[range.end..]);
            let is_note = inner.starts_with(|c: char| c.is_ascii_digit());
            let is_bare = !inner.contains(char::is_alphanumeric);
            let lost = is_inside || is_note || is_bare || written.starts_with("__");
            lost.then_some(written)?
        }
        Event::Text(_) if before.ends_with('\\') => {
            let mut paths = PATH.find_iter(source);
            let path = paths.find(|path| path.range().contains(&range.start))?;
            let earlier = &source[path.start()..range.start - 1];
            (!ESCAPE.is_match(earlier)).then_some(path.as_str())?
        }
        _ => return None,
    };
    Some(MarkupProblem::new("signs-lost", "lost", lost))
}

/// Tells if a word of Latin letters and digits, half-width or full-width, goes on from one text to the next.
fn is_word(before: &str, after: &str) -> bool {
    let is_latin = |c: char| {
        c.is_alphanumeric()
            && (!is_japanese(c) || matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ'))
    };
    before.ends_with(is_latin) && after.starts_with(is_latin)
}

/// Tells if HTML is the closing tag of the element whose opening tag is a problem: an element is one mistake.
pub fn closes(html: &str, problem: &MarkupProblem) -> bool {
    let name = html.trim_matches(['<', '/', '>', ' ']);
    let opened = problem.written.trim_start_matches('<');
    html.starts_with("</") && problem.id == "raw-html" && opened.starts_with(name)
}

/// Adds characters to the last run, or as a run of their own if the style is another.
fn push(runs: &mut Paragraph, style: &mut Run, text: &str, code: bool) {
    (style.text, style.code) = (text.to_owned(), code);
    match runs.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if same_style(last, style) => last.text.push_str(text),
        _ => runs.push(style.clone()),
    }
}

/// Tells if two runs differ in nothing but their characters.
pub fn same_style(a: &Run, b: &Run) -> bool {
    (a.strong, a.emphasis, a.code, &a.href) == (b.strong, b.emphasis, b.code, &b.href)
}

/// Finds asterisks that were not parsed as emphasis (as beside 「」), with the characters around them.
pub fn stray_asterisks(literal: &str) -> Option<Range<usize>> {
    let at = literal.find("**")?;
    let before = literal[..at].chars().rev().take(3);
    let after = literal[at..].chars().take(6);
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
    fn problems_are_found() {
        assert_eq!(
            Text::parse(["<script>x</script>"]).problems,
            [MarkupProblem::new("raw-html", "html", "<script>")]
        );
        assert_eq!(
            Text::parse(["これは**「重要」**です"]).problems,
            [MarkupProblem::new(
                "emphasis-not-closed",
                "around",
                "これは**「重要」"
            )]
        );
        for fine in ["2 * 3 * 4", r"\*\*星", "`**`"] {
            assert_eq!(Text::parse([fine]).problems, [], "{fine}");
        }
    }
}
