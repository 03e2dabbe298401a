//! `safeguard verify`: what can be said of a PDF that somebody received.

use super::{Session, write_text};
use crate::cms::chain;
use crate::content::Content;
use crate::edition::{LISTING, Listing};
use crate::message::{Error, Language, Message, Result};
use crate::pdf_reader;
use crate::render::theme;
use crate::verify::{self, Report, Verdict, VerifyContext, Weight};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So long a site may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// A list of editions has some kilobytes.
const LONGEST: u64 = 16 * 1024 * 1024;

#[derive(clap::Args)]
pub struct Verify {
    #[arg(value_name = "FILE.pdf")]
    file: PathBuf,
    #[arg(long, value_name = "DIR|URL")]
    site: Option<String>,
    #[arg(long, value_name = "CA.pem")]
    trust: Option<PathBuf>,
}

impl Verify {
    /// The exit code that the verdict is.
    pub fn run(&self, session: &Session) -> Result<u8> {
        let file = super::sign::read(&self.file)?;
        let content = match session.common.directory.join("content").is_dir() {
            true => Some(session.load()?),
            false => None,
        };
        let listing = self.listing(content.as_ref())?;
        let roots = self.trust.as_deref().map(roots).transpose()?;
        let theme = match &content {
            Some(content) => session.theme(content)?,
            None => theme::load(Path::new(""), "official")?,
        };
        let known = VerifyContext {
            listing: listing.as_ref(),
            labels: &theme.labels(Language::Japanese)?,
            words: words(listing.as_ref(), content.as_ref()),
            roots: roots.as_deref(),
            now: session.now(),
        };
        let report = match pdf_reader::read(&file) {
            Ok(received) => verify::verify(&file, &received, &known),
            Err(failure) => return self.unreadable(session, failure),
        };
        write_text(&mut std::io::stdout(), &self.told(session, &report))?;
        Ok(report.verdict as u8)
    }

    /// What is no sheet, or no longer a whole one.
    fn unreadable(&self, session: &Session, failure: Error) -> Result<u8> {
        let message = failure.message.with("file", self.file.display());
        let cause = failure
            .cause
            .map_or(String::new(), |cause| format!("\n  ({cause})"));
        let text = format!(
            "✗ {}{cause} [unreadable]\n",
            session.catalog.format(&message)
        );
        write_text(&mut std::io::stdout(), &text)?;
        Ok(Verdict::Refused as u8)
    }

    /// The editions of the site that was named, else of the project.
    fn listing(&self, content: Option<&Content>) -> Result<Option<Listing>> {
        let Some(site) = &self.site else {
            let editions = content.map(|content| content.issued().collect::<Vec<_>>());
            let editions = editions.filter(|editions| !editions.is_empty());
            return Ok(editions.map(|editions| Listing::of(&editions)));
        };
        let web = ["https://", "http://"]
            .iter()
            .any(|scheme| site.starts_with(scheme));
        let address = match web {
            true => format!("{}/editions.json", site.trim_end_matches('/')),
            false => Path::new(site).join("editions.json").display().to_string(),
        };
        let failed = || Error::new(Message::new("no-listing").with("path", &address));
        let bytes = match web {
            true => fetch(&address).map_err(|error| failed().caused_by(error))?,
            false => std::fs::read(&address).map_err(|error| failed().caused_by(error))?,
        };
        let listing: Listing =
            serde_json::from_slice(&bytes).map_err(|error| failed().caused_by(error))?;
        match listing.format == LISTING {
            true => Ok(Some(listing)),
            false => Err(failed().caused_by(listing.format)),
        }
    }

    fn told(&self, session: &Session, report: &Report) -> String {
        let mut text = String::new();
        for claim in &report.claims {
            text.push_str(&format!("{}\n", session.catalog.format(claim)));
        }
        for finding in &report.findings {
            let sign = match finding.weight {
                Weight::Fine if session.common.quiet => continue,
                Weight::Fine => '✓',
                Weight::Note => '・',
                Weight::Wrong => '✗',
            };
            let words = session.catalog.format(&finding.message);
            text.push_str(&format!("{sign} {words} [{}]\n", finding.name));
        }
        let verdict = Message::new(match report.verdict {
            Verdict::Current => "verdict-current",
            Verdict::Refused => "verdict-refused",
            Verdict::Superseded => "verdict-superseded",
            Verdict::CannotTell => "verdict-cannot-tell",
        });
        text + &format!("{}\n", session.catalog.format(&verdict))
    }
}

/// What the office prints beside data and labels: the notes of its editions, who approves.
fn words(listing: Option<&Listing>, content: Option<&Content>) -> Vec<String> {
    let editions = listing.map_or(&[][..], |listing| &listing.editions);
    let notes = editions.iter().filter_map(|edition| edition.note.clone());
    let sheet = content.and_then(|content| content.sheet.as_ref());
    let approvals = sheet.into_iter().flat_map(|sheet| &sheet.record.approvals);
    notes.chain(approvals.map(ToString::to_string)).collect()
}

fn roots(path: &Path) -> Result<Vec<x509_cert::Certificate>> {
    let bytes = super::sign::read(path)?;
    let message = Message::new("no-certificates").with("path", path.display());
    chain::certificates(&bytes).ok_or_else(|| Error::new(message))
}

fn fetch(url: &str) -> std::result::Result<Vec<u8>, ureq::Error> {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE));
    let agent = ureq::Agent::new_with_config(config.build());
    let mut answer = agent.get(url).call()?;
    answer.body_mut().with_config().limit(LONGEST).read_to_vec()
}
