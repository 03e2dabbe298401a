//! A received copy + the list of editions → what can be said of it: whose it is, unaltered or not, current or not.
//!
//! No disk, no network, no clock: who calls has read the file and the list.

use crate::data::sha256;
use crate::date::{self, DateStyle};
use crate::edition::{Listed, Listing, digest_start};
use crate::message::Message;
use crate::model::Audience;
use crate::pdf_reader::{Range, Received, SignatureState, Trust};
use crate::sheet::Labels;
use aho_corasick::{AhoCorasick, MatchKind};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use x509_cert::Certificate;

/// What is known beside the copy itself.
pub struct VerifyContext<'a> {
    /// The editions issued, from the project or the site; none at hand: the copy cannot be judged.
    pub listing: Option<&'a Listing>,
    /// Words that the theme prints around the data.
    pub labels: &'a Labels,
    /// Further words that the office has printed: notes of other editions, who approves.
    pub words: Vec<String>,
    /// Certificates that signers and time authorities are trusted by; `None`: trust is not judged.
    pub roots: Option<&'a [Certificate]>,
    /// Today.
    pub now: Timestamp,
}

/// How it ends; also the exit code of `safeguard verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// An edition's, unaltered, the newest.
    Current = 0,
    /// Something in it is not as it was issued.
    Refused = 1,
    /// An edition's and unaltered, but replaced.
    Superseded = 3,
    /// There is no record at hand to compare it with.
    CannotTell = 4,
}

/// What was looked at, and what was found.
#[derive(Debug)]
pub struct Report {
    pub verdict: Verdict,
    /// What the copy says it is.
    pub claims: Vec<Message>,
    pub findings: Vec<Finding>,
}

#[derive(Debug)]
pub struct Finding {
    /// Its name, always the same in every language.
    pub name: &'static str,
    pub weight: Weight,
    pub message: Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// As it should be.
    Fine,
    /// Worth knowing.
    Note,
    /// The copy is refused for it.
    Wrong,
}

/// What the attached data says of itself.
#[derive(Debug, Deserialize)]
struct Claim {
    format: String,
    edition: Option<String>,
    audience: Audience,
    title: String,
    office: Value,
}

/// Looks at a copy; `file` is its bytes, `received` what was read from them.
pub fn verify(file: &[u8], received: &Received, known: &VerifyContext) -> Report {
    let mut report = Report {
        verdict: Verdict::CannotTell,
        claims: Vec::new(),
        findings: Vec::new(),
    };
    let value: Value = serde_json::from_slice(&received.data).unwrap_or(Value::Null);
    let claim = Claim::deserialize(&value).ok();
    let Some(claim) = claim.filter(|claim| claim.format == crate::data::FORMAT) else {
        report.say(
            "data-unreadable",
            Weight::Wrong,
            Message::new("verify-data-unreadable"),
        );
        report.verdict = Verdict::Refused;
        return report;
    };
    report.claims(&claim, received);
    let digest = sha256(&received.data);
    let listed = report.compare_digest(&claim, &digest, known);
    report.compare_file(file, listed, received);
    report.compare_text(&value, &claim, &digest, received, known);
    report.signatures(received, known);
    report.conclude(listed);
    report
}

impl Report {
    fn say(&mut self, name: &'static str, weight: Weight, message: Message) {
        self.findings.push(Finding {
            name,
            weight,
            message,
        });
    }

    fn claims(&mut self, claim: &Claim, received: &Received) {
        let office = claim.office["name"].as_str().unwrap_or_default();
        let message = match &claim.edition {
            Some(id) => Message::new("verify-claims").with("id", id),
            None => Message::new("verify-claims-draft"),
        };
        let message = message
            .with("title", &claim.title)
            .with("office", office)
            .with("audience", name(claim.audience));
        self.claims.push(message);
        if let Some(recipient) = received.recipient() {
            self.claims
                .push(Message::new("verify-claims-recipient").with("recipient", recipient));
        }
    }

