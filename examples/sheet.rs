//! Writes the files that Typst sees of one rendering into a folder. Theme authors can then use Typst's
//! own command line or the preview of an editor.
//!
//! ```text
//! cargo run --example sheet -- . client /tmp/client
//! typst watch --root /tmp/client --font-path fonts --features a11y-extras /tmp/client/sheet.typ
//! ```
//!
//! The main file of a proof is `proof.typ`. Its findings and line numbers are left out here.

use safeguard::check::{self, CheckInput};
use safeguard::edition::Version;
use safeguard::manifest::DATA;
use safeguard::message::{Catalog, Language};
use safeguard::render::pdf::Fonts;
use safeguard::render::theme;
use safeguard::sheet::{self, LayoutOptions, Rendering};
use safeguard::{content, data};
use std::error::Error;
use std::path::Path;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [project, kind, folder] = arguments.as_slice() else {
        return Err("three arguments: DIR site|client|seal|proof FOLDER".into());
    };
    let rendering = match kind.as_str() {
        "site" => Rendering::SitePdf,
        "client" => Rendering::ClientPdf,
        "seal" => Rendering::SealPdf,
        "proof" => Rendering::Proof,
        _ => return Err("no such rendering: site, client, seal or proof".into()),
    };
    write(Path::new(project), rendering, Path::new(folder))
}

fn write(project: &Path, rendering: Rendering, folder: &Path) -> Result<()> {
    let content = content::load(project).map_err(format_error)?;
    // Of the four, only the proof is judged by the day.
    let sheet_record = content.sheet.as_ref().map(|sheet| &sheet.record);
    let today = sheet_record.map(|record| record.date.0).unwrap_or_default();
    let fonts = Fonts::compiled_in();
    let input = CheckInput {
        content: &content,
        today,
        can_draw: &|text| fonts.can_draw(text),
    };
    let register = check::check(&input)
        .register
        .ok_or("the content has errors: `safeguard check` prints them")?;
    let theme = theme::of(project, &content).map_err(format_error)?;
    let labels = theme.labels(Language::Japanese).map_err(format_error)?;
    let (edition, id) = (None, register.date.to_string());
    let options = LayoutOptions::new(rendering, today, Version { edition, id });
    let sheet = sheet::lay_out(&register, &options, &labels);

    let put = |path: &str, bytes: &[u8]| {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, bytes)
    };
    put("sheet.json", &data::pretty(&sheet))?;
    put("tokens.json", &data::pretty(&theme.tokens))?;
    put("attempt.json", b"{\"steady\": false}")?;
    put(DATA, &data::json(&sheet, &register, None))?;
    if let Some(logo) = &theme.logo {
        put(&logo.name, &logo.bytes)?;
    }
    for (path, text) in theme.files(".typ") {
        put(path, text.as_bytes())?;
    }
    Ok(())
}

fn format_error(error: safeguard::message::Error) -> Box<dyn Error> {
    let cause = error
        .cause
        .map_or_else(String::new, |cause| format!(" ({cause})"));
    let message = Catalog::of(Language::English).format(&error.message);
    format!("{message}{cause}").into()
}
