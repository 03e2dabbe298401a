//! The logo of a theme. It stands in every page: small, running nothing and loading nothing.

use crate::message::{Error, Result};
use base64ct::{Base64, Encoding};
use roxmltree::{Document, Node};

/// Every page of the site contains the logo.
const LARGEST: usize = 100 * 1024;

/// An image that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Logo {
    /// Its file in the theme's folder.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Logo {
    /// Checks an image; `file` is its name in errors.
    pub fn read(name: &str, file: &str, bytes: Vec<u8>) -> Result<Logo> {
        let refused = |id| Error::new(id).with("file", file);
        if bytes.len() > LARGEST {
            let [size, most] = [bytes.len(), LARGEST].map(|bytes| bytes.div_ceil(1024));
            let error = refused("theme-logo-large").with("size", size);
            return Err(error.with("most", most));
        }
        if name.ends_with(".png") {
            let begins = bytes.starts_with(b"\x89PNG\r\n\x1a\n");
            if !begins || !bytes.ends_with(b"IEND\xae\x42\x60\x82") {
                return Err(refused("theme-logo-png"));
            }
        } else {
            let text = str::from_utf8(&bytes).map_err(|_| refused("theme-not-text"))?;
            // Document types, and with them entities, are refused by default.
            let svg = Document::parse(text)
                .map_err(|error| refused("theme-logo-svg").caused_by(error))?;
            let mut nodes = svg.descendants();
            if let Some((node, what)) = nodes.find_map(|node| Some((node, active(node)?))) {
                let line = svg.text_pos_at(node.range().start).row;
                let error = refused("theme-logo-active").with("line", line);
                return Err(error.with("what", what));
            }
        }
        let name = name.to_owned();
        Ok(Logo { name, bytes })
    }

    /// The bytes that may hold words beside the picture: all of an SVG, the texts and notes of a PNG.
    pub fn words(&self) -> Vec<u8> {
        if !self.name.ends_with(".png") {
            return self.bytes.clone();
        }
        let mut words = Vec::new();
        let mut rest = self.bytes.get(8..).unwrap_or_default();
        // A chunk is its length, its type, its data, and a checksum of four bytes.
        while let Some((length, after)) = rest.split_first_chunk()
            && let Some((kind, data)) = after.split_first_chunk::<4>()
            && let Some((data, next)) = data.split_at_checked(u32::from_be_bytes(*length) as usize)
        {
            if [b"tEXt", b"iTXt", b"eXIf"].contains(&kind) {
                words.extend_from_slice(data);
                words.push(0);
            }
            rest = next.get(4..).unwrap_or_default();
        }
        words
    }

    /// The image as an address in a page.
    pub fn address(&self) -> String {
        let is_png = self.name.ends_with(".png");
        let kind = if is_png { "png" } else { "svg+xml" };
        let data = Base64::encode_string(&self.bytes);
        format!("data:image/{kind};base64,{data}")
    }
}

/// The part of a node that would run something or load another file.
fn active(node: Node) -> Option<String> {
    if let Some(instruction) = node.pi() {
        return Some(format!("<?{}?>", instruction.target));
    }
    let name = node.tag_name().name();
    if ["script", "foreignObject"].contains(&name) {
        return Some(format!("<{name}>"));
    }
    let text = node.text().filter(|text| loads(text));
    let mut attributes = node.attributes().filter(|attribute| {
        let (name, value) = (attribute.name().to_lowercase(), attribute.value().trim());
        let is_reference = ["href", "src"].contains(&&*name);
        let mut inside = ["#", "data:image/png;", "data:image/jpeg;"].iter();
        let is_inside = inside.any(|start| value.starts_with(start));
        name.starts_with("on") || (is_reference && !is_inside) || loads(value)
    });
    let attribute = attributes.next().map(|it| it.name().to_owned());
    attribute.or_else(|| text.map(|_| format!("<{name}>")))
}

fn loads(style: &str) -> bool {
    let style = style.to_lowercase();
    let mut references = style.split("url(").skip(1);
    let leads_out = |it: &str| !it.trim_start_matches(['"', '\'', ' ']).starts_with('#');
    // A backslash begins an escape, which could hide either.
    style.contains("@import") || style.contains('\\') || references.any(leads_out)
}
