//! A received file + the list of editions → a verdict.
//!
//! A file is genuine if these very bytes were recorded by the office. What a file says of itself, and
//! what its pages show, proves nothing; the attached data only tells which edition it claims to be.
//! Never here: disk, network, clock. The caller has read the file and the list.

use crate::data::{FORMAT, PROOF, SheetData, sha256};
use crate::edition::{Ending, ListedEdition, Listing, digest_start};
use crate::manifest::site::{PDF, edition_folder};
use crate::message::{Error, Message};
use crate::model::Audience;
use crate::pdf_reader::{self, PdfSignature};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use serde_json::Value;
use x509_cert::Certificate;

/// The knowledge beside the file itself.
pub struct VerifyContext<'a> {
    /// Everything issued, from the project or the site. Without it no file can be judged.
    pub listing: Option<&'a Listing>,
    /// False if the list came over a connection that anybody may have altered.
    pub is_list_secure: bool,
    /// Address of the site, where issued files are to be had.
    pub site: Option<&'a str>,
    pub signer: SignerDemand<'a>,
    pub now: Timestamp,
    /// The day of `now` in Japan.
    pub today: Date,
}

/// The signer that a file must have.
#[derive(Clone, Copy)]
pub enum SignerDemand<'a> {
    None,
    Certificate(&'a Certificate),
    /// A name, certified by one of these authorities.
    Name(&'a str, &'a [Certificate]),
}

/// The result for one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Current,
    Replaced,
    Withdrawn,
    /// The data is an edition's; the file is not recorded.
    PagesUnproven,
    /// Nothing at hand to compare the file with.
    NoRecord,
    /// A proof, a draft, another office's or another program's file.
    NotOurs,
    /// It claims to be an edition and contradicts the record, or lacks the signature asked for.
    NotAsIssued,
}

impl Verdict {
    /// The exit code of `safeguard verify`.
    pub fn code(self) -> u8 {
        match self {
            Verdict::Current => 0,
            Verdict::Replaced | Verdict::Withdrawn => 3,
            Verdict::PagesUnproven => 5,
            Verdict::NoRecord => 4,
            Verdict::NotOurs | Verdict::NotAsIssued => 1,
        }
    }

    /// Sorts verdicts, the gravest last: 0, 3, 4, 5, 1.
    pub fn gravity(self) -> u8 {
        match self.code() {
            1 => u8::MAX,
            code => code,
        }
    }
}

