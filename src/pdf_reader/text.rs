//! The text on the pages of a PDF that Typst made, in the order it is drawn; Typst puts only images into forms.
//! lopdf decodes the fonts. Its own extraction leaves `ActualText` out, the text of glyphs that stand
//! for other characters elsewhere, and so reads `か` with a mark of its own as `が`, or the reverse.

use super::MAX_STREAM;
use lopdf::{Document, Encoding, Error, Object, ObjectId, Result, content::Content};

/// The text of each page of a PDF of our own, as drawn. A malicious one could fill the memory.
pub fn page_texts(document: &Document) -> Result<Vec<String>> {
    let pages = document.page_iter();
    pages.map(|page| page_text(document, page)).collect()
}

fn page_text(document: &Document, page: ObjectId) -> Result<String> {
    let mut encodings = std::collections::BTreeMap::new();
    for (name, font) in document.get_page_fonts(page)? {
        let encoding = font.get_font_encoding_with_limit(document, MAX_STREAM)?;
        encodings.insert(name, encoding);
    }
    let content = document.get_page_content_with_limit(page, MAX_STREAM)?;
    let mut font = None;
    // One entry for each open marked content; true if a text replaces its glyphs.
    let mut replaced = Vec::new();
    let mut text = String::new();
    for operation in Content::decode(&content)?.operations {
        match (operation.operator.as_str(), operation.operands.as_slice()) {
            ("Tf", [Object::Name(name), _]) => font = encodings.get(name),
            ("Tj" | "TJ", [shown]) if !replaced.contains(&true) => text += &decode(font, shown)?,
            ("ET", _) => text.push('\n'),
            ("BMC", _) => replaced.push(false),
            ("BDC", [_, properties]) => {
                let actual = properties.as_dict().and_then(|it| it.get(b"ActualText"));
                let replacement = actual.and_then(lopdf::decode_text_string).ok();
                text.push_str(replacement.as_deref().unwrap_or_default());
                replaced.push(replacement.is_some());
            }
            ("EMC", _) => drop(replaced.pop()),
            _ => {}
        }
    }
    Ok(text)
}

/// Decodes a string, or an array of strings and of numbers that move the pen.
fn decode(current: Option<&Encoding>, shown: &Object) -> Result<String> {
    let font = current.ok_or(Error::CharacterEncoding)?;
    match shown {
        Object::String(codes, _) => Document::decode_text(font, codes),
        Object::Array(parts) => parts.iter().map(|part| decode(Some(font), part)).collect(),
        _ => Ok(String::new()),
    }
}
