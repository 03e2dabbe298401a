//! The theme: the look of a sheet. The official one is compiled in; each file of a project's own theme replaces the
//! official one of the same name, which it can still import, extend or include as `official/<path>`.

use crate::characters::{code_points, drawn};
use crate::content::{Content, marker_in, yaml};
use crate::message::{Error, Language, Message, Result};
use crate::render::tokens::{TOKENS, Tokens};
use crate::render::{logo::Logo, pdf::Fonts};
use crate::sheet::{Labels, Sheet};
use crate::{compare::Comparison, diagnostic::nearest, manifest::sha256};
use std::{collections::BTreeMap, path::Path};

/// Files of a theme by their path in it.
#[derive(Debug, PartialEq)]
pub struct Theme {
    pub name: String,
    pub tokens: Tokens,
    pub logo: Option<Logo>,
    /// Own faces by their paths in the project.
    pub fonts: BTreeMap<String, Vec<u8>>,
    files: BTreeMap<String, ThemeFile>,
}

#[derive(Debug, PartialEq)]
struct ThemeFile {
    text: String,
    /// Its path in the project, for errors.
    shown: String,
}

const LABELS: [&str; 2] = ["labels.ja.yaml", "labels.en.yaml"];

macro_rules! compiled_in {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../themes/official/", $path)))),+]
    };
}

const OFFICIAL: &[(&str, &str)] = compiled_in![
    "changes.typ",
    "form.typ",
    "labels.en.yaml",
    "labels.ja.yaml",
    "own.typ",
    "parts.typ",
    "proof.typ",
    "sheet.typ",
    "site/404.html",
    "site/base.html",
    "site/changes.css",
    "site/changes.html",
    "site/editions.html",
    "site/ended.html",
    "site/feed.xml",
    "site/index.html",
    "site/page.js",
    "site/prose.html",
    "site/robots.txt",
    "site/security.txt",
    "site/sitemap.xml",
    "site/style.css",
    "site/unbroken.txt",
    "site/verify.html",
    "site/verify.js",
    "tokens.yaml",
];

/// The folder by which a theme's own files name the official ones.
pub const OFFICIAL_FOLDER: &str = "official/";

/// Files beside the theme, for whoever writes it.
pub const README: &str = "README.";
pub const SAMPLE_FOLDER: &str = "sample/";

/// Loads the theme that sheet.yaml names; the official one if it names none or cannot be read.
pub fn of(project: &Path, content: &Content) -> Result<Theme> {
    let sheet = content.sheet.as_ref();
    let name = sheet.and_then(|sheet| sheet.record.theme.as_deref());
    load(project, name.unwrap_or("official"))
}

/// The official theme as it is compiled in.
pub fn official() -> Theme {
    let mut files = BTreeMap::new();
    for &(path, text) in OFFICIAL {
        for name in [path.to_owned(), format!("{OFFICIAL_FOLDER}{path}")] {
            let (text, shown) = (text.to_owned(), format!("themes/official/{path}"));
            files.insert(name, ThemeFile { text, shown });
        }
    }
    Theme {
        name: "official".to_owned(),
        tokens: Tokens::official(&files[TOKENS].text),
        logo: None,
        fonts: BTreeMap::new(),
        files,
    }
}

/// True if a folder of themes/ may have this name.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\', ':']) && !name.starts_with('.')
}

