//! The theme: how a sheet looks. The official one is compiled in; a project's own files win over it one by one.

use crate::content::yaml;
use crate::message::{Failure, Message, Result};
use crate::sheet::{Labels, Sheet};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// Files of a theme by their path in it.
#[derive(Debug)]
pub struct Theme {
    pub name: String,
    files: BTreeMap<String, ThemeFile>,
}

#[derive(Debug)]
struct ThemeFile {
    text: Cow<'static, str>,
    /// Where it lies, as errors name it.
    shown: String,
}

/// The official theme, as it lies in `themes/official`.
const OFFICIAL: [(&str, &str); 6] = [
    (
        "labels.ja.yaml",
        include_str!("../themes/official/labels.ja.yaml"),
    ),
    ("parts.typ", include_str!("../themes/official/parts.typ")),
    ("proof.typ", include_str!("../themes/official/proof.typ")),
    ("sheet.typ", include_str!("../themes/official/sheet.typ")),
    (
        "site/index.html",
        include_str!("../themes/official/site/index.html"),
    ),
    (
        "site/style.css",
        include_str!("../themes/official/site/style.css"),
    ),
];

/// Takes the official theme and lays the files of `themes/<name>/` over it.
pub fn load(project: &Path, name: &str) -> Result<Theme> {
    let official = OFFICIAL.map(|(path, text)| {
        let shown = format!("themes/official/{path}");
        (
            path.to_owned(),
            ThemeFile {
                text: text.into(),
                shown,
            },
        )
    });
    let mut files = BTreeMap::from(official);
    let folder = project.join("themes").join(name);
    if name != "official" && !folder.is_dir() {
        return Err(Failure::new(Message::new("no-theme").with("theme", name)));
    }
    for (path, text) in crate::content::texts_below(&folder)? {
        let shown = format!("themes/{name}/{path}");
        files.insert(
            path,
            ThemeFile {
                text: text.into(),
                shown,
            },
        );
    }
    Ok(Theme {
        name: name.to_owned(),
        files,
    })
}

impl Theme {
    /// The text of a file of the theme.
    pub fn text(&self, path: &str) -> Result<&str> {
        let file = self.files.get(path);
        file.map(|file| &*file.text)
            .ok_or_else(|| Failure::new(Message::new("theme-lacks").with("file", path)))
    }

    /// Path and text of every file that ends so.
    pub fn files<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let files = self
            .files
            .iter()
            .filter(move |(path, _)| path.ends_with(ending));
        files.map(|(path, file)| (path.as_str(), &*file.text))
    }

    /// A file's path in the project, for errors.
    pub fn shown<'a>(&'a self, path: &'a str) -> &'a str {
        self.files.get(path).map_or(path, |file| &file.shown)
    }

    /// The theme's words. The official ones stand in where a theme's own file lacks one.
    pub fn labels(&self) -> Result<Labels> {
        let path = "labels.ja.yaml";
        let read = |text: &str| {
            let message = Message::new("theme-labels").with("file", self.shown(path));
            yaml::read_words(text).map_err(|error| Failure::new(message).because(error))
        };
        let mut labels = read(OFFICIAL[0].1)?;
        labels.extend(read(self.text(path)?)?);
        Ok(labels)
    }
}

/// Adds the row a theme stumbles over, found by drawing fewer of them; `fails` says whether the first so many rows do.
pub fn name_row(failure: Failure, sheet: &Sheet, fails: impl Fn(usize) -> bool) -> Failure {
    if fails(0) || sheet.rows.is_empty() {
        return failure;
    }
    let (mut sound, mut failing) = (0, sheet.rows.len());
    while failing - sound > 1 {
        let middle = sound + (failing - sound) / 2;
        match fails(middle) {
            true => failing = middle,
            false => sound = middle,
        }
    }
    let row = &sheet.rows[failing - 1];
    let subject = row
        .subject
        .paragraphs
        .first()
        .map(|words| crate::text::plain(words));
    let message = failure
        .message
        .named("theme-error-row")
        .with("row", &row.anchor)
        .with("subject", subject.unwrap_or_default());
    Failure { message, ..failure }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_official_theme_is_compiled_in_whole() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/official");
        let lying = crate::content::texts_below(&folder).expect("the folder is there");
        let compiled = super::OFFICIAL.map(|(path, text)| (path.to_owned(), text.to_owned()));
        assert_eq!(lying, compiled);
    }
}
