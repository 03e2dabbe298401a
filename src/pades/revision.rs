//! A PDF + room for a signature → the PDF with a revision behind it that holds a signature field, tagged as PDF/UA asks.
//!
//! The field shows nothing: the seal on paper is for print.

use crate::date::in_japan;
use crate::message::{Error, Message, Result};
use crate::pdf_reader;
use jiff::Timestamp;
use lopdf::{
    Dictionary, Document, IncrementalDocument, Object, ObjectId, Stream, StringFormat, dictionary,
};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Stands in `/ByteRange` until the places are known; as wide as any place in a file can be.
const UNKNOWN: i64 = 9_999_999_999;
/// Depth at which a tree of pages or numbers is no longer somebody's document.
const DEEPEST: usize = 32;

/// A PDF that lacks nothing but the signature.
#[derive(Debug)]
pub struct Prepared {
    bytes: Vec<u8>,
    /// Where `<000…>` stands.
    room: Range<usize>,
}

/// Puts a signature field with `room` bytes for the container into a new revision.
pub fn prepare(pdf: &[u8], at: Timestamp, room: usize) -> Result<Prepared> {
    let document = pdf_reader::open(pdf)?;
    // A second signature is a change that validators do not grant the first one, and PDF/A wants each to cover the whole file.
    if is_signed(&document) {
        return Err(Error::new(Message::new("pdf-signed")));
    }
    let mut revision = Revision {
        document: IncrementalDocument::create_from(pdf.to_vec(), document),
    };
    let broken = |error: lopdf::Error| Error::new(Message::new("pdf-broken")).caused_by(error);
    revision.add_field(at, room).map_err(broken)?;
    revision.set_document_id(at);
    let mut bytes = Vec::new();
    let saved = revision.document.save_to(&mut bytes);
    saved.map_err(|error| broken(error.into()))?;
    Ok(Prepared::place(bytes, pdf.len(), room))
}

/// Whether somebody has signed already.
fn is_signed(document: &Document) -> bool {
    let mut entries = document.objects.values().flat_map(Object::as_dict);
    entries.any(|entry| entry.has(b"ByteRange"))
}

impl Prepared {
    /// Says in `/ByteRange` where the signature will stand.
    fn place(mut bytes: Vec<u8>, old: usize, room: usize) -> Prepared {
        let added = &bytes[old..];
        let hole = format!("<{}>", "0".repeat(room * 2)).into_bytes();
        let unknown = format!("[0 {UNKNOWN} {UNKNOWN} {UNKNOWN}]").into_bytes();
        let find = |part: &[u8]| {
            let found = added.windows(part.len()).position(|window| window == part);
            old + found.expect("both were just written")
        };
        let (start, range) = (find(&hole), find(&unknown));
        let end = start + hole.len();
        let places = format!("[0 {start} {end} {}]", bytes.len() - end);
        let places = format!("{places:<width$}", width = unknown.len());
        bytes[range..range + unknown.len()].copy_from_slice(places.as_bytes());
        Prepared {
            bytes,
            room: start..end,
        }
    }

    /// What the signature covers: everything but itself.
    pub fn signed(&self) -> [&[u8]; 2] {
        [&self.bytes[..self.room.start], &self.bytes[self.room.end..]]
    }

    /// Puts the signature in; it fits, or this is the wrong room.
    pub fn fill(mut self, container: &[u8]) -> Vec<u8> {
        let hex: String = container.iter().map(|byte| format!("{byte:02x}")).collect();
        let start = self.room.start + 1;
        self.bytes[start..start + hex.len()].copy_from_slice(hex.as_bytes());
        self.bytes
    }
}

/// What is added to a document, and the document.
struct Revision {
    document: IncrementalDocument,
}

type Pdf<T> = lopdf::Result<T>;

