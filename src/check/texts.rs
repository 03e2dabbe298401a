//! Rules about texts: each can be printed as it was meant, and its readers may see it.

use super::{CheckInput, Findings};
use crate::characters::{code_point, code_points, drawn, is_invisible};
use crate::confidential::{ConfidentialNames, Likeness};
use crate::content::{Content, WrittenText, control_character_finding, regex, yaml, yaml_of};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::message::{Language, Message};
use crate::model::Audience;
use crate::text::MarkupProblem;
use regex::Regex;
use std::collections::BTreeSet;
use std::iter;
use std::ops::Range;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

fn all_texts<'a>(input: &CheckInput<'a>) -> Vec<WrittenText<'a>> {
    let mut texts = input.content.texts();
    texts.extend(input.content.page_texts());
    texts
}

/// Reports English without Japanese: the English page must not say more than the sheet.
pub fn english_alone(input: &CheckInput, found: &mut Findings) {
    for text in input.content.texts() {
        if text.lacks_japanese {
            let message = Message::new("english-alone").with("field", text.field);
            found.error(text.origin, message);
        }
    }
}

/// Reports HTML, because the sheet must read the same on paper.
pub fn raw_html(input: &CheckInput, found: &mut Findings) {
    markup(input, found, Severity::Error, &["raw-html"]);
}

/// Reports `**` that remained text: beside 「」 Markdown does not recognise emphasis.
pub fn emphasis_not_closed(input: &CheckInput, found: &mut Findings) {
    markup(input, found, Severity::Warning, &["emphasis-not-closed"]);
}

/// Reports problems in the Markdown of cells and pages, those whose message is one of `ids`.
pub fn markup(input: &CheckInput, found: &mut Findings, severity: Severity, ids: &[&str]) {
    let mut report = |origin: Origin, problem: &MarkupProblem| {
        if ids.contains(&problem.id) {
            let message = Message::new(problem.id).with(problem.argument, &problem.written);
            found.add(severity, origin.within(&problem.written), message);
        }
    };
    for text in input.content.texts() {
        for problem in text.cell.iter().flat_map(|cell| &cell.problems) {
            report(text.origin.clone(), problem);
        }
    }
    for page in &input.content.pages {
        for (problem, bytes) in page.text.iter().flat_map(|text| &text.prose.problems) {
            report(Origin::bytes(&page.file, bytes.clone()), problem);
        }
    }
}

/// Reports characters that print nothing and change the text around them.
pub fn control_characters(input: &CheckInput, found: &mut Findings) {
    for text in all_texts(input) {
        let hidden: BTreeSet<char> = text.text.chars().filter(|c| is_invisible(*c)).collect();
        for c in hidden {
            let origin = text.origin.within(&c.to_string());
            found.list.push(control_character_finding(c, origin));
        }
    }
}

/// Reports radicals (⽅, ⻑): some PDFs give them instead of characters, and nobody finds such a word.
pub fn radical(input: &CheckInput, found: &mut Findings) {
    for text in all_texts(input) {
        let radicals: BTreeSet<char> = text.text.chars().filter(|c| is_radical(*c)).collect();
        for c in radicals {
            found.error(text.origin.within(&c.to_string()), radical_message(c));
        }
    }
}

fn radical_message(c: char) -> Message {
    let meant = character_of(c).map(|meant| format!("{meant} ({})", code_point(meant)));
    Message::new("radical")
        .with("character", c)
        .with("code", code_point(c))
        .with("meant", meant.as_deref().unwrap_or("none"))
}

/// Kangxi radicals and the supplement of other forms of radicals.
fn is_radical(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2ef3}' | '\u{2f00}'..='\u{2fd5}')
}

/// The character that looks like a radical.
fn character_of(radical: char) -> Option<char> {
    // Unicode decomposes those of Kangxi alone.
    const OTHERS: &str = "⺟母⺠民⻁虎⻄西⻑長⻘青⻝食⻨麦⻩黄⻫斉⻭歯⻯竜⻲亀";
    let other = OTHERS.split_once(radical).map(|(_, rest)| rest.chars());
    let kangxi = || iter::once(radical).nfkc().find(|meant| *meant != radical);
    other.and_then(|mut rest| rest.next()).or_else(kangxi)
}

