//! A branch of a git repository, through the system's git: one commit a publication, pushed, never forced.
//!
//! The branch is taken into a folder of its own, which goes away with the store; git knows the credentials, we do not.

use super::store::{Exclusion, PATIENCE, Store, Tried, Trouble};
use crate::message::{Failure, Message, Result};
use jiff::Timestamp;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub struct Branch {
    folder: Scratch,
    branch: String,
    /// The site's folder in the branch.
    below: String,
}

impl Branch {
    /// Takes the branch's last commit; a repository without the branch gets it with the first publication.
    pub fn fetch(project: &Path, repository: &str, branch: &str, below: &str) -> Result<Branch> {
        // A path is seen from the project; everything else is for git to understand.
        let near = project.join(repository);
        let near = near
            .exists()
            .then(|| std::path::absolute(near))
            .and_then(|near| near.ok());
        let repository = near.map_or(repository.to_owned(), |near| near.display().to_string());
        let store = Branch {
            folder: Scratch::new()?,
            branch: branch.to_owned(),
            below: below.trim_matches('/').to_owned(),
        };
        store.git(&["init", "--quiet"])?;
        let attributes = store.folder.0.join(".git/info/attributes");
        // What a repository says of line ends and filters would change the bytes.
        let attributes = fs::create_dir_all(store.folder.0.join(".git/info")).and_then(|()| {
            fs::write(
                attributes,
                "* -text -filter -ident -working-tree-encoding\n",
            )
        });
        attributes.map_err(|error| no_scratch(&error))?;
        store.git(&["config", "core.symlinks", "false"])?;
        store.git(&["remote", "add", "origin", &repository])?;
        let tip = format!("refs/heads/{branch}");
        if store.git(&["ls-remote", "origin", &tip])?.trim().is_empty() {
            store.git(&["symbolic-ref", "HEAD", &tip])?;
            return Ok(store);
        }
        store.git(&["fetch", "--quiet", "--depth=1", "origin", &tip])?;
        store.git(&["checkout", "--quiet", "-B", branch, "FETCH_HEAD"])?;
        Ok(store)
    }

    fn git(&self, arguments: &[&str]) -> Result<String> {
        let mut git = Command::new("git");
        git.args(["-c", "core.autocrlf=false", "-c", "core.quotePath=false"])
            .args(["-c", &format!("http.lowSpeedTime={}", PATIENCE.as_secs())])
            .args([
                "-c",
                "http.lowSpeedLimit=1",
                "-c",
                "core.hooksPath=/dev/null",
            ])
            .args(arguments)
            .current_dir(&self.folder.0)
            // Nobody may be there to answer.
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null());
        // A hook that publishes must not lead us into its own repository.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            git.env_remove(name);
        }
        let done = git.output().map_err(|error| {
            let message = match error.kind() {
                ErrorKind::NotFound => Message::new("git-missing"),
                _ => Message::new("git-failed").with("step", arguments[0]),
            };
            Failure::new(message).because(error)
        })?;
        if done.status.success() {
            return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
        let message = Message::new("git-failed").with("step", arguments[0]);
        Err(Failure::new(message).because(said))
    }

    fn file(&self, path: &str) -> PathBuf {
        self.folder.0.join(&self.below).join(path)
    }
}

impl Store for Branch {
    fn read(&mut self, path: &str) -> Tried<Option<Vec<u8>>> {
        match fs::read(self.file(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(None),
                _ => Err(no_scratch(&error).into()),
            },
        }
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Tried<()> {
        let path = self.file(path);
        let above = path.parent().map_or(Ok(()), fs::create_dir_all);
        let done = above.and_then(|()| fs::write(&path, bytes));
        done.map_err(|error| no_scratch(&error).into())
    }

    fn create(&mut self, path: &str, bytes: &[u8]) -> Tried<bool> {
        if self.file(path).exists() {
            return Ok(false);
        }
        self.write(path, bytes).map(|()| true)
    }

    fn remove(&mut self, path: &str) -> Tried<()> {
        fs::remove_file(self.file(path)).or_else(|error| match error.kind() {
            ErrorKind::NotFound => Ok(()),
            _ => Err(no_scratch(&error).into()),
        })
    }

    fn written_at(&mut self, path: &str) -> Tried<Option<Timestamp>> {
        if !self.file(path).exists() {
            return Ok(None);
        }
        let path = format!("{}/{path}", self.below);
        let path = path.trim_start_matches('/');
        let at = self.git(&["log", "-1", "--format=%ct", "--", path])?;
        let at = at.trim().parse().ok();
        Ok(at.and_then(|at| Timestamp::from_second(at).ok()))
    }

    /// A branch that moved on since it was fetched refuses the push.
    fn exclusion(&self) -> Exclusion {
        Exclusion::Target
    }

    fn finish(&mut self) -> Tried<()> {
        self.git(&["add", "--all", "--force"])?;
        if self.git(&["status", "--porcelain"])?.is_empty() {
            return Ok(());
        }
        let named = self.git(&["config", "user.email"]).is_ok();
        let name = [
            "-c",
            "user.name=safeguard",
            "-c",
            "user.email=safeguard@localhost",
        ];
        let commit = ["commit", "--quiet", "--message=Publish the site"];
        let name = if named { &[][..] } else { &name };
        self.git(&[name, &commit].concat())?;
        let to = format!("HEAD:refs/heads/{}", self.branch);
        self.git(&["push", "--quiet", "origin", &to])
            .map(drop)
            .map_err(|failure| {
                let said = failure.cause.unwrap_or_default();
                let later = [
                    "non-fast-forward",
                    "fetch first",
                    "cannot lock ref",
                    "reference already exists",
                ];
                match later.iter().any(|word| said.contains(word)) {
                    true => Trouble::lasting(Message::new("target-moved-on"), said),
                    false => {
                        Trouble::lasting(Message::new("git-failed").with("step", "push"), said)
                    }
                }
            })
    }
}

/// A folder that goes away with its owner.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Scratch> {
        let mut random = [0; 8];
        let name = getrandom::fill(&mut random).map(|()| u64::from_ne_bytes(random));
        let name = name.map_err(|error| Failure::new(Message::new("no-random")).because(error))?;
        let folder = std::env::temp_dir().join(format!("safeguard-{name:016x}"));
        fs::create_dir(&folder).map_err(|error| no_scratch(&error))?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Git's objects are read-only, which on Windows keeps them from being removed; the system clears the rest.
        let _ = fs::remove_dir_all(Path::new(&self.0));
    }
}

fn no_scratch(error: &std::io::Error) -> Failure {
    let folder = std::env::temp_dir();
    let message = Message::new("cannot-write").with("path", folder.display());
    Failure::new(message).because(error)
}
