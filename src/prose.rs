//! The prose of a page: Markdown → what the rules ask about it, and the fragment of HTML that a theme's page encloses.
//!
//! In: the text of `pages/<name>.md` behind its front matter.
//! Out: links, headings, passages and problems, each with its place in the file; the fragment, once it is known where the links lead.
//! Never here: files, templates; neither HTML nor pictures of the author's.
//!
//! Unlike in a cell ([`crate::text`]) blocks count: headings, lists, tables, quotations, code.

use crate::text::{MarkupProblem, is_japanese, stray_asterisks};
use pulldown_cmark::html;
use pulldown_cmark::{
    Alignment, CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, RefDefs, Tag, TagEnd,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The prose of one page, taken apart.
#[derive(Debug)]
pub struct Prose {
    events: Vec<Written>,
    /// What the rules have to say about the Markdown itself.
    pub problems: Vec<(MarkupProblem, Range<usize>)>,
    /// What Markdown passes over without a word.
    pub lost: Vec<Lost>,
}

/// Something in the file of which nothing is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// The definition of a link (`[name]: address`) that no link uses.
    Definition(Range<usize>),
    /// Cells of a row that go beyond the columns of its table.
    Cells(Range<usize>),
}

/// What is printed, and where in the file it was written.
type Written = (Event<'static>, Range<usize>);

/// The words of one block (a paragraph, a heading, a cell) as a reader sees them, with the addresses they link to.
#[derive(Debug, PartialEq, Eq)]
pub struct Passage {
    pub text: String,
    pub bytes: Range<usize>,
}

impl Prose {
    /// Reads the Markdown that stands in a file from a byte on.
    pub fn parse(file: &str, from: usize) -> Prose {
        let in_file = |range: Range<usize>| from + range.start..from + range.end;
        let parser = Parser::new_ext(&file[from..], Options::ENABLE_TABLES);
        let definitions = definitions(parser.reference_definitions());
        let read = parser.into_offset_iter().map(|(event, range)| {
            let bytes = in_file(range);
            (as_printed(event, &file[bytes.clone()]), bytes)
        });
        let mut events = joined(read.collect());
        name_headings(&mut events);
        let used: BTreeSet<String> = events.iter().filter_map(|(event, _)| uses(event)).collect();
        let unused = definitions
            .into_iter()
            .filter(|(_, name)| !used.contains(name));
        let unused = unused.map(|(range, _)| Lost::Definition(in_file(range)));
        let beyond = cells_beyond(&events, file).into_iter().map(Lost::Cells);
        Prose {
            problems: problems(&events, file),
            lost: unused.chain(beyond).collect(),
            events,
        }
    }

    /// The anchors of the headings, in order.
    pub fn headings(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|(event, _)| match event {
            Event::Start(Tag::Heading { id, .. }) => id.as_deref(),
            _ => None,
        })
    }

    /// The addresses the prose links to, as they were written.
    pub fn links(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.events.iter().filter_map(|(event, bytes)| match event {
            Event::Start(Tag::Link { dest_url, .. }) => Some((&**dest_url, bytes.clone())),
            _ => None,
        })
    }

    /// Every block that has words, in order.
    pub fn passages(&self) -> Vec<Passage> {
        let mut passages = Vec::new();
        let mut beside = String::new();
        let mut open: Option<Passage> = None;
        for (event, bytes) in &self.events {
            match event {
                Event::Start(Tag::Link {
                    dest_url, title, ..
                }) => {
                    beside.extend(["\n", dest_url, "\n", title]);
                    extend(&mut open, "", bytes);
                }
                Event::SoftBreak | Event::HardBreak => extend(&mut open, "\n", bytes),
                _ => match words(event) {
                    Some(words) => extend(&mut open, words, bytes),
                    None if is_inline(event) => {}
                    None => passages.extend(close(&mut open, &mut beside)),
                },
            }
        }
        passages.extend(close(&mut open, &mut beside));
        passages
    }

    /// The fragment; its highest heading is an `h2`, for the title of the page is the `h1`.
    ///
    /// `address` says what becomes of a link's address in the site.
    pub fn render(&self, address: impl Fn(&str) -> String) -> String {
        let events = self.events.iter().map(|(event, _)| match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => Event::Start(Tag::Link {
                link_type: *link_type,
                dest_url: address(dest_url).into(),
                title: title.clone(),
                id: id.clone(),
            }),
            // A rule refuses it before; should that fail, it is text and no markup.
            Event::Html(html) | Event::InlineHtml(html) => Event::Text(html.clone()),
            event => event.clone(),
        });
        let mut fragment = String::new();
        html::push_html(&mut fragment, events);
        fragment
    }
}

