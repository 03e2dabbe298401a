//! The office's public site: every page, and the files that stand beside them.
//!
//! In: the files made of the sheet and its editions. Out: files below `site/`, each searched for leaks, and the policy
//! that a web server can send with them. Pages link by relative paths, so the site works below any address and from a
//! folder; files that need an absolute address (`feed.xml`, `sitemap.xml`) are made only if office.yaml has the site's.

use super::documents::{Documents, predecessor};
use super::html::{Page, PageContext, Pages, Policy, inert};
use super::leak;
use crate::edition::{Edition, Ending, ListedEdition, Listing, LostEdition, digest_start};
use crate::manifest::site::{
    CHANGES, DOWNLOADS, EDITIONS, ENGLISH, FEED, FRONT, LISTING, MISSING, ROBOTS, SITEMAP, VERIFY,
    bundle_path, edition_folder,
};
use crate::manifest::{Bundle, SITE, media_type};
use crate::message::{Language, Result};
use crate::model::{Audience, ProsePage, Register};
use crate::sheet::{self, Rendering, Sheet};
use crate::{compare, data, date};
use jiff::ToSpan;
use serde_json::{Value, json};

/// The site as far as it is made.
pub struct Site<'a> {
    pub documents: &'a Documents<'a>,
    /// The sheet of the front page in each language of the site, Japanese first.
    pub fronts: &'a [Sheet],
    pub prose: &'a [ProsePage],
    pub listing: &'a Listing,
    pub pages: Pages<'a>,
    /// The absolute address of the site's folder, ending in `/`; `None` if office.yaml has no `url`.
    pub home: Option<String>,
    pub policy: Policy,
    /// The files of a build that pages offer, and the pages made so far.
    pub files: Bundle,
}

impl<'a> Site<'a> {
    /// The files with all pages of the site, and the one policy that allows all pages their styles and scripts.
    /// English pages lie in `en/`. Editions are issued in Japanese, and so are their pages.
    pub fn build(mut self) -> Result<(Bundle, Policy)> {
        let (documents, listing) = (self.documents, self.listing);
        let registers = [documents.register];
        for front in self.fronts {
            self.current(front)?;
            for prose in self.prose_in(front.lang) {
                let path = path_in(front, &format!("{}.html", prose.name));
                let more = json!({"heading": prose.title, "prose": prose.html});
                self.page(front, &path, "prose.html", &more, &registers)?;
            }
            if !documents.issued.is_empty() {
                // The page on which a received copy is checked.
                let data = json!({"data": inert(listing)});
                self.listed(front, &path_in(front, VERIFY), VERIFY, data)?;
            }
        }
        self.page(self.japanese(), MISSING, MISSING, &json!({}), &registers)?;
        for (listed, edition) in listing.editions.iter().zip(&documents.issued) {
            match &listed.withdrawn {
                Some(ending) => self.ended(&listed.id, ending, "withdrawn")?,
                None => self.edition(listed, edition)?,
            }
        }
        for LostEdition { id, ending } in &listing.lost {
            self.ended(id, ending, "lost")?;
        }
        if !documents.issued.is_empty() {
            self.archive()?;
        }
        self.machine_files()?;
        Ok((self.files, self.policy))
    }

    /// The front page by itself, for callers that cannot wait for the others.
    pub fn front(mut self) -> Result<Vec<u8>> {
        self.current(self.japanese())?;
        let mut files = self.files.into_values();
        Ok(files.next().expect("the page was just taken up"))
    }

    fn current(&mut self, sheet: &Sheet) -> Result<()> {
        let path = path_in(sheet, FRONT);
        let registers = [self.documents.register];
        if self.documents.version.is_withdrawn()
            && let Some(newest) = self.listing.editions.last()
            && let Some(ending) = &newest.withdrawn
        {
            let more = json!({
                "ended": {"id": newest.id, "ending": ending, "kind": "withdrawn", "front": true},
                "days": self.days(sheet),
            });
            return self.page(sheet, &path, "ended.html", &more, &registers);
        }
        let place = self.place(sheet, &path);
        let more = json!({
            "downloads": self.downloads("", &place.base),
            "data": inert(&linked_data(sheet, &place, "")),
            "archived": null,
        });
        let page = self.pages.sheet(sheet, &place, &more)?;
        self.add_page(&path, page, &registers)
    }

