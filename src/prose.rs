//! The prose of a page: Markdown → an HTML fragment for the theme's page, and facts for the rules.
//!
//! Links, headings, passages and problems have their ranges in the file; the fragment is made once the links' addresses
//! in the site are known. Never here: HTML or images from the author. Unlike a cell ([`crate::text`]), a page has blocks.

use crate::text::{MarkupProblem, begins_item, closes, is_japanese, problem_at, stray_asterisks};
use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

#[derive(Debug)]
pub struct Prose {
    events: Vec<SourceEvent>,
    /// The problems in the Markdown itself, which the rules report.
    pub problems: Vec<(MarkupProblem, Range<usize>)>,
}

type SourceEvent = (Event<'static>, Range<usize>);

impl Prose {
    /// Parses the Markdown of a file from byte `start` on.
    pub fn parse(file: &str, start: usize) -> Prose {
        let in_file = |range: Range<usize>| start + range.start..start + range.end;
        let mut parser = Parser::new_ext(&file[start..], Options::ENABLE_TABLES).into_offset_iter();
        let mut found = Vec::new();
        let printed = parser.by_ref().map(|(event, range)| {
            let bytes = in_file(range);
            found.extend(problem_at(file, &event, &bytes).map(|it| (it, bytes.clone())));
            (as_printed(event, &file[bytes.clone()]), bytes)
        });
        let mut events: Vec<SourceEvent> = Vec::new();
        for (event, bytes) in pulldown_cmark::TextMergeWithOffset::new(printed) {
            match (printed_text(&event), events.last_mut()) {
                // The author meant lines.
                (Some(text), Some((soft_break @ Event::SoftBreak, _))) if begins_item(text) => {
                    *soft_break = Event::HardBreak;
                }
                (Some(text), _) if text.starts_with(is_japanese) => join_japanese(&mut events),
                _ => {}
            }
            events.push((event, bytes));
        }
        set_anchors(&mut events);
        let mut problems = problems(&events, file);
        problems.extend(found);
        let is_used = |name: &str| events.iter().any(|(event, _)| leads_to(event, name));
        for (name, definition) in parser.reference_definitions().iter() {
            let bytes = in_file(definition.span.clone());
            let problem = MarkupProblem::new("definition-unused", "lost", &file[bytes.clone()]);
            problems.extend((!is_used(name)).then_some((problem, bytes)));
        }
        problems.sort_by_key(|(_, bytes)| bytes.start);
        Prose { problems, events }
    }

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

    /// The text of every block (paragraph, heading, cell), followed by the addresses it links to.
    pub fn passages(&self) -> Vec<(String, Range<usize>)> {
        let mut passages = Vec::new();
        let mut addresses = String::new();
        let mut open: Option<(String, Range<usize>)> = None;
        for (event, bytes) in &self.events {
            let text = match event {
                Event::Start(Tag::Link {
                    dest_url, title, ..
                }) => {
                    addresses.extend(["\n", dest_url, "\n", title]);
                    Some("")
                }
                Event::SoftBreak | Event::HardBreak => Some("\n"),
                event if is_block_border(event) => {
                    if let Some((text, bytes)) = open.take() {
                        passages.push((text + &std::mem::take(&mut addresses), bytes));
                    }
                    None
                }
                event => printed_text(event),
            };
            let Some(text) = text else { continue };
            let passage = open.get_or_insert_with(|| (String::new(), bytes.clone()));
            passage.0.push_str(text);
            // A link is longer than its text, which follows it.
            passage.1.end = passage.1.end.max(bytes.end);
        }
        passages
    }

    /// Renders the fragment, its highest heading an `h2`; `address` maps a link's address to the one in the site.
    pub fn render(&self, address: impl Fn(&str) -> String) -> String {
        let events = self.events.iter().map(|(event, _)| {
            let mut rendered = event.clone();
            match &mut rendered {
                Event::Start(Tag::Link { dest_url, .. }) => *dest_url = address(dest_url).into(),
                // A rule refuses HTML before; should the rule fail, it is text and not markup.
                Event::Html(html) | Event::InlineHtml(html) => return Event::Text(html.clone()),
                _ => {}
            }
            rendered
        });
        let mut fragment = String::new();
        html::push_html(&mut fragment, events);
        fragment
    }
}

/// Tells if an event is a link or image that uses the definition of a name.
fn leads_to(event: &Event, name: &str) -> bool {
    matches!(event, Event::Start(Tag::Link { id, .. } | Tag::Image { id, .. })
        if id.to_lowercase() == name.to_lowercase())
}

const CELL_BORDER: [char; 4] = ['|', ' ', '\t', '\n'];

/// The event as the fragment shows it; `source` is its text in the file.
fn as_printed(event: Event, source: &str) -> Event<'static> {
    let mut printed = event.into_static();
    match &mut printed {
        // `&lt;` stays `&lt;`, as in a cell: character references belong to HTML.
        Event::Text(text) if source.starts_with('&') && source.ends_with(';') => {
            *text = source.to_owned().into();
        }
        // One level lower, below the page's title.
        Event::Start(Tag::Heading { level, .. }) | Event::End(TagEnd::Heading(level)) => {
            *level = HeadingLevel::try_from(*level as usize + 1).unwrap_or(HeadingLevel::H6);
        }
        // Markdown would align columns by `style=`, which the site's policy forbids.
        Event::Start(Tag::Table(columns)) => columns.fill(pulldown_cmark::Alignment::None),
        // The language of a code block would only become a class that no stylesheet knows.
        Event::Start(Tag::CodeBlock(kind)) => *kind = pulldown_cmark::CodeBlockKind::Indented,
        Event::Start(Tag::Link {
            link_type: link_type @ LinkType::Email,
            dest_url,
            ..
        }) => {
            *link_type = LinkType::Autolink;
            *dest_url = format!("mailto:{dest_url}").into();
        }
        _ => {}
    }
    printed
}

