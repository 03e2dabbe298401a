//! What a target must be able to do, whatever it is, and what can go wrong with it.
//!
//! A store moves bytes and decides nothing: order, lock and manifest are [`super`]'s.

use super::target::{Location, Target};
use super::{ftps, git, service, sftp};
use crate::message::{Error, Message};
use jiff::Timestamp;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The name under which a file lies beside its place until it is whole.
pub const PART: &str = "safeguard-publishing.part";

/// Where the old file waits while a new one takes its place, on servers that rename over nothing.
pub const ASIDE: &str = "safeguard-publishing.old";

/// So long one step may take; a megabyte over a slow line takes half of it.
pub const STEP_TIMEOUT: Duration = Duration::from_secs(60);

/// So long a server may take to answer at all.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// So long another publisher's lock may take to arrive where none can be created exclusively.
pub const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// A target's files, by paths with `/` below the folder of the site.
pub trait Store {
    /// The bytes of a file; none where there is no such file.
    fn read(&mut self, path: &str) -> StoreResult<Option<Vec<u8>>>;

    /// Puts a whole file into its place: whoever reads it meanwhile gets the old one or the new one.
    fn write(&mut self, path: &str, bytes: &[u8]) -> StoreResult<()>;

    /// Writes a file only where none is; whether it is ours.
    fn create(&mut self, path: &str, bytes: &[u8]) -> StoreResult<bool>;

    /// Removes a file; it may be gone already.
    fn remove(&mut self, path: &str) -> StoreResult<()>;

    /// When the file was put there, by the target's clock.
    fn written_at(&mut self, path: &str) -> StoreResult<Option<Timestamp>>;

    /// How two publishers are kept apart.
    fn exclusion(&self) -> Exclusion {
        Exclusion::LockFile
    }

    /// Shows everybody what was written, where that is a step of its own.
    fn finish(&mut self) -> StoreResult<()> {
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclusion {
    /// A file on the target says who is publishing.
    LockFile,
    /// The target takes one finished state after another and refuses what is not built on the last.
    Target,
}

/// Why a step failed, and whether it may go better at another try.
#[derive(Debug)]
pub struct StoreError {
    pub failure: Error,
    pub transient: bool,
}

pub type StoreResult<T> = std::result::Result<T, StoreError>;

impl StoreError {
    /// Trying again is of no use.
    pub fn permanent(message: Message, cause: impl std::fmt::Display) -> StoreError {
        StoreError {
            failure: Error::new(message).caused_by(cause),
            transient: false,
        }
    }

    /// The line or the server was gone for a moment, perhaps.
    pub fn transient(cause: impl std::fmt::Display) -> StoreError {
        StoreError {
            failure: Error::new(Message::new("target-unreachable")).caused_by(cause),
            transient: true,
        }
    }

    /// What was said of it by who failed.
    pub fn cause(&self) -> &str {
        self.failure.cause.as_deref().unwrap_or_default()
    }
}

impl From<Error> for StoreError {
    fn from(failure: Error) -> StoreError {
        StoreError {
            failure,
            transient: false,
        }
    }
}

/// Creates a file where the target does not do it exclusively: waits for others who did the same, and looks whose writing stands.
pub fn create_and_look<S: Store>(
    store: &mut S,
    path: &str,
    bytes: &[u8],
    put: impl FnOnce(&mut S) -> StoreResult<()>,
) -> StoreResult<bool> {
    if store.read(path)?.is_some() {
        return Ok(false);
    }
    put(store)?;
    std::thread::sleep(RETRY_PAUSE);
    Ok(store.read(path)?.is_some_and(|found| found == bytes))
}

/// Opens a target of the project in this folder.
pub fn open(target: &Target, project: &Path) -> StoreResult<Box<dyn Store>> {
    Ok(match &target.location {
        Location::Sftp {
            server,
            key_file,
            known_hosts,
        } => Box::new(sftp::Sftp::new(
            target,
            server,
            key_file,
            known_hosts,
            project,
        )?),
        Location::Git {
            repository,
            branch,
            path,
        } => Box::new(git::Branch::fetch(project, repository, branch, path)?),
        Location::Ftps { server } => Box::new(ftps::Ftps::new(target, server)),
        _ => Box::new(service::Service::open(target, project)?),
    })
}

/// Does a step of a library that wants to be awaited.
///
/// All stores share one runtime: connections that OpenDAL keeps open for later belong to the runtime that opened them.
pub fn wait<T>(work: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let built = builder.worker_threads(1).enable_all().build();
        built.expect("the system starts a thread")
    });
    let done = async { tokio::time::timeout(STEP_TIMEOUT, work).await };
    let done = RUNTIME.block_on(done);
    done.unwrap_or_else(|elapsed| Err(StoreError::transient(elapsed)))
}
