//! Rules about texts: each can be printed as it was meant, and its readers may see it.

use super::{CheckInput, Rule};
use crate::characters::{code_points, drawn, is_invisible};
use crate::confidential::{ConfidentialNames, Likeness};
use crate::content::record::SheetRecord;
use crate::content::{Content, WrittenText, control_character_finding, rule};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::message::{Language, Message};
use crate::model::Audience;
use crate::prose::LostText;
use crate::text::MarkupProblem;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The characters of one text in one language, with its place and its readers.
struct TextOccurrence<'a> {
    text: Cow<'a, str>,
    language: Language,
    origin: Origin,
    /// `None`: only the office.
    audience: Option<Audience>,
}

/// Every text of the sheet, in either language.
fn sheet_texts<'a>(input: &CheckInput<'a>) -> Vec<TextOccurrence<'a>> {
    let mut texts = Vec::new();
    for pair in input.content.texts() {
        for (text, language, origin) in [
            (pair.ja, Language::Japanese, pair.origin),
            (pair.en, Language::English, pair.en_origin),
        ] {
            texts.extend(text.map(|text| TextOccurrence {
                text: text.characters(),
                language,
                origin,
                audience: pair.audience,
            }));
        }
    }
    texts
}

/// The texts of the pages, block by block. They are on the site only, never in a PDF.
fn page_texts<'a>(input: &CheckInput<'a>) -> Vec<TextOccurrence<'a>> {
    let mut texts = Vec::new();
    for page in &input.content.pages {
        let Some(text) = &page.text else { continue };
        let mut push = |text: Cow<'a, str>, origin| {
            texts.push(TextOccurrence {
                text,
                language: page.lang,
                origin,
                audience: Some(Audience::Public),
            });
        };
        let title = Origin::root(&page.file).at("title");
        push((&*text.front.title).into(), title);
        for passage in text.prose.passages() {
            push(
                passage.text.into(),
                Origin::bytes(&page.file, passage.bytes),
            );
        }
    }
    texts
}

fn all_texts<'a>(input: &CheckInput<'a>) -> Vec<TextOccurrence<'a>> {
    let mut texts = sheet_texts(input);
    texts.extend(page_texts(input));
    texts
}

pub const ENGLISH_ALONE: Rule = Rule::new("english-alone", english_alone);

/// Reports English without Japanese: the English page must not say more than the sheet.
fn english_alone(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pair in input.content.texts() {
        if pair.lacks_japanese() {
            let message = Message::new("english-alone").with("field", pair.field);
            let help = Message::new("english-alone-help").with("field", pair.field);
            findings.push(ENGLISH_ALONE.error(pair.en_origin, message).help(help));
        }
    }
    findings
}

pub const RAW_HTML: Rule = Rule::new("raw-html", raw_html);

/// Reports HTML, because the sheet must read the same on paper.
fn raw_html(input: &CheckInput) -> Vec<Diagnostic> {
    markup_findings(input, |origin, problem| {
        let MarkupProblem::RawHtml(html) = problem else {
            return None;
        };
        let message = Message::new("raw-html").with("html", html);
        let finding = RAW_HTML.error(origin.within(html), message);
        Some(finding.help(Message::new("raw-html-help")))
    })
}

pub const EMPHASIS_NOT_CLOSED: Rule = Rule::new("emphasis-not-closed", emphasis_not_closed);

/// Reports `**` that remained text: beside 「」 Markdown does not recognise emphasis.
fn emphasis_not_closed(input: &CheckInput) -> Vec<Diagnostic> {
    markup_findings(input, |origin, problem| {
        let MarkupProblem::EmphasisNotClosed(around) = problem else {
            return None;
        };
        let message = Message::new("emphasis-not-closed").with("around", around);
        let finding = EMPHASIS_NOT_CLOSED.warning(origin.within(around), message);
        Some(finding.help(Message::new("emphasis-not-closed-help")))
    })
}

/// The findings that `explain` returns for problems in the Markdown of cells and pages.
pub fn markup_findings(
    input: &CheckInput,
    explain: impl Fn(&Origin, &MarkupProblem) -> Option<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pair in input.content.texts() {
        for (text, origin) in [(pair.ja, &pair.origin), (pair.en, &pair.en_origin)] {
            if let Some(WrittenText::Cell(text)) = text {
                let problems = text.problems.iter();
                findings.extend(problems.filter_map(|problem| explain(origin, problem)));
            }
        }
    }
    for page in &input.content.pages {
        for (problem, bytes) in page.text.iter().flat_map(|text| &text.prose.problems) {
            findings.extend(explain(&Origin::bytes(&page.file, bytes.clone()), problem));
        }
    }
    findings
}

pub const CONTROL_CHARACTER: Rule = Rule::new(rule::CONTROL_CHARACTER, control_characters);

