//! Keeps two publishers apart by a file on the target, which also lists what a dead one may have left behind.
//!
//! If the target creates files exclusively, one of two publishers wins; otherwise each checks again
//! whose file remained. A publisher takes over its own lock, and any lock after [`LOCK_EXPIRY`].

use super::store::{ASIDE, PART, Store};
use crate::message::{Error, Message, Result};
use crate::{data, date::in_japan, manifest::MANIFEST, output::stays_below};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// The lock's path. It has no dot in front, because FTP servers do not list such files.
pub const LOCK: &str = "safeguard-publishing.lock";
/// Time without renewal after which a publisher counts as dead.
const LOCK_EXPIRY: SignedDuration = SignedDuration::from_mins(30);
const RENEWAL_INTERVAL: SignedDuration = SignedDuration::from_mins(5);

/// The lock as its file holds it.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Lock {
    /// The publishing project's random id.
    publisher: String,
    /// A random number of this run.
    run: u64,
    pub since: Timestamp,
    /// Files that may differ from the published manifest, at first those that earlier publishers may have left.
    pub files: BTreeSet<String>,
}

impl Lock {
    /// Takes the lock, or fails with a message that names the holder.
    pub fn take(store: &mut dyn Store, publisher: &str, now: Timestamp) -> Result<Lock> {
        let mut lock = Lock {
            publisher: publisher.to_owned(),
            run: getrandom::u64().unwrap_or_default(),
            since: now,
            files: BTreeSet::new(),
        };
        if !store.create(LOCK, &data::pretty(&lock))? {
            // Without a lock, the holder has just finished, or died while writing it: nobody holds half a lock.
            if let Some(found) = Lock::read(store)? {
                // The absolute difference, because the two clocks may differ.
                let is_alive = now.duration_since(found.since).abs() < LOCK_EXPIRY;
                if found.publisher != publisher && is_alive {
                    let print = |at| in_japan(at).strftime("%F %R").to_string();
                    let message = Message::new("target-busy").with("file", LOCK);
                    let since = message.with("since", print(found.since));
                    let until = print(found.since + LOCK_EXPIRY);
                    return Err(Error::new(since.with("until", until)));
                }
                // The next publisher must know the leftovers too, should this one die as well.
                lock.files = found.files;
                lock.files.retain(|it| stays_below(it) && it != MANIFEST);
            }
            store.write(LOCK, &data::pretty(&lock))?;
            lock.confirm(store)?;
        }
        Ok(lock)
    }

    /// Records its files before they are sent or removed, so that no leftover stays unknown.
    pub fn record(&mut self, store: &mut dyn Store, now: Timestamp) -> Result<()> {
        self.confirm(store)?;
        self.since = now;
        store.write(LOCK, &data::pretty(self))
    }

    /// Shows that the publisher is alive, once every [`RENEWAL_INTERVAL`].
    pub fn renew(&mut self, store: &mut dyn Store, now: Timestamp) -> Result<()> {
        if now.duration_since(self.since) >= RENEWAL_INTERVAL {
            self.record(store, now)?;
        }
        Ok(())
    }

    /// Fails if another publisher has taken the lock over.
    pub fn confirm(&self, store: &mut dyn Store) -> Result<()> {
        let held = self.is_held(store)?.then_some(());
        held.ok_or_else(|| Error::new("target-taken"))
    }

    /// Removes the lock and the upload's own files; a lock that was taken over stays.
    pub fn release(&self, store: &mut dyn Store) -> Result<()> {
        if self.is_held(store)? {
            for path in [PART, ASIDE, LOCK] {
                store.remove(path)?;
            }
        }
        Ok(())
    }

    /// Compares the holder only: an earlier attempt may have written other files or another time.
    fn is_held(&self, store: &mut dyn Store) -> Result<bool> {
        let is_own = |found: Lock| found.publisher == self.publisher && found.run == self.run;
        Ok(Lock::read(store)?.is_some_and(is_own))
    }

    /// Reads the lock; `None` if there is none, or only a part of one.
    pub fn read(store: &mut dyn Store) -> Result<Option<Lock>> {
        let bytes = store.read(LOCK)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}
