//! Sheet + theme → the web page (Tera). No HTML is made here; the templates make it.

use crate::compare::Comparison;
use crate::edition::Listing;
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

/// What a page offers beside its sheet.
#[derive(Debug, Default)]
pub struct Surroundings {
    pub downloads: Vec<Download>,
    pub links: Vec<Link>,
}

/// Another page of the site.
#[derive(Debug, Serialize)]
pub struct Link {
    /// From the page it stands on.
    pub href: String,
    /// Name of the label that says what is there.
    pub label: &'static str,
}

/// Renders `site/index.html`.
pub fn render(theme: &Theme, sheet: &Sheet, surroundings: &Surroundings) -> Result<Vec<u8>> {
    let template = Template::new(theme, "site/index.html")?;
    let page = |sheet: &Sheet| {
        let mut context = Context::from_serialize(sheet)?;
        context.insert("downloads", &surroundings.downloads);
        context.insert("links", &surroundings.links);
        Ok(context)
    };
    let html = template.draw(page(sheet)).map_err(|failure| {
        let draw = |rows| template.draw(page(&sheet.first_rows(rows))).err();
        crate::theme::name_row(failure, sheet.rows.len(), draw, |row| sheet.row_name(row))
    })?;
    Ok(html.into_bytes())
}

/// Renders `site/changes.html`: what differs from an older sheet; `sheet` is the newer one.
pub fn render_changes(theme: &Theme, sheet: &Sheet, changes: &Comparison) -> Result<Vec<u8>> {
    let template = Template::new(theme, "site/changes.html")?;
    // The rows stand in the comparison, as far as they are told.
    let around = sheet.first_rows(0);
    let page = |changes: &Comparison| {
        let mut context = Context::from_serialize(&around)?;
        context.insert("changes", changes);
        Ok(context)
    };
    let html = template.draw(page(changes)).map_err(|failure| {
        let draw = |lines| template.draw(page(&changes.first_lines(lines))).err();
        let name = |line| changes.line_name(line);
        crate::theme::name_row(failure, changes.lines.len(), draw, name)
    })?;
    Ok(html.into_bytes())
}

/// Renders `site/verify.html`, on which a reader checks a received copy.
pub fn render_verify(theme: &Theme, sheet: &Sheet, listing: &Listing) -> Result<Vec<u8>> {
    let context = || {
        let mut context = Context::from_serialize(&sheet.first_rows(0))?;
        context.insert("editions", &listing.editions);
        // Within a script element no text may look like its end.
        let json = serde_json::to_string(listing).expect("keys are strings");
        context.insert("editions_json", &json.replace('<', "\\u003c"));
        Ok(context)
    };
    let script = theme.text("site/verify.js")?;
    let context = context().map(|mut context: Context| {
        context.insert("script", script);
        context
    });
    let html = Template::new(theme, "site/verify.html")?.draw(context)?;
    Ok(html.into_bytes())
}

/// A template of the theme, with its style at hand.
struct Template<'a> {
    theme: &'a Theme,
    tera: Tera,
    name: &'static str,
    style: &'a str,
}

impl<'a> Template<'a> {
    fn new(theme: &'a Theme, name: &'static str) -> Result<Template<'a>> {
        let mut tera = Tera::new();
        tera.add_raw_templates(theme.files(".html"))
            .map_err(|error| explain(theme, name, &error))?;
        Ok(Template {
            theme,
            tera,
            name,
            style: theme.text("site/style.css")?,
        })
    }

    fn draw(&self, context: tera::TeraResult<Context>) -> Result<String> {
        let html = context.and_then(|mut context| {
            context.insert("style", self.style);
            self.tera.render(self.name, &context)
        });
        html.map_err(|error| explain(self.theme, self.name, &error))
    }
}

/// Tera's error as one sentence with file and line.
fn explain(theme: &Theme, template: &str, error: &tera::Error) -> Failure {
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
            None => (template, 1, text),
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
