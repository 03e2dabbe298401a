//! Finds and reads `content/**`: files in, records and prose with their origins out.
//!
//! What cannot be read becomes a finding; whatever else is wrong with the content is for [`crate::check`].
//! Nothing in the folder is passed over in silence: a file that has no place there is a finding too.

pub mod edit;
mod page;
pub mod record;
pub mod yaml;
mod yaml_errors;

use crate::diagnostic::{Diagnostic, Origin, Place};
use crate::edition::Edition;
use crate::message::{Error, Message, Result};
use crate::model::Register;
pub use page::{PageFile, PageText};
use record::{
    CertificationRecord, GuidelineRecord, MeasureRecord, OfficeRecord, OwnSection, SheetRecord,
};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use walkdir::{DirEntry, WalkDir};

/// Larger files are refused: the largest real one has some kilobytes.
const LARGEST: u64 = 8 * 1024 * 1024;
/// Of a page less, for Markdown taken apart takes some hundred times its room.
const LARGEST_PAGE: u64 = 1024 * 1024;

/// All that was written, as far as it could be read.
#[derive(Debug, Default)]
pub struct Content {
    pub office: Option<Filed<OfficeRecord>>,
    pub sheet: Option<Filed<SheetRecord>>,
    pub guidelines: Vec<Filed<GuidelineRecord>>,
    pub measures: Vec<MeasureFile>,
    pub certifications: Vec<Filed<CertificationRecord>>,
    /// Prose for the site, by file name.
    pub pages: Vec<PageFile>,
    /// Issued editions, oldest first.
    pub editions: Vec<Filed<Edition>>,
    /// What could not be read.
    pub problems: Vec<Diagnostic>,
    /// Text of every file by its path, for showing findings.
    pub sources: BTreeMap<String, String>,
}

/// A record and the file it stands in.
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
    /// `None` where the file could not be read: the item must not seem uncovered for that.
    pub records: Option<Vec<MeasureRecord>>,
}

/// Reads `content/` below the project's folder.
///
/// Fails only where there is no such folder; every other problem is in [`Content::problems`].
pub fn load(project: &Path) -> Result<Content> {
    let root = project.join("content");
    if !root.is_dir() {
        return Err(Error::new(
            Message::new("no-content").with("folder", project.display()),
        ));
    }
    let mut content = Content::default();
    let walk = WalkDir::new(&root).follow_links(true).sort_by_file_name();
    let mut walk = walk.into_iter();
    while let Some(entry) = walk.next() {
        match entry {
            Ok(entry) if contains_itself(&root, &entry) => {
                content.refuse(
                    "unreadable",
                    &shown(project, entry.path()),
                    Message::new("symlink-loop"),
                );
                walk.skip_current_dir();
            }
            Ok(entry) => {
                let folder = entry.file_type().is_dir();
                if folder
                    && entry
                        .path()
                        .extension()
                        .is_some_and(|ending| ending == "yaml" || ending == "md")
                {
                    content.refuse(
                        "unexpected-file",
                        &shown(project, entry.path()),
                        Message::new("folder-for-file"),
                    );
                    walk.skip_current_dir();
                } else if !folder {
                    content.take(project, &entry);
                }
            }
            Err(error) => {
                let file = error
                    .path()
                    .map_or_else(|| "content".to_owned(), |path| shown(project, path));
                let reason = match error.loop_ancestor() {
                    Some(_) => Message::new("symlink-loop"),
                    None => unreadable(error.io_error(), error.path()),
                };
                content
                    .problems
                    .push(Diagnostic::error("unreadable", Origin::file(&file), reason));
            }
        }
    }
    content.editions.sort_by_key(|edition| edition.record.age());
    content.pair_pages();
    for (file, missing) in [
        ("content/office.yaml", content.office.is_none()),
        ("content/sheet.yaml", content.sheet.is_none()),
    ] {
        if missing
            && !content
                .problems
                .iter()
                .any(|problem| problem.origin.file == file)
        {
            let message = Message::new("missing-file").with("file", file);
            content.problems.push(Diagnostic::error(
                "missing-file",
                Origin::file(file),
                message,
            ));
        }
    }
    Ok(content)
}

impl<T> Filed<T> {
    pub fn origin(&self) -> Origin {
        Origin::root(&self.file)
    }
}

