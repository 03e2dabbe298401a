//! The edition that a sheet shows, and the QR code that leads to the edition's page.

use crate::edition::{Edition, digest_start};
use crate::manifest::site::{FRONT, edition_folder};
use crate::model::Audience;
use fast_qr::{ECL, QRBuilder};
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct EditionLine {
    pub id: String,
    pub note: Option<String>,
    /// SHA-256 of this reader's `safeguards.json`.
    pub digest: String,
    /// Its first 16 digits, as printed.
    pub digest_start: String,
    /// The edition's page on the office's site, if its address is known.
    pub address: Option<String>,
    /// The address as a QR code: a line of `1` (dark) and `0` for each row of modules.
    pub qr: Vec<String>,
}

impl EditionLine {
    /// The edition's line for a reader; its page lies below the address of `site`.
    pub fn new(edition: &Edition, audience: Audience, site: Option<&str>) -> EditionLine {
        let digest = edition.digest.of(audience);
        let start = digest_start(digest);
        let address = site.map(|site| {
            let folder = edition_folder(&edition.id);
            let top = site.trim_end_matches('/');
            format!("{top}/{folder}{FRONT}#{start}")
        });
        EditionLine {
            id: edition.id.clone(),
            note: edition.note.clone(),
            digest: digest.to_owned(),
            digest_start: start.to_owned(),
            qr: address.as_deref().map(qr_code).unwrap_or_default(),
            address,
        }
    }
}

/// The rows of a QR code's modules; none if the address is too long for a code.
fn qr_code(address: &str) -> Vec<String> {
    let Ok(code) = QRBuilder::new(address).ecl(ECL::M).build() else {
        return Vec::new();
    };
    let row = |y: usize| {
        let modules = (0..code.size).map(|x| code[y][x].value());
        modules.map(|dark| if dark { '1' } else { '0' }).collect()
    };
    (0..code.size).map(row).collect()
}
