//! Facts a project keeps about its own publications, in `.safeguard/`, which git ignores, beside `publish.yaml`:
//! the project's id, a lock of each target, and the manifest last published there.

use crate::message::Result;
use crate::output::{failed, write_file};
use std::fs;
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

    /// The file with the manifest that this project published last; its lock stands beside it.
    pub fn manifest_file(&self, target: &str) -> PathBuf {
        self.folder.join(format!("{target}.json"))
    }
}
