//! Ships the site to where it is hosted: what changed, in an order in which readers always meet a whole one.
//!
//! ```text
//! site, manifest published last ─plan▶ Plan ─┬ files ▶ pages ▶ manifest ▶ removals ┬▶ Store (folder, sftp, ftps, webdav, s3, git)
//!                                            └──────────── under a Lock ───────────┘
//! ```
//!
//! OpenDAL, russh, suppaftp and git do the moving. A run that dies leaves the old site or the new one, some files that no page
//! refers to yet, and its lock, which says which; the next run of the same project finishes the job.
//! Building the site, and whether it may leave at all, is for [`crate::command`].

mod ftps;
mod git;
mod lock;
pub mod plan;
mod service;
mod sftp;
pub mod state;
pub mod store;
pub mod target;

use crate::data::{self, sha256};
use crate::message::{Error, Message, Result};
use jiff::Timestamp;
use lock::Lock;
use plan::{MANIFEST, Plan, Site, plan, read_manifest};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use store::{Exclusion, Store, StoreResult};
use target::Target;

/// Waits between tries of a step that failed for a moment.
pub const PAUSES: [Duration; 4] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// How a site is published.
pub struct Run<'a> {
    /// Who publishes: [`state::Memory::publisher`].
    pub publisher: &'a str,
    pub unmanaged: Unmanaged,
    pub clock: &'a dyn Fn() -> Timestamp,
    pub pauses: &'a [Duration],
    /// Told of every step before it is taken.
    pub progress: &'a dyn Fn(Step),
}

/// Files that stand in a new file's place and were not published by this program, or were changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmanaged {
    Keep,
    Replace,
}

