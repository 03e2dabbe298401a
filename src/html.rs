//! Sheet + theme → the web page (Tera). No HTML is made here; the templates make it.

use crate::message::{Failure, Message, Result};
use crate::sheet::Sheet;
use crate::theme::Theme;
use serde::Serialize;
use std::error::Error as _;
use tera::{Context, ErrorKind, Tera};

/// A file the page offers.
#[derive(Debug, Serialize)]
pub struct Download {
    pub href: &'static str,
    pub label: &'static str,
    pub size: String,
}

/// Renders `site/index.html`.
pub fn render(theme: &Theme, sheet: &Sheet, downloads: &[Download]) -> Result<Vec<u8>> {
    let mut tera = Tera::new();
    tera.add_raw_templates(theme.files(".html"))
        .map_err(|error| explain(theme, &error))?;
    let style = theme.text("site/style.css")?;
    let page = |sheet: &Sheet| {
        let mut context = Context::from_serialize(sheet)?;
        context.insert("style", style);
        context.insert("downloads", downloads);
        tera.render("site/index.html", &context)
    };
    let html = page(sheet).map_err(|error| {
        let draw = |rows| Some(explain(theme, &page(&sheet.first_rows(rows)).err()?));
        crate::theme::name_row(explain(theme, &error), sheet, draw)
    })?;
    Ok(html.into_bytes())
}

/// Tera's error as one sentence with file and line.
fn explain(theme: &Theme, error: &tera::Error) -> Failure {
    let text = error.to_string();
    let (file, line, cause) = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let source = error.source().map(|source| format!(": {source}"));
            let cause = format!("{}{}", report.message(), source.unwrap_or_default());
            (report.filename(), report.span().start_line, cause)
        }
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => {
            (tpl.as_str(), 1, text)
        }
        ErrorKind::MissingParent { current, .. } => (current.as_str(), 1, text),
        _ => match pointed_at(&text) {
            Some((file, line)) => (file, line, first_line(&text)),
            None => ("site/index.html", 1, text),
        },
    };
    let message = Message::new("theme-error")
        .with("file", theme.shown(file))
        .with("line", line);
    Failure::new(message).because(cause)
}

/// File and line of ` --> site/index.html:2:12`: some errors tell their place in their text only.
fn pointed_at(text: &str) -> Option<(&str, usize)> {
    let (_, place) = text.lines().find_map(|line| line.split_once("--> "))?;
    let mut parts = place.rsplitn(3, ':').skip(1);
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?, line))
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}
