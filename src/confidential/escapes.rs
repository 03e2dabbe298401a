//! The characters that a text stands for, each with its bytes: `%E8%A6%8B`, `&#x898B;` and `\u898b` are all 見.

use pulldown_cmark::{Event, Parser};

/// A character and the bytes of the text that stand for it.
pub type Written = (char, std::ops::Range<usize>);

/// The character that an escape at the beginning of a text stands for, and the escape's length.
type Escape = Option<(char, usize)>;

/// Decodes percent-encoding and the entities of HTML and XML.
pub fn decoded(text: &str) -> impl Iterator<Item = Written> {
    decoded_by(text, |rest| percent(rest).or_else(|| entity(rest)))
}

/// Decodes these, and the escapes of JSON, scripts and styles.
pub fn decoded_code(text: &str) -> impl Iterator<Item = Written> {
    decoded_by(text, |rest| {
        let other = || entity(rest).or_else(|| backslash(rest));
        percent(rest).or_else(other)
    })
}

/// Decodes the entities of HTML and XML.
pub fn without_entities(text: &str) -> String {
    decoded_by(text, entity).map(|(c, _)| c).collect()
}

fn decoded_by(text: &str, escape: fn(&str) -> Escape) -> impl Iterator<Item = Written> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (start, rest) = (at, &text[at..]);
        let first = rest.chars().next()?;
        let may_escape = matches!(first, '%' | '&' | '\\');
        let escaped = may_escape.then(|| escape(rest)).flatten();
        let (c, length) = escaped.unwrap_or((first, first.len_utf8()));
        at += length;
        Some((c, start..at))
    })
}

/// The first character of a run of `%XX`, if it is UTF-8.
fn percent(rest: &str) -> Escape {
    let byte = |part: &[u8]| {
        let digits = std::str::from_utf8(part.strip_prefix(b"%")?).ok()?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    };
    let parts = rest.as_bytes().chunks_exact(3).take(4);
    let run: Vec<u8> = parts.map_while(byte).collect();
    let c = run.utf8_chunks().next()?.valid().chars().next()?;
    Some((c, c.len_utf8() * 3))
}

/// `&amp;`, `&#35211;` or `&#x898B;`; a number needs no semicolon.
fn entity(rest: &str) -> Escape {
    if let Some(number) = rest.strip_prefix("&#") {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let (number, radix) = hexadecimal.map_or((number, 10), |number| (number, 16));
        let end = number.find(|c: char| !c.is_digit(radix));
        let (digits, after) = number.split_at(end.unwrap_or(number.len()));
        let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
        let semicolon = usize::from(after.starts_with(';'));
        return Some((c, rest.len() - after.len() + semicolon));
    }
    let name = rest.strip_prefix('&')?;
    // The longest name has 31 letters.
    let end = name.bytes().take(32).position(|byte| byte == b';')?;
    if !name[..end].bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let written = &rest[..end + 2];
    match Parser::new(written).find(|event| matches!(event, Event::Text(_))) {
        Some(Event::Text(text)) if *text != *written => Some((text.chars().next()?, end + 2)),
        _ => None,
    }
}

/// `\u898b`, `\u{898b}` or `\xe9` of scripts, `\898b` of styles, `\n` and the like.
fn backslash(rest: &str) -> Escape {
    let after = rest.strip_prefix('\\')?;
    let number = |digits: Option<&str>| u32::from_str_radix(digits?, 16).ok();
    let one = |code: Option<u32>, length| Some((char::from_u32(code?)?, length));
    match after.chars().next()? {
        'n' | 'r' | 't' => Some((' ', 2)),
        c @ ('\\' | '/' | '"' | '\'') => Some((c, 2)),
        'x' => one(number(after.get(1..3)), 4),
        'u' if after[1..].starts_with('{') => {
            let end = after.find('}')?;
            one(number(after.get(2..end)), end + 2)
        }
        // One unit of JSON, or a surrogate pair.
        'u' => [6, 12].into_iter().find_map(|length| {
            let quoted = format!("\"{}\"", rest.get(..length)?);
            let text: String = serde_json::from_str(&quoted).ok()?;
            Some((text.chars().next()?, length))
        }),
        _ => {
            let digits = after.bytes().take(6);
            let length = digits.take_while(u8::is_ascii_hexdigit).count();
            // Fewer digits are rather a path: `C:\ad`.
            let code = number(after.get(..length)).filter(|_| length >= 4);
            let space = usize::from(after[length..].starts_with(' '));
            one(code, 1 + length + space)
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
