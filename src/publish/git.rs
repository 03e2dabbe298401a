//! A branch of a git repository, through the system's git: one commit per publication, pushed without force.
//!
//! The branch is checked out into a temporary folder. Git finds its own credentials; this program never sees them.

use super::lock::LOCK;
use super::store::{UNREACHABLE, wait};
use super::target::{Target, text};
use crate::message::{Error, Result};
use jiff::Timestamp;
use std::{fs, io, io::ErrorKind, process::Stdio};

/// Patterns of git's messages after another publisher's push.
const MOVED_ON: &str = "non-fast-forward|fetch first|cannot lock ref|reference already exists";
/// Patterns of git's and ssh's messages about a failing network.
const NETWORK_ERRORS: &str =
    "Could not resolve host|Connection refused|Connection reset|timed out|early EOF";

/// The last commit of a branch, checked out.
pub struct GitBranch {
    /// Removed when the branch is dropped.
    checkout: tempfile::TempDir,
    /// The branch's full name.
    tip: String,
    /// The site's folder in the branch, with a final `/`; empty for the whole branch.
    site: String,
}

impl GitBranch {
    /// Fetches the branch's last commit; a missing branch begins with the first publication.
    pub fn fetch(target: &Target, project: &std::path::Path) -> Result<GitBranch> {
        let record = &target.record;
        let [repository, branch] = [&record.repository, &record.branch].map(text);
        let site = format!("{}/", text(&record.path).trim_matches('/'));
        let folder = tempfile::Builder::new().prefix("safeguard-").tempdir();
        let fetched = GitBranch {
            checkout: folder.map_err(disk_error)?,
            tip: format!("refs/heads/{branch}"),
            site: site.trim_start_matches('/').to_owned(),
        };
        fetched.git(&["init", "--quiet"])?;
        let info = fetched.checkout.path().join(".git/info");
        // A repository's own attributes on line ends and filters would change the bytes.
        let attributes = "* -text -filter -ident -working-tree-encoding\n";
        fs::create_dir_all(&info)
            .and_then(|()| fs::write(info.join("attributes"), attributes))
            .map_err(disk_error)?;
        // A local path is made absolute; other addresses are git's to understand.
        let path = project.join(repository);
        let remote = match std::path::absolute(&path) {
            Ok(absolute) if path.exists() => absolute.display().to_string(),
            _ => repository.to_owned(),
        };
        fetched.git(&["remote", "add", "origin", &remote])?;
        let tip = &fetched.tip;
        let commit = fetched.git(&["ls-remote", "origin", tip])?;
        if commit.trim().is_empty() {
            fetched.git(&["symbolic-ref", "HEAD", tip])?;
        } else {
            fetched.git(&["fetch", "--quiet", "--depth=1", "origin", tip])?;
            fetched.git(&["checkout", "--quiet", "-B", branch, "FETCH_HEAD"])?;
        }
        Ok(fetched)
    }

    fn git(&self, arguments: &[&str]) -> Result<String> {
        let mut git = tokio::process::Command::new("git");
        git.args(["-c", "core.autocrlf=false", "-c", "core.quotePath=false"])
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(["-c", "core.symlinks=false"])
            // A key with a passphrase would be asked for.
            .args(["-c", "commit.gpgSign=false", "-c", "push.gpgSign=false"])
            .args(arguments)
            .current_dir(self.checkout.path())
            // Nobody may be there to answer.
            .env("GIT_TERMINAL_PROMPT", "0")
            // Its messages are searched in English.
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        // Run from a hook, git would otherwise work in the hook's repository.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            git.env_remove(name);
        }
        let failed = || Error::new("git-failed").with("step", arguments[0]);
        let not_run = |error: io::Error| match error.kind() {
            ErrorKind::NotFound => Error::new("git-missing").failed_by(error),
            _ => failed().failed_by(error),
        };
        let done = wait(async { git.output().await.map_err(not_run) })?;
        let [stdout, stderr] = [&done.stdout, &done.stderr].map(|it| String::from_utf8_lossy(it));
        if done.status.success() {
            return Ok(stdout.into_owned());
        }
        let read = |pattern| regex::Regex::new(pattern).expect("a valid pattern");
        let says = |pattern| read(pattern).is_match(&stderr);
        if says(NETWORK_ERRORS) {
            return Err(Error::new(UNREACHABLE).caused_by(stderr));
        }
        let moved_on = says(MOVED_ON).then(|| Error::new("target-moved-on"));
        Err(moved_on.unwrap_or_else(failed).caused_by(stderr.trim()))
    }

    /// The site's folder in the checkout.
    pub fn folder(&self) -> std::path::PathBuf {
        self.checkout.path().join(&self.site)
    }

    /// Returns the time of the last commit that changed a file.
    pub fn modified_at(&self, path: &str) -> Result<Option<Timestamp>> {
        let pathspec = self.site.clone() + path;
        let time = self.git(&["log", "-1", "--format=%ct", "--", &pathspec])?;
        let seconds = time.trim().parse().ok();
        Ok(seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()))
    }

    /// Commits the checkout and pushes it.
    pub fn push(&self) -> Result<()> {
        // GitHub Pages would leave out `.well-known`. In another folder the file has no effect.
        fs::write(self.folder().join(".nojekyll"), "").map_err(disk_error)?;
        // The lock stays out of the branch: a push is refused if the branch has moved on.
        let lock = format!(":(exclude,literal){}{LOCK}", self.site);
        self.git(&["add", "--all", "--force", "--", ".", &lock])?;
        let changes = self.git(&["status", "--porcelain", "--untracked-files=no"])?;
        // None if an earlier attempt has committed them and could not push.
        if !changes.is_empty() {
            if self.git(&["config", "user.email"]).is_err() {
                self.git(&["config", "user.name", "safeguard"])?;
                self.git(&["config", "user.email", "safeguard@localhost"])?;
            }
            self.git(&["commit", "--quiet", "--message=Publish the site"])?;
        }
        let refspec = format!("HEAD:{}", self.tip);
        self.git(&["push", "--quiet", "origin", &refspec]).map(drop)
    }
}

fn disk_error(error: io::Error) -> Error {
    crate::output::failed(&std::env::temp_dir())(error)
}
