//! Reports of received files as text, JSON or CSV.

use super::Reports;
use crate::characters::visible;
use crate::cms::SignatureError;
use crate::command::Session;
use crate::data;
use crate::date::day_in_japan;
use crate::message::Message;
use crate::pdf_reader::PdfSignature;
use crate::verify::{ExpiringCertificate, SignerDemand, VerifyContext, VerifyReport};
use jiff::Timestamp;
use serde::Serialize;
use textwrap::core::display_width;
use x509_cert::Certificate;

pub struct Printer<'a> {
    pub session: &'a Session<'a>,
    pub context: &'a VerifyContext<'a>,
}

/// A line of the table.
#[derive(Serialize)]
struct ReportRow<'a> {
    file: &'a str,
    office: Option<&'a str>,
    edition: Option<&'a str>,
    verdict: crate::verify::Verdict,
    exit: u8,
    reason: String,
    sha256: &'a str,
    certificates: &'a [ExpiringCertificate],
    signatures: Vec<SignatureRow>,
}

#[derive(Serialize)]
struct SignatureRow {
    signer: Option<String>,
    issuer: Option<String>,
    /// True if it holds and covers the whole file.
    valid: bool,
    statement: String,
}

impl Printer<'_> {
    fn format(&self, message: &Message) -> String {
        self.session.catalog.format(message)
    }

    /// One file in sentences; several as a table, and then those with a fault in sentences.
    pub fn text(&self, reports: &Reports) -> String {
        if let [(file, report)] = reports {
            return self.sentences(file, report);
        }
        let mut text = self.table(reports);
        for (file, report) in reports {
            if report.verdict.code() != 0 && !self.session.options.quiet {
                text.push('\n');
                text.push_str(&self.sentences(file, report));
            }
        }
        text
    }

    fn sentences(&self, file: &str, report: &VerifyReport) -> String {
        let sign = match report.verdict.code() {
            0 => '✓',
            1 => '✗',
            _ => '！',
        };
        let mut text = format!("{sign} {}\n", visible(file));
        let mut lines = vec![self.verdict(report)];
        lines.push(self.reason(file, report));
        lines.extend(report.advice.iter().map(|it| self.format(it)));
        if !self.session.options.quiet {
            lines.extend(report.expiring.iter().map(|it| self.certificate(it)));
            if report.signatures.is_empty() {
                lines.push(self.format(&Message::new("verify-unsigned")));
            }
            lines.extend(report.signatures.iter().map(|it| self.signature(it)));
        }
        for line in lines {
            text.push_str(&format!("  {}\n", visible(&line)));
        }
        text
    }

    fn verdict(&self, report: &VerifyReport) -> String {
        let name = serde_json::to_value(report.verdict).unwrap_or_default();
        let message = Message::new("verdict").with("verdict", name.as_str().unwrap_or_default());
        self.format(&message)
    }

    fn reason(&self, file: &str, report: &VerifyReport) -> String {
        self.format(&report.reason.clone().with("file", file))
    }

    fn certificate(&self, certificate: &ExpiringCertificate) -> String {
        let id = if certificate.has_expired {
            "verify-certificate-over"
        } else {
            "verify-certificate-soon"
        };
        let message = Message::new(id).with("text", &certificate.text);
        self.format(&message.with("day", certificate.expires_on))
    }

    fn roots(&self) -> &[Certificate] {
        match self.context.signer {
            SignerDemand::Name(_, roots) => roots,
            _ => &[],
        }
    }

    /// Who signed, by whom certified, over which bytes, when; and what was not checked.
    fn signature(&self, signature: &PdfSignature) -> String {
        let day = |at: Timestamp| day_in_japan(at).to_string();
        let (roots, now) = (self.roots(), self.context.now);
        let signer = signature.signer.as_deref().unwrap_or("?");
        let issuer = signature.issuer.as_deref().unwrap_or("?");
        let checked = signature.check(roots, now);
        let id = match checked {
            Ok(()) => "verify-signature",
            Err(SignatureError::EarlierRevision) => "verify-signature-earlier",
            Err(_) => "verify-signature-broken",
        };
        let mut message = Message::new(id)
            .with("signer", signer)
            .with("issuer", issuer);
        if let Err(error) = checked {
            message = message.with("why", self.format(&why(error)));
        }
        let mut statement = self.format(&message);
        if checked.is_ok() || checked == Err(SignatureError::EarlierRevision) {
            let trusted = signature.timestamp.as_ref();
            let token = trusted
                .filter(|it| it.is_trusted(roots))
                .and_then(|it| it.token.as_ref());
            let time = match (token, signature.claimed) {
                (Some(token), _) => Message::new("verify-signed-at")
                    .with("day", day(token.time))
                    .with("authority", token.authority()),
                (None, Some(claimed)) => {
                    Message::new("verify-signed-claims").with("day", day(claimed))
                }
                (None, None) => Message::new("verify-signed-undated"),
            };
            let trust = if signature.is_trusted(roots, now) {
                "verify-trusted"
            } else {
                "verify-trust-unchecked"
            };
            for more in [time, Message::new(trust).with("issuer", issuer)] {
                statement.push_str(&format!(" {}", self.format(&more)));
            }
        }
        statement
    }

    fn rows<'r>(&self, reports: &'r Reports) -> Vec<ReportRow<'r>> {
        let row = |(file, report): &'r (String, VerifyReport)| ReportRow {
            file,
            office: report.office.as_deref(),
            edition: report.edition.as_deref(),
            verdict: report.verdict,
            exit: report.verdict.code(),
            reason: self.reason(file, report),
            sha256: &report.sha256,
            certificates: &report.expiring,
            signatures: report
                .signatures
                .iter()
                .map(|it| self.signature_row(it))
                .collect(),
        };
        reports.iter().map(row).collect()
    }

    fn signature_row(&self, signature: &PdfSignature) -> SignatureRow {
        SignatureRow {
            signer: signature.signer.clone(),
            issuer: signature.issuer.clone(),
            valid: signature.check(self.roots(), self.context.now).is_ok(),
            statement: self.signature(signature),
        }
    }

    pub fn json(&self, reports: &Reports) -> String {
        String::from_utf8(data::pretty(&self.rows(reports))).expect("JSON is UTF-8")
    }

    /// The cells of the table, with its head: file, office, edition, verdict, certificates, signatures.
    fn cells(&self, reports: &Reports) -> Vec<[String; 6]> {
        let head = [
            "file",
            "office",
            "edition",
            "verdict",
            "certificates",
            "signatures",
        ];
        let column = |name: &str| self.format(&Message::new("verify-column").with("column", name));
        let mut cells = vec![head.map(column)];
        for (file, report) in reports {
            let certificates = report.expiring.iter();
            let ends = certificates.map(|it| format!("{} {}", it.text, it.expires_on));
            let signatures = report.signatures.iter().map(|signature| {
                let is_valid = signature.check(self.roots(), self.context.now).is_ok();
                let mark = if is_valid { '✓' } else { '✗' };
                format!("{mark} {}", signature.signer.as_deref().unwrap_or("?"))
            });
            let row = [
                file.clone(),
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

    pub fn csv(&self, reports: &Reports) -> String {
        let mut cells = self.cells(reports);
        for cell in cells.iter_mut().flatten() {
            // A spreadsheet would take such a text, which others wrote, for a formula.
            if cell.starts_with(['=', '+', '-', '@']) {
                cell.insert(0, '\'');
            }
        }
        data::table(cells)
    }

    fn table(&self, reports: &Reports) -> String {
        let cells = self.cells(reports);
        let width = |column: usize| cells.iter().map(|row| display_width(&row[column])).max();
        let widths = [0, 1, 2, 3, 4, 5].map(|column| width(column).unwrap_or_default());
        let mut text = String::new();
        for row in &cells {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                let pad = width - display_width(cell);
                line.push_str(&format!("{cell}{}  ", " ".repeat(pad)));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

fn why(error: SignatureError) -> Message {
    let name = match error {
        SignatureError::ContentMismatch => "content-mismatch",
        SignatureError::KeyMismatch => "key-mismatch",
        SignatureError::Unsupported => "unsupported",
        SignatureError::WeakKey => "weak-key",
        SignatureError::UnknownExtension => "unknown-extension",
        SignatureError::NotForSigning => "not-for-signing",
        SignatureError::OutsideValidity => "outside-validity",
        SignatureError::ArbitraryBytes => "arbitrary-bytes",
        SignatureError::EarlierRevision => "earlier-revision",
    };
    Message::new("signature-error").with("why", name)
}
