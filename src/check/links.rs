//! The rule about links, and the checked pages, whose links have their addresses in the site.

use super::texts::markup;
use super::{CheckInput, Findings};
use crate::content::{Content, PageFile, regex};
use crate::diagnostic::{Origin, Severity};
use crate::manifest::site::{FRONT, LINKABLE, VERIFY};
use crate::message::{Language, Message};
use crate::model::{ProsePage, place_name};
use std::collections::BTreeSet;

/// Reports links that lead neither to the web, to mail, a telephone nor an existing row; and images, as none is shown.
pub fn broken_link(input: &CheckInput, found: &mut Findings) {
    let site = LinkTargets::of(input.content);
    let rows = &site.rows;
    for page in site.pages {
        for (link, bytes) in page.text.iter().flat_map(|text| text.prose.links()) {
            if site.address(page, link).is_none() {
                let (id, wrong, known) = site.near(page, link);
                let origin = Origin::bytes(&page.file, bytes).within(link);
                let finding = found.error(origin, broken(id, link));
                finding.suggest(wrong, known.iter().map(String::as_str));
            }
        }
    }
    markup(input, found, Severity::Error, &["no-image"]);
    for text in input.content.texts() {
        for link in text.cell.iter().flat_map(|cell| cell.links()) {
            let origin = text.origin.within(link);
            match link.strip_prefix('#') {
                _ if leads_out(link) => {}
                Some(anchor) if rows.contains(anchor) => {}
                Some(anchor) => {
                    let known = rows.iter().map(String::as_str);
                    let finding = found.error(origin, broken("broken-link-row", link));
                    finding.suggest(anchor, known);
                }
                None => _ = found.error(origin, broken("broken-link", link)),
            }
        }
    }
    if let Some(office) = &input.content.office {
        let record = &office.record;
        let address: (fn(&str) -> bool, _) = (is_web_address, "broken-link-office");
        let contact: (fn(&str) -> bool, _) = (is_contact, "broken-link-security");
        for (field, line, (fits, id)) in [
            ("url", &record.url, address),
            ("homepage", &record.homepage, address),
            ("security", &record.security, contact),
        ] {
            if let Some(line) = line.as_ref().filter(|line| !fits(line)) {
                found.error(office.origin().at(field), broken(id, line));
            }
        }
        let url = record.url.as_deref().filter(|url| is_web_address(url));
        if let Some((url, kind)) = url.and_then(|url| Some((url, not_of_a_folder(url)?))) {
            let message = broken("site-address", url).with("kind", kind);
            found.error(office.origin().at("url"), message);
        }
    }
}

/// The reason why an address cannot be that of the site's folder, to which the names of its pages are added.
fn not_of_a_folder(url: &str) -> Option<&'static str> {
    let (_, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let page = path.trim_end_matches('/').rsplit('/').next()?;
    let is_file = regex(r"(?i)\.(?:s?html?|php|aspx?|cgi|pdf|json|csv)$").is_match(page);
    // A host, a port, and a path without empty steps or `..`, in the letters of RFC 3986.
    let letters = r"(?:[A-Za-z0-9_~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
    let step = format!(r"\.?{letters}+(?:\.+{letters}+)*\.?");
    let begins = r"[A-Za-z0-9](?:[A-Za-z0-9-]|\.[A-Za-z0-9])*(?::[0-9]{1,5})?";
    let is_address = regex(&format!("^{begins}(?:/{step})*/?$")).is_match(rest);
    let mistakes = [
        ("user", host.contains('@')),
        ("query", url.contains(['?', '#'])),
        ("page", is_file),
        ("letters", !is_address),
    ];
    let mut made = mistakes.into_iter().filter(|(_, is_made)| *is_made);
    made.next().map(|(kind, _)| kind)
}

fn broken(id: &'static str, link: &str) -> Message {
    Message::new(id).with("link", link)
}

/// Returns true if a link leads to the web, to mail or to a telephone.
fn leads_out(link: &str) -> bool {
    match link.split_once(':') {
        Some(("mailto", address)) => address.contains('@') && !address.contains(' '),
        Some(("tel", number)) => number.chars().any(|c| c.is_ascii_digit()),
        _ => is_web_address(link),
    }
}

/// Returns true for what security.txt allows (RFC 9116, 2.5.3): mail, a secure page, a telephone.
fn is_contact(contact: &str) -> bool {
    let mail = !contact.contains(':') && leads_out(&format!("mailto:{contact}"));
    mail || (leads_out(contact) && !contact.starts_with("http:"))
}

