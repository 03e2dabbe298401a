//! Two texts of a cell → the same two texts with the changed words marked.
//!
//! A dictionary cuts the text into words, because Japanese is written without spaces.
//! Styles (bold, links) survive, and words that differ only in style differ.
//! Marks are for people: a text with hardly anything in common is marked as a whole, and two
//! changes with little between them become one.

use super::Sides;
use crate::text::{Paragraph, Run, Text};
use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;
use serde::Serialize;
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::collections::BTreeSet;
use std::ops::Range;

/// A stretch of characters with one style that are all changed or all unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MarkedSpan {
    #[serde(flatten)]
    pub run: Run,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
}

/// One line or paragraph with marks.
pub type MarkedLine = Vec<MarkedSpan>;

/// Marks the differences between two texts.
pub fn mark(after: &[Paragraph], before: &[Paragraph]) -> Sides<Vec<MarkedLine>> {
    let words = Sides { after, before }.map(split_words);
    let is_changed = marks(&words.after, &words.before);
    words
        .zip(is_changed)
        .map(|(words, marks)| spans(words, &marks))
}

/// Marks the differences between two lines.
pub fn mark_line(after: &str, before: &str) -> Sides<MarkedLine> {
    mark(&paragraphs(after), &paragraphs(before)).map(|text| text.concat())
}

/// Marks all of a text, or nothing.
pub fn whole(text: &[Paragraph], changed: bool) -> Vec<MarkedLine> {
    let span = |run| MarkedSpan { run, changed };
    let line = |paragraph: &Paragraph| paragraph.iter().cloned().map(span).collect();
    text.iter().map(line).collect()
}

/// Marks all of a line, or nothing.
pub fn whole_line(line: &str, changed: bool) -> MarkedLine {
    whole(&paragraphs(line), changed).concat()
}

/// The characters of a line without marks and styles.
pub fn text_of<'a>(line: impl IntoIterator<Item = &'a MarkedSpan>) -> String {
    let texts = line.into_iter().map(|span| span.run.text.as_str());
    texts.collect()
}

/// A line without any style as a text; an empty line is no paragraph.
fn paragraphs(line: &str) -> Vec<Paragraph> {
    if line.is_empty() {
        return Vec::new();
    }
    Text::plain(line).paragraphs
}

/// A word with its style. It knows if it begins a second or later paragraph, so that a new
/// paragraph shows as a changed word.
#[derive(PartialEq, Eq, Hash)]
struct StyledWord {
    run: Run,
    begins_paragraph: bool,
}

/// Cuts at the words of the language, and at every change of style.
fn split_words(text: &[Paragraph]) -> Vec<StyledWord> {
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    let mut words = Vec::new();
    for paragraph in text {
        let line = crate::text::plain(paragraph);
        let cuts: BTreeSet<usize> = segmenter.segment_str(&line).collect();
        let first = words.is_empty();
        let mut from = 0;
        let mut end = 0;
        for run in paragraph {
            end += run.text.len();
            for cut in cuts.range(from + 1..end).copied().chain([end]) {
                words.push(StyledWord {
                    run: Run {
                        text: line[from..cut].to_owned(),
                        ..run.clone()
                    },
                    begins_paragraph: from == 0 && !first,
                });
                from = cut;
            }
        }
    }
    words
}

/// A stretch of words on both sides.
struct Hunk {
    after: Range<usize>,
    before: Range<usize>,
    same: bool,
}

/// Tells for every word if it is marked.
fn marks(after: &[StyledWord], before: &[StyledWord]) -> Sides<Vec<bool>> {
    let length = |words: &[StyledWord]| -> usize {
        let lengths = words.iter().map(|word| word.run.text.chars().count());
        lengths.sum()
    };
    let [new, old] = [after, before].map(|words| move |range: &Range<usize>| &words[range.clone()]);
    let diff = capture_diff_slices(Algorithm::Myers, before, after);
    let hunks = diff.into_iter().map(|found| Hunk {
        after: found.new_range(),
        before: found.old_range(),
        same: found.tag() == DiffTag::Equal,
    });
    let longer = |hunk: &Hunk| length(new(&hunk.after)).max(length(old(&hunk.before)));
    let mut kept = merge(hunks, longer);
    kept.retain(|hunk| hunk.same);
    let mut marks = Sides {
        after: vec![true; after.len()],
        before: vec![true; before.len()],
    };
    let common: usize = kept.iter().map(|hunk| length(new(&hunk.after))).sum();
    // With less than a third of the longer text in common, marks on single words would be confetti.
    if 3 * common >= length(after).max(length(before)) {
        for hunk in kept {
            marks.after[hunk.after].fill(false);
            marks.before[hunk.before].fill(false);
        }
    }
    marks
}

