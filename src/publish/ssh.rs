//! Opens SSH sessions: an address in, a logged-in session or an error out.
//!
//! Never talks to a server whose key is not on record in `known_hosts`, or is another one. The first of these
//! credentials counts: the key file of publish.yaml, a key or password of the environment, the agent, usual key files.

use super::store::{is_transient, transient};
use super::target::{Target, text};
use crate::message::{Error, Message, Result};
use russh::client::{self, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::agent::client::AgentClient;
use russh::keys::{self, Algorithm, HashAlg, PrivateKey, PublicKey, PublicKeyOrCertificate};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub type SshSession = Handle<HostKeyVerifier>;

/// Connects to a server and logs in; `project` is the folder that relative paths begin at.
pub async fn connect(target: &Target, project: &Path) -> Result<SshSession> {
    let record = &target.record;
    let (host, port) = (text(&record.host), record.port.unwrap_or(22));
    let named = record.known_hosts.as_deref();
    let file = local_path(project, named.unwrap_or("~/.ssh/known_hosts"));
    let unreadable = Error::new("sftp-known-hosts").with("file", file.display());
    // With a byte order mark, which Windows' editors add, the first line names no server.
    if std::fs::read(&file).is_ok_and(|bytes| bytes.starts_with(b"\xef\xbb\xbf")) {
        return Err(unreadable);
    }
    let known = keys::known_hosts::known_host_keys_path(host, port, &file)
        .map_err(|error| unreadable.failed_by(error))?;
    let is_known = |algorithm: &Algorithm| {
        let mut algorithms = known.iter().map(|(_, key)| key.algorithm());
        // One RSA key signs with several hashes.
        algorithms.any(|it| it == *algorithm || (it.is_rsa() && algorithm.clone().is_rsa()))
    };
    // The server is asked first for a key of an algorithm that is on record.
    let mut config = client::Config::default();
    let preferred = config.preferred.key.to_mut();
    preferred.sort_by_key(|algorithm| !is_known(algorithm));
    let verifier = HostKeyVerifier {
        host: host.to_owned(),
        port,
        file,
        known,
    };
    let mut session = client::connect(Arc::new(config), (host, port), verifier).await?;
    match log_in(&mut session, target, project).await {
        Ok(true) => Ok(session),
        Ok(false) => Err(Error::new(refused(target))),
        // A server that hangs up has refused too. Further logins would lock the user out.
        Err(error) if is_transient(&error) => Err(Error {
            message: refused(target),
            ..error
        }),
        Err(error) => Err(error),
    }
}

/// Resolves a path of publish.yaml, which begins at the project or, with `~/`, at home.
fn local_path(project: &Path, path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(below) => std::env::home_dir().unwrap_or_default().join(below),
        None => project.join(path),
    }
}

/// Accepts a server only if its key is on record.
pub struct HostKeyVerifier {
    host: String,
    port: u16,
    file: PathBuf,
    /// The server's keys on record, each with the number of its line.
    known: Vec<(usize, PublicKey)>,
}

impl client::Handler for HostKeyVerifier {
    type Error = Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = key else {
            return Ok(false);
        };
        let is_same = |(_, known): &(usize, PublicKey)| known.key_data() == key.key_data();
        if self.known.iter().any(is_same) {
            return Ok(true);
        }
        // A key of another algorithm may be the server's new one, or an attacker's.
        let message = match self.known.first() {
            Some((line, _)) => Message::new("sftp-host-changed").with("line", line),
            None => {
                let name = match self.port {
                    22 => self.host.clone(),
                    port => format!("[{}]:{port}", self.host),
                };
                let line = format!("{name} {}", key.to_openssh().unwrap_or_default());
                let unknown = Message::new("sftp-host-unknown").with("line", line);
                unknown.with("fingerprint", key.fingerprint(HashAlg::Sha256))
            }
        };
        let file = self.file.display();
        let named = message.with("host", &self.host).with("file", file);
        Err(Error::new(named))
    }
}

impl From<russh::Error> for Error {
    fn from(error: russh::Error) -> Error {
        transient(error)
    }
}

