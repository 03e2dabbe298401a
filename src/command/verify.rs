//! `safeguard verify`: the verdict on files that somebody received.

mod print;
mod site;

use super::{RunOptions, Session, sign::read_file, write_text};
use crate::message::{Error, Message, Result};
use crate::verify::{self, KnownEditions, Verdict, VerifyContext};
use std::{fs, path::PathBuf};

/// The largest file that is read: a scan of some pages has a few dozen megabytes.
const MAX_FILE: u64 = 256 * 1024 * 1024;

#[derive(clap::Args)]
pub struct Verify {
    #[arg(value_name = "FILE", required = true)]
    file: Vec<PathBuf>,
    #[arg(long, value_name = "DIR|URL")]
    site: Option<String>,
    #[arg(long, value_name = "CERT.pem", conflicts_with = "trust")]
    signer: Option<PathBuf>,
    #[arg(long, value_name = "CA.pem", requires = "signer_name")]
    trust: Option<PathBuf>,
    #[arg(long, value_name = "NAME", requires = "trust")]
    signer_name: Option<String>,
    #[arg(long, value_parser = ["text", "json", "csv"])]
    format: Option<String>,
    #[command(flatten)]
    pub(super) run: RunOptions,
}

impl Verify {
    /// Verifies the files. The gravest verdict is the exit code.
    pub fn run(&self, session: &Session) -> Result<u8> {
        let site = self.site.as_deref();
        let context = &VerifyContext {
            known: site.map_or_else(|| project_editions(session), site::read)?,
            signer: certificates(&self.signer)?.into_iter().next(),
            signer_name: self.signer_name.clone(),
            roots: certificates(&self.trust)?,
            now: session.now(),
        };
        let mut reports = Vec::new();
        for path in &self.file {
            if fs::metadata(path).is_ok_and(|found| found.len() > MAX_FILE) {
                let message = Message::new("verify-too-large").with("path", path.display());
                return Err(Error::new(message.with("most", MAX_FILE / 1024 / 1024)));
            }
            let file = read_file(path)?;
            reports.push(verify::verify(&path.to_string_lossy(), &file, context));
        }
        let printer = print::Printer { session, context };
        let text = match self.format.as_deref() {
            Some("json") => printer.json(&reports),
            Some("csv") => crate::data::table(printer.cells(&reports)).into(),
            _ => printer.text(&reports).into(),
        };
        write_text(&mut std::io::stdout(), &text)?;
        let gravest = reports.iter().map(|report| report.verdict).max();
        Ok(gravest.map_or(0, Verdict::code))
    }
}

/// The editions of the project in the folder, if there is one that has issued any.
fn project_editions(session: &Session) -> Result<KnownEditions> {
    if !session.directory.join("content").is_dir() {
        return Ok(KnownEditions::default());
    }
    let content = session.load()?;
    let office = content.office.as_ref().map(|office| &office.record);
    let url = office.and_then(|office| office.url.as_deref());
    let listing = content.listing(office.map_or("", |office| &office.name));
    let is_empty = listing.editions.is_empty() && listing.lost.is_empty();
    Ok(KnownEditions {
        listing: (!is_empty).then_some(listing),
        is_insecure: false,
        site: url.map(|url| format!("{}/", url.trim_end_matches('/'))),
    })
}

/// The certificates of a file that may be named, at least one if it is.
fn certificates(file: &Option<PathBuf>) -> Result<Vec<x509_cert::Certificate>> {
    let Some(path) = file else {
        return Ok(Vec::new());
    };
    let message = Message::new("no-certificates").with("path", path.display());
    crate::cms::chain::certificates(&read_file(path)?).ok_or_else(|| Error::new(message))
}
