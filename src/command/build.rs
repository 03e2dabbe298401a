//! `safeguard build`: check, then write `output/`.

use super::{Session, say};
use crate::bundle::{self, Bundle};
use crate::check::{self, Case, Checked};
use crate::message::{Language, Message, Result, Words};
use crate::output;
use crate::pdf::Fonts;
use crate::report::Format;
use crate::theme;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Build {}

impl Build {
    /// Whether the content was without errors; only then something was written.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let content = session.load()?;
        let fonts = Fonts::compiled_in();
        let today = session.today();
        let case = Case {
            content: &content,
            today,
            can_draw: &|c| fonts.can_draw(c),
        };
        let Checked { findings, register } = check::check(&case);
        session.tell(&content, &findings, Format::Human, &mut std::io::stderr())?;
        let Some(register) = register.filter(|_| session.accepts(&findings)) else {
            say(
                &mut std::io::stderr(),
                &format!("{}\n", session.words.say(&Message::new("nothing-written"))),
            )?;
            return Ok(false);
        };
        let name = content
            .sheet
            .as_ref()
            .and_then(|sheet| sheet.record.theme.as_deref());
        let theme = theme::load(&session.common.directory, name.unwrap_or("official"))?;
        let bundle = bundle::bundle(&bundle::Build {
            content: &content,
            register: &register,
            findings: &findings,
            theme: &theme,
            fonts: &fonts,
            today,
            words: &Words::of(Language::Japanese),
        })?;
        let folder = session.common.directory.join("output");
        let kept = output::write(&bundle, &folder)?;
        if !session.common.quiet {
            say(
                &mut std::io::stdout(),
                &list(session, &bundle, &folder, &kept),
            )?;
        }
        Ok(true)
    }
}

fn list(session: &Session, bundle: &Bundle, folder: &Path, kept: &[PathBuf]) -> String {
    let message = Message::new("written")
        .with("count", bundle.len())
        .with("folder", folder.display());
    let mut text = format!("{}\n", session.words.say(&message));
    for (path, bytes) in bundle {
        text.push_str(&format!("  {path}  {} KB\n", bytes.len().div_ceil(1024)));
    }
    for path in kept {
        let message = Message::new("kept").with("path", path.display());
        text.push_str(&format!("{}\n", session.words.say(&message)));
    }
    text
}
