//! Project folder → what the preview shows at one moment.
//!
//! Reading is one thing, looking at what was read another: a file that is just being saved is read again before it is looked at.

use super::{Tools, clock};
use crate::check::{self, CheckInput, Checked};
use crate::content::{self, Content};
use crate::diagnostic::Diagnostic;
use crate::message::{Error, Message, Result};
use crate::model::{Page, Register};
use crate::render::bundle::{self, Build};
use crate::render::pdf::Pdf;
use crate::render::theme::{self, Theme};
use crate::sheet::Rendering;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The front page, without which nothing counts as drawn.
const FRONT: &str = "site/index.html";

/// What was read of the project at one moment.
pub struct Reading {
    today: Date,
    content: Result<Arc<Content>>,
    theme: Result<Arc<Theme>>,
}

impl Reading {
    pub fn of(project: &Path, today: Date) -> Reading {
        let content = contained(|| content::load(project));
        let theme = match &content {
            Ok(content) => theme::of(project, content),
            Err(failure) => Err(failure.clone()),
        };
        Reading {
            today,
            content: content.map(Arc::new),
            theme: theme.map(Arc::new),
        }
    }

    /// Whether there is nothing new in it: a file was touched, or saved as it was.
    pub fn says_the_same(&self, before: &Reading) -> bool {
        let same_content = match (&self.content, &before.content) {
            (Ok(now), Ok(before)) => {
                now.sources == before.sources && now.problems == before.problems
            }
            (Err(now), Err(before)) => now == before,
            _ => false,
        };
        same_content && self.theme == before.theme && self.today == before.today
    }

    /// Whether a file that was there is gone or blank, as it is for a moment while some editors save.
    pub fn lacks_what_was_in(&self, before: &Reading) -> bool {
        let Ok(content_before) = &before.content else {
            return false;
        };
        let Ok(content) = &self.content else {
            return true;
        };
        let mut written = content_before.sources.iter();
        let gone = written.any(|(file, text)| {
            let now = content.sources.get(file);
            !text.trim().is_empty() && now.is_none_or(|now| now.trim().is_empty())
        });
        gone || match (&self.theme, &before.theme) {
            (Ok(theme), Ok(before)) => !before.files("").all(|(path, _)| theme.text(path).is_ok()),
            (now, before) => now.is_err() && before.is_ok(),
        }
    }
}

/// What the preview shows at one moment.
pub struct View {
    /// Counts the views of a run.
    pub number: u64,
    pub reading: Arc<Reading>,
    pub findings: Vec<Diagnostic>,
    /// What keeps the content from being read or the theme from drawing.
    pub failure: Option<Error>,
    /// The newest state that could be drawn: this one, or one before.
    pub drawn: Option<Arc<Drawn>>,
    /// From the save to the finished page.
    pub taken: Duration,
}

/// Looks at a project for the first time.
pub fn first(project: &Path, tools: &Tools) -> View {
    let begun = clock();
    let reading = Reading::of(project, (tools.today)());
    look(Arc::new(reading), tools, 1, begun)
}

impl View {
    /// What follows once something else was read; whatever cannot be drawn leaves the last good state in sight.
    pub fn after(&self, reading: Reading, tools: &Tools, begun: Instant) -> View {
        let mut view = look(Arc::new(reading), tools, self.number + 1, begun);
        if view.drawn.is_none() {
            view.drawn = self.drawn.clone();
        }
        view
    }

    /// The content as read last, where it could be read.
    pub fn content(&self) -> Option<&Content> {
        self.reading.content.as_deref().ok()
    }

    /// File and first line of the measure that bears the anchor.
    pub fn place(&self, anchor: &str) -> Option<(String, usize)> {
        // Where a file is broken at the moment, its rows stand where they stood.
        let drawn = self.drawn.as_deref().map(|drawn| &*drawn.content);
        let mut contents = self.content().into_iter().chain(drawn);
        contents.find_map(|content| place(content, anchor))
    }

    /// Whether it is a file of the content, which the author edits.
    pub fn names(&self, file: &str) -> bool {
        let drawn = self.drawn.as_deref().map(|drawn| &*drawn.content);
        let mut contents = self.content().into_iter().chain(drawn);
        contents.any(|content| content.sources.contains_key(file))
    }
}

