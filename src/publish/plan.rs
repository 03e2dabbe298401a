//! Decides what travels: the published manifest and a new site in, a [`Plan`] out.
//!
//! Reads and sends nothing. The parts of a plan travel in their order, so that no page ever refers
//! to a file that is not there yet, and the manifest lists only files that are.

use super::lock::LOCK;
use super::store::{ASIDE, PART};
use crate::data;
use crate::manifest::site::{DOWNLOADS, FEED, FRONT, LISTING, ROBOTS, SITEMAP};
use crate::manifest::{Bundle, MANIFEST, Manifest, ManifestFile, SITE};
use crate::message::{Error, Message, Result};
use crate::output::stays_below;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Lists of pages and addresses: they refer to other files, so they travel with the pages.
const LISTS: [&str; 4] = [LISTING, FEED, ROBOTS, SITEMAP];

/// A site to publish: its manifest, and the bytes of the files it lists.
#[derive(Debug, Clone)]
pub struct BuiltSite {
    pub manifest: Manifest,
    /// Bytes by path. An older state may lack the bytes of files that are published unchanged.
    pub files: Bundle,
}

/// The files to send, in this order, and then the files to remove.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// New and changed files that refer to no others.
    pub upload: Vec<String>,
    /// New and changed pages.
    pub pages: Vec<String>,
    /// Files that only the published manifest lists, and leftovers that nobody needs.
    pub remove: Vec<String>,
    /// Files of issued editions that stay, although this version renders other bytes.
    pub kept_as_published: Vec<String>,
    /// Files to send to paths that the published manifest does not list, so that something else
    /// may be there.
    pub added: Vec<String>,
    /// Number of files that are published already.
    pub unchanged: usize,
    /// The manifest before publication.
    #[serde(skip)]
    pub published: Option<Manifest>,
    /// The manifest after publication.
    #[serde(skip)]
    pub manifest: Manifest,
    /// True if the manifest differs from the published one.
    #[serde(rename = "manifest")]
    pub sends_manifest: bool,
}

impl BuiltSite {
    /// Takes the published part out of a build.
    pub fn from_bundle(bundle: &Bundle) -> BuiltSite {
        let mut files = Bundle::new();
        for (path, bytes) in bundle {
            if let Some(below) = path.strip_prefix(SITE) {
                files.insert(below.to_owned(), bytes.clone());
            }
        }
        let manifest = files.remove(MANIFEST).expect("every bundle has one");
        BuiltSite {
            manifest: serde_json::from_slice(&manifest).expect("the bundle wrote it"),
            files,
        }
    }
}

impl Plan {
    /// Everything that is sent before the manifest, in order.
    pub fn sent(&self) -> impl Iterator<Item = &str> {
        self.upload.iter().chain(&self.pages).map(String::as_str)
    }

    /// True if the target has this very site.
    pub fn is_empty(&self) -> bool {
        !self.sends_manifest && self.sent().next().is_none() && self.remove.is_empty()
    }
}

/// Parses a manifest from a target, which anybody may have edited.
pub fn read_manifest(bytes: &[u8]) -> Result<Manifest> {
    let unreadable = || Error::new(Message::new("published-manifest-unreadable"));
    let manifest: Manifest =
        serde_json::from_slice(bytes).map_err(|error| unreadable().caused_by(error))?;
    for ManifestFile { path, .. } in &manifest.files {
        if !stays_below(path) || [MANIFEST, LOCK, PART, ASIDE].contains(&path.as_str()) {
            return Err(unreadable().caused_by(path));
        }
    }
    Ok(manifest)
}

