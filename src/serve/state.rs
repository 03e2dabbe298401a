//! Project folder → everything the preview shows at one moment.
//!
//! Reading is separate from checking and rendering, because a file that is just being saved is
//! read again first.

use super::{RenderOptions, ServeOptions, internal_error};
use crate::check::{self, CheckInput, Checked};
use crate::content::{self, Content};
use crate::diagnostic::Diagnostic;
use crate::message::{Error, Result};
use crate::model::{ProsePage, Register};
use crate::render::bundle::{self, BuildInput};
use crate::render::pdf::{Fonts, Pdf};
use crate::render::theme::{self, Theme};
use crate::sheet::Rendering;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The front page. A project counts as rendered if this file can be.
const FRONT: &str = "site/index.html";

/// Content and theme as read at one moment.
pub struct ProjectSnapshot {
    today: Date,
    content: Result<Arc<Content>>,
    theme: Result<Arc<Theme>>,
}

impl ProjectSnapshot {
    pub fn read(options: &ServeOptions) -> ProjectSnapshot {
        let content = catch_panic(|| content::load(&options.project));
        let theme = match &content {
            Ok(content) => theme::of(&options.project, content),
            Err(error) => Err(error.clone()),
        };
        ProjectSnapshot {
            today: (options.rendering.today)(),
            content: content.map(Arc::new),
            theme: theme.map(Arc::new),
        }
    }

    /// Tells if nothing is new: a file was touched, or saved without a change.
    pub fn equals(&self, before: &ProjectSnapshot) -> bool {
        let same_content = match (&self.content, &before.content) {
            (Ok(now), Ok(before)) => {
                now.sources == before.sources && now.findings == before.findings
            }
            (Err(now), Err(before)) => now == before,
            _ => false,
        };
        same_content && self.theme == before.theme && self.today == before.today
    }

    /// Tells if a file is missing or blank that was not, as happens while some editors save.
    pub fn lacks_files_of(&self, before: &ProjectSnapshot) -> bool {
        let Ok(content_before) = &before.content else {
            return false;
        };
        let Ok(content) = &self.content else {
            return true;
        };
        let is_blank = |text: &str| text.trim().is_empty();
        let mut sources = content_before.sources.iter();
        let lacks_source = sources
            .any(|(file, text)| !is_blank(text) && content.sources.get(file).is_none_or(is_blank));
        let lacks_theme_file = match (&self.theme, &before.theme) {
            (Ok(theme), Ok(before)) => before.files("").any(|(path, _)| theme.text(path).is_none()),
            (now, before) => now.is_err() && before.is_ok(),
        };
        lacks_source || lacks_theme_file
    }
}

/// Everything the preview shows at one moment.
pub struct PreviewState {
    /// Counts the states of a run.
    pub number: u64,
    pub snapshot: Arc<ProjectSnapshot>,
    pub findings: Vec<Diagnostic>,
    /// The reason why the content cannot be read or the theme cannot render.
    pub error: Option<Error>,
    /// The newest project that could be rendered: this one, or an earlier one.
    pub rendered: Option<Arc<RenderedProject>>,
    /// Time from the save to the finished page.
    pub duration: Duration,
}

impl PreviewState {
    /// Checks a snapshot and renders its front page. If that fails, the last good project stays.
    pub fn new(
        snapshot: ProjectSnapshot,
        options: &RenderOptions,
        last: Option<&PreviewState>,
        started: Instant,
    ) -> PreviewState {
        let number = last.map_or(1, |last| last.number + 1);
        let checked = catch_panic(|| Ok(check_and_render(&snapshot, options, number)));
        let (findings, result) = checked.unwrap_or_else(|panic| (Vec::new(), Err(panic)));
        let (rendered, error) = match result {
            Ok(rendered) => (rendered.map(Arc::new), None),
            Err(error) => (None, Some(error)),
        };
        PreviewState {
            number,
            snapshot: Arc::new(snapshot),
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

    /// The content as read last, then the content that is visible: while a file is broken, its
    /// rows keep their last position.
    fn contents(&self) -> impl Iterator<Item = &Content> {
        let visible = self.rendered.as_ref().map(|rendered| &*rendered.content);
        self.content().into_iter().chain(visible)
    }

    /// File and first line of the measure with that anchor.
    pub fn row_source(&self, anchor: &str) -> Option<(String, usize)> {
        self.contents().find_map(|content| {
            let (file, _, origin) = content
                .all_measures()
                .find(|(file, record, _)| format!("{}-{}", file.place(), record.id) == anchor)?;
            Some((file.file.clone(), content.sources.node_line(&origin)))
        })
    }

    /// Tells if it is a file of the content, which the author edits.
    pub fn has_source(&self, file: &str) -> bool {
        self.contents()
            .any(|content| content.sources.get(file).is_some())
    }
}

/// Turns a panic into an error: the preview outlives a bug of the program, and the author can
/// take back the line that triggered it.
fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(internal_error()))
}

