//! Reports of received files as text, JSON or CSV.

use crate::verify::{ExpiringCertificate, VerifyContext, VerifyReport};
use crate::{
    characters::visible, cms::SignatureError, date::day_in_japan, pdf_reader::PdfSignature,
};
use crate::{command::Session, data, message::Message};
use serde::Serialize;
use serde_json::json;
use textwrap::core::display_width;

pub struct Printer<'a> {
    pub session: &'a Session<'a>,
    pub context: &'a VerifyContext,
}

impl Printer<'_> {
    fn format(&self, message: &Message) -> String {
        self.session.catalog.format(message)
    }

    /// One file in sentences; several as a table, and then those with a fault in sentences.
    pub fn text(&self, reports: &[VerifyReport]) -> String {
        if let [report] = reports {
            return self.sentences(report);
        }
        let is_shown = |it: &&VerifyReport| it.verdict.code() != 0 && !self.session.quiet;
        let sentences = |it| format!("\n{}", self.sentences(it));
        let faults: String = reports.iter().filter(is_shown).map(sentences).collect();
        self.table(reports) + &faults
    }

    fn sentences(&self, report: &VerifyReport) -> String {
        let sign = match report.verdict.code() {
            0 => '✓',
            1 => '✗',
            _ => '！',
        };
        let mut lines = vec![self.verdict(report), self.format(&report.reason)];
        lines.extend(report.advice.iter().map(|it| self.format(it)));
        if !self.session.quiet {
            lines.extend(report.expiring.iter().map(|it| self.certificate(it)));
            if report.signatures.is_empty() {
                lines.push(self.format(&Message::new("verify-unsigned")));
            }
            lines.extend(report.signatures.iter().map(|it| self.signature(it)));
        }
        let indented = lines.iter().map(|line| format!("  {}\n", visible(line)));
        format!("{sign} {}\n", visible(&report.file)) + &indented.collect::<String>()
    }

    fn verdict(&self, report: &VerifyReport) -> String {
        self.format(&Message::new("verdict").with("verdict", name(report.verdict)))
    }

    fn certificate(&self, certificate: &ExpiringCertificate) -> String {
        let over = certificate.has_expired.then_some("verify-certificate-over");
        let id = over.unwrap_or("verify-certificate-soon");
        let message = Message::new(id).with("text", &certificate.text);
        self.format(&message.with("day", certificate.expires_on))
    }

    fn check(&self, signature: &PdfSignature) -> Result<(), SignatureError> {
        signature.check(&self.context.roots, self.context.now)
    }

    /// The signer, the issuer, the bytes and the time of a signature, and the checks that were not made.
    fn signature(&self, signature: &PdfSignature) -> String {
        let roots = &self.context.roots;
        let who = signature.signer.as_deref().unwrap_or("?");
        let issuer = signature.issuer.as_deref().unwrap_or("?");
        let message = |id| Message::new(id).with("signer", who).with("issuer", issuer);
        let because = |id, error| {
            let why = Message::new("signature-error").with("why", name(error));
            message(id).with("why", self.format(&why))
        };
        let statement = match self.check(signature) {
            Ok(()) => message("verify-signature"),
            Err(it @ SignatureError::EarlierRevision) => because("verify-signature-earlier", it),
            Err(it) => return self.format(&because("verify-signature-broken", it)),
        };
        let time = match (signature.trusted_timestamp(roots), signature.claimed) {
            (Some(token), _) => Message::new("verify-signed-at")
                .with("day", day_in_japan(token.time))
                .with("authority", token.authority()),
            (None, Some(at)) => Message::new("verify-signed-claims").with("day", day_in_japan(at)),
            (None, None) => Message::new("verify-signed-undated"),
        };
        let is_trusted = signature.is_trusted(roots, self.context.now);
        let trusted = is_trusted.then_some("verify-trusted");
        let trust = Message::new(trusted.unwrap_or("verify-trust-unchecked"));
        let sentences = [statement, time, trust.with("issuer", issuer)];
        sentences.map(|it| self.format(&it)).join(" ")
    }

    pub fn json(&self, reports: &[VerifyReport]) -> Vec<u8> {
        let signature = |it: &PdfSignature| {
            json!({
                "signer": it.signer,
                "issuer": it.issuer,
                // True if it holds and covers the whole file.
                "valid": self.check(it).is_ok(),
                "statement": self.signature(it),
            })
        };
        let row = |report: &VerifyReport| {
            json!({
                "file": report.file,
                "office": report.office,
                "edition": report.edition,
                "verdict": report.verdict,
                "exit": report.verdict.code(),
                "reason": self.format(&report.reason),
                "sha256": report.sha256,
                "certificates": report.expiring,
                "signatures": report.signatures.iter().map(signature).collect::<Vec<_>>(),
            })
        };
        data::pretty(&Vec::from_iter(reports.iter().map(row)))
    }

    /// The cells of the table, with its head.
    pub fn cells(&self, reports: &[VerifyReport]) -> Vec<[String; 6]> {
        let head = ["file", "office", "edition", "verdict", "ends", "signed"];
        let column = |name: &str| self.format(&Message::new("verify-column").with("column", name));
        let mut cells = vec![head.map(column)];
        for report in reports {
            let certificates = report.expiring.iter();
            let ends = certificates.map(|it| format!("{} {}", it.text, it.expires_on));
            let signatures = report.signatures.iter().map(|signature| {
                let is_valid = self.check(signature).is_ok();
                let mark = if is_valid { '✓' } else { '✗' };
                format!("{mark} {}", signature.signer.as_deref().unwrap_or("?"))
            });
            let row = [
                report.file.clone(),
                report.office.clone().unwrap_or_default(),
                report.edition.clone().unwrap_or_default(),
                self.verdict(report),
                ends.collect::<Vec<_>>().join("; "),
                signatures.collect::<Vec<_>>().join("; "),
            ];
            cells.push(row.map(|cell| visible(&cell)));
        }
        cells
    }

    fn table(&self, reports: &[VerifyReport]) -> String {
        let cells = self.cells(reports);
        let width = |column: usize| cells.iter().map(|row| display_width(&row[column])).max();
        let widths = [0, 1, 2, 3, 4, 5].map(|column| width(column).unwrap_or_default());
        let mut text = String::new();
        for row in &cells {
            let widened = row.iter().zip(widths).map(|(cell, width)| {
                format!("{cell}{}  ", " ".repeat(width - display_width(cell)))
            });
            text.push_str(&format!("{}\n", widened.collect::<String>().trim_end()));
        }
        text
    }
}

/// The name of a variant as messages and JSON have it.
fn name(variant: impl Serialize) -> String {
    let value = serde_json::to_value(variant).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
