//! Project folder → everything the preview shows at one moment.
//! Reading is separate from checking and rendering: a file that is just being saved is read again first.

use super::ServeOptions;
use crate::manifest::site::{FRONT, bundle_path};
use crate::message::{Error, Result};
use crate::render::theme::{self, Theme};
use crate::{content, diagnostic::Diagnostic, render::pdf::FinishedFile, sheet::Rendering};
use crate::{content::Content, render::bundle, render::bundle::Project};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Content and theme as read at one moment.
pub struct ProjectSnapshot {
    today: jiff::civil::Date,
    content: Result<Arc<Content>>,
    theme: Result<Arc<Theme>>,
}

impl ProjectSnapshot {
    pub fn read(options: &ServeOptions) -> ProjectSnapshot {
        let content = catch_panic(|| content::load(&options.project));
        let loaded = content.as_ref().map_err(Error::clone);
        let theme = loaded.and_then(|content| theme::of(&options.project, content));
        ProjectSnapshot {
            today: (options.today)(),
            content: content.map(Arc::new),
            theme: theme.map(Arc::new),
        }
    }

    /// Tells if nothing is new: a file was touched, or saved without a change.
    pub fn equals(&self, before: &ProjectSnapshot) -> bool {
        let [now, last] = [self, before].map(|it| {
            let content = it.content.as_ref();
            content.map(|content| (&content.sources, &content.findings))
        });
        now == last && self.theme == before.theme && self.today == before.today
    }

    /// The files of the theme, and those of the content that are not blank.
    pub fn files(&self) -> BTreeSet<&str> {
        let sources = self.content.iter().flat_map(|it| it.sources.0.iter());
        let written = sources.filter(|(_, text)| !text.trim().is_empty());
        let theme = self.theme.iter().flat_map(|it| it.files(""));
        let paths = written.map(|(path, _)| &**path);
        paths.chain(theme.map(|(path, _)| path)).collect()
    }
}

/// Everything the preview shows at one moment.
pub struct PreviewState {
    /// Counts the states of a run.
    pub number: u64,
    pub snapshot: ProjectSnapshot,
    pub findings: Vec<Diagnostic>,
    /// The reason why the content cannot be read or the theme cannot render.
    pub error: Option<Error>,
    /// The newest project that could be rendered: this one, or an earlier one.
    pub rendered: Option<Arc<RenderedProject>>,
    /// Time from the save to the finished page.
    pub duration: std::time::Duration,
}

impl PreviewState {
    /// Checks a snapshot and renders its front page. If that fails, the last good project stays.
    pub fn new(
        snapshot: ProjectSnapshot,
        options: &ServeOptions,
        last: Option<&PreviewState>,
        started: std::time::Instant,
    ) -> PreviewState {
        let number = last.map_or(1, |last| last.number + 1);
        let mut findings = Vec::new();
        let result = catch_panic(|| {
            let (content, theme) = (snapshot.content.clone()?, snapshot.theme.clone());
            let (found, checked) = Project::check(content, theme, &options.fonts, snapshot.today);
            findings = found;
            let rendered = checked?.map(|project| RenderedProject {
                number,
                project,
                files: Mutex::default(),
            });
            // A project counts as rendered if its front page can be.
            let front = rendered.as_ref().map(|it| it.file(&bundle_path(FRONT)));
            front.transpose().map(|_| rendered.map(Arc::new))
        });
        let error = result.as_ref().err().cloned();
        let rendered = result.ok().flatten();
        PreviewState {
            number,
            snapshot,
            findings,
            error,
            rendered: rendered.or_else(|| last?.rendered.clone()),
            duration: started.elapsed(),
        }
    }

    /// The content as read last, if it could be read.
    pub fn content(&self) -> Option<&Content> {
        self.snapshot.content.as_deref().ok()
    }

    /// The content as read last, then the visible content: while a file is broken, its rows keep their position.
    fn contents(&self) -> impl Iterator<Item = &Content> {
        let visible = self.rendered.as_ref().map(|it| &*it.project.content);
        self.content().into_iter().chain(visible)
    }

    /// File and first line of the measure with that anchor.
    pub fn row_source(&self, anchor: &str) -> Option<(String, usize)> {
        self.contents().find_map(|content| {
            let (file, _, origin) = content
                .all_measures()
                .find(|(file, record, _)| format!("{}-{}", file.place(), record.id) == anchor)?;
            Some((file.file.clone(), content.sources.line(&origin)))
        })
    }

    /// Tells if it is a file of the content, which the author edits.
    pub fn has_source(&self, file: &str) -> bool {
        self.contents().any(|it| it.sources.get(file).is_some())
    }
}

/// Turns a panic into an error: the preview outlives a bug, and the author can take back the line that triggered it.
fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::new("preview-fault")))
}

/// A project without errors, and the files rendered of it so far.
pub struct RenderedProject {
    /// The state to which it belongs.
    pub number: u64,
    project: Project,
    /// By path: the files of a build's site, and `pdf/client.pdf` and its like.
    files: Mutex<BTreeMap<String, FileResult>>,
}

/// `None` if there is no such file.
pub type FileResult = Result<Option<Arc<FinishedFile>>>;

impl RenderedProject {
    /// A file, rendered on the first request.
    pub fn file(&self, path: &str) -> FileResult {
        if let Some(file) = self.cached_file(path) {
            return file;
        }
        let pdf = |kind| bundle::pdf(&self.project, kind).map(Some);
        let file = match path {
            "pdf/site.pdf" => pdf(Rendering::SitePdf),
            "pdf/client.pdf" => pdf(Rendering::ClientPdf),
            "pdf/seal.pdf" => pdf(Rendering::SealPdf),
            "pdf/proof.pdf" => pdf(Rendering::Proof),
            _ => bundle::site_file(&self.project, path).map(|bytes| {
                let (text, pages) = Default::default();
                bytes.map(|bytes| FinishedFile { bytes, text, pages })
            }),
        };
        let shared = file.map(|file| file.map(Arc::new));
        self.files().insert(path.to_owned(), shared.clone());
        shared
    }

    /// A file, if it was requested before.
    pub fn cached_file(&self, path: &str) -> Option<FileResult> {
        self.files().get(path).cloned()
    }

    /// The cache. After a panic elsewhere its entries are still whole.
    fn files(&self) -> MutexGuard<'_, BTreeMap<String, FileResult>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