impl Filed<SheetRecord> {
    /// The office's own sections, in print order, with their nodes.
    pub fn own_sections(&self) -> impl Iterator<Item = (&OwnSection, Origin)> {
        let sections = &self.record.sections;
        let lists = [("before", &sections.before), ("after", &sections.after)];
        lists.into_iter().flat_map(|(list, sections)| {
            let origin = self.origin().at("sections").at(list);
            let sections = sections.iter().enumerate();
            sections.map(move |(index, section)| (section, origin.at(index)))
        })
    }
}

impl MeasureFile {
    /// `C` or `C-b`: what headings, anchors and messages call the place.
    pub fn name(&self) -> String {
        place_name(&self.section, self.item.as_deref())
    }
}

/// `C` or `C-b`.
pub fn place_name(section: &str, item: Option<&str>) -> String {
    match item {
        Some(item) => format!("{section}-{item}"),
        None => section.to_owned(),
    }
}

impl Content {
    /// Puts a place to every finding that names a node, and all of them into a stable order.
    pub fn locate(&self, findings: &mut [Diagnostic]) {
        let files: BTreeSet<String> = findings
            .iter()
            .map(|finding| finding.origin.file.clone())
            .collect();
        for file in files {
            let Some(text) = self.sources.get(&file) else {
                continue;
            };
            let nodes = findings
                .iter()
                .filter(|finding| finding.origin.file == file);
            // A file that was not read has no nodes, and may be nested beyond all bounds.
            let marked = nodes
                .into_iter()
                .any(|finding| matches!(finding.origin.place, Place::Node { .. }))
                .then(|| yaml::Marked::parse(page::yaml_of(&file, text)));
            for finding in findings
                .iter_mut()
                .filter(|finding| finding.origin.file == file)
            {
                let place = &finding.origin.place;
                let node = marked.as_ref().and_then(|marked| marked.find(place));
                if let Some(bytes) = node.or_else(|| place.find_in(text)) {
                    finding.origin.place = Place::Bytes(bytes.into());
                }
            }
        }
        findings
            .sort_by(|a, b| (&a.origin, a.rule, &a.message).cmp(&(&b.origin, b.rule, &b.message)));
    }

    /// The line, from 1, on which each entry of a list file begins.
    pub fn entry_lines(&self, file: &str, entries: usize) -> Vec<usize> {
        let text = self.sources.get(file).map_or("", String::as_str);
        let marked = yaml::Marked::parse(text);
        let line = |index: usize| {
            let bytes = marked.find(&Origin::root(file).at(index).place)?;
            Some(text[..bytes.start].matches('\n').count() + 1)
        };
        (0..entries).map(|index| line(index).unwrap_or(1)).collect()
    }

    /// The line, from 1, of a finding that was located.
    pub fn line_of(&self, origin: &Origin) -> usize {
        match (&origin.place, self.sources.get(&origin.file)) {
            (Place::Bytes(bytes), Some(text)) => text[..bytes.start].matches('\n').count() + 1,
            _ => 1,
        }
    }

    /// The line, from 1, on which a node begins.
    pub fn line(&self, origin: &Origin) -> Option<usize> {
        let text = self.sources.get(&origin.file)?;
        let bytes = yaml::Marked::parse(text).find(&origin.place)?;
        Some(text[..bytes.start].matches('\n').count() + 1)
    }

    /// The guideline of that id.
    pub fn guideline(&self, id: &str) -> Option<&Filed<GuidelineRecord>> {
        self.guidelines
            .iter()
            .find(|guideline| guideline.record.id == id)
    }

    /// The guideline the sheet answers.
    pub fn own_guideline(&self) -> Option<&Filed<GuidelineRecord>> {
        self.guideline(&self.sheet.as_ref()?.record.guideline)
    }

    /// Every issued edition, oldest first.
    pub fn issued(&self) -> impl DoubleEndedIterator<Item = &Edition> {
        self.editions.iter().map(|edition| &edition.record)
    }

    /// The newest edition, where the register still says what it says; else the register is a draft.
    pub fn current_edition(&self, register: &Register) -> Option<&Edition> {
        let newest = self.issued().next_back();
        newest.filter(|edition| edition.equals(register))
    }

