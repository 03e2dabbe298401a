//! Sheet + theme → the pages of the site (Tera). No HTML is made here; the templates make it.
//!
//! Style and script are part of the page and are allowed by their hash only: a page needs no other
//! file, works in any folder, and runs nothing that was not built.

use crate::compare::Comparison;
use crate::date;
use crate::edition::Listing;
use crate::message::{Error, Message, Result};
use crate::model::ProsePage;
use crate::render::logo::Logo;
use crate::render::theme::{OFFICIAL_FOLDER, Theme, name_row};
use crate::sheet::Sheet;
use base64ct::{Base64, Encoding};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;
use tera::{Context, ErrorKind, Tera, TeraResult};

/// The site around a page; empty for a page by itself.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PageContext {
    /// The path to the top of the site: empty, `../` or `../../`.
    pub base: String,
    /// Its absolute address, if the site's is known.
    pub address: Option<String>,
    /// The absolute address of the front page.
    pub home: Option<String>,
    pub nav: Vec<NavLink>,
    /// Its languages; none if there is only one.
    pub languages: Vec<LanguageLink>,
    pub feed: Option<String>,
    /// The page that checks received copies.
    pub verify: Option<String>,
}

/// A link to another page of the site.
#[derive(Debug, Clone, Serialize)]
pub struct NavLink {
    pub href: String,
    pub text: String,
    /// True if it leads to this very page.
    pub current: bool,
}

/// The same page in a language.
#[derive(Debug, Clone, Serialize)]
pub struct LanguageLink {
    pub lang: &'static str,
    /// The language's name in that language.
    pub name: &'static str,
    /// Absolute, if the site's address is known.
    pub href: String,
    /// Relative.
    pub way: String,
}

/// The parts of a sheet's page beside the sheet.
#[derive(Debug, Default)]
pub struct PageExtras {
    pub downloads: Vec<Download>,
    /// For search engines.
    pub linked_data: Value,
    /// Only on an edition's own page.
    pub archived: Option<ArchivedEdition>,
}

/// A file that the page offers.
#[derive(Debug, Serialize)]
pub struct Download {
    pub href: String,
    pub label: String,
    pub size: String,
}

/// The edition as its own page describes it.
#[derive(Debug, Serialize)]
pub struct ArchivedEdition {
    pub superseded_by: Option<String>,
    pub digests: Vec<ReaderDigest>,
    /// True if a page compares it with the edition before.
    pub changes: bool,
}

#[derive(Debug, Serialize)]
pub struct ReaderDigest {
    pub audience: &'static str,
    /// The anchor that the code on a signed copy leads to.
    pub start: String,
    pub whole: String,
}

/// A finished page.
#[derive(Debug)]
pub struct HtmlPage {
    pub html: Vec<u8>,
    pub policy: Policy,
}

/// The styles and scripts a page may use, by hash, and nothing else (Content Security Policy).
#[derive(Debug, Default)]
pub struct Policy {
    styles: BTreeSet<String>,
    scripts: BTreeSet<String>,
    /// Data in a script element. Browsers do not run it, but checkers count it as a script.
    data: BTreeSet<String>,
}

impl Policy {
    /// Adds the styles and scripts of another policy.
    pub fn extend(&mut self, other: Policy) {
        self.styles.extend(other.styles);
        self.scripts.extend(other.scripts);
    }

    /// The policy as browsers read it.
    pub fn text(&self) -> String {
        let list = |hashes: &BTreeSet<String>| {
            if hashes.is_empty() {
                "'none'".to_owned()
            } else {
                Vec::from_iter(hashes.iter().cloned()).join(" ")
            }
        };
        format!(
            "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
            list(&self.styles),
            list(&self.scripts.union(&self.data).cloned().collect())
        )
    }
}

/// The files a page is made of.
struct PageAssets {
    template: &'static str,
    /// In this order; a style is a template too, because it may print labels.
    styles: &'static [&'static str],
    script: Option<&'static str>,
}

const STYLE: &str = "site/style.css";

