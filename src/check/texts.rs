//! Can every text be printed as it was meant, and may its readers read it?

use super::CheckInput;
use super::all_texts::{TextOccurrence, all_texts, cells, pages, prose};
use crate::content::{Content, place_name};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::message::{Language, Message};
use crate::model::Audience;
use crate::prose::LostText;
use crate::text::MarkupProblem;
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// HTML is not Markdown's to carry here: the sheet must read the same on paper.
pub fn raw_html(input: &CheckInput) -> Vec<Diagnostic> {
    problems(input, |origin, problem| {
        let MarkupProblem::RawHtml(html) = problem else {
            return None;
        };
        let message = Message::new("raw-html").with("html", html);
        let finding = Diagnostic::error("raw-html", origin.within(html), message);
        Some(finding.help(Message::new("raw-html-help")))
    })
}

/// `**` that remained text: beside 「」 an author means emphasis and Markdown sees none.
pub fn emphasis_not_closed(input: &CheckInput) -> Vec<Diagnostic> {
    problems(input, |origin, problem| {
        let MarkupProblem::EmphasisNotClosed(around) = problem else {
            return None;
        };
        let message = Message::new("emphasis-not-closed").with("around", around);
        let finding = Diagnostic::warning("emphasis-not-closed", origin.within(around), message);
        Some(finding.help(Message::new("emphasis-not-closed-help")))
    })
}

/// What `explain` says of the problems in cells and pages, each with its place.
fn problems(
    input: &CheckInput,
    explain: impl Fn(&Origin, &MarkupProblem) -> Option<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for cell in cells(input) {
        let problems = cell.text.problems.iter();
        findings.extend(problems.filter_map(|problem| explain(&cell.origin, problem)));
    }
    for (page, text) in pages(input) {
        for (problem, bytes) in &text.prose.problems {
            findings.extend(explain(&Origin::bytes(&page.file, bytes.clone()), problem));
        }
    }
    findings
}

/// A link leads to the web, to mail, to a telephone or to a row that is there; the office's own address to the web.
pub fn broken_link(input: &CheckInput) -> Vec<Diagnostic> {
    let anchors = anchors(input.content);
    let mut findings = super::pages::broken_links(input, &anchors);
    findings.extend(pictures(input));
    for cell in cells(input) {
        for link in cell
            .text
            .links()
            .filter(|link| !leads_somewhere(link, &anchors))
        {
            let message = Message::new("broken-link").with("link", link);
            let finding = Diagnostic::error("broken-link", cell.origin.within(link), message);
            let known = anchors.iter().map(String::as_str);
            findings.push(match link.strip_prefix('#') {
                Some(anchor) => finding
                    .help(Message::new("broken-link-row"))
                    .suggest(anchor, known),
                None => finding.help(Message::new("broken-link-help")),
            });
        }
    }
    if let Some(office) = &input.content.office
        && let Some(url) = &office.record.url
        && !is_web_address(url)
    {
        let message = Message::new("broken-link").with("link", &**url);
        let finding = Diagnostic::error("broken-link", office.origin().at("url"), message);
        findings.push(finding.help(Message::new("broken-link-office")));
    }
    if let Some(office) = &input.content.office
        && let Some(contact) = &office.record.security
        && !is_contact(contact)
    {
        let message = Message::new("broken-link").with("link", &**contact);
        let finding = Diagnostic::error("broken-link", office.origin().at("security"), message);
        findings.push(finding.help(Message::new("broken-link-security")));
    }
    findings
}

/// What stands for a picture in a cell or a page is a link at best: none is shown.
fn pictures(input: &CheckInput) -> Vec<Diagnostic> {
    problems(input, |origin, problem| {
        let MarkupProblem::Image(address) = problem else {
            return None;
        };
        let message = Message::new("no-image").with("link", address);
        Some(Diagnostic::error(
            "broken-link",
            origin.within(address),
            message,
        ))
    })
}

/// The anchors of the sheet's page: its sections, items and rows, under their former names too.
pub fn anchors(content: &Content) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (file, record, _) in content.all_measures() {
        anchors.extend([file.section.clone(), file.name()]);
        let ids = record.formerly.iter().chain([&record.id]);
        anchors.extend(ids.map(|id| place_name(&file.name(), Some(id))));
    }
    anchors
}

fn leads_somewhere(link: &str, anchors: &BTreeSet<String>) -> bool {
    let row = link.strip_prefix('#');
    leads_out(link) || row.is_some_and(|anchor| anchors.contains(anchor))
}

