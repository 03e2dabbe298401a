//! Characters that print nothing: they may hide in texts, file names and received data.

/// Returns true if a character prints nothing and changes the text around it, except a line end.
///
/// These are C0 and C1, soft hyphens, marks of writing direction, zero-width characters, a byte
/// order mark inside a text, noncharacters.
pub fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
}

/// `U+3042`
pub fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Replaces every invisible character and line end by its code point, for terminals and pages.
pub fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || is_invisible(c) {
            visible.push_str(&format!("<{}>", code_point(c)));
        } else {
            visible.push(c);
        }
    }
    visible
}
