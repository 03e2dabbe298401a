//! Folders, WebDAV and S3, through OpenDAL.

use super::store::{PART, Store, StoreError, StoreResult, create_and_look, wait};
use super::target::{Location, Target};
use crate::message::{Error, Message, Result};
use jiff::Timestamp;
use opendal::{Error as ServiceError, ErrorKind, Operator, services};
use std::io::ErrorKind as Full;
use std::path::Path;

pub struct Service {
    operator: Operator,
    ways: Ways,
}

/// How a service puts a file into its place in one step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// Written beside, then renamed by us.
    Rename,
    /// Seen only when it is whole; it has a type and says how long it may be kept.
    Object,
}

impl Service {
    pub fn open(target: &Target, project: &Path) -> Result<Service> {
        // Several providers are compiled in, and rustls wants one of them named; the first who says so wins.
        let _ = rustls::crypto::ring::default_provider().install_default();
        opendal_http_transport_reqwest::install_default();
        let (operator, ways) = operator(target, project)?;
        Ok(Service { operator, ways })
    }

    /// Writes the bytes as they are to lie there; whether the condition held.
    fn put(&self, path: &str, bytes: &[u8], condition: Condition) -> StoreResult<bool> {
        let mut write = self.operator.write_with(path, bytes.to_vec());
        if condition == Condition::Absent {
            write = write.if_not_exists(true);
        }
        if self.ways == Ways::Object {
            write = write.content_type(content_type(path));
            write = write.cache_control(cache_control(path));
        }
        wait(async {
            match write.await {
                Ok(_) => Ok(true),
                Err(error) => match error.kind() {
                    ErrorKind::ConditionNotMatch | ErrorKind::AlreadyExists => Ok(false),
                    _ => Err(trouble(error)),
                },
            }
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Absent,
    None,
}

impl Store for Service {
    fn read(&mut self, path: &str) -> StoreResult<Option<Vec<u8>>> {
        let found = find(self.operator.read(path))?;
        Ok(found.map(|buffer| buffer.to_vec()))
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> StoreResult<()> {
        if self.ways != Ways::Rename {
            return self.put(path, bytes, Condition::None).map(drop);
        }
        self.put(PART, bytes, Condition::None)?;
        let rename = self.operator.rename(PART, path);
        wait(async { rename.await.map_err(trouble) })
    }

    fn create(&mut self, path: &str, bytes: &[u8]) -> StoreResult<bool> {
        match self.operator.info().capability().write_with_if_not_exists {
            true => self.put(path, bytes, Condition::Absent),
            // Not by way of a part, which two might share.
            false => create_and_look(self, path, bytes, |store| {
                store.put(path, bytes, Condition::None).map(drop)
            }),
        }
    }

    fn remove(&mut self, path: &str) -> StoreResult<()> {
        let remove = self.operator.delete(path);
        wait(async { remove.await.map_err(trouble) })
    }

    fn written_at(&mut self, path: &str) -> StoreResult<Option<Timestamp>> {
        let found = find(self.operator.stat(path))?;
        let at = found.and_then(|found| found.last_modified());
        // OpenDAL's clock is another version of the same library.
        Ok(at.and_then(|at| at.to_string().parse().ok()))
    }
}

/// What was awaited; none where there is no such file.
fn find<T>(work: impl Future<Output = opendal::Result<T>>) -> StoreResult<Option<T>> {
    wait(async {
        match work.await {
            Ok(found) => Ok(Some(found)),
            Err(error) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(None),
                _ => Err(trouble(error)),
            },
        }
    })
}

fn operator(target: &Target, project: &Path) -> Result<(Operator, Ways)> {
    let password = target.secret("PASSWORD").unwrap_or_default();
    let built = match &target.location {
        Location::Folder { path } => {
            let path = project.join(path);
            refuse_ours(&path, project)?;
            // A share that is not mounted, and no folder to be made.
            if let Some(above) = path.parent().filter(|above| !above.exists()) {
                let message = Message::new("no-folder-above").with("path", above.display());
                return Err(Error::new(message));
            }
            let builder = services::Fs::default().root(&path.to_string_lossy());
            Operator::new(builder).map(|built| (built, Ways::Rename))
        }
        Location::Webdav { url, user, path } => {
            let mut builder = services::Webdav::default().endpoint(url).root(path);
            if let Some(user) = user {
                builder = builder.username(user).password(password);
            }
            Operator::new(builder).map(|built| (built, Ways::Rename))
        }
        Location::S3 {
            bucket,
            region,
            endpoint,
            path,
        } => {
            let mut builder = services::S3::default().bucket(bucket).root(path);
            if let Some(endpoint) = endpoint {
                builder = builder.endpoint(endpoint).region("auto");
            }
            if let Some(region) = region {
                builder = builder.region(region);
            }
            if let (Some(id), Some(key)) = (
                target.secret("ACCESS_KEY_ID"),
                target.secret("SECRET_ACCESS_KEY"),
            ) {
                builder = builder.access_key_id(id).secret_access_key(key);
            }
            Operator::new(builder).map(|built| (built, Ways::Object))
        }
        Location::Sftp { .. } | Location::Ftps { .. } | Location::Git { .. } => {
            unreachable!("opened elsewhere")
        }
    };
    built.map_err(|error| {
        let message = Message::new("target-setting").with("target", &target.name);
        Error::new(message).caused_by(error)
    })
}

/// A site in the midst of what it is made from would be taken for content, and the other way round.
fn refuse_ours(path: &Path, project: &Path) -> Result<()> {
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    let (Ok(path), Ok(project)) = (whole(path), whole(project)) else {
        return Ok(());
    };
    let below = |name| path.starts_with(project.join(name));
    let ours = ["content", "themes", "output", ".safeguard"];
    match project.starts_with(&path) || ours.into_iter().any(below) {
        true => Err(Error::new(
            Message::new("folder-is-ours").with("path", path.display()),
        )),
        false => Ok(()),
    }
}

fn trouble(error: ServiceError) -> StoreError {
    let message = match error.kind() {
        ErrorKind::PermissionDenied => Message::new("target-refused"),
        // A WebDAV server's refusal is no kind of its own to OpenDAL.
        _ if error.to_string().contains("status: 401") => Message::new("target-refused"),
        _ if error.to_string().contains("credential") => Message::new("target-refused"),
        _ if error.is_temporary() && !is_full(&error) => return StoreError::transient(error),
        _ => Message::new("target-failed"),
    };
    StoreError::permanent(message, error)
}

/// Whether a disk is full, or not to be written on at all.
fn is_full(error: &ServiceError) -> bool {
    let source = std::error::Error::source(error);
    let source = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    source.is_some_and(|source| {
        let full = [
            Full::StorageFull,
            Full::QuotaExceeded,
            Full::ReadOnlyFilesystem,
        ];
        full.contains(&source.kind())
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        "xml" => "application/xml; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// What was issued never changes; all else is asked for again, so that no page meets the assets of another day.
fn cache_control(path: &str) -> &'static str {
    match super::plan::is_issued(path) {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    }
}