/// Offers the credentials in their order; returns true as soon as the server accepts one.
async fn log_in(session: &mut SshSession, target: &Target, project: &Path) -> Result<bool> {
    let user = text(&target.record.user);
    let passphrase = target.secret("PASSPHRASE");
    let variable = target.variable("KEY");
    let named = match (&target.record.key_file, target.secret("KEY")) {
        (Some(file), _) => {
            let path = local_path(project, file);
            let key = keys::load_secret_key(&path, passphrase);
            Some((path.display().to_string(), key))
        }
        (None, Some(key)) => Some((variable, keys::decode_secret_key(key, passphrase))),
        (None, None) => None,
    };
    let has_key = named.is_some();
    if let Some((name, read)) = named {
        let message = Message::new("sftp-key").with("key", name);
        let unreadable = message.with("variable", target.variable("PASSPHRASE"));
        let key = read.map_err(|error| Error::new(unreadable).failed_by(error))?;
        if offer_key(session, user, key).await? {
            return Ok(true);
        }
    }
    if let Some(password) = target.secret("PASSWORD") {
        return offer_password(session, user, password).await;
    }
    if has_key {
        return Ok(false);
    }
    if offer_agent_keys(session, user).await? {
        return Ok(true);
    }
    for name in ["id_ed25519", "id_ecdsa", "id_rsa"] {
        // Nobody named these files: a missing or unreadable one is no error.
        let path = local_path(project, &format!("~/.ssh/{name}"));
        if let Ok(key) = keys::load_secret_key(path, passphrase)
            && offer_key(session, user, key).await?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn refused(target: &Target) -> Message {
    let password = target.secret("PASSWORD");
    let id = password.map_or("sftp-login", |_| "sftp-password");
    Message::new(id)
        .with("user", text(&target.record.user))
        .with("password", target.variable("PASSWORD"))
        .with("key", target.variable("KEY"))
}

async fn offer_key(session: &mut SshSession, user: &str, key: PrivateKey) -> Result<bool> {
    let hash = signature_hash(session, key.algorithm()).await?;
    let key_with_hash = russh::keys::PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    let result = session.authenticate_publickey(user, key_with_hash).await?;
    Ok(result.success())
}

/// Offers the password, also as the answer to a server that asks for it interactively.
async fn offer_password(session: &mut SshSession, user: &str, password: &str) -> Result<bool> {
    let result = session.authenticate_password(user, password).await?;
    if result.success() {
        return Ok(true);
    }
    let asking = session.authenticate_keyboard_interactive_start(user, None);
    let mut response = asking.await?;
    // A server that keeps asking has refused.
    for _ in 0..3 {
        let KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } = &response else {
            break;
        };
        let answers = vec![password.to_owned(); prompts.len()];
        let answering = session.authenticate_keyboard_interactive_respond(answers);
        response = answering.await?;
    }
    Ok(matches!(response, KeyboardInteractiveAuthResponse::Success))
}

async fn offer_agent_keys(session: &mut SshSession, user: &str) -> Result<bool> {
    #[cfg(unix)]
    let connected = AgentClient::connect_env().await;
    #[cfg(windows)]
    let connected = AgentClient::connect_named_pipe(r"\\.\pipe\openssh-ssh-agent").await;
    let Ok(mut agent) = connected else {
        return Ok(false);
    };
    for identity in agent.request_identities().await.unwrap_or_default() {
        let key = identity.public_key().into_owned();
        let hash = signature_hash(session, key.algorithm()).await?;
        let offer = session.authenticate_publickey_with(user, key, hash, &mut agent);
        if offer.await.is_ok_and(|result| result.success()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The hash for a signature with an RSA key; other keys imply theirs.
async fn signature_hash(session: &SshSession, key: Algorithm) -> Result<Option<HashAlg>> {
    if !key.is_rsa() {
        return Ok(None);
    }
    let supported = session.best_supported_rsa_hash().await?;
    Ok(supported.unwrap_or(Some(HashAlg::Sha512)))
}
