//! Facts a project keeps about its own publications, in `.safeguard/`, which git ignores, beside `publish.yaml`:
//! the project's id, a lock of each target, and the manifest last published there.

use crate::message::{Message, Result};
use crate::output::{failed, lock, write_file};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

pub struct LocalState {
    folder: PathBuf,
    /// A random id that tells this project's folder from others with the same target.
    pub publisher: String,
}

impl LocalState {
    /// Opens the state of the project in this folder, or begins one.
    pub fn open(project: &Path) -> Result<LocalState> {
        let folder = project.join(".safeguard");
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        let ignore_file = folder.join(".gitignore");
        if !ignore_file.exists() {
            write_file(&ignore_file, b"*\n")?;
        }
        let id_file = folder.join("publisher");
        let mut publisher = fs::read_to_string(&id_file).unwrap_or_default();
        publisher.truncate(publisher.trim_end().len());
        if publisher.len() != 32 {
            publisher = crate::edition::random_digits()?;
            write_file(&id_file, format!("{publisher}\n").as_bytes())?;
        }
        Ok(LocalState { folder, publisher })
    }

    /// Keeps other runs of this project from publishing to a target, until the file is dropped.
    pub fn lock_target(&self, target: &str) -> Result<File> {
        let path = self.folder.join(format!("{target}.lock"));
        lock(&path, Message::new("target-busy-here"))
    }

    /// The file with the manifest that this project published last.
    pub fn manifest_file(&self, target: &str) -> PathBuf {
        self.folder.join(format!("{target}.json"))
    }
}