/// Where links are defined apart from where they stand, and under which names.
fn definitions(defined: &RefDefs) -> Vec<(Range<usize>, String)> {
    let named = defined.iter();
    let mut definitions: Vec<_> = named
        .map(|(name, definition)| (definition.span.clone(), name.to_lowercase()))
        .collect();
    definitions.sort_by_key(|(range, _)| range.start);
    definitions
}

/// The name of the definition that a link or a picture takes its address from.
fn uses(event: &Event) -> Option<String> {
    match event {
        Event::Start(Tag::Link { id, .. } | Tag::Image { id, .. }) => Some(id.to_lowercase()),
        _ => None,
    }
}

/// What stands in the rows of tables behind their last column.
fn cells_beyond(events: &[Written], file: &str) -> Vec<Range<usize>> {
    let mut beyond = Vec::new();
    let mut printed = 0;
    for (event, bytes) in events {
        match event {
            Event::End(TagEnd::TableCell) => printed = bytes.end,
            Event::End(TagEnd::TableRow) if printed < bytes.end => {
                let rest = &file[printed..bytes.end];
                let lost = rest.trim_start_matches(NO_CELL);
                let start = bytes.end - lost.len();
                let lost = lost.trim_end_matches(NO_CELL);
                beyond.extend((!lost.is_empty()).then(|| start..start + lost.len()));
            }
            _ => {}
        }
    }
    beyond
}

/// What stands between cells and around them.
const NO_CELL: [char; 4] = ['|', ' ', '\t', '\n'];

/// The event as the fragment shows it; `written` is what stands for it in the file.
fn as_printed(event: Event, written: &str) -> Event<'static> {
    match event.into_static() {
        // `&lt;` stays `&lt;`, as in a cell: character references are HTML's.
        Event::Text(_) if written.starts_with('&') && written.ends_with(';') => {
            Event::Text(written.to_owned().into())
        }
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => Event::Start(Tag::Heading {
            level: below(level),
            id,
            classes,
            attrs,
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        // Markdown would align columns by `style=`, which the site's policy forbids.
        Event::Start(Tag::Table(columns)) => {
            Event::Start(Tag::Table(vec![Alignment::None; columns.len()]))
        }
        // The language of a code block would only become a class that no stylesheet knows.
        Event::Start(Tag::CodeBlock(_)) => Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)),
        Event::Start(Tag::Link {
            link_type: LinkType::Email,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type: LinkType::Autolink,
            dest_url: format!("mailto:{dest_url}").into(),
            title,
            id,
        }),
        event => event,
    }
}

/// The level of a heading below the page's title.
fn below(level: HeadingLevel) -> HeadingLevel {
    HeadingLevel::try_from(level as usize + 1).unwrap_or(HeadingLevel::H6)
}

/// Takes out each line break between two Japanese characters: a browser would show a space there.
fn joined(read: Vec<Written>) -> Vec<Written> {
    let japanese = |c: Option<char>| c.is_some_and(is_japanese);
    let between = |at: usize| {
        let mut before = read[..at]
            .iter()
            .rev()
            .filter_map(|(event, _)| words(event));
        let mut after = read[at..].iter().filter_map(|(event, _)| words(event));
        let before = before.next().and_then(|words| words.chars().next_back());
        let after = after.next().and_then(|words| words.chars().next());
        japanese(before) && japanese(after)
    };
    let stays: Vec<bool> = read
        .iter()
        .enumerate()
        .map(|(at, (event, _))| !matches!(event, Event::SoftBreak) || !between(at))
        .collect();
    let kept = read.into_iter().zip(stays);
    kept.filter_map(|(event, stays)| stays.then_some(event))
        .collect()
}