    /// Every measure that could be read, with its file and the node it stands in.
    pub fn all_measures(&self) -> impl Iterator<Item = (&MeasureFile, &MeasureRecord, Origin)> {
        self.measures.iter().flat_map(|file| {
            let records = file.records.iter().flatten().enumerate();
            records.map(move |(index, record)| (file, record, Origin::root(&file.file).at(index)))
        })
    }

    fn take(&mut self, project: &Path, entry: &DirEntry) {
        let file = shown(project, entry.path());
        let parts: Vec<&str> = file.split('/').skip(1).collect();
        let yaml = file.ends_with(".yaml");
        if is_editor_leftover(entry) {
            return;
        }
        match parts.as_slice() {
            ["office.yaml"] => {
                self.office = self.read(entry, &file).map(|record| Filed { file, record })
            }
            ["sheet.yaml"] => {
                self.sheet = self.read(entry, &file).map(|record| Filed { file, record })
            }
            ["guidelines", _] if yaml => {
                let read = self.read(entry, &file).map(|record| Filed { file, record });
                self.guidelines.extend(read);
            }
            ["certifications", _] if yaml => {
                let read = self.read(entry, &file).map(|record| Filed { file, record });
                self.certifications.extend(read);
            }
            ["editions", _] if yaml => {
                let read = self.read(entry, &file).map(|record| Filed { file, record });
                self.editions.extend(read);
            }
            ["measures", section] if yaml => self.take_measures(entry, &file, section, None),
            ["measures", section, item] if yaml => {
                self.take_measures(entry, &file, section, Some(item))
            }
            ["pages", written] => self.take_page(entry, &file, written),
            _ => {
                let help = rename(better_name(&file), "unexpected-file-help");
                self.refuse_name(&file, Message::new("unexpected-file"), help);
            }
        }
    }

    fn refuse_name(&mut self, file: &str, why: Message, help: Message) {
        let finding = Diagnostic::error("unexpected-file", Origin::file(file), why);
        self.problems.push(finding.help(help));
    }

    fn take_measures(&mut self, entry: &DirEntry, file: &str, section: &str, item: Option<&str>) {
        let stem = |name: &str| name.strip_suffix(".yaml").unwrap_or(name).to_owned();
        let records = self.read(entry, file);
        self.measures.push(MeasureFile {
            file: file.to_owned(),
            section: stem(section),
            item: item.map(stem),
            records,
        });
    }

    fn read<T: DeserializeOwned>(&mut self, entry: &DirEntry, file: &str) -> Option<T> {
        self.read_as(entry, file, |text| yaml::read(file, text))
    }

    /// Reads a file with a reader for its kind; what cannot be read becomes a finding.
    fn read_as<T>(
        &mut self,
        entry: &DirEntry,
        file: &str,
        read: impl FnOnce(&str) -> std::result::Result<T, Diagnostic>,
    ) -> Option<T> {
        let text = match text_of(entry) {
            Ok(text) => text,
            Err(message) => {
                self.refuse("unreadable", file, message);
                return None;
            }
        };
        let read =
            refuse_control_characters(file, &text).and_then(|()| match text.trim().is_empty() {
                true => Err(Diagnostic::error(
                    "unreadable",
                    Origin::file(file),
                    Message::new("empty-file"),
                )),
                false => read(&text),
            });
        self.sources.insert(file.to_owned(), text);
        match read {
            Ok(record) => Some(record),
            Err(finding) => {
                self.problems.push(finding);
                None
            }
        }
    }

    fn refuse(&mut self, rule: &'static str, file: &str, message: Message) {
        self.problems
            .push(Diagnostic::error(rule, Origin::file(file), message));
    }
}

/// The way out for a name that does not fit: the one that was meant, if it is known.
fn rename(better: Option<String>, otherwise: &'static str) -> Message {
    match better {
        Some(name) => Message::new("rename-file").with("name", name),
        None => Message::new(otherwise),
    }
}

/// The name that was meant, where only its ending or its letters' case is off.
fn better_name(file: &str) -> Option<String> {
    let (stem, ending) = file.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let yaml = ["yaml", "yml", "txt"].contains(&ending.as_str());
    let stem = stem.strip_suffix(".yaml").unwrap_or(stem);
    let top = stem.matches('/').count() == 1;
    let stem = if top {
        stem.to_ascii_lowercase()
    } else {
        stem.to_owned()
    };
    yaml.then(|| format!("{stem}.yaml"))
        .filter(|name| name != file)
}

