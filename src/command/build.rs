//! `safeguard build`: check, then write `output/`.

use super::{JudgingOptions, Project, Session, write_text};
use crate::manifest::{Bundle, LONGEST_RECIPIENT};
use crate::message::{Catalog, Error, Language, Message, Result};
use crate::output;
use crate::render::bundle::{self, BuildInput};
use crate::render::names;
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
    #[command(flatten)]
    pub(super) judging: JudgingOptions,
}

impl Session<'_> {
    /// Renders every file of a project.
    pub(super) fn bundle(&self, project: &Project, copy: Option<&ClientCopy>) -> Result<Bundle> {
        bundle::bundle(&self.build_input(project, copy, &self.texts()))
    }

    /// Searches the site of a bundle for confidential names and prints the findings. Returns false if
    /// one stops the run.
    pub(super) fn keeps_names(&self, project: &Project, bundle: &Bundle) -> Result<bool> {
        let findings = names::find(&project.content, &project.theme, bundle);
        if !findings.is_empty() {
            let (sources, to) = (&project.content.sources, &mut std::io::stderr());
            self.print_findings(sources, &findings, Format::Human, to)?;
        }
        Ok(self.accepts(&findings))
    }

    /// Texts in the sheet's language, for the findings in the proof.
    pub(super) fn texts(&self) -> Catalog {
        Catalog::of(Language::Japanese)
    }

    pub(super) fn build_input<'a>(
        &self,
        project: &'a Project,
        copy: Option<&'a ClientCopy>,
        catalog: &'a Catalog,
    ) -> BuildInput<'a> {
        BuildInput {
            content: &project.content,
            register: &project.register,
            findings: &project.findings,
            pages: &project.pages,
            theme: &project.theme,
            fonts: &project.fonts,
            today: self.today(),
            copy,
            catalog,
        }
    }
}

impl Build {
    /// Writes the files. Returns false, with nothing written, if the content has errors.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let copy = self.copy(session, &Fonts::compiled_in())?;
        let Some(project) = session.open()? else {
            return nothing_written(session);
        };
        let bundle = session.bundle(&project, copy.as_ref())?;
        if !session.keeps_names(&project, &bundle)? {
            return nothing_written(session);
        }
        let folder = session.options.directory.join("output");
        let kept = output::write(&bundle, &folder)?;
        if !session.options.quiet {
            let mut text = list(session, &bundle, &folder, &kept);
            if project.register.office.url.is_none() {
                let format = |id| session.catalog.format(&Message::new(id));
                let [hint, why] = ["hint", "without-address"].map(format);
                text.push_str(&format!("{hint}: {why}\n"));
            }
            write_text(&mut std::io::stdout(), &text)?;
        }
        Ok(true)
    }

    /// The requested copy, after a check that its recipient's name can be printed and fits a file name.
    fn copy(&self, session: &Session, fonts: &Fonts) -> Result<Option<ClientCopy>> {
        let Some(recipient) = self.recipient.as_deref().map(str::trim) else {
            return Ok(None);
        };
        session.printable("--recipient", recipient, fonts)?;
        if recipient.is_empty() || recipient.chars().count() > LONGEST_RECIPIENT {
            let message = Message::new("recipient-length").with("most", LONGEST_RECIPIENT);
            return Err(Error::new(message));
        }
        Ok(Some(ClientCopy {
            recipient: recipient.to_owned(),
            acknowledgement: self.acknowledgement,
        }))
    }
}

fn nothing_written(session: &Session) -> Result<bool> {
    let nothing = session.catalog.format(&Message::new("nothing-written"));
    write_text(&mut std::io::stderr(), &format!("{nothing}\n")).map(|()| false)
}

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