    /// Finds the edition that the data is.
    fn compare_digest<'a>(
        &mut self,
        claim: &Claim,
        digest: &str,
        known: &VerifyContext<'a>,
    ) -> Option<(&'a Listed, Audience)> {
        let start = digest_start(digest);
        let with = |id| Message::new(id).with("digest", start);
        let Some(id) = &claim.edition else {
            self.say("draft", Weight::Wrong, with("verify-draft"));
            return None;
        };
        let Some(listing) = known.listing else {
            self.say("no-record", Weight::Note, with("verify-no-record"));
            return None;
        };
        if let Some(found) = listing.find(digest) {
            let message = with("verify-data").with("id", &found.0.id);
            self.say("data", Weight::Fine, message);
            return Some(found);
        }
        match listing.editions.iter().any(|edition| edition.id == *id) {
            true => self.say(
                "data-altered",
                Weight::Wrong,
                with("verify-data-altered").with("id", id),
            ),
            false => self.say(
                "no-record",
                Weight::Note,
                with("verify-no-such-edition").with("id", id),
            ),
        }
        None
    }

    /// A file that is byte for byte what was made at issue needs no further proof, but gets it.
    fn compare_file(
        &mut self,
        file: &[u8],
        listed: Option<(&Listed, Audience)>,
        received: &Received,
    ) {
        let sha256 = sha256(file);
        let recorded = |(edition, _): &(&Listed, Audience)| {
            let mut hashes = edition.files.sha256.values();
            hashes.any(|hash| *hash == sha256)
        };
        if listed.as_ref().is_some_and(recorded) {
            self.say("file", Weight::Fine, Message::new("verify-file"));
        }
        for overlay in &received.overlays {
            let message = Message::new("verify-overlay").with("kind", overlay);
            self.say("overlay", Weight::Wrong, message);
        }
    }

    /// Whether the pages say what the data says, no less and no more.
    fn compare_text(
        &mut self,
        data: &Value,
        claim: &Claim,
        digest: &str,
        received: &Received,
        known: &VerifyContext,
    ) {
        if received.title() != Some(claim.title.as_str()) {
            let message = Message::new("verify-other-document")
                .with("found", received.title().unwrap_or_default())
                .with("title", &claim.title);
            self.say("other-document", Weight::Wrong, message);
            return;
        }
        let page = Printed::of(received);
        let mut pieces = vec![digest.to_owned(), digest_start(digest).to_owned()];
        let missing = page.missing(data, &mut pieces);
        for (what, text) in &missing {
            let message = Message::new("verify-text-differs").with("row", what);
            self.say("text-differs", Weight::Wrong, message.with("text", text));
        }
        // Until it is issued a sheet bears no digest; the proof is the office's own working copy.
        if claim.edition.is_some() && !page.0.contains(digest_start(digest)) {
            let message = Message::new("verify-other-digest").with("digest", digest_start(digest));
            self.say("other-digest", Weight::Wrong, message);
        }
        let extra = match claim.audience {
            Audience::Internal => None,
            _ => {
                let mut words = BTreeSet::from_iter(pieces);
                strings(data, &mut words);
                page.extra(words, received, known)
            }
        };
        if let Some(extra) = &extra {
            let message = Message::new("verify-text-added").with("text", extra);
            // Another version may print other words around the same data.
            let weight = match received.information.get("Creator").map(String::as_str) {
                Some(creator) if creator == crate::render::pdf::CREATOR => Weight::Wrong,
                _ => Weight::Note,
            };
            self.say("text-added", weight, message);
        }
        if missing.is_empty() && extra.is_none() {
            self.say("text", Weight::Fine, Message::new("verify-text"));
        }
    }

    fn signatures(&mut self, received: &Received, known: &VerifyContext) {
        if received.signatures.is_empty() {
            self.say("unsigned", Weight::Note, Message::new("verify-unsigned"));
        }
        for signature in &received.signatures {
            self.signature(signature, known);
        }
        // Behind the last signature nothing may have been added.
        if let Some(last) = received.signatures.last()
            && last.range == Range::Earlier
        {
            self.say(
                "signature-added-to",
                Weight::Wrong,
                Message::new("verify-signature-earlier"),
            );
        }
    }

    fn signature(&mut self, signature: &SignatureState, known: &VerifyContext) {
        let signer = signature.signer.clone().unwrap_or_else(|| "?".to_owned());
        let with = |id| Message::new(id).with("signer", &signer);
        if signature.integrity.is_err() || signature.range == Range::Odd {
            self.say(
                "signature-broken",
                Weight::Wrong,
                with("verify-signature-broken"),
            );
            return;
        }
        let claimed = signature.claimed.map_or_else(|| "?".to_owned(), day);
        self.say(
            "signature",
            Weight::Fine,
            with("verify-signature").with("day", claimed),
        );
        if let Some(stamp) = &signature.timestamp {
            let authority = stamp.authority.clone().unwrap_or_else(|| "?".to_owned());
            let message = |id| Message::new(id).with("authority", &authority);
            match (stamp.integrity.is_ok(), stamp.time) {
                (true, Some(time)) => {
                    let message = message("verify-stamp").with("day", day(time));
                    self.say("timestamp", Weight::Fine, message);
                }
                _ => self.say(
                    "timestamp-broken",
                    Weight::Wrong,
                    message("verify-stamp-broken"),
                ),
            }
        }
        match known.roots.map(|roots| signature.trust(roots, known.now)) {
            None => self.say("trust", Weight::Note, with("verify-trust-unjudged")),
            Some(Trust::Trusted) => self.say("trust", Weight::Fine, with("verify-trusted")),
            Some(Trust::Untrusted) => {
                self.say("untrusted", Weight::Wrong, with("verify-untrusted"))
            }
        }
    }

    fn conclude(&mut self, listed: Option<(&Listed, Audience)>) {
        let wrong = self
            .findings
            .iter()
            .any(|finding| finding.weight == Weight::Wrong);
        self.verdict = match listed {
            _ if wrong => Verdict::Refused,
            None => Verdict::CannotTell,
            Some((edition, _)) => match &edition.superseded_by {
                None => Verdict::Current,
                Some(by) => {
                    let message = Message::new("verify-superseded").with("id", &edition.id);
                    self.say("superseded", Weight::Note, message.with("by", by));
                    Verdict::Superseded
                }
            },
        };
    }
}

