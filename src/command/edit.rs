//! `safeguard edit`: the preview that an author keeps open while writing.

use super::{Session, today_in_japan};
use crate::message::{Catalog, Message, Result};
use crate::render::pdf::Fonts;
use crate::serve::{self, Editor, ListenAddress, PreviewServer, ServeOptions};

#[derive(clap::Args)]
pub struct EditArgs {
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    #[arg(long, value_name = "PORT", value_parser = super::usage::port)]
    port: Option<u16>,
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
        let host = self.host.as_deref().unwrap_or("127.0.0.1");
        let (address, listener) = ListenAddress::bind(host, self.port.unwrap_or(0))?;
        let as_of = session.as_of;
        let editor = |name| Editor::parse(&std::env::var(name).ok()?);
        let server = PreviewServer::start(ServeOptions {
            project: session.directory.clone(),
            address,
            catalog: Catalog::of(session.catalog.language),
            fonts: Fonts::compiled_in(),
            today: Box::new(move || as_of.unwrap_or_else(today_in_japan)),
            editor: ["VISUAL", "EDITOR"].into_iter().find_map(editor),
        })?;
        let address = &server.options.address;
        session.print_message(&Message::new("serving").with("url", address.url()))?;
        if !address.is_private() {
            session.warn(&Message::new("serving-others"))?;
        }
        if self.open
            && let Err(error) = open::that_detached(address.url())
        {
            session.warn(&Message::new("no-browser").with("reason", error))?;
        }
        serve::run(&server, listener).map(|()| true)
    }
}
