//! Decides what travels: the published manifest and a new site in, a [`Plan`] out.
//!
//! Reads and sends nothing. The parts of a plan travel in their order, so that no page ever refers
//! to a file that is not there yet, and the manifest lists only files that are.

use super::lock::LOCK;
use super::store::{ASIDE, PART};
use crate::manifest::site::{DOWNLOADS, FEED, FRONT, LISTING, ROBOTS, SITEMAP};
use crate::manifest::{Bundle, MANIFEST, Manifest, ManifestFile, SITE};
use crate::message::{Error, Result};
use crate::{data, edition::Listing, output::stays_below};
use std::collections::{BTreeMap, BTreeSet};

/// A site to publish: its manifest, and the bytes of the files it lists.
#[derive(Debug, Clone)]
pub struct BuiltSite {
    pub manifest: Manifest,
    pub files: Bundle,
}

/// The files to send, in this order, and then the files to remove.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Plan {
    /// New and changed files that refer to no others.
    pub upload: Vec<String>,
    /// New and changed pages.
    pub pages: Vec<String>,
    /// Files that only the published manifest lists, and leftovers that nobody needs.
    pub remove: Vec<String>,
    /// Files for paths that the published manifest does not list: something else may be there.
    pub added: Vec<String>,
    /// Number of files that are published already.
    pub unchanged: usize,
    /// The manifest before publication.
    #[serde(skip)]
    pub published: Option<Manifest>,
    /// True if the manifest differs from the published one.
    #[serde(rename = "manifest")]
    pub sends_manifest: bool,
}

impl BuiltSite {
    /// Takes the published part out of a build.
    pub fn from_bundle(bundle: Bundle) -> BuiltSite {
        let below = |(path, bytes): (String, _)| Some((path.strip_prefix(SITE)?.to_owned(), bytes));
        let mut files: Bundle = bundle.into_iter().filter_map(below).collect();
        let manifest = files.remove(MANIFEST).expect("every bundle has one");
        BuiltSite {
            manifest: serde_json::from_slice(&manifest).expect("the bundle wrote it"),
            files,
        }
    }
}

impl Plan {
    /// Everything that is sent before the manifest, in order.
    pub fn sent(&self) -> impl Iterator<Item = &String> {
        self.upload.iter().chain(&self.pages)
    }

    /// True if the target has this very site.
    pub fn is_empty(&self) -> bool {
        !self.sends_manifest && self.sent().next().is_none() && self.remove.is_empty()
    }
}

/// Parses a manifest from a target, which anybody may have edited.
pub fn read_manifest(bytes: &[u8]) -> Result<Manifest> {
    let unreadable = || Error::new("published-manifest-unreadable");
    let manifest: Manifest =
        serde_json::from_slice(bytes).map_err(|error| unreadable().caused_by(error))?;
    for ManifestFile { path, .. } in &manifest.files {
        if !stays_below(path) || [MANIFEST, LOCK, PART, ASIDE].contains(&path.as_str()) {
            return Err(unreadable().caused_by(path));
        }
    }
    Ok(manifest)
}

/// Plans how a site replaces the published one. Files at `leftovers` may be replaced: an interrupted one sent them.
pub fn plan(published: Option<&Manifest>, site: &BuiltSite, leftovers: &[String]) -> Result<Plan> {
    let listed = published.iter().flat_map(|manifest| &manifest.files);
    let before: BTreeMap<&str, &ManifestFile> = listed.map(|it| (&*it.path, it)).collect();
    refuse_changed_editions(&before, &site.manifest)?;
    let (mut sent, mut added) = (Vec::new(), Vec::new());
    let mut obsolete = BTreeSet::from_iter(leftovers.iter().cloned());
    obsolete.extend(before.keys().map(ToString::to_string));
    for ManifestFile { path, sha256, .. } in &site.manifest.files {
        obsolete.remove(path);
        match before.get(path.as_str()) {
            _ if leftovers.contains(path) => {}
            Some(old) if old.sha256 == *sha256 => continue,
            Some(_) => {}
            None => added.push(path.clone()),
        }
        sent.push(path.clone());
    }
    // The lists refer to other files and so travel with the pages.
    let lists = [LISTING, FEED, ROBOTS, SITEMAP];
    let is_page = |path: &String| path.ends_with(".html") || lists.contains(&path.as_str());
    let (mut pages, upload): (Vec<String>, _) = sent.into_iter().partition(is_page);
    // New pages before those that may refer to them, the front page last.
    pages.sort_by_key(|path| (before.contains_key(path.as_str()), path == FRONT));
    Ok(Plan {
        unchanged: site.manifest.files.len() - upload.len() - pages.len(),
        sends_manifest: published.map(data::pretty) != Some(data::pretty(&site.manifest)),
        remove: obsolete.into_iter().collect(),
        published: published.cloned(),
        upload,
        pages,
        added,
    })
}

/// Refuses to change a file of a published edition, or to take all away: one that was withdrawn keeps a page.
fn refuse_changed_editions(before: &BTreeMap<&str, &ManifestFile>, after: &Manifest) -> Result<()> {
    let differs = |file: &&ManifestFile| {
        let old = before.get(file.path.as_str());
        is_issued(&file.path) && old.is_some_and(|old| old.sha256 != file.sha256)
    };
    if let Some(file) = after.files.iter().find(differs) {
        return Err(Error::new("published-edition-differs").with("path", &file.path));
    }
    let next = after.files.iter().map(|file| file.path.as_str());
    let kept: BTreeSet<&str> = next.filter_map(edition_of).collect();
    let mut editions = before.keys().filter_map(|path| edition_of(path));
    match editions.find(|id| !kept.contains(id)) {
        None => Ok(()),
        Some(id) => Err(Error::new("edition-vanishes").with("id", id)),
    }
}