/// Reports characters that print nothing and change the text around them.
fn control_characters(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for text in all_texts(input) {
        let found: BTreeSet<char> = text.text.chars().filter(|c| is_invisible(*c)).collect();
        for c in found {
            let origin = text.origin.within(&c.to_string());
            findings.push(control_character_finding(c, origin));
        }
    }
    findings
}

pub const MISSING_GLYPH: Rule = Rule::new("missing-glyph", missing_glyph);

/// Reports characters that no font has, because Typst would print a box and PDF/A forbids that.
fn missing_glyph(input: &CheckInput) -> Vec<Diagnostic> {
    let texts = sheet_texts(input);
    // Each character is looked up once, because a sheet has few different ones.
    let used: BTreeSet<&str> = texts.iter().flat_map(|text| drawn(&text.text)).collect();
    let is_printed = |c: &&str| *c != "\n" && !c.starts_with(is_invisible);
    let mut findings = Vec::new();
    for c in used.into_iter().filter(is_printed) {
        if (input.can_draw)(c) {
            continue;
        }
        let has_it = |text: &&TextOccurrence| drawn(&text.text).any(|it| it == c);
        for text in texts.iter().filter(has_it) {
            let finding = MISSING_GLYPH.error(text.origin.within(c), missing(c));
            findings.push(finding.help(Message::new("missing-glyph-help")));
        }
    }
    findings
}

fn missing(c: &str) -> Message {
    Message::new("missing-glyph")
        .with("character", c)
        .with("code", code_points(c))
}

/// The reason that a line cannot be printed: an invisible character, or one that no font has.
pub fn unprintable(line: &str, can_draw: impl Fn(&str) -> bool) -> Option<Message> {
    drawn(line).find_map(|character| {
        let control = character.chars().find(|c| is_invisible(*c) || *c == '\n');
        if let Some(c) = control {
            Some(control_character_finding(c, Origin::file("")).message)
        } else if can_draw(character) {
            None
        } else {
            Some(missing(character))
        }
    })
}

pub const CONFIDENTIAL_NAME: Rule = Rule::new("confidential-name", confidential_name);

/// Reports names listed as confidential in texts that everybody may read. One that only looks alike
/// is a warning.
fn confidential_name(input: &CheckInput) -> Vec<Diagnostic> {
    let names = confidential_names(input.content);
    let mut findings = Vec::new();
    if names.is_empty() {
        return findings;
    }
    for (texts, help) in [
        (sheet_texts(input), "confidential-name-help"),
        (page_texts(input), "confidential-name-page"),
    ] {
        let is_public = |text: &&TextOccurrence| text.audience == Some(Audience::Public);
        for text in texts.iter().filter(is_public) {
            for found in names.find(&text.text) {
                let written = &text.text[found.written];
                let origin = text.origin.within(written);
                let message = Message::new(match found.likeness {
                    Likeness::Same => "confidential-name",
                    Likeness::LooksAlike => "confidential-name-alike",
                });
                let message = message.with("name", found.name).with("written", written);
                let finding = match found.likeness {
                    Likeness::Same => CONFIDENTIAL_NAME.error(origin, message),
                    Likeness::LooksAlike => CONFIDENTIAL_NAME.warning(origin, message),
                };
                findings.push(finding.help(Message::new(help)));
            }
        }
    }
    findings
}

/// The names that sheet.yaml lists as confidential.
pub fn confidential_names(content: &Content) -> ConfidentialNames<'_> {
    let sheet = content.sheet.iter();
    let names = sheet.flat_map(|sheet| &sheet.record.confidential);
    ConfidentialNames::new(names.map(|name| &**name))
}

/// The confidential names that a text contains; none that only looks alike.
pub fn confidential_in<'a>(content: &'a Content, text: &str) -> Vec<&'a str> {
    let mut found = confidential_names(content).find(text);
    found.retain(|found| found.likeness == Likeness::Same);
    found.into_iter().map(|found| found.name).collect()
}

pub const JOINED_NAMES: Rule = Rule::new("joined-names", joined_names);

/// Reports entries of lists of names that are probably two: the second name would be neither found
/// in a text nor given a box for its seal.
fn joined_names(input: &CheckInput) -> Vec<Diagnostic> {
    let Some(sheet) = input.sheet() else {
        return Vec::new();
    };
    let SheetRecord {
        approvals,
        confidential,
        ..
    } = &sheet.record;
    let mut findings = Vec::new();
    for (field, names) in [("approvals", approvals), ("confidential", confidential)] {
        for (index, name) in names.iter().enumerate() {
            let Some(separator) = name.matches(['、', '，', '；', ';']).next() else {
                continue;
            };
            let origin = sheet.origin().at(field).at(index).within(separator);
            let message = Message::new("joined-names").with("separator", separator);
            let finding = JOINED_NAMES.error(origin, message.with("name", name));
            findings.push(finding.help(Message::new("joined-names-help")));
        }
    }
    findings
}

pub const SPELLING_VARIES: Rule = Rule::new("spelling-varies", spelling_varies);

