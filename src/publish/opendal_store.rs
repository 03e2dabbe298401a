//! Folders, WebDAV servers, S3 buckets and checked-out git branches, through OpenDAL.

use super::store::{PART, Store, confirm_created, is_transient, transient, wait};
use super::target::{Target, TargetKind, text};
use super::{git::GitBranch, plan::is_issued};
use crate::manifest::media_type;
use crate::message::{Error, Message, Result};
use opendal::{ErrorKind, Operator, services};
use std::io;
use std::io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
use std::path::{Path, PathBuf};

/// Errors of an operation on a missing file.
const MISSING: [ErrorKind; 2] = [ErrorKind::NotFound, ErrorKind::NotADirectory];
/// Errors of a write that must not replace a file.
const PRESENT: [ErrorKind; 2] = [ErrorKind::ConditionNotMatch, ErrorKind::AlreadyExists];
/// Errors of a disk that is full or read-only.
const FULL_DISK: [io::ErrorKind; 3] = [StorageFull, QuotaExceeded, ReadOnlyFilesystem];

pub struct OpendalStore {
    operator: Operator,
    /// The branch whose checkout has the files.
    branch: Option<GitBranch>,
}

impl OpendalStore {
    pub fn open(target: &Target, project: &Path) -> Result<OpendalStore> {
        // rustls has several providers compiled in and needs one named. An earlier choice stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        opendal_http_transport_reqwest::install_default();
        let in_folder = |it: PathBuf| services::Fs::default().root(&it.to_string_lossy());
        let mut branch = None;
        let opened = match target.record.kind {
            TargetKind::S3 => Operator::new(s3(target)),
            TargetKind::Webdav => Operator::new(webdav(target)),
            TargetKind::Git => {
                let fetched = branch.insert(GitBranch::fetch(target, project)?);
                Operator::new(in_folder(fetched.folder()))
            }
            _ => Operator::new(in_folder(target_folder(target, project)?)),
        };
        let wrong = Message::new("target-setting").with("target", &target.name);
        let operator = opened.map_err(|error| Error::new(wrong).failed_by(error))?;
        Ok(OpendalStore { operator, branch })
    }
}

impl Store for OpendalStore {
    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        Ok(run_unless(&MISSING, self.operator.read(path))?.map(|buffer| buffer.to_vec()))
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let scheme = self.operator.info().scheme();
        // S3 shows complete objects only, with media type and cache policy. Elsewhere a part is renamed.
        if scheme != services::S3_SCHEME {
            run(self.operator.write(PART, bytes.to_vec()))?;
            let moved = run(self.operator.rename(PART, path));
            return moved.map_err(|error| {
                if scheme != services::WEBDAV_SCHEME || is_transient(&error) {
                    return error;
                }
                // The server took the file, yet not its name.
                let message = error.message.named("webdav-no-move");
                Error { message, ..error }
            });
        }
        // Issued files never change, but may be withdrawn. All others are asked for again.
        let issued = is_issued(path).then_some("public, max-age=86400");
        let policy = issued.unwrap_or("no-cache");
        let write = self.operator.write_with(path, bytes.to_vec());
        run(write.content_type(media_type(path)).cache_control(policy)).map(drop)
    }

    fn create(&mut self, path: &str, bytes: &[u8]) -> Result<bool> {
        if self.operator.info().capability().write_with_if_not_exists {
            let write = self.operator.write_with(path, bytes.to_vec());
            match run_unless(&PRESENT, write.if_not_exists(true)) {
                // Some servers do not know the condition.
                Err(Error { cause: Some(c), .. }) if c.contains("status: 501") => {}
                created => return Ok(created?.is_some()),
            }
        }
        if self.read(path)?.is_some() {
            return Ok(false);
        }
        // Not through a part, which two publishers would share.
        run(self.operator.write(path, bytes.to_vec()))?;
        confirm_created(self, path, bytes)
    }

    fn remove(&mut self, path: &str) -> Result<()> {
        run_unless(&MISSING, self.operator.delete(path)).map(drop)
    }

    fn modified_at(&mut self, path: &str) -> Result<Option<jiff::Timestamp>> {
        if let Some(branch) = &self.branch {
            return branch.modified_at(path);
        }
        let found = run_unless(&MISSING, self.operator.stat(path))?;
        let time = found.and_then(|found| found.last_modified());
        // OpenDAL uses another version of jiff.
        Ok(time.and_then(|time| time.to_string().parse().ok()))
    }

    fn finish(&mut self) -> Result<()> {
        self.branch.as_ref().map_or(Ok(()), GitBranch::push)
    }
}

/// The folder of a target. Refuses one around or in the project's own: a build would take the site for content.
fn target_folder(target: &Target, project: &Path) -> Result<PathBuf> {
    let folder = project.join(text(&target.record.path));
    let resolve = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    if let (Ok(target), Ok(project)) = (resolve(&folder), resolve(project)) {
        let is_in = |name| target.starts_with(project.join(name));
        let own = ["content", "themes", "output", ".safeguard"];
        if project.starts_with(&target) || own.into_iter().any(is_in) {
            return Err(Error::new("folder-is-ours").with("path", target.display()));
        }
    }
    // A missing parent is a share that is not mounted, and is not created.
    if let Some(parent) = folder.parent().filter(|parent| !parent.exists()) {
        return Err(Error::new("no-folder-above").with("path", parent.display()));
    }
    Ok(folder)
}

// OpenDAL takes an empty text for a setting that is not made.

fn webdav(target: &Target) -> services::Webdav {
    let record = &target.record;
    services::Webdav::default()
        .endpoint(text(&record.url))
        .root(text(&record.path))
        .username(text(&record.user))
        .password(target.secret("PASSWORD").unwrap_or_default())
}

fn s3(target: &Target) -> services::S3 {
    let record = &target.record;
    let elsewhere = record.endpoint.as_ref().map_or("", |_| "auto");
    let secret = |name| target.secret(name).unwrap_or_default();
    services::S3::default()
        .bucket(text(&record.bucket))
        .root(text(&record.path))
        .endpoint(text(&record.endpoint))
        .region(record.region.as_deref().unwrap_or(elsewhere))
        .access_key_id(secret("ACCESS_KEY_ID"))
        .secret_access_key(secret("SECRET_ACCESS_KEY"))
}

fn run<T>(operation: impl IntoFuture<Output = opendal::Result<T>>) -> Result<T> {
    wait(async { operation.await.map_err(store_error) })
}

/// Runs an operation; returns `None` instead of an error of one of these kinds.
fn run_unless<T>(
    kinds: &[ErrorKind],
    operation: impl IntoFuture<Output = opendal::Result<T>>,
) -> Result<Option<T>> {
    wait(async {
        match operation.await {
            Ok(value) => Ok(Some(value)),
            Err(error) if kinds.contains(&error.kind()) => Ok(None),
            Err(error) => Err(store_error(error)),
        }
    })
}

fn store_error(error: opendal::Error) -> Error {
    let words = error.to_string();
    let source = std::error::Error::source(&error);
    let io_error = source.and_then(|source| source.downcast_ref::<io::Error>());
    let is_disk_full = io_error.is_some_and(|error| FULL_DISK.contains(&error.kind()));
    let id = match error.kind() {
        ErrorKind::PermissionDenied => "target-refused",
        // OpenDAL has no error kind for the refusal of a WebDAV server.
        _ if words.contains("status: 401") || words.contains("credential") => "target-refused",
        _ if error.is_temporary() && !is_disk_full => return transient(error),
        _ => "target-failed",
    };
    Error::new(id).failed_by(error)
}
