//! The search of a finished site for confidential names: whatever way a name took, it does not get out.
//!
//! In: the files that are about to be written. Out: a finding for each file and name.
//! A word that only the official theme uses is none: the office can neither reword it nor say anything with it.

use super::file_texts::{FileTexts, without};
use super::theme::{self, Theme};
use crate::check::{CONFIDENTIAL_NAME, texts::confidential_names};
use crate::confidential::{ConfidentialNames, FoundName, Likeness, first_of_each};
use crate::content::{Content, yaml};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::manifest::{Bundle, SITE};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Findings for every file of the site in a bundle.
pub fn find(content: &Content, theme: &Theme, bundle: &Bundle) -> Vec<Diagnostic> {
    let names = confidential_names(content);
    if names.is_empty() {
        return Vec::new();
    }
    let official = theme_texts(&theme::official());
    let mut own = theme_texts(theme);
    own.retain(|text| !official.contains(text));
    let search = SiteSearch {
        official: passages(&official, &names),
        own: passages(&own, &names),
        names,
    };
    let mut findings = Vec::new();
    for (path, bytes) in bundle {
        let below_site = path.strip_prefix(SITE);
        let shown = format!("output/{path}");
        findings.extend(below_site.map(|path| search.find(&shown, path, bytes)));
    }
    // Pages contain it, encoded; what its text says is not drawn.
    if let Some(logo) = &theme.logo {
        let shown = format!("themes/{}/{}", theme.name, logo.name);
        findings.push(search.find(&shown, &logo.name, &logo.words()));
    }
    findings.concat()
}

struct SiteSearch<'a> {
    names: ConfidentialNames<'a>,
    /// Texts of the official theme with a name in them.
    official: Passages,
    /// Texts of the project's own theme with a name in them.
    own: Passages,
}

impl<'a> SiteSearch<'a> {
    /// Findings for a file; its path is that below the site's folder, and `shown` names it.
    fn find(&self, shown: &str, path: &str, bytes: &[u8]) -> Vec<Diagnostic> {
        let file = FileTexts::new(path, bytes);
        let texts = [file.shown, file.quoted, file.hidden].join("\0");
        let mut findings = self.find_in(shown, path, Place::Path);
        findings.extend(self.find_in(shown, &texts, Place::Texts));
        findings.extend(self.find_in(shown, &file.pages, Place::Pages));
        findings.extend(self.find_in(shown, &file.code, Place::Code));
        findings.sort_by_key(|(name, finding)| (*name, finding.severity));
        findings.dedup_by_key(|(name, _)| *name);
        findings.into_iter().map(|(_, finding)| finding).collect()
    }

    fn find_in(&self, shown: &str, text: &str, place: Place) -> Vec<(&'a str, Diagnostic)> {
        let Some(folded) = self.names.fold_file(text) else {
            return Vec::new();
        };
        let mut found = self.names.find_all(&folded);
        if place != Place::Path && !found.is_empty() {
            // Only the official theme puts it there.
            let [official, own] =
                [&self.official, &self.own].map(|it| places(it, &folded.shape, place));
            let covers = |places: &[Range<usize>], it: &FoundName| {
                let Range { start, end } = it.shape;
                places.iter().any(|it| it.start <= start && end <= it.end)
            };
            found.retain(|it| !covers(&official, it) || covers(&own, it));
        }
        if place == Place::Code {
            // `<table>` is a word of HTML itself.
            let is_tag = |before: &str| before.ends_with('<') || before.ends_with("</");
            found.retain(|it| !is_tag(&text[..it.written.start]));
        }
        Vec::from_iter(first_of_each(found).into_iter().filter_map(|it| {
            let written = &text[it.written];
            let (severity, id) = match (it.likeness, place) {
                (Likeness::LooksAlike, Place::Code) => return None,
                (Likeness::LooksAlike, _) => (Severity::Warning, "confidential-name-file-alike"),
                // Words of HTML and CSS are Latin, such as `box-sizing`.
                (Likeness::Same, Place::Code) if written.is_ascii() => {
                    (Severity::Warning, "confidential-name-file-code")
                }
                (Likeness::Same, _) => (Severity::Error, "confidential-name-file"),
            };
            let origin = Origin::file(shown);
            let named = crate::message::Message::new(id).with("name", it.name);
            let message = named.with("written", written);
            let finding = Diagnostic::new(CONFIDENTIAL_NAME, severity, origin, message);
            Some((it.name, finding))
        }))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    /// Texts with NUL between them.
    Texts,
    /// Pages of a PDF, in which nothing stands between two texts.
    Pages,
    /// All of a page with its tags, styles and scripts; the keys of JSON.
    Code,
}

/// The shapes of a theme's texts that contain a name; true for one that is a name and nothing else.
type Passages = BTreeMap<String, bool>;

fn passages(texts: &BTreeSet<String>, names: &ConfidentialNames) -> Passages {
    let mut passages = Passages::new();
    for folded in texts.iter().filter_map(|text| names.fold_file(text)) {
        let found = names.find_all(&folded);
        let is_bare = found.iter().any(|it| it.shape.len() == folded.shape.len());
        if !found.is_empty() {
            *passages.entry(folded.shape).or_default() |= is_bare;
        }
    }
    passages
}

/// The parts of a shape that are such a passage. One that is a bare name must be a whole text: it excuses no other.
fn places(passages: &Passages, shape: &str, place: Place) -> Vec<Range<usize>> {
    let is_text = |part: &Range<usize>| {
        let (before, after) = (&shape[..part.start], &shape[part.end..]);
        let begins = before.is_empty() || before.ends_with('\0');
        begins && (after.is_empty() || after.starts_with('\0'))
    };
    let mut places = Vec::new();
    for (passage, is_bare) in passages {
        let found = shape.match_indices(passage);
        let parts = found.map(|(start, it)| start..start + it.len());
        places.extend(parts.filter(|it| !is_bare || place != Place::Texts || is_text(it)));
    }
    places
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
        let page = match path.rsplit('.').next() {
            Some("html" | "xml") => fixed,
            _ => format!("<script>{fixed}</script>"),
        };
        let parts = FileTexts::html(&page);
        add(&[parts.shown, parts.quoted, parts.hidden].join("\0"));
    }
    texts
}
