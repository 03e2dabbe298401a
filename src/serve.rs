//! The preview that an author keeps open: page, PDFs and findings, rendered again at every save.
//!
//! ```text
//! content/, themes/ ─read▶ ProjectSnapshot ─check▶ PreviewState ─┬ events ▶ the browser's page
//!        ▲ watch                                                 └ files, on request ▶ its frames
//! ```
//!
//! It reads the project as `build` does, and renders with the same functions. It never writes a file,
//! and starts nothing but the author's own editor, for a request that proves to come from the preview's page.

mod address;
mod editor;
mod routes;
mod state;
mod state_json;
mod watch;

use crate::message::{Catalog, Error, Message, Result};
use crate::{edition::random_digits, render::pdf::Fonts};
use state::{PreviewState, ProjectSnapshot};
use std::{net::TcpListener, path::PathBuf, sync::Arc, time::Instant};
use tokio::{runtime::Builder, sync::watch::Sender};

pub use address::ListenAddress;
pub use editor::Editor;

/// A preview and all that its requests need.
pub struct PreviewServer {
    pub options: ServeOptions,
    /// Distinguishes this run from an earlier one on the same address.
    run: String,
    /// A secret that only pages of this run know.
    token: String,
    /// The newest state: a late subscriber gets the last one, and none before it.
    states: Sender<Arc<PreviewState>>,
}

pub struct ServeOptions {
    pub project: PathBuf,
    pub address: ListenAddress,
    /// The author's language.
    pub catalog: Catalog,
    pub fonts: Fonts,
    /// The day for which content is checked; it changes while the preview is open.
    pub today: Box<dyn Fn() -> jiff::civil::Date + Send + Sync>,
    pub editor: Option<Editor>,
}

impl PreviewServer {
    /// Reads the project for the first time and starts to watch it.
    pub fn start(options: ServeOptions) -> Result<Arc<PreviewServer>> {
        let watcher = watch::ProjectWatcher::new(&options.project)?;
        let started = now();
        let snapshot = ProjectSnapshot::read(&options);
        let first = PreviewState::new(snapshot, &options, None, started);
        let server = Arc::new(PreviewServer {
            options,
            run: random_digits()?,
            token: random_digits()?,
            states: Sender::new(Arc::new(first)),
        });
        watcher.spawn(server.clone());
        Ok(server)
    }

    fn state(&self) -> Arc<PreviewState> {
        self.states.borrow().clone()
    }
}

/// Answers requests until the process ends.
pub fn run(server: &Arc<PreviewServer>, listener: TcpListener) -> Result<()> {
    // One thread serves all browsers. Another renders what they request, one file after the other:
    // two at once would be slower for both, and each rendering thread keeps memory of its own.
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_all().max_blocking_threads(1).build();
    let serving = routes::serve(server.clone(), listener);
    let served = runtime.and_then(|runtime| runtime.block_on(serving));
    let message = Message::new("cannot-listen").with("address", server.options.address.url());
    served.map_err(|error| Error::new(message).failed_by(error))
}

#[expect(clippy::disallowed_methods, reason = "no output depends on it")]
fn now() -> Instant {
    Instant::now()
}
