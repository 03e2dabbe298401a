//! A received file + the list of editions → a verdict. Never here: disk, network, clock.
//! A file is genuine if these very bytes were recorded by the office. What a file says of itself, and
//! what its pages show, proves nothing; the attached data only tells which edition it claims to be.

use self::Verdict::{Current, NoRecord, NotAsIssued, NotOurs, PagesUnproven, Replaced, Withdrawn};
use crate::data::{FORMAT, PROOF, SheetData, sha256};
use crate::edition::{Ending, ListedEdition, Listing, digest_start};
use crate::manifest::site::{PDF, edition_folder};
use crate::pdf_reader::{self, PdfSignature};
use crate::{date::day_in_japan, message::Message, model::Audience};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::Serialize;
use x509_cert::Certificate;

/// The list of editions, from the project or the site.
#[derive(Default)]
pub struct KnownEditions {
    /// Without it no file can be judged.
    pub listing: Option<Listing>,
    /// True if the list came over a connection that anybody may have altered.
    pub is_insecure: bool,
    /// Address of the site, with a final `/`, where issued files are to be had.
    pub site: Option<String>,
}

/// The knowledge beside the file itself.
pub struct VerifyContext {
    pub known: KnownEditions,
    /// The certificate of the signer that a file must have.
    pub signer: Option<Certificate>,
    /// The name of the signer that a file must have, certified by one of `roots`.
    pub signer_name: Option<String>,
    /// The authorities that are trusted.
    pub roots: Vec<Certificate>,
    pub now: Timestamp,
}

/// The result for one file, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Current,
    Replaced,
    Withdrawn,
    /// Nothing at hand to compare the file with.
    NoRecord,
    /// The data is an edition's; the file is not recorded.
    PagesUnproven,
    /// A proof, a draft, another office's or another program's file.
    NotOurs,
    /// It claims to be an edition and contradicts the record, or lacks the signature asked for.
    NotAsIssued,
}

impl Verdict {
    /// The exit code of `safeguard verify`.
    pub fn code(self) -> u8 {
        match self {
            Current => 0,
            Replaced | Withdrawn => 3,
            PagesUnproven => 5,
            NoRecord => 4,
            NotOurs | NotAsIssued => 1,
        }
    }
}

/// The facts known of a file.
#[derive(Debug)]
pub struct VerifyReport {
    pub file: String,
    pub verdict: Verdict,
    /// The sentence of the verdict.
    pub reason: Message,
    /// The way to the issued file.
    pub advice: Option<Message>,
    pub sha256: String,
    /// The record's, else the one that the file claims.
    pub office: Option<String>,
    pub edition: Option<String>,
    /// Certificates that run out within 90 days or have run out; only of data that is genuine.
    pub expiring: Vec<ExpiringCertificate>,
    pub signatures: Vec<PdfSignature>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ExpiringCertificate {
    pub text: String,
    pub expires_on: Date,
    pub has_expired: bool,
}

/// The attached data. A later version may write a format that this one cannot read.
struct ReceivedData {
    digest: String,
    format: String,
    sheet: Option<SheetData>,
}

/// Verifies a file of that name.
pub fn verify(name: &str, file: &[u8], context: &VerifyContext) -> VerifyReport {
    let (bytes, signatures, obstacle) = match pdf_reader::read(file) {
        Ok(pdf) => (pdf.data, pdf.signatures, None),
        // It may be the data by itself.
        Err(error) => (file.to_vec(), Vec::new(), Some(error)),
    };
    let data = read_data(&bytes);
    let sheet = data.as_ref().and_then(|data| data.sheet.as_ref());
    let sha256 = sha256(file);
    let known = &context.known;
    let listing = known.listing.as_ref();
    let recorded = listing.and_then(|listing| Some((listing, listing.of_file(&sha256)?)));
    let (verdict, reason) = match (missing_signature(&signatures, context), recorded, &data) {
        (Some(missing), ..) => (NotAsIssued, missing),
        (None, Some(_), _) if known.is_insecure => (NoRecord, Message::new("verify-list-insecure")),
        // Somebody recorded another edition's file, or a proof, as a copy of this one.
        (None, Some((_, edition)), Some(data)) if !edition.has_data(&data.digest) => {
            unrecorded(data, listing)
        }
        (None, Some((listing, edition)), _) => genuine(edition, listing),
        (None, None, Some(data)) => unrecorded(data, listing),
        (None, None, None) => match (obstacle, listing) {
            (Some(error), Some(_)) => (NotOurs, for_client(error.message)),
            _ => (NoRecord, Message::new("verify-no-list")),
        },
    };
    let claimed = sheet.and_then(|sheet| sheet.edition.as_ref());
    let edition = recorded.map_or(claimed, |(_, edition)| Some(&edition.id));
    let office = sheet.map(|sheet| &sheet.office.name);
    let is_of_edition = |data: &ReceivedData| listing?.of_data(&data.digest);
    let is_genuine = recorded.is_some() || data.as_ref().and_then(is_of_edition).is_some();
    let genuine_sheet = sheet.filter(|_| is_genuine);
    VerifyReport {
        file: name.to_owned(),
        verdict,
        reason: reason.with("file", name),
        advice: advice(verdict, edition, sheet, known),
        office: recorded.map_or(office, |(it, _)| Some(&it.office)).cloned(),
        edition: edition.cloned(),
        expiring: genuine_sheet.map_or_else(Vec::new, |sheet| expiring(sheet, context.now)),
        sha256,
        signatures,
    }
}

fn read_data(bytes: &[u8]) -> Option<ReceivedData> {
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let format = value["format"].as_str()?.to_owned();
    format.starts_with("safeguards/").then(|| ReceivedData {
        digest: sha256(bytes),
        format,
        sheet: serde_json::from_value(value).ok(),
    })
}

/// The reason a file that is not recorded cannot be compared, for whoever received it.
fn for_client(obstacle: Message) -> Message {
    match obstacle.id {
        "pdf-no-data" | "pdf-several-data" => obstacle,
        "pdf-encrypted" => Message::new("verify-encrypted"),
        _ => Message::new("verify-not-recorded"),
    }
}

/// The verdict on a recorded file.
fn genuine(edition: &ListedEdition, listing: &Listing) -> (Verdict, Message) {
    let (id, office) = (&edition.id, &listing.office);
    let message = |name| Message::new(name).with("id", id).with("office", office);
    if let Some(Ending { on, note }) = &edition.withdrawn {
        let withdrawn = message("verify-withdrawn").with("day", on);
        return (Withdrawn, withdrawn.with("note", note));
    }
    let Some(by) = &edition.superseded_by else {
        return (Current, message("verify-current"));
    };
    let next = listing.edition(by);
    let day = next.map_or_else(String::new, |next| next.issued_on.to_string());
    let note = next.and_then(|next| next.note.as_deref()).unwrap_or("-");
    let replaced = message("verify-replaced").with("by", by).with("day", day);
    (Replaced, replaced.with("note", note))
}

/// The verdict on the data of a file of which no record is at hand.
fn unrecorded(data: &ReceivedData, listing: Option<&Listing>) -> (Verdict, Message) {
    let Some(sheet) = &data.sheet else {
        if data.format == FORMAT {
            return (NotAsIssued, Message::new("verify-data-broken"));
        }
        let message = Message::new("verify-other-format").with("format", &data.format);
        return (NoRecord, message);
    };
    let (id, listing) = match (&sheet.edition, listing) {
        _ if sheet.status.as_deref() == Some(PROOF) => {
            return (NotOurs, Message::new("verify-proof"));
        }
        (None, _) => return (NotOurs, Message::new("verify-draft")),
        (_, None) => return (NoRecord, Message::new("verify-no-list")),
        (Some(id), Some(listing)) => (id, listing),
    };
    let (office, digest) = (&listing.office, digest_start(&data.digest));
    let message = |name: &'static str, id: &str| {
        let named = Message::new(name).with("id", id).with("office", office);
        named.with("digest", digest)
    };
    if let Some(edition) = listing.of_data(&data.digest) {
        (PagesUnproven, message("verify-pages-unproven", &edition.id))
    } else if sheet.office.name != listing.office {
        let other = message("verify-other-office", id).with("claimed", &sheet.office.name);
        (NotOurs, other)
    } else if listing.edition(id).is_some() {
        (NotAsIssued, message("verify-data-altered", id))
    } else if let Some(lost) = listing.lost.iter().find(|lost| lost.id == *id) {
        let gone = message("verify-lost", id).with("day", lost.ending.on);
        (NoRecord, gone.with("note", &lost.ending.note))
    } else {
        (NoRecord, message("verify-no-such-edition", id))
    }
}

