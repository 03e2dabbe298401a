//! Publishes the site to its host: only what changed, in an order that keeps every page complete.
//!
//! ```text
//! site, published manifest ─plan▶ Plan ─┬ files ▶ pages ▶ manifest ▶ removals ┬▶ Store
//!                                       └──────────── under a Lock ───────────┘
//! ```
//!
//! A store is a folder, an SFTP, FTPS or WebDAV server, an S3 bucket or a git branch; OpenDAL, russh, suppaftp and git
//! do the transfer. An interrupted run leaves the old site or the new one, perhaps files that no page refers to yet, and
//! its lock, which lists them; the next run of the same project completes the publication.
//! Whether a site may be published, and building it, is the business of [`crate::command`].

mod ftps;
mod git;
pub mod local_state;
mod lock;
mod opendal_store;
pub mod plan;
mod sftp;
mod ssh;
pub mod store;
pub mod target;

use crate::data::{self, sha256};
use crate::manifest::{MANIFEST, Manifest, site::LISTING};
use crate::message::{Error, Message, Result};
use jiff::Timestamp;
use lock::Lock;
use plan::{BuiltSite, Plan, plan, read_manifest};
use std::time::Duration;
use store::{Store, is_transient};
use target::{Target, TargetKind};

/// Milliseconds before each retry of a step that failed with a transient error.
pub const RETRY_PAUSES: [u64; 4] = [500, 2_000, 5_000, 10_000];

/// The settings of one run.
pub struct PublishContext<'a> {
    /// The project's id: [`local_state::LocalState::publisher`].
    pub publisher: &'a str,
    /// True if files in the way of new ones are replaced that others published or changed.
    pub replaces_unmanaged: bool,
    pub clock: &'a dyn Fn() -> Timestamp,
    /// In milliseconds.
    pub retry_pauses: &'a [u64],
    /// Called before every step.
    pub progress: &'a dyn Fn(ProgressEvent),
}

