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
use crate::edition::file::{LOST, RECORD, WITHDRAWN};
use crate::edition::{Edition, Ending, Listing, LostEdition, RecordedCopy};
use crate::manifest::Bundle;
use crate::message::{Error, Message, Result};
use crate::model::place_name;
use file::{ContentFile, is_editor_leftover, shown};
pub use file::{conflict_marker, files_below, marker_in, regex, with_whole_kana};
pub use page::{PageFile, PageText, yaml_of};
use record::{CertificationRecord, GuidelineRecord, MeasureRecord, OfficeRecord, SheetRecord};
pub use sources::{Position, Sources};
use std::collections::BTreeMap;
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
        return Err(Error::new("no-content").with("folder", project.display()));
    }
    let mut content = Content::default();
    let walk = WalkDir::new(&root).follow_links(true).sort_by_file_name();
    let mut entries = walk.into_iter();
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) if !entry.file_type().is_dir() => content.take(project, &entry),
            Ok(folder) => {
                if let Some((rule, why)) = refused_folder(&root, folder.path()) {
                    content.refuse(rule, &shown(project, folder.path()), Message::new(why));
                    entries.skip_current_dir();
                }
            }
            Err(error) => {
                let path = error.path().unwrap_or(&root);
                let reason = match error.loop_ancestor() {
                    Some(_) => Message::new("symlink-loop"),
                    None => file::unreadable(error.io_error(), path),
                };
                content.refuse(rule::UNREADABLE, &shown(project, path), reason);
            }
        }
    }
    content.complete_editions();
    content.pair_pages();
    content.require_files();
    Ok(content)
}

/// Rule and message for a folder that must not be entered.
fn refused_folder(root: &Path, folder: &Path) -> Option<(&'static str, &'static str)> {
    let ends = || Some((root.canonicalize().ok()?, folder.canonicalize().ok()?));
    // A folder that contains the content would be read again.
    if folder.is_symlink() && ends().is_some_and(|(root, linked)| root.starts_with(linked)) {
        return Some((rule::UNREADABLE, "symlink-loop"));
    }
    let ending = folder.extension();
    let is_file_name = ending.is_some_and(|ending| ending == "yaml" || ending == "md");
    is_file_name.then_some((rule::UNEXPECTED_FILE, "folder-for-file"))
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
        let mut listing = Listing::of(office, &issued, &self.lost);
        listing.add(&self.copies);
        listing
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
        self.findings.iter().any(|it| it.origin.file == file)
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
        let path = shown(project, entry.path());
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let yaml = path.ends_with(".yaml");
        let mut file = ContentFile {
            entry,
            path: &path,
            findings: &mut self.findings,
            sources: &mut self.sources,
        };
        if is_editor_leftover(entry) {
            return;
        }
        if let Some(original) = file::original_of(entry) {
            return file.refuse_name(Message::new("copied-file").with("name", original), None);
        }
        match parts.as_slice() {
            ["office.yaml"] => self.office = file.filed(yaml::read),
            ["sheet.yaml"] => self.sheet = file.filed(yaml::read),
            ["guidelines", _] if yaml => self.guidelines.extend(file.filed(yaml::read)),
            ["certifications", _] if yaml => self.certifications.extend(file.filed(yaml::read)),
            ["copies.yaml"] => self.copies = file.read(yaml::read_written).unwrap_or_default(),
            ["editions", _, RECORD] => self.editions.extend(file.filed(yaml::read_written)),
            ["editions", id, WITHDRAWN] => {
                let ending = file.read(yaml::read_written);
                self.withdrawn.extend(ending.map(|it| (id.to_string(), it)));
            }
            ["editions", id, LOST] => {
                let (id, read) = (id.to_string(), file.read(yaml::read_written));
                self.lost
                    .extend(read.map(|ending| LostEdition { id, ending }));
            }
            ["editions", _, _] => self.edition_files.extend(file.bytes()),
            ["measures", section, item @ ..] if yaml && item.len() < 2 => {
                let stem = |name: &str| name.strip_suffix(".yaml").unwrap_or(name).to_owned();
                self.measures.push(MeasureFile {
                    file: path.clone(),
                    section: stem(section),
                    item: item.first().map(|item| stem(item)),
                    records: file.read(yaml::read),
                });
            }
            ["pages", written] => self.pages.extend(page::take(&mut file, written)),
            _ => file.refuse_name(Message::new("unexpected-file"), better_name(&path)),
        }
    }

    /// Gives each edition its files and its end, and sorts them by age.
    fn complete_editions(&mut self) {
        for Filed { file, record } in &mut self.editions {
            let folder = file.trim_end_matches(RECORD);
            for name in record.files.keys() {
                let bytes = self.edition_files.remove(&format!("{folder}{name}"));
                record.bytes.extend(bytes.map(|it| (name.clone(), it)));
            }
            record.withdrawn = self.withdrawn.remove(&record.id);
        }
        self.editions
            .sort_by(|a, b| a.record.age().cmp(&b.record.age()));
        let ended = std::mem::take(&mut self.withdrawn).into_keys();
        let alone = ended.map(|id| format!("content/editions/{id}/{WITHDRAWN}"));
        let strays = std::mem::take(&mut self.edition_files).into_keys();
        for file in strays.chain(alone) {
            let id = file.split('/').nth(2).unwrap_or_default();
            let record = format!("content/editions/{id}/{RECORD}");
            let is_lost = self.lost.iter().any(|lost| lost.id == id);
            // A record that is missing is told once, and is broken from then on.
            if is_lost || self.is_broken(&record) {
                continue;
            }
            if self.sources.get(&record).is_some() {
                let unexpected = Message::new("unexpected-edition-file");
                self.refuse(rule::UNEXPECTED_FILE, &file, unexpected);
            } else {
                let missing = Message::new("edition-record-missing").with("id", id);
                self.refuse(rule::UNREADABLE, &record, missing);
            }
        }
    }

    fn refuse(&mut self, rule: &'static str, file: &str, message: Message) {
        self.findings
            .push(Diagnostic::error(rule, Origin::file(file), message));
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
    let (rule, code) = (rule::CONTROL_CHARACTER, code_point(c));
    let message = Message::new(rule).with("kind", kind).with("code", code);
    Diagnostic::error(rule, origin, message)
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
    let above = ["content/office", "content/sheet", "content/copies"];
    let has_place = stem.matches('/').count() > 1 || above.contains(&&*stem);
    (is_near && has_place && name != file).then_some(name)
}