impl Revision {
    fn add_field(&mut self, at: Timestamp, room: usize) -> Pdf<()> {
        let old = self.document.get_prev_documents();
        // A field belongs to a page, were it one that nobody sees; the sheet is signed at its end.
        let page = old
            .page_iter()
            .last()
            .ok_or(lopdf::Error::PageNumberNotFound(1))?;
        let catalog = old.trailer.get(b"Root")?.as_reference()?;
        let name = self.free_name(catalog);
        let signature = self.add(dictionary! {
            "Type" => "Sig",
            "Filter" => "Adobe.PPKLite",
            "SubFilter" => "ETSI.CAdES.detached",
            "ByteRange" => vec![0.into(), UNKNOWN.into(), UNKNOWN.into(), UNKNOWN.into()],
            "Contents" => Object::String(vec![0; room], StringFormat::Hexadecimal),
            "M" => Object::string_literal(date(at)),
        });
        let nothing = self.document.new_document.add_object(Stream::new(
            dictionary! {
                "Type" => "XObject",
                "Subtype" => "Form",
                "BBox" => vec![0.into(); 4],
                "Resources" => Dictionary::new(),
            },
            Vec::new(),
        ));
        let field = self.add(dictionary! {
            "Type" => "Annot",
            "Subtype" => "Widget",
            "FT" => "Sig",
            "T" => Object::string_literal(name),
            "TU" => lopdf::text_string("電子署名"),
            "V" => signature,
            "P" => page,
            "Rect" => vec![0.into(); 4],
            // Print and locked: PDF/A forbids to hide a field.
            "F" => 132,
            "AP" => dictionary! { "N" => nothing },
        });
        self.tag(catalog, page, field)?;
        let mut page_entry = self.change(page)?;
        let mut fields = self.list(&page_entry, b"Annots");
        fields.push(field.into());
        page_entry.set("Annots", fields);
        page_entry.set("Tabs", "S");
        self.put(page, page_entry);
        self.list_field(catalog, field)
    }

    /// Puts the field into the structure tree, where the document has one: a form element, and the way back from the field to it.
    fn tag(&mut self, catalog: ObjectId, page: ObjectId, field: ObjectId) -> Pdf<()> {
        let Ok(root) = self
            .change(catalog)?
            .get(b"StructTreeRoot")
            .and_then(Object::as_reference)
        else {
            return Ok(());
        };
        let mut tree = self.change(root)?;
        // The document element, if the tree has a single one; else the tree itself.
        let top = self.list(&tree, b"K");
        let parent = match top.as_slice() {
            [Object::Reference(only)] => *only,
            _ => root,
        };
        let element = self.add(dictionary! {
            "Type" => "StructElem",
            "S" => "Form",
            "P" => parent,
            "Pg" => page,
            "K" => dictionary! { "Type" => "OBJR", "Obj" => field, "Pg" => page },
        });
        let numbers = tree
            .get(b"ParentTree")
            .and_then(|found| self.resolve(found)?.as_dict());
        let numbers = numbers.cloned().unwrap_or_default();
        let key = match tree.get(b"ParentTreeNextKey").and_then(Object::as_i64) {
            Ok(key) => key,
            Err(_) => self.greatest(&numbers, DEEPEST)? + 1,
        };
        let numbers = self.with_number(numbers, key, element);
        match tree.get(b"ParentTree").and_then(Object::as_reference) {
            Ok(apart) => self.put(apart, numbers),
            Err(_) => tree.set("ParentTree", numbers),
        }
        tree.set("ParentTreeNextKey", key + 1);
        let mut widget = self.change(field)?;
        widget.set("StructParent", key);
        self.put(field, widget);
        if parent == root {
            tree.set("K", with(top, element));
        } else {
            let mut entry = self.change(parent)?;
            let kids = self.list(&entry, b"K");
            entry.set("K", with(kids, element));
            self.put(parent, entry);
        }
        self.put(root, tree);
        Ok(())
    }

    /// A number tree with one more entry, whose key is greater than all others.
    fn with_number(&mut self, mut tree: Dictionary, key: i64, value: ObjectId) -> Dictionary {
        let entry = vec![key.into(), value.into()];
        if tree.has(b"Kids") {
            let leaf = self.add(dictionary! {
                "Nums" => entry,
                "Limits" => vec![key.into(), key.into()],
            });
            let kids = self.list(&tree, b"Kids");
            tree.set("Kids", with(kids, leaf));
        } else {
            let mut numbers = self.list(&tree, b"Nums");
            numbers.extend(entry);
            tree.set("Nums", numbers);
        }
        tree
    }

    /// The greatest key of a number tree.
    fn greatest(&self, tree: &Dictionary, depth: usize) -> Pdf<i64> {
        let keys = self.list(tree, b"Nums");
        let mut greatest = keys
            .iter()
            .step_by(2)
            .flat_map(Object::as_i64)
            .max()
            .unwrap_or(-1);
        for kid in self.list(tree, b"Kids") {
            let depth = depth.checked_sub(1).ok_or(lopdf::Error::RecursionLimit)?;
            let kid = self.resolve(&kid)?.as_dict()?;
            greatest = greatest.max(self.greatest(kid, depth)?);
        }
        Ok(greatest)
    }