/// The words on the pages without white space, a form feed between two pages.
struct Printed(String);

const PAGE_END: char = '\u{c}';

impl Printed {
    fn of(received: &Received) -> Printed {
        let pages: Vec<String> = received.pages.iter().map(|page| solid(page)).collect();
        Printed(pages.join(&PAGE_END.to_string()))
    }

    /// The rows and other texts of the data that the pages do not print, or not in their order.
    ///
    /// What a page's end cuts in two is added to `pieces`.
    fn missing(&self, data: &Value, pieces: &mut Vec<String>) -> Vec<(String, String)> {
        let mut missing = Vec::new();
        let mut rest = self.0.as_str();
        for row in list(&data["measures"]) {
            let subject = text(&row["subject"]);
            let number = row["no"].as_u64().map(|no| format!("{no} "));
            let name = number.unwrap_or_default() + &subject;
            for field in ["measure", "remarks"] {
                let words = solid(&text(&row[field]));
                match find(rest, &words, pieces) {
                    Some(end) => rest = &rest[end..],
                    None => missing.push((name.clone(), words)),
                }
            }
            let [section, item] = ["section", "item"].map(|place| string(&row[place]["name"]));
            for words in [subject, section, item] {
                if find(&self.0, &solid(&words), pieces).is_none() {
                    missing.push((name.clone(), words));
                }
            }
        }
        let certifications = list(&data["certifications"]).iter();
        let certifications = certifications.map(|it| string(&it["text"]));
        let office = data["office"].as_object().into_iter();
        let office = office.flat_map(|office| office.values());
        let signatory = &data["signatory"];
        let around = [&data["title"], &signatory["title"], &signatory["name"]];
        // The proof is not signed, and tells the office nothing of itself.
        let outside = data["audience"] != "internal";
        let around = office.chain(around).filter(|_| outside).map(string);
        let around = around.chain(printed_date(data));
        for words in certifications.chain(around) {
            if find(&self.0, &solid(&words), pieces).is_none() {
                missing.push((string(&data["title"]), words));
            }
        }
        missing
    }