/// Whether a link leads to the web, to mail or to a telephone.
pub fn leads_out(link: &str) -> bool {
    match link.split_once(':') {
        Some(("mailto", address)) => address.contains('@') && !address.contains(' '),
        Some(("tel", number)) => number.chars().any(|c| c.is_ascii_digit()),
        _ => is_web_address(link),
    }
}

/// Whom to tell of a security problem: a mail address, a secure page or a telephone (RFC 9116, 2.5.3).
fn is_contact(contact: &str) -> bool {
    let mail = !contact.contains(':') && leads_out(&format!("mailto:{contact}"));
    mail || (leads_out(contact) && !contact.starts_with("http:"))
}

fn is_web_address(link: &str) -> bool {
    let rest = link
        .strip_prefix("https://")
        .or(link.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.contains('.') && !rest.starts_with('.') && !rest.contains(char::is_whitespace)
    })
}

/// Characters that print nothing and change what stands around them.
pub fn control_characters(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for printed in all_texts(input).into_iter().chain(prose(input)) {
        let found: BTreeSet<char> = printed.text.chars().filter(|c| is_control(*c)).collect();
        for c in found {
            findings.push(control_character(c, printed.origin.within(&c.to_string())));
        }
    }
    findings
}

/// The finding itself, also for characters that YAML does not let pass.
pub fn control_character(c: char, origin: Origin) -> Diagnostic {
    let kind = match c {
        '\t' => "tab",
        '\u{ad}' => "soft-hyphen",
        '\u{200b}'..='\u{200d}' | '\u{feff}' => "zero-width",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "turn",
        _ => "other",
    };
    let message = Message::new("control-character")
        .with("kind", kind)
        .with("code", code(c));
    Diagnostic::error("control-character", origin, message)
        .help(Message::new("control-character-help"))
}

/// C0 and C1, marks of writing direction, zero-width characters, a byte order mark inside, noncharacters.
fn is_control(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
}

fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

fn missing(c: char) -> Message {
    Message::new("missing-glyph")
        .with("character", c)
        .with("code", code(c))
}

/// Every character can be drawn: Typst would print a box, and PDF/A forbids that.
pub fn missing_glyph(input: &CheckInput) -> Vec<Diagnostic> {
    let printed = all_texts(input);
    // Each character is asked for once: a sheet has few, and most sheets lack none.
    let used: BTreeSet<char> = printed
        .iter()
        .flat_map(|printed| printed.text.chars())
        .collect();
    let drawable = |c: &char| *c == '\n' || is_control(*c) || (input.can_draw)(*c);
    let mut findings = Vec::new();
    for c in used.into_iter().filter(|c| !drawable(c)) {
        for printed in printed.iter().filter(|printed| printed.text.contains(c)) {
            let origin = printed.origin.within(&c.to_string());
            let finding = Diagnostic::error("missing-glyph", origin, missing(c));
            findings.push(finding.help(Message::new("missing-glyph-help")));
        }
    }
    findings
}

/// A name the office listed as confidential stands in no text that everybody may read.
pub fn confidential_name(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if input
        .sheet()
        .is_none_or(|sheet| sheet.record.confidential.is_empty())
    {
        return findings;
    }
    let public = |printed: &TextOccurrence| printed.audience == Audience::Public;
    let sheet = all_texts(input).into_iter().filter(public);
    let sheet = sheet.map(|printed| (printed, "confidential-name-help"));
    let pages = prose(input).into_iter();
    let pages = pages.map(|printed| (printed, "confidential-name-page"));
    for (printed, help) in sheet.chain(pages) {
        for name in confidential_in(input.content, &printed.text) {
            let message = Message::new("confidential-name").with("name", name);
            let finding =
                Diagnostic::error("confidential-name", printed.origin.within(name), message);
            findings.push(finding.help(Message::new(help)));
        }
    }
    findings
}

/// The confidential names that stand in a text.
pub fn confidential_in<'a>(content: &'a Content, text: &str) -> Vec<&'a str> {
    let names = content
        .sheet
        .iter()
        .flat_map(|sheet| &sheet.record.confidential);
    let folded = fold(text);
    let stands = |name: &str| !fold(name).is_empty() && folded.contains(&fold(name));
    names
        .map(|name| &**name)
        .filter(|name| stands(name))
        .collect()
}

/// Why a line cannot be printed: a control character, or one that no font has.
pub fn unprintable(line: &str, can_draw: impl Fn(char) -> bool) -> Option<Message> {
    let origin = Origin::file("");
    line.chars()
        .find_map(|c| match (is_control(c) || c == '\n', can_draw(c)) {
            (true, _) => Some(control_character(c, origin.clone()).message),
            (false, false) => Some(missing(c)),
            (false, true) => None,
        })
}

