//! What must travel: the manifest published last and a new site in, a [`Plan`] out.
//!
//! Pure: nothing is read or sent here. The order of a plan's parts is the order in which they travel, so that no page
//! ever refers to a file that is not there yet, and the manifest only ever lists what is.

use super::lock::LOCK;
use super::store::{ASIDE, PART};
use crate::data;
use crate::message::{Error, Message, Result};
use crate::output::stays_below;
use crate::render::bundle::{Manifest, ManifestFile};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The list of what was published, beside it.
pub const MANIFEST: &str = "manifest.json";

/// Lists of pages and addresses: they refer to other files, so they travel with the pages.
const LISTS: [&str; 4] = ["editions.json", "feed.xml", "robots.txt", "sitemap.xml"];

/// A site to be published: its manifest, and the bytes of the files it lists.
#[derive(Debug, Clone)]
pub struct Site {
    pub manifest: Manifest,
    /// Bytes by path; a state put back may lack those of files that are still published.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What travels, in this order, and what is removed at last.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// New and changed files that refer to no others.
    pub upload: Vec<String>,
    /// New and changed pages.
    pub pages: Vec<String>,
    /// Files that the manifest published last listed and the new one does not.
    pub remove: Vec<String>,
    /// Files of issued editions that stay as they were published, though this version would render other bytes.
    pub carried: Vec<String>,
    /// Paths that the manifest published last did not list: something else may stand there.
    pub fresh: Vec<String>,
    /// How many files are published already, byte by byte.
    pub unchanged: usize,
    /// What is published afterwards.
    #[serde(skip)]
    pub manifest: Manifest,
    /// Whether the manifest published last says anything else.
    #[serde(rename = "manifest")]
    pub announces: bool,
}

