//! One file of a folder: its path as findings show it, its text, and the record read from it.

use super::{Filed, Sources, rule};
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::{Error, Message, Result, system_cause};
use regex::{Captures, Regex};
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use walkdir::{DirEntry, WalkDir};

/// Larger files are refused: the largest real one has some kilobytes.
const LARGEST: u64 = 8 * 1024 * 1024;
/// Pages have a smaller limit: parsed Markdown needs about a hundred times its size in memory.
const LARGEST_PAGE: u64 = 1024 * 1024;
/// An issued PDF with some thousand rows.
const LARGEST_PDF: u64 = 64 * 1024 * 1024;

/// A file of the content that is being read: a reason not to read it becomes a finding.
pub struct ContentFile<'a> {
    pub entry: &'a DirEntry,
    /// The path as findings show it.
    pub path: &'a str,
    pub findings: &'a mut Vec<Diagnostic>,
    pub sources: &'a mut Sources,
}

/// Reads a kind of file, given its path and its text.
type Reader<T> = fn(&str, &str) -> std::result::Result<T, Vec<Diagnostic>>;

impl ContentFile<'_> {
    pub fn filed<T>(&mut self, reader: Reader<T>) -> Option<Filed<T>> {
        let (record, file) = (self.read(reader)?, self.path.to_owned());
        Some(Filed { file, record })
    }

    /// Reads it, and keeps its text for findings.
    pub fn read<T>(&mut self, reader: Reader<T>) -> Option<T> {
        let path = self.path;
        let text = self.unless_refused(text_of(self.entry))?;
        let finding = control_character(path, &text).or_else(|| conflict_marker(path, &text));
        let record = match finding {
            Some(finding) => Err(vec![finding]),
            None if text.trim().is_empty() => Err(vec![self.refusal(Message::new("empty-file"))]),
            None => reader(path, &text),
        };
        self.sources.0.insert(path.to_owned(), text);
        record.map_err(|found| self.findings.extend(found)).ok()
    }

    /// Its path and its bytes.
    pub fn bytes(&mut self) -> Option<(String, Vec<u8>)> {
        let bytes = self.unless_refused(bytes_of(self.entry))?;
        Some((self.path.to_owned(), bytes))
    }

    fn unless_refused<T>(&mut self, read: std::result::Result<T, Message>) -> Option<T> {
        let refused = |why| self.findings.push(self.refusal(why));
        read.map_err(refused).ok()
    }

    fn refusal(&self, why: Message) -> Diagnostic {
        Diagnostic::error(rule::UNREADABLE, Origin::file(self.path), why)
    }

    /// Refuses it for its name. The help is the name that was meant, if it is known.
    pub fn refuse_name(&mut self, why: Message, better: Option<String>) {
        let mut finding = Diagnostic::error(rule::UNEXPECTED_FILE, Origin::file(self.path), why);
        finding.help = better.map(|name| Message::new("rename-file").with("name", name));
        self.findings.push(finding);
    }
}

/// A path below the project's folder as findings show it.
pub fn shown(project: &Path, path: &Path) -> String {
    let below = path.strip_prefix(project).unwrap_or(path);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// The message for a file that cannot be read: one of our own, else the system's reason.
pub fn unreadable(error: Option<&std::io::Error>, path: &Path) -> Message {
    match error.map(std::io::Error::kind) {
        Some(std::io::ErrorKind::PermissionDenied) => Message::new("unreadable-permission"),
        Some(_) if path.is_symlink() => Message::new("unreadable-link"),
        kind => {
            let reason = error.map_or_else(String::new, ToString::to_string);
            let other = std::io::ErrorKind::Other;
            system_cause("unreadable-file", kind.unwrap_or(other), reason)
        }
    }
}

/// A file's bytes, within the limit for its kind.
fn bytes_of(entry: &DirEntry) -> std::result::Result<Vec<u8>, Message> {
    let failed = |error: std::io::Error| unreadable(Some(&error), entry.path());
    let metadata = std::fs::metadata(entry.path()).map_err(failed)?;
    if !metadata.is_file() {
        return Err(Message::new("no-plain-file"));
    }
    let limit = match entry.path().extension() {
        Some(ending) if ending == "md" => LARGEST_PAGE,
        Some(ending) if ending == "pdf" => LARGEST_PDF,
        _ => LARGEST,
    };
    if metadata.len() > limit {
        let [size, limit] = [metadata.len(), limit].map(|bytes| bytes.div_ceil(1024 * 1024));
        let message = Message::new("too-large").with("size", size);
        return Err(message.with("limit", limit));
    }
    std::fs::read(entry.path()).map_err(failed)
}

/// A file's text, without a byte order mark and with one kind of line end.
fn text_of(entry: &DirEntry) -> std::result::Result<String, Message> {
    let bytes = bytes_of(entry)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes()[..valid].iter();
        let line_ends = before.filter(|byte| **byte == b'\n').count();
        Message::new("not-utf8").with("line", line_ends + 1)
    })?;
    let unmarked = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(with_whole_kana(&unmarked.replace("\r\n", "\n")))
}

