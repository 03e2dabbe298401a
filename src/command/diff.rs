//! `safeguard diff`: the changes between two editions of the sheet, or between two guidelines.

use super::{Project, RunOptions, Session, Shown, colour, write_text};
use crate::compare::{self, guideline};
use crate::issue::Version;
use crate::message::{Error, Language, Message, Result};
use crate::model::Audience;
use crate::render::html::{PageContext, Pages};
use crate::render::pdf;
use crate::sheet::{self, LayoutOptions, Rendering, Sheet};
use crate::{data, output};
use std::path::{Path, PathBuf};

/// The name of the state of `content/`.
const WORKING: &str = "working";

#[derive(clap::Args)]
pub struct Diff {
    // The indices are explicit because `mut_arg` for the help texts changes the order.
    #[arg(index = 1, value_name = "A", required_unless_present = "guideline")]
    older: Option<String>,
    #[arg(index = 2, value_name = "B", required_unless_present = "guideline")]
    newer: Option<String>,
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"])]
    guideline: Option<Vec<String>>,
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[arg(
        long,
        value_name = "AUDIENCE",
        value_enum,
        default_value = "public",
        hide_default_value = true,
        hide_possible_values = true
    )]
    audience: Audience,
    #[command(flatten)]
    pub(super) run: RunOptions,
}

impl Diff {
    /// Prints or writes the changes. Returns false if the content has errors.
    pub fn run(&self, session: &Session) -> Result<bool> {
        match (&self.guideline, &self.older, &self.newer) {
            (None, Some(before), Some(after)) => self.sheets(session, before, after),
            (Some(pair), None, None) => self.guidelines(session, &pair[0], &pair[1]),
            _ => Err(Error::new(Message::new("diff-too-many"))),
        }
    }

    fn sheets(&self, session: &Session, before: &str, after: &str) -> Result<bool> {
        let format = self.format(&["html", "pdf", "json"])?;
        let Some(project) = self.open(session)? else {
            return Ok(false);
        };
        let before = self.sheet_of(session, &project, before)?;
        let after = self.sheet_of(session, &project, after)?;
        let changes = compare::compare(&before, &after);
        let theme = &project.theme;
        let bytes = match format.as_deref() {
            None => {
                let mut to = std::io::stdout();
                let text = compare::print(&changes, session.catalog, colour(&to));
                return write_text(&mut to, &text).map(|()| true);
            }
            Some("html") => {
                let context = PageContext::default();
                Pages::new(theme)?.changes(&after, &changes, &context)?.html
            }
            Some("json") => data::pretty(&changes),
            _ => {
                let json = data::json(&after);
                pdf::render(&project.fonts, theme, &after, Some(&changes), &json)?.bytes
            }
        };
        self.write(session, &bytes)
    }

    fn guidelines(&self, session: &Session, old: &str, new: &str) -> Result<bool> {
        let format = self.format(&["json"])?;
        let Some(project) = self.open(session)? else {
            return Ok(false);
        };
        let [old, new] = [old, new].map(|id| session.guideline(&project.content, id));
        let sheet = self.sheet_of(session, &project, WORKING)?;
        let changes = guideline::compare(old?, new?, &sheet);
        if format.is_some() {
            return self.write(session, &data::pretty(&changes));
        }
        let mut to = std::io::stdout();
        let text = guideline::print(&changes, session.catalog, colour(&to));
        write_text(&mut to, &text).map(|()| true)
    }

    /// The project whose sheets are compared; only errors are printed.
    fn open(&self, session: &Session) -> Result<Option<Project>> {
        let project = session.judge(session.load()?, Shown::Errors, |_| {})?;
        if let Some(project) = &project {
            let can_draw = |c: &str| project.fonts.can_draw(c);
            project.theme.drawable_labels(can_draw)?;
        }
        Ok(project)
    }

    /// The sheet of that name: an edition, or `working`.
    fn sheet_of(&self, session: &Session, project: &Project, name: &str) -> Result<Sheet> {
        let rendering = Rendering::of_data(self.audience);
        let labels = project.theme.labels(Language::Japanese)?;
        let content = &project.content;
        if name == WORKING {
            let version = Version::of(&project.register, content.newest_edition());
            let options = LayoutOptions {
                edition: version.edition,
                ..LayoutOptions::new(rendering, session.today(), &version.id)
            };
            return Ok(sheet::lay_out(&project.register, &options, &labels));
        }
        let Some(edition) = content.issued().find(|edition| edition.id == name) else {
            let issued = content.issued().map(|edition| edition.id.as_str());
            let known: Vec<&str> = issued.chain([WORKING]).collect();
            let message = Message::new("no-such-edition").with("id", name);
            return Err(Error::new(message.with("known", known.join(", "))));
        };
        Ok(sheet::lay_out_edition(edition, rendering, &labels))
    }

    /// The format of the output, by its extension; checked before anything else.
    fn format(&self, known: &[&str]) -> Result<Option<String>> {
        let Some(path) = &self.output else {
            return Ok(None);
        };
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let format = extension.to_ascii_lowercase();
        if known.contains(&format.as_str()) {
            return Ok(Some(format));
        }
        let endings: Vec<String> = known.iter().map(|format| format!(".{format}")).collect();
        let message = Message::new("output-ending")
            .with("path", path.display())
            .with("endings", endings.join(", "));
        Err(Error::new(message))
    }

    fn write(&self, session: &Session, bytes: &[u8]) -> Result<bool> {
        let path = self.output.as_deref().unwrap_or(Path::new(""));
        output::write_file(path, bytes)?;
        let message = Message::new("diff-written").with("path", path.display());
        session.print_message(&message)?;
        Ok(true)
    }
}