/// Plans how a site replaces the published one.
///
/// `leftovers` are paths at which a file may differ from the published manifest and yet is this
/// program's own: an interrupted publication sent it.
pub fn plan(
    published: Option<&Manifest>,
    site: &BuiltSite,
    leftovers: &BTreeSet<String>,
) -> Result<Plan> {
    let mut before = BTreeMap::new();
    for file in published.iter().flat_map(|manifest| &manifest.files) {
        before.insert(file.path.as_str(), file);
    }
    let mut manifest = site.manifest.clone();
    let kept_as_published = keep_issued(&mut manifest, &before)?;
    let (mut upload, mut pages, mut added) = (Vec::new(), Vec::new(), Vec::new());
    let mut obsolete = leftovers.clone();
    obsolete.extend(before.keys().map(ToString::to_string));
    for ManifestFile { path, sha256, .. } in &manifest.files {
        obsolete.remove(path);
        let old = before.get(path.as_str());
        let is_leftover = leftovers.contains(path);
        let is_published = old.is_some_and(|old| old.sha256 == *sha256);
        if is_published && (!is_leftover || kept_as_published.contains(path)) {
            continue;
        }
        if old.is_none() && !is_leftover {
            added.push(path.clone());
        }
        if is_page(path) {
            pages.push(path.clone());
        } else {
            upload.push(path.clone());
        }
    }
    // New pages before those that may refer to them, the front page last.
    pages.sort_by_key(|path| (before.contains_key(path.as_str()), path == FRONT));
    Ok(Plan {
        unchanged: manifest.files.len() - upload.len() - pages.len(),
        sends_manifest: published.map(data::pretty) != Some(data::pretty(&manifest)),
        remove: obsolete.into_iter().collect(),
        published: published.cloned(),
        upload,
        pages,
        kept_as_published,
        added,
        manifest,
    })
}

/// Puts the published files of issued editions into the manifest; returns the paths that differed.
///
/// A newer version may render PDF and CSV in other ways. The data of an edition never changes.
fn keep_issued(
    manifest: &mut Manifest,
    published: &BTreeMap<&str, &ManifestFile>,
) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    for file in &mut manifest.files {
        let Some(old) = published.get(file.path.as_str()) else {
            continue;
        };
        if !is_issued(&file.path) || old.sha256 == file.sha256 {
            continue;
        }
        if file.path.ends_with(".json") {
            let message = Message::new("published-edition-differs").with("path", &file.path);
            return Err(Error::new(message));
        }
        kept.push(file.path.clone());
        *file = ManifestFile::clone(old);
    }
    Ok(kept)
}

/// Recognises `editions/<id>/safeguards.pdf` and its data.
pub fn is_issued(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts.as_slice(), ["editions", _, name] if DOWNLOADS.contains(name))
}

fn is_page(path: &str) -> bool {
    path.ends_with(".html") || LISTS.contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        plan(Some(&before.manifest), after, &BTreeSet::new()).expect("a plan")
    }

    #[test]
    fn at_first_everything_travels_pages_last() {
        let site = site(&[("index.html", "1"), ("a.css", "2"), ("feed.xml", "3")]);
        let plan = plan(None, &site, &BTreeSet::new()).expect("a plan");
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
    fn an_issued_edition_stays_as_it_was_published() {
        let path = "editions/2026-01-01/safeguards";
        let [pdf, json] = ["pdf", "json"].map(|ending| format!("{path}.{ending}"));
        let before = site(&[(&pdf, "as issued"), (&json, "{}")]);
        let after = site(&[(&pdf, "rendered anew"), (&json, "{}")]);
        let plan = planned(&before, &after);
        assert_eq!(plan.kept_as_published, std::slice::from_ref(&pdf));
        assert!(plan.is_empty(), "{plan:?}");
        let altered = site(&[(&pdf, "as issued"), (&json, "{\"a\": 1}")]);
        assert!(super::plan(Some(&before.manifest), &altered, &BTreeSet::new()).is_err());
    }

    #[test]
    fn what_a_dead_publisher_left_is_removed_unless_it_is_needed() {
        let before = site(&[("index.html", "1")]);
        let after = site(&[("index.html", "1"), ("b.css", "2")]);
        let leftovers = ["a.css", "b.css"].map(str::to_owned).into();
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