/// Reports characters that no font has, because Typst would print a box and PDF/A forbids that.
pub fn missing_glyph(input: &CheckInput, found: &mut Findings) {
    let texts = input.content.texts();
    // Each character is looked up once, because a sheet has few different ones.
    let used: BTreeSet<&str> = texts.iter().flat_map(|text| drawn(&text.text)).collect();
    let is_printed = |c: &&str| *c != "\n" && !c.starts_with(is_invisible);
    for c in used.into_iter().filter(is_printed) {
        if (input.can_draw)(c) || c.starts_with(is_radical) {
            continue;
        }
        let has_it = |text: &&WrittenText| drawn(&text.text).any(|it| it == c);
        for text in texts.iter().filter(has_it) {
            found.error(text.origin.within(c), missing(c));
        }
    }
}

fn missing(c: &str) -> Message {
    let message = Message::new("missing-glyph").with("character", c);
    message.with("code", code_points(c))
}

/// The reason that a line cannot be printed: an invisible character, or one that no font has.
pub fn unprintable(line: &str, can_draw: impl Fn(&str) -> bool) -> Option<Message> {
    drawn(line).find_map(|character| {
        let mut signs = character.chars();
        let control = signs.clone().find(|c| is_invisible(*c) || *c == '\n');
        let refused = control.map(|c| control_character_finding(c, Origin::file("")).message);
        let of_radical = signs.find(|c| is_radical(*c)).map(radical_message);
        let undrawn = || (!can_draw(character)).then(|| missing(character));
        refused.or(of_radical).or_else(undrawn)
    })
}

