//! A PDF + the size of a signature → the PDF with a revision appended for the signature.
//! It has an empty signature field, tagged as PDF/UA requires and invisible: the seal on paper is for print.

use crate::message::{Error, Result};
use crate::{date::in_japan, pdf_reader};
use jiff::Timestamp;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Stands in `/ByteRange` until the offsets are known; as wide as any offset in a file can be.
const UNKNOWN_OFFSET: i64 = 9_999_999_999;

/// Appends a revision with a signature field whose placeholder takes a container of `size` bytes.
/// Returns also the place of the placeholder `<000…>`; the signature covers all other bytes.
pub fn prepare(pdf: &[u8], at: Timestamp, size: usize) -> Result<(Vec<u8>, Range<usize>)> {
    let document = pdf_reader::open(pdf)?;
    let mut entries = document.objects.values().flat_map(Object::as_dict);
    // A second signature would invalidate the first for validators; PDF/A requires each to cover the whole file.
    if entries.any(|entry| entry.has(b"ByteRange")) {
        return Err(Error::new("pdf-signed"));
    }
    if document.catalog().is_ok_and(|it| it.has(b"AcroForm")) {
        return Err(Error::new("pdf-form"));
    }
    let mut edited = document.clone();
    add_field(&mut edited, at, size).map_err(pdf_reader::broken)?;
    let is_new = |id: &ObjectId, object: &mut Object| document.objects.get(id) != Some(object);
    edited.objects.retain(is_new);
    let mut revision = lopdf::IncrementalDocument::create_from(pdf.to_vec(), document);
    revision.new_document.objects = edited.objects;
    revision.new_document.max_id = edited.max_id;
    set_document_id(&mut revision.new_document.trailer, pdf, at);
    let mut bytes = Vec::new();
    let saved = revision.save_to(&mut bytes);
    saved.map_err(|error| pdf_reader::broken(error.into()))?;
    let find = |part: &str| {
        let mut windows = bytes[pdf.len()..].windows(part.len());
        let found = windows.position(|window| window == part.as_bytes());
        let begin = pdf.len() + found.expect("both were just written");
        begin..begin + part.len()
    };
    let placeholder = find(&format!("<{}>", "0".repeat(size * 2)));
    let unknown = format!("[0 {UNKNOWN_OFFSET} {UNKNOWN_OFFSET} {UNKNOWN_OFFSET}]");
    let byte_range = find(&unknown);
    let Range { start, end } = placeholder;
    let offsets = format!("[0 {start} {end} {}]", bytes.len() - end);
    let padded = format!("{offsets:<width$}", width = unknown.len());
    bytes[byte_range].copy_from_slice(padded.as_bytes());
    Ok((bytes, placeholder))
}

/// Sets the document's id, of which the first part stays and the second names the revision.
fn set_document_id(trailer: &mut Dictionary, pdf: &[u8], at: Timestamp) {
    let hash = Sha256::new().chain_update(pdf).chain_update(at.to_string());
    let revision = Object::String(hash.finalize()[..16].to_vec(), StringFormat::Hexadecimal);
    let ids = trailer.get(b"ID").and_then(Object::as_array);
    let first = ids.ok().and_then(|ids| ids.first());
    let document = first.unwrap_or(&revision).clone();
    trailer.set("ID", vec![document, revision]);
}

