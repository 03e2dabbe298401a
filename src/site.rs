//! The office's public site: every page, and what stands beside them.
//!
//! In: what the build has made of the sheet and its editions. Out: files below `site/`, each looked at for leaks,
//! and below `server/` what a web server should say with them.
//! Pages lead to one another by relative ways, so the site works below any address and from a folder;
//! what needs an absolute address is made only where office.yaml tells the site's.

mod headers;

use crate::bundle::Bundle;
use crate::compare;
use crate::data;
use crate::edition::{Edition, Listed, Listing, digest_start};
use crate::html::{
    Archived, Digest, Download, Link, Page, Pages, Place, Policy, Surroundings, Tongue,
};
use crate::leak::{self, Made};
use crate::message::Result;
use crate::model::{Audience, Register};
use crate::sheet::{Kind, Labels, Sheet};
use crate::theme::Theme;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde_json::{Value, json};

/// What the site is made of.
pub struct Site<'a> {
    pub theme: &'a Theme,
    pub labels: &'a Labels,
    pub register: &'a Register,
    /// The working content as the front page tells it.
    pub front: &'a Sheet,
    /// Oldest first.
    pub issued: &'a [&'a Edition],
    /// What was made so far: the files that pages offer.
    pub made: &'a Bundle,
    pub today: Date,
}

/// The front page and every other page, `editions.json`, `robots.txt`; with an address also `feed.xml` and `sitemap.xml`.
pub fn files(site: &Site) -> Result<Bundle> {
    let mut maker = Maker {
        site,
        pages: Pages::new(site.theme)?,
        listing: Listing::of(site.issued),
        home: home(site.register),
        policy: Policy::default(),
        files: Bundle::new(),
    };
    maker.front()?;
    maker.missing()?;
    for (listed, edition) in maker.listing.editions.clone().iter().zip(site.issued) {
        maker.edition(listed, edition)?;
    }
    if !site.issued.is_empty() {
        maker.archive()?;
    }
    maker.beside()?;
    maker.files.extend(headers::snippets(&maker.policy));
    Ok(maker.files)
}

/// The folder in which the site lies, as an absolute address ending in `/`; none while office.yaml has no `url`.
pub fn home(register: &Register) -> Option<String> {
    let url = register.office.url.as_deref()?;
    Some(format!("{}/", url.trim_end_matches('/')))
}

struct Maker<'a> {
    site: &'a Site<'a>,
    pages: Pages<'a>,
    listing: Listing,
    home: Option<String>,
    /// What the pages made so far are allowed to run.
    policy: Policy,
    files: Bundle,
}

