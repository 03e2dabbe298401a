//! `safeguard build`: check, then write `output/`.

use super::{JudgingOptions, Session, issue::drawn_with};
use crate::edition::{Version, random_digits};
use crate::message::{Error, Message, Result};
use crate::render::bundle::{self, Project};
use crate::{content::Content, manifest::plain_name, output, sheet::ClientCopy};
use std::collections::BTreeMap;

#[derive(clap::Args)]
pub struct Build {
    #[arg(long, value_name = "NAME", num_args = 1..)]
    recipient: Vec<String>,
    #[arg(long, requires = "recipient")]
    acknowledgement: bool,
    #[command(flatten)]
    pub(super) judging: JudgingOptions,
}

impl Build {
    /// Writes the files. Returns false, with nothing written, if the content has errors.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let copies = self.copies(session)?;
        let Some(project) = session.open()? else {
            return session.warn("nothing-written").map(|()| false);
        };
        refuse_shared_file(&project.content, &copies)?;
        let version = project.version();
        if version.is_withdrawn() && !copies.is_empty() {
            return Err(Error::new("none-in-force"));
        }
        let built = bundle::build(&project, &copies)?;
        if !session.keeps_names(&project, &built.files)? {
            return session.warn("nothing-written").map(|()| false);
        }
        // A copy that nobody recorded could not be verified; a line without a file does no harm.
        session.record_copies(&built.copies)?;
        let folder = session.directory.join("output");
        let kept = output::write(&built.files, &folder)?;
        let written = Message::new("written").with("count", built.files.len());
        let mut text = session.line(&written.with("folder", folder.display()));
        for (path, bytes) in &built.files {
            text.push_str(&format!("  {path}  {} KB\n", bytes.len().div_ceil(1024)));
        }
        for path in kept {
            text.push_str(&session.line(&Message::new("kept").with("path", path.display())));
        }
        let hint = session.catalog.format(&Message::new("hint"));
        for message in hints(&project, &version, !built.copies.is_empty()) {
            text.push_str(&format!("{hint}: {}", session.line(&message)));
        }
        let next = session.next_step(&project.findings, Some(&version));
        text.extend(next.map(|step| session.line(&step)));
        session.print(text).map(|()| true)
    }

    /// The requested copies, after a check that the recipients' names can be printed and fit file names.
    fn copies(&self, session: &Session) -> Result<Vec<ClientCopy>> {
        let mut copies: Vec<ClientCopy> = Vec::new();
        for name in &self.recipient {
            let recipient = session.recipient(name)?;
            if copies.iter().all(|copy| copy.recipient != recipient) {
                copies.push(ClientCopy {
                    recipient,
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
    let file = |recipient: &str| plain_name(recipient).to_lowercase();
    let recipients = content.copies.iter().flat_map(|it| &it.recipient);
    let mut owners: BTreeMap<_, &str> = recipients.map(|it| (file(it), &**it)).collect();
    for ClientCopy { recipient, .. } in copies {
        let owner = owners.insert(file(recipient), recipient);
        if let Some(owner) = owner.filter(|owner| owner != recipient) {
            let message = Message::new("recipient-alike").with("first", owner);
            return Err(Error::new(message.with("second", recipient)));
        }
    }
    Ok(())
}

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
    let message = |(id, _)| Message::new(id).with("id", &version.id);
    due.map(message).collect()
}