/// Removes the line breaks, shown as spaces, before a Japanese text that follows another.
fn join_japanese(events: &mut Vec<SourceEvent>) {
    let last = events.iter().rposition(|it| printed_text(&it.0).is_some());
    let text_of = |at: usize| printed_text(&events[at].0).unwrap_or_default();
    if let Some(at) = last.filter(|at| text_of(*at).ends_with(is_japanese)) {
        let between = events.split_off(at + 1).into_iter();
        events.extend(between.filter(|(event, _)| !matches!(event, Event::SoftBreak)));
    }
}

fn set_anchors(events: &mut [SourceEvent]) {
    let (mut taken, mut numbers) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    for at in 0..events.len() {
        let (before, rest) = events.split_at_mut(at + 1);
        if let Event::Start(Tag::Heading { id, .. }) = &mut before[at].0 {
            let is_inside = |event: &&Event| !matches!(event, Event::End(TagEnd::Heading(_)));
            let inside = rest.iter().map(|(event, _)| event).take_while(is_inside);
            let text: String = inside.filter_map(printed_text).collect();
            // The anchor itself, or with the next free number after it.
            let own = anchor(&text);
            let mut name = own.clone();
            while !taken.insert(name.clone()) {
                let number = numbers.entry(own.clone()).or_insert(1);
                *number += 1;
                name = format!("{own}-{number}");
            }
            *id = Some(name.into());
        }
    }
}

/// The anchor of a heading: letters and digits of any script, joined by hyphens.
fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let mut words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    words.retain(|word| !word.is_empty());
    match words.as_slice() {
        [] => "section".to_owned(),
        // The template uses such names itself.
        ["page", ..] => format!("section-{}", words.join("-")),
        words => words.join("-"),
    }
}

