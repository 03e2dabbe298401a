//! The search of a finished site for confidential names: whatever way a name took, it does not get out.
//!
//! In: the files that are about to be written. Out: a finding for each file and name.
//! A word that only the official theme uses is none: the office can neither reword it nor say
//! anything with it.

use super::leak::{JsonParts, PageParts};
use super::theme::{self, Theme};
use crate::check::{CONFIDENTIAL_NAME, texts::confidential_names};
use crate::confidential::{ConfidentialNames, FoldedText, FoundName, Likeness, first_of_each};
use crate::content::{Content, yaml};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::manifest::site::{FRONT, edition_folder};
use crate::manifest::{Bundle, SITE};
use crate::message::Message;
use crate::pdf_reader;
use aho_corasick::AhoCorasick;
use lopdf::{Dictionary, Document, Object};
use std::collections::BTreeSet;
use std::ops::Range;

/// Findings for every file of the site in a bundle.
pub fn find(content: &Content, theme: &Theme, bundle: &Bundle) -> Vec<Diagnostic> {
    let Some(search) = SiteSearch::new(content, theme) else {
        return Vec::new();
    };
    let site = bundle.iter();
    let site = site.filter_map(|(path, bytes)| Some((path.strip_prefix(SITE)?, bytes)));
    site.flat_map(|(path, bytes)| search.find(path, bytes))
        .collect()
}

/// The names to search a site's files for.
pub struct SiteSearch<'a> {
    names: ConfidentialNames<'a>,
    content: &'a Content,
    /// Texts of the official theme with a name in them.
    official: Passages,
    /// Texts of the project's own theme with a name in them.
    own: Passages,
}