/// For comparing only: half and full width, ㈱, input and spaces do not hide a name.
fn fold(text: &str) -> String {
    text.nfkc()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Spellings of one word that are both in use.
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

/// One sheet spells a word one way; told once a word, where the rarer spelling first stands.
pub fn spelling_varies(input: &CheckInput) -> Vec<Diagnostic> {
    let mut printed = all_texts(input);
    printed.extend(prose(input));
    let shown: Vec<&TextOccurrence> = printed
        .iter()
        .filter(|printed| printed.audience != Audience::Internal)
        // An English text may quote a Japanese word; how it is spelt is decided in Japanese.
        .filter(|printed| printed.language == Language::Japanese)
        // The guideline's own headings are not the office's to spell.
        .filter(|printed| !printed.origin.file.starts_with("content/guidelines/"))
        .collect();
    let mut findings = Vec::new();
    for (long, short) in VARIANTS {
        let mut counts: BTreeMap<&str, (usize, Option<&Origin>)> = BTreeMap::new();
        for printed in &shown {
            let longs = printed.text.matches(long).count();
            // サーバー holds サーバ, and is not it.
            let inside = if long.contains(short) { longs } else { 0 };
            for (spelling, count) in [
                (long, longs),
                (short, printed.text.matches(short).count() - inside),
            ] {
                let entry = counts.entry(spelling).or_default();
                entry.0 += count;
                if count > 0 {
                    entry.1.get_or_insert(&printed.origin);
                }
            }
        }
        let count = |spelling| counts.get(spelling).copied().unwrap_or_default();
        let (longs, shorts) = (count(long), count(short));
        let (rare, common, (_, Some(first))) = (if longs.0 < shorts.0 {
            (long, short, longs)
        } else {
            (short, long, shorts)
        }) else {
            continue;
        };
        if longs.0.min(shorts.0) > 0 {
            let message = Message::new("spelling-varies")
                .with("rare", rare)
                .with("common", common);
            let message = message
                .with("count", longs.0.min(shorts.0))
                .with("total", longs.0 + shorts.0);
            findings.push(Diagnostic::new(
                "spelling-varies",
                Severity::Hint,
                first.within(rare),
                message,
            ));
        }
    }
    findings
}

/// YAML takes ` #` for the beginning of a comment: what was meant as text behind it is lost.
/// A comment has a space behind its sign, as everybody writes it; `#3` has none.
pub fn text_cut_off(input: &CheckInput) -> Vec<Diagnostic> {
    const FIELDS: [&str; 5] = ["subject", "measure", "not_applicable", "remarks", "confirm"];
    let mut findings = Vec::new();
    for file in &input.content.measures {
        let mut start = 0;
        for line in input
            .content
            .sources
            .get(&file.file)
            .into_iter()
            .flat_map(|text| text.split_inclusive('\n'))
        {
            let entry = line.trim_start_matches([' ', '-']);
            let value = FIELDS
                .iter()
                .find_map(|field| entry.strip_prefix(field)?.strip_prefix(':'));
            let cut = value.filter(|value| !value.trim_start().starts_with(['"', '\'', '|', '>']));
            let at = cut.and_then(|value| {
                let mut signs = value.match_indices(" #").map(|(at, _)| at + 1);
                signs.find(|at| value[at + 1..].starts_with(|c: char| !c.is_whitespace()))
            });
            if let (Some(value), Some(at)) = (value, at) {
                let from = start + line.len() - value.len() + at;
                let lost = value[at..].trim_end();
                let origin = Origin::bytes(&file.file, from..from + lost.len());
                let message = Message::new("text-cut-off").with("lost", lost);
                let finding = Diagnostic::warning("text-cut-off", origin, message);
                findings.push(finding.help(Message::new("text-cut-off-help")));
            }
            start += line.len();
        }
    }
    findings.extend(lost_in_pages(input));
    findings
}

/// Markdown takes `[name]: word` for the definition of a link, and prints nothing of one that no link uses; nor cells beyond a table's columns.
fn lost_in_pages(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (page, text) in pages(input) {
        let source = input.content.sources.get(&page.file);
        for lost in &text.prose.lost {
            let (bytes, message, help) = match lost {
                LostText::Definition(bytes) => {
                    (bytes, "definition-unused", "definition-unused-help")
                }
                LostText::Cells(bytes) => (bytes, "cells-beyond", "cells-beyond-help"),
            };
            let words = source.map_or("", |source| &source[bytes.clone()]);
            let message = Message::new(message).with("lost", words);
            let origin = Origin::bytes(&page.file, bytes.clone());
            let finding = Diagnostic::warning("text-cut-off", origin, message);
            findings.push(finding.help(Message::new(help)));
        }
    }
    findings
}
