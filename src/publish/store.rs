//! The interface of every target, and the errors of a target.
//!
//! In: paths and bytes. Out: bytes, or an error, of which [`is_transient`] says whether a retry may help.
//! A store never decides what travels: order, lock and manifest are the business of [`super`].

use super::target::{Target, TargetKind};
use super::{ftps::FtpsStore, opendal_store::OpendalStore, sftp::SftpStore};
use crate::message::{Error, Result};
use std::{path::Path, sync::LazyLock, time::Duration};

/// Name of a file during its upload; afterwards it is renamed to its own path.
pub const PART: &str = "safeguard-publishing.part";
/// Name of the old file while a new one takes its path, on servers that never rename over a file.
pub const ASIDE: &str = "safeguard-publishing.old";
/// Timeout of one step: twice the time of a megabyte over a slow line.
pub const STEP_TIMEOUT: Duration = Duration::from_secs(60);

/// The files of one target. Paths use `/` and begin at the site's folder.
pub trait Store {
    /// Returns the bytes of a file, or `None` if there is no such file.
    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>>;

    /// Replaces a file in one step: meanwhile a reader gets the old file or the new one.
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()>;

    /// Creates a file unless there is one; returns true if it is this caller's.
    fn create(&mut self, path: &str, bytes: &[u8]) -> Result<bool>;

    /// Removes a file, which may be gone already.
    fn remove(&mut self, path: &str) -> Result<()>;

    /// Returns the time of the last change to a file, by the target's clock.
    fn modified_at(&mut self, path: &str) -> Result<Option<jiff::Timestamp>>;

    /// Makes everything written visible, if the target takes that as a separate step.
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The message of every error that may pass.
pub const UNREACHABLE: &str = "target-unreachable";

/// An error of the network or the server that may pass.
pub fn transient(error: impl std::error::Error + 'static) -> Error {
    Error::new(UNREACHABLE).failed_by(error)
}

/// True if a retry may help.
pub fn is_transient(error: &Error) -> bool {
    error.message.id == UNREACHABLE
}

/// True if a file created without exclusion is this caller's, once a competitor's would have arrived.
pub fn confirm_created(store: &mut impl Store, path: &str, bytes: &[u8]) -> Result<bool> {
    std::thread::sleep(Duration::from_secs(1));
    Ok(store.read(path)?.is_some_and(|found| found == bytes))
}

/// Opens a target; `project` is the folder that relative paths of publish.yaml begin at.
pub fn open(target: &Target, project: &Path) -> Result<Box<dyn Store>> {
    Ok(match target.record.kind {
        TargetKind::Sftp => Box::new(SftpStore {
            target: target.clone(),
            project: project.to_owned(),
            connection: None,
        }),
        TargetKind::Ftps => Box::new(FtpsStore {
            target: target.clone(),
            connection: None,
        }),
        _ => Box::new(OpendalStore::open(target, project)?),
    })
}

/// Runs a step of an asynchronous library, at most [`STEP_TIMEOUT`] long. All stores share one
/// runtime, because connections that OpenDAL keeps open belong to the runtime that opened them.
pub fn wait<T>(step: impl Future<Output = Result<T>>) -> Result<T> {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("the system starts a thread")
    });
    RUNTIME
        .block_on(async { tokio::time::timeout(STEP_TIMEOUT, step).await })
        .unwrap_or_else(|elapsed| Err(transient(elapsed)))
}