impl<'a> SiteSearch<'a> {
    /// `None` if no name is confidential.
    pub fn new(content: &'a Content, theme: &Theme) -> Option<SiteSearch<'a>> {
        let names = confidential_names(content);
        if names.is_empty() {
            return None;
        }
        let official = theme_texts(&theme::official());
        let mut own = theme_texts(theme);
        own.retain(|text| !official.contains(text));
        Some(SiteSearch {
            official: Passages::new(&official, &names),
            own: Passages::new(&own, &names),
            names,
            content,
        })
    }

    /// Findings for a file; its path is that below the site's folder.
    pub fn find(&self, path: &str, bytes: &[u8]) -> Vec<Diagnostic> {
        let texts = FileTexts::new(path, bytes);
        let mut findings = self.find_in(path, &self.address(path), Place::Path);
        findings.extend(self.find_in(path, &texts.texts, Place::Texts));
        findings.extend(self.find_in(path, &texts.pages, Place::Pages));
        findings.extend(self.find_in(path, &texts.code, Place::Code));
        findings.sort_by_key(|(name, finding)| (*name, finding.severity));
        findings.dedup_by_key(|(name, _)| *name);
        findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// A file's path; of an edition's page its address, because that is the text of a QR code.
    fn address(&self, path: &str) -> String {
        let mut issued = self.content.issued();
        let is_page = issued.any(|it| path == edition_folder(&it.id) + FRONT);
        let office = self.content.office.as_ref();
        match office.and_then(|office| office.record.url.as_deref()) {
            Some(url) if is_page => format!("{}/{path}", url.trim_end_matches('/')),
            _ => path.to_owned(),
        }
    }

    fn find_in(&self, path: &str, text: &str, place: Place) -> Vec<(&'a str, Diagnostic)> {
        let Some(folded) = self.names.fold_file(text) else {
            return Vec::new();
        };
        let mut found = self.names.find_all(&folded);
        self.drop_official(&mut found, &folded, place);
        if matches!(place, Place::Code) {
            // `<table>` is a word of HTML itself.
            found.retain(|it| {
                let before = &text[..it.written.start];
                !before.ends_with('<') && !before.ends_with("</")
            });
        }
        let findings = first_of_each(found).into_iter().filter_map(|found| {
            let written = &text[found.written.clone()];
            let (severity, id) = match (found.likeness, place) {
                (Likeness::LooksAlike, Place::Code) => return None,
                (Likeness::LooksAlike, _) => (Severity::Warning, "confidential-name-file-alike"),
                // Words of HTML and CSS are Latin, such as `box-sizing`.
                (Likeness::Same, Place::Code) if written.is_ascii() => {
                    (Severity::Warning, "confidential-name-file-code")
                }
                (Likeness::Same, _) => (Severity::Error, "confidential-name-file"),
            };
            let origin = Origin::file(&format!("output/{SITE}{path}"));
            let message = Message::new(id)
                .with("name", found.name)
                .with("written", written);
            let finding = Diagnostic::new(CONFIDENTIAL_NAME, severity, origin, message);
            let help = Message::new("confidential-name-file-help");
            Some((found.name, finding.help(help)))
        });
        findings.collect()
    }

    /// Removes what stands in the text only because the official theme puts it there.
    fn drop_official(&self, found: &mut Vec<FoundName>, text: &FoldedText, place: Place) {
        if found.is_empty() || matches!(place, Place::Path) {
            return;
        }
        let [official, own] = [&self.official, &self.own].map(|it| it.places(text, place));
        let covers = |places: &[Range<usize>], it: &Range<usize>| {
            places
                .iter()
                .any(|place| place.start <= it.start && it.end <= place.end)
        };
        found.retain(|it| !covers(&official, &it.shape) || covers(&own, &it.shape));
    }
}

/// The part of a file that is searched.
#[derive(Clone, Copy)]
enum Place {
    Path,
    /// Texts with NUL between them.
    Texts,
    /// Pages of a PDF, in which nothing stands between two texts.
    Pages,
    /// All of a page with its tags, styles and scripts; the keys of JSON.
    Code,
}

/// Texts of a theme that contain a name, by their shapes.
struct Passages {
    search: AhoCorasick,
    shapes: Vec<String>,
    /// The shapes that are a name and nothing else.
    bare: BTreeSet<String>,
}

impl Passages {
    fn new(texts: &BTreeSet<String>, names: &ConfidentialNames) -> Passages {
        let (mut shapes, mut bare) = (BTreeSet::new(), BTreeSet::new());
        for folded in texts.iter().filter_map(|text| names.fold_file(text)) {
            let found = names.find_all(&folded);
            if found.iter().any(|it| it.shape.len() == folded.shape.len()) {
                bare.insert(folded.shape.clone());
            }
            if !found.is_empty() {
                shapes.insert(folded.shape);
            }
        }
        let shapes = Vec::from_iter(shapes);
        Passages {
            search: AhoCorasick::new(&shapes).expect("a theme has few texts"),
            shapes,
            bare,
        }
    }

    /// The parts of a text's shape that are such a passage. One that is only a name must be a text by
    /// itself, so that it excuses no other.
    fn places(&self, text: &FoldedText, place: Place) -> Vec<Range<usize>> {
        let is_text = |range: &Range<usize>| {
            let (before, after) = (&text.shape[..range.start], &text.shape[range.end..]);
            let begins = before.is_empty() || before.ends_with('\0');
            begins && (after.is_empty() || after.starts_with('\0'))
        };
        let found = self.search.find_overlapping_iter(&text.shape);
        let places = found.filter(|it| {
            let is_bare = self.bare.contains(&self.shapes[it.pattern().as_usize()]);
            !is_bare || !matches!(place, Place::Texts) || is_text(&it.range())
        });
        places.map(|it| it.range()).collect()
    }
}

/// Every text of a theme between the values it prints.
fn theme_texts(theme: &Theme) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    let mut add = |text: &str| {
        let parts = text.split('\0').map(str::trim);
        let words = parts.filter(|part| !part.is_empty());
        texts.extend(words.map(str::to_owned));
    };
    for (path, text) in theme.files("") {
        if path.ends_with(".yaml") {
            // Labels that cannot be read were refused when the site was built.
            for label in yaml::read_words(text).unwrap_or_default().values() {
                add(&without(label, "{", "}"));
                add(label);
            }
            continue;
        }
        let mut fixed = without(text, "{{", "}}");
        fixed = without(&fixed, "{%", "%}");
        fixed = without(&fixed, "{#", "#}");
        add(&fixed);
        let is_page = path.ends_with(".html") || path.ends_with(".xml");
        let page = if is_page {
            fixed
        } else {
            format!("<script>{fixed}</script>")
        };
        let parts = PageParts::new(&page);
        [parts.text, parts.quoted, parts.hidden]
            .iter()
            .for_each(|part| add(part));
    }
    texts
}

/// Replaces each part between two marks by NUL.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut fixed = String::new();
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once(open) {
        fixed.push_str(before);
        fixed.push('\0');
        rest = marked.split_once(close).map_or("", |(_, after)| after);
    }
    fixed + rest
}

