//! `safeguard edit`: the preview that an author keeps open while writing.

use super::{Session, clock};
use crate::message::{Catalog, Message, Result};
use crate::serve::{self, Editor, ListenAddress, PreviewServer, ServeOptions};
use crate::{date::day_in_japan, render::pdf::Fonts};

#[derive(clap::Args)]
pub struct EditArgs {
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    host: String,
    #[arg(long, value_name = "PORT", value_parser = super::usage::port, default_value = "0")]
    port: u16,
    #[arg(long)]
    open: bool,
    #[arg(long, value_name = "DATE", value_parser = super::usage::day)]
    as_of: Option<jiff::civil::Date>,
}

impl EditArgs {
    /// Serves until the process is ended from outside.
    pub fn run(&self, session: &Session) -> Result<bool> {
        // Content that cannot be read at all fails here; the preview shows all other errors.
        session.load()?;
        let (address, listener) = ListenAddress::bind(&self.host, self.port)?;
        let as_of = session.as_of;
        let editor = |name| Editor::parse(&std::env::var(name).ok()?);
        let server = PreviewServer::start(ServeOptions {
            project: session.directory.clone(),
            address,
            catalog: Catalog::of(session.catalog.language),
            fonts: Fonts::compiled_in(),
            today: Box::new(move || as_of.unwrap_or_else(|| day_in_japan(clock()))),
            editor: ["VISUAL", "EDITOR"].into_iter().find_map(editor),
        })?;
        let address = &server.options.address;
        session.print_message(Message::new("serving").with("url", address.url()))?;
        if !address.is_private() {
            session.warn("serving-others")?;
        }
        if self.open
            && let Err(error) = open::that_detached(address.url())
        {
            session.warn(Message::new("no-browser").with("reason", error))?;
        }
        serve::run(&server, listener).map(|()| true)
    }
}
