//! `safeguard verify`: prints the claims, findings and verdict for a PDF that somebody received.

use super::sign::{http_agent, read_file};
use super::{RunOptions, Session, write_text};
use crate::cms::chain;
use crate::content::Content;
use crate::edition::{LISTING_FORMAT, Listing};
use crate::manifest::site::LISTING;
use crate::message::{Error, Language, Message, Result};
use crate::pdf_reader;
use crate::render::theme;
use crate::verify::{self, Verdict, VerifyContext, VerifyReport, Weight};
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// The largest list of editions; real ones have a few kilobytes.
const MAX_LISTING: u64 = 16 * 1024 * 1024;

#[derive(clap::Args)]
pub struct Verify {
    #[arg(value_name = "FILE.pdf")]
    file: PathBuf,
    #[arg(long, value_name = "DIR|URL")]
    site: Option<String>,
    #[arg(long, value_name = "CA.pem")]
    trust: Option<PathBuf>,
    #[command(flatten)]
    pub(super) run: RunOptions,
}

impl Verify {
    /// Verifies the file. The verdict is the exit code.
    pub fn run(&self, session: &Session) -> Result<u8> {
        let file = read_file(&self.file)?;
        let has_content = session.options.directory.join("content").is_dir();
        let content = has_content.then(|| session.load()).transpose()?;
        let listing = self.listing(content.as_ref())?;
        let roots = self.trust.as_deref().map(read_roots).transpose()?;
        let theme = match &content {
            Some(content) => theme::of(&session.options.directory, content)?,
            None => theme::load(Path::new(""), "official")?,
        };
        let context = VerifyContext {
            listing: listing.as_ref(),
            labels: &theme.labels(Language::Japanese)?,
            texts: printed_texts(listing.as_ref(), content.as_ref()),
            roots: roots.as_deref(),
            now: session.now(),
        };
        let (text, verdict) = match pdf_reader::read(&file) {
            Ok(pdf) => {
                let report = verify::verify(&file, &pdf, &context);
                (format_report(session, &report), report.verdict)
            }
            Err(error) => (self.format_unreadable(session, error), Verdict::Refused),
        };
        write_text(&mut std::io::stdout(), &text)?;
        Ok(verdict as u8)
    }

    /// The line for a file that is not a sheet, or not a complete one.
    fn format_unreadable(&self, session: &Session, error: Error) -> String {
        let Error { message, cause } = error.with("file", self.file.display());
        let text = session.catalog.format(&message);
        let cause_line = cause.map_or(String::new(), |cause| format!("\n  ({cause})"));
        format!("✗ {text}{cause_line} [unreadable]\n")
    }

    /// The editions of the site given, else those of the project.
    fn listing(&self, content: Option<&Content>) -> Result<Option<Listing>> {
        let Some(site) = &self.site else {
            let editions: Vec<_> = content.into_iter().flat_map(Content::issued).collect();
            return Ok((!editions.is_empty()).then(|| Listing::of(&editions)));
        };
        let is_url = site.starts_with("https://") || site.starts_with("http://");
        let path = if is_url {
            format!("{}/{LISTING}", site.trim_end_matches('/'))
        } else {
            Path::new(site).join(LISTING).display().to_string()
        };
        let error = |cause: &dyn Display| {
            Error::new(Message::new("no-listing").with("path", &path)).caused_by(cause)
        };
        let bytes = if is_url {
            fetch(&path).map_err(|cause| error(&cause))?
        } else {
            std::fs::read(&path).map_err(|cause| error(&cause))?
        };
        let listing: Listing = serde_json::from_slice(&bytes).map_err(|cause| error(&cause))?;
        if listing.format != LISTING_FORMAT {
            return Err(error(&listing.format));
        }
        Ok(Some(listing))
    }
}

fn format_report(session: &Session, report: &VerifyReport) -> String {
    let mut text = String::new();
    for claim in &report.claims {
        text.push_str(&format!("{}\n", session.catalog.format(claim)));
    }
    for finding in &report.findings {
        let sign = match finding.weight {
            Weight::Fine if session.options.quiet => continue,
            Weight::Fine => '✓',
            Weight::Note => '・',
            Weight::Wrong => '✗',
        };
        let message = session.catalog.format(&finding.message);
        text.push_str(&format!("{sign} {message} [{}]\n", finding.name));
    }
    let verdict = Message::new(match report.verdict {
        Verdict::Current => "verdict-current",
        Verdict::Refused => "verdict-refused",
        Verdict::Superseded => "verdict-superseded",
        Verdict::CannotTell => "verdict-cannot-tell",
    });
    text + &format!("{}\n", session.catalog.format(&verdict))
}

/// The texts that the office prints beside data and labels: its editions' notes, the approvers.
fn printed_texts(listing: Option<&Listing>, content: Option<&Content>) -> Vec<String> {
    let editions = listing.map_or(&[][..], |listing| &listing.editions);
    let notes = editions.iter().filter_map(|edition| edition.note.clone());
    let sheet = content.and_then(|content| content.sheet.as_ref());
    let approvals = sheet.into_iter().flat_map(|sheet| &sheet.record.approvals);
    notes.chain(approvals.map(ToString::to_string)).collect()
}

fn read_roots(path: &Path) -> Result<Vec<x509_cert::Certificate>> {
    let message = Message::new("no-certificates").with("path", path.display());
    chain::certificates(&read_file(path)?).ok_or_else(|| Error::new(message))
}

fn fetch(url: &str) -> std::result::Result<Vec<u8>, ureq::Error> {
    let mut response = http_agent().get(url).call()?;
    let body = response.body_mut().with_config();
    body.limit(MAX_LISTING).read_to_vec()
}
