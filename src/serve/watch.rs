//! Saves in the project's folder → new states of the preview.

use super::state::{PreviewState, ProjectSnapshot};
use super::{PreviewServer, now};
use crate::message::{Error, Message, Result};
use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// Folders that a project is rendered from.
const FOLDERS: [&str; 2] = ["content", "themes"];

/// Time without a change after which a save is complete.
const DEBOUNCE: Duration = Duration::from_millis(4);

/// Limit of waiting for an author who saves without a pause, in multiples of [`DEBOUNCE`].
const MAX_ROUNDS: usize = 12;

/// Time that a file may be missing or blank before the preview shows it.
const MISSING_FILE_TIMEOUT: Duration = Duration::from_millis(200);

/// Interval of looking for changes without an event: file servers send none, and events get lost.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// An event below the project's folder.
#[derive(PartialEq, Eq)]
enum ProjectEvent {
    File,
    /// One of [`FOLDERS`] was created or renamed; the one that was watched is gone.
    Folder,
}

/// Watches a project and updates its preview.
pub struct ProjectWatcher {
    project: PathBuf,
    watcher: RecommendedWatcher,
    events: Receiver<ProjectEvent>,
}

impl ProjectWatcher {
    /// Starts to watch: saves from now on are noticed.
    pub fn new(project: &Path) -> Result<ProjectWatcher> {
        let start = || {
            let (sender, events) = channel();
            let mut watcher = ProjectWatcher {
                project: project.to_owned(),
                watcher: notify::recommended_watcher(move |event| send(event, &sender))?,
                events,
            };
            // The project's folder itself, because another `content` may replace the first.
            watcher
                .watcher
                .watch(project, RecursiveMode::NonRecursive)?;
            watcher.watch_folders()?;
            Ok(watcher)
        };
        start().map_err(|error: notify::Error| {
            let message = Message::new("cannot-watch").with("folder", project.display());
            Error::new(message).caused_by(error)
        })
    }

    fn watch_folders(&mut self) -> notify::Result<()> {
        let folders = FOLDERS.map(|name| self.project.join(name));
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            // It fails for a new folder, which does no harm.
            let _ = self.watcher.unwatch(folder);
            self.watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        Ok(())
    }

    /// Updates the preview after every change, in a thread of its own.
    pub fn spawn(mut self, server: &Arc<PreviewServer>) {
        let server = Arc::clone(server);
        std::thread::spawn(move || {
            while let Some(event) = self.next() {
                let started = now();
                self.debounce(event);
                let snapshot = self.read(&server, started);
                let state = server.state();
                if !snapshot.equals(&state.snapshot) {
                    let options = &server.options.rendering;
                    let next = PreviewState::new(snapshot, options, Some(&state), started);
                    server.states.send_replace(Arc::new(next));
                }
            }
        });
    }

    /// The next event, or one at the end of [`POLL_INTERVAL`]; `None` if the watch has ended.
    fn next(&self) -> Option<ProjectEvent> {
        match self.events.recv_timeout(POLL_INTERVAL) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => Some(ProjectEvent::File),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    /// Waits until no more events come: many saves are one.
    fn debounce(&mut self, first: ProjectEvent) {
        let mut events = vec![first];
        for _ in 0..MAX_ROUNDS {
            std::thread::sleep(DEBOUNCE);
            let before = events.len();
            events.extend(self.events.try_iter());
            if events.len() == before {
                break;
            }
        }
        if events.contains(&ProjectEvent::Folder) {
            // A folder that vanishes meanwhile sends another event if it comes back.
            let _ = self.watch_folders();
        }
    }

    /// Reads the project, and again while a file seems to be missing in the middle of a save.
    fn read(&mut self, server: &PreviewServer, started: Instant) -> ProjectSnapshot {
        let last = server.state();
        loop {
            let snapshot = ProjectSnapshot::read(&server.options);
            let remaining = MISSING_FILE_TIMEOUT.saturating_sub(started.elapsed());
            if remaining.is_zero() || !snapshot.lacks_files_of(&last.snapshot) {
                return snapshot;
            }
            if let Ok(event) = self.events.recv_timeout(remaining) {
                self.debounce(event);
            }
        }
    }
}

fn send(event: notify::Result<Event>, sender: &Sender<ProjectEvent>) {
    let event = match event {
        // Reading a file changes nothing.
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
        Ok(event) if replaces_folder(&event) => ProjectEvent::Folder,
        // After an error events may be lost, so something may have changed too.
        Ok(_) | Err(_) => ProjectEvent::File,
    };
    // Nobody receives it any more when the preview ends.
    let _ = sender.send(event);
}

fn replaces_folder(event: &Event) -> bool {
    let appears = matches!(
        event.kind,
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_))
    );
    let is_watched = |path: &PathBuf| {
        let name = path.file_name();
        name.is_some_and(|name| FOLDERS.iter().any(|folder| name == *folder))
    };
    appears && event.paths.iter().any(is_watched)
}
