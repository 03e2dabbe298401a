//! SFTP, with keys and passwords, on every system.
//!
//! The server's key must be on record: a server that is not known, or known by another key, is never talked to.

use super::store::{
    ASIDE, CONNECT_TIMEOUT, PART, RETRY_PAUSE, STEP_TIMEOUT, Store, StoreError, StoreResult, wait,
};
use super::target::{Server, Target};
use crate::message::{Error, Message, Result};
use jiff::Timestamp;
use russh::client::{self, AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::{self, Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey};
use russh_sftp::client::RawSftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::protocol::{FileAttributes, OpenFlags, Packet, StatusCode};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::time::timeout;

/// What every server takes in one message.
const MOST: usize = 32 * 1024;
/// Where OpenSSH puts keys that nobody named.
const USUAL_KEYS: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

pub struct Sftp {
    target: Target,
    server: Server,
    key_file: Option<PathBuf>,
    known_hosts: PathBuf,
    /// Opened when it is needed, and again after it was lost.
    connection: Option<Connection>,
}

struct Connection {
    sftp: RawSftpSession,
    renames_over: bool,
    /// [`ASIDE`] from where the server counts.
    aside: String,
    /// The session ends with it.
    _session: Handle<Gate>,
}

impl Sftp {
    pub fn new(
        target: &Target,
        server: &Server,
        key_file: &Option<String>,
        known_hosts: &Option<String>,
        project: &Path,
    ) -> Result<Sftp> {
        let known_hosts = match known_hosts {
            Some(path) => located(project, path),
            None => home().join(".ssh").join("known_hosts"),
        };
        Ok(Sftp {
            target: target.clone(),
            server: server.clone(),
            key_file: key_file.as_deref().map(|path| located(project, path)),
            known_hosts,
            connection: None,
        })
    }

    /// Does one thing on the connection; a lost one is dropped, so that the next try makes another.
    fn work<T>(&mut self, does: impl AsyncFnOnce(&Connection) -> Answer<T>) -> StoreResult<T> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        match wait(async { Ok(does(&connection).await) })? {
            Err(SftpError::Status(status)) => {
                self.connection = Some(connection);
                Err(refusal(status.status_code, &status.error_message))
            }
            Err(error) => Err(StoreError::transient(error)),
            Ok(done) => {
                self.connection = Some(connection);
                Ok(done)
            }
        }
    }

    fn connect(&self) -> StoreResult<Connection> {
        wait(async {
            let Server { host, port, .. } = &self.server;
            let gate = Gate {
                host: host.clone(),
                port: *port,
                known_hosts: self.known_hosts.clone(),
            };
            let config = Arc::new(gate.config());
            let session = client::connect(config, (host.as_str(), *port), gate);
            let mut session = timeout(CONNECT_TIMEOUT, session)
                .await
                .map_err(StoreError::transient)??;
            // A server that hangs up while one logs in has refused: asked again and again, it would shut us out.
            self.log_in(&mut session)
                .await
                .map_err(|trouble| match trouble.transient {
                    true => StoreError::permanent(self.refused(), trouble.cause()),
                    false => trouble,
                })?;
            let channel = session.channel_open_session().await?;
            channel.request_subsystem(true, "sftp").await?;
            let sftp = RawSftpSession::new(channel.into_stream());
            sftp.set_timeout(STEP_TIMEOUT.as_secs());
            let version = sftp.init().await.map_err(StoreError::transient)?;
            Ok(Connection {
                aside: self.full(ASIDE),
                renames_over: version.extensions.contains_key("posix-rename@openssh.com"),
                sftp,
                _session: session,
            })
        })
    }

    /// Logs in by the first of: the key named, a key or password of the environment, the agent, the usual key files.
    async fn log_in(&self, session: &mut Handle<Gate>) -> StoreResult<()> {
        let phrase = self.target.secret("PASSPHRASE");
        let keys = match (&self.key_file, self.target.secret("KEY")) {
            (Some(path), _) => vec![self.load(path, phrase)?],
            (None, Some(key)) => vec![self.decode(key, phrase)?],
            (None, None) => Vec::new(),
        };
        let named = !keys.is_empty();
        for key in keys {
            if self.offer(session, key).await? {
                return Ok(());
            }
        }
        if let Some(password) = self.target.secret("PASSWORD") {
            if self.tell(session, password).await? {
                return Ok(());
            }
        } else if !named {
            if self.ask_agent(session).await? {
                return Ok(());
            }
            for name in USUAL_KEYS {
                let path = home().join(".ssh").join(name);
                let key = path.exists().then(|| self.load(&path, phrase));
                if let Some(Ok(key)) = key
                    && self.offer(session, key).await?
                {
                    return Ok(());
                }
            }
        }
        Err(Error::new(self.refused()).into())
    }

    fn refused(&self) -> Message {
        let given = self.target.secret("PASSWORD").is_some();
        Message::new(if given { "sftp-password" } else { "sftp-login" })
            .with("user", &self.server.user)
            .with("password", self.target.variable("PASSWORD"))
            .with("key", self.target.variable("KEY"))
    }

    fn load(&self, path: &Path, phrase: Option<&str>) -> StoreResult<PrivateKey> {
        let key = keys::load_secret_key(path, phrase);
        key.map_err(|error| self.bad_key(&path.display().to_string(), error))
    }

    fn decode(&self, key: &str, phrase: Option<&str>) -> StoreResult<PrivateKey> {
        let decoded = keys::decode_secret_key(key, phrase);
        decoded.map_err(|error| self.bad_key(&self.target.variable("KEY"), error))
    }

    fn bad_key(&self, key: &str, error: keys::Error) -> StoreError {
        let message = Message::new("sftp-key").with("key", key);
        StoreError::permanent(
            message.with("variable", self.target.variable("PASSPHRASE")),
            error,
        )
    }

    async fn offer(&self, session: &mut Handle<Gate>, key: PrivateKey) -> StoreResult<bool> {
        let hash = hash_for(session, key.algorithm()).await?;
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
        let user = self.server.user.as_str();
        Ok(session.authenticate_publickey(user, key).await?.success())
    }

    /// Gives the password, as an answer to the server's question where it asks for one.
    async fn tell(&self, session: &mut Handle<Gate>, password: &str) -> StoreResult<bool> {
        let user = self.server.user.as_str();
        if session
            .authenticate_password(user, password)
            .await?
            .success()
        {
            return Ok(true);
        }
        let mut answer = session
            .authenticate_keyboard_interactive_start(user, None)
            .await?;
        // A server that only ever asks again has refused.
        for _ in 0..3 {
            let KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } = &answer else {
                break;
            };
            let answers = prompts.iter().map(|_| password.to_owned()).collect();
            answer = session
                .authenticate_keyboard_interactive_respond(answers)
                .await?;
        }
        Ok(matches!(answer, KeyboardInteractiveAuthResponse::Success))
    }

    async fn ask_agent(&self, session: &mut Handle<Gate>) -> StoreResult<bool> {
        #[cfg(unix)]
        let agent = keys::agent::client::AgentClient::connect_env().await;
        #[cfg(windows)]
        let agent =
            keys::agent::client::AgentClient::connect_named_pipe(r"\\.\pipe\openssh-ssh-agent")
                .await;
        let Ok(mut agent) = agent else {
            return Ok(false);
        };
        let identities = agent.request_identities().await.unwrap_or_default();
        for identity in identities {
            let key = identity.public_key().into_owned();
            let hash = hash_for(session, key.algorithm()).await?;
            let user = self.server.user.as_str();
            let done = session
                .authenticate_publickey_with(user, key, hash, &mut agent)
                .await;
            if done.is_ok_and(|done: AuthResult| done.success()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn full(&self, path: &str) -> String {
        match self.server.path.trim_end_matches('/') {
            "" | "." => path.to_owned(),
            folder => format!("{folder}/{path}"),
        }
    }
}

type Answer<T> = std::result::Result<T, SftpError>;

impl Store for Sftp {
    fn read(&mut self, path: &str) -> StoreResult<Option<Vec<u8>>> {
        let path = self.full(path);
        self.work(async |to| {
            let opened = to.sftp.open(path, OpenFlags::READ, FileAttributes::empty());
            let Some(file) = absent(opened.await)? else {
                return Ok(None);
            };
            let mut bytes = Vec::new();
            let done = loop {
                let piece = to.sftp.read(&file.handle, bytes.len() as u64, MOST as u32);
                match piece.await {
                    Ok(piece) => bytes.extend(piece.data),
                    Err(SftpError::Status(status)) if status.status_code == StatusCode::Eof => {
                        break Ok(());
                    }
                    Err(error) => break Err(error),
                }
            };
            to.sftp.close(file.handle).await?;
            done.map(|()| Some(bytes))
        })
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> StoreResult<()> {
        let [part, path] = [PART, path].map(|path| self.full(path));
        self.work(async |to| {
            to.make_folders(&path).await?;
            let flags = OpenFlags::CREATE | OpenFlags::TRUNCATE | OpenFlags::WRITE;
            to.put(&part, bytes, flags).await?;
            to.rename(&part, &path).await
        })
    }

    fn create(&mut self, path: &str, bytes: &[u8]) -> StoreResult<bool> {
        let full = self.full(path);
        self.work(async |to| to.make_folders(&full).await)?;
        if !self.work(async |to| to.put_new(&full, bytes).await)? {
            return Ok(false);
        }
        // A server that lets the same file be created twice would let in two publishers: look whose writing stands.
        if self.work(async |to| to.put_new(&full, bytes).await)? {
            std::thread::sleep(RETRY_PAUSE);
            return Ok(self.read(path)?.is_some_and(|found| found == bytes));
        }
        Ok(true)
    }

    fn remove(&mut self, path: &str) -> StoreResult<()> {
        let path = self.full(path);
        self.work(async |to| absent(to.sftp.remove(path).await).map(drop))
    }

    fn written_at(&mut self, path: &str) -> StoreResult<Option<Timestamp>> {
        let path = self.full(path);
        let found = self.work(async |to| absent(to.sftp.stat(path).await))?;
        let at = found.and_then(|found| found.attrs.mtime);
        Ok(at.and_then(|at| Timestamp::from_second(at.into()).ok()))
    }
}

impl Connection {
    async fn put(&self, path: &str, bytes: &[u8], flags: OpenFlags) -> Answer<()> {
        let opened = self.sftp.open(path, flags, FileAttributes::empty()).await?;
        let mut done = Ok(());
        for (index, piece) in bytes.chunks(MOST).enumerate() {
            let at = (index * MOST) as u64;
            done = self
                .sftp
                .write(&opened.handle, at, piece.to_vec())
                .await
                .map(drop);
            if done.is_err() {
                break;
            }
        }
        // A full disk may show only here.
        let closed = self.sftp.close(opened.handle).await;
        done.and(closed.map(drop))
    }

    /// Writes a file where none is; whether none was.
    async fn put_new(&self, path: &str, bytes: &[u8]) -> Answer<bool> {
        let flags = OpenFlags::CREATE | OpenFlags::EXCLUDE | OpenFlags::WRITE;
        match self.put(path, bytes, flags).await {
            Ok(()) => Ok(true),
            // Servers say no more than "failure"; a file that is there is why.
            Err(SftpError::Status(status)) => match absent(self.sftp.stat(path).await)? {
                Some(_) => Ok(false),
                None => Err(SftpError::Status(status)),
            },
            Err(error) => Err(error),
        }
    }

    /// Makes the folders above a file, where they are not there yet.
    async fn make_folders(&self, path: &str) -> Answer<()> {
        let above: Vec<&str> = Path::new(path)
            .ancestors()
            .skip(1)
            .filter_map(Path::to_str)
            .take_while(|folder| !["", "/"].contains(folder))
            .collect();
        let mut missing = Vec::new();
        for folder in above {
            if absent(self.sftp.stat(folder).await)?.is_some() {
                break;
            }
            missing.push(folder);
        }
        for folder in missing.into_iter().rev() {
            self.sftp.mkdir(folder, FileAttributes::empty()).await?;
        }
        Ok(())
    }

    /// Renames over what is there; where the server cannot, the place is empty for a moment.
    async fn rename(&self, from: &str, to: &str) -> Answer<()> {
        if !self.renames_over {
            let aside = self.aside.as_str();
            if absent(self.sftp.stat(to).await)?.is_some() {
                absent(self.sftp.remove(aside).await)?;
                self.sftp.rename(to, aside).await?;
            }
            if let Err(refused) = self.sftp.rename(from, to).await {
                absent(self.sftp.rename(aside, to).await)?;
                return Err(refused);
            }
            return absent(self.sftp.remove(aside).await).map(drop);
        }
        let mut data = Vec::new();
        for path in [from, to] {
            data.extend((path.len() as u32).to_be_bytes());
            data.extend(path.as_bytes());
        }
        match self.sftp.extended("posix-rename@openssh.com", data).await? {
            Packet::Status(status) if status.status_code == StatusCode::Ok => Ok(()),
            Packet::Status(status) => Err(SftpError::Status(status)),
            _ => Err(SftpError::UnexpectedPacket),
        }
    }
}

/// What was asked for; none where there is no such file.
fn absent<T>(answer: Answer<T>) -> Answer<Option<T>> {
    match answer {
        Err(SftpError::Status(status)) if status.status_code == StatusCode::NoSuchFile => Ok(None),
        answer => answer.map(Some),
    }
}

fn refusal(code: StatusCode, said: &str) -> StoreError {
    let message = Message::new(match code {
        StatusCode::PermissionDenied => "target-refused",
        _ => "target-failed",
    });
    StoreError::permanent(message, format!("{code}: {said}"))
}

fn located(project: &Path, path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(below) => home().join(below),
        None => project.join(path),
    }
}

/// The hash with which an RSA key signs for this server; other keys know their own.
async fn hash_for(session: &Handle<Gate>, key: Algorithm) -> StoreResult<Option<HashAlg>> {
    if !key.is_rsa() {
        return Ok(None);
    }
    let told = session.best_supported_rsa_hash().await?;
    Ok(told.unwrap_or(Some(HashAlg::Sha512)))
}

fn home() -> PathBuf {
    std::env::home_dir().unwrap_or_default()
}

/// Lets a session begin only with the server that is on record.
struct Gate {
    host: String,
    port: u16,
    known_hosts: PathBuf,
}

impl Gate {
    /// Asks the server for a key of a kind that is on record first.
    fn config(&self) -> client::Config {
        let known = self.known().unwrap_or_default();
        // One RSA key signs with several hashes.
        let is_rsa = |kind: &Algorithm| matches!(kind, Algorithm::Rsa { .. });
        let on_record = |kind: &Algorithm| {
            let mut known = known.iter().map(|(_, key)| key.algorithm());
            known.any(|known| known == *kind || (is_rsa(&known) && is_rsa(kind)))
        };
        let mut config = client::Config::default();
        let mut kinds = config.preferred.key.to_vec();
        kinds.sort_by_key(|kind| !on_record(kind));
        config.preferred.key = kinds.into();
        config
    }

    /// The keys on record, each with its line.
    fn known(&self) -> std::result::Result<Vec<(usize, PublicKey)>, keys::Error> {
        let Gate {
            host,
            port,
            known_hosts,
        } = self;
        keys::known_hosts::known_host_keys_path(host, *port, known_hosts)
    }

    fn judge(&self, key: &PublicKey) -> StoreResult<bool> {
        let Gate {
            host,
            port,
            known_hosts,
        } = self;
        let file = known_hosts.display();
        let unreadable = || Message::new("sftp-known-hosts").with("file", file.to_string());
        // Windows' editors put it in front, and the first line is no line of a server any more.
        let begin = std::fs::read(known_hosts).unwrap_or_default();
        if begin.starts_with(b"\xef\xbb\xbf") {
            return Err(Error::new(unreadable()).into());
        }
        let known = self.known();
        let known = known.map_err(|error| StoreError::permanent(unreadable(), error))?;
        let is_it = |(_, known): &(usize, PublicKey)| known.key_data() == key.key_data();
        if known.iter().any(is_it) {
            return Ok(true);
        }
        // A key of another kind may be the server's new one, or somebody else's.
        if let Some((line, _)) = known.first() {
            let message = Message::new("sftp-host-changed").with("host", host);
            let message = message.with("file", file).with("line", *line);
            return Err(Error::new(message).into());
        }
        let name = match port {
            22 => host.clone(),
            port => format!("[{host}]:{port}"),
        };
        let line = format!("{name} {}", key.to_openssh().unwrap_or_default());
        let message = Message::new("sftp-host-unknown")
            .with("host", host)
            .with("file", file)
            .with("fingerprint", key.fingerprint(HashAlg::Sha256))
            .with("line", line);
        Err(Error::new(message).into())
    }
}

impl client::Handler for Gate {
    type Error = StoreError;

    async fn check_server_key(
        &mut self,
        key: &keys::PublicKeyOrCertificate,
    ) -> std::result::Result<bool, StoreError> {
        match key {
            keys::PublicKeyOrCertificate::PublicKey { key, .. } => self.judge(key),
            keys::PublicKeyOrCertificate::Certificate(_) => Ok(false),
        }
    }
}

impl From<russh::Error> for StoreError {
    fn from(error: russh::Error) -> StoreError {
        StoreError::transient(error)
    }
}