/// Gives every heading its anchor.
fn name_headings(events: &mut [Written]) {
    let mut taken = BTreeMap::new();
    for at in 0..events.len() {
        let (before, rest) = events.split_at_mut(at + 1);
        let Event::Start(Tag::Heading { id, .. }) = &mut before[at].0 else {
            continue;
        };
        let inside = rest.iter().map(|(event, _)| event);
        let inside = inside.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
        let text: String = inside.filter_map(words).collect();
        *id = Some(free(anchor(&text), &mut taken).into());
    }
}

/// The anchor itself, or with the next number behind it where it is taken.
fn free(anchor: String, taken: &mut BTreeMap<String, usize>) -> String {
    let mut name = anchor.clone();
    while taken.contains_key(&name) {
        let count = taken.entry(anchor.clone()).or_default();
        *count += 1;
        name = format!("{anchor}-{count}");
    }
    taken.insert(name.clone(), 1);
    name
}

/// The words of a heading as an anchor: letters and digits of any script, a hyphen for whatever stands between.
fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.as_slice() {
        [] => "section".to_owned(),
        // Such names are the template's own.
        ["page", ..] => format!("section-{}", words.join("-")),
        words => words.join("-"),
    }
}

/// What the Markdown says that is not printed as it was meant.
fn problems(events: &[Written], file: &str) -> Vec<(MarkupProblem, Range<usize>)> {
    let mut problems: Vec<(MarkupProblem, Range<usize>)> = Vec::new();
    let mut elements = BTreeSet::new();
    for (event, bytes) in events {
        match event {
            Event::Start(Tag::HtmlBlock) => {
                let line = file[bytes.clone()].lines().next().unwrap_or_default();
                let html = line.trim_end();
                let bytes = bytes.start..bytes.start + html.len();
                problems.push((MarkupProblem::RawHtml(html.to_owned()), bytes));
            }
            // An element is one mistake: its opening tag tells it.
            Event::InlineHtml(html)
                if elements.insert(element(html)) || !html.starts_with("</") =>
            {
                problems.push((MarkupProblem::RawHtml(html.to_string()), bytes.clone()));
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                problems.push((MarkupProblem::Image(dest_url.to_string()), bytes.clone()));
            }
            _ => {}
        }
    }
    for block in stretches(events) {
        // Two asterisks that miss each other are one mistake, so a block has one.
        let stray = block.into_iter().find_map(|stretch| {
            let around = stray_asterisks(&file[stretch.clone()])?;
            Some(stretch.start + around.start..stretch.start + around.end)
        });
        if let Some(bytes) = stray {
            let around = file[bytes.clone()].to_owned();
            problems.push((MarkupProblem::EmphasisNotClosed(around), bytes));
        }
    }
    problems.sort_by_key(|(_, bytes)| bytes.start);
    problems
}

/// The name in a tag.
fn element(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name.find(|c: char| !c.is_alphanumeric());
    &name[..end.unwrap_or(name.len())]
}

/// For each block the texts that stand in the file without a gap, code left out; a backslash is a gap.
fn stretches(events: &[Written]) -> Vec<Vec<Range<usize>>> {
    let mut blocks = Vec::new();
    let mut block: Vec<Range<usize>> = Vec::new();
    let mut in_code = false;
    for (event, bytes) in events {
        match event {
            Event::Text(_) if in_code => {}
            Event::Text(_) => match block.last_mut() {
                Some(last) if last.end == bytes.start => last.end = bytes.end,
                _ => block.push(bytes.clone()),
            },
            Event::SoftBreak | Event::HardBreak => {}
            event if words(event).is_some() || is_inline(event) => {}
            event => {
                in_code = matches!(event, Event::Start(Tag::CodeBlock(_)));
                blocks.push(std::mem::take(&mut block));
            }
        }
    }
    blocks
}

/// The characters that an event prints.
fn words<'a>(event: &'a Event) -> Option<&'a str> {
    match event {
        Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
            Some(words)
        }
        _ => None,
    }
}

/// Whether the words before and behind an event stand in one block.
fn is_inline(event: &Event) -> bool {
    matches!(
        event,
        Event::Start(Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image)
    )
}

fn extend(open: &mut Option<Passage>, words: &str, bytes: &Range<usize>) {
    let passage = open.get_or_insert_with(|| Passage {
        text: String::new(),
        bytes: bytes.clone(),
    });
    passage.text.push_str(words);
    // A link is longer than its words, which follow it.
    passage.bytes.end = passage.bytes.end.max(bytes.end);
}

