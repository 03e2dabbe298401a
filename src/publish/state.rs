//! What is kept beside `publish.yaml`, in `.safeguard/`: the states that were published, so that one can be put back.
//!
//! Never on the target, where withdrawn texts could be fetched; git ignores the folder.

use super::plan::Site;
use crate::data::{pretty, sha256};
use crate::message::{Error, Message, Result};
use crate::output::write_file;
use crate::render::bundle::Manifest;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const FOLDER: &str = ".safeguard";
/// States of a target that are kept, the newest.
const KEPT: usize = 20;

/// The project's memory of what it published.
pub struct Memory {
    folder: PathBuf,
    /// Tells this project's folder from others that publish to the same target.
    pub publisher: String,
}

impl Memory {
    /// Opens the memory of the project in this folder, and makes it where there is none.
    pub fn open(project: &Path) -> Result<Memory> {
        let folder = project.join(FOLDER);
        make(&folder)?;
        let ignored = folder.join(".gitignore");
        if !ignored.exists() {
            write_file(&ignored, b"*\n")?;
        }
        let name = folder.join("publisher");
        let known = fs::read_to_string(&name).unwrap_or_default();
        if let Some(known) = known.lines().next().filter(|known| known.len() == 32) {
            return Ok(Memory {
                folder,
                publisher: known.to_owned(),
            });
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random)
            .map_err(|error| Error::new(Message::new("no-random")).caused_by(error))?;
        let publisher = format!("{:032x}", u128::from_be_bytes(random));
        write_file(&name, format!("{publisher}\n").as_bytes())?;
        Ok(Memory { folder, publisher })
    }

    /// Keeps two runs of this project from publishing to one target; held as long as the file is.
    pub fn hold(&self, target: &str) -> Result<File> {
        let path = self.folder.join(format!("{target}.lock"));
        let file = File::create(&path).map_err(|error| failed(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::new(Message::new("target-busy-here"))),
            Err(TryLockError::Error(error)) => Err(failed(&path, error)),
        }
    }

    /// Remembers what was just published; unless it is what was published before, too.
    pub fn remember(&self, target: &str, site: &Site) -> Result<()> {
        let files = self.folder.join("files");
        make(&files)?;
        // Another target's run may be forgetting files meanwhile.
        let kept = self.folder.join("files.lock");
        let held = File::create(&kept).map_err(|error| failed(&kept, error))?;
        held.lock_shared().map_err(|error| failed(&kept, error))?;
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
        let folder = self.folder.join("states").join(target);
        make(&folder)?;
        write_file(&folder.join(format!("{number:06}.json")), &manifest)?;
        let _ = held.unlock();
        if held.try_lock().is_ok() {
            self.forget(&folder, number);
        }
        Ok(())
    }

    /// The manifest that this project published last.
    pub fn newest(&self, target: &str) -> Option<Manifest> {
        Some(self.states(target).pop_last()?.1)
    }

    /// A state to put back: `previous`, or the last one of an edition; with all of its files that are kept here.
    pub fn recall(&self, target: &str, which: &str) -> Result<Site> {
        let states = self.states(target);
        let found = match which {
            "previous" => states.iter().rev().nth(1),
            edition => {
                let is_it = |state: &&Manifest| state.edition.as_deref() == Some(edition);
                states.iter().rev().find(|(_, state)| is_it(state))
            }
        };
        let Some((_, manifest)) = found else {
            let known = states.values().filter_map(|state| state.edition.as_deref());
            let mut known: BTreeSet<&str> = known.collect();
            known.extend((states.len() > 1).then_some("previous"));
            let known: Vec<&str> = known.into_iter().collect();
            let message = Message::new("no-such-state").with("state", which);
            return Err(Error::new(message.with("known", known.join(", "))));
        };
        let kept = manifest.files.iter().filter_map(|file| {
            let bytes = fs::read(self.folder.join("files").join(&file.sha256)).ok()?;
            (sha256(&bytes) == file.sha256).then(|| (file.path.clone(), bytes))
        });
        Ok(Site {
            files: kept.collect(),
            manifest: manifest.clone(),
        })
    }

    /// Manifests by their number; a spoilt one is as good as none.
    fn states(&self, target: &str) -> BTreeMap<u32, Manifest> {
        let entries = fs::read_dir(self.folder.join("states").join(target));
        let entries = entries.into_iter().flatten().flatten();
        let states = entries.filter_map(|entry| {
            let number = entry.path().file_stem()?.to_str()?.parse().ok()?;
            let manifest = super::plan::read_manifest(&fs::read(entry.path()).ok()?).ok()?;
            Some((number, manifest))
        });
        states.collect()
    }

    /// Forgets the oldest states, and files that no state has. Where it fails, more is kept than need be.
    fn forget(&self, states: &Path, newest: u32) {
        let oldest = newest.saturating_sub(KEPT as u32);
        let _ = fs::remove_file(states.join(format!("{oldest:06}.json")));
        let targets = fs::read_dir(self.folder.join("states"));
        let targets = targets.into_iter().flatten().flatten();
        let manifests = targets.flat_map(|entry| self.states(&entry.file_name().to_string_lossy()));
        let files = manifests.flat_map(|(_, manifest)| manifest.files);
        let kept: BTreeSet<String> = files.map(|file| file.sha256).collect();
        let files = fs::read_dir(self.folder.join("files"));
        for entry in files.into_iter().flatten().flatten() {
            if !kept.contains(&*entry.file_name().to_string_lossy()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))
}

fn failed(path: &Path, error: io::Error) -> Error {
    let message = Message::new("cannot-write").with("path", path.display());
    Error::new(message).caused_by(error)
}
