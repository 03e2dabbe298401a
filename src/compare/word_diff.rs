//! Two texts of a cell → the same two texts with the changed words marked.
//!
//! A dictionary cuts the text into words, because Japanese is written without spaces.
//! Styles (bold, links) survive, and words that differ only in style differ. Marks are for people: a text with
//! hardly anything in common is marked as a whole, and two changes with little between them become one.

use super::Sides;
use crate::text::{Paragraph, Run, plain, same_style};
use icu_segmenter::{WordSegmenter, options::WordBreakInvariantOptions};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::{collections::BTreeSet, ops::Range};

/// A stretch of characters with one style that are all changed or all unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct MarkedSpan {
    #[serde(flatten)]
    pub run: Run,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
}

/// One line or paragraph with marks.
pub type MarkedLine = Vec<MarkedSpan>;

/// Marks the differences between two texts; beside an empty text all of the other.
pub fn mark(after: &[Paragraph], before: &[Paragraph]) -> Sides<Vec<MarkedLine>> {
    let words = Sides::new(after, before).map(split_words);
    let is_changed = marks(&words.after, &words.before);
    let both = words.zip(is_changed);
    both.map(|(words, marks)| spans(words, &marks))
}

/// Marks the differences between two lines without any style.
pub fn mark_line(after: &str, before: &str) -> Sides<MarkedLine> {
    // An empty line is no paragraph.
    let line = |line: &str| Vec::from_iter((!line.is_empty()).then(|| vec![Run::plain(line)]));
    mark(&line(after), &line(before)).map(|text| text.concat())
}

/// The characters of a line without marks and styles.
pub fn text_of<'a>(line: impl IntoIterator<Item = &'a MarkedSpan>) -> String {
    line.into_iter().map(|span| &*span.run.text).collect()
}

/// A word with its style, and if it begins a later paragraph than the first, which shows as a changed word.
type StyledWord = (Run, bool);

/// Cuts at the words of the language, and at every change of style.
fn split_words(text: &[Paragraph]) -> Vec<StyledWord> {
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    let mut words = Vec::new();
    for paragraph in text {
        let line = plain(paragraph);
        let cuts: BTreeSet<usize> = segmenter.segment_str(&line).collect();
        let first = words.is_empty();
        let (mut from, mut end) = (0, 0);
        for run in paragraph {
            end += run.text.len();
            // A label, which a theme may leave empty, is a word even so.
            for cut in cuts.range(end.min(from + 1)..end).copied().chain([end]) {
                let mut word = run.clone();
                word.text = line[from..cut].to_owned();
                words.push((word, from == 0 && !first));
                from = cut;
            }
        }
    }
    words
}

fn length(words: &[StyledWord]) -> usize {
    words.iter().map(|(run, _)| run.text.chars().count()).sum()
}

/// A stretch of words on both sides.
struct Hunk {
    after: Range<usize>,
    before: Range<usize>,
    same: bool,
}

/// Tells for every word if it is marked.
fn marks(after: &[StyledWord], before: &[StyledWord]) -> Sides<Vec<bool>> {
    let new_length = |hunk: &Hunk| length(&after[hunk.after.clone()]);
    let longer = |hunk: &Hunk| new_length(hunk).max(length(&before[hunk.before.clone()]));
    let mut hunks: Vec<Hunk> = Vec::new();
    for found in capture_diff_slices(Algorithm::Myers, before, after) {
        let mut next = Hunk {
            after: found.new_range(),
            before: found.old_range(),
            same: found.tag() == DiffTag::Equal,
        };
        // Two changes become one if the text between them is no longer than either.
        loop {
            let absorbed = match hunks.as_slice() {
                // A deletion and the insertion in its place.
                [.., last] if last.same == next.same => 1,
                [.., one, gap] if !next.same && longer(gap) <= longer(one).min(longer(&next)) => 2,
                _ => break,
            };
            let first = hunks.len() - absorbed;
            next.after.start = hunks[first].after.start;
            next.before.start = hunks[first].before.start;
            hunks.truncate(first);
        }
        hunks.push(next);
    }
    hunks.retain(|hunk| hunk.same);
    let mut marks = Sides::new(vec![true; after.len()], vec![true; before.len()]);
    // With less than a third of the longer text in common, marks on single words would be confetti.
    if 3 * hunks.iter().map(new_length).sum::<usize>() >= length(after).max(length(before)) {
        for hunk in hunks {
            marks.after[hunk.after].fill(false);
            marks.before[hunk.before].fill(false);
        }
    }
    marks
}

/// Joins words of one style that are all marked or all unmarked.
fn spans(words: Vec<StyledWord>, marks: &[bool]) -> Vec<MarkedLine> {
    let mut text: Vec<MarkedLine> = Vec::new();
    for ((run, begins_paragraph), &changed) in words.into_iter().zip(marks) {
        if begins_paragraph || text.is_empty() {
            text.push(MarkedLine::new());
        }
        let line = text.last_mut().expect("one was just begun");
        match line.last_mut() {
            Some(last) if last.changed == changed && same_style(&last.run, &run) => {
                last.run.text.push_str(&run.text);
            }
            _ => line.push(MarkedSpan { run, changed }),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

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