fn place(content: &Content, anchor: &str) -> Option<(String, usize)> {
    let mut measures = content.all_measures();
    let (file, _, origin) =
        measures.find(|(file, record, _)| format!("{}-{}", file.name(), record.id) == anchor)?;
    Some((file.file.clone(), content.line(&origin).unwrap_or(1)))
}

/// Checks what was read and draws the front page of it.
fn look(reading: Arc<Reading>, tools: &Tools, number: u64, begun: Instant) -> View {
    let judged = contained(|| Ok(judge(&reading, tools, number)));
    let (findings, drawn) = judged.unwrap_or_else(|fault| (Vec::new(), Err(fault)));
    let (drawn, failure) = match drawn {
        Ok(drawn) => (drawn, None),
        Err(failure) => (None, Some(failure)),
    };
    View {
        number,
        reading,
        findings,
        failure,
        drawn: drawn.map(Arc::new),
        taken: begun.elapsed(),
    }
}

/// Turns a panic into words: the preview outlives a fault of the program, and the author can take back the line that brought it about.
fn contained<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let fault = |_| Err(Error::new(Message::new("preview-fault")));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(fault)
}

/// The findings, and the drawn state where no error stands among them.
fn judge(
    reading: &Reading,
    tools: &Tools,
    number: u64,
) -> (Vec<Diagnostic>, Result<Option<Drawn>>) {
    let content = match &reading.content {
        Ok(content) => content,
        Err(failure) => return (Vec::new(), Err(failure.clone())),
    };
    let input = CheckInput {
        content,
        today: reading.today,
        can_draw: &|c| tools.fonts.can_draw(c),
    };
    let Checked {
        findings,
        register,
        pages,
    } = check::check(&input);
    let theme = match &reading.theme {
        Ok(theme) => theme.clone(),
        Err(failure) => return (findings, Err(failure.clone())),
    };
    let Some(register) = register else {
        return (findings, Ok(None));
    };
    let drawn = Drawn {
        number,
        today: reading.today,
        content: content.clone(),
        theme,
        register,
        pages,
        findings: findings.clone(),
        files: Mutex::default(),
        pdfs: Mutex::default(),
    };
    let front = drawn.file(tools, FRONT);
    (findings, front.map(|_| Some(drawn)))
}

/// Content without an error, and what was drawn of it so far.
pub struct Drawn {
    /// The view whose content it is.
    pub number: u64,
    today: Date,
    content: Arc<Content>,
    theme: Arc<Theme>,
    register: Register,
    pages: Vec<Page>,
    findings: Vec<Diagnostic>,
    files: Mutex<BTreeMap<String, File>>,
    pdfs: Mutex<BTreeMap<Rendering, DrawnPdf>>,
}

/// Bytes of a file of the site; none where a build makes no such file.
pub type File = Result<Option<Arc<[u8]>>>;
pub type DrawnPdf = Result<Arc<Pdf>>;

impl Drawn {
    /// A file of the site, drawn when it is first asked for.
    pub fn file(&self, tools: &Tools, path: &str) -> File {
        if let Some(file) = self.known_file(path) {
            return file;
        }
        let file = bundle::site_file(&self.build(tools), path);
        let file = file.map(|bytes| bytes.map(Arc::from));
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(path.to_owned(), file.clone());
        file
    }

    /// A file of the site, if it was asked for before.
    pub fn known_file(&self, path: &str) -> Option<File> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(path).cloned()
    }

    /// A PDF, drawn when it is first asked for.
    pub fn pdf(&self, tools: &Tools, kind: Rendering) -> DrawnPdf {
        if let Some(pdf) = self.known_pdf(kind) {
            return pdf;
        }
        let pdf = bundle::pdf(&self.build(tools), kind).map(Arc::new);
        let mut pdfs = self.pdfs.lock().unwrap_or_else(PoisonError::into_inner);
        pdfs.insert(kind, pdf.clone());
        pdf
    }

    /// A PDF, if it was asked for before.
    pub fn known_pdf(&self, kind: Rendering) -> Option<DrawnPdf> {
        let pdfs = self.pdfs.lock().unwrap_or_else(PoisonError::into_inner);
        pdfs.get(&kind).cloned()
    }

    fn build<'a>(&'a self, tools: &'a Tools) -> Build<'a> {
        Build {
            content: &self.content,
            register: &self.register,
            findings: &self.findings,
            pages: &self.pages,
            theme: &self.theme,
            fonts: &tools.fonts,
            today: self.today,
            copy: None,
            catalog: &tools.catalog,
        }
    }
}
