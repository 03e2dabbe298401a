//! Keeps two publishers apart by a file on the target, and tells the next one what a publisher that died may have left.
//!
//! Where the target can create a file exclusively, one of two wins; elsewhere each looks again whose file stands.
//! A publisher takes over its own lock, and one that was not renewed for [`EXPIRES`].

use super::plan::MANIFEST;
use super::store::{ASIDE, PART, Store, StoreResult};
use crate::date::in_japan;
use crate::message::{Error, Message};
use crate::output::stays_below;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Without a dot in front, for FTP servers do not list such files.
pub const LOCK: &str = "safeguard-publishing.lock";

/// After so long without a sign of life a publisher counts as dead.
pub const EXPIRES: SignedDuration = SignedDuration::from_mins(30);
const RENEWED_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    /// The project's folder that publishes, by a random name of its own.
    publisher: String,
    /// One run of it.
    run: u64,
    since: Timestamp,
    /// Files that may lie there otherwise than the manifest says.
    files: BTreeSet<String>,
}

/// A lock that is held.
pub struct Lock {
    holder: Holder,
    /// What earlier publishers may have left.
    pub remnants: BTreeSet<String>,
}

impl Lock {
    /// Takes the lock, or says who has it.
    pub fn take(store: &mut dyn Store, publisher: &str, now: Timestamp) -> StoreResult<Lock> {
        let mut lock = Lock {
            holder: Holder {
                publisher: publisher.to_owned(),
                run: getrandom::u64().unwrap_or_default(),
                since: now,
                files: BTreeSet::new(),
            },
            remnants: BTreeSet::new(),
        };
        if store.create(LOCK, &lock.bytes())? {
            return Ok(lock);
        }
        // Gone between two looks: its holder has just finished.
        let Some(found) = store.read(LOCK)? else {
            return Err(Error::new(Message::new("target-busy-moment")).into());
        };
        // Half a lock is what a publisher left that died while it took it; nobody can hold it.
        let found = serde_json::from_slice::<Holder>(&found).ok();
        if let Some(holder) = &found
            && holder.publisher != publisher
            // The two clocks may differ.
            && now.duration_since(holder.since).abs() < EXPIRES
        {
            let shown = |at: Timestamp| in_japan(at).strftime("%F %R").to_string();
            let message = Message::new("target-busy").with("since", shown(holder.since));
            let message = message.with("until", shown(holder.since + EXPIRES));
            return Err(Error::new(message.with("file", LOCK)).into());
        }
        let left = found.into_iter().flat_map(|holder| holder.files);
        lock.remnants = left
            .filter(|path| stays_below(path) && path != MANIFEST)
            .collect();
        // Should this publisher die as well, the next one still has to know.
        lock.holder.files = lock.remnants.clone();
        store.write(LOCK, &lock.bytes())?;
        lock.confirm(store)?;
        Ok(lock)
    }

    /// Writes down what is about to be sent, so that nothing is left behind unknown.
    pub fn note(
        &mut self,
        store: &mut dyn Store,
        files: &[String],
        now: Timestamp,
    ) -> StoreResult<()> {
        self.confirm(store)?;
        self.holder.since = now;
        self.holder.files.extend(files.iter().cloned());
        store.write(LOCK, &self.bytes())
    }

    /// Shows that the publisher is alive, now and then.
    pub fn renew(&mut self, store: &mut dyn Store, now: Timestamp) -> StoreResult<()> {
        match now.duration_since(self.holder.since) < RENEWED_AFTER {
            true => Ok(()),
            false => self.note(store, &[], now),
        }
    }

    /// Fails where somebody else has taken the lock over.
    pub fn confirm(&self, store: &mut dyn Store) -> StoreResult<()> {
        match self.is_ours(store)? {
            true => Ok(()),
            false => Err(Error::new(Message::new("target-taken")).into()),
        }
    }

    /// Gives the lock back, when nothing is left behind; one that somebody has taken over is theirs.
    pub fn release(&self, store: &mut dyn Store) -> StoreResult<()> {
        if !self.is_ours(store)? {
            return Ok(());
        }
        for path in [PART, ASIDE, LOCK] {
            store.remove(path)?;
        }
        Ok(())
    }

    /// An earlier try may have written other files or another time, so only who holds it counts.
    fn is_ours(&self, store: &mut dyn Store) -> StoreResult<bool> {
        let found = store.read(LOCK)?;
        let found = found.and_then(|found| serde_json::from_slice::<Holder>(&found).ok());
        let ours = |found: Holder| {
            found.publisher == self.holder.publisher && found.run == self.holder.run
        };
        Ok(found.is_some_and(ours))
    }

    fn bytes(&self) -> Vec<u8> {
        crate::data::pretty(&self.holder)
    }
}

/// Since when somebody has been publishing, where somebody has.
pub fn held_since(store: &mut dyn Store) -> StoreResult<Option<Timestamp>> {
    let found = store.read(LOCK)?;
    let holder = found.and_then(|found| serde_json::from_slice::<Holder>(&found).ok());
    Ok(holder.map(|holder| holder.since))
}
