//! A PDF that somebody received → what it holds: its data, the words on its pages, who it says it is for, and who signed it.
//!
//! Bytes in, facts out; whether the data is an edition's is for others to say.
//! The file may be anything: it is read by the letter, nothing in it is repaired or passed over, and what it can make us do is bounded.

mod signature;
mod text;

use crate::message::{Error, Message, Result};
use lopdf::{Dictionary, Document, LoadOptions, Object};
use std::collections::BTreeMap;

pub use signature::{Range, SignatureState, StampState, Trust};

/// The attachment that every sheet carries.
pub const DATA: &str = "safeguards.json";
/// No stream of a sheet grows beyond some megabytes; one that does is out to fill memory.
const LARGEST: usize = 64 * 1024 * 1024;
/// Depth at which a tree is no longer somebody's document, and its most entries.
const DEEPEST: usize = 16;
const MOST: usize = 100_000;

/// What a PDF holds.
#[derive(Debug, Clone)]
pub struct Received {
    /// The attached `safeguards.json`, byte by byte.
    pub data: Vec<u8>,
    /// The words of each page as they are drawn, a line each.
    pub pages: Vec<String>,
    /// The document's information: `Title`, `Author`, `Subject`, `Keywords`, ….
    pub information: BTreeMap<String, String>,
    /// What lies over the pages besides links and signatures, by its kind: `FreeText`, `Stamp`, ….
    pub overlays: Vec<String>,
    /// Every signature, oldest first.
    pub signatures: Vec<SignatureState>,
}

impl Received {
    pub fn title(&self) -> Option<&str> {
        self.information.get("Title").map(String::as_str)
    }

    pub fn author(&self) -> Option<&str> {
        self.information.get("Author").map(String::as_str)
    }

    /// The client that a copy was made for; its name stands last among the keywords.
    pub fn recipient(&self) -> Option<&str> {
        let keywords = self.information.get("Keywords")?;
        Some(keywords.split_once("recipient: ")?.1)
    }
}

/// Reads a received PDF.
pub fn read(pdf: &[u8]) -> Result<Received> {
    let document = open(pdf)?;
    let broken = |error: lopdf::Error| Error::new(Message::new("pdf-broken")).caused_by(error);
    let mut attached = attachments(&document).map_err(broken)?;
    let data = match attached.len() {
        0 => return Err(Error::new(Message::new("pdf-no-data"))),
        1 => attached.remove(0),
        _ => return Err(Error::new(Message::new("pdf-several-data"))),
    };
    Ok(Received {
        data,
        pages: text::pages(&document).map_err(broken)?,
        information: information(&document).map_err(broken)?,
        overlays: overlays(&document).map_err(broken)?,
        signatures: signature::signatures(&document, pdf).map_err(broken)?,
    })
}

/// Opens a PDF that keeps to the rules; the ways in which a file is none of ours are told apart.
///
/// What the messages call `file` is added by who knows its name.
pub fn open(pdf: &[u8]) -> Result<Document> {
    if !pdf.starts_with(b"%PDF-") {
        return Err(Error::new(Message::new("pdf-not")));
    }
    let options = LoadOptions {
        strict: true,
        max_decompressed_size: Some(LARGEST),
        ..LoadOptions::default()
    };
    let broken = || Error::new(Message::new("pdf-broken"));
    match Document::load_mem_with_options(pdf, options) {
        Ok(document) if document.is_encrypted() || document.was_encrypted() => {
            Err(Error::new(Message::new("pdf-encrypted")))
        }
        Ok(document) if document.page_iter().next().is_none() => Err(broken()),
        Ok(document) => Ok(document),
        Err(lopdf::Error::InvalidPassword | lopdf::Error::UnsupportedSecurityHandler(_)) => {
            Err(Error::new(Message::new("pdf-encrypted")))
        }
        Err(error) => Err(broken().caused_by(error)),
    }
}