/// The texts of a file, by how they are searched.
#[derive(Default)]
struct FileTexts {
    texts: String,
    pages: String,
    code: String,
}

impl FileTexts {
    fn new(path: &str, bytes: &[u8]) -> FileTexts {
        let raw = || String::from_utf8_lossy(bytes).into_owned();
        let mut texts = FileTexts::default();
        match path.rsplit('.').next() {
            Some("html" | "xml" | "svg") => {
                texts.code = raw();
                let parts = PageParts::new(&texts.code);
                texts.texts = [parts.text, parts.quoted, parts.hidden].join("\0");
            }
            Some("json") => texts.add_json(bytes),
            Some("csv") => {
                let reader = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .from_reader(bytes);
                for record in reader.into_records().flatten() {
                    for cell in &record {
                        texts.add(cell);
                    }
                }
            }
            Some("pdf") => match pdf_reader::open(bytes) {
                Ok(pdf) => texts.add_pdf(&pdf, bytes),
                // A PDF that cannot be read was made by another program.
                Err(_) => texts.texts = raw(),
            },
            _ => texts.texts = raw(),
        }
        texts
    }

    fn add(&mut self, text: &str) {
        self.texts.push_str(text);
        self.texts.push('\0');
    }

    fn add_json(&mut self, json: &[u8]) {
        let JsonParts { texts, keys } = JsonParts::new(json);
        self.add(&texts);
        self.code.push_str(&keys);
    }

    /// Adds the pages of a PDF, its information, descriptions and links, and what is attached to it.
    fn add_pdf(&mut self, pdf: &Document, bytes: &[u8]) {
        if let Ok(pages) = pdf_reader::page_texts(bytes) {
            self.pages = pages.concat();
        }
        for object in pdf.objects.values() {
            self.add_object(object);
            let Object::Stream(stream) = object else {
                continue;
            };
            let kind = stream.dict.get(b"Type").and_then(Object::as_name);
            let content = || stream.get_plain_content().unwrap_or_default();
            match kind {
                Ok(b"EmbeddedFile") => self.add_json(&content()),
                Ok(b"Metadata") => {
                    // PDF/A describes the schemas in every file, with the name of their maker.
                    let content = content();
                    let xmp = String::from_utf8_lossy(&content);
                    let [open, close] = ["<pdfaExtension:schemas>", "</pdfaExtension:schemas>"];
                    self.add(&PageParts::new(&without(&xmp, open, close)).text);
                }
                _ => {}
            }
        }
    }

    /// Adds the texts of an object and of what it contains.
    fn add_object(&mut self, object: &Object) {
        match object {
            Object::Array(objects) => objects.iter().for_each(|object| self.add_object(object)),
            Object::Dictionary(dictionary) => self.add_dictionary(dictionary),
            Object::Stream(stream) => self.add_dictionary(&stream.dict),
            _ => {}
        }
    }

    fn add_dictionary(&mut self, dictionary: &Dictionary) {
        /// The entries with a text that a reader can see.
        const TEXTS: [&[u8]; 13] = [
            b"ActualText",
            b"Alt",
            b"Author",
            b"Contents",
            b"Desc",
            b"E",
            b"F",
            b"Keywords",
            b"Subject",
            b"TU",
            b"Title",
            b"UF",
            b"URI",
        ];
        for (key, value) in dictionary {
            match lopdf::decode_text_string(value) {
                Ok(text) if TEXTS.contains(&key.as_slice()) => self.add(&text),
                _ => self.add_object(value),
            }
        }
    }
}