/// Merges two changes if the text between them is no longer than either.
fn merge(hunks: impl Iterator<Item = Hunk>, length: impl Fn(&Hunk) -> usize) -> Vec<Hunk> {
    let mut merged: Vec<Hunk> = Vec::new();
    for mut next in hunks {
        loop {
            let absorbed = match merged.as_slice() {
                // A deletion and the insertion in its place.
                [.., last] if last.same == next.same => 1,
                [.., first, between]
                    if !next.same && length(between) <= length(first).min(length(&next)) =>
                {
                    2
                }
                _ => break,
            };
            for last in merged.drain(merged.len() - absorbed..).rev() {
                next.after.start = last.after.start;
                next.before.start = last.before.start;
            }
        }
        merged.push(next);
    }
    merged
}

/// Joins words of one style that are all marked or all unmarked.
fn spans(words: Vec<StyledWord>, marks: &[bool]) -> Vec<MarkedLine> {
    let mut text: Vec<MarkedLine> = Vec::new();
    for (word, &changed) in words.into_iter().zip(marks) {
        if word.begins_paragraph || text.is_empty() {
            text.push(MarkedLine::new());
        }
        let line = text.last_mut().expect("one was just begun");
        match line.last_mut() {
            Some(last)
                if last.changed == changed && crate::text::same_style(&last.run, &word.run) =>
            {
                last.run.text.push_str(&word.run.text);
            }
            _ => line.push(MarkedSpan {
                run: word.run,
                changed,
            }),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both sides with the marked words in brackets, the older first.
    fn marked(before: &str, after: &str) -> [String; 2] {
        let [before, after] = [before, after].map(|text| Text::parse([text]).paragraphs);
        let marked = mark(&after, &before);
        let show = |span: &MarkedSpan| {
            if span.changed {
                format!("[{}]", span.run.text)
            } else {
                span.run.text.clone()
            }
        };
        let line = |line: &MarkedLine| line.iter().map(show).collect::<String>();
        [marked.before, marked.after]
            .map(|text| text.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn whole_japanese_words_are_marked() {
        assert_eq!(
            marked(
                "特定個人情報管理台帳による管理",
                "特定個人情報管理台帳による毎日の確認"
            ),
            [
                "特定個人情報管理台帳による[管理]",
                "特定個人情報管理台帳による[毎日の確認]"
            ]
        );
        assert_eq!(
            marked("操作ログの取得", "サーバの操作ログの取得"),
            ["操作ログの取得", "[サーバの]操作ログの取得"]
        );
    }

    #[test]
    fn changes_with_little_between_them_are_one() {
        assert_eq!(
            marked(
                "入退室は台帳に記録し、責任者が毎月確認する",
                "入退室は台帳に記録し、管理者は毎週確認する"
            ),
            [
                "入退室は台帳に記録し、[責任者が毎月]確認する",
                "入退室は台帳に記録し、[管理者は毎週]確認する"
            ]
        );
    }

    #[test]
    fn an_unrelated_text_is_marked_as_a_whole() {
        assert_eq!(
            marked(
                "監視カメラの設置",
                "電子錠による入退室の記録と、年一回の点検の実施"
            ),
            [
                "[監視カメラの設置]",
                "[電子錠による入退室の記録と、年一回の点検の実施]"
            ]
        );
        assert_eq!(marked("", "施錠"), ["", "[施錠]"]);
        assert_eq!(marked("施錠", ""), ["[施錠]", ""]);
        assert_eq!(marked("施錠", "施錠"), ["施錠", "施錠"]);
    }

    #[test]
    fn a_style_a_link_or_a_paragraph_is_a_change() {
        assert_eq!(
            marked("鍵の管理を**毎日**確認する", "鍵の管理を毎日確認する"),
            ["鍵の管理を[毎日]確認する", "鍵の管理を[毎日]確認する"]
        );
        assert_eq!(
            marked(
                "詳しくは[規程](https://a.jp/)に定める",
                "詳しくは[規程](https://b.jp/)に定める"
            ),
            ["詳しくは[規程]に定める", "詳しくは[規程]に定める"]
        );
        assert_eq!(
            marked(
                "台帳に記録する。鍵は金庫に保管する",
                "台帳に記録する。\n\n鍵は金庫に保管する"
            ),
            [
                "台帳に記録する。[鍵]は金庫に保管する",
                "台帳に記録する。\n[鍵]は金庫に保管する"
            ]
        );
    }

    #[test]
    fn without_marks_each_text_is_what_it_was() {
        let texts = [
            "**台帳**に[記録](https://a.jp/)する\n\n鍵を保管",
            "`台帳`へ記録した",
            "",
        ];
        for (before, after) in texts.iter().flat_map(|a| texts.map(|b| (a, b))) {
            let [before, after] = [before, after].map(|text| Text::parse([text]).paragraphs);
            let marked = mark(&after, &before);
            assert_eq!(marked.map(|text| unmark(&text)), Sides { after, before });
        }
    }

    fn unmark(text: &[MarkedLine]) -> Vec<Paragraph> {
        let mut paragraphs = Vec::new();
        for line in text {
            let mut runs = Paragraph::new();
            for span in line {
                match runs.last_mut() {
                    Some(last) if crate::text::same_style(last, &span.run) => {
                        last.text.push_str(&span.run.text)
                    }
                    _ => runs.push(span.run.clone()),
                }
            }
            paragraphs.push(runs);
        }
        paragraphs
    }
}
