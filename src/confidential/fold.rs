//! A text as names are searched in it: a form for characters that count as the same, and one for those that look alike.

use super::escapes::{Written, decoded_code};
use crate::characters::{is_dash, is_ignorable};
use std::{collections::HashMap, iter::once, mem::replace, ops::Range, sync::LazyLock};
use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

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
        let looks: Vec<char> = folded.iter().map(|c| c.look).collect();
        let (mut text, mut joined) = (FoldedText::default(), true);
        for (index, mut c) in folded.into_iter().enumerate() {
            if is_dash_inside(&looks, index) {
                joined = false;
                continue;
            }
            c.at = text.shape.len();
            c.joined &= replace(&mut joined, true);
            text.shape.push(shape_of(c.look));
            text.chars.push(c);
        }
        text
    }

    /// The likeness of a name to the characters from a byte of the shape; none inside a longer Latin word.
    pub fn compare(&self, at: usize, name: &FoldedText) -> Option<Likeness> {
        let first = self.index(at);
        let end = first + name.chars.len();
        let found = self.chars.get(first..end)?;
        if self.is_inside_word(first) || self.is_inside_word(end) {
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
        let before = index.checked_sub(1).map(|before| &self.chars[before]);
        let around = before.zip(self.chars.get(index));
        around.is_some_and(|(a, b)| b.joined && is_latin(a.look) && is_latin(b.look))
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
    let stock_shortened = shape.replace("株式会社", "(株)");
    let shortened = stock_shortened.replace("有限会社", "(有)");
    let looks: Vec<char> = shortened.chars().collect();
    let kept = (0..looks.len()).filter(|index| !is_dash_inside(&looks, *index));
    kept.map(|index| looks[index]).collect()
}

/// True for a dash between two Latin letters, also ー, which is left out: `A-B` and `A B` are one name.
fn is_dash_inside(looks: &[char], index: usize) -> bool {
    let around = |at: usize| looks.get(at).is_some_and(|c| is_latin(*c));
    looks[index] == DASH && index > 0 && around(index - 1) && around(index + 1)
}

/// Stands for all that look like a dash.
const DASH: char = '一';

/// `I` and `i` are the same letter, and `I` and `l` look alike.
fn shape_of(look: char) -> char {
    if look == 'i' { 'l' } else { look }
}

fn fold(text: impl Iterator<Item = Written>, emit: &mut impl FnMut(FoldedChar)) {
    // NUL stays: it separates texts.
    let is_kept = |(c, _): &Written| *c == '\0' || c.is_whitespace() || !is_ignorable(*c);
    let mut text = text.filter(is_kept).peekable();
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
        let fold_char = |c: char| {
            if c.is_whitespace() {
                joined = false;
                return;
            }
            for lower in c.to_lowercase() {
                let same = same_form(lower);
                emit(FoldedChar {
                    same,
                    look: look_form(c, same),
                    bytes: bytes.clone(),
                    at: 0,
                    joined: replace(&mut joined, true),
                });
            }
        };
        let written = once(c).chain(marks.chars());
        if marks.is_empty() && is_normal(c) {
            written.for_each(fold_char);
        } else {
            written.nfkc().for_each(fold_char);
        }
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
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
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
