//! `pages/<name>.md`: prose for the office's site; what stands between `---` lines at its beginning (front matter) is YAML.

use super::record::PageRecord;
use super::{Content, rename, rule, yaml};
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::{Language, Message};
use crate::prose::Prose;
use unicode_normalization::UnicodeNormalization;
use walkdir::DirEntry;

/// What the site calls by these names is its own.
const TAKEN: [&str; 11] = [
    "404",
    "assets",
    "editions",
    "en",
    "feed",
    "index",
    "manifest",
    "robots",
    "safeguards",
    "sitemap",
    "verify",
];

/// The line before and behind the front matter.
const FENCE: &str = "---";

/// `pages/<name>.md`, or `pages/<name>.en.md` for its English version.
#[derive(Debug)]
pub struct PageFile {
    pub file: String,
    /// Letters a–z, digits and hyphens: it becomes an address.
    pub name: String,
    pub lang: Language,
    /// `None` where the file could not be read: a link to it must not seem broken for that.
    pub text: Option<PageText>,
}

/// What stands in the file of a page.
#[derive(Debug)]
pub struct PageText {
    pub front: PageRecord,
    pub prose: Prose,
}

impl PageFile {
    /// Whether a link can lead to a heading of this page.
    pub fn has_heading(&self, anchor: &str) -> bool {
        let prose = self.text.as_ref().map(|text| &text.prose);
        prose.is_none_or(|prose| prose.headings().any(|heading| heading == anchor))
    }
}

impl Content {
    pub(super) fn take_page(&mut self, entry: &DirEntry, file: &str, written: &str) {
        let Some((name, lang)) = name_in(written) else {
            let help = rename(better_name(written), "unexpected-file-help");
            return self.refuse_name(file, Message::new("unexpected-file"), help);
        };
        if !is_usable(name) {
            let why = match TAKEN.contains(&name) {
                true => "page-name-taken",
                false => "page-name",
            };
            let why = Message::new(why).with("name", name);
            return self.refuse_name(file, why, rename(better_name(written), "page-name-help"));
        }
        let text = self.read_as(entry, file, |text| read(file, text));
        self.pages.push(PageFile {
            file: file.to_owned(),
            name: name.to_owned(),
            lang,
            text,
        });
    }

    /// Every English version has its Japanese page.
    pub(super) fn pair_pages(&mut self) {
        let is_japanese = |page: &&PageFile| page.lang == Language::Japanese;
        for page in self.pages.iter().filter(|page| !is_japanese(page)) {
            let mut japanese = self.pages.iter().filter(is_japanese);
            if !japanese.any(|other| other.name == page.name) {
                let file = format!("content/pages/{}.md", page.name);
                let message = Message::new("page-without-japanese").with("file", file);
                let origin = Origin::file(&page.file);
                let finding = Diagnostic::error(rule::MISSING_FILE, origin, message);
                self.findings
                    .push(finding.help(Message::new("page-without-japanese-help")));
            }
        }
    }
}

/// The part of a file that is YAML: of a page its front matter, of any other file all of it.
pub fn yaml_of<'a>(file: &str, text: &'a str) -> &'a str {
    match file.ends_with(".md") {
        true => front_matter(text).map_or("", |(end, _)| &text[..end]),
        false => text,
    }
}

/// Reads a page: its front matter, and behind it the prose.
fn read(file: &str, text: &str) -> Result<PageText, Diagnostic> {
    let first = text.lines().next().unwrap_or_default().trim_end();
    let first = Origin::bytes(file, 0..first.len());
    if !text.lines().next().is_some_and(is_fence) {
        let message = Message::new("no-front-matter");
        let finding = Diagnostic::error(rule::MISSING_FIELD, first, message);
        return Err(finding.help(Message::new("no-front-matter-help")));
    }
    let Some((end, prose)) = front_matter(text) else {
        let message = Message::new("front-matter-open");
        let finding = Diagnostic::error(rule::UNREADABLE, first, message);
        return Err(finding.help(Message::new("front-matter-open-help")));
    };
    if text[FENCE.len()..end].trim().is_empty() {
        let message = Message::new("missing-field").with("field", "title");
        return Err(Diagnostic::error(rule::MISSING_FIELD, first, message));
    }
    // From the file's first line on, so that findings have their true places.
    let front = yaml::read(file, &text[..end])?;
    if text[prose..].trim().is_empty() {
        let origin = Origin::bytes(file, end..end + FENCE.len());
        let finding = Diagnostic::error(rule::UNREADABLE, origin, Message::new("empty-page"));
        return Err(finding.help(Message::new("empty-page-help")));
    }
    let prose = Prose::parse(text, prose);
    Ok(PageText { front, prose })
}

/// Where the front matter ends and where, behind its closing line, the prose begins.
fn front_matter(text: &str) -> Option<(usize, usize)> {
    let mut lines = text.split_inclusive('\n');
    let mut end = lines.next().filter(|line| is_fence(line))?.len();
    for line in lines {
        if is_fence(line) {
            return Some((end, end + line.len()));
        }
        end += line.len();
    }
    None
}

fn is_fence(line: &str) -> bool {
    line.trim_end() == FENCE
}

/// What a file's name says: the page's name and its language.
fn name_in(written: &str) -> Option<(&str, Language)> {
    let stem = written.strip_suffix(".md")?;
    Some(match stem.strip_suffix(".en") {
        Some(name) => (name, Language::English),
        None => (stem, Language::Japanese),
    })
}

fn is_usable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(fits) && !TAKEN.contains(&name)
}

/// The path that was meant, where only the ending, the letters' case or width or a space is off.
fn better_name(written: &str) -> Option<String> {
    let plain: String = written.nfkc().collect();
    let plain = plain.to_lowercase().replace([' ', '_'], "-");
    let plain = plain.trim_end_matches(".txt");
    let endings = [".md", ".markdown"];
    let stem = endings.iter().find_map(|ending| plain.strip_suffix(ending));
    let stem = stem.unwrap_or(plain);
    let (name, english) = match stem.strip_suffix(".en") {
        Some(name) => (name, ".en"),
        None => (stem, ""),
    };
    is_usable(name).then(|| format!("content/pages/{name}{english}.md"))
}
