//! A received copy + the list of editions → the copy's claims, findings, and a verdict.
//!
//! Never here: disk, network, clock. The caller has read the file and the list.

use self::Weight::{Fine, Note, Wrong};
use crate::data::sha256;
use crate::date::{self, DateStyle, day_in_japan};
use crate::edition::{ListedEdition, Listing, digest_start};
use crate::message::Message;
use crate::model::Audience;
use crate::pdf_reader::{Coverage, PdfContents, PdfSignature};
use crate::sheet::Labels;
use aho_corasick::{AhoCorasick, MatchKind};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use x509_cert::Certificate;

/// The knowledge beside the copy itself.
pub struct VerifyContext<'a> {
    /// The editions issued, from the project or the site. Without them the copy cannot be judged.
    pub listing: Option<&'a Listing>,
    /// The texts that the theme prints around the data.
    pub labels: &'a Labels,
    /// Further texts that the office prints: notes of other editions, approvers.
    pub texts: Vec<String>,
    /// The certificates that signers and time authorities must lead to.
    /// Without them trust is not judged.
    pub roots: Option<&'a [Certificate]>,
    pub now: Timestamp,
}

/// The result, and the exit code of `safeguard verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The newest edition, unaltered.
    Current = 0,
    /// Something in the copy is not as it was issued.
    Refused = 1,
    /// An edition, unaltered but superseded.
    Superseded = 3,
    /// No record is available to compare the copy with.
    CannotTell = 4,
}

#[derive(Debug)]
pub struct VerifyReport {
    pub verdict: Verdict,
    /// The copy's statements about itself.
    pub claims: Vec<Message>,
    pub findings: Vec<VerifyFinding>,
}

#[derive(Debug)]
pub struct VerifyFinding {
    /// Its name, the same in every language.
    pub name: &'static str,
    pub weight: Weight,
    pub message: Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Good.
    Fine,
    /// Worth knowing.
    Note,
    /// A reason to refuse the copy.
    Wrong,
}

/// The attached data's statements about itself.
#[derive(Debug, Deserialize)]
struct Claim {
    format: String,
    edition: Option<String>,
    status: Option<String>,
    audience: Audience,
    title: String,
    office: Value,
}

/// Verifies a copy. `file` is its bytes, `pdf` the contents read from them.
pub fn verify(file: &[u8], pdf: &PdfContents, context: &VerifyContext) -> VerifyReport {
    let mut report = VerifyReport {
        verdict: Verdict::CannotTell,
        claims: Vec::new(),
        findings: Vec::new(),
    };
    let data: Value = serde_json::from_slice(&pdf.data).unwrap_or(Value::Null);
    let claim = Claim::deserialize(&data).ok();
    let Some(claim) = claim.filter(|claim| claim.format == crate::data::FORMAT) else {
        let message = Message::new("verify-data-unreadable");
        report.record("data-unreadable", Wrong, message);
        report.verdict = Verdict::Refused;
        return report;
    };
    report.record_claims(&claim, pdf);
    if claim.status.as_deref() == Some(crate::data::PROOF) {
        report.record("proof", Wrong, Message::new("verify-proof"));
        report.verdict = Verdict::Refused;
        return report;
    }
    let digest = sha256(&pdf.data);
    let listed = report.compare_digest(&claim, &digest, context);
    report.compare_file(file, listed, pdf);
    report.compare_text(&data, &claim, &digest, pdf, context);
    report.check_signatures(pdf, context);
    report.conclude(listed);
    report
}

impl VerifyReport {
    fn record(&mut self, name: &'static str, weight: Weight, message: Message) {
        self.findings.push(VerifyFinding {
            name,
            weight,
            message,
        });
    }