/// What is known of a file.
#[derive(Debug)]
pub struct VerifyReport {
    pub verdict: Verdict,
    /// The sentence of the verdict; it has the arguments `id`, `office` and others as needed.
    pub reason: Message,
    /// What helps the reader further.
    pub advice: Vec<Message>,
    pub sha256: String,
    /// As the record says, else as the file claims.
    pub office: Option<String>,
    pub edition: Option<String>,
    /// Certificates that run out within 90 days or have run out; only of data that is genuine.
    pub expiring: Vec<ExpiringCertificate>,
    pub signatures: Vec<PdfSignature>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ExpiringCertificate {
    pub text: String,
    /// The last valid day.
    pub expires_on: Date,
    pub has_expired: bool,
}

/// Days within which the end of a certificate is told.
const SOON: i64 = 90;

/// What a file holds, as far as it can be read.
struct ReceivedFile {
    sha256: String,
    data: Option<ReceivedData>,
    signatures: Vec<PdfSignature>,
    /// Why it could not be read as a sheet.
    obstacle: Option<Error>,
}

/// The attached data. A later version may write a format that this one cannot read.
struct ReceivedData {
    digest: String,
    format: String,
    sheet: Option<SheetData>,
}

/// Verifies a file.
pub fn verify(file: &[u8], context: &VerifyContext) -> VerifyReport {
    let received = ReceivedFile::read(file);
    let (verdict, reason) = judge(&received, context);
    let data = received.data.as_ref();
    let sheet = data.and_then(|data| data.sheet.as_ref());
    let listing = context.listing;
    let recorded = listing.and_then(|listing| listing.of_file(&received.sha256));
    let of_data = data.and_then(|data| listing?.of_data(&data.digest));
    let mut report = VerifyReport {
        verdict,
        reason,
        advice: Vec::new(),
        office: match (recorded, listing) {
            (Some(_), Some(listing)) => Some(listing.office.clone()),
            _ => sheet.map(|sheet| sheet.office.name.clone()),
        },
        edition: match recorded {
            Some(edition) => Some(edition.id.clone()),
            None => sheet.and_then(|sheet| sheet.edition.clone()),
        },
        expiring: match (sheet, recorded.or(of_data)) {
            (Some(sheet), Some(_)) => expiring(sheet, context.today),
            _ => Vec::new(),
        },
        sha256: received.sha256,
        signatures: received.signatures,
    };
    report.advice = advice(&report, sheet, context);
    report
}

impl ReceivedFile {
    fn read(file: &[u8]) -> ReceivedFile {
        let (bytes, signatures, obstacle) = match pdf_reader::read(file) {
            Ok(pdf) => (pdf.data, pdf.signatures, None),
            // It may be the data by itself.
            Err(error) => (file.to_vec(), Vec::new(), Some(error)),
        };
        let data = ReceivedData::read(&bytes);
        ReceivedFile {
            sha256: sha256(file),
            obstacle: obstacle.filter(|_| data.is_none()),
            data,
            signatures,
        }
    }
}

impl ReceivedData {
    fn read(bytes: &[u8]) -> Option<ReceivedData> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        let format = value["format"].as_str()?.to_owned();
        format.starts_with("safeguards/").then(|| ReceivedData {
            digest: sha256(bytes),
            format,
            sheet: serde_json::from_value(value).ok(),
        })
    }
}

/// The verdict and its sentence.
fn judge(received: &ReceivedFile, context: &VerifyContext) -> (Verdict, Message) {
    if let Some(missing) = missing_signature(&received.signatures, context) {
        return (Verdict::NotAsIssued, missing);
    }
    let recorded = context
        .listing
        .and_then(|listing| listing.of_file(&received.sha256));
    let (verdict, reason) = match (recorded, context.listing) {
        (Some(edition), Some(listing)) => genuine(edition, listing),
        (_, listing) => unrecorded(received, listing),
    };
    let is_genuine = matches!(verdict.code(), 0 | 3);
    if is_genuine && !context.is_list_secure {
        return (Verdict::NoRecord, Message::new("verify-list-insecure"));
    }
    (verdict, reason)
}

/// The verdict on a recorded file.
fn genuine(edition: &ListedEdition, listing: &Listing) -> (Verdict, Message) {
    let message = |id| {
        Message::new(id)
            .with("id", &edition.id)
            .with("office", &listing.office)
    };
    if let Some(Ending { on, note }) = &edition.withdrawn {
        let withdrawn = message("verify-withdrawn").with("day", on);
        return (Verdict::Withdrawn, withdrawn.with("note", note));
    }
    let Some(by) = &edition.superseded_by else {
        return (Verdict::Current, message("verify-current"));
    };
    let next = listing.edition(by);
    let day = next.map_or_else(String::new, |next| next.issued_on.to_string());
    let note = next.and_then(|next| next.note.as_deref());
    let replaced = message("verify-replaced").with("by", by).with("day", day);
    (
        Verdict::Replaced,
        replaced.with("note", note.unwrap_or("-")),
    )
}