/// Pairs of spellings of the same word.
const VARIANTS: [(&str, &str); 8] = [
    ("サーバー", "サーバ"),
    ("ユーザー", "ユーザ"),
    ("フォルダー", "フォルダ"),
    ("コンピューター", "コンピュータ"),
    ("マネージャー", "マネージャ"),
    ("ブラウザー", "ブラウザ"),
    ("漏えい", "漏洩"),
    ("取扱い", "取り扱い"),
];

/// Reports words with two spellings, once each, at the first occurrence of the rarer spelling.
fn spelling_varies(input: &CheckInput) -> Vec<Diagnostic> {
    let mut texts = all_texts(input);
    // An English text may quote a Japanese word; its spelling is decided in Japanese.
    // The guideline's own headings are not the office's to spell.
    texts.retain(|text| {
        let is_guideline = text.origin.file.starts_with("content/guidelines/");
        text.audience.is_some() && text.language == Language::Japanese && !is_guideline
    });
    let mut findings = Vec::new();
    for (long, short) in VARIANTS {
        let longs = occurrences(&texts, |text| text.matches(long).count());
        let shorts = occurrences(&texts, |text| {
            // サーバー contains サーバ and is another spelling.
            let inside = long.matches(short).count() * text.matches(long).count();
            text.matches(short).count() - inside
        });
        let (rare, common) = if longs.count < shorts.count {
            ((long, &longs), short)
        } else {
            ((short, &shorts), long)
        };
        let (spelling, Occurrences { count, first }) = rare;
        let Some(first) = first else { continue };
        let message = Message::new("spelling-varies")
            .with("rare", spelling)
            .with("common", common)
            .with("count", count)
            .with("total", longs.count + shorts.count);
        let finding = SPELLING_VARIES.warning(first.within(spelling), message);
        findings.push(Diagnostic {
            severity: Severity::Hint,
            ..finding
        });
    }
    findings
}

/// The number of occurrences in the texts, and the first text with one.
struct Occurrences<'a> {
    count: usize,
    first: Option<&'a Origin>,
}

fn occurrences<'a>(
    texts: &'a [TextOccurrence],
    count_in: impl Fn(&str) -> usize,
) -> Occurrences<'a> {
    let mut found = Occurrences {
        count: 0,
        first: None,
    };
    for text in texts {
        let count = count_in(&text.text);
        if count > 0 {
            found.count += count;
            found.first.get_or_insert(&text.origin);
        }
    }
    found
}

pub const TEXT_CUT_OFF: Rule = Rule::new("text-cut-off", text_cut_off);

/// Reports text after ` #`, a comment in YAML, and text of pages that Markdown does not print.
///
/// A `#` before a space is taken for a comment that the author meant, `#3` for text.
fn text_cut_off(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for file in &input.content.measures {
        let text = input.content.sources.get(&file.file).unwrap_or_default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if let Some((at, lost)) = cut_off_in(line) {
                let from = start + at;
                let origin = Origin::bytes(&file.file, from..from + lost.len());
                let message = Message::new("text-cut-off").with("lost", lost);
                let finding = TEXT_CUT_OFF.warning(origin, message);
                findings.push(finding.help(Message::new("text-cut-off-help")));
            }
            start += line.len();
        }
    }
    findings.extend(lost_in_pages(input));
    findings
}

/// The text after ` #` in a line of a measures file, with its byte offset.
fn cut_off_in(line: &str) -> Option<(usize, &str)> {
    const FIELDS: [&str; 5] = ["subject", "measure", "not_applicable", "remarks", "confirm"];
    let entry = line.trim_start_matches([' ', '-']);
    let mut values = FIELDS
        .iter()
        .filter_map(|field| entry.strip_prefix(field)?.strip_prefix(':'));
    let value = values.next()?;
    if value.trim_start().starts_with(['"', '\'', '|', '>']) {
        return None;
    }
    let mut signs = value.match_indices(" #").map(|(at, _)| at + 1);
    let at = signs.find(|at| value[at + 1..].starts_with(|c: char| !c.is_whitespace()))?;
    Some((line.len() - value.len() + at, value[at..].trim_end()))
}

/// Reports text of pages that Markdown does not print: unused link definitions (`[name]: word`) and
/// cells beyond a table's columns.
fn lost_in_pages(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for page in &input.content.pages {
        let Some(text) = &page.text else { continue };
        let source = input.content.sources.get(&page.file).unwrap_or_default();
        for lost in &text.prose.lost {
            let (bytes, message, help) = match lost {
                LostText::Definition(bytes) => {
                    (bytes, "definition-unused", "definition-unused-help")
                }
                LostText::Cells(bytes) => (bytes, "cells-beyond", "cells-beyond-help"),
            };
            let message = Message::new(message).with("lost", &source[bytes.clone()]);
            let origin = Origin::bytes(&page.file, bytes.clone());
            let finding = TEXT_CUT_OFF.warning(origin, message);
            findings.push(finding.help(Message::new(help)));
        }
    }
    findings
}
