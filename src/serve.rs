//! The preview an author keeps open: page, PDF and findings side by side, drawn anew at every save.
//!
//! ```text
//! content/, themes/ ─read▶ Reading ─look▶ View ─┬ events ▶ the page in the browser
//!        ▲ watch                                └ files, drawn once somebody asks ▶ its frames
//! ```
//!
//! In: the project's folder. Out: answers on an address of this machine. It reads the project as `build` does and draws with the same functions.
//! It writes nothing at all, and starts nothing but the author's own editor, for a request that proves to come from its own page.

mod address;
mod answers;
mod editor;
mod shown;
mod view;
mod watch;

use crate::message::{Catalog, Error, Message, Result};
use crate::render::pdf::Fonts;
use jiff::civil::Date;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Builder;
use tokio::sync::watch::Sender;
use view::View;

pub use address::Address;
pub use editor::Editor;

/// What the whole preview works with.
pub struct Preview {
    pub project: PathBuf,
    pub address: Address,
    /// The author's language.
    pub catalog: Catalog,
    pub tools: Tools,
    pub editor: Option<Editor>,
    /// Tells this run from an earlier one on the same address.
    pub run: String,
    /// Only a page of this run knows it.
    pub token: String,
    /// The newest view: who comes late sees the last one, never those between.
    views: Sender<Arc<View>>,
}

/// What drawing needs beside the project.
pub struct Tools {
    pub fonts: Fonts,
    /// Words for the findings in the proof: the sheet's language.
    pub catalog: Catalog,
    /// The day of judgement; it turns while the preview is open.
    pub today: Box<dyn Fn() -> Date + Send + Sync>,
}

/// What the user chose for a preview.
pub struct Settings {
    pub project: PathBuf,
    pub address: Address,
    pub catalog: Catalog,
    pub tools: Tools,
    pub editor: Option<Editor>,
}

impl Preview {
    /// Reads the project a first time and goes on watching it.
    pub fn begin(settings: Settings) -> Result<Arc<Preview>> {
        let watch = watch::Watch::of(&settings.project)?;
        let first = view::first(&settings.project, &settings.tools);
        let preview = Arc::new(Preview {
            project: settings.project,
            address: settings.address,
            catalog: settings.catalog,
            tools: settings.tools,
            editor: settings.editor,
            run: random()?,
            token: random()?,
            views: Sender::new(Arc::new(first)),
        });
        watch.keep_looking(&preview);
        Ok(preview)
    }

    fn view(&self) -> Arc<View> {
        self.views.borrow().clone()
    }
}

/// Answers requests until the process ends.
pub fn run(preview: Arc<Preview>, listener: TcpListener) -> Result<()> {
    let failed = |error: std::io::Error| {
        let message = Message::new("cannot-listen").with("address", preview.address.url());
        Error::new(message).caused_by(error)
    };
    // One thread waits for all browsers. Another draws what they ask for, one file after the other:
    // two at once would be slower for both, and each thread that draws keeps memory of its own.
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .map_err(failed)?;
    runtime
        .block_on(answers::answer(preview.clone(), listener))
        .map_err(failed)
}

/// 128 random bits in hexadecimal digits.
fn random() -> Result<String> {
    let digits = || {
        Ok(format!(
            "{:016x}{:016x}",
            getrandom::u64()?,
            getrandom::u64()?
        ))
    };
    digits()
        .map_err(|error: getrandom::Error| Error::new(Message::new("no-random")).caused_by(error))
}

#[expect(
    clippy::disallowed_methods,
    reason = "says how long the author waited, and how long a file may be away; nothing drawn depends on it"
)]
fn clock() -> Instant {
    Instant::now()
}
