//! The files of a build: their names, their media types and the manifest that lists them.
//!
//! Files on the web have ASCII names; those that people save, mail and print Japanese ones with role and edition.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Path below `output/` → bytes.
pub type Bundle = BTreeMap<String, Vec<u8>>;

/// The folder that is published.
pub const SITE: &str = "site/";
/// The folder of files to hand out.
pub const CLIENT: &str = "client/";
/// The copies of single clients. Nothing but their hashes is recorded, so no build removes them.
pub const COPIES: &str = "client/copies/";
pub const MANIFEST: &str = "manifest.json";
/// The data of one reader, also attached to each PDF.
pub const DATA: &str = "safeguards.json";

/// The site's own files; pages of prose stand beside them.
pub mod site {
    pub const FRONT: &str = "index.html";
    pub const VERIFY: &str = "verify.html";
    pub const EDITIONS: &str = "editions/index.html";
    pub const LISTING: &str = "editions.json";
    /// In an edition's folder.
    pub const CHANGES: &str = "changes.html";
    pub const MISSING: &str = "404.html";
    pub const FEED: &str = "feed.xml";
    pub const ROBOTS: &str = "robots.txt";
    pub const SITEMAP: &str = "sitemap.xml";
    pub const PDF: &str = "safeguards.pdf";
    pub const CSV: &str = "safeguards.csv";
    /// The folder of the English pages.
    pub const ENGLISH: &str = "en/";

    /// The files that pages offer for download.
    pub const DOWNLOADS: [&str; 3] = [PDF, CSV, super::DATA];
    /// The files that a link of a page may lead to.
    pub const LINKABLE: [&str; 6] = [EDITIONS, FRONT, CSV, super::DATA, PDF, VERIFY];

    /// The folder of an edition.
    pub fn edition_folder(id: &str) -> String {
        format!("editions/{id}/")
    }

    /// The path in the bundle of a file of the site.
    pub fn bundle_path(path: &str) -> String {
        format!("{}{path}", super::SITE)
    }
}

/// `manifest.json`: every file of a build but itself, and what it was built from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The issued edition; none if the content is a draft.
    pub edition: Option<String>,
    pub id: String,
    pub guideline: String,
    pub theme: String,
    pub as_of: String,
    pub version: String,
    /// SHA-256 of each reader's `safeguards.json`.
    pub digest: BTreeMap<String, String>,
    pub files: Vec<ManifestFile>,
}

/// A file that a manifest lists.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ManifestFile {
    pub path: String,
    pub bytes: usize,
    pub sha256: String,
}

/// SHA-256 in lower-case hexadecimal, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn manifest_file(path: &str, bytes: &[u8]) -> ManifestFile {
    ManifestFile {
        path: path.to_owned(),
        bytes: bytes.len(),
        sha256: sha256(bytes),
    }
}

/// The media type of a file of the site, by its extension: pages hold their styles and pictures.
pub fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "csv" => "text/csv; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "txt" => "text/plain; charset=utf-8",
        "xml" => "application/xml; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The most characters of the office's name in a file name, which holds 255 bytes, three a Japanese character.
const LONGEST_OFFICE: usize = 20;
/// The most characters of a recipient's name in a file name.
pub const LONGEST_RECIPIENT: usize = 40;

/// A client's file: `client/安全管理措置一覧_2026-04-01_見本事務所`, with an ending such as `_押印用.pdf`.
pub fn client_file(id: &str, office: &str, ending: &str) -> String {
    let shortened: String = office.chars().take(LONGEST_OFFICE).collect();
    let office = plain_name(shortened.trim_end());
    format!("{CLIENT}安全管理措置一覧_{id}_{office}{ending}")
}

/// The office's own working print.
pub fn proof_file(id: &str) -> String {
    format!("office/安全管理措置一覧_{id}_校正用（社外秘）.pdf")
}

/// Replaces the characters that some system forbids in file names.
pub fn plain_name(name: &str) -> String {
    name.replace(|c: char| c.is_control() || r#"/\:*?"<>|"#.contains(c), "-")
}
