//! Sheet + theme → the pages of the site (Tera). No HTML is made here; the templates make it.
//!
//! Style and script are in the page, allowed by hash only: it needs no other file and runs nothing that was not built.

use crate::manifest::site::{CHANGES, FRONT, VERIFY};
use crate::message::{Error, Result};
use crate::render::theme::{OFFICIAL_FOLDER, Theme, draw_rows};
use crate::{characters::is_dash, compare::Comparison, render::logo::Logo, sheet::Sheet};
use base64ct::{Base64, Encoding};
use regex::Regex;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::{error::Error as _, sync::LazyLock};
use tera::{Context, Kwargs, State, Tera, TeraResult};
use unicode_normalization::UnicodeNormalization;

/// The site around a page; empty for a page by itself.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PageContext {
    /// The path to the top of the site: empty, `../` or `../../`.
    pub base: String,
    /// Its absolute address, if the site's is known.
    pub address: Option<String>,
    /// The absolute address of the front page.
    pub home: Option<String>,
    /// Links to the pages of the site: `href`, `text`, and `current` if it leads to this very page.
    pub nav: Vec<Value>,
    /// The page's languages, none if there is one: `lang`, `name` in it, `way` (relative), `href` (absolute if known).
    pub languages: Vec<Value>,
    pub feed: Option<String>,
    /// The page that checks received copies.
    pub verify: Option<String>,
}

#[derive(Debug)]
pub struct Page {
    pub html: Vec<u8>,
    pub policy: Policy,
}

/// The styles and scripts a page may use, by hash, and nothing else (Content Security Policy).
#[derive(Debug, Default, Clone)]
pub struct Policy {
    styles: BTreeSet<String>,
    scripts: BTreeSet<String>,
}

impl Policy {
    pub fn extend(&mut self, other: Policy) {
        self.styles.extend(other.styles);
        self.scripts.extend(other.scripts);
    }

    /// The policy as browsers read it.
    pub fn text(&self) -> String {
        let [styles, scripts] = [&self.styles, &self.scripts].map(|hashes| match hashes.len() {
            0 => "'none'".to_owned(),
            _ => Vec::from_iter(hashes.iter().cloned()).join(" "),
        });
        format!(
            "default-src 'none'; style-src {styles}; script-src {scripts}; img-src data:; base-uri 'none'; form-action 'none'"
        )
    }

    /// The security headers of the site, which the office copies into its server's configuration.
    pub fn headers(&self, syntax: HeaderSyntax) -> String {
        // Only the server can forbid other sites to frame a page; the page itself cannot.
        let security_policy = format!("{}; frame-ancestors 'none'", self.text());
        let headers = [
            ("Content-Security-Policy", security_policy.as_str()),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ];
        let line = |(name, value): (&str, &str)| match syntax {
            HeaderSyntax::Nginx => format!("add_header {name} \"{value}\" always;\n"),
            HeaderSyntax::Apache => format!("Header always set {name} \"{value}\"\n"),
            HeaderSyntax::HeadersFile => format!("  {name}: {value}\n"),
        };
        let lines: String = headers.map(line).concat();
        let (first, last) = match syntax {
            HeaderSyntax::Nginx => (
                "# in the `location` of the site",
                "# and, with the way to it on the server: error_page 404 /404.html;\n",
            ),
            HeaderSyntax::Apache => ("# .htaccess in the site's folder; needs mod_headers", ""),
            HeaderSyntax::HeadersFile => ("/*", ""),
        };
        format!("{first}\n{lines}{last}")
    }
}