fn is_web_address(link: &str) -> bool {
    let rest = link
        .strip_prefix("https://")
        .or(link.strip_prefix("http://"));
    let is_host = |rest: &str| rest.contains('.') && !rest.starts_with('.');
    rest.is_some_and(|rest| is_host(rest) && !rest.contains(char::is_whitespace))
}

/// The targets that a link of a page can have.
struct LinkTargets<'a> {
    /// Anchors of the front page: sections, items and rows, under their former names too.
    rows: BTreeSet<String>,
    pages: &'a [PageFile],
}

impl LinkTargets<'_> {
    fn of(content: &Content) -> LinkTargets<'_> {
        let mut rows = BTreeSet::new();
        for (file, record, _) in content.all_measures() {
            rows.extend([file.section.clone(), file.place()]);
            let ids = record.formerly.iter().chain([&record.id]);
            rows.extend(ids.map(|id| place_name(&file.place(), Some(id))));
        }
        let pages = &content.pages;
        LinkTargets { rows, pages }
    }

    /// The address of a link, relative to the page it stands on; `None` if it leads nowhere.
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
            // An English site has these too.
            None if [FRONT, VERIFY].contains(&link) => (from.lang, link.to_owned()),
            None if LINKABLE.contains(&link) => (Language::Japanese, link.to_owned()),
            None => {
                let page = self.page(from.lang, link)?;
                (page.lang, format!("{}.html", page.name))
            }
        };
        // English pages are in `en/`, everything else at the top of the site.
        Some(match (from.lang, lang) {
            (Language::English, Language::Japanese) => format!("../{path}"),
            (Language::Japanese, Language::English) => format!("en/{path}"),
            _ => path,
        })
    }

    /// The message about a link that leads nowhere, the part that is wrong, and what it could be.
    fn near<'l>(&self, from: &PageFile, link: &'l str) -> (&'static str, &'l str, Vec<String>) {
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = match path {
            "" => Some(from),
            path => self.page(from.lang, path),
        };
        if !anchor.is_empty() && (target.is_some() || path == FRONT) {
            let prose = target.and_then(|page| page.text.as_ref());
            let headings = prose.into_iter().flat_map(|text| text.prose.headings());
            let known = headings.map(str::to_owned).chain(self.rows.iter().cloned());
            return ("broken-link-heading", anchor, known.collect());
        }
        let pages = self.pages.iter().map(|page| format!("{}.md", page.name));
        let known = pages.chain(LINKABLE.map(str::to_owned));
        ("broken-link-page", path, known.collect())
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

/// The pages of a content without errors, in the order in which they are shown.
pub fn pages(content: &Content) -> Vec<ProsePage> {
    let site = LinkTargets::of(content);
    let mut pages = Vec::new();
    for page in site.pages {
        let Some(text) = &page.text else { continue };
        let japanese = site.named(Language::Japanese, &page.name);
        let order_of_japanese = japanese.and_then(|page| page.text.as_ref()?.front.order);
        let address = |link: &str| site.address(page, link).expect("no link is broken");
        pages.push(ProsePage {
            name: page.name.clone(),
            lang: page.lang,
            title: text.front.title.to_string(),
            order: text.front.order.or(order_of_japanese),
            html: text.prose.render(address),
        });
    }
    pages.sort_by_cached_key(|page| {
        // Without an order a page is last; in English it is after its Japanese page.
        let english = page.lang == Language::English;
        (page.order.is_none(), page.order, page.name.clone(), english)
    });
    pages
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sites_address_is_that_of_a_folder() {
        for (url, kind) in [
            ("https://www.example.jp", None),
            ("https://www.example.jp/safeguards/", None),
            ("https://xn--r8jz45g.jp/%E5%AE%89", None),
            ("https://www.example.jp:8443/a.b/c", None),
            ("https://www.example.jp/safeguards/index.html", Some("page")),
            ("https://www.example.jp/INDEX.PHP/", Some("page")),
            ("https://www.example.jp/../a", Some("letters")),
            ("https://www.example.jp//a", Some("letters")),
            ("https://www.example..jp/", Some("letters")),
            ("https://www.example.jp/a%zz", Some("letters")),
            ("https://www.example.jp/<a>", Some("letters")),
            ("https://www.example.jp\\a", Some("letters")),
            ("https://www.example.jp/a?a=1", Some("query")),
            ("https://www.example.jp/a#x", Some("query")),
            ("https://u:p@example.jp/", Some("user")),
            ("https://例え.jp/", Some("letters")),
            ("https://www.example.jp/安全", Some("letters")),
        ] {
            assert_eq!(super::not_of_a_folder(url), kind, "{url}");
        }
    }
}