/// What is done next.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    Plan(&'a Plan),
    Send(&'a str, usize),
    Remove(&'a str),
    Retry,
}

/// What is published on a target, and whether it is still what was published.
#[derive(Debug, Serialize)]
pub struct Status {
    pub edition: Option<String>,
    pub id: String,
    pub version: String,
    pub as_of: String,
    /// By the target's clock.
    pub since: Option<Timestamp>,
    pub files: usize,
    /// Files whose bytes are not those that the manifest lists.
    pub altered: Vec<String>,
    pub missing: Vec<String>,
    /// Somebody is publishing, or did not come to an end.
    pub locked_since: Option<Timestamp>,
    #[serde(skip)]
    pub sha256: String,
}

/// Publishes a site; returns what travelled, and the manifest as it is published now.
pub fn publish(store: &mut dyn Store, site: &Site, run: &Run) -> Result<Plan> {
    let mut lock = match store.exclusion() {
        Exclusion::Target => None,
        Exclusion::LockFile => {
            let take = |store: &mut dyn Store| Lock::take(store, run.publisher, (run.clock)());
            Some(run.with_retries(store, take)?)
        }
    };
    let none = BTreeSet::new();
    let remnants = lock.as_ref().map_or(&none, |lock| &lock.remnants);
    let plan = match run.plan(store, site, remnants) {
        Ok(plan) => plan,
        Err(failure) => {
            // The target is as it was; only what a dead publisher left must stay known.
            if let Some(lock) = lock.filter(|lock| lock.remnants.is_empty()) {
                let _ = lock.release(store);
            }
            return Err(failure);
        }
    };
    run.ship(store, site, &plan, lock.as_mut())?;
    if let Some(lock) = lock {
        run.with_retries(store, |store| lock.release(store))?;
    }
    Ok(plan)
}

/// What [`publish`] would do, without a lock and without a change.
pub fn preview(store: &mut dyn Store, site: &Site, run: &Run) -> Result<Plan> {
    run.plan(store, site, &BTreeSet::new())
}

/// Reads everything that the published manifest lists; none where nothing is published.
pub fn status(store: &mut dyn Store, run: &Run) -> Result<Option<Status>> {
    let read =
        |store: &mut dyn Store, path: &str| run.with_retries(store, |store| store.read(path));
    let Some(bytes) = read(store, MANIFEST)? else {
        return Ok(None);
    };
    let manifest = read_manifest(&bytes)?;
    let (mut altered, mut missing) = (Vec::new(), Vec::new());
    for file in &manifest.files {
        match read(store, &file.path)? {
            None => missing.push(file.path.clone()),
            Some(bytes) if sha256(&bytes) != file.sha256 => altered.push(file.path.clone()),
            Some(_) => {}
        }
    }
    Ok(Some(Status {
        since: run.with_retries(store, |store| store.written_at(MANIFEST))?,
        locked_since: run.with_retries(store, lock::held_since)?,
        sha256: sha256(&bytes),
        files: manifest.files.len(),
        edition: manifest.edition,
        id: manifest.id,
        version: manifest.version,
        as_of: manifest.as_of,
        altered,
        missing,
    }))
}

impl Run<'_> {
    fn plan(
        &self,
        store: &mut dyn Store,
        site: &Site,
        remnants: &BTreeSet<String>,
    ) -> Result<Plan> {
        let published = self.with_retries(store, |store| store.read(MANIFEST))?;
        let published = published.map(|bytes| read_manifest(&bytes)).transpose()?;
        let mut remnants = remnants.clone();
        if self.unmanaged == Unmanaged::Replace {
            for file in published.iter().flat_map(|published| &published.files) {
                let found = self.with_retries(store, |store| store.read(&file.path))?;
                if found.is_none_or(|found| sha256(&found) != file.sha256) {
                    remnants.insert(file.path.clone());
                }
            }
        }
        let plan = plan(published.as_ref(), site, &remnants)?;
        if let Some(path) = plan.sent().find(|path| !site.files.contains_key(*path)) {
            return Err(Error::new(
                Message::new("state-incomplete").with("path", path),
            ));
        }
        if self.unmanaged == Unmanaged::Keep {
            self.refuse_strangers(store, site, &plan)?;
        }
        Ok(plan)
    }

    /// A file that somebody else put where a new one is to go is not ours to replace.
    fn refuse_strangers(&self, store: &mut dyn Store, site: &Site, plan: &Plan) -> Result<()> {
        let mut unmanaged = Vec::new();
        for path in &plan.fresh {
            let found = self.with_retries(store, |store| store.read(path))?;
            if found.is_some_and(|found| found != site.files[path]) {
                unmanaged.push(path.as_str());
            }
        }
        match unmanaged.is_empty() {
            true => Ok(()),
            false => Err(Error::new(
                Message::new("unmanaged").with("paths", unmanaged.join(", ")),
            )),
        }
    }

    /// Sends what the plan says, in its order; whoever holds the lock no more sends neither pages nor manifest.
    fn ship(
        &self,
        store: &mut dyn Store,
        site: &Site,
        plan: &Plan,
        mut lock: Option<&mut Lock>,
    ) -> Result<()> {
        (self.progress)(Step::Plan(plan));
        if plan.is_empty() {
            return Ok(());
        }
        let touched: Vec<String> = plan.sent().map(str::to_owned).collect();
        let touched = [&touched[..], &plan.remove].concat();
        self.with(store, &mut lock, |lock, store| {
            lock.note(store, &touched, (self.clock)())
        })?;
        for part in [&plan.upload, &plan.pages] {
            for path in part {
                self.send(store, path, &site.files[path])?;
                self.with(store, &mut lock, |lock, store| {
                    lock.renew(store, (self.clock)())
                })?;
            }
            self.with(store, &mut lock, |lock, store| lock.confirm(store))?;
        }
        if plan.announces {
            self.send(store, MANIFEST, &data::pretty(&plan.manifest))?;
        }
        for path in &plan.remove {
            (self.progress)(Step::Remove(path));
            self.with(store, &mut lock, |lock, store| {
                lock.renew(store, (self.clock)())
            })?;
            self.with_retries(store, |store| store.remove(path))?;
        }
        self.with_retries(store, |store| store.finish())
    }

    fn send(&self, store: &mut dyn Store, path: &str, bytes: &[u8]) -> Result<()> {
        (self.progress)(Step::Send(path, bytes.len()));
        self.with_retries(store, |store| store.write(path, bytes))
    }

    fn with(
        &self,
        store: &mut dyn Store,
        lock: &mut Option<&mut Lock>,
        mut does: impl FnMut(&mut Lock, &mut dyn Store) -> StoreResult<()>,
    ) -> Result<()> {
        match lock {
            Some(lock) => self.with_retries(store, |store| does(lock, store)),
            None => Ok(()),
        }
    }

    /// Opens a target of the project in this folder.
    pub fn open(&self, target: &Target, project: &Path) -> Result<Box<dyn Store>> {
        self.again(|| store::open(target, project))
    }

    fn with_retries<T>(
        &self,
        store: &mut dyn Store,
        mut does: impl FnMut(&mut dyn Store) -> StoreResult<T>,
    ) -> Result<T> {
        self.again(|| does(store))
    }

    /// Tries a step again where it failed for a moment only, as often as there are pauses.
    fn again<T>(&self, mut does: impl FnMut() -> StoreResult<T>) -> Result<T> {
        let mut pauses = self.pauses.iter();
        loop {
            let trouble = match does() {
                Ok(done) => return Ok(done),
                Err(trouble) => trouble,
            };
            let pause = pauses.next().filter(|_| trouble.transient);
            let Some(pause) = pause else {
                return Err(trouble.failure);
            };
            (self.progress)(Step::Retry);
            std::thread::sleep(*pause);
        }
    }
}