    fn record_claims(&mut self, claim: &Claim, pdf: &PdfContents) {
        let message = match &claim.edition {
            Some(id) => Message::new("verify-claims").with("id", id),
            None => Message::new("verify-claims-draft"),
        };
        let office = claim.office["name"].as_str().unwrap_or_default();
        self.claims.push(
            message
                .with("title", &claim.title)
                .with("office", office)
                .with("audience", claim.audience.name()),
        );
        if let Some(recipient) = pdf.recipient() {
            let message = Message::new("verify-claims-recipient");
            self.claims.push(message.with("recipient", recipient));
        }
    }

    /// Finds the edition whose data this is.
    fn compare_digest<'a>(
        &mut self,
        claim: &Claim,
        digest: &str,
        context: &VerifyContext<'a>,
    ) -> Option<(&'a ListedEdition, Audience)> {
        let message = |id| Message::new(id).with("digest", digest_start(digest));
        let Some(id) = &claim.edition else {
            self.record("draft", Wrong, message("verify-draft"));
            return None;
        };
        let Some(listing) = context.listing else {
            self.record("no-record", Note, message("verify-no-record"));
            return None;
        };
        let found = listing.find(digest);
        if let Some((edition, _)) = found {
            self.record("data", Fine, message("verify-data").with("id", &edition.id));
        } else if listing.editions.iter().any(|edition| edition.id == *id) {
            let altered = message("verify-data-altered").with("id", id);
            self.record("data-altered", Wrong, altered);
        } else {
            let unknown = message("verify-no-such-edition").with("id", id);
            self.record("no-record", Note, unknown);
        }
        found
    }

    /// Compares the file with the record. An identical one needs no further proof, but gets it.
    fn compare_file(
        &mut self,
        file: &[u8],
        listed: Option<(&ListedEdition, Audience)>,
        pdf: &PdfContents,
    ) {
        let hash = sha256(file);
        if listed.is_some_and(|(edition, _)| edition.files.sha256.values().any(|it| *it == hash)) {
            self.record("file", Fine, Message::new("verify-file"));
        }
        for overlay in &pdf.overlays {
            let message = Message::new("verify-overlay").with("kind", overlay);
            self.record("overlay", Wrong, message);
        }
    }

    /// Compares the text of the pages with the data: no less and no more.
    fn compare_text(
        &mut self,
        data: &Value,
        claim: &Claim,
        digest: &str,
        pdf: &PdfContents,
        context: &VerifyContext,
    ) {
        if pdf.title() != Some(&claim.title) {
            let found = pdf.title().unwrap_or_default();
            let message = Message::new("verify-other-document").with("found", found);
            self.record("other-document", Wrong, message.with("title", &claim.title));
            return;
        }
        let start = digest_start(digest);
        let page = PrintedText::of(pdf);
        let mut pieces = vec![digest.to_owned(), start.to_owned()];
        let missing = page.missing(data, &mut pieces);
        for (row, text) in &missing {
            let message = Message::new("verify-text-differs").with("row", row);
            self.record("text-differs", Wrong, message.with("text", text));
        }
        // Before it is issued a sheet bears no digest.
        if claim.edition.is_some() && !page.0.contains(start) {
            let message = Message::new("verify-other-digest").with("digest", start);
            self.record("other-digest", Wrong, message);
        }
        let mut known = BTreeSet::from_iter(pieces);
        collect_strings(data, &mut known);
        let extra = page.extra(known, pdf, context);
        if let Some(extra) = &extra {
            // Another version may print other texts around the same data.
            let creator = pdf.information.get("Creator").map(String::as_str);
            let is_this_version = creator == Some(crate::render::pdf::CREATOR);
            let weight = if is_this_version { Wrong } else { Note };
            let message = Message::new("verify-text-added").with("text", extra);
            self.record("text-added", weight, message);
        }
        if missing.is_empty() && extra.is_none() {
            self.record("text", Fine, Message::new("verify-text"));
        }
    }

    fn check_signatures(&mut self, pdf: &PdfContents, context: &VerifyContext) {
        if pdf.signatures.is_empty() {
            self.record("unsigned", Note, Message::new("verify-unsigned"));
        }
        for signature in &pdf.signatures {
            self.check_signature(signature, context);
        }
        // Nothing may be appended after the last signature.
        let last = pdf.signatures.last();
        if last.is_some_and(|last| last.coverage == Coverage::EarlierRevision) {
            let message = Message::new("verify-signature-earlier");
            self.record("signature-added-to", Wrong, message);
        }
    }

    fn check_signature(&mut self, signature: &PdfSignature, context: &VerifyContext) {
        let signer = signature.signer.as_deref().unwrap_or("?");
        let message = |id| Message::new(id).with("signer", signer);
        if signature.integrity.is_err() || signature.coverage == Coverage::Arbitrary {
            self.record(
                "signature-broken",
                Wrong,
                message("verify-signature-broken"),
            );
            return;
        }
        let day = |at| day_in_japan(at).to_string();
        let claimed = signature.claimed.map_or_else(|| "?".to_owned(), day);
        let valid = message("verify-signature").with("day", claimed);
        self.record("signature", Fine, valid);
        if let Some(timestamp) = &signature.timestamp {
            let token = timestamp.token.as_ref();
            let authority = token.map_or_else(|| "?".to_owned(), |token| token.authority());
            let message = |id| Message::new(id).with("authority", &authority);
            if let (Ok(()), Some(token)) = (timestamp.integrity, token) {
                let valid = message("verify-stamp").with("day", day(token.time));
                self.record("timestamp", Fine, valid);
            } else {
                self.record("timestamp-broken", Wrong, message("verify-stamp-broken"));
            }
        }
        match context.roots {
            None => self.record("trust", Note, message("verify-trust-unjudged")),
            Some(roots) if signature.is_trusted(roots, context.now) => {
                self.record("trust", Fine, message("verify-trusted"));
            }
            Some(_) => self.record("untrusted", Wrong, message("verify-untrusted")),
        }
    }

    fn conclude(&mut self, listed: Option<(&ListedEdition, Audience)>) {
        self.verdict = match listed {
            _ if self.findings.iter().any(|it| it.weight == Wrong) => Verdict::Refused,
            None => Verdict::CannotTell,
            Some((edition, _)) => match &edition.superseded_by {
                None => Verdict::Current,
                Some(by) => {
                    let message = Message::new("verify-superseded").with("id", &edition.id);
                    self.record("superseded", Note, message.with("by", by));
                    Verdict::Superseded
                }
            },
        };
    }
}