const SHEET: PageAssets = assets("site/index.html", &[STYLE], Some("site/page.js"));
const CHANGES: PageAssets = assets("site/changes.html", &[STYLE, "site/changes.css"], None);
const VERIFY: PageAssets = assets("site/verify.html", &[STYLE], Some("site/verify.js"));
const EDITIONS: PageAssets = assets("site/editions.html", &[STYLE], None);
const PROSE: PageAssets = assets("site/prose.html", &[STYLE], None);
const ENDED: PageAssets = assets("site/ended.html", &[STYLE], None);
const MISSING: PageAssets = assets("site/404.html", &[STYLE], None);

const fn assets(
    template: &'static str,
    styles: &'static [&'static str],
    script: Option<&'static str>,
) -> PageAssets {
    PageAssets {
        template,
        styles,
        script,
    }
}

/// The templates of a theme, read once.
pub struct Pages<'a> {
    theme: &'a Theme,
    tera: Tera,
}

impl<'a> Pages<'a> {
    pub fn new(theme: &'a Theme) -> Result<Pages<'a>> {
        let mut tera = Tera::new();
        // A component of an own file replaces the official one of the same name.
        tera.set_fallback_prefixes([OFFICIAL_FOLDER])
            .expect("there are no templates yet");
        let extensions = [".html", ".css", ".xml", ".txt"];
        let templates = extensions.iter().flat_map(|ending| theme.files(ending));
        tera.add_raw_templates(templates)
            .map_err(|error| explain(theme, SHEET.template, &error))?;
        tera.global_context().insert("tokens", &theme.tokens);
        let logo = theme.logo.as_ref().map(Logo::address);
        tera.global_context().insert("logo", &logo);
        Ok(Pages { theme, tera })
    }

    /// The sheet as a page: the front page, or the page of an issued edition.
    pub fn sheet(
        &self,
        sheet: &Sheet,
        place: &PageContext,
        extras: &PageExtras,
    ) -> Result<HtmlPage> {
        let data = inert(&extras.linked_data);
        let page = |sheet: &Sheet| {
            let mut context = variables(sheet, place, &json!({}))?;
            context.insert("downloads", &extras.downloads);
            context.insert("archived", &extras.archived);
            context.insert("data", &data);
            Ok(context)
        };
        self.draw(&SHEET, page(sheet)).map_err(|error| {
            let draw = |rows| self.draw(&SHEET, page(&sheet.first_rows(rows))).err();
            name_row(error, sheet.rows.len(), draw, |row| sheet.row_name(row))
        })
    }

    /// The changes from an older sheet; `sheet` is the newer one.
    pub fn changes(
        &self,
        sheet: &Sheet,
        changes: &Comparison,
        place: &PageContext,
    ) -> Result<HtmlPage> {
        // The rows to print are those of the comparison.
        let around = sheet.first_rows(0);
        let page = |changes: &Comparison| {
            let mut context = variables(&around, place, &json!({}))?;
            context.insert("changes", changes);
            Ok(context)
        };
        self.draw(&CHANGES, page(changes)).map_err(|error| {
            let draw = |lines| self.draw(&CHANGES, page(&changes.first_lines(lines))).err();
            name_row(error, changes.lines.len(), draw, |line| {
                changes.line_name(line)
            })
        })
    }

    /// The days of a listing as the pages print them, by their ISO form.
    fn days(around: &Sheet, listing: &Listing) -> BTreeMap<String, String> {
        let print = |day: Date| match around.lang {
            "en" => date::print_english(day),
            _ => date::print(day, around.document.date_style),
        };
        let editions = listing.editions.iter();
        let issued = editions.flat_map(|it| [it.date, it.issued_on]);
        let withdrawn = listing.editions.iter().flat_map(|it| &it.withdrawn);
        let ended = withdrawn.chain(listing.lost.iter().map(|it| &it.ending));
        let days = issued.chain(ended.map(|ending| ending.on));
        days.map(|day| (day.to_string(), print(day))).collect()
    }

    /// The page that checks received copies.
    pub fn verify(
        &self,
        around: &Sheet,
        listing: &Listing,
        place: &PageContext,
    ) -> Result<HtmlPage> {
        let more = json!({"editions": listing.editions, "lost": listing.lost, "days": Self::days(around, listing), "data": inert(listing)});
        self.draw(&VERIFY, variables(around, place, &more))
    }

    /// The list of all issued editions; those in `compared` have a page of changes.
    pub fn editions(
        &self,
        around: &Sheet,
        listing: &Listing,
        compared: &[&str],
        place: &PageContext,
    ) -> Result<HtmlPage> {
        let more = json!({
            "editions": listing.editions,
            "lost": listing.lost,
            "compared": compared,
            "days": Self::days(around, listing),
        });
        self.draw(&EDITIONS, variables(around, place, &more))
    }

    /// A page of the office's own prose.
    pub fn prose(
        &self,
        around: &Sheet,
        prose: &ProsePage,
        place: &PageContext,
    ) -> Result<HtmlPage> {
        let more = json!({"heading": prose.title, "prose": prose.html});
        self.draw(&PROSE, variables(around, place, &more))
    }

    /// The page of an edition that was withdrawn or lost; also the front page if it was the newest.
    pub fn ended(
        &self,
        around: &Sheet,
        listing: &Listing,
        place: &PageContext,
        ended: Value,
    ) -> Result<HtmlPage> {
        let more = json!({"ended": ended, "days": Self::days(around, listing)});
        self.draw(&ENDED, variables(around, place, &more))
    }

    /// The page for an address that does not exist.
    pub fn missing(&self, around: &Sheet, place: &PageContext) -> Result<HtmlPage> {
        self.draw(&MISSING, variables(around, place, &json!({})))
    }

    /// A file that machines read: `robots.txt`, `feed.xml`, ….
    pub fn text(
        &self,
        name: &str,
        around: &Sheet,
        place: &PageContext,
        more: Value,
    ) -> Result<Vec<u8>> {
        let template = format!("site/{name}");
        let text = variables(around, place, &more)
            .and_then(|context| self.tera.render(&template, &context));
        text.map(String::into_bytes)
            .map_err(|error| explain(self.theme, &template, &error))
    }

    fn draw(&self, assets: &PageAssets, context: TeraResult<Context>) -> Result<HtmlPage> {
        // Trimmed, because some checkers leave white space around a text out of its hash.
        let script = match assets.script {
            Some(name) => Some(self.theme.text(name)?.trim()),
            None => None,
        };
        let drawn = context.and_then(|mut context| {
            let render = |name: &&str| self.tera.render(name, &context);
            let styles: TeraResult<Vec<_>> = assets.styles.iter().map(render).collect();
            let joined = styles?.join("\n");
            let style = joined.trim();
            let data = context.get("data").and_then(tera::Value::as_str);
            let policy = Policy {
                styles: [hash(style)].into(),
                scripts: script.map(hash).into_iter().collect(),
                data: data.map(hash).into_iter().collect(),
            };
            context.insert("style", style);
            context.insert("script", &script);
            context.insert("policy", &policy.text());
            let html = self.tera.render(assets.template, &context)?.into_bytes();
            Ok(HtmlPage { html, policy })
        });
        drawn.map_err(|error| explain(self.theme, assets.template, &error))
    }
}

/// The variables of a template: the fields of the sheet, `site`, and those of `more`.
fn variables(sheet: &Sheet, place: &PageContext, more: &impl Serialize) -> TeraResult<Context> {
    let mut context = Context::from_serialize(sheet)?;
    context.insert("site", place);
    context.extend(Context::from_serialize(more)?);
    Ok(context)
}

/// A style or script as a policy names it.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text);
    format!("'sha256-{}'", Base64::encode_string(&digest))
}

/// JSON for a script element, in which no text may look like the element's end.
fn inert(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("keys are strings");
    json.replace('<', "\\u003c")
}

/// Makes one message with file and line of Tera's error.
fn explain(theme: &Theme, template: &str, error: &tera::Error) -> Error {
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
    Error::new(message).caused_by(cause)
}

/// Parses ` --> site/index.html:2:12`: some errors name file and line in their text only.
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