/// The reason that no signature is the one asked for; `None` if one is, or none was asked for.
fn missing_signature(signatures: &[PdfSignature], context: &VerifyContext) -> Option<Message> {
    let (signer, name, roots) = (&context.signer, &context.signer_name, &*context.roots);
    let is_found = |it: &PdfSignature| {
        let is_named = name.is_none() || it.signer == *name && it.is_trusted(roots, context.now);
        let is_own = signer.as_ref().is_none_or(|signer| it.is_signer(signer));
        is_named && is_own && it.check(roots, context.now).is_ok()
    };
    if signer.is_none() && name.is_none() || signatures.iter().any(is_found) {
        None
    } else if signatures.is_empty() {
        Some(Message::new("verify-unsigned-demanded"))
    } else {
        Some(Message::new("verify-signer-demanded"))
    }
}

fn expiring(sheet: &SheetData, now: Timestamp) -> Vec<ExpiringCertificate> {
    let today = day_in_japan(now);
    let soon = today.saturating_add(90.days());
    let expiring = sheet.certifications.iter().filter_map(|certification| {
        let expires_on: Date = certification.expires_on.as_deref()?.parse().ok()?;
        (expires_on <= soon).then(|| ExpiringCertificate {
            text: certification.text.clone(),
            expires_on,
            has_expired: expires_on < today,
        })
    });
    expiring.collect()
}

fn advice(
    verdict: Verdict,
    edition: Option<&String>,
    sheet: Option<&SheetData>,
    KnownEditions { listing, site, .. }: &KnownEditions,
) -> Option<Message> {
    let newest = listing.as_ref().and_then(|listing| listing.editions.last());
    let is_in_force = newest.is_some_and(|newest| newest.withdrawn.is_none());
    let is_public = sheet.is_none_or(|sheet| sheet.audience == Audience::Public);
    let advice = match (verdict, site.as_ref().filter(|_| is_public), edition) {
        (Current, ..) => return None,
        (PagesUnproven | NotAsIssued, Some(site), Some(id)) => {
            let address = format!("{site}{}{PDF}", edition_folder(id));
            Message::new("verify-get-here").with("address", address)
        }
        (Replaced, ..) if !is_in_force => Message::new("verify-none-in-force"),
        (Replaced, Some(it), _) => Message::new("verify-get-newest").with("address", it),
        _ => Message::new("verify-ask-office"),
    };
    Some(advice)
}