    /// A page about the editions issued so far, with more variables.
    fn listed(&mut self, front: &Sheet, path: &str, name: &str, mut more: Value) -> Result<()> {
        more["editions"] = json!(self.listing.editions);
        more["lost"] = json!(self.listing.lost);
        more["days"] = json!(self.days(front));
        let issued = self.documents.issued.iter();
        let registers: Vec<&Register> = issued.map(|edition| &edition.sheet).collect();
        self.page(front, path, name, &more, &registers)
    }

    /// A page without the rows of the sheet.
    fn page(
        &mut self,
        front: &Sheet,
        path: &str,
        name: &str,
        more: &Value,
        registers: &[&Register],
    ) -> Result<()> {
        let place = self.place(front, path);
        let page = self.pages.page(name, &front.first_rows(0), &place, more)?;
        self.add_page(path, page, registers)
    }

    fn prose_in(&self, lang: &'static str) -> impl Iterator<Item = &'a ProsePage> + use<'a> {
        self.prose.iter().filter(move |it| it.lang.code() == lang)
    }

    fn japanese(&self) -> &'a Sheet {
        &self.fronts[0]
    }

    /// The page of an issued edition, and the changes from the one before.
    fn edition(&mut self, listed: &ListedEdition, edition: &Edition) -> Result<()> {
        let folder = edition_folder(&edition.id);
        let before = predecessor(edition, &self.documents.issued);
        let path = format!("{folder}{FRONT}");
        let labels = &self.documents.labels;
        let lay_out = |it| sheet::lay_out_edition(it, Rendering::SitePdf, labels);
        let sheet = lay_out(edition);
        let place = self.place(self.japanese(), &path);
        let digests = Audience::ALL.map(|audience| {
            let whole = edition.digest.of(audience);
            // The code on a signed copy leads to `start`.
            json!({"audience": audience.name(), "start": digest_start(whole), "whole": whole})
        });
        let newest = self.listing.editions.last();
        let more = json!({
            "downloads": self.downloads(&folder, ""),
            "data": inert(&linked_data(&sheet, &place, &folder)),
            "archived": {
                "superseded_by": listed.superseded_by,
                "in_force": newest.is_some_and(|newest| newest.withdrawn.is_none()),
                "digests": digests,
                "changes": before.is_some(),
            },
        });
        let page = self.pages.sheet(&sheet, &place, &more)?;
        self.add_page(&path, page, &[&edition.sheet])?;
        let Some(before) = before else { return Ok(()) };
        let path = format!("{folder}{CHANGES}");
        let changes = compare::compare(&lay_out(before), &sheet);
        let place = self.place(self.japanese(), &path);
        let page = self.pages.changes(&sheet, &changes, &place)?;
        self.add_page(&path, page, &[&before.sheet, &edition.sheet])
    }

    /// The page of an edition whose files left the site.
    fn ended(&mut self, id: &str, ending: &Ending, kind: &str) -> Result<()> {
        let path = format!("{}{FRONT}", edition_folder(id));
        let more = json!({"ended": {"id": id, "ending": ending, "kind": kind, "front": false}});
        self.listed(self.japanese(), &path, "ended.html", more)
    }

    /// All editions in a list, for readers and for machines; some have a page of changes.
    fn archive(&mut self) -> Result<()> {
        let ids = self.listing.editions.iter().map(|it| &*it.id);
        let is_compared = |id: &&str| {
            let page = format!("{}{CHANGES}", edition_folder(id));
            self.files.contains_key(&bundle_path(&page))
        };
        let compared = json!({"compared": ids.filter(is_compared).collect::<Vec<_>>()});
        self.listed(self.japanese(), EDITIONS, "editions.html", compared)?;
        self.files
            .insert(bundle_path(LISTING), data::pretty(self.listing));
        Ok(())
    }

    /// The files that machines read: robots.txt, sitemap, feed and security.txt.
    fn machine_files(&mut self) -> Result<()> {
        let mut files = vec![(ROBOTS, json!({}))];
        if let Some(home) = &self.home {
            let pages = self.files.keys().filter_map(|path| {
                let page = path.strip_prefix(SITE)?;
                let listed = page.ends_with(".html") && page != MISSING;
                listed.then(|| address(home, page))
            });
            let addresses = json!({"addresses": pages.collect::<Vec<_>>()});
            let newest = self.listing.editions.last().map(|newest| newest.date);
            let feed = json!({
                "editions": self.listing.editions,
                "updated": newest.unwrap_or(self.documents.register.date),
            });
            files.extend([(SITEMAP, addresses), (FEED, feed)]);
        }
        if let Some(contact) = self.documents.register.office.security.as_deref() {
            // A year from the build (RFC 9116, 2.5.5).
            let day = self.documents.today.saturating_add(1.year());
            let contact = json!({"contact": contact, "expires": format!("{day}T00:00:00+09:00")});
            files.push((".well-known/security.txt", contact));
        }
        for (path, more) in files {
            let template = path.rsplit('/').next().unwrap_or(path);
            self.page(self.japanese(), path, template, &more, &[])?;
        }
        Ok(())
    }

    /// Searches a page for leaks, and adds it to the files.
    fn add_page(&mut self, path: &str, page: Page, registers: &[&Register]) -> Result<()> {
        let text = leak::text_of(path, &page.html);
        leak::refuse(registers, &text, Rendering::Page)?;
        self.policy.extend(page.policy);
        self.files.insert(bundle_path(path), page.html);
        Ok(())
    }

    /// The site around the page of that path, in the language of a front page.
    fn place(&self, front: &Sheet, path: &str) -> PageContext {
        if path == MISSING {
            // A server may show it at any address, so its links are absolute.
            return PageContext {
                home: self.home.clone(),
                ..PageContext::default()
            };
        }
        let base = "../".repeat(path.matches('/').count());
        let issued = !self.documents.issued.is_empty();
        let link = |to: String, text: &str| {
            let href = format!("{base}{to}");
            json!({"href": href, "current": to == path, "text": text})
        };
        let label = |name: &str| front.labels.get(name).map_or("", String::as_str);
        let mut nav = vec![link(path_in(front, FRONT), &front.title)];
        for prose in self.prose_in(front.lang) {
            let path = path_in(front, &format!("{}.html", prose.name));
            nav.push(link(path, &prose.title));
        }
        if issued {
            nav.push(link(EDITIONS.to_owned(), label("editions_page")));
            nav.push(link(path_in(front, VERIFY), label("verify_page")));
        }
        PageContext {
            address: self.home.as_deref().map(|home| address(home, path)),
            home: self.home.clone(),
            nav,
            languages: self.languages(&base, path),
            feed: self.home.as_ref().map(|home| format!("{home}{FEED}")),
            verify: issued.then(|| format!("{base}{}", path_in(front, VERIFY))),
            base,
        }
    }

    fn languages(&self, base: &str, path: &str) -> Vec<Value> {
        let page = path.strip_prefix(ENGLISH).unwrap_or(path);
        let has_page = |front: &&Sheet| {
            let mut prose = self.prose_in(front.lang);
            let is_prose = prose.any(|prose| page.strip_suffix(".html") == Some(&prose.name));
            is_prose || [FRONT, VERIFY].contains(&page)
        };
        let fronts: Vec<&Sheet> = self.fronts.iter().filter(has_page).collect();
        if fronts.len() < 2 {
            return Vec::new();
        }
        let link = |front: &Sheet| {
            let path = path_in(front, page);
            let way = format!("{base}{path}");
            let absolute = self.home.as_deref().map(|home| address(home, &path));
            let is_english = front.lang == "en";
            let name = if is_english { "English" } else { "日本語" };
            let href = absolute.as_ref().unwrap_or(&way);
            json!({"lang": front.lang, "name": name, "href": href, "way": way})
        };
        fronts.into_iter().map(link).collect()
    }

    /// The downloads of a folder of the site, the PDF first; `way` leads to the folder.
    fn downloads(&self, folder: &str, way: &str) -> Vec<Value> {
        let offer = |name: &str| {
            // A preview makes a file only on request.
            let file = self.files.get(&format!("{SITE}{folder}{name}"));
            let size = file.map(|bytes| format!("{} KB", bytes.len().div_ceil(1024)));
            let ending = name.rsplit('.').next().unwrap_or_default();
            let (href, label) = (format!("{way}{name}"), ending.to_ascii_uppercase());
            json!({"href": href, "label": label, "size": size.unwrap_or_default()})
        };
        DOWNLOADS.map(offer).to_vec()
    }

    /// The days of the listing as a page prints them, by their ISO form.
    fn days(&self, around: &Sheet) -> std::collections::BTreeMap<String, String> {
        let language = Language::of_locale(around.lang);
        let print = |day| date::print(day, self.documents.register.date_style, language);
        let Listing { editions, lost, .. } = self.listing;
        let issued = editions.iter().flat_map(|it| [it.date, it.issued_on]);
        let withdrawn = editions.iter().flat_map(|it| &it.withdrawn);
        let ended = withdrawn.chain(lost.iter().map(|it| &it.ending));
        let days = issued.chain(ended.map(|ending| ending.on));
        days.map(|day| (day.to_string(), print(day))).collect()
    }
}