/// The verdict on a file of which no record is at hand.
fn unrecorded(received: &ReceivedFile, listing: Option<&Listing>) -> (Verdict, Message) {
    let Some(data) = &received.data else {
        return match (&received.obstacle, listing) {
            (Some(error), Some(_)) => (Verdict::NotOurs, error.message.clone()),
            _ => (Verdict::NoRecord, Message::new("verify-no-list")),
        };
    };
    let Some(sheet) = &data.sheet else {
        let message = Message::new("verify-other-format").with("format", &data.format);
        let is_newer = data.format != FORMAT;
        return if is_newer {
            (Verdict::NoRecord, message)
        } else {
            (Verdict::NotAsIssued, Message::new("verify-data-broken"))
        };
    };
    if sheet.status.as_deref() == Some(PROOF) {
        return (Verdict::NotOurs, Message::new("verify-proof"));
    }
    let Some(id) = &sheet.edition else {
        return (Verdict::NotOurs, Message::new("verify-draft"));
    };
    let Some(listing) = listing else {
        return (Verdict::NoRecord, Message::new("verify-no-list"));
    };
    let message = |id: &'static str, edition: &str| {
        Message::new(id)
            .with("id", edition)
            .with("office", &listing.office)
            .with("digest", digest_start(&data.digest))
    };
    if let Some(edition) = listing.of_data(&data.digest) {
        let unproven = message("verify-pages-unproven", &edition.id);
        (Verdict::PagesUnproven, unproven)
    } else if sheet.office.name != listing.office {
        let other = message("verify-other-office", id).with("claimed", &sheet.office.name);
        (Verdict::NotOurs, other)
    } else if listing.edition(id).is_some() {
        (Verdict::NotAsIssued, message("verify-data-altered", id))
    } else if let Some(lost) = listing.lost.iter().find(|lost| lost.id == *id) {
        let gone = message("verify-lost", id).with("day", lost.ending.on);
        (Verdict::NoRecord, gone.with("note", &lost.ending.note))
    } else {
        (Verdict::NoRecord, message("verify-no-such-edition", id))
    }
}

/// Why no signature is the one asked for; `None` if one is, or none was asked for.
fn missing_signature(signatures: &[PdfSignature], context: &VerifyContext) -> Option<Message> {
    let is_by = |signature: &&PdfSignature| match context.signer {
        SignerDemand::None => true,
        SignerDemand::Certificate(certificate) => signature.is_signer(certificate),
        SignerDemand::Name(name, roots) => {
            signature.signer.as_deref() == Some(name) && signature.is_trusted(roots, context.now)
        }
    };
    match context.signer {
        SignerDemand::None => None,
        _ if signatures.is_empty() => Some(Message::new("verify-unsigned-demanded")),
        _ => {
            let roots = match context.signer {
                SignerDemand::Name(_, roots) => roots,
                _ => &[],
            };
            let is_valid = |it: &&PdfSignature| it.check(roots, context.now).is_ok();
            let is_found = signatures.iter().filter(is_valid).any(|it| is_by(&it));
            (!is_found).then(|| Message::new("verify-signer-demanded"))
        }
    }
}

/// The certificates of the sheet that have run out or are about to.
fn expiring(sheet: &SheetData, today: Date) -> Vec<ExpiringCertificate> {
    let soon = today.saturating_add(SOON.days());
    let mut expiring = Vec::new();
    for certification in &sheet.certifications {
        let last = certification.expires_on.as_deref();
        if let Some(expires_on) = last.and_then(|day| day.parse().ok())
            && expires_on <= soon
        {
            expiring.push(ExpiringCertificate {
                text: certification.text.clone(),
                expires_on,
                has_expired: expires_on < today,
            });
        }
    }
    expiring
}

/// Where the issued file is to be had.
fn advice(
    report: &VerifyReport,
    sheet: Option<&SheetData>,
    context: &VerifyContext,
) -> Vec<Message> {
    if report.verdict == Verdict::Current {
        return Vec::new();
    }
    let is_public = sheet.is_none_or(|sheet| sheet.audience == Audience::Public);
    let edition = report.edition.as_deref();
    let in_force = matches!(
        report.verdict,
        Verdict::PagesUnproven | Verdict::NotAsIssued
    );
    match (context.site, edition) {
        (Some(site), Some(id)) if is_public && in_force => {
            let address = format!("{site}{}{PDF}", edition_folder(id));
            vec![Message::new("verify-get-here").with("address", address)]
        }
        (Some(site), _) if report.verdict == Verdict::Replaced && is_public => {
            vec![Message::new("verify-get-newest").with("address", site)]
        }
        _ => vec![Message::new("verify-ask-office")],
    }
}
