//! A text as names are searched in it: one form for all characters that count as the same, and one
//! for all that look alike.

use super::escapes::{Written, decoded_code};
use crate::characters::is_invisible;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// A character of a folded text.
#[derive(Debug, Clone)]
pub struct FoldedChar {
    /// Equal for characters that count as the same.
    same: char,
    /// Equal for characters that look alike.
    look: char,
    /// The bytes of the text it is written in.
    start: u32,
    end: u32,
    /// Byte of the shape at which it begins.
    at: u32,
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

/// The similarity of two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    LooksAlike,
    Same,
}

impl FoldedText {
    pub fn new(text: impl Iterator<Item = Written>) -> FoldedText {
        let mut folded = Vec::new();
        fold(text, &mut |c| folded.push(c));
        let mut chars = shortened_companies(folded);
        for index in 1..chars.len().saturating_sub(1) {
            let is_dash = chars[index].same == 'ー'
                && is_latin(chars[index - 1].same)
                && is_latin(chars[index + 1].same);
            if is_dash {
                chars[index].same = '-';
            }
        }
        let mut shape = String::with_capacity(chars.len());
        for c in &mut chars {
            c.at = position(shape.len());
            shape.push(shape_of(c.look));
        }
        FoldedText { chars, shape }
    }

    /// The likeness of a name to the characters that begin at a byte of the shape.
    ///
    /// `None` if they differ, or if a name in Latin letters stands inside a longer word.
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
        self.chars[first].start as usize..last.end as usize
    }

    fn index(&self, at: usize) -> usize {
        self.chars.partition_point(|c| (c.at as usize) < at)
    }

    /// True if a Latin letter or digit stands on both sides, without white space between.
    fn is_inside_word(&self, index: usize) -> bool {
        let after = self.chars.get(index);
        after.is_some_and(|after| {
            after.joined && is_latin(after.look) && is_latin(self.chars[index - 1].look)
        })
    }
}

fn position(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("no file has four gigabytes")
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
    for word in ["株式会社", "有限会社"] {
        if shape.contains(word) {
            let short: String = word.chars().take(1).collect();
            shape = shape.replace(word, &format!("({short})"));
        }
    }
    shape
}

/// `I` and `i` are the same letter, and `I` and `l` look alike.
fn shape_of(look: char) -> char {
    if look == 'i' { 'l' } else { look }
}

fn fold(text: impl Iterator<Item = Written>, emit: &mut impl FnMut(FoldedChar)) {
    let mut text = text.filter(|(c, _)| !is_ignorable(*c)).peekable();
    let mut joined = true;
    while let Some((c, mut bytes)) = text.next() {
        let mark = text.next_if(|(next, _)| is_mark(*next));
        if mark.is_none() && is_normal(c) {
            fold_char(c, &bytes, &mut joined, emit);
            continue;
        }
        let mut cluster = String::from(c);
        let mut next = mark;
        while let Some((mark, its_bytes)) = next {
            cluster.push(mark);
            bytes.end = its_bytes.end;
            next = text.next_if(|(next, _)| is_mark(*next));
        }
        for c in cluster.nfkc() {
            fold_char(c, &bytes, &mut joined, emit);
        }
    }
}

fn fold_char(c: char, bytes: &Range<usize>, joined: &mut bool, emit: &mut impl FnMut(FoldedChar)) {
    if c.is_whitespace() {
        *joined = false;
        return;
    }
    let mut emit_small = |lower: char| {
        let same = same_form(lower);
        emit(FoldedChar {
            same,
            look: look_form(c, same),
            start: position(bytes.start),
            end: position(bytes.end),
            at: 0,
            joined: std::mem::replace(joined, true),
        });
    };
    if is_normal(c) {
        emit_small(c.to_ascii_lowercase());
    } else {
        c.to_lowercase().for_each(emit_small);
    }
}

/// Shortens 株式会社 and 有限会社: ㈱ became (株) already.
fn shortened_companies(chars: Vec<FoldedChar>) -> Vec<FoldedChar> {
    let mut shortened: Vec<FoldedChar> = Vec::with_capacity(chars.len());
    for c in chars {
        shortened.push(c);
        let Some(start) = shortened.len().checked_sub(4) else {
            continue;
        };
        let word = [0, 1, 2, 3].map(|index| shortened[start + index].same);
        if matches!(word, ['株', '式', '会', '社'] | ['有', '限', '会', '社']) {
            let end = shortened[start + 3].end;
            shortened.truncate(start + 3);
            shortened[start + 1] = shortened[start].clone();
            for (index, bracket) in [(start, '('), (start + 2, ')')] {
                (shortened[index].same, shortened[index].look) = (bracket, bracket);
            }
            for part in &mut shortened[start..] {
                part.end = end;
            }
        }
    }
    shortened
}

