//! A PDF + the size of a signature → the PDF with a revision appended for the signature.
//!
//! The revision has an empty signature field, tagged as PDF/UA requires.
//! The field is invisible: the seal on paper is for print.

use crate::date::in_japan;
use crate::message::{Error, Message, Result};
use crate::pdf_reader;
use jiff::Timestamp;
use lopdf::{
    Dictionary, Document, IncrementalDocument, Object, ObjectId, Stream, StringFormat, dictionary,
};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Stands in `/ByteRange` until the offsets are known; as wide as any offset in a file can be.
const UNKNOWN_OFFSET: i64 = 9_999_999_999;

/// A PDF that lacks nothing but the signature.
#[derive(Debug)]
pub struct PreparedPdf {
    bytes: Vec<u8>,
    /// The bytes of the placeholder `<000…>`.
    placeholder: Range<usize>,
}

/// Appends a revision with a signature field whose placeholder takes a container of `size` bytes.
pub fn prepare(pdf: &[u8], at: Timestamp, size: usize) -> Result<PreparedPdf> {
    let document = pdf_reader::open(pdf)?;
    // A second signature would invalidate the first for validators,
    // and PDF/A requires each to cover the whole file.
    if is_signed(&document) {
        return Err(Error::new(Message::new("pdf-signed")));
    }
    let mut revision = Revision {
        document: IncrementalDocument::create_from(pdf.to_vec(), document),
    };
    revision.add_field(at, size).map_err(pdf_reader::broken)?;
    revision.set_document_id(at);
    let mut bytes = Vec::new();
    let saved = revision.document.save_to(&mut bytes);
    saved.map_err(|error| pdf_reader::broken(error.into()))?;
    Ok(PreparedPdf::new(bytes, pdf.len(), size))
}

/// Tells if a document has a signature already.
fn is_signed(document: &Document) -> bool {
    let mut entries = document.objects.values().flat_map(Object::as_dict);
    entries.any(|entry| entry.has(b"ByteRange"))
}

impl PreparedPdf {
    /// Writes the offsets around the placeholder into `/ByteRange`. The revision begins at `start`.
    fn new(mut bytes: Vec<u8>, start: usize, size: usize) -> PreparedPdf {
        let placeholder = format!("<{}>", "0".repeat(size * 2));
        let unknown = format!("[0 {UNKNOWN_OFFSET} {UNKNOWN_OFFSET} {UNKNOWN_OFFSET}]");
        let find = |part: &str| {
            let mut windows = bytes[start..].windows(part.len());
            let found = windows.position(|window| window == part.as_bytes());
            let begin = start + found.expect("both were just written");
            begin..begin + part.len()
        };
        let (placeholder, byte_range) = (find(&placeholder), find(&unknown));
        let Range { start, end } = placeholder;
        let offsets = format!("[0 {start} {end} {}]", bytes.len() - end);
        let padded = format!("{offsets:<width$}", width = unknown.len());
        bytes[byte_range].copy_from_slice(padded.as_bytes());
        PreparedPdf { bytes, placeholder }
    }

    /// The bytes that the signature covers: all but the placeholder.
    pub fn signed_bytes(&self) -> [&[u8]; 2] {
        let Range { start, end } = self.placeholder;
        [&self.bytes[..start], &self.bytes[end..]]
    }

    /// Writes the signature into the placeholder, which must be large enough.
    pub fn embed(mut self, container: &[u8]) -> Vec<u8> {
        let hex: String = container.iter().map(|byte| format!("{byte:02x}")).collect();
        let start = self.placeholder.start + 1;
        self.bytes[start..start + hex.len()].copy_from_slice(hex.as_bytes());
        self.bytes
    }
}

/// A document, and the objects that the revision adds or replaces.
struct Revision {
    document: IncrementalDocument,
}