/// Every attachment named as our data, wherever the document lists it; one listed twice is one.
fn attachments(document: &Document) -> lopdf::Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    let catalog = document.catalog()?;
    if let Ok(names) = entry(document, catalog, b"Names").and_then(Object::as_dict)
        && let Ok(tree) = entry(document, names, b"EmbeddedFiles").and_then(Object::as_dict)
    {
        let mut left = MOST;
        leaves(document, tree, b"Names", DEEPEST, &mut left, &mut files)?;
    }
    if let Ok(associated) = entry(document, catalog, b"AF").and_then(Object::as_array) {
        files.extend(associated);
    }
    let mut streams = BTreeMap::new();
    for file in files {
        // The names stand between their files.
        let Ok(file) = document.dereference(file)?.1.as_dict() else {
            continue;
        };
        let names = [b"UF".as_slice(), b"F"];
        let mut names = names.iter().flat_map(|key| entry(document, file, key));
        if !names.any(|name| lopdf::decode_text_string(name).is_ok_and(|name| name == DATA)) {
            continue;
        }
        let embedded = entry(document, file, b"EF")?.as_dict()?;
        for key in [b"F".as_slice(), b"UF"] {
            if let Ok(id) = embedded.get(key).and_then(Object::as_reference) {
                let stream = document.get_object(id)?.as_stream()?;
                streams.insert(id, stream.get_plain_content_with_limit(LARGEST)?);
            }
        }
    }
    Ok(streams.into_values().collect())
}

/// What the leaves of a name or number tree list, names and all.
fn leaves<'a>(
    document: &'a Document,
    tree: &'a Dictionary,
    key: &[u8],
    depth: usize,
    left: &mut usize,
    found: &mut Vec<&'a Object>,
) -> lopdf::Result<()> {
    let depth = depth.checked_sub(1).ok_or(lopdf::Error::RecursionLimit)?;
    let listed = entry(document, tree, key).and_then(Object::as_array);
    let listed = listed.map_or(&[][..], Vec::as_slice);
    let kids = entry(document, tree, b"Kids").and_then(Object::as_array);
    let kids = kids.map_or(&[][..], Vec::as_slice);
    let size = listed.len() + kids.len();
    *left = left.checked_sub(size).ok_or(lopdf::Error::RecursionLimit)?;
    found.extend(listed);
    for kid in kids {
        let kid = document.dereference(kid)?.1.as_dict()?;
        leaves(document, kid, key, depth, left, found)?;
    }
    Ok(())
}

fn information(document: &Document) -> lopdf::Result<BTreeMap<String, String>> {
    let mut said = BTreeMap::new();
    if let Ok(found) = document.trailer.get(b"Info") {
        for (key, value) in document.dereference(found)?.1.as_dict()? {
            let value = document.dereference(value)?.1;
            if let Ok(value) = lopdf::decode_text_string(value) {
                said.insert(String::from_utf8_lossy(key).into_owned(), value);
            }
        }
    }
    Ok(said)
}

/// Annotations can cover what is printed, so a reader has to know of them.
fn overlays(document: &Document) -> lopdf::Result<Vec<String>> {
    let mut kinds = Vec::new();
    for page in document.page_iter() {
        let page = document.get_dictionary(page)?;
        let Ok(annotations) = entry(document, page, b"Annots").and_then(Object::as_array) else {
            continue;
        };
        for annotation in annotations {
            let annotation = document.dereference(annotation)?.1.as_dict()?;
            let kind = entry(document, annotation, b"Subtype").and_then(Object::as_name)?;
            let field = entry(document, annotation, b"FT").and_then(Object::as_name);
            let shown = !is_nowhere(annotation);
            match (kind, field) {
                (b"Link", _) => {}
                (b"Widget", Ok(b"Sig")) if !shown => {}
                _ => kinds.push(String::from_utf8_lossy(kind).into_owned()),
            }
        }
    }
    Ok(kinds)
}

/// Whether an annotation has a place without extent.
fn is_nowhere(annotation: &Dictionary) -> bool {
    let sides = annotation.get(b"Rect").and_then(Object::as_array);
    let sides: Vec<f32> = sides.map_or_else(
        |_| Vec::new(),
        |sides| sides.iter().flat_map(Object::as_float).collect(),
    );
    matches!(sides.as_slice(), [left, bottom, right, top] if left == right || bottom == top)
}

/// What a key of a dictionary holds, itself or by reference.
fn entry<'a>(
    document: &'a Document,
    dictionary: &'a Dictionary,
    key: &[u8],
) -> lopdf::Result<&'a Object> {
    Ok(document.dereference(dictionary.get(key)?)?.1)
}
