//! `safeguard init`: the starting point of a theme of one's own.

use super::{RunOptions, Session};
use crate::data;
use crate::issue::Version;
use crate::message::{Error, Language, Message, Result};
use crate::output;
use crate::render::theme::{self, SAMPLE_FOLDER};
use crate::render::tokens::TOKENS;
use crate::sheet::{self, Rendering};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(clap::Args)]
pub struct Init {
    #[arg(long, value_name = "NAME")]
    theme: String,
    #[command(flatten)]
    pub(super) run: RunOptions,
}

/// An example in the list of fields is at most this long.
const EXAMPLE_LETTERS: usize = 40;

impl Init {
    /// Writes a new folder in themes/. Returns false, with nothing written, if the content has errors.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let name = &self.theme;
        let refused = |id| Error::new(Message::new(id).with("theme", name));
        if !theme::is_name(name) {
            return Err(refused("init-name"));
        }
        let folder = session.options.directory.join("themes").join(name);
        if folder.exists() {
            return Err(refused("init-exists"));
        }
        let Some(project) = session.open()? else {
            return Ok(false);
        };
        let version = Version::of(&project.register, project.content.newest_edition());
        let options = version.layout(Rendering::ClientPdf, session.today());
        let labels = project.theme.labels(Language::Japanese)?;
        let sheet = sheet::lay_out(&project.register, &options, &labels);
        let json = serde_json::to_value(&sheet).expect("keys are strings");
        let readme = include_str!("init/README.md").replace("{name}", name);
        let files = [
            (
                TOKENS.to_owned(),
                commented_out(theme::official().text(TOKENS).unwrap_or_default()),
            ),
            ("README.md".to_owned(), readme),
            (format!("{SAMPLE_FOLDER}fields.md"), list_fields(&json)),
        ];
        let cannot_write = |error| {
            let message = Message::new("cannot-write").with("path", folder.display());
            Error::new(message).caused_by(error)
        };
        std::fs::create_dir_all(folder.join(SAMPLE_FOLDER)).map_err(cannot_write)?;
        for (path, text) in files {
            output::write_file(&folder.join(path), text.as_bytes())?;
        }
        let sample = folder.join(SAMPLE_FOLDER).join("sheet.json");
        output::write_file(&sample, &data::pretty(&json))?;
        session.print_message(&Message::new("init-done").with("theme", name))?;
        Ok(true)
    }
}

/// Puts a `#` before every line with a value.
fn commented_out(tokens: &str) -> String {
    let line = |line: &str| match line.chars().next() {
        None | Some('#') => format!("{line}\n"),
        Some(_) => format!("#{line}\n"),
    };
    tokens.lines().map(line).collect()
}

/// A table of the fields of a sheet. A field that occurs several times has its first example.
fn list_fields(sheet: &Value) -> String {
    let mut fields = BTreeMap::new();
    collect("", sheet, &mut fields);
    let mut table = String::from("| `sheet.json` | type | example |\n|---|---|---|\n");
    for (path, (kind, example)) in fields {
        let example = example.replace(['|', '`', '\n'], " ");
        let example: String = example.chars().take(EXAMPLE_LETTERS).collect();
        table.push_str(&format!("| `{path}` | {kind} | {example} |\n"));
    }
    table
}

fn collect(path: &str, value: &Value, fields: &mut BTreeMap<String, (&'static str, String)>) {
    let (kind, example) = match value {
        Value::Object(map) => {
            for (name, value) in map {
                // The labels are listed in their own files.
                if path.is_empty() && name == "labels" {
                    fields.insert(name.clone(), ("object", "labels.ja.yaml".to_owned()));
                    continue;
                }
                let dot = if path.is_empty() { "" } else { "." };
                collect(&format!("{path}{dot}{name}"), value, fields);
            }
            return;
        }
        Value::Array(list) if !list.is_empty() => {
            for value in list {
                collect(&format!("{path}[]"), value, fields);
            }
            return;
        }
        Value::Array(_) => ("list", String::new()),
        Value::Null => ("null", String::new()),
        Value::Bool(it) => ("boolean", it.to_string()),
        Value::Number(it) => ("number", it.to_string()),
        Value::String(it) => ("string", it.clone()),
    };
    let field = fields
        .entry(path.to_owned())
        .or_insert((kind, String::new()));
    if field.1.is_empty() {
        *field = (kind, example);
    }
}