fn problems(events: &[SourceEvent], file: &str) -> Vec<(MarkupProblem, Range<usize>)> {
    let quoted = |id, argument, bytes: Range<usize>| {
        let problem = MarkupProblem::new(id, argument, &file[bytes.clone()]);
        (problem, bytes)
    };
    let mut problems = Vec::new();
    let (mut in_code, mut has_stray, mut cells_end) = (false, false, 0);
    for (event, bytes) in events {
        match event {
            Event::Start(Tag::HtmlBlock) => {
                let line = file[bytes.clone()].lines().next().unwrap_or_default();
                let end = bytes.start + line.trim_end().len();
                problems.push(quoted("raw-html", "html", bytes.start..end));
            }
            Event::InlineHtml(html) if !problems.iter().any(|(it, _)| closes(html, it)) => {
                problems.push((MarkupProblem::new("raw-html", "html", html), bytes.clone()));
            }
            // Two asterisks that miss each other are one mistake, so a block has one.
            Event::Text(_) if !in_code && !has_stray => {
                if let Some(around) = stray_asterisks(&file[bytes.clone()]) {
                    let range = bytes.start + around.start..bytes.start + around.end;
                    problems.push(quoted("emphasis-not-closed", "around", range));
                    has_stray = true;
                }
            }
            Event::End(TagEnd::TableCell) => cells_end = bytes.end,
            Event::End(TagEnd::TableRow) if cells_end < bytes.end => {
                let rest = file[cells_end..bytes.end].trim_start_matches(CELL_BORDER);
                let start = bytes.end - rest.len();
                let end = start + rest.trim_end_matches(CELL_BORDER).len();
                if start < end {
                    problems.push(quoted("cells-beyond", "lost", start..end));
                }
            }
            _ => {}
        }
        if is_block_border(event) {
            in_code = matches!(event, Event::Start(Tag::CodeBlock(_)));
            has_stray = false;
        }
    }
    problems
}

fn printed_text<'a>(event: &'a Event) -> Option<&'a str> {
    match event {
        Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
            Some(text)
        }
        _ => None,
    }
}

/// Tells if a block (paragraph, heading, cell, …) begins or ends at an event.
fn is_block_border(event: &Event) -> bool {
    let is_inline = matches!(
        event,
        Event::SoftBreak
            | Event::HardBreak
            | Event::Start(Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image)
    );
    !is_inline && printed_text(event).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        Prose::parse(markdown, 0).render(str::to_owned)
    }

    /// The message of each problem of a text, the characters it names, and those in the file.
    fn problems(markdown: &str) -> Vec<(&'static str, String, &str)> {
        let problems = Prose::parse(markdown, 0).problems.into_iter();
        problems
            .map(|(problem, bytes)| (problem.id, problem.written, &markdown[bytes]))
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
    fn what_markdown_passes_over_is_problems() {
        let markdown = "[使う]\n\n[使う]: https://example.jp\n[注]: これは説明である\n\n\
                        | 一 | 二 |\n|---|---|\n| 三 | 四 | 五 | 六 |\n| 七 |\n| 八 | 九 ||\n";
        let definition = "[注]: これは説明である";
        assert_eq!(
            problems(markdown),
            [
                ("definition-unused", definition.into(), definition),
                ("cells-beyond", "五 | 六".into(), "五 | 六"),
            ]
        );
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
            .map(|(text, bytes)| (text.as_str(), &markdown[bytes.clone()]))
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
    fn problems_are_found_with_their_place() {
        assert_eq!(
            problems("一<br>二<b>三</b>"),
            [
                ("raw-html", "<br>".into(), "<br>"),
                ("raw-html", "<b>".into(), "<b>")
            ]
        );
        assert_eq!(
            problems("一\n\n<!-- 二 -->\n\n</div>"),
            [
                ("raw-html", "<!-- 二 -->".into(), "<!-- 二 -->"),
                ("raw-html", "</div>".into(), "</div>")
            ]
        );
        assert_eq!(
            problems("![印](seal.png)"),
            [("no-image", "seal.png".into(), "![印](seal.png)")]
        );
        assert_eq!(
            problems("これは**「重要」**です。\n次も**「重要」**です。"),
            [(
                "emphasis-not-closed",
                "これは**「重要」".into(),
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
            assert_eq!(problems(fine), [], "{fine}");
        }
    }
}
