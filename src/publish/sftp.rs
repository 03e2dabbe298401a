//! SFTP over a session of [`super::ssh`], on every system.

use super::ssh::{self, SshSession};
use super::store::{ASIDE, PART, STEP_TIMEOUT, Store, confirm_created, transient, wait};
use super::target::{Target, text};
use crate::message::{Error, Result};
use jiff::Timestamp;
use russh_sftp::client::{RawSftpSession, error::Error as SftpError, rawsession::SftpResult};
use russh_sftp::protocol::{FileAttributes, OpenFlags, Packet, StatusCode};
use std::path::{Path, PathBuf};

/// Bytes in one message: a size that every server accepts.
const CHUNK: usize = 32 * 1024;
const POSIX_RENAME: &str = "posix-rename@openssh.com";

pub struct SftpStore {
    pub target: Target,
    pub project: PathBuf,
    /// Opened by the first step, and again after it was lost.
    pub connection: Option<Connection>,
}

pub struct Connection {
    sftp: RawSftpSession,
    /// True if the server can rename over an existing file.
    renames_over: bool,
    /// Ends the session when it is dropped.
    _session: SshSession,
}

impl SftpStore {
    /// Runs one step on the connection; after a loss the next step opens another.
    fn run<T>(&mut self, step: impl AsyncFnOnce(&Connection) -> SftpResult<T>) -> Result<T> {
        let kept = self.connection.take();
        let connection = kept.map_or_else(|| self.connect(), Ok)?;
        let result = wait(async { Ok(step(&connection).await) })?;
        if matches!(result, Ok(_) | Err(SftpError::Status(_))) {
            self.connection = Some(connection);
        }
        result.map_err(store_error)
    }

    fn connect(&self) -> Result<Connection> {
        wait(async {
            let session = ssh::connect(&self.target, &self.project).await?;
            let channel = session.channel_open_session().await?;
            channel.request_subsystem(true, "sftp").await?;
            let sftp = RawSftpSession::new(channel.into_stream());
            sftp.set_timeout(STEP_TIMEOUT.as_secs());
            let version = sftp.init().await.map_err(transient)?;
            Ok(Connection {
                renames_over: version.extensions.contains_key(POSIX_RENAME),
                sftp,
                _session: session,
            })
        })
    }

    fn remote_path(&self, path: &str) -> String {
        match text(&self.target.record.path).trim_end_matches('/') {
            "" | "." => path.to_owned(),
            folder => format!("{folder}/{path}"),
        }
    }
}

impl Store for SftpStore {
    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        let path = self.remote_path(path);
        self.run(async |connection| connection.read(path).await)
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let [part, path] = [PART, path].map(|path| self.remote_path(path));
        self.run(async |connection| {
            connection.make_folders(&path).await?;
            connection.put(&part, bytes, OpenFlags::TRUNCATE).await?;
            connection.rename(&part, &path).await
        })
    }

    fn create(&mut self, path: &str, bytes: &[u8]) -> Result<bool> {
        let remote = self.remote_path(path);
        self.run(async |connection| connection.make_folders(&remote).await)?;
        if !self.run(async |connection| connection.put_new(&remote, bytes).await)? {
            return Ok(false);
        }
        // Some servers create the same file twice, and would let in two publishers.
        if self.run(async |connection| connection.put_new(&remote, bytes).await)? {
            return confirm_created(self, path, bytes);
        }
        Ok(true)
    }

    fn remove(&mut self, path: &str) -> Result<()> {
        let path = self.remote_path(path);
        self.run(async |connection| if_exists(connection.sftp.remove(path).await).map(drop))
    }

    fn modified_at(&mut self, path: &str) -> Result<Option<Timestamp>> {
        let path = self.remote_path(path);
        let found = self.run(async |connection| if_exists(connection.sftp.stat(path).await))?;
        let time = found.and_then(|found| found.attrs.mtime);
        Ok(time.and_then(|seconds| Timestamp::from_second(seconds.into()).ok()))
    }
}