/// Ends a passage; addresses stand behind its words.
fn close(open: &mut Option<Passage>, beside: &mut String) -> Option<Passage> {
    let mut passage = open.take()?;
    passage.text.push_str(&std::mem::take(beside));
    Some(passage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        Prose::parse(markdown, 0).render(str::to_owned)
    }

    /// What the prose finds fault with, as it stands in the file.
    fn told(markdown: &str) -> Vec<(MarkupProblem, &str)> {
        let problems = Prose::parse(markdown, 0).problems;
        let told = problems.into_iter();
        told.map(|(problem, bytes)| (problem, &markdown[bytes]))
            .collect()
    }

    #[test]
    fn headings_stand_below_the_title_and_bear_their_words_as_anchors() {
        assert_eq!(
            html("# 安全管理\n\n## 相談・苦情 **窓口**\n\n安全管理\n===\n\n###### FAQ\n"),
            "<h2 id=\"安全管理\">安全管理</h2>\n\
             <h3 id=\"相談-苦情-窓口\">相談・苦情 <strong>窓口</strong></h3>\n\
             <h2 id=\"安全管理-2\">安全管理</h2>\n\
             <h6 id=\"faq\">FAQ</h6>\n"
        );
    }

    #[test]
    fn no_two_anchors_are_the_same_and_none_is_the_templates_own() {
        let prose = Prose::parse("# a\n# a 2\n# a\n# !\n# ？\n# Page top\n", 0);
        let anchors: Vec<&str> = prose.headings().collect();
        let expected = [
            "a",
            "a-2",
            "a-3",
            "section",
            "section-2",
            "section-page-top",
        ];
        assert_eq!(anchors, expected);
    }

    #[test]
    fn a_line_break_between_japanese_characters_leaves_no_space() {
        assert_eq!(
            html("規程に\nより、**措置**\n**を**\n講じる ABC\nDEF を`x`\n行う。\n"),
            "<p>規程により、<strong>措置</strong><strong>を</strong>講じる ABC\nDEF を<code>x</code>\n行う。</p>\n"
        );
        assert_eq!(
            html("- 一\n  二\n\n> 三\n> 四\n"),
            "<ul>\n<li>一二</li>\n</ul>\n<blockquote>\n<p>三四</p>\n</blockquote>\n"
        );
        // Two spaces at the end are the author's own wish for a new line.
        assert_eq!(html("一  \n二\n"), "<p>一<br />\n二</p>\n");
    }

    #[test]
    fn what_looks_like_markup_is_printed_as_it_stands() {
        for (written, shown) in [
            ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
            (
                "&lt;b&gt; &copy; &#65;",
                "&amp;lt;b&amp;gt; &amp;copy; &amp;#65;",
            ),
            ("{{ x }} {% y %}", "{{ x }} {% y %}"),
            ("#eval(1+1)", "#eval(1+1)"),
            ("~~x~~ [^1] :tada:", "~~x~~ [^1] :tada:"),
            ("`<b>&amp;`", "<code>&lt;b&gt;&amp;amp;</code>"),
            (r"\# \*星\*", "# *星*"),
            // Refused by a rule, and harmless besides.
            ("a <b>c</b>", "a &lt;b&gt;c&lt;/b&gt;"),
        ] {
            assert_eq!(html(written), format!("<p>{shown}</p>\n"), "{written}");
        }
        assert_eq!(
            html("<script>\nx\n</script>\n"),
            "&lt;script&gt;\nx\n&lt;/script&gt;\n"
        );
        assert_eq!(
            html("```html\n<b> & {{ x }}\n```\n"),
            "<pre><code>&lt;b&gt; &amp; {{ x }}\n</code></pre>\n"
        );
    }

    #[test]
    fn tables_and_lists_are_drawn() {
        assert_eq!(
            html("| 種別 | 期間 |\n|---|--:|\n| 台帳 | 7年 |\n"),
            "<table><thead><tr><th>種別</th><th>期間</th></tr></thead><tbody>\n\
             <tr><td>台帳</td><td>7年</td></tr>\n</tbody></table>\n"
        );
        assert_eq!(
            html("3. 三\n4. 四\n"),
            "<ol start=\"3\">\n<li>三</li>\n<li>四</li>\n</ol>\n"
        );
    }

    #[test]
    fn links_get_the_address_they_have_in_the_site() {
        let markdown =
            "[行](#C-b) <a@example.jp> <https://example.jp/?a&b> [頁][p]\n\n[p]: other.md \"題\"\n";
        let prose = Prose::parse(markdown, 0);
        let links: Vec<(&str, &str)> = prose
            .links()
            .map(|(link, bytes)| (link, &markdown[bytes]))
            .collect();
        assert_eq!(
            links,
            [
                ("#C-b", "[行](#C-b)"),
                ("mailto:a@example.jp", "<a@example.jp>"),
                ("https://example.jp/?a&b", "<https://example.jp/?a&b>"),
                ("other.md", "[頁][p]"),
            ]
        );
        assert_eq!(
            prose.render(|link| link.replace(".md", ".html").replace("#C", "index.html#C")),
            "<p><a href=\"index.html#C-b\">行</a> <a href=\"mailto:a@example.jp\">a@example.jp</a> \
             <a href=\"https://example.jp/?a&amp;b\">https://example.jp/?a&amp;b</a> \
             <a href=\"other.html\" title=\"題\">頁</a></p>\n"
        );
    }

    #[test]
    fn what_markdown_passes_over_is_told() {
        let markdown = "[使う]\n\n[使う]: https://example.jp\n[注]: これは説明である\n\n\
                        | 一 | 二 |\n|---|---|\n| 三 | 四 | 五 | 六 |\n| 七 |\n| 八 | 九 ||\n";
        let lost = Prose::parse(markdown, 0).lost;
        let shown: Vec<&str> = lost
            .iter()
            .map(|(Lost::Definition(bytes) | Lost::Cells(bytes))| &markdown[bytes.clone()])
            .collect();
        assert_eq!(shown, ["[注]: これは説明である", "五 | 六"]);
        assert!(matches!(
            lost.as_slice(),
            [Lost::Definition(_), Lost::Cells(_)]
        ));
        assert_eq!(
            html("\\[注]: これは説明である\n"),
            "<p>[注]: これは説明である</p>\n"
        );
    }

    #[test]
    fn passages_are_what_a_reader_sees_with_the_addresses_behind() {
        let markdown = "# 題\n\n株式**会社**\n[甲](https://example.jp \"乙\")\n\n- 一\n- 二\n\n| 三 |\n|---|\n";
        let passages = Prose::parse(markdown, 0).passages();
        let shown: Vec<(&str, &str)> = passages
            .iter()
            .map(|passage| (passage.text.as_str(), &markdown[passage.bytes.clone()]))
            .collect();
        assert_eq!(
            shown,
            [
                ("題", "題"),
                (
                    "株式会社甲\nhttps://example.jp\n乙",
                    "株式**会社**\n[甲](https://example.jp \"乙\")"
                ),
                ("一", "一"),
                ("二", "二"),
                ("三", "三"),
            ]
        );
    }

    #[test]
    fn troubles_are_named_with_their_place() {
        assert_eq!(
            told("一<br>二<b>三</b>"),
            [
                (MarkupProblem::RawHtml("<br>".into()), "<br>"),
                (MarkupProblem::RawHtml("<b>".into()), "<b>")
            ]
        );
        assert_eq!(
            told("一\n\n<!-- 二 -->\n\n</div>"),
            [
                (MarkupProblem::RawHtml("<!-- 二 -->".into()), "<!-- 二 -->"),
                (MarkupProblem::RawHtml("</div>".into()), "</div>")
            ]
        );
        assert_eq!(
            told("![印](seal.png)"),
            [(MarkupProblem::Image("seal.png".into()), "![印](seal.png)")]
        );
        assert_eq!(
            told("これは**「重要」**です。\n次も**「重要」**です。"),
            [(
                MarkupProblem::EmphasisNotClosed("これは**「重要」".into()),
                "これは**「重要」"
            )]
        );
        for fine in [
            "2 * 3 * 4",
            r"\*\*星",
            "`**`",
            "    **\n",
            "**「引用」** から",
        ] {
            assert_eq!(told(fine), [], "{fine}");
        }
    }
}