/// The next step.
#[derive(Debug, Clone, Copy)]
pub enum ProgressEvent<'a> {
    Plan(&'a Plan),
    /// Path and size of a file.
    Send(&'a str, usize),
    Remove(&'a str),
    Retry,
}

/// The site on a target, compared with its own manifest.
#[derive(Debug, serde::Serialize)]
pub struct PublishedStatus {
    pub edition: Option<String>,
    pub id: String,
    pub version: String,
    pub as_of: String,
    /// Time of the publication, by the target's clock.
    pub since: Option<Timestamp>,
    pub files: usize,
    /// Files with other bytes than the manifest lists.
    pub altered: Vec<String>,
    pub missing: Vec<String>,
    /// Time since which a publisher is at work, or was interrupted.
    pub locked_since: Option<Timestamp>,
    /// The manifest's own bytes.
    #[serde(skip)]
    pub manifest: Vec<u8>,
}

/// Publishes a site; returns the plan that was carried out.
pub fn publish(store: &mut dyn Store, site: &BuiltSite, context: &PublishContext) -> Result<Plan> {
    let mut lock = context.retry(|| Lock::take(store, context.publisher, (context.clock)()))?;
    let leftovers = Vec::from_iter(lock.files.clone());
    // While nothing was changed, the lock may go, unless it alone lists the leftovers.
    let give_up = |lock: &Lock, store: &mut dyn Store| {
        if leftovers.is_empty() {
            let _ = lock.release(store);
        }
    };
    let planned = context.plan(store, site, &leftovers);
    let plan = planned.inspect_err(|_| give_up(&lock, store))?;
    (context.progress)(ProgressEvent::Plan(&plan));
    if !plan.is_empty() {
        lock.files.extend(plan.sent().chain(&plan.remove).cloned());
        let recorded = context.retry(|| lock.record(store, (context.clock)()));
        recorded.inspect_err(|_| give_up(&lock, store))?;
        for part in [&plan.upload, &plan.pages] {
            for path in part {
                context.send(store, path, &site.files[path])?;
                context.retry(|| lock.renew(store, (context.clock)()))?;
            }
            // A publisher that has lost the lock stops before the pages, or before the manifest.
            context.retry(|| lock.confirm(store))?;
        }
        if plan.sends_manifest {
            context.send(store, MANIFEST, &data::pretty(&site.manifest))?;
        }
        for path in &plan.remove {
            (context.progress)(ProgressEvent::Remove(path));
            context.retry(|| lock.renew(store, (context.clock)()))?;
            context.retry(|| store.remove(path))?;
        }
        context.retry(|| store.finish())?;
    }
    context.retry(|| lock.release(store))?;
    Ok(plan)
}

/// Tells who can delete a withdrawn edition's texts if its files left a git branch: older commits keep them.
pub fn history_note(target: &Target, plan: &Plan) -> Option<Message> {
    let withdrawn = plan.remove.iter().filter(|path| plan::is_issued(path));
    let removed = Vec::from_iter(withdrawn.map(String::as_str));
    let is_kept = target.record.kind == TargetKind::Git && !removed.is_empty();
    is_kept.then(|| Message::new("branch-keeps").with("paths", removed.join(", ")))
}

/// Reads every file of the published manifest; `None` if nothing is published.
pub fn status(store: &mut dyn Store, context: &PublishContext) -> Result<Option<PublishedStatus>> {
    let Some(bytes) = context.retry(|| store.read(MANIFEST))? else {
        return Ok(None);
    };
    let manifest = read_manifest(&bytes)?;
    let [altered, missing] = context.changed_files(store, &manifest)?;
    Ok(Some(PublishedStatus {
        since: context.retry(|| store.modified_at(MANIFEST))?,
        locked_since: context.retry(|| Lock::read(store))?.map(|it| it.since),
        files: manifest.files.len(),
        edition: manifest.edition,
        id: manifest.id,
        version: manifest.version,
        as_of: manifest.as_of,
        altered,
        missing,
        manifest: bytes,
    }))
}

impl PublishContext<'_> {
    /// Plans the publication, without a lock. Fails if a new file would replace one that this program did not publish.
    pub fn plan(
        &self,
        store: &mut dyn Store,
        site: &BuiltSite,
        leftovers: &[String],
    ) -> Result<Plan> {
        let bytes = self.retry(|| store.read(MANIFEST))?;
        let published = bytes.map(|bytes| read_manifest(&bytes)).transpose()?;
        let mut replaceable = leftovers.to_vec();
        if let Some(manifest) = &published {
            if let Some(listing) = self.retry(|| store.read(LISTING))? {
                plan::refuse_taken_back(&listing, site)?;
            }
            if self.replaces_unmanaged {
                replaceable.extend(self.changed_files(store, manifest)?.concat());
            }
        }
        let next = plan(published.as_ref(), site, &replaceable)?;
        let mut unmanaged = Vec::new();
        for path in next.added.iter().filter(|_| !self.replaces_unmanaged) {
            let found = self.retry(|| store.read(path))?;
            if found.is_some_and(|found| found != site.files[path]) {
                unmanaged.push(path.as_str());
            }
        }
        if unmanaged.is_empty() {
            return Ok(next);
        }
        Err(Error::new("unmanaged").with("paths", unmanaged.join(", ")))
    }

    /// Compares the files on the target with a manifest; returns the altered and the missing ones.
    fn changed_files(&self, store: &mut dyn Store, listed: &Manifest) -> Result<[Vec<String>; 2]> {
        let [mut altered, mut missing] = [Vec::new(), Vec::new()];
        for file in &listed.files {
            match self.retry(|| store.read(&file.path))? {
                None => missing.push(file.path.clone()),
                Some(bytes) if sha256(&bytes) != file.sha256 => altered.push(file.path.clone()),
                Some(_) => {}
            }
        }
        Ok([altered, missing])
    }

    fn send(&self, store: &mut dyn Store, path: &str, bytes: &[u8]) -> Result<()> {
        (self.progress)(ProgressEvent::Send(path, bytes.len()));
        self.retry(|| store.write(path, bytes))
    }

    /// Runs a step, and again after each pause while its errors are transient.
    pub fn retry<T>(&self, mut step: impl FnMut() -> Result<T>) -> Result<T> {
        for pause in self.retry_pauses {
            match step() {
                Err(error) if is_transient(&error) => {
                    (self.progress)(ProgressEvent::Retry);
                    std::thread::sleep(Duration::from_millis(*pause));
                }
                done => return done,
            }
        }
        step()
    }
}