/// Reports confidential names in public texts. One that only looks alike is a warning.
pub fn confidential_name(input: &CheckInput, found: &mut Findings) {
    let names = confidential_names(input.content);
    if names.is_empty() {
        return;
    }
    for (texts, help) in [
        (input.content.texts(), None),
        (input.content.page_texts(), Some("confidential-name-page")),
    ] {
        let is_public = |text: &&WrittenText| text.audience == Some(Audience::Public);
        for text in texts.iter().filter(is_public) {
            for name in names.find(&text.text) {
                let (severity, id) = match name.likeness {
                    Likeness::Same => (Severity::Error, "confidential-name"),
                    Likeness::LooksAlike => (Severity::Warning, "confidential-name-alike"),
                };
                let written = &text.text[name.written];
                let message = Message::new(id).with("name", name.name);
                let origin = text.origin.within(written);
                let finding = found.add(severity, origin, message.with("written", written));
                finding.help = help.map(Message::new);
            }
        }
    }
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

/// The sign between two names that were written as one; `Acme, Inc.` is one.
pub fn separator_in(names: &str) -> Option<&str> {
    static SEPARATOR: LazyLock<Regex> =
        LazyLock::new(|| regex(r"[、､，；;／/|｜]|, ?(?:Inc|Ltd|LLC|Co|Corp)?"));
    let mut found = SEPARATOR.find_iter(names).map(|it| it.as_str());
    found.find(|it| !it.ends_with(|c: char| c.is_ascii_alphabetic()))
}

/// Ends of a name that belong to an address or a note: the bare name would not be found.
static BEHIND_NAME: LazyLock<Regex> =
    LazyLock::new(|| regex(r"様$|御中$|」$|[(（](?:[^株有合資社財医].*|.[^)）].*)[)）]$"));

/// Reports entries that are probably two names: the second would be neither found in a text nor given a seal's box.
pub fn joined_names(input: &CheckInput, found: &mut Findings) {
    let Some(sheet) = input.sheet() else {
        return;
    };
    for (field, names) in [
        ("approvals", &sheet.record.approvals),
        ("confidential", &sheet.record.confidential),
    ] {
        for (index, name) in names.iter().enumerate() {
            let origin = sheet.origin().at(field).at(index);
            let behind = BEHIND_NAME.find(name);
            if let Some(separator) = separator_in(name) {
                let message = Message::new("joined-names").with("separator", separator);
                // A slash or a bar may be part of one name.
                let is_sure = !separator.starts_with(['/', '／', '|', '｜']);
                let severity = if is_sure {
                    Severity::Error
                } else {
                    Severity::Warning
                };
                found.add(
                    severity,
                    origin.within(separator),
                    message.with("name", name),
                );
            } else if let Some(end) = behind.filter(|_| field == "confidential") {
                let message = Message::new("name-decorated").with("name", name);
                found.warning(origin.within(end.as_str()), message);
            }
        }
    }
}

/// Pairs of spellings of the same word; the first may contain the second.
const VARIANTS: [[&str; 2]; 8] = [
    ["サーバー", "サーバ"],
    ["ユーザー", "ユーザ"],
    ["フォルダー", "フォルダ"],
    ["コンピューター", "コンピュータ"],
    ["マネージャー", "マネージャ"],
    ["ブラウザー", "ブラウザ"],
    ["漏えい", "漏洩"],
    ["取扱い", "取り扱い"],
];

/// Reports words with two spellings, once each, at the first occurrence of the rarer spelling.
pub fn spelling_varies(input: &CheckInput, found: &mut Findings) {
    let mut texts = all_texts(input);
    // An English text may quote a Japanese word; its spelling is decided in Japanese.
    // The guideline's own headings are not the office's to spell.
    texts.retain(|text| {
        let is_guideline = text.origin.file.starts_with("content/guidelines/");
        text.audience.is_some() && text.language == Language::Japanese && !is_guideline
    });
    for words in VARIANTS {
        let [long, short] = words;
        let count = |text: &WrittenText| {
            // サーバー contains サーバ and is another spelling.
            let alone = text.text.replace(long, "\0").matches(short).count();
            [text.text.matches(long).count(), alone]
        };
        let totals = [0, 1].map(|word| texts.iter().map(|it| count(it)[word]).sum::<usize>());
        let rarer = usize::from(totals[0] >= totals[1]);
        if let Some(first) = texts.iter().find(|text| count(text)[rarer] > 0) {
            let message = Message::new("spelling-varies")
                .with("rare", words[rarer])
                .with("common", words[1 - rarer])
                .with("count", totals[rarer])
                .with("total", totals[0] + totals[1]);
            found.add(Severity::Hint, first.origin.within(words[rarer]), message);
        }
    }
}

/// Reports text after ` #`, a comment in YAML, and text and signs that Markdown does not print.
pub fn text_cut_off(input: &CheckInput, found: &mut Findings) {
    for (file, text) in &input.content.sources.0 {
        if !file.starts_with("content/editions/") {
            found.list.extend(cut_off(file, yaml_of(file, text)));
        }
    }
    let ids = ["definition-unused", "cells-beyond", "signs-lost"];
    markup(input, found, Severity::Warning, &ids);
}

/// Reports lines that look like a field and became part of the text above them: what was meant for few
/// readers would be printed for all.
pub fn swallowed_field(input: &CheckInput, found: &mut Findings) {
    let names = "id|no|subject|measure|not_applicable|remarks|audience|relaxed|reviewed_on|confirm|memo|formerly|source";
    let pattern = regex(&format!(r"\n\s*(?:- )?((?:{names})\s*[:：;；=＝])"));
    for file in input.content.measures.iter().map(|it| &it.file) {
        let text = input.content.sources.get(file).unwrap_or_default();
        for bytes in yaml::texts(text) {
            let fields = pattern.captures_iter(&text[bytes.clone()]);
            for field in fields.filter_map(|it| it.get(1)) {
                let start = bytes.start + field.start();
                let message = Message::new("swallowed-field").with("field", field.as_str());
                found.error(Origin::bytes(file, start..start + field.len()), message);
            }
        }
    }
}

/// Finds text that YAML takes for a comment.
pub fn cut_off(file: &str, text: &str) -> Vec<Diagnostic> {
    let (rule, severity) = ("text-cut-off", Severity::Warning);
    // A comment that the author meant begins with a space; `#3` and `# 3` are text.
    static COMMENT: LazyLock<Regex> = LazyLock::new(|| regex(r"^#+(?:$|\s+(?:$|\D|\d{3}))"));
    let mut comments = yaml::comments_after_text(text);
    comments.retain(|bytes| !COMMENT.is_match(&text[bytes.clone()]));
    let finding = |bytes: Range<usize>| {
        let message = Message::new(rule).with("lost", &text[bytes.clone()]);
        Diagnostic::new(rule, severity, Origin::bytes(file, bytes), message)
    };
    comments.into_iter().map(finding).collect()
}