/// Composes か and U+3099 into が, as macOS takes names of files apart. Other characters stay: some
/// names need the very form that composing would replace.
pub fn with_whole_kana(text: &str) -> String {
    let compose = |pair: &Captures| pair[0].nfc().collect::<String>();
    APART.replace_all(text, compose).into_owned()
}

static APART: LazyLock<Regex> = LazyLock::new(|| regex("[\u{3041}-\u{30ff}][\u{3099}\u{309a}]"));

/// Reports the first character that YAML does not allow; a rule finds those written as escapes.
fn control_character(file: &str, text: &str) -> Option<Diagnostic> {
    let is_noncharacter = |c: char| matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}');
    let is_refused = |c: char| !"\n\t".contains(c) && (c.is_control() || is_noncharacter(c));
    let (at, c) = text.char_indices().find(|(_, c)| is_refused(*c))?;
    let origin = Origin::bytes(file, at..at + c.len_utf8());
    Some(super::control_character_finding(c, origin))
}

/// Reports the first line that git leaves in a file in which two people changed the same lines.
pub fn conflict_marker(file: &str, text: &str) -> Option<Diagnostic> {
    let bytes = marker_in(text)?;
    let (origin, message) = (Origin::bytes(file, bytes), Message::new("conflict-marker"));
    Some(Diagnostic::error(rule::UNREADABLE, origin, message))
}

/// The first such line.
pub fn marker_in(text: &str) -> Option<Range<usize>> {
    Some(MARKER.captures(text)?.get(1)?.range())
}

static MARKER: LazyLock<Regex> = LazyLock::new(|| regex(r"(?m)^((?:<{7}|>{7})(?: .*\S)?)\s*?$"));

/// Compiles a pattern that the program itself has.
pub fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// The file that a sync service, a file manager or an office suite copied to one of this name:
/// `b.yaml` for `b (競合コピー).yaml`.
///
/// Names that are less clear (`b 2.yaml`, `b-PC01.yaml`) count if that file is there.
pub fn original_of(entry: &DirEntry) -> Option<String> {
    let name = entry.file_name().to_string_lossy();
    let (stem, ending) = name.rsplit_once('.')?;
    let original = |copy: &Regex| Some(format!("{}.{ending}", &copy.captures(stem)?[1]));
    let is_there = |name: &String| entry.path().with_file_name(name).exists();
    let (clear, less_clear) = COPIES.split_at(4);
    let there = || less_clear.iter().filter_map(original).find(is_there);
    clear.iter().find_map(original).or_else(there)
}

/// Names of copies, with the original's as a group: four that are clear, then those that are less so.
static COPIES: LazyLock<[Regex; 6]> = LazyLock::new(|| {
    [
        r"^(.+?)(?:の| の| - | )(?:コピー|[Cc]opy)(?: ?[0-9]+| ?[(（][0-9]+[)）])?$",
        r"^(.+?) ?[(（].*(?:競合|コピー|conflict).*[)）]$",
        r"^コピー ?[～~-] ?(.+)$",
        r"^(.+?)-(?:DESKTOP|LAPTOP)-[0-9A-Z]+$",
        r"^(.+?)(?: [2-9]| ?[(（][0-9]+[)）]|-[A-Z][A-Z0-9-]+|[ の]?複製|[ _.-](?:[旧古新]|[(]?(?i:.*(?:conflict|backup|local|remote|base|orig|old|copy).*)))$",
        r"^(?:Copy of |「)(.+?)(?:」のコピー)?$",
    ]
    .map(regex)
});

/// Returns true for files that editors, file managers and office suites leave behind.
pub fn is_editor_leftover(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name.starts_with(['.', '~'])
        || name.ends_with('~')
        || ["Thumbs.db", "desktop.ini"].contains(&&*name)
}

/// Path (with `/`) and bytes of every file below a folder, in order; none if it is missing.
pub fn files_below(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let failed = |reason: String| {
            let message = Message::new("unreadable-folder").with("folder", folder.display());
            Error::new(message).caused_by(reason)
        };
        let found = entry.map_err(|error| failed(error.to_string()))?;
        if found.file_type().is_file() && !is_editor_leftover(&found) {
            let path = found.path();
            let bytes = std::fs::read(path)
                .map_err(|error| failed(format!("{}: {error}", path.display())))?;
            files.push((shown(folder, path), bytes));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::with_whole_kana;

    #[test]
    fn kana_are_composed_and_other_forms_stay() {
        for (written, read) in [
            ("カ\u{3099}イト\u{3099}とフ\u{309a}", "ガイドとプ"),
            // A compatibility form, an accent, and a mark without its kana.
            ("\u{fa19}か\u{3099}e\u{301}", "\u{fa19}がe\u{301}"),
            ("\u{3099}漢\u{3099}", "\u{3099}漢\u{3099}"),
        ] {
            assert_eq!(with_whole_kana(written), read);
        }
    }
}
