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
        let fails = |rows: usize| page(&sheet.first_rows(rows)).is_err();
        crate::theme::name_row(explain(theme, &error), sheet, fails)
    })?;
    Ok(html.into_bytes())
}

/// Tera's error as one sentence with file and line.
fn explain(theme: &Theme, error: &tera::Error) -> Failure {
    let report = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => report,
        _ => {
            let message = Message::new("theme-error")
                .with("file", "*.html")
                .with("line", 1);
            return Failure::new(message).because(error);
        }
    };
    let source = error
        .source()
        .map(|source| format!(": {source}"))
        .unwrap_or_default();
    let message = Message::new("theme-error")
        .with("file", theme.shown(report.filename()))
        .with("line", report.span().start_line);
    Failure::new(message).because(format!("{}{source}", report.message()))
}
