//! Writes a bundle into a folder: all of it or nothing.
//!
//! New files are staged, the manifest last, then swapped in one by one, the manifest last again.
//! If a step fails, the old files are put back. Therefore a stage that still has its manifest is a build that was
//! killed while swapping: the next build finishes it first.
//! Files of the last build that this one does not make are removed, except clients' copies, which may have been
//! handed out. Files that no manifest lists (a scan of the sealed copy) are kept, renamed if their place is needed.

use crate::data::sha256;
use crate::manifest::{Bundle, COPIES, MANIFEST, Manifest, ManifestFile};
use crate::message::{Error, Message, Result};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Holds the new files while they are written, and the old ones while they are swapped.
const STAGE: &str = ".stage";
const LOCK: &str = ".lock";

/// Writes the bundle; returns the new paths of files that others saved under its names. On error nothing has changed.
pub fn write(bundle: &Bundle, folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let busy = Message::new("output-busy").with("path", folder.display());
    let _held = lock(&folder.join(LOCK), busy)?;
    let mut kept = Vec::new();
    if folder.join(STAGE).join("new").join(MANIFEST).exists() {
        // If this fails, only the return of the old files matters, and `restore` sees to it.
        kept = swap(folder).unwrap_or_default();
    }
    let done = restore(folder)
        .and_then(|()| clear(folder))
        .and_then(|()| put(bundle, folder))
        .and_then(|()| swap(folder));
    // The stage is removed only after every old file is back. If that fails, the next build clears it.
    if done.is_ok() || restore(folder).is_ok() {
        let _ = clear(folder);
    }
    kept.extend(done?);
    Ok(kept)
}

/// Writes one file to a path of the user's, through a temporary file: there is never half of it.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = path.with_added_extension(format!("{}.part", std::process::id()));
    let written = write_synced(&part, bytes).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.map_err(failed(path))
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}

pub fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    let message = Message::new("cannot-write").with("path", path.display());
    move |error| Error::new(message.clone()).failed_by(error)
}

/// Locks a file, or fails if another run holds it. The file stays: else two later runs could hold two locks of it.
pub fn lock(path: &Path, busy: Message) -> Result<File> {
    let cannot_lock = failed(path.parent().unwrap_or(path));
    // Another user's file can often be opened for reading only, which is enough.
    let opened = File::create(path).or_else(|error| File::open(path).map_err(|_| error));
    let file = opened.map_err(&cannot_lock)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::new(busy)),
        Err(TryLockError::Error(error)) => Err(cannot_lock(error)),
    }
}

/// Puts back the old files that were moved away, unless there is a file in their place.
fn restore(folder: &Path) -> Result<()> {
    for ManifestFile { path, .. } in read_manifest(folder).iter().flat_map(|it| &it.files) {
        let target = folder.join(path);
        let old = folder.join(STAGE).join("old").join(path);
        if is_there(&old) && !is_there(&target) {
            rename(&old, &target).map_err(failed(&target))?;
        }
    }
    Ok(())
}

fn clear(folder: &Path) -> Result<()> {
    let stage = folder.join(STAGE);
    // It may be a file.
    match fs::remove_file(&stage).or_else(|_| fs::remove_dir_all(&stage)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(folder)(error)),
        _ => Ok(()),
    }
}

/// Writes the new files into the stage and syncs them: a full disk must show before anything is swapped.
fn put(bundle: &Bundle, folder: &Path) -> Result<()> {
    let others = bundle.iter().filter(|(path, _)| *path != MANIFEST);
    for (path, bytes) in others.chain(bundle.get_key_value(MANIFEST)) {
        let staged = folder.join(STAGE).join("new").join(path);
        let written = create_parent(&staged).and_then(|()| write_synced(&staged, bytes));
        written.map_err(failed(&folder.join(path)))?;
    }
    Ok(())
}