    /// Lists the field in the document's form, which may have to be made.
    fn list_field(&mut self, catalog: ObjectId, field: ObjectId) -> Pdf<()> {
        let mut entry = self.change(catalog)?;
        let apart = entry.get(b"AcroForm").and_then(Object::as_reference).ok();
        let form = entry
            .get(b"AcroForm")
            .and_then(|form| self.resolve(form)?.as_dict());
        let mut form = form.cloned().unwrap_or_default();
        let fields = self.list(&form, b"Fields");
        form.set("Fields", with(fields, field));
        // Signatures exist, and later changes must be appended.
        form.set("SigFlags", 3);
        match apart {
            Some(apart) => self.put(apart, form),
            None => entry.set("AcroForm", form),
        }
        if !entry.has(b"Extensions") {
            // What says in a PDF 1.7 that its signatures follow ETSI's PAdES.
            entry.set(
                "Extensions",
                dictionary! {
                    "ESIC" => dictionary! { "BaseVersion" => "1.7", "ExtensionLevel" => 5 },
                },
            );
        }
        self.put(catalog, entry);
        Ok(())
    }

    /// `Signature1`, or the first number that no field has yet.
    fn free_name(&self, catalog: ObjectId) -> String {
        let catalog = self.document.get_prev_documents().get_dictionary(catalog);
        let form = catalog.and_then(|catalog| self.resolve(catalog.get(b"AcroForm")?)?.as_dict());
        let fields = form.map_or_else(|_| Vec::new(), |form| self.list(form, b"Fields"));
        let taken = |name: &String| {
            fields.iter().any(|field| {
                let field = self.resolve(field).and_then(Object::as_dict);
                let own = field.and_then(|field| field.get(b"T")?.as_str());
                own.is_ok_and(|own| own == name.as_bytes())
            })
        };
        let mut names = (1..).map(|number| format!("Signature{number}"));
        names
            .find(|name| !taken(name))
            .expect("some number is free")
    }

    /// The first identifier says which document this is and stays, the second which state of it.
    fn set_document_id(&mut self, at: Timestamp) {
        let mut state = Sha256::new();
        state.update(self.document.get_prev_documents_bytes());
        state.update(at.to_string());
        let state = Object::String(state.finalize()[..16].to_vec(), StringFormat::Hexadecimal);
        let trailer = &mut self.document.new_document.trailer;
        let first = match trailer.get(b"ID").and_then(Object::as_array) {
            Ok(ids) if !ids.is_empty() => ids[0].clone(),
            _ => state.clone(),
        };
        trailer.set("ID", vec![first, state]);
    }

    fn add(&mut self, entry: Dictionary) -> ObjectId {
        self.document.new_document.add_object(entry)
    }

    fn put(&mut self, id: ObjectId, entry: Dictionary) {
        self.document.new_document.set_object(id, entry);
    }

    /// A dictionary as it stands now, to be changed and put back.
    fn change(&self, id: ObjectId) -> Pdf<Dictionary> {
        let new = &self.document.new_document;
        let current = match new.has_object(id) {
            true => new,
            false => self.document.get_prev_documents(),
        };
        current.get_dictionary(id).cloned()
    }

    fn resolve<'a>(&'a self, object: &'a Object) -> Pdf<&'a Object> {
        Ok(self.document.get_prev_documents().dereference(object)?.1)
    }

    /// What a key holds, as a list: nothing, one or many.
    fn list(&self, entry: &Dictionary, key: &[u8]) -> Vec<Object> {
        match entry.get(key) {
            Err(_) => Vec::new(),
            Ok(one) => match self.resolve(one) {
                Ok(Object::Array(many)) => many.clone(),
                _ => vec![one.clone()],
            },
        }
    }
}

fn with(mut list: Vec<Object>, one: ObjectId) -> Vec<Object> {
    list.push(one.into());
    list
}

/// A moment as PDF writes it, in Japan time.
fn date(at: Timestamp) -> String {
    format!("D:{}+09'00'", in_japan(at).strftime("%Y%m%d%H%M%S"))
}
