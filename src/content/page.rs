//! `pages/<name>.md`: prose for the office's site, after YAML between `---` lines (front matter).

use super::file::ContentFile;
use super::record::PageRecord;
use super::{Content, rule, yaml};
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::{Language, Message};
use crate::prose::Prose;
use unicode_normalization::UnicodeNormalization;

/// Names of the site's own files and folders.
const RESERVED: &str =
    "404 assets editions en feed index manifest robots safeguards sitemap verify";

/// The line before and after the front matter.
const FENCE: &str = "---";

/// `pages/<name>.md`, or `pages/<name>.en.md` for its English version.
#[derive(Debug)]
pub struct PageFile {
    pub file: String,
    /// Letters a–z, digits and hyphens: it becomes an address.
    pub name: String,
    pub lang: Language,
    /// `None` if the file could not be read: a link to it must not seem broken because of that.
    pub text: Option<PageText>,
}

/// The content of a page's file.
#[derive(Debug)]
pub struct PageText {
    pub front: PageRecord,
    pub prose: Prose,
}

impl PageFile {
    /// Returns true if a link can lead to this heading of the page.
    pub fn has_heading(&self, anchor: &str) -> bool {
        let prose = self.text.as_ref().map(|text| &text.prose);
        prose.is_none_or(|prose| prose.headings().any(|heading| heading == anchor))
    }
}

/// Reads a page, or refuses its name.
pub fn take(file: &mut ContentFile, written: &str) -> Option<PageFile> {
    let why = match name_in(written) {
        Some((name, lang)) if is_usable(name) => {
            return Some(PageFile {
                file: file.path.to_owned(),
                name: name.to_owned(),
                lang,
                text: file.read(read),
            });
        }
        Some((name, _)) if is_reserved(name) => Message::new("page-name-taken").with("name", name),
        Some((name, _)) => Message::new("page-name").with("name", name),
        None => Message::new("unexpected-file"),
    };
    file.refuse_name(why, better_name(written));
    None
}

impl Content {
    /// Reports English pages without their Japanese page.
    pub(super) fn pair_pages(&mut self) {
        for page in &self.pages {
            let is_its = |it: &PageFile| it.lang == Language::Japanese && it.name == page.name;
            if !self.pages.iter().any(is_its) {
                let file = format!("content/pages/{}.md", page.name);
                let message = Message::new("page-without-japanese").with("file", file);
                let origin = Origin::file(&page.file);
                let finding = Diagnostic::error(rule::MISSING_FILE, origin, message);
                self.findings.push(finding);
            }
        }
    }
}

/// The part of a file that is YAML: the front matter of a page, all of any other file.
pub fn yaml_of<'a>(file: &str, text: &'a str) -> &'a str {
    if file.ends_with(".md") {
        front_matter(text).map_or("", |(end, _)| &text[..end])
    } else {
        text
    }
}

/// Reads a page: its front matter and the prose after it.
fn read(file: &str, text: &str) -> Result<PageText, Vec<Diagnostic>> {
    let first_line = text.lines().next().unwrap_or_default().trim_end();
    let first = 0..first_line.len();
    let refused = |rule, bytes, message| {
        let origin = Origin::bytes(file, bytes);
        Err(vec![Diagnostic::error(rule, origin, message)])
    };
    if !is_fence(first_line) {
        return refused(rule::MISSING_FIELD, first, "no-front-matter".into());
    }
    let Some((end, prose)) = front_matter(text) else {
        return refused(rule::UNREADABLE, first, "front-matter-open".into());
    };
    if text[FENCE.len()..end].trim().is_empty() {
        let message = Message::new("missing-field").with("field", "title");
        return refused(rule::MISSING_FIELD, first, message);
    }
    // From the file's first line on, so that findings have their true places.
    let front = yaml::read(file, &text[..end])?;
    if text[prose..].trim().is_empty() {
        let closing = end..end + FENCE.len();
        return refused(rule::UNREADABLE, closing, Message::new("empty-page"));
    }
    let prose = Prose::parse(text, prose);
    Ok(PageText { front, prose })
}

/// The offsets of the front matter's end and of the prose after its closing line.
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

/// Splits a file name into the page's name and its language.
fn name_in(written: &str) -> Option<(&str, Language)> {
    let stem = written.strip_suffix(".md")?;
    Some(match stem.strip_suffix(".en") {
        Some(name) => (name, Language::English),
        None => (stem, Language::Japanese),
    })
}

fn is_usable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(fits) && !is_reserved(name)
}

fn is_reserved(name: &str) -> bool {
    RESERVED.split(' ').any(|taken| taken == name)
}

/// The path that was meant, if only the ending, the letters' case or width or a space is wrong.
fn better_name(written: &str) -> Option<String> {
    let half_width: String = written.nfkc().collect();
    let mut stem = &*half_width.to_lowercase().replace([' ', '_'], "-");
    stem = stem.trim_end_matches(".txt");
    for ending in [".md", ".markdown"] {
        stem = stem.strip_suffix(ending).unwrap_or(stem);
    }
    let name = stem.strip_suffix(".en").unwrap_or(stem);
    is_usable(name).then(|| format!("content/pages/{stem}.md"))
}
