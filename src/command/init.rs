//! `safeguard init`: the starting point of a theme of one's own.

use super::diff::{WORKING, sheet_of};
use super::{RunOptions, Session};
use crate::message::{Error, Message, Result};
use crate::render::theme::{self, SAMPLE_FOLDER};
use crate::{data, model::Audience, output, render::tokens::TOKENS};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(clap::Args)]
pub struct Init {
    #[arg(long, value_name = "NAME")]
    theme: String,
    #[command(flatten)]
    pub(super) run: RunOptions,
}

impl Init {
    /// Writes a new folder in themes/. Returns false, with nothing written, if the content has errors.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let name = &self.theme;
        let refused = |id| Error::new(id).with("theme", name);
        if !theme::is_name(name) {
            return Err(refused("init-name"));
        }
        let folder = session.directory.join("themes").join(name);
        if folder.exists() {
            return Err(refused("init-exists"));
        }
        let Some(project) = session.open()? else {
            return Ok(false);
        };
        let (sheet, _) = sheet_of(&project, WORKING, Audience::Client)?;
        let json = serde_json::to_value(&sheet).expect("keys are strings");
        let readme = include_str!("init/README.md").replace("{name}", name);
        let official = theme::official();
        // Every line with a value becomes a comment.
        let value = regex::Regex::new("(?m)^[^#\r\n]").expect("a valid expression");
        let tokens = value.replace_all(official.text(TOKENS).unwrap_or_default(), "#$0");
        let samples = folder.join(SAMPLE_FOLDER);
        std::fs::create_dir_all(&samples).map_err(output::failed(&folder))?;
        for (path, bytes) in [
            (folder.join(TOKENS), tokens.as_bytes().into()),
            (folder.join("README.md"), readme.into()),
            (samples.join("fields.md"), list_fields(&json).into()),
            (samples.join("sheet.json"), data::pretty(&json)),
        ] {
            output::write_file(&path, &bytes)?;
        }
        session.print_message(Message::new("init-done").with("theme", name))?;
        Ok(true)
    }
}

/// A table of the fields of a sheet. A field that occurs several times has its first example, 40 letters of it at most.
fn list_fields(sheet: &Value) -> String {
    // The labels are listed in their own files.
    let labels = ("object", "labels.ja.yaml".to_owned());
    let mut fields = BTreeMap::from([("labels".to_owned(), labels)]);
    collect("", sheet, &mut fields);
    let mut table = String::from("| `sheet.json` | type | example |\n|---|---|---|\n");
    for (path, (kind, example)) in fields {
        let line = example.replace(['|', '`', '\n'], " ");
        let beginning: String = line.chars().take(40).collect();
        table.push_str(&format!("| `{path}` | {kind} | {beginning} |\n"));
    }
    table
}

fn collect(path: &str, value: &Value, fields: &mut BTreeMap<String, (&'static str, String)>) {
    let (kind, example) = match value {
        _ if path == "labels" => return,
        Value::Object(map) => {
            let dot = if path.is_empty() { "" } else { "." };
            for (name, value) in map {
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
    let field = fields.entry(path.to_owned()).or_default();
    if field.1.is_empty() {
        *field = (kind, example);
    }
}
