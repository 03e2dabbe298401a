//! A text as names are searched in it: a form for characters that count as the same, and one for those that look alike.

use super::escapes::{Written, decoded_code};
use crate::characters::{is_dash, is_ignorable};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Variants of characters in names, each before its common form. NFKC leaves them apart.
static VARIANTS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    pairs(
        "ヵカ ヶケ 髙高 﨑崎 嵜崎 濵浜 濱浜 邉辺 邊辺 齋斉 齊斉 斎斉 澤沢 廣広 櫻桜 國国 龍竜 \
         眞真 嶋島 嶌島 冨富 𠮷吉 惠恵 德徳 黑黒 瀨瀬 栁柳 桒桑 曾曽 會会 學学 榮栄 圓円 鐵鉄 \
         壽寿 瀧滝 淵渕 渊渕 淸清 靜静 郞郎 舘館 檜桧 藪薮 條条",
    )
});

/// Letters and kana, each before the Latin letter, character or other kana that it looks like.
static LOOKS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    pairs(
        "ӏl аa αa вb βb сc ϲc ԁd еe εe һh нh ηh іi ιi јj кk κk мm μm νn оo οo рp ρp ԛq ѕs тt \
         τt ԝw хx χx уy υy ζz ロ口 ニ二 カ力 エ工 タ夕 ト卜 ハ八 チ千 オ才 ム厶 ヌ又 ッツ \
         ャヤ ュユ ョヨ 囗口",
    )
});

#[derive(Debug, Clone)]
pub struct FoldedChar {
    /// Equal for characters that count as the same.
    same: char,
    /// Equal for characters that look alike.
    look: char,
    /// The bytes of the text it is written in.
    bytes: Range<usize>,
    /// Byte of the shape at which it begins.
    at: usize,
    /// True if no white space stands before it.
    joined: bool,
}

/// A text without white space and characters that print nothing.
#[derive(Debug, Clone, Default)]
pub struct FoldedText {
    pub chars: Vec<FoldedChar>,
    /// A string in which a name is found if it is the same or looks alike.
    pub shape: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    LooksAlike,
    Same,
}

impl FoldedText {
    pub fn new(text: impl Iterator<Item = Written>) -> FoldedText {
        let mut folded = Vec::new();
        fold(text, &mut |c| folded.push(c));
        shorten_companies(&mut folded);
        let mut chars = without_dashes(folded);
        let mut shape = String::with_capacity(chars.len());
        for c in &mut chars {
            c.at = shape.len();
            shape.push(shape_of(c.look));
        }
        FoldedText { chars, shape }
    }

    /// The likeness of a name to the characters from a byte of the shape; none inside a longer Latin word.
    pub fn compare(&self, at: usize, name: &FoldedText) -> Option<Likeness> {
        let first = self.index(at);
        let end = first + name.chars.len();
        let found = self.chars.get(first..end)?;
        let begins_inside = first > 0 && self.is_inside_word(first);
        if begins_inside || self.is_inside_word(end) {
            return None;
        }
        let pairs = || found.iter().zip(&name.chars);
        if pairs().all(|(a, b)| a.same == b.same) {
            return Some(Likeness::Same);
        }
        let looks_alike = pairs().all(|(a, b)| a.same == b.same || a.look == b.look);
        looks_alike.then_some(Likeness::LooksAlike)
    }

    /// The bytes of the text that these bytes of the shape stand for.
    pub fn written(&self, shape: Range<usize>) -> Range<usize> {
        let (first, end) = (self.index(shape.start), self.index(shape.end));
        let last = &self.chars[end.saturating_sub(1).max(first)];
        self.chars[first].bytes.start..last.bytes.end
    }

    fn index(&self, at: usize) -> usize {
        self.chars.partition_point(|c| c.at < at)
    }

    /// True if a Latin letter or digit stands on both sides, without white space between.
    fn is_inside_word(&self, index: usize) -> bool {
        let after = self.chars.get(index);
        after.is_some_and(|after| {
            after.joined && is_latin(after.look) && is_latin(self.chars[index - 1].look)
        })
    }
}

/// The shape of a finished file, without the places in it: most files contain no name.
pub fn shape(code: &str) -> String {
    let mut shape = String::with_capacity(code.len());
    for line in code.split_inclusive('\n') {
        // Most lines are markup, and need no normalisation.
        if line.is_ascii() && !line.contains(['%', '&', '\\']) {
            let printed = line.chars().filter(|c| *c == '\0' || c.is_ascii_graphic());
            shape.extend(printed.map(|c| shape_of(look_form(c, c.to_ascii_lowercase()))));
        } else {
            fold(decoded_code(line), &mut |c| shape.push(shape_of(c.look)));
        }
    }
    let shortened = shape
        .replace("株式会社", "(株)")
        .replace("有限会社", "(有)");
    let mut after = shortened.chars().skip(1);
    let mut before = '\0';
    let mut is_kept = |c: char| {
        let next = after.next().unwrap_or('\0');
        !is_dash_inside(std::mem::replace(&mut before, c), c, next)
    };
    shortened.chars().filter(|c| is_kept(*c)).collect()
}

