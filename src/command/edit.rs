//! `safeguard serve`: the preview an author keeps open while writing.

use super::{Session, today_in_japan, write_text};
use crate::message::{Catalog, Language, Message, Result};
use crate::render::pdf::Fonts;
use crate::serve::{self, Address, Editor, Preview, Settings, Tools};

/// What programs ask for the author's editor, the first that is set.
const EDITORS: [&str; 2] = ["VISUAL", "EDITOR"];

#[derive(clap::Args)]
pub struct Edit {
    #[arg(
        long,
        value_name = "HOST",
        default_value = "127.0.0.1",
        hide_default_value = true
    )]
    host: String,
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true,
        value_parser = super::usage::port
    )]
    port: u16,
    #[arg(long)]
    open: bool,
}

impl Edit {
    /// Serves until the process is ended from outside.
    pub fn run(&self, session: &Session) -> Result<bool> {
        // What cannot be read at all is said here; what can be mended, in the preview.
        session.load()?;
        let (address, listener) = Address::listen(&self.host, self.port)?;
        let as_of = session.common.as_of;
        let preview = Preview::begin(Settings {
            project: session.common.directory.clone(),
            address,
            catalog: Catalog::of(session.catalog.language),
            tools: Tools {
                fonts: Fonts::compiled_in(),
                catalog: Catalog::of(Language::Japanese),
                today: Box::new(move || as_of.unwrap_or_else(today_in_japan)),
            },
            editor: editor(),
        })?;
        announce(session, &preview.address)?;
        if self.open
            && let Err(error) = open::that_detached(preview.address.url())
        {
            let message = Message::new("no-browser").with("reason", error);
            write_text(
                &mut std::io::stderr(),
                &format!("{}\n", session.catalog.format(&message)),
            )?;
        }
        serve::run(preview, listener)?;
        Ok(true)
    }
}

/// Says where the preview is; even under `--quiet`, for nobody could guess it.
fn announce(session: &Session, address: &Address) -> Result<()> {
    let message = Message::new("serving").with("url", address.url());
    write_text(
        &mut std::io::stdout(),
        &format!("{}\n", session.catalog.format(&message)),
    )?;
    if address.is_private() {
        return Ok(());
    }
    let warning = session.catalog.format(&Message::new("serving-others"));
    write_text(&mut std::io::stderr(), &format!("{warning}\n"))
}

/// The editor that the environment names.
fn editor() -> Option<Editor> {
    let mut named = EDITORS.iter().filter_map(|name| std::env::var(name).ok());
    named.find_map(|value| Editor::named(&value))
}