    /// The first words on the pages that neither the data nor the theme accounts for.
    fn extra(
        &self,
        mut words: BTreeSet<String>,
        received: &Received,
        known: &VerifyContext,
    ) -> Option<String> {
        for label in known.labels.values().chain(&known.words) {
            // What the program fills in stands between braces.
            words.extend(label.split(['{', '}']).map(str::to_owned));
        }
        words.extend(received.recipient().map(str::to_owned));
        let words: BTreeSet<String> = words.iter().map(|words| solid(words)).collect();
        let words: Vec<&String> = words.iter().filter(|words| !words.is_empty()).collect();
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&words)
            .ok()?;
        let blank = vec!["\n"; words.len()];
        let rest = search.replace_all(&self.0, &blank);
        // A shorter stretch is a number, a date, or stands between two known words.
        let mut stretches = rest.split(['\n', PAGE_END]).map(without_address);
        let letters = |stretch: &String| stretch.chars().filter(|c| c.is_alphabetic()).count();
        stretches.find(|stretch| letters(stretch) >= 4)
    }
}

/// Where the words end in the text; a page's end may lie within them.
fn find(text: &str, words: &str, pieces: &mut Vec<String>) -> Option<usize> {
    if let Some(at) = text.find(words) {
        return Some(at + words.len());
    }
    let cuts = words.char_indices().map(|(at, _)| at).skip(1);
    let cuts: Vec<usize> = cuts.collect();
    // The longest beginning that stands there; the rest must follow on a later page.
    let cut = cuts
        .into_iter()
        .rev()
        .find(|cut| text.contains(&words[..*cut]))?;
    let begin = text.find(&words[..cut])? + cut;
    let next = begin + text[begin..].find(PAGE_END)?;
    let end = find(&text[next..], &words[cut..], pieces)?;
    pieces.extend([words[..cut].to_owned(), words[cut..].to_owned()]);
    Some(next + end)
}

/// The day the sheet speaks of, as it is printed.
fn printed_date(data: &Value) -> Option<String> {
    let day = data["date"].as_str()?.parse().ok()?;
    let style = DateStyle::deserialize(&data["date_style"]).ok()?;
    Some(date::print(day, style))
}

/// A web address is no statement; the one of the edition's page ends in digits that were compared.
fn without_address(stretch: &str) -> String {
    let before = stretch.split("https://").next();
    before.unwrap_or_default().to_owned()
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The words of a cell: paragraphs that are text, or lists of runs.
fn text(cell: &Value) -> String {
    let paragraph = |words: &Value| match words.as_array() {
        Some(runs) => runs.iter().map(|run| string(&run["text"])).collect(),
        None => string(words),
    };
    list(&cell["text"]).iter().map(paragraph).collect()
}

/// Every text in the data, cells in one piece.
fn strings(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = all.insert(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| strings(value, all)),
        Value::Object(fields) => {
            all.insert(text(value));
            fields.values().for_each(|value| strings(value, all));
        }
        _ => {}
    }
}

fn day(at: Timestamp) -> String {
    crate::date::in_japan(at).date().to_string()
}

fn name(audience: Audience) -> &'static str {
    match audience {
        Audience::Public => "public",
        Audience::Prospect => "prospect",
        Audience::Internal => "internal",
    }
}