/// Leaves out each dash between two Latin letters, also ー: `A-B` and `A B` are one name.
fn without_dashes(chars: Vec<FoldedChar>) -> Vec<FoldedChar> {
    let looks: Vec<char> = chars.iter().map(|c| c.look).collect();
    let mut kept: Vec<FoldedChar> = Vec::with_capacity(chars.len());
    let mut joined = true;
    for (index, mut c) in chars.into_iter().enumerate() {
        let before = index.checked_sub(1).map_or('\0', |before| looks[before]);
        let after = looks.get(index + 1).copied().unwrap_or('\0');
        if is_dash_inside(before, c.look, after) {
            joined = false;
        } else {
            c.joined &= std::mem::replace(&mut joined, true);
            kept.push(c);
        }
    }
    kept
}

fn is_dash_inside(before: char, look: char, after: char) -> bool {
    look == DASH && is_latin(before) && is_latin(after)
}

/// Stands for all that look like a dash.
const DASH: char = '一';

/// `I` and `i` are the same letter, and `I` and `l` look alike.
fn shape_of(look: char) -> char {
    if look == 'i' { 'l' } else { look }
}

fn fold(text: impl Iterator<Item = Written>, emit: &mut impl FnMut(FoldedChar)) {
    // NUL stays: it separates texts.
    let mut text = text
        .filter(|(c, _)| *c == '\0' || c.is_whitespace() || !is_ignorable(*c))
        .peekable();
    let mut joined = true;
    while let Some((c, mut bytes)) = text.next() {
        let mut marks = String::new();
        while let Some((mark, its_bytes)) = text.next_if(|(next, _)| is_mark(*next)) {
            // Those that stand alone are the same marks.
            marks.push(match mark {
                '\u{309b}' => '\u{3099}',
                '\u{309c}' => '\u{309a}',
                _ => mark,
            });
            bytes.end = its_bytes.end;
        }
        if marks.is_empty() && is_normal(c) {
            fold_char(c, &bytes, &mut joined, emit);
        } else {
            for c in std::iter::once(c).chain(marks.chars()).nfkc() {
                fold_char(c, &bytes, &mut joined, emit);
            }
        }
    }
}

fn fold_char(c: char, bytes: &Range<usize>, joined: &mut bool, emit: &mut impl FnMut(FoldedChar)) {
    if c.is_whitespace() {
        *joined = false;
        return;
    }
    for lower in c.to_lowercase() {
        let same = same_form(lower);
        emit(FoldedChar {
            same,
            look: look_form(c, same),
            bytes: bytes.clone(),
            at: 0,
            joined: std::mem::replace(joined, true),
        });
    }
}

/// Shortens 株式会社 and 有限会社: ㈱ became (株) already.
fn shorten_companies(chars: &mut Vec<FoldedChar>) {
    let mut index = 0;
    while let Some([first, name, third, last]) = chars.get_mut(index..index + 4) {
        let letters = [first.same, name.same, third.same, last.same];
        if matches!(letters, ['株', '式', '会', '社'] | ['有', '限', '会', '社']) {
            let end = last.bytes.end;
            *name = first.clone();
            (first.same, first.look) = ('(', '(');
            (third.same, third.look) = (')', ')');
            for part in [first, name, third] {
                part.bytes.end = end;
            }
            chars.remove(index + 3);
        }
        index += 1;
    }
}

/// Letters and digits of words that stand between spaces.
fn is_latin(c: char) -> bool {
    let is_accented = matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    c.is_ascii_alphanumeric() || (is_accented && c.is_alphabetic())
}

/// Returns true for a mark that joins the character before it: accents, ﾞ and ﾟ.
fn is_mark(c: char) -> bool {
    !is_normal(c)
        && (matches!(c, '\u{ff9e}' | '\u{ff9f}' | '\u{309b}' | '\u{309c}')
            || canonical_combining_class(c) != 0)
}

/// Returns true for most characters that normalisation leaves alone; only for speed.
fn is_normal(c: char) -> bool {
    c.is_ascii() || matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ー' | '\u{4e00}'..='\u{9fff}')
}

/// The character that stands for all that count as the same; `c` is a small letter in its NFKC form.
fn same_form(c: char) -> char {
    let katakana = match c {
        '\0'..='~' => return c,
        c if is_dash(c) => return '-',
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => {
            let katakana = char::from_u32(u32::from(c) + 0x60);
            katakana.expect("every hiragana has its katakana")
        }
        _ => c,
    };
    *VARIANTS.get(&katakana).unwrap_or(&katakana)
}

/// The character that stands for all that look like it; `cased` is the letter before it became small.
fn look_form(cased: char, same: char) -> char {
    match same {
        '1' => 'l',
        'i' if cased == 'I' => 'l',
        '0' => 'o',
        '-' | 'ー' => DASH,
        '\0'..='~' => same,
        'ι' | 'і' if cased != same => 'l',
        _ => *LOOKS.get(&same).unwrap_or(&same),
    }
}

fn pairs(table: &str) -> HashMap<char, char> {
    let pair = |pair: &str| {
        let mut chars = pair.chars();
        Some((chars.next()?, chars.next()?))
    };
    table.split_whitespace().filter_map(pair).collect()
}