/// Whether a linked folder holds the content itself: everything in it would be read once more.
fn contains_itself(root: &Path, entry: &DirEntry) -> bool {
    let ends = || Some((root.canonicalize().ok()?, entry.path().canonicalize().ok()?));
    let linked = entry.path_is_symlink() && entry.file_type().is_dir();
    linked && ends().is_some_and(|(root, linked)| root.starts_with(linked))
}

/// A path below the project's folder as findings show it.
fn shown(project: &Path, path: &Path) -> String {
    let below = path.strip_prefix(project).unwrap_or(path);
    let parts: Vec<_> = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// Why a file cannot be read, in words of ours where we have them.
fn unreadable(error: Option<&std::io::Error>, path: Option<&Path>) -> Message {
    let linked = path.is_some_and(Path::is_symlink);
    match error.map(std::io::Error::kind) {
        Some(std::io::ErrorKind::PermissionDenied) => Message::new("unreadable-permission"),
        Some(_) if linked => Message::new("unreadable-link"),
        _ => {
            let reason = error.map_or_else(String::new, ToString::to_string);
            Message::new("unreadable-file").with("reason", reason)
        }
    }
}

/// A file's text, without a byte order mark and with one kind of line end.
fn text_of(entry: &DirEntry) -> std::result::Result<String, Message> {
    let failed = |error: &std::io::Error| unreadable(Some(error), Some(entry.path()));
    let metadata = entry.metadata().map_err(|error| {
        error
            .io_error()
            .map_or_else(|| unreadable(None, None), failed)
    })?;
    if !metadata.is_file() {
        return Err(Message::new("no-plain-file"));
    }
    let page = entry
        .path()
        .extension()
        .is_some_and(|ending| ending == "md");
    let limit = if page { LARGEST_PAGE } else { LARGEST };
    if metadata.len() > limit {
        let [size, limit] = [metadata.len(), limit].map(|bytes| bytes.div_ceil(1024 * 1024));
        return Err(Message::new("too-large")
            .with("size", size)
            .with("limit", limit));
    }
    let bytes = std::fs::read(entry.path()).map_err(|error| failed(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Message::new("not-utf8").with("line", line)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.replace("\r\n", "\n"))
}

/// Characters that YAML does not allow at all; those that hide in escapes are found by the rule of the same name.
fn refuse_control_characters(file: &str, text: &str) -> std::result::Result<(), Diagnostic> {
    let refused = |c: char| {
        c != '\n'
            && c != '\t'
            && (c.is_control() || matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}'))
    };
    match text.char_indices().find(|(_, c)| refused(*c)) {
        Some((at, c)) => {
            let origin = Origin::bytes(file, at..at + c.len_utf8());
            Err(crate::check::texts::control_character(c, origin))
        }
        None => Ok(()),
    }
}

/// Whether editors, file managers or office suites left it there.
fn is_editor_leftover(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name.starts_with(['.', '~'])
        || name.ends_with('~')
        || ["Thumbs.db", "desktop.ini"].contains(&&*name)
}

/// Path (with `/`) and text (`None` where it is not UTF-8) of every file below a folder, in order;
/// no files where there is no such folder.
pub fn texts_below(folder: &Path) -> Result<Vec<(String, Option<String>)>> {
    let mut texts = Vec::new();
    if !folder.is_dir() {
        return Ok(texts);
    }
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let failed = |reason: String| {
            let message = Message::new("unreadable-folder").with("folder", folder.display());
            Error::new(message).caused_by(reason)
        };
        let entry = entry.map_err(|error| failed(error.to_string()))?;
        if entry.file_type().is_file() && !is_editor_leftover(&entry) {
            let bytes = std::fs::read(entry.path())
                .map_err(|error| failed(format!("{}: {error}", entry.path().display())))?;
            let text = String::from_utf8(bytes).ok();
            let text = text.map(|text| text.replace("\r\n", "\n"));
            texts.push((shown(folder, entry.path()), text));
        }
    }
    Ok(texts)
}
