//! Which words of a cell changed: two texts in, the same two texts with marks out.
//!
//! A text is cut into words by a dictionary, for Japanese is written without spaces; runs (bold, links) survive, and words that differ only in them differ.
//! Marks are for people: what hardly has anything in common is marked whole, and two changes with little between them are one.

use crate::text::{Paragraph, Run};
use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;
use serde::Serialize;
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::collections::BTreeSet;
use std::ops::Range;

/// A stretch of characters that look alike and changed alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Piece {
    #[serde(flatten)]
    pub run: Run,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
}

/// One line or paragraph, with marks.
pub type Marked = Vec<Piece>;

/// The first text is the newer, the second the older: as the table has them.
pub type Both<T> = [T; 2];

/// Marks what differs between two texts.
pub fn mark(after: &[Paragraph], before: &[Paragraph]) -> Both<Vec<Marked>> {
    let texts = [after, before].map(words);
    let marks = differences(&texts);
    [0, 1].map(|side| pieces(&texts[side], &marks[side]))
}

/// Marks what differs between two lines.
pub fn mark_line(after: &str, before: &str) -> Both<Marked> {
    let paragraphs = |line: &str| match line {
        "" => Vec::new(),
        line => vec![vec![plain(line)]],
    };
    mark(&paragraphs(after), &paragraphs(before)).map(|text| text.concat())
}

/// The text with all of it marked, or nothing of it.
pub fn whole(text: &[Paragraph], changed: bool) -> Vec<Marked> {
    let piece = |run: &Run| Piece {
        run: run.clone(),
        changed,
    };
    text.iter()
        .map(|paragraph| paragraph.iter().map(piece).collect())
        .collect()
}

/// A line with all of it marked, or nothing of it.
pub fn whole_line(line: &str, changed: bool) -> Marked {
    let run = plain(line);
    match line {
        "" => Vec::new(),
        _ => vec![Piece { run, changed }],
    }
}

fn plain(line: &str) -> Run {
    Run {
        text: line.to_owned(),
        ..Run::default()
    }
}

/// A word with its look. It knows whether another paragraph begins with it, so that a new paragraph shows as a changed word.
#[derive(PartialEq, Eq, Hash)]
struct Word {
    run: Run,
    begins: bool,
}

impl Word {
    fn length(&self) -> usize {
        self.run.text.chars().count()
    }
}

/// Cuts at the words of the language and wherever the look changes.
fn words(text: &[Paragraph]) -> Vec<Word> {
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    let mut words = Vec::new();
    for paragraph in text {
        let line = crate::text::plain(paragraph);
        let cuts: BTreeSet<usize> = segmenter.segment_str(&line).collect();
        let first = words.is_empty();
        let mut start = 0;
        for run in paragraph {
            let end = start + run.text.len();
            let inner = cuts.range(start + 1..end).copied();
            let mut from = start;
            for cut in inner.chain([end]) {
                let run = Run {
                    text: line[from..cut].to_owned(),
                    ..run.clone()
                };
                words.push(Word {
                    run,
                    begins: from == 0 && !first,
                });
                from = cut;
            }
            start = end;
        }
    }
    words
}

/// A stretch of words on both sides, the same or not.
#[derive(Clone)]
struct Stretch {
    words: Both<Range<usize>>,
    same: bool,
}

/// For every word whether it is marked.
fn differences(texts: &Both<Vec<Word>>) -> Both<Vec<bool>> {
    let [after, before] = texts;
    let length = |side: usize, words: &Range<usize>| -> usize {
        texts[side][words.clone()].iter().map(Word::length).sum()
    };
    let stretches = capture_diff_slices(Algorithm::Myers, before, after);
    let stretches = stretches.into_iter().map(|found| Stretch {
        words: [found.new_range(), found.old_range()],
        same: found.tag() == DiffTag::Equal,
    });
    let longer = |stretch: &Stretch| {
        let [after, before] = [0, 1].map(|side| length(side, &stretch.words[side]));
        after.max(before)
    };
    let stretches = join(stretches, longer);
    let kept = stretches.iter().filter(|stretch| stretch.same);
    let kept: usize = kept.map(|stretch| length(0, &stretch.words[0])).sum();
    let all = [0, 1].map(|side| length(side, &(0..texts[side].len())));
    let mut marks = [0, 1].map(|side| vec![true; texts[side].len()]);
    // Where less than a third of the longer text is left, single words would be confetti.
    if 3 * kept < all[0].max(all[1]) {
        return marks;
    }
    for stretch in stretches.iter().filter(|stretch| stretch.same) {
        for (marks, words) in marks.iter_mut().zip(&stretch.words) {
            marks[words.clone()].fill(false);
        }
    }
    marks
}

/// Takes two changes for one where what stands between them is no longer than either.
fn join(
    stretches: impl Iterator<Item = Stretch>,
    length: impl Fn(&Stretch) -> usize,
) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::new();
    for mut next in stretches {
        loop {
            let swallowed = match joined.as_slice() {
                // Words taken out and those put in for them.
                [.., last] if last.same == next.same => 1,
                [.., first, between]
                    if !next.same && length(between) <= length(first).min(length(&next)) =>
                {
                    2
                }
                _ => break,
            };
            for last in joined.drain(joined.len() - swallowed..).rev() {
                next.words = [0, 1].map(|side| last.words[side].start..next.words[side].end);
            }
        }
        joined.push(next);
    }
    joined
}

/// Puts words that look and changed alike together again.
fn pieces(words: &[Word], marks: &[bool]) -> Vec<Marked> {
    let mut text: Vec<Marked> = Vec::new();
    for (word, &changed) in words.iter().zip(marks) {
        if word.begins || text.is_empty() {
            text.push(Marked::new());
        }
        let paragraph = text.last_mut().expect("one was just begun");
        match paragraph.last_mut() {
            Some(last)
                if last.changed == changed && crate::text::same_style(&last.run, &word.run) =>
            {
                last.run.text.push_str(&word.run.text);
            }
            _ => paragraph.push(Piece {
                run: word.run.clone(),
                changed,
            }),
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
        let [after, before] = mark(&after, &before);
        let show = |piece: &Piece| match piece.changed {
            true => format!("[{}]", piece.run.text),
            false => piece.run.text.clone(),
        };
        let line = |paragraph: &Marked| paragraph.iter().map(show).collect::<String>();
        [before, after].map(|text| text.iter().map(line).collect::<Vec<_>>().join("\n"))
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
    fn another_text_is_marked_whole() {
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
    fn a_look_a_link_or_a_paragraph_is_a_change() {
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
            assert_eq!(marked.map(|text| unmark(&text)), [after, before]);
        }
    }

    fn unmark(text: &[Marked]) -> Vec<Paragraph> {
        let mut paragraphs = Vec::new();
        for marked in text {
            let mut runs = Paragraph::new();
            for piece in marked {
                match runs.last_mut() {
                    Some(last) if crate::text::same_style(last, &piece.run) => {
                        last.text.push_str(&piece.run.text)
                    }
                    _ => runs.push(piece.run.clone()),
                }
            }
            paragraphs.push(runs);
        }
        paragraphs
    }
}