impl Connection {
    async fn read(&self, path: String) -> SftpResult<Option<Vec<u8>>> {
        let (flags, attributes) = (OpenFlags::READ, FileAttributes::empty());
        let Some(file) = if_exists(self.sftp.open(path, flags, attributes).await)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        loop {
            let offset = bytes.len() as u64;
            match self.sftp.read(&file.handle, offset, CHUNK as u32).await {
                Ok(chunk) => bytes.extend(chunk.data),
                Err(SftpError::Status(it)) if it.status_code == StatusCode::Eof => break,
                Err(error) => return Err(error),
            }
        }
        self.sftp.close(file.handle).await?;
        Ok(Some(bytes))
    }

    /// Writes a file that is opened with one more flag.
    async fn put(&self, path: &str, bytes: &[u8], flag: OpenFlags) -> SftpResult<()> {
        let flags = OpenFlags::CREATE | OpenFlags::WRITE | flag;
        let file = self.sftp.open(path, flags, FileAttributes::empty()).await?;
        for (offset, chunk) in (0..).step_by(CHUNK).zip(bytes.chunks(CHUNK)) {
            let written = self.sftp.write(&file.handle, offset, chunk.to_vec());
            written.await?;
        }
        // A full disk may show only here.
        self.sftp.close(file.handle).await.map(drop)
    }

    /// Creates a file; returns false if there is one already.
    async fn put_new(&self, path: &str, bytes: &[u8]) -> SftpResult<bool> {
        let put = self.put(path, bytes, OpenFlags::EXCLUDE).await;
        let failed = matches!(put, Err(SftpError::Status(_)));
        // Servers report no more than "failure"; an existing file explains it.
        if failed && if_exists(self.sftp.stat(path).await)?.is_some() {
            return Ok(false);
        }
        put.map(|()| true)
    }

    async fn make_folders(&self, path: &str) -> SftpResult<()> {
        let mut missing = Vec::new();
        for folder in Path::new(path).ancestors().skip(1).flat_map(Path::to_str) {
            if ["", "/"].contains(&folder) || if_exists(self.sftp.stat(folder).await)?.is_some() {
                break;
            }
            missing.push(folder);
        }
        for folder in missing.into_iter().rev() {
            self.sftp.mkdir(folder, FileAttributes::empty()).await?;
        }
        Ok(())
    }

    /// Renames the part over an existing file; if the server cannot, the path is free for a moment.
    async fn rename(&self, from: &str, to: &str) -> SftpResult<()> {
        if self.renames_over {
            return self.posix_rename(from, to).await;
        }
        let aside = &from.replace(PART, ASIDE);
        if if_exists(self.sftp.stat(to).await)?.is_some() {
            if_exists(self.sftp.remove(aside).await)?;
            self.sftp.rename(to, aside).await?;
        }
        if let Err(refused) = self.sftp.rename(from, to).await {
            if_exists(self.sftp.rename(aside, to).await)?;
            return Err(refused);
        }
        if_exists(self.sftp.remove(aside).await).map(drop)
    }

    async fn posix_rename(&self, from: &str, to: &str) -> SftpResult<()> {
        let mut data = Vec::new();
        for path in [from, to] {
            data.extend((path.len() as u32).to_be_bytes());
            data.extend(path.as_bytes());
        }
        match self.sftp.extended(POSIX_RENAME, data).await? {
            Packet::Status(status) if status.status_code == StatusCode::Ok => Ok(()),
            Packet::Status(status) => Err(SftpError::Status(status)),
            _ => Err(SftpError::UnexpectedPacket),
        }
    }
}

/// Turns "no such file" into `None`.
fn if_exists<T>(result: SftpResult<T>) -> SftpResult<Option<T>> {
    match result {
        Err(SftpError::Status(status)) if status.status_code == StatusCode::NoSuchFile => Ok(None),
        other => other.map(Some),
    }
}

fn store_error(error: SftpError) -> Error {
    let id = match &error {
        SftpError::Status(it) if it.status_code == StatusCode::PermissionDenied => "target-refused",
        SftpError::Status(_) => "target-failed",
        _ => return transient(error),
    };
    Error::new(id).failed_by(error)
}
