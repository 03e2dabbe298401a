//! FTP over TLS, with the library that OpenDAL uses for it.
//!
//! Not through OpenDAL: it closes a connection before it has read the server's last answer, which servers with
//! TLS 1.3 take for a broken upload of a large file, and it leaves a part under a new name behind each time.

use super::store::{ASIDE, PART, Store, confirm_created, transient, wait};
use super::target::{Target, text};
use crate::message::{Error, Result};
use std::{path::Path, sync::Arc};
use suppaftp::FtpError::{self, ConnectionError};
use suppaftp::tokio::{AsyncRustlsConnector, AsyncRustlsFtpStream as FtpStream};
use suppaftp::tokio_rustls::rustls::{ClientConfig, RootCertStore};
use suppaftp::{FtpResult, Status, tokio_rustls::TlsConnector, types::FileType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub struct FtpsStore {
    pub target: Target,
    /// Opened by the first step, and again after it was lost.
    pub connection: Option<FtpStream>,
}

impl FtpsStore {
    /// Runs one step; the connection survives only an error that the server itself reports.
    fn run<T>(&mut self, step: impl AsyncFnOnce(&mut FtpStream) -> FtpResult<T>) -> Result<T> {
        let (result, connection) = wait(async {
            let mut connection = match self.connection.take() {
                Some(connection) => connection,
                None => self.connect().await.map_err(store_error)?,
            };
            Ok((step(&mut connection).await, connection))
        })?;
        let usable = matches!(result, Ok(_) | Err(FtpError::UnexpectedResponse(_)));
        self.connection = usable.then_some(connection);
        result.map_err(store_error)
    }

    async fn connect(&self) -> FtpResult<FtpStream> {
        let record = &self.target.record;
        let [host, user, path] = [&record.host, &record.user, &record.path].map(text);
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder().with_root_certificates(roots);
        let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
        let plain = FtpStream::connect((host, record.port.unwrap_or(21))).await?;
        let securing = plain.into_secure(AsyncRustlsConnector::from(connector), host);
        let mut connection = securing.await?;
        let password = self.target.secret("PASSWORD").unwrap_or_default();
        connection.login(user, password).await?;
        connection.transfer_type(FileType::Binary).await?;
        if connection.cwd(path).await.is_err() {
            make_folders(&mut connection, path).await?;
            connection.cwd(path).await?;
        }
        Ok(connection)
    }
}

impl Store for FtpsStore {
    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        self.run(async |ftp| {
            // Asked to send a missing file, servers break off before they say so.
            if matches!(if_available(ftp.size(path).await), Ok(None)) {
                return Ok(None);
            }
            let mut stream = ftp.retr_as_stream(path).await?;
            let mut bytes = Vec::new();
            let read = stream.read_to_end(&mut bytes).await;
            read.map_err(ConnectionError)?;
            stream.finish().await?;
            Ok(Some(bytes))
        })
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.run(async |ftp| {
            let folder = Path::new(path).parent().and_then(Path::to_str);
            make_folders(ftp, folder.unwrap_or_default()).await?;
            put(ftp, PART, bytes).await?;
            let Err(refused) = ftp.rename(PART, path).await else {
                return Ok(());
            };
            // Some servers never rename over a file; there the path is free for a moment.
            if ftp.rename(path, ASIDE).await.is_err() {
                return Err(refused);
            }
            if let Err(refused) = ftp.rename(PART, path).await {
                ftp.rename(ASIDE, path).await?;
                return Err(refused);
            }
            if_available(ftp.rm(ASIDE).await).map(drop)
        })
    }

    fn create(&mut self, path: &str, bytes: &[u8]) -> Result<bool> {
        if self.read(path)?.is_some() {
            return Ok(false);
        }
        self.run(async |ftp| put(ftp, path, bytes).await)?;
        confirm_created(self, path, bytes)
    }

    fn remove(&mut self, path: &str) -> Result<()> {
        self.run(async |ftp| if_available(ftp.rm(path).await).map(drop))
    }

    fn modified_at(&mut self, path: &str) -> Result<Option<jiff::Timestamp>> {
        let time = self.run(async |ftp| if_available(ftp.mdtm(path).await))?;
        Ok(time.and_then(|time| format!("{time}Z").parse().ok()))
    }
}

/// Uploads a file. A server that breaks off gives the reason in its answer.
async fn put(ftp: &mut FtpStream, path: &str, bytes: &[u8]) -> FtpResult<()> {
    let mut stream = ftp.put_with_stream(path).await?;
    let uploaded = stream.write_all(bytes).await;
    let answer = stream.finish().await;
    answer.and(uploaded.map_err(ConnectionError))
}

/// Creates every folder of a path; a server's refusal of an existing one is ignored.
async fn make_folders(ftp: &mut FtpStream, path: &str) -> FtpResult<()> {
    let ancestors = Path::new(path).ancestors().filter_map(Path::to_str);
    let folders: Vec<&str> = ancestors.filter(|it| !["", "/"].contains(it)).collect();
    for folder in folders.into_iter().rev() {
        if_available(ftp.mkdir(folder).await)?;
    }
    Ok(())
}

/// Turns "file unavailable" into `None`: the file is missing, or the folder exists already.
fn if_available<T>(result: FtpResult<T>) -> FtpResult<Option<T>> {
    match result {
        Err(FtpError::UnexpectedResponse(it)) if it.status == Status::FileUnavailable => Ok(None),
        other => other.map(Some),
    }
}

fn store_error(error: FtpError) -> Error {
    let id = match &error {
        ConnectionError(_) => return transient(error),
        FtpError::UnexpectedResponse(response) => match response.status {
            Status::NotLoggedIn => "target-refused",
            // A full disk has a code of the 400s, which else mean that a retry may help.
            Status::RequestedActionNotTaken => "target-failed",
            status if status.code() / 100 == 4 => return transient(error),
            _ => "target-failed",
        },
        _ => "target-failed",
    };
    Error::new(id).failed_by(error)
}
