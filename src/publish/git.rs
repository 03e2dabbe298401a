//! A branch of a git repository, through the system's git: one commit a publication, pushed, never forced.
//!
//! The branch is taken into a folder of its own, which goes away with the store; git knows the credentials, we do not.

use super::store::{Exclusion, STEP_TIMEOUT, Store, StoreError, StoreResult};
use crate::message::{Error, Message};
use jiff::Timestamp;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// What git says when somebody else has pushed meanwhile.
const MOVED_ON: [&str; 4] = [
    "non-fast-forward",
    "fetch first",
    "cannot lock ref",
    "reference already exists",
];

/// What git and ssh say when the line is the trouble.
const OF_THE_LINE: [&str; 6] = [
    "Could not resolve host",
    "Connection refused",
    "Connection reset",
    "Connection timed out",
    "Operation timed out",
    "early EOF",
];

/// So often git is asked whether it is done.
const PULSE: Duration = Duration::from_millis(10);

pub struct Branch {
    /// Goes away with its owner, as far as the system lets it.
    folder: TempDir,
    branch: String,
    /// The site's folder in the branch.
    below: String,
}

impl Branch {
    /// Takes the branch's last commit; a repository without the branch gets it with the first publication.
    pub fn fetch(
        project: &Path,
        repository: &str,
        branch: &str,
        below: &str,
    ) -> StoreResult<Branch> {
        // A path is seen from the project; everything else is for git to understand.
        let near = project.join(repository);
        let near = near
            .exists()
            .then(|| std::path::absolute(near))
            .and_then(|near| near.ok());
        let repository = near.map_or(repository.to_owned(), |near| near.display().to_string());
        let folder = tempfile::Builder::new().prefix("safeguard-").tempdir();
        let store = Branch {
            folder: folder.map_err(|error| no_scratch(&error))?,
            branch: branch.to_owned(),
            below: below.trim_matches('/').to_owned(),
        };
        store.git(&["init", "--quiet"])?;
        let information = store.folder.path().join(".git/info");
        // What a repository says of line ends and filters would change the bytes.
        let attributes = "* -text -filter -ident -working-tree-encoding\n";
        fs::create_dir_all(&information)
            .and_then(|()| fs::write(information.join("attributes"), attributes))
            .map_err(|error| no_scratch(&error))?;
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

    fn git(&self, arguments: &[&str]) -> StoreResult<String> {
        let mut git = Command::new("git");
        git.args(["-c", "core.autocrlf=false", "-c", "core.quotePath=false"])
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(arguments)
            .current_dir(self.folder.path())
            // Nobody may be there to answer.
            .env("GIT_TERMINAL_PROMPT", "0")
            // Its words are looked at.
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        // A hook that publishes must not lead us into its own repository.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            git.env_remove(name);
        }
        let step = || Message::new("git-failed").with("step", arguments[0]);
        let (succeeded, out, said) = self.run(git).map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::permanent(Message::new("git-missing"), error),
            ErrorKind::TimedOut => StoreError::transient(error),
            _ => StoreError::permanent(step(), error),
        })?;
        match succeeded {
            true => Ok(out),
            false if OF_THE_LINE.iter().any(|words| said.contains(words)) => {
                Err(StoreError::transient(said))
            }
            false => Err(StoreError::permanent(step(), said.trim())),
        }
    }

    /// Whether it succeeded, and what it said; one that does not end is ended.
    fn run(&self, mut git: Command) -> std::io::Result<(bool, String, String)> {
        // Files, for a full pipe would stop it.
        let [out, said] = ["out", "said"].map(|name| self.folder.path().join(".git").join(name));
        fs::create_dir_all(self.folder.path().join(".git"))?;
        git.stdout(File::create(&out)?).stderr(File::create(&said)?);
        let mut child = git.spawn()?;
        let mut left = STEP_TIMEOUT;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if left.is_zero() {
                child.kill()?;
                child.wait()?;
                return Err(ErrorKind::TimedOut.into());
            }
            std::thread::sleep(PULSE);
            left = left.saturating_sub(PULSE);
        };
        let read = |path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok((status.success(), read(&out)?, read(&said)?))
    }

    fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(&self.below).join(path)
    }
}

impl Store for Branch {
    fn read(&mut self, path: &str) -> StoreResult<Option<Vec<u8>>> {
        match fs::read(self.file(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(None),
                _ => Err(no_scratch(&error).into()),
            },
        }
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> StoreResult<()> {
        let path = self.file(path);
        let above = path.parent().map_or(Ok(()), fs::create_dir_all);
        let done = above.and_then(|()| fs::write(&path, bytes));
        done.map_err(|error| no_scratch(&error).into())
    }

    fn create(&mut self, path: &str, bytes: &[u8]) -> StoreResult<bool> {
        if self.file(path).exists() {
            return Ok(false);
        }
        self.write(path, bytes).map(|()| true)
    }

    fn remove(&mut self, path: &str) -> StoreResult<()> {
        fs::remove_file(self.file(path)).or_else(|error| match error.kind() {
            ErrorKind::NotFound => Ok(()),
            _ => Err(no_scratch(&error).into()),
        })
    }

    fn written_at(&mut self, path: &str) -> StoreResult<Option<Timestamp>> {
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

    fn finish(&mut self) -> StoreResult<()> {
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
        match self.git(&["push", "--quiet", "origin", &to]) {
            Err(trouble) if MOVED_ON.iter().any(|words| trouble.cause().contains(words)) => Err(
                StoreError::permanent(Message::new("target-moved-on"), trouble.cause()),
            ),
            done => done.map(drop),
        }
    }
}

fn no_scratch(error: &std::io::Error) -> Error {
    let folder = std::env::temp_dir();
    let message = Message::new("cannot-write").with("path", folder.display());
    Error::new(message).caused_by(error)
}