impl Revision {
    fn add_field(&mut self, at: Timestamp, size: usize) -> lopdf::Result<()> {
        let old = self.document.get_prev_documents();
        // A field belongs to a page even if nobody sees it. A sheet is signed at its end.
        let last = old.page_iter().last();
        let page = last.ok_or(lopdf::Error::PageNumberNotFound(1))?;
        let catalog = old.trailer.get(b"Root")?.as_reference()?;
        let name = self.unused_field_name(catalog);
        let byte_range = [0, UNKNOWN_OFFSET, UNKNOWN_OFFSET, UNKNOWN_OFFSET];
        let signature = self.add(dictionary! {
            "Type" => "Sig",
            "Filter" => "Adobe.PPKLite",
            "SubFilter" => "ETSI.CAdES.detached",
            "ByteRange" => byte_range.map(Object::Integer).to_vec(),
            "Contents" => Object::String(vec![0; size], StringFormat::Hexadecimal),
            "M" => Object::string_literal(date(at)),
        });
        let appearance = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Form",
            "BBox" => vec![0.into(); 4],
            "Resources" => Dictionary::new(),
        };
        let appearance = self.add(Stream::new(appearance, Vec::new()));
        let field = self.add(dictionary! {
            "Type" => "Annot",
            "Subtype" => "Widget",
            "FT" => "Sig",
            "T" => Object::string_literal(name),
            "TU" => lopdf::text_string("電子署名"),
            "V" => signature,
            "P" => page,
            "Rect" => vec![0.into(); 4],
            // Print and locked, because PDF/A forbids hidden fields.
            "F" => 132,
            "AP" => dictionary! { "N" => appearance },
        });
        self.add_to_structure_tree(catalog, page, field)?;
        self.add_to_page(page, field)?;
        self.add_to_form(catalog, field)
    }

    fn add_to_page(&mut self, page: ObjectId, field: ObjectId) -> lopdf::Result<()> {
        let mut entry = self.current(page)?;
        self.append(&mut entry, "Annots", [field]);
        entry.set("Tabs", "S");
        self.replace(page, entry);
        Ok(())
    }

    /// Adds the field to the structure tree, if the document has one:
    /// a form element, and the way back from the field to it.
    fn add_to_structure_tree(
        &mut self,
        catalog: ObjectId,
        page: ObjectId,
        field: ObjectId,
    ) -> lopdf::Result<()> {
        let document = self.current(catalog)?;
        let Ok(root) = document
            .get(b"StructTreeRoot")
            .and_then(Object::as_reference)
        else {
            return Ok(());
        };
        let mut tree = self.current(root)?;
        // The document element, if the tree has a single one; else the tree itself.
        let parent = match self.list(&tree, b"K").as_slice() {
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
        let mut parents = self.child(&tree, b"ParentTree");
        let key = match tree.get(b"ParentTreeNextKey").and_then(Object::as_i64) {
            Ok(key) => key,
            Err(_) => self.greatest_key(&parents)? + 1,
        };
        self.insert_number(&mut parents, key, element);
        match tree.get(b"ParentTree").and_then(Object::as_reference) {
            Ok(id) => self.replace(id, parents),
            Err(_) => tree.set("ParentTree", parents),
        }
        tree.set("ParentTreeNextKey", key + 1);
        self.replace(root, tree);
        let mut entry = self.current(parent)?;
        self.append(&mut entry, "K", [element]);
        self.replace(parent, entry);
        let widget = self.document.new_document.get_dictionary_mut(field)?;
        widget.set("StructParent", key);
        Ok(())
    }

    /// Inserts an entry into a number tree. Its key is greater than all others.
    fn insert_number(&mut self, tree: &mut Dictionary, key: i64, value: ObjectId) {
        let entry: [Object; 2] = [key.into(), value.into()];
        if tree.has(b"Kids") {
            let leaf = self.add(dictionary! {
                "Nums" => entry.to_vec(),
                "Limits" => vec![key.into(), key.into()],
            });
            self.append(tree, "Kids", [leaf]);
        } else {
            self.append(tree, "Nums", entry);
        }
    }

    /// The greatest key of a number tree.
    fn greatest_key(&self, tree: &Dictionary) -> lopdf::Result<i64> {
        let document = self.document.get_prev_documents();
        let mut greatest = -1;
        for node in pdf_reader::tree_nodes(document, vec![tree])? {
            let numbers = self.list(node, b"Nums");
            let keys = numbers.iter().step_by(2).flat_map(Object::as_i64);
            greatest = keys.fold(greatest, i64::max);
        }
        Ok(greatest)
    }

    /// Adds the field to the document's form, which may not exist yet.
    fn add_to_form(&mut self, catalog: ObjectId, field: ObjectId) -> lopdf::Result<()> {
        let mut entry = self.current(catalog)?;
        let id = entry.get(b"AcroForm").and_then(Object::as_reference);
        let mut form = self.child(&entry, b"AcroForm");
        self.append(&mut form, "Fields", [field]);
        // Signatures exist, and later changes must be appended.
        form.set("SigFlags", 3);
        match id {
            Ok(id) => self.replace(id, form),
            Err(_) => entry.set("AcroForm", form),
        }
        if !entry.has(b"Extensions") {
            // Declares in a PDF 1.7 that its signatures follow ETSI's PAdES.
            let esic = dictionary! { "BaseVersion" => "1.7", "ExtensionLevel" => 5 };
            entry.set("Extensions", dictionary! { "ESIC" => esic });
        }
        self.replace(catalog, entry);
        Ok(())
    }

    /// `Signature1`, or the first number that no field has yet.
    fn unused_field_name(&self, catalog: ObjectId) -> String {
        let entry = self.current(catalog).unwrap_or_default();
        let fields = self.list(&self.child(&entry, b"AcroForm"), b"Fields");
        let is_used = |name: &String| {
            fields.iter().any(|field| {
                let field = self.resolve(field).and_then(Object::as_dict);
                let used = field.and_then(|field| field.get(b"T")?.as_str());
                used.is_ok_and(|used| used == name.as_bytes())
            })
        };
        let mut names = (1..).map(|number| format!("Signature{number}"));
        names
            .find(|name| !is_used(name))
            .expect("some number is unused")
    }

    /// Sets the document's id. The first part names the document and stays; the second names the
    /// revision.
    fn set_document_id(&mut self, at: Timestamp) {
        let mut hash = Sha256::new();
        hash.update(self.document.get_prev_documents_bytes());
        hash.update(at.to_string());
        let revision = Object::String(hash.finalize()[..16].to_vec(), StringFormat::Hexadecimal);
        let trailer = &mut self.document.new_document.trailer;
        let document = match trailer.get(b"ID").and_then(Object::as_array) {
            Ok(ids) if !ids.is_empty() => ids[0].clone(),
            _ => revision.clone(),
        };
        trailer.set("ID", vec![document, revision]);
    }

    fn add(&mut self, object: impl Into<Object>) -> ObjectId {
        self.document.new_document.add_object(object)
    }

    fn replace(&mut self, id: ObjectId, entry: Dictionary) {
        self.document.new_document.set_object(id, entry);
    }

    /// A copy of a dictionary in its newest state.
    fn current(&self, id: ObjectId) -> lopdf::Result<Dictionary> {
        let added = self.document.new_document.get_dictionary(id);
        let found = added.or_else(|_| self.document.get_prev_documents().get_dictionary(id));
        found.cloned()
    }

    fn resolve<'a>(&'a self, object: &'a Object) -> lopdf::Result<&'a Object> {
        Ok(self.document.get_prev_documents().dereference(object)?.1)
    }

    /// A copy of the dictionary under a key; empty if there is none.
    fn child(&self, entry: &Dictionary, key: &[u8]) -> Dictionary {
        let found = entry.get_deref(key, self.document.get_prev_documents());
        found.and_then(Object::as_dict).cloned().unwrap_or_default()
    }

    /// The values of a key as a list: none, one or many.
    fn list(&self, entry: &Dictionary, key: &[u8]) -> Vec<Object> {
        match entry.get(key) {
            Err(_) => Vec::new(),
            Ok(one) => match self.resolve(one) {
                Ok(Object::Array(many)) => many.clone(),
                _ => vec![one.clone()],
            },
        }
    }

    fn append<const N: usize>(
        &self,
        entry: &mut Dictionary,
        key: &str,
        values: [impl Into<Object>; N],
    ) {
        let mut list = self.list(entry, key.as_bytes());
        list.extend(values.map(Into::into));
        entry.set(key, list);
    }
}

/// A moment as PDF writes it, in Japan time.
fn date(at: Timestamp) -> String {
    format!("D:{}+09'00'", in_japan(at).strftime("%Y%m%d%H%M%S"))
}
