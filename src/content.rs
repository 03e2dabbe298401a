//! Finds and reads `content/**`: files in, records and prose with their origins out.
//!
//! A file that cannot be read becomes a finding; [`crate::check`] looks for all other mistakes.
//! No file of the folder is ignored silently: an unexpected file is a finding too.

pub mod edit;
mod file;
mod mistakes;
mod nodes;
mod page;
pub mod places;
pub mod record;
pub mod rule;
mod sources;
mod syntax;
mod texts;
mod values;
pub mod yaml;

use crate::characters::code_point;
use crate::diagnostic::{Diagnostic, Origin};
use crate::edition::{self, Edition, Ending, Listing, LostEdition, RecordedCopy};
use crate::manifest::Bundle;
use crate::message::{Error, Message, Result};
use crate::model::place_name;
pub use file::{conflict_marker, files_below, marker_in};
use file::{control_character, is_editor_leftover, shown, text_of};
pub use page::{PageFile, PageText};
use record::{CertificationRecord, GuidelineRecord, MeasureRecord, OfficeRecord, SheetRecord};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
pub use sources::{Position, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
pub use texts::WrittenText;
use walkdir::{DirEntry, WalkDir};

/// The whole content, as far as it could be read.
#[derive(Debug, Default)]
pub struct Content {
    pub office: Option<Filed<OfficeRecord>>,
    pub sheet: Option<Filed<SheetRecord>>,
    pub guidelines: Vec<Filed<GuidelineRecord>>,
    pub measures: Vec<MeasureFile>,
    pub certifications: Vec<Filed<CertificationRecord>>,
    /// Prose for the site, by file name.
    pub pages: Vec<PageFile>,
    /// Issued editions with their files, oldest first.
    pub editions: Vec<Filed<Edition>>,
    /// Editions whose records are gone for good.
    pub lost: Vec<LostEdition>,
    /// The files that the office let out, as far as they are no edition's own.
    pub copies: Vec<RecordedCopy>,
    /// Files found in the folders of editions, by path, and the ends of editions, by the edition's id.
    edition_files: Bundle,
    withdrawn: BTreeMap<String, Ending>,
    /// Findings made while reading.
    pub findings: Vec<Diagnostic>,
    pub sources: Sources,
}

/// A record and its file.
#[derive(Debug)]
pub struct Filed<T> {
    pub file: String,
    pub record: T,
}

/// `measures/<section>/<item>.yaml`, or `measures/<section>.yaml`.
#[derive(Debug)]
pub struct MeasureFile {
    pub file: String,
    pub section: String,
    pub item: Option<String>,
    /// `None` if the file could not be read: the item must not seem uncovered because of that.
    pub records: Option<Vec<MeasureRecord>>,
}

/// Reads `content/` below the project's folder.
/// Fails only if there is no such folder; all other mistakes are in [`Content::findings`].
pub fn load(project: &Path) -> Result<Content> {
    let root = project.join("content");
    if !root.is_dir() {
        return Err(Error::new(
            Message::new("no-content").with("folder", project.display()),
        ));
    }
    let mut content = Content::default();
    let mut walk = WalkDir::new(&root)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = walk.next() {
        match entry {
            Ok(entry) => {
                if let Some((rule, why)) = refused_folder(&root, &entry) {
                    content.refuse(rule, &shown(project, entry.path()), Message::new(why));
                    walk.skip_current_dir();
                } else if !entry.file_type().is_dir() {
                    content.take(project, &entry);
                }
            }
            Err(error) => {
                let path = error.path();
                let file = path.map_or_else(|| "content".to_owned(), |path| shown(project, path));
                let reason = match error.loop_ancestor() {
                    Some(_) => Message::new("symlink-loop"),
                    None => file::unreadable(error.io_error(), path),
                };
                content.refuse(rule::UNREADABLE, &file, reason);
            }
        }
    }
    content.complete_editions();
    content.pair_pages();
    content.require_files();
    Ok(content)
}

/// Rule and message for a folder that must not be entered.
fn refused_folder(root: &Path, entry: &DirEntry) -> Option<(&'static str, &'static str)> {
    let ending = entry.path().extension();
    if !entry.file_type().is_dir() {
        None
    } else if contains_itself(root, entry) {
        Some((rule::UNREADABLE, "symlink-loop"))
    } else if ending.is_some_and(|ending| ending == "yaml" || ending == "md") {
        Some((rule::UNEXPECTED_FILE, "folder-for-file"))
    } else {
        None
    }
}

/// Returns true for a link to a folder that contains the content, which would be read again.
fn contains_itself(root: &Path, entry: &DirEntry) -> bool {
    let ends = || Some((root.canonicalize().ok()?, entry.path().canonicalize().ok()?));
    entry.path_is_symlink() && ends().is_some_and(|(root, linked)| root.starts_with(linked))
}

impl<T> Filed<T> {
    pub fn origin(&self) -> Origin {
        Origin::root(&self.file)
    }
}

impl Filed<CertificationRecord> {
    /// The name of its file.
    pub fn id(&self) -> &str {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        name.trim_end_matches(".yaml")
    }
}

impl MeasureFile {
    /// The place of its measures: `C` or `C-b`.
    pub fn place(&self) -> String {
        place_name(&self.section, self.item.as_deref())
    }
}

impl Content {
    pub fn guideline(&self, id: &str) -> Option<&Filed<GuidelineRecord>> {
        self.guidelines.iter().find(|it| it.record.id == id)
    }

    /// The guideline the sheet answers.
    pub fn own_guideline(&self) -> Option<&Filed<GuidelineRecord>> {
        self.guideline(&self.sheet.as_ref()?.record.guideline)
    }

    /// Every issued edition, oldest first.
    pub fn issued(&self) -> impl DoubleEndedIterator<Item = &Edition> {
        self.editions.iter().map(|edition| &edition.record)
    }

    pub fn newest_edition(&self) -> Option<&Edition> {
        self.issued().next_back()
    }

    /// The public facts of everything issued, as the office of that name.
    pub fn listing(&self, office: &str) -> Listing {
        let issued: Vec<&Edition> = self.issued().collect();
        Listing::of(office, &issued, &self.copies, &self.lost)
    }

    /// Every measure that could be read, with its file and its origin.
    pub fn all_measures(&self) -> impl Iterator<Item = (&MeasureFile, &MeasureRecord, Origin)> {
        self.measures.iter().flat_map(|file| {
            let records = file.records.iter().flatten().enumerate();
            records.map(move |(index, record)| (file, record, Origin::root(&file.file).at(index)))
        })
    }

    /// Returns true if reading found something wrong with a file.
    pub fn is_broken(&self, file: &str) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.origin.file == file)
    }

    fn require_files(&mut self) {
        for (file, missing) in [
            ("content/office.yaml", self.office.is_none()),
            ("content/sheet.yaml", self.sheet.is_none()),
        ] {
            if missing && !self.is_broken(file) {
                let message = Message::new("missing-file").with("file", file);
                self.refuse(rule::MISSING_FILE, file, message);
            }
        }
    }

    fn take(&mut self, project: &Path, entry: &DirEntry) {
        let file = &shown(project, entry.path());
        let parts: Vec<&str> = file.split('/').skip(1).collect();
        let yaml = file.ends_with(".yaml");
        if is_editor_leftover(entry) {
            return;
        }
        let name = parts.last().copied().unwrap_or_default();
        if let Some(original) = file::original_of(name) {
            let message = Message::new("copied-file").with("name", original);
            return self.refuse(rule::UNEXPECTED_FILE, file, message);
        }
        match parts.as_slice() {
            ["office.yaml"] => self.office = self.filed(entry, file),
            ["sheet.yaml"] => self.sheet = self.filed(entry, file),
            ["guidelines", _] if yaml => {
                let guideline = self.filed(entry, file);
                self.guidelines.extend(guideline);
            }
            ["certifications", _] if yaml => {
                let certification = self.filed(entry, file);
                self.certifications.extend(certification);
            }
            ["copies.yaml"] => self.copies = self.read_written(entry, file).unwrap_or_default(),
            ["editions", id, name] => self.take_edition_file(entry, file, id, name),
            ["measures", section, item @ ..] if yaml && item.len() < 2 => {
                self.take_measures(entry, file, section, item.first().copied())
            }
            ["pages", written] => self.take_page(entry, file, written),
            _ => {
                self.refuse_name(file, Message::new("unexpected-file"), better_name(file));
            }
        }
    }

    /// Takes a record, the end of an edition, or one of its files.
    fn take_edition_file(&mut self, entry: &DirEntry, file: &str, id: &str, name: &str) {
        match name {
            edition::file::RECORD => {
                let edition = self.read_written(entry, file);
                let file = file.to_owned();
                self.editions
                    .extend(edition.map(|record| Filed { file, record }));
            }
            edition::file::WITHDRAWN => {
                let ending = self.read_written(entry, file);
                self.withdrawn.extend(ending.map(|it| (id.to_owned(), it)));
            }
            edition::file::LOST => {
                let (id, ending) = (id.to_owned(), self.read_written(entry, file));
                let lost = ending.map(|ending| LostEdition { id, ending });
                self.lost.extend(lost);
            }
            _ => match file::bytes_of(entry) {
                Ok(bytes) => _ = self.edition_files.insert(file.to_owned(), bytes),
                Err(message) => self.refuse(rule::UNREADABLE, file, message),
            },
        }
    }

    /// Gives each edition its files and its end, and sorts them by age.
    fn complete_editions(&mut self) {
        for Filed { file, record } in &mut self.editions {
            let folder = file.trim_end_matches(edition::file::RECORD);
            for name in record.files.keys() {
                let bytes = self.edition_files.remove(&format!("{folder}{name}"));
                record.bytes.extend(bytes.map(|it| (name.clone(), it)));
            }
            record.withdrawn = self.withdrawn.remove(&record.id);
        }
        self.editions
            .sort_by(|a, b| a.record.age().cmp(&b.record.age()));
        let ended = std::mem::take(&mut self.withdrawn).into_keys();
        let alone = ended.map(|id| format!("content/editions/{id}/{}", edition::file::WITHDRAWN));
        let strays = std::mem::take(&mut self.edition_files).into_keys();
        let mut without_record = BTreeSet::new();
        for file in strays.chain(alone) {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let id = folder.rsplit('/').next().unwrap_or_default();
            let record = format!("{folder}/{}", edition::file::RECORD);
            if self.lost.iter().any(|lost| lost.id == id) {
                continue;
            }
            if self.sources.get(&record).is_some() {
                let unexpected = Message::new("unexpected-edition-file");
                self.refuse(rule::UNEXPECTED_FILE, &file, unexpected);
            } else if without_record.insert(record.clone()) {
                let missing = Message::new("edition-record-missing").with("id", id);
                self.refuse(rule::UNREADABLE, &record, missing);
            }
        }
    }

    /// Refuses a file for its name. The help is the name that was meant, if it is known.
    fn refuse_name(&mut self, file: &str, why: Message, better: Option<String>) {
        let mut finding = Diagnostic::error(rule::UNEXPECTED_FILE, Origin::file(file), why);
        finding.help = better.map(|name| Message::new("rename-file").with("name", name));
        self.findings.push(finding);
    }

    fn take_measures(&mut self, entry: &DirEntry, file: &str, section: &str, item: Option<&str>) {
        let stem = |name: &str| name.strip_suffix(".yaml").unwrap_or(name).to_owned();
        let records = self.read_as(entry, file, |text| yaml::read(file, text));
        self.measures.push(MeasureFile {
            file: file.to_owned(),
            section: stem(section),
            item: item.map(stem),
            records,
        });
    }

    fn filed<T>(&mut self, entry: &DirEntry, file: &str) -> Option<Filed<T>>
    where
        T: DeserializeOwned + JsonSchema,
    {
        let record = self.read_as(entry, file, |text| yaml::read(file, text))?;
        let file = file.to_owned();
        Some(Filed { file, record })
    }

    /// Reads a file that the program itself wrote.
    fn read_written<T: DeserializeOwned>(&mut self, entry: &DirEntry, file: &str) -> Option<T> {
        self.read_as(entry, file, |text| yaml::read_written(file, text))
    }

    /// Reads a file with the reader of its kind. A file that cannot be read becomes a finding.
    fn read_as<T>(
        &mut self,
        entry: &DirEntry,
        file: &str,
        read: impl FnOnce(&str) -> std::result::Result<T, Vec<Diagnostic>>,
    ) -> Option<T> {
        let refused = |message| self.refuse(rule::UNREADABLE, file, message);
        let text = text_of(entry).map_err(refused).ok()?;
        let finding = control_character(file, &text).or_else(|| conflict_marker(file, &text));
        let record = if let Some(finding) = finding {
            Err(vec![finding])
        } else if text.trim().is_empty() {
            let (origin, message) = (Origin::file(file), Message::new("empty-file"));
            Err(vec![Diagnostic::error(rule::UNREADABLE, origin, message)])
        } else {
            read(&text)
        };
        self.sources.0.insert(file.to_owned(), text);
        record.map_err(|found| self.findings.extend(found)).ok()
    }

    fn refuse(&mut self, rule: &'static str, file: &str, message: Message) {
        let finding = Diagnostic::error(rule, Origin::file(file), message);
        self.findings.push(finding);
    }
}

/// The finding for a character that prints nothing.
pub fn control_character_finding(c: char, origin: Origin) -> Diagnostic {
    let kind = match c {
        '\t' => "tab",
        '\u{ad}' => "soft-hyphen",
        '\u{200b}'..='\u{200d}' | '\u{feff}' => "zero-width",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "turn",
        _ => "other",
    };
    let message = Message::new("control-character")
        .with("kind", kind)
        .with("code", code_point(c));
    Diagnostic::error(rule::CONTROL_CHARACTER, origin, message)
}

/// The name that was meant, if only its ending or its letters' case is wrong.
fn better_name(file: &str) -> Option<String> {
    let (path, ending) = file.rsplit_once('.')?;
    let mut stem = path.strip_suffix(".yaml").unwrap_or(path).to_owned();
    if stem.matches('/').count() == 1 {
        stem.make_ascii_lowercase();
    }
    let name = format!("{stem}.yaml");
    let is_near = ["yaml", "yml", "txt"].contains(&&*ending.to_ascii_lowercase());
    (is_near && name != file).then_some(name)
}