/// The server software, or the file, that the headers are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum HeaderSyntax {
    Nginx,
    Apache,
    /// The file of some hosts of static sites.
    #[value(name = "_headers")]
    HeadersFile,
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
        tera.register_filter("dial", |it: &str, _: Kwargs, _: &State| dial(it));
        tera.add_raw_templates(templates)
            .map_err(|error| explain(theme, "site/index.html", &error))?;
        tera.global_context().insert("tokens", &theme.tokens);
        let logo = theme.logo.as_ref().map(Logo::address);
        tera.global_context().insert("logo", &logo);
        Ok(Pages { theme, tera })
    }

    /// The sheet as a page of its own; `more` are `downloads`, `data` and `archived`.
    pub fn sheet(&self, sheet: &Sheet, site: &PageContext, more: &Value) -> Result<Page> {
        draw_rows(sheet, None, |rows, _| self.page(FRONT, rows, site, more))
    }

    /// The changes from an older sheet; `sheet` is the newer one.
    pub fn changes(&self, sheet: &Sheet, changes: &Comparison, site: &PageContext) -> Result<Page> {
        draw_rows(sheet, Some(changes), |around, changes| {
            let more = BTreeMap::from([("changes", changes)]);
            self.page(CHANGES, around, site, &more)
        })
    }

    /// The page or file of that name; its variables are the fields of the sheet, `site`, and those of `more`.
    pub fn page(
        &self,
        name: &str,
        sheet: &Sheet,
        site: &PageContext,
        more: &impl Serialize,
    ) -> Result<Page> {
        let script_file = match name {
            FRONT => "site/page.js",
            VERIFY => "site/verify.js",
            _ => "",
        };
        // Trimmed, because some checkers leave white space around a text out of its hash.
        let script = self.theme.text(script_file).map(str::trim);
        let template = format!("site/{name}");
        let draw = || -> TeraResult<Page> {
            let mut context = Context::from_serialize(sheet)?;
            context.insert("site", site);
            context.extend(Context::from_serialize(more)?);
            // A style is a template too, because it may print labels.
            let mut styles = self.tera.render("site/style.css", &context)?;
            if name == CHANGES {
                styles += &format!("\n{}", self.tera.render("site/changes.css", &context)?);
            }
            let style = styles.trim();
            let policy = Policy {
                styles: [hash(style)].into(),
                scripts: script.map(hash).into_iter().collect(),
            };
            let mut own = policy.clone();
            // Browsers do not run data in a script element, but checkers count it as a script.
            let data = context.get("data").and_then(tera::Value::as_str);
            own.scripts.extend(data.map(hash));
            context.insert("style", style);
            context.insert("script", &script);
            context.insert("policy", &own.text());
            let html = self.tera.render(&template, &context)?.into_bytes();
            Ok(Page { html, policy })
        };
        draw().map_err(|error| explain(self.theme, &template, &error))
    }
}

/// The one telephone number in a text, as a link dials it; an empty text if there is none, or several.
fn dial(text: &str) -> String {
    let plain: String = text.nfkc().collect();
    let plain = plain.replace(|c| c == 'ー' || is_dash(c), "-");
    let mut numbers = NUMBER.find_iter(&plain);
    match (numbers.next(), numbers.next()) {
        // A letter or digit right behind the number is a slip.
        (Some(only), None) if !plain[only.end()..].starts_with(char::is_alphanumeric) => {
            // The (0) of an international number is dialled within the country only.
            only.as_str()
                .replace("(0)", "")
                .replace(['(', ')', ' '], "")
        }
        _ => String::new(),
    }
}

/// Nine digits or more, with what stands between them.
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\+?\(?[0-9](?:[-() ]*[0-9]){8,14}").expect("a valid pattern"));

/// A style or script as a policy names it.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", Base64::encode_string(&Sha256::digest(text)))
}

/// JSON for a script element, in which no text may look like the element's end.
pub fn inert(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("keys are strings");
    json.replace('<', "\\u003c")
}

fn explain(theme: &Theme, template: &str, error: &tera::Error) -> Error {
    let text = error.to_string();
    let place = Regex::new(r"--> (.+):(\d+):\d+").expect("a valid pattern");
    let Some((_, [file, number])) = place.captures(&text).map(|it| it.extract()) else {
        // An error about a whole template quotes its name.
        let quoted = text.split('\'').nth(1);
        let named = quoted.filter(|name| theme.text(name).is_some());
        return theme.failure(named.unwrap_or(template), 1, text.clone());
    };
    let first = text.lines().next().unwrap_or_default();
    let source = error.source().map(|source| format!(": {source}"));
    let cause = first.trim_start_matches("error: ").to_owned();
    let line = number.parse().unwrap_or(1);
    theme.failure(file, line, cause + &source.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::dial;

    #[test]
    fn a_link_dials_one_number_or_none() {
        for (written, dialled) in [
            ("03-0000-0000", "03-0000-0000"),
            ("０３－００００－００００", "03-0000-0000"),
            ("03-0000-0000（代表）", "03-0000-0000"),
            ("代表 03ー0000ー0000 内線 12", "03-0000-0000"),
            ("(03)1234-5678", "031234-5678"),
            ("+81 3-1234-5678", "+813-1234-5678"),
            ("0312345678", "0312345678"),
            ("03-0000-0000、03-1111-1111", ""),
            ("03-0000-0000 / 03-1111-1111", ""),
            ("内線 12", ""),
            ("+81 (0)3-0000-0000", "+813-0000-0000"),
            ("03-0000-000O", ""),
            ("03-0000-00000000000000", ""),
        ] {
            assert_eq!(dial(written), dialled, "{written}");
        }
    }
}
