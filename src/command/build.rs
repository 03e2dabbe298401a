//! `safeguard build`: check, then write `output/`.

use super::{Session, write_text};
use crate::check::{self, CheckInput, Checked};
use crate::content::Content;
use crate::message::{Catalog, Error, Language, Message, Result};
use crate::model::{Page, Register};
use crate::output;
use crate::render::bundle::{self, Bundle};
use crate::render::pdf::Fonts;
use crate::report::Format;
use crate::sheet::ClientCopy;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Build {
    #[arg(long, value_name = "NAME")]
    recipient: Option<String>,
    #[arg(long, requires = "recipient")]
    acknowledgement: bool,
}

/// What a build made, and from what.
pub struct Built {
    pub content: Content,
    pub register: Register,
    /// The site's pages of prose.
    pub pages: Vec<Page>,
    pub bundle: Bundle,
}

/// Checks the content and makes every file; none where its errors, which are told, forbid it.
pub fn build(session: &Session, copy: Option<&ClientCopy>) -> Result<Option<Built>> {
    let content = session.load()?;
    let fonts = Fonts::compiled_in();
    let today = session.today();
    let input = CheckInput {
        content: &content,
        today,
        can_draw: &|c| fonts.can_draw(c),
    };
    let Checked {
        findings,
        register,
        pages,
    } = check::check(&input);
    session.print_findings(&content, &findings, Format::Human, &mut std::io::stderr())?;
    let Some(register) = register.filter(|_| session.accepts(&findings)) else {
        return Ok(None);
    };
    let theme = session.theme(&content)?;
    let bundle = bundle::bundle(&bundle::Build {
        content: &content,
        register: &register,
        findings: &findings,
        pages: &pages,
        theme: &theme,
        fonts: &fonts,
        today,
        copy,
        catalog: &Catalog::of(Language::Japanese),
    })?;
    Ok(Some(Built {
        content,
        register,
        pages,
        bundle,
    }))
}

impl Build {
    /// Whether the content was without errors; only then something was written.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let copy = self.copy(session, &Fonts::compiled_in())?;
        let Some(built) = build(session, copy.as_ref())? else {
            write_text(
                &mut std::io::stderr(),
                &format!(
                    "{}\n",
                    session.catalog.format(&Message::new("nothing-written"))
                ),
            )?;
            return Ok(false);
        };
        let folder = session.common.directory.join("output");
        let Built {
            register, bundle, ..
        } = built;
        let kept = output::write(&bundle, &folder)?;
        if !session.common.quiet {
            let mut text = list(session, &bundle, &folder, &kept);
            if register.office.url.is_none() {
                let [hint, why] = ["hint", "without-address"].map(Message::new);
                let [hint, why] = [hint, why].map(|message| session.catalog.format(&message));
                text.push_str(&format!("{hint}: {why}\n"));
            }
            write_text(&mut std::io::stdout(), &text)?;
        }
        Ok(true)
    }

    /// The copy asked for, if its recipient's name can be printed and be part of a file's name.
    fn copy(&self, session: &Session, fonts: &Fonts) -> Result<Option<ClientCopy>> {
        let Some(recipient) = self.recipient.as_deref().map(str::trim) else {
            return Ok(None);
        };
        session.printable("--recipient", recipient, fonts)?;
        if recipient.is_empty() || recipient.chars().count() > LONGEST_NAME {
            let message = Message::new("recipient-length").with("most", LONGEST_NAME);
            return Err(Error::new(message));
        }
        Ok(Some(ClientCopy {
            recipient: recipient.to_owned(),
            acknowledgement: self.acknowledgement,
        }))
    }
}

/// Letters of a recipient's name: a file's name holds 255 bytes.
const LONGEST_NAME: usize = 60;

fn list(session: &Session, bundle: &Bundle, folder: &Path, kept: &[PathBuf]) -> String {
    let message = Message::new("written")
        .with("count", bundle.len())
        .with("folder", folder.display());
    let mut text = format!("{}\n", session.catalog.format(&message));
    for (path, bytes) in bundle {
        text.push_str(&format!("  {path}  {} KB\n", bytes.len().div_ceil(1024)));
    }
    for path in kept {
        let message = Message::new("kept").with("path", path.display());
        text.push_str(&format!("{}\n", session.catalog.format(&message)));
    }
    text
}
