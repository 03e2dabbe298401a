//! Pages of prose: the targets of their links, and the checked pages.

use super::links::{anchors, broken, leads_out};
use super::{CheckInput, Findings};
use crate::content::{Content, PageFile};
use crate::diagnostic::Origin;
use crate::manifest::site::{FRONT, LINKABLE, VERIFY};
use crate::message::Language;
use crate::model::ProsePage;
use std::collections::BTreeSet;

/// The linkable files that an English site has too.
const IN_ENGLISH_TOO: [&str; 2] = [FRONT, VERIFY];

/// The targets that a link of a page can have.
struct LinkTargets<'a> {
    /// Anchors of the front page: sections, items, rows.
    rows: &'a BTreeSet<String>,
    pages: &'a [PageFile],
}

impl LinkTargets<'_> {
    /// The address of a link in the site; `None` if it leads nowhere.
    fn address(&self, from: &PageFile, link: &str) -> Option<String> {
        if leads_out(link) {
            return Some(link.to_owned());
        }
        let (lang, path) = match link.split_once('#') {
            Some(("", anchor)) if from.has_heading(anchor) => (from.lang, link.to_owned()),
            Some(("" | FRONT, row)) if self.rows.contains(row) => {
                (from.lang, format!("{FRONT}#{row}"))
            }
            Some((path, anchor)) => {
                let page = self.page(from.lang, path)?;
                let heading = page.has_heading(anchor).then_some(anchor)?;
                (page.lang, format!("{}.html#{heading}", page.name))
            }
            None if IN_ENGLISH_TOO.contains(&link) => (from.lang, link.to_owned()),
            None if LINKABLE.contains(&link) => (Language::Japanese, link.to_owned()),
            None => {
                let page = self.page(from.lang, link)?;
                (page.lang, format!("{}.html", page.name))
            }
        };
        Some(from_page(from.lang, lang, &path))
    }

    /// The page of that path, in the reader's language if it exists in it.
    fn page(&self, lang: Language, path: &str) -> Option<&PageFile> {
        let name = path.strip_suffix(".md").or(path.strip_suffix(".html"))?;
        let own = self.named(lang, name);
        own.or_else(|| self.named(Language::Japanese, name))
    }

    fn named(&self, lang: Language, name: &str) -> Option<&PageFile> {
        let mut pages = self.pages.iter();
        pages.find(|page| page.name == name && page.lang == lang)
    }
}

/// A path relative to a page: English pages are in `en/`, everything else at the top of the site.
fn from_page(from: Language, to: Language, path: &str) -> String {
    match (from, to) {
        (Language::English, Language::Japanese) => format!("../{path}"),
        (Language::Japanese, Language::English) => format!("en/{path}"),
        _ => path.to_owned(),
    }
}

/// Reports links of pages that lead neither out of the site nor to a row, another page, a heading
/// or a file of the site.
pub fn broken_links(input: &CheckInput, rows: &BTreeSet<String>, found: &mut Findings) {
    let pages = &input.content.pages;
    let site = LinkTargets { rows, pages };
    for page in pages {
        for (link, bytes) in page.text.iter().flat_map(|text| text.prose.links()) {
            if site.address(page, link).is_none() {
                let origin = Origin::bytes(&page.file, bytes).within(link);
                broken_link(&site, page, link, origin, found);
            }
        }
    }
}

fn broken_link(
    site: &LinkTargets,
    page: &PageFile,
    link: &str,
    origin: Origin,
    found: &mut Findings,
) {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => Some(page),
        path => site.page(page.lang, path),
    };
    if !anchor.is_empty() && (target.is_some() || path == FRONT) {
        let prose = target.and_then(|page| page.text.as_ref());
        let headings = prose.into_iter().flat_map(|text| text.prose.headings());
        let known = headings.chain(site.rows.iter().map(String::as_str));
        return broken(found, link, origin, "broken-link-heading", (anchor, known));
    }
    let pages = site.pages.iter();
    let names: Vec<String> = pages.map(|page| format!("{}.md", page.name)).collect();
    let known = names.iter().map(String::as_str).chain(LINKABLE);
    broken(found, link, origin, "broken-link-page", (path, known));
}

/// The pages of a content without errors, in the order in which they are shown.
pub fn build(content: &Content) -> Vec<ProsePage> {
    let rows = &anchors(content);
    let pages = &content.pages;
    let site = LinkTargets { rows, pages };
    let built = pages.iter().filter_map(|page| build_page(&site, page));
    let mut sorted: Vec<ProsePage> = built.collect();
    sorted.sort_by_cached_key(|page| {
        // Without an order a page is last; in English it is after its Japanese page.
        let english = page.lang == Language::English;
        (page.order.is_none(), page.order, page.name.clone(), english)
    });
    sorted
}

fn build_page(site: &LinkTargets, page: &PageFile) -> Option<ProsePage> {
    let text = page.text.as_ref()?;
    let japanese = site.named(Language::Japanese, &page.name);
    let order_of_japanese = japanese.and_then(|page| page.text.as_ref()?.front.order);
    let address = |link: &str| site.address(page, link).expect("no link is broken");
    Some(ProsePage {
        name: page.name.clone(),
        lang: page.lang,
        title: text.front.title.to_string(),
        order: text.front.order.or(order_of_japanese),
        html: text.prose.render(address),
    })
}
