//! The history of a project's publications, in `.safeguard/` beside `publish.yaml`.
//!
//! In: every site that was published. Out: an earlier one, to be published again. It is never kept
//! on the target, where withdrawn texts could be fetched; git ignores the folder.

use super::plan::{BuiltSite, read_manifest};
use crate::data::{pretty, sha256};
use crate::manifest::Manifest;
use crate::message::{Error, Message, Result};
use crate::output::write_file;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const FOLDER: &str = ".safeguard";
/// Number of states kept for each target, the newest.
const KEPT_STATES: u32 = 20;

/// The published states of a project.
pub struct PublishHistory {
    folder: PathBuf,
    /// A random id that tells this project's folder from others with the same target.
    pub publisher: String,
}

impl PublishHistory {
    /// Opens the history of the project in this folder, or begins one.
    pub fn open(project: &Path) -> Result<PublishHistory> {
        let folder = project.join(FOLDER);
        create_folder(&folder)?;
        let ignore_file = folder.join(".gitignore");
        if !ignore_file.exists() {
            write_file(&ignore_file, b"*\n")?;
        }
        let id_file = folder.join("publisher");
        let known = fs::read_to_string(&id_file).unwrap_or_default();
        let publisher = match known.lines().next() {
            Some(id) if id.len() == 32 => id.to_owned(),
            _ => {
                let id = random_id()?;
                write_file(&id_file, format!("{id}\n").as_bytes())?;
                id
            }
        };
        Ok(PublishHistory { folder, publisher })
    }

    /// Keeps other runs of this project from publishing to a target, until the file is dropped.
    pub fn lock_target(&self, target: &str) -> Result<File> {
        let path = self.folder.join(format!("{target}.lock"));
        let file = File::create(&path).map_err(|error| failed(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::new(Message::new("target-busy-here"))),
            Err(TryLockError::Error(error)) => Err(failed(&path, error)),
        }
    }

    /// Records the site that was just published, unless it is the newest state already.
    pub fn record(&self, target: &str, site: &BuiltSite) -> Result<()> {
        let files = self.folder.join("files");
        create_folder(&files)?;
        // The run of another target may remove files at this moment.
        let lock_path = self.folder.join("files.lock");
        let lock = File::create(&lock_path).map_err(|error| failed(&lock_path, error))?;
        lock.lock_shared()
            .map_err(|error| failed(&lock_path, error))?;
        for bytes in site.files.values() {
            let path = files.join(sha256(bytes));
            if !path.exists() {
                write_file(&path, bytes)?;
            }
        }
        let states = self.states(target);
        let manifest = pretty(&site.manifest);
        let newest = states.last_key_value();
        if newest.is_some_and(|(_, newest)| pretty(newest) == manifest) {
            return Ok(());
        }
        let number = newest.map_or(1, |(number, _)| number + 1);
        create_folder(&self.states_folder(target))?;
        write_file(&self.state_path(target, number), &manifest)?;
        let _ = lock.unlock();
        if lock.try_lock().is_ok() {
            // On failure more is kept than needed.
            let oldest = number.saturating_sub(KEPT_STATES);
            let _ = fs::remove_file(self.state_path(target, oldest));
            self.remove_unused_files();
        }
        Ok(())
    }

    /// Returns the manifest that this project published last.
    pub fn newest(&self, target: &str) -> Option<Manifest> {
        Some(self.states(target).pop_last()?.1)
    }

    /// Finds a state by `previous` or the id of an edition, with all of its files that are kept.
    pub fn find(&self, target: &str, wanted: &str) -> Result<BuiltSite> {
        let states = self.states(target);
        let mut newest_first = states.values().rev();
        let found = if wanted == "previous" {
            newest_first.nth(1)
        } else {
            newest_first.find(|state| state.edition.as_deref() == Some(wanted))
        };
        let Some(manifest) = found else {
            let mut known: BTreeSet<&str> = BTreeSet::new();
            known.extend(states.values().filter_map(|state| state.edition.as_deref()));
            known.extend((states.len() > 1).then_some("previous"));
            let message = Message::new("no-such-state")
                .with("state", wanted)
                .with("known", Vec::from_iter(known).join(", "));
            return Err(Error::new(message));
        };
        let kept = manifest.files.iter().filter_map(|file| {
            let bytes = fs::read(self.folder.join("files").join(&file.sha256)).ok()?;
            (sha256(&bytes) == file.sha256).then(|| (file.path.clone(), bytes))
        });
        Ok(BuiltSite {
            files: kept.collect(),
            manifest: manifest.clone(),
        })
    }

    fn states_folder(&self, target: &str) -> PathBuf {
        self.folder.join("states").join(target)
    }

    fn state_path(&self, target: &str, number: u32) -> PathBuf {
        self.states_folder(target).join(format!("{number:06}.json"))
    }

    /// Manifests by number; damaged ones are skipped.
    fn states(&self, target: &str) -> BTreeMap<u32, Manifest> {
        let read_state = |entry: DirEntry| {
            let path = entry.path();
            let number = path.file_stem()?.to_str()?.parse().ok()?;
            let manifest = read_manifest(&fs::read(&path).ok()?).ok()?;
            Some((number, manifest))
        };
        entries(&self.states_folder(target))
            .filter_map(read_state)
            .collect()
    }

    /// Removes the files that no state lists.
    fn remove_unused_files(&self) {
        let mut used = BTreeSet::new();
        for target in entries(&self.folder.join("states")) {
            for manifest in self.states(&target.file_name().to_string_lossy()).values() {
                used.extend(manifest.files.iter().map(|file| file.sha256.clone()));
            }
        }
        for file in entries(&self.folder.join("files")) {
            if !used.contains(&*file.file_name().to_string_lossy()) {
                let _ = fs::remove_file(file.path());
            }
        }
    }
}

/// The readable entries of a folder; none if there is no such folder.
fn entries(folder: &Path) -> impl Iterator<Item = DirEntry> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

fn random_id() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::new(Message::new("no-random")).caused_by(error))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

fn create_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))
}

fn failed(path: &Path, error: io::Error) -> Error {
    let message = Message::new("cannot-write").with("path", path.display());
    Error::new(message).caused_by(error)
}