/// The text of the pages without white space, with a form feed between two pages.
struct PrintedText(String);

const PAGE_END: char = '\u{c}';

impl PrintedText {
    fn of(pdf: &PdfContents) -> PrintedText {
        let pages: Vec<String> = pdf.pages.iter().map(|page| without_spaces(page)).collect();
        PrintedText(pages.join(&PAGE_END.to_string()))
    }

    /// The rows and other texts of the data that the pages do not print, or not in their order.
    ///
    /// The pieces of a text that continues on the next page are added to `pieces`.
    fn missing(&self, data: &Value, pieces: &mut Vec<String>) -> Vec<(String, String)> {
        let mut missing = Vec::new();
        let mut rest = self.0.as_str();
        for row in list(&data["measures"]) {
            let subject = cell_text(&row["subject"]);
            let number = row["no"].as_u64().map(|no| format!("{no} "));
            let name = number.unwrap_or_default() + &subject;
            for field in ["measure", "remarks"] {
                let text = without_spaces(&cell_text(&row[field]));
                match find_end(rest, &text, pieces) {
                    Some(end) => rest = &rest[end..],
                    None => missing.push((name.clone(), text)),
                }
            }
            let [section, item] = ["section", "item"].map(|place| string(&row[place]["name"]));
            for text in [subject, section, item] {
                if find_end(&self.0, &without_spaces(&text), pieces).is_none() {
                    missing.push((name.clone(), text));
                }
            }
        }
        for text in texts_around(data) {
            if find_end(&self.0, &without_spaces(&text), pieces).is_none() {
                missing.push((string(&data["title"]), text));
            }
        }
        missing
    }