impl Maker<'_> {
    fn front(&mut self) -> Result<()> {
        let (sheet, place) = (self.site.front, self.place("index.html"));
        let surroundings = Surroundings {
            downloads: self.downloads(""),
            linked_data: linked_data(sheet, &place),
            archived: None,
        };
        let page = self.pages.sheet(sheet, &place, &surroundings)?;
        self.take("index.html", page, &[self.site.register])
    }

    /// The page of an issued edition, and what differs from the one before.
    fn edition(&mut self, listed: &Listed, edition: &Edition) -> Result<()> {
        let folder = format!("editions/{}/", edition.id);
        let before = edition.predecessor.as_ref();
        let mut issued = self.site.issued.iter();
        let before = before.and_then(|named| issued.find(|edition| edition.id == named.id));
        let path = format!("{folder}index.html");
        let (sheet, place) = (
            edition.lay_out(Kind::Archive, self.site.labels),
            self.place(&path),
        );
        let surroundings = Surroundings {
            downloads: self.downloads(&folder),
            linked_data: linked_data(&sheet, &place),
            archived: Some(Archived {
                superseded_by: listed.superseded_by.clone(),
                digests: digests(edition),
                changes: before.is_some(),
            }),
        };
        let page = self.pages.sheet(&sheet, &place, &surroundings)?;
        self.take(&path, page, &[&edition.sheet])?;
        let Some(before) = before else {
            return Ok(());
        };
        let path = format!("{folder}changes.html");
        let [old, new] = [before, &edition].map(|it| it.lay_out(Kind::Site, self.site.labels));
        let changes = compare::compare(&old, &new);
        let page = self.pages.changes(&new, &changes, &self.place(&path))?;
        self.take(&path, page, &[&before.sheet, &edition.sheet])
    }

    /// All editions in a list, and the page on which a received copy is checked.
    fn archive(&mut self) -> Result<()> {
        let around = self.site.front.first_rows(0);
        let registers: Vec<_> = self.site.issued.iter().map(|it| &it.sheet).collect();
        let place = self.place("editions/index.html");
        let page = self.pages.editions(&around, &self.listing, &place)?;
        self.take("editions/index.html", page, &registers)?;
        let place = self.place("verify.html");
        let page = self.pages.verify(&around, &self.listing, &place)?;
        self.take("verify.html", page, &registers)?;
        let listing = data::pretty(&self.listing);
        self.files.insert("site/editions.json".into(), listing);
        Ok(())
    }

    /// A server may show it at any address: it knows no way but an absolute one.
    fn missing(&mut self) -> Result<()> {
        let place = Place {
            home: self.home.clone(),
            ..Place::default()
        };
        let page = self.pages.missing(&self.site.front.first_rows(0), &place)?;
        self.take("404.html", page, &[self.site.register])
    }

    /// What machines read: how far robots may go, what there is, what was issued, whom to tell of a security problem.
    fn beside(&mut self) -> Result<()> {
        let around = self.site.front.first_rows(0);
        let mut files = vec![("robots.txt", self.place("robots.txt"), json!({}))];
        if let Some(home) = &self.home {
            let pages = self.files.keys().filter_map(|path| {
                let page = path.strip_prefix("site/")?;
                let listed = page.ends_with(".html") && page != "404.html";
                listed.then(|| address(home, page))
            });
            let addresses = json!({"addresses": pages.collect::<Vec<_>>()});
            let newest = self.listing.editions.last().map(|newest| newest.date);
            let feed = json!({
                "editions": self.listing.editions,
                "updated": newest.unwrap_or(self.site.register.date),
            });
            files.push(("sitemap.xml", self.place("sitemap.xml"), addresses));
            files.push(("feed.xml", self.place("feed.xml"), feed));
        }
        if let Some(contact) = self.site.register.office.security.as_deref() {
            let path = ".well-known/security.txt";
            let contact = json!({"contact": contact, "expires": self.until()});
            files.push((path, self.place(path), contact));
        }
        for (path, place, more) in files {
            let template = path.rsplit('/').next().unwrap_or(path);
            let text = self.pages.text(template, &around, &place, more)?;
            self.files.insert(format!("site/{path}"), text);
        }
        Ok(())
    }

    /// The moment from which a security.txt no longer counts: a year from the build (RFC 9116, 2.5.5).
    fn until(&self) -> String {
        let year: Span = 1.year();
        let day = self.site.today.saturating_add(year);
        format!("{day}T00:00:00+09:00")
    }

    fn take(&mut self, path: &str, page: Page, registers: &[&Register]) -> Result<()> {
        leak::refuse(registers, &Made::html(&page.html), Audience::Public)?;
        self.policy.extend(page.policy);
        self.files.insert(format!("site/{path}"), page.html);
        Ok(())
    }

    /// What the page of that path knows of the site around it.
    fn place(&self, path: &str) -> Place {
        let base = "../".repeat(path.matches('/').count());
        let labels = &self.site.front.labels;
        let label = |name: &str| labels.get(name).cloned().unwrap_or_default();
        let mut ways = vec![("index.html", self.site.front.title.clone())];
        if !self.site.issued.is_empty() {
            ways.push(("editions/index.html", label("editions_page")));
            ways.push(("verify.html", label("verify_page")));
        }
        let nav = ways.into_iter().map(|(to, text)| Link {
            href: format!("{base}{to}"),
            current: to == path,
            text,
        });
        let issued = !self.site.issued.is_empty();
        Place {
            address: self.home.as_deref().map(|home| address(home, path)),
            home: self.home.clone(),
            nav: nav.collect(),
            languages: Vec::<Tongue>::new(),
            feed: self.home.as_ref().map(|home| format!("{home}feed.xml")),
            verify: issued.then(|| format!("{base}verify.html")),
        }
    }

    /// The files of a folder of the site that a page in it offers, the one for readers first.
    fn downloads(&self, folder: &str) -> Vec<Download> {
        let kinds = [("pdf", "PDF"), ("csv", "CSV"), ("json", "JSON")];
        let offer = |(ending, label)| {
            let href = format!("safeguards.{ending}");
            let bytes = self.site.made.get(&format!("site/{folder}{href}"))?;
            let size = format!("{} KB", bytes.len().div_ceil(1024));
            Some(Download { href, label, size })
        };
        kinds.into_iter().filter_map(offer).collect()
    }
}

/// A page's absolute address: a folder's page is reached by the folder.
fn address(home: &str, path: &str) -> String {
    let path = path.strip_suffix("index.html").unwrap_or(path);
    format!("{home}{path}")
}

fn digests(edition: &Edition) -> Vec<Digest> {
    let all = [
        ("public", Audience::Public),
        ("prospect", Audience::Prospect),
        ("internal", Audience::Internal),
    ];
    let digest = |(name, audience)| {
        let whole = edition.digest.of(audience).to_owned();
        Digest {
            audience: name,
            start: digest_start(&whole).to_owned(),
            whole,
        }
    };
    all.map(digest).into()
}

/// What the page says, once more for search engines (schema.org, JSON-LD).
fn linked_data(sheet: &Sheet, place: &Place) -> Value {
    let office = "#office";
    let certifications = sheet.certifications.iter().map(|certification| {
        let fields = &certification.fields;
        known(json!({
            "@type": "Certification",
            "name": certification.text,
            "certificationIdentification": fields.number,
            "issuedBy": fields.body.as_ref().map(|name| json!({"@type": "Organization", "name": name})),
            "validFrom": fields.issued_on,
            "expires": fields.expires_on,
        }))
    });
    let distribution = [
        ("application/pdf", "safeguards.pdf"),
        ("text/csv", "safeguards.csv"),
        ("application/json", "safeguards.json"),
    ];
    let distribution = distribution.map(|(kind, name)| {
        let url = place.address.as_deref().unwrap_or("");
        json!({"@type": "DataDownload", "encodingFormat": kind, "contentUrl": format!("{url}{name}")})
    });
    let labels = &sheet.labels;
    json!({
        "@context": "https://schema.org",
        "@graph": [
            known(json!({
                "@type": "Organization",
                "@id": office,
                "name": sheet.office.name,
                "telephone": sheet.office.tel,
                "address": sheet.office.address,
                "url": place.home,
                "hasCertification": certifications.collect::<Vec<_>>(),
            })),
            known(json!({
                "@type": "Dataset",
                "name": format!("{} {}", sheet.office.name, sheet.title),
                "description": labels.get("table_summary"),
                "inLanguage": sheet.lang,
                "version": sheet.version,
                "datePublished": sheet.date.iso,
                "creator": {"@id": office},
                "url": place.address,
                "distribution": distribution,
            })),
        ],
    })
}

/// Without what is not known.
fn known(mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
