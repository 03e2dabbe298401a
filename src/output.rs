//! Writes a bundle into a folder: all of it or nothing.
//!
//! Files are staged beside, then swapped in one by one; a failure puts the old ones back.
//! What an earlier build wrote and this one does not is removed; what no manifest lists (somebody's scan of the sealed copy) is kept.

use crate::bundle::{Bundle, Manifest};
use crate::data::sha256;
use crate::message::{Failure, Message, Result};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Holds the new files while they are written, and the old ones while they are swapped.
const STAGE: &str = ".stage";
const LOCK: &str = ".lock";
const MANIFEST: &str = "manifest.json";

/// Writes the bundle; on failure the folder is as it was.
pub fn write(bundle: &Bundle, folder: &Path) -> Result<()> {
    let failed = |path: &Path, error: io::Error| {
        let message = Message::new("cannot-write").with("path", path.display());
        Failure::new(message).because(error)
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let lock = folder.join(LOCK);
    let held = File::create(&lock).map_err(|error| failed(folder, error))?;
    if held.try_lock().is_err() {
        return Err(Failure::new(
            Message::new("output-busy").with("path", folder.display()),
        ));
    }
    let stage = folder.join(STAGE);
    let done = clear(&stage)
        .map_err(|error| failed(&stage, error))
        .and_then(|()| put(bundle, &stage).map_err(|(path, error)| failed(&path, error)))
        .and_then(|()| swap(bundle, folder, &stage).map_err(|(path, error)| failed(&path, error)));
    // Neither is worth a failure of its own: the next build clears them.
    let _ = clear(&stage);
    let _ = fs::remove_file(&lock);
    done
}

type Step = std::result::Result<(), (PathBuf, io::Error)>;

fn clear(stage: &Path) -> io::Result<()> {
    match fs::remove_dir_all(stage) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes the new files into the stage, down to the disk: a full one must show before anything is swapped.
fn put(bundle: &Bundle, stage: &Path) -> Step {
    for (path, bytes) in bundle {
        let to = stage.join("new").join(path);
        let written = parent(&to).and_then(|()| {
            let mut file = File::create(&to)?;
            io::Write::write_all(&mut file, bytes)?;
            file.sync_all()
        });
        written.map_err(|error| (to, error))?;
    }
    Ok(())
}

/// Moves old files away and new ones in, the manifest last.
fn swap(bundle: &Bundle, folder: &Path, stage: &Path) -> Step {
    let removed = outdated(bundle, folder);
    let mut moved: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut step = |from: PathBuf, to: PathBuf| -> Step {
        let done = parent(&to).and_then(|()| fs::rename(&from, &to));
        match done {
            Ok(()) => {
                moved.push((from, to));
                Ok(())
            }
            Err(error) => {
                for (from, to) in moved.iter().rev() {
                    // Best effort: what cannot be put back lies in the stage, which the failure leaves named.
                    let _ = fs::rename(to, from);
                }
                Err((to, error))
            }
        }
    };
    let (pages, last): (Vec<&String>, Vec<&String>) =
        bundle.keys().partition(|path| *path != MANIFEST);
    for path in removed.iter().chain(pages).chain(last) {
        let (target, old) = (folder.join(path), stage.join("old").join(path));
        if target.exists() {
            step(target.clone(), old)?;
        }
        if bundle.contains_key(path) {
            step(stage.join("new").join(path), target)?;
        }
    }
    for path in &removed {
        remove_empty_parents(folder, path);
    }
    Ok(())
}

/// Files that the manifest of the last build lists, this build does not make, and nobody touched since.
fn outdated(bundle: &Bundle, folder: &Path) -> Vec<String> {
    let manifest = fs::read(folder.join(MANIFEST)).ok();
    let manifest = manifest.and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok());
    let listed = manifest.into_iter().flat_map(|manifest| manifest.files);
    listed
        .filter(|file| !bundle.contains_key(&file.path) && is_plain(&file.path))
        .filter(|file| {
            fs::read(folder.join(&file.path)).is_ok_and(|bytes| sha256(&bytes) == file.sha256)
        })
        .map(|file| file.path)
        .collect()
}

/// A manifest is a file that anybody may edit: it must not lead out of the folder.
fn is_plain(path: &str) -> bool {
    Path::new(path)
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn remove_empty_parents(folder: &Path, path: &str) {
    let mut parent = Path::new(path).parent();
    while let Some(below) = parent.filter(|below| !below.as_os_str().is_empty()) {
        if fs::remove_dir(folder.join(below)).is_err() {
            return;
        }
        parent = below.parent();
    }
}

fn parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}