/// Loads the official theme, and replaces its files by those of `themes/<name>/`.
pub fn load(project: &Path, name: &str) -> Result<Theme> {
    let mut theme = official();
    theme.name = name.to_owned();
    let folder = project.join("themes").join(name);
    if !is_name(name) || (name != "official" && !folder.is_dir()) {
        return Err(Error::new("no-theme").with("theme", name));
    }
    let mut images = BTreeMap::new();
    for (path, bytes) in crate::content::files_below(&folder)? {
        if path.starts_with(README) || path.starts_with(SAMPLE_FOLDER) {
            continue;
        }
        let shown = format!("themes/{name}/{path}");
        let refused = |id| Error::new(id).with("file", &shown);
        let is_of = |endings: [&str; 2]| endings.iter().any(|it| path.ends_with(it));
        if path.starts_with("fonts/") {
            // A licence may lie beside the faces.
            let face = is_of([".ttf", ".otf"]).then_some((shown, bytes));
            theme.fonts.extend(face);
            continue;
        }
        if is_of([".svg", ".png"]) {
            images.insert(path, bytes);
            continue;
        }
        let own = String::from_utf8(bytes).map_err(|_| refused("theme-not-text"))?;
        let text = own.replace("\r\n", "\n");
        // Typst takes a backslash for a Windows separator.
        if path.contains('\\') {
            return Err(refused("theme-backslash"));
        }
        if path.starts_with(OFFICIAL_FOLDER) {
            return Err(refused("theme-official-folder"));
        }
        // Templates may include files of their own; any other unknown file is a mistake.
        if let Some(marker) = marker_in(&text) {
            let line = text[..marker.start].matches('\n').count() + 1;
            return Err(refused("theme-conflict-marker").with("line", line));
        }
        if !theme.files.contains_key(&path) && !is_of([".typ", ".html"]) {
            let known: Vec<&str> = OFFICIAL.iter().map(|(path, _)| *path).collect();
            return Err(refused("theme-stray").with("known", known.join(", ")));
        }
        if path == TOKENS {
            theme.tokens = theme.tokens.replaced_by(&shown, &text)?;
        }
        theme.files.insert(path, ThemeFile { text, shown });
    }
    theme.logo = logo(&theme, images)?;
    Ok(theme)
}

/// The image that a theme's tokens name; no other may lie in its folder.
fn logo(theme: &Theme, mut images: BTreeMap<String, Vec<u8>>) -> Result<Option<Logo>> {
    let name = theme.tokens.text("logo");
    let shown = |file: &str| format!("themes/{}/{file}", theme.name);
    let refused = |id, file| Error::new(id).with("file", shown(file));
    let found = images.remove(name);
    if let Some(other) = images.keys().next() {
        return Err(refused("theme-logo-unnamed", other));
    }
    if name.is_empty() {
        return Ok(None);
    }
    let bytes = found.ok_or_else(|| refused("theme-logo-missing", name))?;
    if theme.tokens.text("logo_text").trim().is_empty() {
        return Err(refused("theme-logo-wordless", TOKENS));
    }
    Logo::read(name, &shown(name), bytes).map(Some)
}

impl Theme {
    /// The text of a file. Every theme has at least the official ones.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|file| &*file.text)
    }

    /// Path and text of every file whose path has this ending.
    pub fn files<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let files = self.files.iter().map(|(path, file)| (&**path, &*file.text));
        files.filter(move |(path, _)| path.ends_with(ending))
    }

    /// The error for a template that fails.
    pub fn failure(&self, file: &str, line: usize, cause: String) -> Error {
        let message = Message::new("theme-error").with("file", self.shown(file));
        Error::new(message.with("line", line)).caused_by(cause)
    }

    /// SHA-256 of all files, in order of their paths, the logo and the fonts.
    pub fn sha256(&self) -> String {
        let file = |(path, text)| format!("{path}\0{text}\0");
        let mut bytes = self.files("").map(file).collect::<String>().into_bytes();
        bytes.extend(self.logo.iter().flat_map(|logo| &logo.bytes));
        bytes.extend(self.fonts.values().flatten());
        sha256(&bytes)
    }

    /// A file's path in the project, for errors.
    pub fn shown<'a>(&'a self, path: &'a str) -> &'a str {
        self.files.get(path).map_or(path, |file| &file.shown)
    }

    /// The theme's labels in a language. The official ones replace those that a theme's own file lacks.
    pub fn labels(&self, language: Language) -> Result<Labels> {
        let [japanese, english] = LABELS;
        let labels = self.labels_of(japanese)?;
        if language == Language::Japanese {
            return Ok(labels);
        }
        let translated = self.labels_of(english)?;
        // The labels of a project's own templates are needed in every language of its pages.
        if let Some(name) = labels.keys().find(|name| !translated.contains_key(*name)) {
            let message = Message::new("theme-label-missing").with("name", name);
            return Err(Error::new(message.with("file", self.shown(english))));
        }
        Ok(translated)
    }

    fn labels_of(&self, path: &str) -> Result<Labels> {
        let read = |path: &str| {
            let message = Message::new("theme-labels").with("file", self.shown(path));
            let text = self.text(path).unwrap_or_default();
            yaml::read_words(text).map_err(|error| Error::new(message).caused_by(error))
        };
        let mut labels = read(&format!("{OFFICIAL_FOLDER}{path}"))?;
        let own = read(path)?;
        for name in own.keys().filter(|name| !labels.contains_key(*name)) {
            // A label for a template of its own, unless it resembles an official one.
            if let Some(near) = nearest(name, labels.keys().map(String::as_str)) {
                let message = Message::new("theme-label").with("file", self.shown(path));
                return Err(Error::new(message.with("name", name).with("near", near)));
            }
        }
        labels.extend(own);
        Ok(labels)
    }

    /// The Japanese labels, none of them with a character that no font has.
    pub fn drawable_labels(&self, fonts: &Fonts) -> Result<Labels> {
        let labels = self.labels(Language::Japanese)?;
        for (name, label) in &labels {
            if let Some(c) = drawn(label).find(|c| *c != "\n" && !fonts.can_draw(c)) {
                let message = Message::new("theme-glyph").with("file", self.shown(LABELS[0]));
                let named = message.with("name", name).with("character", c);
                return Err(Error::new(named.with("code", code_points(c))));
            }
        }
        Ok(labels)
    }
}

