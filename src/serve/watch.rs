//! Notices saves, waits until they are done, and shows what came of them.

use super::view::Reading;
use super::{Preview, clock};
use crate::message::{Error, Message, Result};
use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// What a project is drawn from.
const FOLDERS: [&str; 2] = ["content", "themes"];

/// A save is done when nothing else happened for so long.
const QUIET: Duration = Duration::from_millis(4);
/// Who saves without a pause is not waited for longer than so many times [`QUIET`].
const ROUNDS: usize = 12;
/// So long a file may be away, or blank, before that is news.
const AWAY: Duration = Duration::from_millis(200);

/// Folders on a file server tell of no change, and events get lost: so often it is looked for without one.
const UNTOLD: Duration = Duration::from_secs(2);

/// Something happened below the project's folder.
enum Change {
    File,
    /// One of [`FOLDERS`] came anew; the one that was watched is gone.
    Folder,
}

/// The watch kept over a project.
pub struct Watch {
    project: PathBuf,
    watcher: RecommendedWatcher,
    changes: Receiver<Change>,
}

impl Watch {
    /// Begins to watch: what is saved from now on is noticed.
    pub fn of(project: &Path) -> Result<Watch> {
        let failed = |error: notify::Error| {
            let message = Message::new("cannot-watch").with("folder", project.display());
            Error::new(message).caused_by(error)
        };
        let (tell, changes) = channel();
        let watcher = notify::recommended_watcher(move |event| report(event, &tell));
        let mut watch = Watch {
            project: project.to_owned(),
            watcher: watcher.map_err(failed)?,
            changes,
        };
        // The project's folder itself, for when another `content` comes into the place of the first.
        let itself = watch.watcher.watch(project, RecursiveMode::NonRecursive);
        itself.map_err(failed)?;
        watch.watch_folders().map_err(failed)?;
        Ok(watch)
    }

    fn watch_folders(&mut self) -> notify::Result<()> {
        let folders = FOLDERS.map(|name| self.project.join(name));
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            // It fails where the folder is new, which is as well.
            let _ = self.watcher.unwatch(folder);
            self.watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        Ok(())
    }

    /// Looks at the project after every change, in a thread of its own.
    pub fn keep_looking(mut self, preview: &Arc<Preview>) {
        let preview = preview.clone();
        std::thread::spawn(move || {
            while let Some(change) = self.next() {
                let begun = clock();
                self.settle(change);
                let reading = self.read(&preview, begun);
                let view = preview.view();
                if !reading.says_the_same(&view.reading) {
                    let view = view.after(reading, &preview.tools, begun);
                    preview.views.send_replace(Arc::new(view));
                }
            }
        });
    }

    /// The next change, told or to be looked for; none once the watch has ended.
    fn next(&self) -> Option<Change> {
        match self.changes.recv_timeout(UNTOLD) {
            Ok(change) => Some(change),
            Err(RecvTimeoutError::Timeout) => Some(Change::File),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    /// Waits until the folder has come to rest: many saves are one.
    fn settle(&mut self, first: Change) {
        let mut changes = vec![first];
        for _ in 0..ROUNDS {
            std::thread::sleep(QUIET);
            let before = changes.len();
            changes.extend(self.changes.try_iter());
            if changes.len() == before {
                break;
            }
        }
        if changes
            .iter()
            .any(|change| matches!(change, Change::Folder))
        {
            // A folder that vanishes meanwhile comes with a change of its own, if it comes.
            let _ = self.watch_folders();
        }
    }

    /// Reads the project, once more as long as a file seems to be away in the middle of a save.
    fn read(&mut self, preview: &Preview, begun: Instant) -> Reading {
        let last = preview.view();
        loop {
            let reading = Reading::of(&self.project, (preview.tools.today)());
            let patience = AWAY.saturating_sub(begun.elapsed());
            if patience.is_zero() || !reading.lacks_what_was_in(&last.reading) {
                return reading;
            }
            if let Ok(change) = self.changes.recv_timeout(patience) {
                self.settle(change);
            }
        }
    }
}

fn report(event: notify::Result<Event>, tell: &Sender<Change>) {
    let change = match event {
        // Reading the files is no change.
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
        Ok(event) if brings_a_folder(&event) => Change::Folder,
        // Where events got lost, something may have changed too.
        Ok(_) | Err(_) => Change::File,
    };
    // Nobody listens any more when the preview ends.
    let _ = tell.send(change);
}

fn brings_a_folder(event: &Event) -> bool {
    let comes = matches!(
        event.kind,
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_))
    );
    let watched = |path: &PathBuf| {
        let name = path.file_name();
        name.is_some_and(|name| FOLDERS.iter().any(|folder| name == *folder))
    };
    comes && event.paths.iter().any(watched)
}