fn path_in(sheet: &Sheet, page: &str) -> String {
    let folder = if sheet.lang == "en" { ENGLISH } else { "" };
    format!("{folder}{page}")
}

/// A page's absolute address; a folder's front page has the address of the folder.
fn address(home: &str, path: &str) -> String {
    format!("{home}{}", path.strip_suffix(FRONT).unwrap_or(path))
}

/// The page's contents for search engines (schema.org, JSON-LD).
fn linked_data(sheet: &Sheet, place: &PageContext, folder: &str) -> Value {
    let certifications = sheet.certifications.iter().map(|certification| {
        let fields = &certification.data;
        data::known(json!({
            "@type": "Certification",
            "name": certification.text,
            "certificationIdentification": fields.number,
            "issuedBy": fields.body.as_ref().map(|name| json!({"@type": "Organization", "name": name})),
            "validFrom": fields.issued_on,
            "expires": fields.expires_on,
        }))
    });
    let top = place.home.as_ref().unwrap_or(&place.base);
    let distribution = DOWNLOADS.map(|name| {
        let url = format!("{top}{folder}{name}");
        let media = media_type(name).split(';').next();
        json!({"@type": "DataDownload", "encodingFormat": media, "contentUrl": url})
    });
    json!({
        "@context": "https://schema.org",
        "@graph": [
            data::known(json!({
                "@type": "Organization",
                "@id": "#office",
                "name": sheet.office.name,
                "telephone": sheet.office.tel,
                "address": sheet.office.address,
                "url": place.home,
                "hasCertification": certifications.collect::<Vec<_>>(),
            })),
            data::known(json!({
                "@type": "Dataset",
                "name": format!("{} {}", sheet.office.name, sheet.title),
                "description": sheet.labels.get("table_summary"),
                "inLanguage": sheet.lang,
                "version": sheet.version,
                "datePublished": sheet.date.iso,
                "creator": {"@id": "#office"},
                "url": place.address,
                "distribution": distribution,
            })),
        ],
    })
}
