//! A PDF somebody received → its attached data and signatures; a PDF of our own → its text.
//! [`crate::verify`] decides if the file is a recorded one. A received file may be malicious: it is read
//! strictly, nothing in it is repaired or skipped, and the size of a stream or tree is bounded.

mod signature;
mod text;

use crate::manifest::DATA;
use crate::message::{Error, Result};
use lopdf::Error::{InvalidPassword, UnsupportedSecurityHandler};
use lopdf::{Dictionary, Document, LoadOptions, Object, decode_text_string};

pub use signature::PdfSignature;
pub use text::page_texts;

/// The largest stream, unpacked. Those of a sheet have a few megabytes.
const MAX_STREAM: usize = 64 * 1024 * 1024;
/// The most nodes or names in a tree; a larger one is malicious, or leads in a circle.
const MAX_NODES: usize = 100_000;

#[derive(Debug, Clone)]
pub struct PdfContents {
    /// The attached `safeguards.json`, byte by byte.
    pub data: Vec<u8>,
    /// Every signature, oldest first.
    pub signatures: Vec<PdfSignature>,
}

pub fn read(pdf: &[u8]) -> Result<PdfContents> {
    let document = open(pdf)?;
    let mut attached = attachments(&document).map_err(broken)?;
    let data = match attached.len() {
        0 => return Err(Error::new("pdf-no-data")),
        1 => attached.remove(0),
        _ => return Err(Error::new("pdf-several-data")),
    };
    let signatures = signature::signatures(&document, pdf).map_err(broken)?;
    Ok(PdfContents { data, signatures })
}

/// Opens a PDF that conforms to the standard. The caller adds the `file` argument to the message.
pub fn open(pdf: &[u8]) -> Result<Document> {
    if !pdf.starts_with(b"%PDF-") {
        return Err(Error::new("pdf-not"));
    }
    let options = LoadOptions {
        strict: true,
        ..LoadOptions::with_max_decompressed_size(MAX_STREAM)
    };
    let encrypted = Error::new("pdf-encrypted");
    match Document::load_mem_with_options(pdf, options) {
        Ok(it) if it.is_encrypted() || it.was_encrypted() => Err(encrypted),
        Ok(it) if it.page_iter().next().is_none() => Err(Error::new("pdf-broken")),
        Ok(document) => Ok(document),
        Err(InvalidPassword | UnsupportedSecurityHandler(_)) => Err(encrypted),
        Err(error) => Err(broken(error)),
    }
}

/// The error for a PDF that does not conform to the standard.
pub fn broken(error: lopdf::Error) -> Error {
    Error::new("pdf-broken").caused_by(error)
}

/// Every attachment with the name of our data, wherever it is listed; one listed twice counts once.
fn attachments(document: &Document) -> lopdf::Result<Vec<Vec<u8>>> {
    let catalog = document.catalog()?;
    let mut files: Vec<&Object> = list(document, catalog, b"AF").iter().collect();
    let names = document.get_dict_in_dict(catalog, b"Names");
    let tree = names.and_then(|names| document.get_dict_in_dict(names, b"EmbeddedFiles"));
    for node in tree_nodes(document, Vec::from_iter(tree))? {
        files.extend(list(document, node, b"Names"));
        if files.len() > MAX_NODES {
            return Err(lopdf::Error::RecursionLimit);
        }
    }
    let mut streams = std::collections::BTreeMap::new();
    for file in files {
        // The names stand between their files.
        let Ok(file) = document.dereference(file)?.1.as_dict() else {
            continue;
        };
        let is_data = |key| {
            let name = file.get_deref(key, document);
            name.and_then(decode_text_string).is_ok_and(|it| it == DATA)
        };
        if !is_data(b"UF") && !is_data(b"F") {
            continue;
        }
        let embedded = file.get_deref(b"EF", document)?.as_dict()?;
        let keys = [b"F".as_slice(), b"UF"].into_iter();
        for id in keys.flat_map(|key| embedded.get(key).and_then(Object::as_reference)) {
            let stream = document.get_object(id)?.as_stream()?;
            streams.insert(id, stream.get_plain_content_with_limit(MAX_STREAM)?);
        }
    }
    Ok(streams.into_values().collect())
}

/// Completes the roots of a tree with all nodes that `Kids` lead to.
fn tree_nodes<'a>(
    document: &'a Document,
    mut nodes: Vec<&'a Dictionary>,
) -> lopdf::Result<Vec<&'a Dictionary>> {
    let mut next = 0;
    while let Some(node) = nodes.get(next) {
        for kid in list(document, node, b"Kids") {
            nodes.push(document.dereference(kid)?.1.as_dict()?);
        }
        if nodes.len() > MAX_NODES {
            return Err(lopdf::Error::RecursionLimit);
        }
        next += 1;
    }
    Ok(nodes)
}

/// The array under a key; empty if there is none.
fn list<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> &'a [Object] {
    let found = dictionary.get_deref(key, document);
    found.and_then(Object::as_array).map_or(&[], Vec::as_slice)
}