/// Refuses to take back that an edition was withdrawn or a file let out. A list that cannot be read says neither.
pub fn refuse_taken_back(published: &[u8], site: &BuiltSite) -> Result<()> {
    let next = site.files.get(LISTING).map_or(&[][..], Vec::as_slice);
    let lists = [published, next].map(|bytes| serde_json::from_slice::<Listing>(bytes).ok());
    let [Some(published), Some(next)] = lists else {
        return Ok(());
    };
    for old in &published.editions {
        let id = match next.edition(&old.id) {
            Some(new) if old.withdrawn.is_some() && new.withdrawn.is_none() => "edition-reappears",
            Some(new) if !old.files.is_subset(&new.files) => "copies-vanish",
            _ => continue,
        };
        return Err(Error::new(id).with("id", &old.id));
    }
    Ok(())
}

/// The id of the edition to which a file belongs.
fn edition_of(path: &str) -> Option<&str> {
    let (id, _) = path.strip_prefix("editions/")?.split_once('/')?;
    Some(id)
}

/// Recognises `editions/<id>/safeguards.pdf` and its data.
pub fn is_issued(path: &str) -> bool {
    edition_of(path).is_some() && DOWNLOADS.contains(&path.rsplit('/').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;

    fn site(files: &[(&str, &str)]) -> BuiltSite {
        let bytes = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        let files: Bundle = files.iter().map(bytes).collect();
        let listed = files.iter().map(|(path, bytes)| ManifestFile {
            path: path.clone(),
            bytes: bytes.len(),
            sha256: data::sha256(bytes),
        });
        let manifest = Manifest {
            edition: None,
            id: "2026-01-01".to_owned(),
            guideline: "sample".to_owned(),
            theme: "official".to_owned(),
            as_of: "2026-01-01".to_owned(),
            version: "1".to_owned(),
            digest: BTreeMap::new(),
            files: listed.collect(),
        };
        BuiltSite { manifest, files }
    }

    fn planned(before: &BuiltSite, after: &BuiltSite) -> Plan {
        plan(Some(&before.manifest), after, &[]).expect("a plan")
    }

    fn refusal(before: &BuiltSite, after: &BuiltSite) -> Message {
        let refused = plan(Some(&before.manifest), after, &[]);
        refused.expect_err("a refusal").message
    }

    #[test]
    fn at_first_everything_travels_pages_last() {
        let site = site(&[("index.html", "1"), ("a.css", "2"), ("feed.xml", "3")]);
        let plan = plan(None, &site, &[]).expect("a plan");
        assert_eq!(plan.upload, ["a.css"]);
        assert_eq!(plan.pages, ["feed.xml", "index.html"]);
        assert!(plan.sends_manifest && plan.remove.is_empty() && plan.unchanged == 0);
    }

    #[test]
    fn later_only_what_changed_travels() {
        let before = site(&[("index.html", "1"), ("a.css", "2"), ("b.css", "3")]);
        let after = site(&[("index.html", "1"), ("b.css", "changed"), ("c.css", "4")]);
        let plan = planned(&before, &after);
        assert_eq!(plan.upload, ["b.css", "c.css"]);
        assert!(plan.pages.is_empty());
        assert_eq!(plan.remove, ["a.css"]);
        assert_eq!(plan.added, ["c.css"]);
        assert!(planned(&after, &after).is_empty());
    }

    #[test]
    fn no_file_of_an_issued_edition_changes() {
        for name in DOWNLOADS {
            let path = format!("editions/2026-01-01/{name}");
            let before = site(&[(&path, "as issued")]);
            let after = site(&[(&path, "drawn anew")]);
            let expected = Message::new("published-edition-differs").with("path", &path);
            assert_eq!(refusal(&before, &after), expected);
            assert!(planned(&before, &before).is_empty());
        }
        // The page around them may change.
        let [before, after] =
            ["old", "new"].map(|text| site(&[("editions/2026-01-01/index.html", text)]));
        assert_eq!(planned(&before, &after).pages.len(), 1);
    }

    #[test]
    fn no_published_edition_vanishes() {
        let page = ("editions/2026-01-01/index.html", "withdrawn");
        let pdf = ("editions/2026-01-01/safeguards.pdf", "as issued");
        let list = ("editions/index.html", "editions");
        let before = site(&[list, page, pdf]);
        let expected = Message::new("edition-vanishes").with("id", "2026-01-01");
        assert_eq!(refusal(&before, &site(&[list])), expected);
        let plan = planned(&before, &site(&[page]));
        assert_eq!(plan.remove, [pdf.0, list.0]);
        assert!(is_issued(pdf.0) && !is_issued(list.0));
    }

    #[test]
    fn what_a_dead_publisher_left_is_removed_unless_it_is_needed() {
        let before = site(&[("index.html", "1")]);
        let after = site(&[("index.html", "1"), ("b.css", "2")]);
        let leftovers = ["a.css", "b.css"].map(str::to_owned);
        let plan = plan(Some(&before.manifest), &after, &leftovers).expect("a plan");
        assert_eq!(plan.remove, ["a.css"]);
        assert_eq!(plan.upload, ["b.css"]);
        assert!(plan.added.is_empty(), "b.css is taken for somebody else's");
    }

    #[test]
    fn a_published_manifest_must_stay_below_its_folder() {
        for path in ["../x", "/etc/x", "a/../../x", ""] {
            let mut manifest = site(&[("index.html", "1")]).manifest;
            manifest.files[0].path = path.to_owned();
            assert!(read_manifest(&data::pretty(&manifest)).is_err(), "{path}");
        }
    }
}
