//! Saves in the project's folder → new states of the preview.

use super::state::{PreviewState, ProjectSnapshot};
use super::{PreviewServer, now};
use crate::message::{Error, Message, Result};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time without a change after which a save is complete.
const DEBOUNCE: Duration = Duration::from_millis(4);
/// Limit of waiting for an author who saves without a pause, in multiples of [`DEBOUNCE`].
const MAX_ROUNDS: usize = 12;
/// Time that a file may be missing or blank before the preview shows it.
const MISSING_FILE_TIMEOUT: Duration = Duration::from_millis(200);
/// Interval of looking for changes without an event: file servers send none, and events get lost.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Watches a project and updates its preview.
pub struct ProjectWatcher {
    project: std::path::PathBuf,
    watcher: RecommendedWatcher,
    /// One for each change below the project's folder.
    changes: std::sync::mpsc::Receiver<()>,
}

impl ProjectWatcher {
    /// Starts to watch: saves from now on are noticed.
    pub fn new(project: &std::path::Path) -> Result<ProjectWatcher> {
        let message = Message::new("cannot-watch").with("folder", project.display());
        let failed = |error: notify::Error| Error::new(message.clone()).failed_by(error);
        let (sender, changes) = std::sync::mpsc::channel();
        let notice = move |event: notify::Result<Event>| {
            // Reading a file changes nothing. After an error events may be lost.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                // Nobody receives it any more when the preview ends.
                let _ = sender.send(());
            }
        };
        let mut watcher = notify::recommended_watcher(notice).map_err(failed)?;
        // The project's folder itself, because another `content` may replace the first.
        let watched = watcher.watch(project, RecursiveMode::NonRecursive);
        watched.map_err(failed)?;
        let mut watching = ProjectWatcher {
            project: project.to_owned(),
            watcher,
            changes,
        };
        watching.watch_folders().map_err(failed)?;
        Ok(watching)
    }

    fn watch_folders(&mut self) -> notify::Result<()> {
        // The folders that a project is rendered from.
        let folders = ["content", "themes"].map(|name| self.project.join(name));
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            // It fails for a new folder, which does no harm.
            let _ = self.watcher.unwatch(folder);
            self.watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        Ok(())
    }

    /// Updates the preview after every change, in a thread of its own.
    pub fn spawn(mut self, server: Arc<PreviewServer>) {
        std::thread::spawn(move || {
            loop {
                // Without a change, looks for one at the end of the interval.
                let _ = self.changes.recv_timeout(POLL_INTERVAL);
                let started = now();
                self.debounce();
                let (snapshot, state) = (self.read(&server, started), server.state());
                if !snapshot.equals(&state.snapshot) {
                    let next = PreviewState::new(snapshot, &server.options, Some(&state), started);
                    server.states.send_replace(Arc::new(next));
                }
            }
        });
    }

    /// Waits until no more changes come: many saves are one.
    fn debounce(&mut self) {
        for _ in 0..MAX_ROUNDS {
            std::thread::sleep(DEBOUNCE);
            if self.changes.try_iter().count() == 0 {
                break;
            }
        }
        // A folder may be another one now. One that vanishes meanwhile is noticed if it comes back.
        let _ = self.watch_folders();
    }

    /// Reads the project, and again while a file seems to be missing in the middle of a save.
    fn read(&mut self, server: &PreviewServer, started: Instant) -> ProjectSnapshot {
        let last = server.state();
        loop {
            let snapshot = ProjectSnapshot::read(&server.options);
            let remaining = MISSING_FILE_TIMEOUT.saturating_sub(started.elapsed());
            // Some editors remove or empty a file before they write it.
            if remaining.is_zero() || last.snapshot.files().is_subset(&snapshot.files()) {
                return snapshot;
            }
            if self.changes.recv_timeout(remaining).is_ok() {
                self.debounce();
            }
        }
    }
}