impl Site {
    /// The part of a bundle that is published.
    pub fn of(bundle: &BTreeMap<String, Vec<u8>>) -> Site {
        let below = bundle.iter().filter_map(|(path, bytes)| {
            let path = path.strip_prefix("site/")?;
            Some((path.to_owned(), bytes.clone()))
        });
        let mut files: BTreeMap<String, Vec<u8>> = below.collect();
        let manifest = files.remove(MANIFEST).expect("every bundle has one");
        Site {
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

    /// Whether the target has this very site.
    pub fn is_empty(&self) -> bool {
        !self.announces && self.sent().next().is_none() && self.remove.is_empty()
    }
}

/// Reads a manifest that was fetched from a target, where anybody may have edited it.
pub fn read_manifest(bytes: &[u8]) -> Result<Manifest> {
    let failed = || Error::new(Message::new("published-manifest-unreadable"));
    let manifest: Manifest =
        serde_json::from_slice(bytes).map_err(|error| failed().caused_by(error))?;
    let ours = [MANIFEST, LOCK, PART, ASIDE];
    let mut paths = manifest.files.iter();
    match paths.find(|file| !stays_below(&file.path) || ours.contains(&&*file.path)) {
        Some(file) => Err(failed().caused_by(&file.path)),
        None => Ok(manifest),
    }
}

/// Plans how a site replaces what is published.
///
/// `remnants` are paths at which something else may lie than the published manifest says, and which are ours all the same:
/// what a publisher may have sent that did not come to its end.
pub fn plan(
    published: Option<&Manifest>,
    site: &Site,
    remnants: &BTreeSet<String>,
) -> Result<Plan> {
    let before: BTreeMap<&str, &ManifestFile> = published
        .iter()
        .flat_map(|manifest| &manifest.files)
        .map(|file| (file.path.as_str(), file))
        .collect();
    let mut manifest = site.manifest.clone();
    let mut carried = Vec::new();
    for file in &mut manifest.files {
        let Some(old) = before.get(file.path.as_str()) else {
            continue;
        };
        if is_issued(&file.path) && old.sha256 != file.sha256 {
            refuse_other_data(&file.path)?;
            carried.push(file.path.clone());
            *file = (*old).clone();
        }
    }
    let is_new = |file: &&ManifestFile| {
        let old = before.get(file.path.as_str());
        let other = old.is_none_or(|old| old.sha256 != file.sha256);
        other || (remnants.contains(&file.path) && !carried.contains(&file.path))
    };
    let travelling = manifest.files.iter().filter(is_new);
    let (mut pages, upload): (Vec<String>, Vec<String>) = travelling
        .map(|file| file.path.clone())
        .partition(|path| is_page(path));
    // New pages before those that may refer to them, the front page last.
    pages.sort_by_key(|path| (before.contains_key(path.as_str()), path == "index.html"));
    let after: BTreeSet<&str> = manifest.files.iter().map(|file| &*file.path).collect();
    let known = before.keys().copied();
    let gone: BTreeSet<&str> = known.chain(remnants.iter().map(String::as_str)).collect();
    let of_fresh =
        |path: &&String| !before.contains_key(path.as_str()) && !remnants.contains(*path);
    let fresh = upload.iter().chain(&pages).filter(of_fresh);
    let same =
        published.is_some_and(|published| data::pretty(published) == data::pretty(&manifest));
    Ok(Plan {
        fresh: fresh.cloned().collect(),
        remove: gone.difference(&after).map(ToString::to_string).collect(),
        unchanged: manifest.files.len() - upload.len() - pages.len(),
        announces: !same,
        upload,
        pages,
        carried,
        manifest,
    })
}

/// The PDF and CSV of an issued edition may be rendered otherwise by a newer version; its data never.
fn refuse_other_data(path: &str) -> Result<()> {
    match path.ends_with(".json") {
        true => Err(Error::new(
            Message::new("published-edition-differs").with("path", path),
        )),
        false => Ok(()),
    }
}

/// `editions/<id>/safeguards.pdf` and its data.
pub fn is_issued(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let names = ["safeguards.pdf", "safeguards.json", "safeguards.csv"];
    matches!(parts.as_slice(), ["editions", _, name] if names.contains(name))
}

fn is_page(path: &str) -> bool {
    path.ends_with(".html") || LISTS.contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &str)]) -> Site {
        let files = files.iter();
        let files = files.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        let files: BTreeMap<String, Vec<u8>> = files.collect();
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
        Site { manifest, files }
    }

    fn planned(before: &Site, after: &Site) -> Plan {
        plan(Some(&before.manifest), after, &BTreeSet::new()).expect("a plan")
    }

    #[test]
    fn at_first_everything_travels_pages_last() {
        let site = site(&[("index.html", "1"), ("a.css", "2"), ("feed.xml", "3")]);
        let plan = plan(None, &site, &BTreeSet::new()).expect("a plan");
        assert_eq!(plan.upload, ["a.css"]);
        assert_eq!(plan.pages, ["feed.xml", "index.html"]);
        assert!(plan.announces && plan.remove.is_empty() && plan.unchanged == 0);
    }

    #[test]
    fn later_only_what_changed_travels() {
        let before = site(&[("index.html", "1"), ("a.css", "2"), ("b.css", "3")]);
        let after = site(&[("index.html", "1"), ("b.css", "changed"), ("c.css", "4")]);
        let plan = planned(&before, &after);
        assert_eq!(plan.upload, ["b.css", "c.css"]);
        assert!(plan.pages.is_empty());
        assert_eq!(plan.remove, ["a.css"]);
        assert_eq!(plan.fresh, ["c.css"]);
        assert!(planned(&after, &after).is_empty());
    }

    #[test]
    fn an_issued_edition_stays_as_it_was_published() {
        let path = "editions/2026-01-01/safeguards";
        let [pdf, json] = ["pdf", "json"].map(|ending| format!("{path}.{ending}"));
        let before = site(&[(&pdf, "as issued"), (&json, "{}")]);
        let after = site(&[(&pdf, "rendered anew"), (&json, "{}")]);
        let plan = planned(&before, &after);
        assert_eq!(plan.carried, std::slice::from_ref(&pdf));
        assert!(plan.is_empty(), "{plan:?}");
        let altered = site(&[(&pdf, "as issued"), (&json, "{\"a\": 1}")]);
        assert!(super::plan(Some(&before.manifest), &altered, &BTreeSet::new()).is_err());
    }

    #[test]
    fn what_a_dead_publisher_left_is_removed_unless_it_is_needed() {
        let before = site(&[("index.html", "1")]);
        let after = site(&[("index.html", "1"), ("b.css", "2")]);
        let remnants = ["a.css", "b.css"].map(str::to_owned).into();
        let plan = plan(Some(&before.manifest), &after, &remnants).expect("a plan");
        assert_eq!(plan.remove, ["a.css"]);
        assert_eq!(plan.upload, ["b.css"]);
        assert!(plan.fresh.is_empty(), "b.css is taken for a stranger's");
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