/// Letters and digits of words that stand between spaces.
fn is_latin(c: char) -> bool {
    let is_accented = matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    c.is_ascii_alphanumeric() || (is_accented && c.is_alphabetic())
}

/// Returns true if a character prints nothing (`Default_Ignorable_Code_Point`, control characters).
///
/// NUL stays: it separates texts.
fn is_ignorable(c: char) -> bool {
    if is_normal(c) {
        return c.is_ascii_control() && c != '\0' && !c.is_whitespace();
    }
    (is_invisible(c) && !c.is_whitespace())
        || matches!(c,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns true for a mark that joins the character before it: accents, ﾞ and ﾟ.
fn is_mark(c: char) -> bool {
    !is_normal(c) && (matches!(c, '\u{ff9e}' | '\u{ff9f}') || canonical_combining_class(c) != 0)
}

/// Returns true for most characters that normalisation leaves alone; only for speed.
fn is_normal(c: char) -> bool {
    c.is_ascii() || is_japanese(c)
}

/// Returns true for kana and characters, which have no small letters.
fn is_japanese(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ー' | '\u{4e00}'..='\u{9fff}')
}

/// The character that stands for all that count as the same; `c` is a small letter in its NFKC form.
fn same_form(c: char) -> char {
    match c {
        '\0'..='~' => c,
        // Hyphens, dashes and minus signs.
        '\u{2d7}'
        | '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{2796}'
        | '\u{2e3a}'
        | '\u{2e3b}' => '-',
        'ゕ' | 'ヵ' => 'カ',
        'ゖ' | 'ヶ' => 'ケ',
        'ぁ'..='ゔ' | 'ゝ' | 'ゞ' => {
            let katakana = char::from_u32(u32::from(c) + 0x60);
            katakana.expect("every hiragana has its katakana")
        }
        '\u{3400}'.. => common_form(c),
        _ => c,
    }
}

/// The common form of a character in names. NFKC leaves these variants apart.
fn common_form(c: char) -> char {
    match c {
        '髙' => '高',
        '﨑' | '嵜' => '崎',
        '濵' | '濱' => '浜',
        '邉' | '邊' => '辺',
        '齋' | '齊' | '斎' => '斉',
        '澤' => '沢',
        '廣' => '広',
        '櫻' => '桜',
        '國' => '国',
        '龍' => '竜',
        '眞' => '真',
        '嶋' | '嶌' => '島',
        '冨' => '富',
        '𠮷' => '吉',
        '惠' => '恵',
        '德' => '徳',
        '黑' => '黒',
        '瀨' => '瀬',
        '栁' => '柳',
        '桒' => '桑',
        '曾' => '曽',
        '會' => '会',
        '學' => '学',
        '榮' => '栄',
        '圓' => '円',
        '鐵' => '鉄',
        '壽' => '寿',
        '瀧' => '滝',
        '淵' | '渊' => '渕',
        '淸' => '清',
        '靜' => '静',
        '郞' => '郎',
        '舘' => '館',
        '檜' => '桧',
        '藪' => '薮',
        '條' => '条',
        _ => c,
    }
}

/// The character that stands for all that look like it; `cased` is the letter before it became small.
fn look_form(cased: char, same: char) -> char {
    match same {
        '1' => 'l',
        'i' if cased == 'I' => 'l',
        '0' => 'o',
        '-' | 'ー' => '一',
        '\0'..='~' => same,
        '\u{370}'..='\u{52f}' => latin_look(cased, same),
        'ァ'..='ヺ' => kana_look(same),
        '囗' => '口',
        _ => same,
    }
}

/// The Latin letter that a Greek or Cyrillic one looks like.
fn latin_look(cased: char, same: char) -> char {
    match same {
        'ι' | 'і' if cased != same => 'l',
        'ӏ' => 'l',
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'һ' | 'н' | 'η' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'ν' => 'n',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'υ' => 'y',
        'ζ' => 'z',
        _ => same,
    }
}

/// The character or other kana that katakana look like.
fn kana_look(kana: char) -> char {
    match kana {
        'ロ' => '口',
        'ニ' => '二',
        'カ' => '力',
        'エ' => '工',
        'タ' => '夕',
        'ト' => '卜',
        'ハ' => '八',
        'チ' => '千',
        'オ' => '才',
        'ム' => '厶',
        'ヌ' => '又',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        _ => kana,
    }
}
