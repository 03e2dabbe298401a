//! `safeguard diff`: the changes between two editions of the sheet, or between two guidelines.

use super::{RunOptions, Session, Shown, colour, find_edition, write_text};
use crate::compare::{self, guideline};
use crate::message::{Error, Message, Result};
use crate::render::html::{PageContext, Pages};
use crate::sheet::{self, LayoutOptions, Rendering, Sheet};
use crate::{data, output};
use crate::{edition::Version, model::Audience, render::bundle::Project, render::pdf};
use std::{io::stdout, path::PathBuf};

/// The name of the state of `content/`.
pub const WORKING: &str = "working";

#[derive(clap::Args)]
pub struct Diff {
    #[arg(value_name = "A", required_unless_present = "guideline")]
    older: Option<String>,
    #[arg(value_name = "B", required_unless_present = "guideline")]
    newer: Option<String>,
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"])]
    guideline: Option<Vec<String>>,
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[arg(long, value_name = "AUDIENCE", default_value = "public")]
    audience: Audience,
    #[command(flatten)]
    run: RunOptions,
}

impl Diff {
    /// Prints or writes the changes. Returns false if the content has errors.
    pub fn run(&self, session: &Session) -> Result<bool> {
        if self.guideline.is_some() && self.older.is_some() {
            return Err(Error::new("diff-too-many"));
        }
        let format = self.format()?;
        let Some(project) = session.judge(session.load()?, Shown::Errors)? else {
            return Ok(false);
        };
        let bytes = if let Some(ids) = &self.guideline {
            let named = |at: usize| session.guideline(&project.content, &ids[at]);
            let (sheet, _) = sheet_of(&project, WORKING, self.audience)?;
            let changes = guideline::compare(named(0)?, named(1)?, &sheet);
            match &*format {
                ".json" => data::pretty(&changes),
                _ => guideline::print(&changes, session.catalog, colour(&stdout())).into(),
            }
        } else {
            self.sheets(session, &project, &format)?
        };
        let Some(path) = &self.output else {
            return write_text(&mut stdout(), bytes).map(|()| true);
        };
        output::write_file(path, &bytes)?;
        let written = Message::new("diff-written").with("path", path.display());
        session.print_message(written).map(|()| true)
    }

    fn sheets(&self, session: &Session, project: &Project, format: &str) -> Result<Vec<u8>> {
        let of = |name: &Option<String>| {
            let given = name.as_deref().expect("clap requires both");
            sheet_of(project, given, self.audience)
        };
        let ((before, _), (after, json)) = (of(&self.older)?, of(&self.newer)?);
        let changes = compare::compare(&before, &after);
        let theme = &project.theme;
        Ok(match format {
            ".html" => {
                let context = PageContext::default();
                Pages::new(theme)?.changes(&after, &changes, &context)?.html
            }
            ".json" => data::pretty(&changes),
            ".pdf" => pdf::render(&project.fonts, theme, &after, Some(&changes), &json)?.bytes,
            _ => compare::print(&changes, session.catalog, colour(&stdout())).into(),
        })
    }

    /// The ending of the output, checked before anything else; empty for the terminal.
    fn format(&self) -> Result<String> {
        let of_guidelines = self.guideline.as_ref().map(|_| &[".json"][..]);
        let known = of_guidelines.unwrap_or(&[".html", ".pdf", ".json"]);
        let Some(path) = &self.output else {
            return Ok(String::new());
        };
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let ending = format!(".{}", extension.to_ascii_lowercase());
        if known.contains(&&*ending) {
            return Ok(ending);
        }
        let message = Message::new("output-ending").with("path", path.display());
        Err(Error::new(message.with("endings", known.join(", "))))
    }
}

/// The sheet of that name, an edition or `working`, and its data.
pub fn sheet_of(project: &Project, name: &str, reader: Audience) -> Result<(Sheet, Vec<u8>)> {
    let labels = project.theme.drawable_labels(&project.fonts)?;
    let (register, day, version) = if name == WORKING {
        (&project.register, project.today, project.version())
    } else {
        let edition = find_edition(&project.content, name, &[WORKING])?;
        (&edition.sheet, edition.sheet.date, Version::issued(edition))
    };
    let options = LayoutOptions::new(Rendering::of_data(reader), day, version);
    let sheet = sheet::lay_out(register, &options, &labels);
    let json = data::json(&sheet, register, options.version.edition);
    Ok((sheet, json))
}
