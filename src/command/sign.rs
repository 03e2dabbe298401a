//! `safeguard sign`: asks for the password, the clock and the time server, and writes the signed file all or not.

use super::{Session, write_text};
use crate::message::{Error, Message, Result};
use crate::output;
use crate::pades::{self, Identity, TimeServer};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So long a time server may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer answers are no timestamps.
const ANSWER: u64 = 256 * 1024;

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
}

impl Sign {
    /// Always true where it ends well: a signature has no content to be wrong.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let pdf = read(&self.file)?;
        let key = read(&self.key)?;
        self.spare_the_sources()?;
        let password = self.password(session)?;
        let identity = Identity::open(&key, &password).map_err(|mut failure| {
            failure.message = failure.message.with("key", self.key.display());
            failure
        })?;
        let ask = |url: &str, question: &[u8]| {
            let answer = ask(url, question);
            answer.map_err(|mut failure| {
                failure.message = failure.message.with("url", url);
                failure
            })
        };
        let server = self
            .tsa
            .as_deref()
            .map(|url| move |question: &[u8]| ask(url, question));
        let server = match &server {
            None => None,
            Some(ask) => Some(TimeServer {
                ask,
                nonce: nonce()?,
            }),
        };
        let signed = pades::sign(&pdf, &identity, session.now(), server.as_ref());
        let signed = signed.map_err(|mut failure| {
            let url = self.tsa.as_deref().unwrap_or_default();
            failure.message = failure
                .message
                .with("file", self.file.display())
                .with("url", url);
            failure
        })?;
        if self.output.is_dir() {
            let message = Message::new("folder-in-the-way").with("path", self.output.display());
            return Err(Error::new(message));
        }
        output::write_file(&self.output, &signed)?;
        if session.common.quiet {
            return Ok(true);
        }
        let id = match self.tsa {
            None => "signed",
            Some(_) => "signed-and-stamped",
        };
        let message = Message::new(id)
            .with("output", self.output.display())
            .with("name", identity.name());
        let text = format!("{}\n", session.catalog.format(&message));
        write_text(&mut io::stdout(), &text)?;
        Ok(true)
    }

    /// The output must not be one of the files it is made from, under whatever name.
    fn spare_the_sources(&self) -> Result<()> {
        let sources = [
            Some(&self.file),
            Some(&self.key),
            self.password_file.as_ref(),
        ];
        let mut sources = sources.into_iter().flatten();
        let same =
            |source: &&PathBuf| same_file::is_same_file(source, &self.output).unwrap_or(false);
        match sources.find(same) {
            None => Ok(()),
            Some(source) => Err(Error::new(
                Message::new("output-is-source").with("path", source.display()),
            )),
        }
    }

    /// The first line of the file, or what is typed, unseen.
    fn password(&self, session: &Session) -> Result<String> {
        let Some(path) = &self.password_file else {
            let message = Message::new("password-prompt").with("key", self.key.display());
            let prompt = format!("{} ", session.catalog.format(&message));
            return rpassword::prompt_password(prompt)
                .map_err(|error| Error::new(Message::new("password-cannot-ask")).caused_by(error));
        };
        let wrong = || Error::new(Message::new("password-file").with("path", path.display()));
        let text = String::from_utf8(read(path)?).map_err(|_| wrong())?;
        // Editors of Windows begin a file with a mark and end its lines with two characters.
        let line = text.trim_start_matches('\u{feff}').lines().next();
        line.map(str::to_owned).ok_or_else(wrong)
    }
}

/// Reads a file that the command line names.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let failure = |id| Error::new(Message::new(id).with("path", path.display()));
    match fs::metadata(path) {
        Ok(found) if found.is_file() => fs::read(path),
        Ok(_) => return Err(failure("no-file")),
        Err(error) => Err(error),
    }
    .map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failure("file-missing"),
        _ => failure("file-unreadable").caused_by(error),
    })
}

/// Posts a question to a time server.
fn ask(url: &str, question: &[u8]) -> Result<Vec<u8>> {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .user_agent(concat!("safeguard/", env!("CARGO_PKG_VERSION")))
            .build(),
    );
    let unreachable =
        |error: ureq::Error| Error::new(Message::new("tsa-unreachable")).caused_by(error);
    let request = agent
        .post(url)
        .content_type("application/timestamp-query")
        .header("Accept", "application/timestamp-reply");
    let mut answer = request.send(question).map_err(unreachable)?;
    if !answer.status().is_success() {
        let message = Message::new("tsa-status").with("status", answer.status());
        return Err(Error::new(message));
    }
    let body = answer.body_mut().with_config().limit(ANSWER).read_to_vec();
    body.map_err(unreachable)
}

fn nonce() -> Result<u64> {
    getrandom::u64().map_err(|error| Error::new(Message::new("no-random")).caused_by(error))
}