    /// The first text on the pages that neither the data nor the theme accounts for.
    fn extra(
        &self,
        mut known: BTreeSet<String>,
        pdf: &PdfContents,
        context: &VerifyContext,
    ) -> Option<String> {
        for label in context.labels.values().chain(&context.texts) {
            // The program fills in what stands between braces.
            known.extend(label.split(['{', '}']).map(str::to_owned));
        }
        known.extend(pdf.recipient().map(str::to_owned));
        let mut patterns: BTreeSet<String> = known.iter().map(|it| without_spaces(it)).collect();
        patterns.remove("");
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .ok()?;
        let rest = search.replace_all(&self.0, &vec!["\n"; patterns.len()]);
        // A shorter stretch is a number, a date, or stands between two known texts.
        let mut stretches = rest.split(['\n', PAGE_END]).map(without_address);
        let letters = |stretch: &str| stretch.chars().filter(|c| c.is_alphabetic()).count();
        let extra = stretches.find(|stretch| letters(stretch) >= 4);
        extra.map(str::to_owned)
    }
}

/// The texts of the data outside the rows that the pages must print.
fn texts_around(data: &Value) -> Vec<String> {
    let certifications = list(&data["certifications"]).iter();
    let mut texts: Vec<String> = certifications.map(|it| string(&it["text"])).collect();
    // The proof is not signed, and tells the office nothing about itself.
    if data["audience"] != "internal" {
        if let Some(fields) = data["office"].as_object() {
            texts.extend(fields.values().map(string));
        }
        let signatory = &data["signatory"];
        let signed = [&data["title"], &signatory["title"], &signatory["name"]];
        texts.extend(signed.map(string));
    }
    texts.extend(printed_date(data));
    texts
}

/// The end of a wanted text; it may continue on the next page.
fn find_end(text: &str, wanted: &str, pieces: &mut Vec<String>) -> Option<usize> {
    if let Some(at) = text.find(wanted) {
        return Some(at + wanted.len());
    }
    // The longest beginning that is printed; the rest must follow on a later page.
    let mut cuts = wanted.char_indices().rev().map(|(at, _)| at);
    let cut = cuts.find(|cut| *cut > 0 && text.contains(&wanted[..*cut]))?;
    let begin = text.find(&wanted[..cut])? + cut;
    let next = begin + text[begin..].find(PAGE_END)?;
    let end = find_end(&text[next..], &wanted[cut..], pieces)?;
    pieces.extend([wanted[..cut].to_owned(), wanted[cut..].to_owned()]);
    Some(next + end)
}

/// The sheet's date as it is printed.
fn printed_date(data: &Value) -> Option<String> {
    let day = data["date"].as_str()?.parse().ok()?;
    let style = DateStyle::deserialize(&data["date_style"]).ok()?;
    Some(date::print(day, style))
}

/// Cuts a web address off: it states nothing, and the digits at its end were compared before.
fn without_address(stretch: &str) -> &str {
    stretch.split("https://").next().unwrap_or_default()
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The text of a cell: paragraphs that are strings or lists of runs.
fn cell_text(cell: &Value) -> String {
    let paragraph = |paragraph: &Value| match paragraph.as_array() {
        Some(runs) => runs.iter().map(|run| string(&run["text"])).collect(),
        None => string(paragraph),
    };
    list(&cell["text"]).iter().map(paragraph).collect()
}

/// Collects every string in the data, with each cell's text as one.
fn collect_strings(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = all.insert(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| collect_strings(value, all)),
        Value::Object(fields) => {
            all.insert(cell_text(value));
            fields
                .values()
                .for_each(|value| collect_strings(value, all));
        }
        _ => {}
    }
}