/// Draws a sheet, or its changes. If that fails, the error names the row at fault, which drawing fewer rows finds.
pub fn draw_rows<T>(
    sheet: &Sheet,
    changes: Option<&Comparison>,
    draw: impl Fn(&Sheet, Option<&Comparison>) -> Result<T>,
) -> Result<T> {
    let rows = changes.map_or(sheet.rows.len(), |changes| changes.lines.len());
    let draw_first = |count| match changes {
        None => draw(&sheet.first_rows(count), None),
        // The rows to print are those of the comparison.
        Some(changes) => {
            let mut cut = changes.clone();
            cut.lines.truncate(count);
            draw(&sheet.first_rows(0), Some(&cut))
        }
    };
    draw_first(rows).map_err(|error| {
        // A theme may fail in another way with fewer rows: some need at least one.
        let fails = |count| draw_first(count).is_err_and(|other| other == error);
        if rows == 0 || fails(0) {
            return error;
        }
        let counts: Vec<usize> = (1..rows).collect();
        let row = counts.partition_point(|count| !fails(*count));
        let name = changes.map(|changes| changes.line_name(row));
        let (anchor, subject) = name.unwrap_or_else(|| sheet.row_name(row));
        let named = error.message.named("theme-error-row").with("row", anchor);
        let message = named.with("subject", subject);
        Error { message, ..error }
    })
}

#[cfg(test)]
mod tests {
    use crate::content::yaml;
    use std::collections::BTreeMap;

    #[test]
    fn the_official_theme_is_compiled_in_whole() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/official");
        let lying = crate::content::files_below(&folder).expect("the folder is there");
        let compiled = super::OFFICIAL.iter();
        let compiled: Vec<_> = compiled
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect();
        assert_eq!(lying, compiled);
    }

    #[test]
    fn both_languages_have_the_same_words_with_the_same_placeholders() {
        let theme = super::official();
        let [japanese, english] =
            super::LABELS.map(|path| placeholders(theme.text(path).expect("compiled in")));
        assert_eq!(japanese, english);
        assert!(japanese.len() > 100);
        assert_eq!(japanese["as_of_sheet"], ["date"]);
    }

    /// The placeholders of each word, in the order of the alphabet.
    fn placeholders(labels: &str) -> BTreeMap<String, Vec<String>> {
        let labels = yaml::read_words(labels).expect("a flat file of words");
        let placeholders = |label: &str| {
            let parts = label.split('{').skip(1);
            let names = parts.filter_map(|part| Some(part.split_once('}')?.0.to_owned()));
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        };
        let of_each = labels.iter();
        let of_each = of_each.map(|(name, label)| (name.clone(), placeholders(label)));
        of_each.collect()
    }
}