/// The findings, and the rendered project if there is no error among them.
fn check_and_render(
    snapshot: &ProjectSnapshot,
    options: &RenderOptions,
    number: u64,
) -> (Vec<Diagnostic>, Result<Option<RenderedProject>>) {
    let content = match &snapshot.content {
        Ok(content) => content,
        Err(error) => return (Vec::new(), Err(error.clone())),
    };
    let theme = snapshot.theme.clone();
    let drawn_with = theme.and_then(|theme| Ok((options.fonts.with(&theme)?, theme)));
    let fonts = drawn_with
        .as_ref()
        .map_or(&options.fonts, |(fonts, _)| fonts);
    let Checked {
        findings,
        register,
        pages,
        overdue_reviews,
    } = check::check(&CheckInput {
        content,
        today: snapshot.today,
        can_draw: &|c| fonts.can_draw(c),
    });
    let (fonts, theme) = match drawn_with {
        Ok(it) => it,
        Err(error) => return (findings, Err(error)),
    };
    let Some(register) = register else {
        return (findings, Ok(None));
    };
    let project = RenderedProject {
        number,
        today: snapshot.today,
        content: content.clone(),
        theme,
        fonts,
        register,
        pages,
        overdue_reviews,
        findings: findings.clone(),
        files: Mutex::default(),
        pdfs: Mutex::default(),
    };
    let front = project.file(options, FRONT);
    (findings, front.map(|_| Some(project)))
}

/// A project without errors, and the files rendered of it so far.
pub struct RenderedProject {
    /// The state to which it belongs.
    pub number: u64,
    today: Date,
    content: Arc<Content>,
    theme: Arc<Theme>,
    fonts: Fonts,
    register: Register,
    pages: Vec<ProsePage>,
    overdue_reviews: usize,
    findings: Vec<Diagnostic>,
    files: Mutex<BTreeMap<String, FileResult>>,
    pdfs: Mutex<BTreeMap<Rendering, PdfResult>>,
}

/// Bytes of a file of the site; `None` if a build makes no such file.
pub type FileResult = Result<Option<Arc<[u8]>>>;
pub type PdfResult = Result<Arc<Pdf>>;

impl RenderedProject {
    /// A file of the site, rendered on the first request.
    pub fn file(&self, options: &RenderOptions, path: &str) -> FileResult {
        if let Some(file) = self.cached_file(path) {
            return file;
        }
        let file = bundle::site_file(&self.build(options), path);
        let shared = file.map(|bytes| bytes.map(Arc::from));
        lock(&self.files).insert(path.to_owned(), shared.clone());
        shared
    }

    /// A file of the site, if it was requested before.
    pub fn cached_file(&self, path: &str) -> Option<FileResult> {
        lock(&self.files).get(path).cloned()
    }

    /// A PDF, rendered on the first request.
    pub fn pdf(&self, options: &RenderOptions, kind: Rendering) -> PdfResult {
        if let Some(pdf) = self.cached_pdf(kind) {
            return pdf;
        }
        let pdf = bundle::pdf(&self.build(options), kind).map(Arc::new);
        lock(&self.pdfs).insert(kind, pdf.clone());
        pdf
    }

    /// A PDF, if it was requested before.
    pub fn cached_pdf(&self, kind: Rendering) -> Option<PdfResult> {
        lock(&self.pdfs).get(&kind).cloned()
    }

    fn build<'a>(&'a self, options: &'a RenderOptions) -> BuildInput<'a> {
        BuildInput {
            content: &self.content,
            register: &self.register,
            findings: &self.findings,
            pages: &self.pages,
            overdue_reviews: self.overdue_reviews,
            theme: &self.theme,
            fonts: &self.fonts,
            today: self.today,
            copies: &[],
            catalog: &options.catalog,
        }
    }
}

/// Locks a cache. After a panic elsewhere its entries are still whole.
fn lock<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}
