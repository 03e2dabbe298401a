//! `safeguard sign`: gets password and timestamp, and writes the signed file whole or not at all.

use super::{RunOptions, Session};
use crate::message::{Error, Message, Result};
use crate::pades::{self, Identity, TimeServer};
use crate::{edition::random, output};
use std::path::{Path, PathBuf};
use std::{fs, io, time::Duration};

/// The time a server has for its whole response.
const HTTP_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest response of a time server; a timestamp has a few kilobytes.
const MAX_RESPONSE: u64 = 256 * 1024;

#[derive(clap::Args)]
pub struct Sign {
    #[arg(value_name = "FILE.pdf")]
    file: PathBuf,
    #[arg(long, value_name = "FILE.p12")]
    key: PathBuf,
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[arg(long, value_name = "URL", value_parser = super::usage::web_address)]
    tsa: Option<String>,
    #[arg(short, long, value_name = "FILE.pdf")]
    output: PathBuf,
    #[command(flatten)]
    pub(super) run: RunOptions,
}

impl Sign {
    /// Signs the file. Always returns true, because a signature has no content with findings.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let pdf = read_file(&self.file)?;
        let key = read_file(&self.key)?;
        let sources = [&self.file, &self.key].into_iter();
        for source in sources.chain(&self.password_file) {
            // Under whatever name.
            if same_file::is_same_file(source, &self.output).unwrap_or(false) {
                return Err(Error::new("output-is-source").with("path", source.display()));
            }
        }
        let identity = Identity::open(&key, &self.password(session)?)
            .map_err(|error| error.with("key", self.key.display()))?;
        let url = self.tsa.as_deref().unwrap_or_default();
        let server = TimeServer {
            send: &|request| request_timestamp(url, request),
            nonce: random()?,
        };
        let asked = self.tsa.as_ref().map(|_| &server);
        let signed = pades::sign(&pdf, &identity, session.now(), asked)
            .map_err(|error| error.with("url", url).with("file", self.file.display()))?;
        let next = session.record_signed(&pdf, &signed)?;
        if self.output.is_dir() {
            return Err(Error::new("folder-in-the-way").with("path", self.output.display()));
        }
        output::write_file(&self.output, &signed)?;
        let id = self.tsa.as_ref().map_or("signed", |_| "signed-and-stamped");
        let named = Message::new(id).with("name", identity.name());
        session.print_message(named.with("output", self.output.display()))?;
        session.print_message(next).map(|()| true)
    }

    /// The first line of the password file. Without a file, the user types it unseen.
    fn password(&self, session: &Session) -> Result<String> {
        let Some(path) = &self.password_file else {
            let message = Message::new("password-prompt").with("key", self.key.display());
            return rpassword::prompt_password(format!("{} ", session.catalog.format(&message)))
                .map_err(|error| Error::new("password-cannot-ask").failed_by(error));
        };
        let no_password = || Error::new("password-file").with("path", path.display());
        let text = String::from_utf8(read_file(path)?).map_err(|_| no_password())?;
        // Editors on Windows add a byte order mark and end lines with two characters.
        let line = text.trim_start_matches('\u{feff}').lines().next();
        line.map(str::to_owned).ok_or_else(no_password)
    }
}

/// Reads a file that the command line names.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    let error = |id| Error::new(id).with("path", path.display());
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(error("no-file"));
    }
    fs::read(path).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => error("file-missing"),
        _ => error("file-unreadable").failed_by(cause),
    })
}

/// The client for time servers and sites.
pub fn http_agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(HTTP_TIMEOUT))
        .user_agent(concat!("safeguard/", env!("CARGO_PKG_VERSION")));
    ureq::Agent::new_with_config(config.build())
}

/// Fetches a file over the web, up to a limit of bytes.
pub fn fetch(address: &str, limit: u64) -> std::result::Result<Vec<u8>, ureq::Error> {
    let mut response = http_agent().get(address).call()?;
    response.body_mut().with_config().limit(limit).read_to_vec()
}

fn request_timestamp(url: &str, request: &[u8]) -> Result<Vec<u8>> {
    let unreachable = |error| Error::new("tsa-unreachable").failed_by(error);
    let post = http_agent().post(url).config().http_status_as_error(false);
    let typed = post.build().content_type("application/timestamp-query");
    let accepting = typed.header("Accept", "application/timestamp-reply");
    let mut response = accepting.send(request).map_err(unreachable)?;
    if !response.status().is_success() {
        return Err(Error::new("tsa-status").with("status", response.status()));
    }
    let body = response.body_mut().with_config().limit(MAX_RESPONSE);
    body.read_to_vec().map_err(unreachable)
}
