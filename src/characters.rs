//! Characters that print nothing: they may hide in texts, file names and received data.

/// Returns true if a character prints nothing and changes the text around it, except a line end: C0 and C1, soft hyphens,
/// marks of writing direction, zero-width characters, a byte order mark inside a text, noncharacters.
pub fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
}

/// Returns true for the above, fillers, and selectors of forms (Unicode's Default_Ignorable_Code_Point).
pub fn is_ignorable(c: char) -> bool {
    is_invisible(c)
        || matches!(c,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns true if a reader sees nothing of a text: spaces, characters that print nothing, Braille's empty pattern.
pub fn is_blank(text: &str) -> bool {
    let is_seen = |c: char| !c.is_whitespace() && !is_ignorable(c) && c != '\u{2800}';
    !text.contains(is_seen)
}

/// Returns true for hyphens, dashes, minus signs and lines that look like them, but for `-` itself.
pub fn is_dash(c: char) -> bool {
    matches!(
        c,
        '˗' | '\u{2010}'..='\u{2015}' | '\u{2500}' | '\u{2501}' | '⁃' | '−' | '➖' | '⸺' | '⸻'
    )
}

/// The characters of a text as they are drawn, each with the selectors of its form after it: 葛󠄀 is 葛 and U+E0100.
pub fn drawn(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_selector = |c| matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
        let mut chars = rest.char_indices().skip(1);
        let end = chars.find(|(_, c)| !is_selector(*c));
        let (character, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        (!character.is_empty()).then_some(character)
    })
}

/// `U+845B U+E0100`
pub fn code_points(character: &str) -> String {
    Vec::from_iter(character.chars().map(code_point)).join(" ")
}

/// `U+3042`
pub fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Replaces every invisible character and line end by its code point, for terminals and pages.
pub fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        c if c == '\n' || is_invisible(c) => format!("<{}>", code_point(c)),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}
