//! `safeguard build`: check, then write `output/`.

use super::issue::drawn_with;
use super::{JudgingOptions, Session, Shown, write_text};
use crate::content::Content;
use crate::edition::{Version, random_digits};
use crate::manifest::{Bundle, plain_name};
use crate::message::{Error, Message, Result};
use crate::output;
use crate::render::bundle::{self, Project};
use crate::render::names;
use crate::sheet::ClientCopy;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Build {
    #[arg(long, value_name = "NAME", num_args = 1..)]
    recipient: Vec<String>,
    #[arg(long, requires = "recipient")]
    acknowledgement: bool,
    #[command(flatten)]
    pub(super) judging: JudgingOptions,
}

impl Session<'_> {
    /// Searches the site of a bundle for confidential names and prints the findings. Returns false if
    /// one stops the run.
    pub(super) fn keeps_names(&self, project: &Project, bundle: &Bundle) -> Result<bool> {
        let findings = names::find(&project.content, &project.theme, bundle);
        if !findings.is_empty() {
            let (sources, to) = (&project.content.sources, &mut std::io::stderr());
            self.print_findings(sources, &findings, Shown::All, to)?;
        }
        Ok(self.accepts(&findings))
    }
}

impl Build {
    /// Writes the files. Returns false, with nothing written, if the content has errors.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let copies = self.copies(session)?;
        let Some(project) = session.open()? else {
            return nothing_written(session);
        };
        refuse_shared_file(&project.content, &copies)?;
        let version = project.version();
        if version.is_withdrawn() && !copies.is_empty() {
            return Err(Error::new(Message::new("none-in-force")));
        }
        let built = bundle::build(&project, &copies)?;
        if !session.keeps_names(&project, &built.files)? {
            return nothing_written(session);
        }
        // A copy that nobody recorded could not be verified; a line without a file does no harm.
        session.record_copies(&built.copies)?;
        let folder = session.directory.join("output");
        let kept = output::write(&built.files, &folder)?;
        if !session.quiet {
            let mut text = list(session, &built.files, &folder, &kept);
            for message in hints(&project, &version, !built.copies.is_empty()) {
                let hint = session.catalog.format(&Message::new("hint"));
                text.push_str(&format!("{hint}: {}", session.line(&message)));
            }
            let next = session.next_step(&project.findings, Some(&version));
            text.push_str(&next.map(|step| session.line(&step)).unwrap_or_default());
            write_text(&mut std::io::stdout(), &text)?;
        }
        Ok(true)
    }

    /// The requested copies, after a check that the recipients' names can be printed and fit file names.
    fn copies(&self, session: &Session) -> Result<Vec<ClientCopy>> {
        let mut copies: Vec<ClientCopy> = Vec::new();
        for name in &self.recipient {
            let recipient = session.recipient(name)?;
            if copies.iter().all(|copy| copy.recipient != recipient) {
                copies.push(ClientCopy {
                    recipient: recipient.to_owned(),
                    mark: random_digits()?,
                    acknowledgement: self.acknowledgement,
                });
            }
        }
        Ok(copies)
    }
}

/// Refuses a copy that would replace the copy of another client.
fn refuse_shared_file(content: &Content, copies: &[ClientCopy]) -> Result<()> {
    // Some systems take `ABC` and `abc` for one name.
    let named = |recipient| (plain_name(recipient).to_lowercase(), recipient);
    let before = content.copies.iter().map(|it| it.recipient.as_deref());
    let mut owners: BTreeMap<String, &str> = before.flatten().map(named).collect();
    for ClientCopy { recipient, .. } in copies {
        let (file, _) = named(recipient);
        let owner = owners.insert(file, recipient);
        if let Some(owner) = owner.filter(|owner| owner != recipient) {
            let message = Message::new("recipient-alike").with("first", owner);
            return Err(Error::new(message.with("second", recipient)));
        }
    }
    Ok(())
}

/// Things worth knowing after a build.
fn hints(project: &Project, version: &Version, made_copies: bool) -> Vec<Message> {
    let now = drawn_with(&project.register, &project.theme);
    let issued = version.edition.map_or(&now, |edition| &edition.drawn_with);
    let theme = (&issued.theme, &issued.theme_sha256) != (&now.theme, &now.theme_sha256);
    let hints = [
        ("without-address", project.register.office.url.is_none()),
        ("publish-first", made_copies),
        ("keeps-url", issued.url != now.url),
        ("keeps-approvals", issued.approvals != now.approvals),
        ("keeps-theme", theme),
        ("none-in-force", version.is_withdrawn()),
    ];
    let due = hints.into_iter().filter(|(_, is_due)| *is_due);
    due.map(|(id, _)| Message::new(id).with("id", &version.id))
        .collect()
}

fn nothing_written(session: &Session) -> Result<bool> {
    let nothing = session.line(&Message::new("nothing-written"));
    write_text(&mut std::io::stderr(), &nothing).map(|()| false)
}

fn list(session: &Session, bundle: &Bundle, folder: &Path, kept: &[PathBuf]) -> String {
    let message = Message::new("written")
        .with("count", bundle.len())
        .with("folder", folder.display());
    let mut text = session.line(&message);
    for (path, bytes) in bundle {
        text.push_str(&format!("  {path}  {} KB\n", bytes.len().div_ceil(1024)));
    }
    for path in kept {
        let message = Message::new("kept").with("path", path.display());
        text.push_str(&session.line(&message));
    }
    text
}