/// Moves old files away and staged ones in; returns the new paths of files that were neither.
fn swap(folder: &Path) -> Result<Vec<PathBuf>> {
    let [old, new] = ["old", "new"].map(|part| folder.join(STAGE).join(part));
    let manifests = [folder, &new].map(read_manifest);
    // The only file of its kind is here. A draft's is removed.
    let keeps_copies = manifests[0].as_ref().is_some_and(|it| it.edition.is_some());
    let [before, after] = manifests.map(|it| it.map_or_else(Vec::new, |it| it.files));
    // True if a file has the bytes that this build or the last one made.
    let is_ours = |path: &str| {
        let digest = fs::read(folder.join(path)).map(|bytes| sha256(&bytes));
        let mut known = before.iter().chain(&after).filter(|it| it.path == path);
        digest.is_ok_and(|digest| known.any(|it| it.sha256 == digest))
    };
    // Old files that are no longer made, unless somebody changed them; then the staged ones, the manifest last.
    let mut paths = Vec::new();
    for ManifestFile { path, .. } in &before {
        let stays = keeps_copies && path.starts_with(COPIES);
        if !stays && !after.iter().any(|made| made.path == *path) && is_ours(path) {
            paths.push(path.as_str());
        }
    }
    let staged = after.iter().map(|file| file.path.as_str());
    let is_staged = |path: &&str| is_there(&new.join(path));
    paths.extend(staged.chain([MANIFEST]).filter(is_staged));
    if let Some(path) = paths.iter().find(|path| folder.join(path).is_dir()) {
        return Err(Error::new("folder-in-the-way").with("path", folder.join(path).display()));
    }
    let (mut moves, mut moved, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for path in &paths {
        let (staged, target) = (new.join(path), folder.join(path));
        // The manifest is replaced in one step: there is always one that lists the program's files.
        if *path != MANIFEST && is_there(&target) {
            let foreign = (!is_ours(path)).then(|| beside(&target));
            let away = foreign.clone().unwrap_or_else(|| old.join(path));
            moves.push((target.clone(), away, path));
            kept.extend(foreign);
        }
        if is_there(&staged) {
            moves.push((staged, target, path));
        }
    }
    let done = moves.into_iter().try_for_each(|(from, to, path)| {
        rename(&from, &to).map_err(failed(&folder.join(path)))?;
        moved.push((from, to));
        Ok(())
    });
    if done.is_err() {
        for (from, to) in moved.iter().rev() {
            // A file that cannot be put back now stays in the stage, and `restore` tries again.
            let _ = fs::rename(to, from);
        }
    }
    for path in &paths {
        // Removes empty folders upwards. The output folder itself is never empty: it has the lock.
        let mut parents = Path::new(path).ancestors().skip(1);
        let _ = parents.try_for_each(|parent| fs::remove_dir(folder.join(parent)));
    }
    done.map(|()| kept)
}

/// The manifest of a folder, if it can be read. Anybody may have edited it: paths that leave the folder are dropped.
fn read_manifest(folder: &Path) -> Option<Manifest> {
    let bytes = fs::read(folder.join(MANIFEST)).ok()?;
    let mut manifest: Manifest = serde_json::from_slice(&bytes).ok()?;
    manifest.files.retain(|file| stays_below(&file.path));
    Some(manifest)
}

/// True if a manifest's path leads to a file below the manifest's folder, on any operating system.
pub fn stays_below(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    let plain = !path.is_empty() && !path.contains(|c: char| c.is_control() || "\\:".contains(c));
    plain && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// A free name for a file in the way: `safeguards.kept.pdf`, `safeguards.kept-2.pdf`, ….
fn beside(target: &Path) -> PathBuf {
    let end = target.extension().unwrap_or_default().to_string_lossy();
    let numbered = (2..).map(|number| format!("kept-{number}"));
    let names = std::iter::once("kept".to_owned()).chain(numbered);
    let mut paths = names.map(|name| target.with_extension(format!("{name}.{end}")));
    paths.find(|path| !is_there(path)).expect("some is free")
}

/// True if the path exists, even as a dangling link.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    create_parent(to)?;
    fs::rename(from, to)
}

fn create_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}
