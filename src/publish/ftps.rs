//! FTP over TLS, with the library that OpenDAL uses for it.
//!
//! Not through OpenDAL, which closes a connection with the server's last words unread, so that servers with TLS 1.3
//! take a large file for cut off, and which leaves a part of another name behind each time it is.

use super::store::{
    ASIDE, CONNECT_TIMEOUT, PART, Store, StoreError, StoreResult, create_and_look, wait,
};
use super::target::{Server, Target};
use crate::message::Message;
use jiff::Timestamp;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use suppaftp::tokio::{AsyncRustlsConnector, AsyncRustlsFtpStream};
use suppaftp::tokio_rustls::TlsConnector;
use suppaftp::tokio_rustls::rustls::{ClientConfig, RootCertStore};
use suppaftp::types::FileType;
use suppaftp::{FtpError, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

pub struct Ftps {
    server: Server,
    password: String,
    /// Opened when it is needed, and again after it was lost.
    connection: Option<AsyncRustlsFtpStream>,
}

type Answer<T> = std::result::Result<T, FtpError>;

impl Ftps {
    pub fn new(target: &Target, server: &Server) -> Ftps {
        Ftps {
            server: server.clone(),
            password: target.secret("PASSWORD").unwrap_or_default().to_owned(),
            connection: None,
        }
    }

    /// Does one thing on the connection; one that failed otherwise than by the server's word is dropped.
    fn work<T>(
        &mut self,
        does: impl AsyncFnOnce(&mut AsyncRustlsFtpStream) -> Answer<T>,
    ) -> StoreResult<T> {
        let known = self.connection.take();
        let done = wait(async {
            let mut connection = match known {
                Some(connection) => connection,
                None => self.connect().await.map_err(trouble)?,
            };
            Ok((does(&mut connection).await, connection))
        });
        let (done, connection) = done?;
        let usable = matches!(done, Ok(_) | Err(FtpError::UnexpectedResponse(_)));
        self.connection = usable.then_some(connection);
        done.map_err(trouble)
    }

    async fn connect(&self) -> Answer<AsyncRustlsFtpStream> {
        let Server {
            host,
            port,
            user,
            path,
        } = &self.server;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder().with_root_certificates(roots);
        let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
        let plain = AsyncRustlsFtpStream::connect((host.as_str(), *port));
        let late = |_| FtpError::ConnectionError(ErrorKind::TimedOut.into());
        let plain = timeout(CONNECT_TIMEOUT, plain).await.map_err(late)??;
        let connector = AsyncRustlsConnector::from(connector);
        let mut connection = plain.into_secure(connector, host).await?;
        connection.login(user, &self.password).await?;
        connection.transfer_type(FileType::Binary).await?;
        if connection.cwd(path).await.is_err() {
            make_folders(&mut connection, path).await?;
            connection.cwd(path).await?;
        }
        Ok(connection)
    }
}

impl Store for Ftps {
    fn read(&mut self, path: &str) -> StoreResult<Option<Vec<u8>>> {
        self.work(async |to| {
            // Asked for a file that is not there, servers break off before they say so.
            if let Err(FtpError::UnexpectedResponse(answer)) = to.size(path).await
                && answer.status == Status::FileUnavailable
            {
                return Ok(None);
            }
            let mut stream = to.retr_as_stream(path).await?;
            let mut bytes = Vec::new();
            let read = stream.read_to_end(&mut bytes).await;
            read.map_err(FtpError::ConnectionError)?;
            to.finalize_retr_stream(stream).await?;
            Ok(Some(bytes))
        })
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> StoreResult<()> {
        self.work(async |to| {
            let folder = Path::new(path).parent().and_then(Path::to_str);
            make_folders(to, folder.unwrap_or_default()).await?;
            put(to, PART, bytes).await?;
            let Err(refused) = to.rename(PART, path).await else {
                return Ok(());
            };
            // Some servers rename over nothing; there the place is empty for a moment.
            if to.rename(path, ASIDE).await.is_err() {
                return Err(refused);
            }
            if let Err(refused) = to.rename(PART, path).await {
                to.rename(ASIDE, path).await?;
                return Err(refused);
            }
            absent(to.rm(ASIDE).await).map(drop)
        })
    }

    fn create(&mut self, path: &str, bytes: &[u8]) -> StoreResult<bool> {
        create_and_look(self, path, bytes, |store| {
            store.work(async |to| put(to, path, bytes).await)
        })
    }

    fn remove(&mut self, path: &str) -> StoreResult<()> {
        self.work(async |to| absent(to.rm(path).await).map(drop))
    }

    fn written_at(&mut self, path: &str) -> StoreResult<Option<Timestamp>> {
        let at = self.work(async |to| absent(to.mdtm(path).await))?;
        Ok(at.and_then(|at| format!("{at}Z").parse().ok()))
    }
}

/// Sends a file and hears the server out before the connection is closed: one closed with something unread is a broken one.
async fn put(to: &mut AsyncRustlsFtpStream, path: &str, bytes: &[u8]) -> Answer<()> {
    let mut stream = to.put_with_stream(path).await?;
    let sent = async {
        stream.write_all(bytes).await?;
        stream.shutdown().await?;
        // A server that breaks off says why in its answer.
        let _ = stream.read_to_end(&mut Vec::new()).await;
        Ok(())
    };
    let sent: std::io::Result<()> = sent.await;
    drop(stream);
    let answer = to.finalize_put_stream(tokio::io::sink()).await;
    answer.and(sent.map_err(FtpError::ConnectionError))
}

/// Makes every folder of a path; one that is there is refused, which says nothing.
async fn make_folders(to: &mut AsyncRustlsFtpStream, path: &str) -> Answer<()> {
    let mut above: Vec<&Path> = Path::new(path).ancestors().collect();
    above.reverse();
    for folder in above.iter().filter_map(|folder| folder.to_str()) {
        if !["", "/"].contains(&folder) {
            absent(to.mkdir(folder).await)?;
        }
    }
    Ok(())
}

/// What was asked for; none where the server says that there is nothing, or that it is there already.
fn absent<T>(answer: Answer<T>) -> Answer<Option<T>> {
    match answer {
        Err(FtpError::UnexpectedResponse(answer)) if answer.status == Status::FileUnavailable => {
            Ok(None)
        }
        answer => answer.map(Some),
    }
}

fn trouble(error: FtpError) -> StoreError {
    match &error {
        FtpError::ConnectionError(_) => StoreError::transient(error),
        FtpError::UnexpectedResponse(answer) => match answer.status {
            Status::NotLoggedIn => StoreError::permanent(Message::new("target-refused"), error),
            // A full disk; of every other 4yz the server says itself that it may pass.
            Status::RequestedActionNotTaken => {
                StoreError::permanent(Message::new("target-failed"), error)
            }
            status if status.code() / 100 == 4 => StoreError::transient(error),
            _ => StoreError::permanent(Message::new("target-failed"), error),
        },
        _ => StoreError::permanent(Message::new("target-failed"), error),
    }
}