/// Adds the field, which belongs to a page even if nobody sees it. A sheet is signed at its end.
fn add_field(document: &mut Document, at: Timestamp, size: usize) -> lopdf::Result<()> {
    let last = document.page_iter().last();
    let page = last.ok_or(lopdf::Error::PageNumberNotFound(1))?;
    let byte_range = [0, UNKNOWN_OFFSET, UNKNOWN_OFFSET, UNKNOWN_OFFSET];
    let date = in_japan(at).strftime("D:%Y%m%d%H%M%S+09'00'").to_string();
    let signature = document.add_object(dictionary! {
        "Type" => "Sig",
        "Filter" => "Adobe.PPKLite",
        "SubFilter" => "ETSI.CAdES.detached",
        "ByteRange" => byte_range.map(Object::Integer).to_vec(),
        "Contents" => Object::String(vec![0; size], StringFormat::Hexadecimal),
        "M" => Object::string_literal(date),
    });
    let appearance = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Form",
        "BBox" => vec![0.into(); 4],
        "Resources" => Dictionary::new(),
    };
    let appearance = document.add_object(Stream::new(appearance, Vec::new()));
    let field = document.add_object(dictionary! {
        "Type" => "Annot",
        "Subtype" => "Widget",
        "FT" => "Sig",
        "T" => Object::string_literal("Signature1"),
        "TU" => lopdf::text_string("電子署名"),
        "V" => signature,
        "P" => page,
        "Rect" => vec![0.into(); 4],
        // Print and locked, because PDF/A forbids hidden fields.
        "F" => 132,
        "AP" => dictionary! { "N" => appearance },
    });
    add_to_tree(document, page, field)?;
    let mut annotations = list(document, document.get_dictionary(page)?, b"Annots");
    annotations.push(field.into());
    let entry = document.get_dictionary_mut(page)?;
    entry.set("Annots", annotations);
    entry.set("Tabs", "S");
    let catalog = document.catalog_mut()?;
    // The flags: signatures exist, and later changes must be appended.
    let form = dictionary! { "Fields" => vec![field.into()], "SigFlags" => 3 };
    catalog.set("AcroForm", form);
    if !catalog.has(b"Extensions") {
        // Declares in a PDF 1.7 that its signatures follow ETSI's PAdES.
        let esic = dictionary! { "BaseVersion" => "1.7", "ExtensionLevel" => 5 };
        catalog.set("Extensions", dictionary! { "ESIC" => esic });
    }
    Ok(())
}

/// Adds the field to a structure tree such as Typst writes: a form element, and the way back from the field to it.
fn add_to_tree(document: &mut Document, page: ObjectId, field: ObjectId) -> lopdf::Result<()> {
    let root = document.catalog()?.get(b"StructTreeRoot");
    let Ok(root) = root.and_then(Object::as_reference) else {
        return Ok(());
    };
    let tree = document.get_dictionary(root)?;
    // The document element, if the tree has a single one; else the tree itself.
    let parent = match &list(document, tree, b"K")[..] {
        [Object::Reference(only)] => *only,
        _ => root,
    };
    let next = tree.get(b"ParentTreeNextKey").and_then(Object::as_i64);
    let parents = tree.get(b"ParentTree").and_then(Object::as_dict);
    let numbers = parents.and_then(|parents| parents.get(b"Nums")?.as_array().cloned());
    let (Ok(key), Ok(mut numbers)) = (next, numbers) else {
        return Ok(());
    };
    let element = document.add_object(dictionary! {
        "Type" => "StructElem",
        "S" => "Form",
        "P" => parent,
        "Pg" => page,
        "K" => dictionary! { "Type" => "OBJR", "Obj" => field, "Pg" => page },
    });
    numbers.extend([key.into(), element.into()]);
    let tree = document.get_dictionary_mut(root)?;
    let parents = tree.get_mut(b"ParentTree")?.as_dict_mut()?;
    parents.set("Nums", numbers);
    tree.set("ParentTreeNextKey", key + 1);
    let mut kids = list(document, document.get_dictionary(parent)?, b"K");
    kids.push(element.into());
    document.get_dictionary_mut(parent)?.set("K", kids);
    document.get_dictionary_mut(field)?.set("StructParent", key);
    Ok(())
}

/// The values of a key as a list: none, one or many.
fn list(document: &Document, entry: &Dictionary, key: &[u8]) -> Vec<Object> {
    match (entry.get_deref(key, document), entry.get(key)) {
        (Ok(Object::Array(many)), _) => many.clone(),
        (_, Ok(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}
