//! The characters that a text stands for, each with the bytes it is written in.
//!
//! `%E8%A6%8B`, `&#x898B;` and `\u898b` are all 見.

use pulldown_cmark::{Event, Parser};
use std::collections::VecDeque;
use std::ops::Range;

/// A character and the bytes of the text that stand for it.
pub type Written = (char, Range<usize>);

/// Decodes percent-encoding and the entities of HTML and XML.
pub fn decoded(text: &str) -> impl Iterator<Item = Written> {
    decoded_by(text, |rest| match rest.as_bytes()[0] {
        b'%' => percent(rest),
        b'&' => entity(rest),
        _ => None,
    })
}

/// Decodes these, and the escapes of JSON, scripts and styles.
pub fn decoded_code(text: &str) -> impl Iterator<Item = Written> {
    decoded_by(text, |rest| match rest.as_bytes()[0] {
        b'%' => percent(rest),
        b'&' => entity(rest),
        b'\\' => backslash(rest),
        _ => None,
    })
}

/// The characters of one escape, with their bytes counted from its beginning.
type Escape = Vec<Written>;

fn decoded_by(text: &str, escape: fn(&str) -> Option<Escape>) -> impl Iterator<Item = Written> {
    let mut at = 0;
    let mut pending = VecDeque::new();
    std::iter::from_fn(move || {
        if !pending.is_empty() {
            return pending.pop_front();
        }
        let start = at;
        let first = *text.as_bytes().get(at)?;
        if matches!(first, b'%' | b'&' | b'\\')
            && let Some(characters) = escape(&text[at..])
        {
            let moved = |(c, bytes): Written| (c, start + bytes.start..start + bytes.end);
            pending.extend(characters.into_iter().map(moved));
            at = pending.back().map_or(at, |(_, bytes)| bytes.end);
            return pending.pop_front();
        }
        let c = if first.is_ascii() {
            char::from(first)
        } else {
            text[at..].chars().next()?
        };
        at += c.len_utf8();
        Some((c, start..at))
    })
}

/// A run of `%XX`, if it is UTF-8.
fn percent(rest: &str) -> Option<Escape> {
    let byte = |part: &[u8]| {
        let digits = std::str::from_utf8(part.strip_prefix(b"%")?).ok()?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    };
    let run: Vec<u8> = rest.as_bytes().chunks_exact(3).map_while(byte).collect();
    // What follows the first bytes that are no character is left to the next escape.
    let text = run.utf8_chunks().next()?.valid();
    let characters = text.char_indices();
    let written = characters.map(|(at, c)| (c, at * 3..(at + c.len_utf8()) * 3));
    let escape: Escape = written.collect();
    (!escape.is_empty()).then_some(escape)
}

/// `&amp;`, `&#35211;` or `&#x898B;`; a number needs no semicolon.
fn entity(rest: &str) -> Option<Escape> {
    const LONGEST: usize = 33;
    if let Some(number) = rest.strip_prefix("&#") {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let (number, radix) = hexadecimal.map_or((number, 10), |number| (number, 16));
        let end = number.find(|c: char| !c.is_digit(radix));
        let (digits, after) = number.split_at(end.unwrap_or(number.len()));
        let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
        let semicolon = usize::from(after.starts_with(';'));
        return Some(vec![(c, 0..rest.len() - after.len() + semicolon)]);
    }
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b';')? + 1;
    let written = &rest[..end];
    let is_name = written[1..end - 1]
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric());
    match Parser::new(written).find(|event| matches!(event, Event::Text(_))) {
        Some(Event::Text(text)) if is_name && *text != *written => {
            Some(text.chars().map(|c| (c, 0..end)).collect())
        }
        _ => None,
    }
}

/// `\u898b`, `\u{898b}` or `\xe9` of scripts, `\898b` of styles, `\n` and the like.
fn backslash(rest: &str) -> Option<Escape> {
    let after = &rest[1..];
    let first = after.chars().next()?;
    let one = |c: char, length: usize| Some(vec![(c, 0..length)]);
    let hex = |digits: Option<&str>| u32::from_str_radix(digits?, 16).ok();
    match first {
        'n' | 'r' | 't' => one(' ', 2),
        '\\' | '/' | '"' | '\'' => one(first, 2),
        'x' => one(char::from_u32(hex(after.get(1..3))?)?, 4),
        'u' if after[1..].starts_with('{') => {
            let end = after.find('}')?;
            one(char::from_u32(hex(after.get(2..end))?)?, end + 2)
        }
        'u' => {
            let unit = hex(after.get(1..5))?;
            if let Some(c) = char::from_u32(unit) {
                return one(c, 6);
            }
            // The second half of a surrogate pair.
            let low = hex(rest.get(6..12)?.strip_prefix("\\u"))?;
            let units = [u16::try_from(unit).ok()?, u16::try_from(low).ok()?];
            let c = char::decode_utf16(units).next()?.ok()?;
            one(c, 12)
        }
        _ => {
            let digits = after.bytes().take(6);
            let length = digits.take_while(u8::is_ascii_hexdigit).count();
            // Fewer digits are rather a path: `C:\ad`.
            let c = (length >= 4).then(|| hex(after.get(..length)))??;
            let ends = usize::from(after[length..].starts_with(' '));
            one(char::from_u32(c)?, 1 + length + ends)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_is_decoded_with_its_bytes() {
        for (written, text) in [
            ("%E8%A6%8B%e6%9c%ac", "見本"),
            ("100% %AB %zz %", "100% %AB %zz %"),
            (
                "&amp;&eacute;&nbsp;&#35211;&#x672C;&#35211社",
                "&é\u{a0}見本見社",
            ),
            ("a & b; &nothing; &", "a & b; &nothing; &"),
            (
                r"\u898b\u{672c}\xe9\ud83d\ude00\898b 本\\n\n",
                "見本é😀見本\\n ",
            ),
            (r"C:\ad \u89 \", r"C:\ad \u89 \"),
        ] {
            let read: String = decoded_code(written).map(|(c, _)| c).collect();
            assert_eq!(read, text, "{written}");
            // The bytes follow one another and are all there.
            let mut end = 0;
            for (_, bytes) in decoded_code(written) {
                assert!(bytes.start == end || bytes.end == end, "{written}");
                end = bytes.end;
            }
            assert_eq!(end, written.len(), "{written}");
        }
        assert_eq!(decoded(r"\u898b").count(), 6);
    }
}
