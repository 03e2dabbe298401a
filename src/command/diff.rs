//! `safeguard diff`: what changed between two editions of the sheet, or between two guidelines.

use super::{Session, colour, write_text};
use crate::check::{self, CheckInput, Checked};
use crate::compare::{self, guideline};
use crate::content::Content;
use crate::diagnostic::{Diagnostic, Severity};
use crate::message::{Error, Language, Message, Result};
use crate::model::{Audience, Register};
use crate::render::bundle;
use crate::render::html::{PageContext, Pages};
use crate::render::pdf::{self, Fonts};
use crate::render::theme::Theme;
use crate::report::Format;
use crate::sheet::{self, LayoutOptions, Rendering, Sheet};
use crate::{data, output};
use std::path::{Path, PathBuf};

/// What `content/` says now.
const WORKING: &str = "working";

#[derive(clap::Args)]
pub struct Diff {
    // The places are said because giving arguments their help texts changes their order.
    #[arg(index = 1, value_name = "A")]
    older: Option<String>,
    #[arg(index = 2, value_name = "B")]
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
}

impl Diff {
    /// Whether both sides could be laid out.
    pub fn run(&self, session: &Session) -> Result<bool> {
        match (&self.guideline, &self.older, &self.newer) {
            (None, Some(before), Some(after)) => self.sheets(session, before, after),
            (Some(pair), None, None) => self.guidelines(session, &pair[0], &pair[1]),
            (Some(_), ..) => Err(Error::new(Message::new("diff-too-many"))),
            (None, ..) => Err(Error::new(Message::new("diff-two"))),
        }
    }

    fn sheets(&self, session: &Session, before: &str, after: &str) -> Result<bool> {
        let ending = self.ending(&["html", "pdf", "json"])?;
        let Some(shelf) = Shelf::open(session, self.audience)? else {
            return Ok(false);
        };
        let [before, after] = [shelf.sheet_of(before)?, shelf.sheet_of(after)?];
        let changes = compare::compare(&before, &after);
        let theme = &shelf.theme;
        let bytes = match ending.as_deref() {
            None => {
                let mut to = std::io::stdout();
                let text = compare::print(&changes, session.catalog, colour(&to));
                return write_text(&mut to, &text).map(|()| true);
            }
            Some("html") => {
                Pages::new(theme)?
                    .changes(&after, &changes, &PageContext::default())?
                    .html
            }
            Some("json") => data::pretty(&changes),
            _ => {
                let json = data::json(&after);
                pdf::render_changes(&shelf.fonts, theme, &after, &changes, &json)?.bytes
            }
        };
        self.write(session, &bytes)
    }

    fn guidelines(&self, session: &Session, old: &str, new: &str) -> Result<bool> {
        let ending = self.ending(&["json"])?;
        let Some(shelf) = Shelf::open(session, self.audience)? else {
            return Ok(false);
        };
        let [old, new] = [old, new].map(|id| session.guideline(&shelf.content, id));
        let [old, new] = [&old?.record, &new?.record];
        let changes = guideline::compare(old, new, &shelf.sheet_of(WORKING)?);
        if ending.is_some() {
            return self.write(session, &data::pretty(&changes));
        }
        let mut to = std::io::stdout();
        let text = guideline::print(&changes, session.catalog, colour(&to));
        write_text(&mut to, &text).map(|()| true)
    }

    /// The format the output's name asks for; known before anything else is done.
    fn ending(&self, endings: &[&str]) -> Result<Option<String>> {
        let Some(path) = &self.output else {
            return Ok(None);
        };
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let ending = ending.to_string_lossy().into_owned();
        if endings.contains(&ending.as_str()) {
            return Ok(Some(ending));
        }
        let endings: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
        let message = Message::new("output-ending")
            .with("path", path.display())
            .with("endings", endings.join(", "));
        Err(Error::new(message))
    }

    fn write(&self, session: &Session, bytes: &[u8]) -> Result<bool> {
        let path = self.output.as_deref().unwrap_or(Path::new(""));
        output::write_file(path, bytes)?;
        if !session.common.quiet {
            let message = Message::new("diff-written").with("path", path.display());
            write_text(
                &mut std::io::stdout(),
                &format!("{}\n", session.catalog.format(&message)),
            )?;
        }
        Ok(true)
    }
}

/// Where sheets to compare come from.
struct Shelf<'a> {
    session: &'a Session<'a>,
    content: Content,
    register: Register,
    theme: Theme,
    fonts: Fonts,
    audience: Audience,
}

impl<'a> Shelf<'a> {
    /// Loads the content; none, once its errors were told, where it has any.
    fn open(session: &'a Session<'a>, audience: Audience) -> Result<Option<Shelf<'a>>> {
        let content = session.load()?;
        let fonts = Fonts::compiled_in();
        let input = CheckInput {
            content: &content,
            today: session.today(),
            can_draw: &|c| fonts.can_draw(c),
        };
        let Checked {
            findings, register, ..
        } = check::check(&input);
        let Some(register) = register else {
            let errors = findings.into_iter();
            let errors = errors.filter(|finding| finding.severity == Severity::Error);
            let errors: Vec<Diagnostic> = errors.collect();
            session.print_findings(&content, &errors, Format::Human, &mut std::io::stderr())?;
            return Ok(None);
        };
        let theme = session.theme(&content)?;
        let labels = theme.labels(Language::Japanese)?;
        theme.check_labels(&labels, |c| fonts.can_draw(c))?;
        Ok(Some(Shelf {
            session,
            content,
            register,
            theme,
            fonts,
            audience,
        }))
    }

    /// The sheet of that name: an edition, or `working`.
    fn sheet_of(&self, name: &str) -> Result<Sheet> {
        let kind = match self.audience {
            Audience::Public => Rendering::Site,
            Audience::Prospect => Rendering::Handout,
            Audience::Internal => Rendering::Proof,
        };
        let labels = self.theme.labels(Language::Japanese)?;
        if name == WORKING {
            let current = self.content.current_edition(&self.register);
            let id = bundle::id(&self.content, &self.register);
            let options = LayoutOptions {
                edition: current,
                ..LayoutOptions::of(kind, self.session.today(), &id)
            };
            return Ok(sheet::lay_out(&self.register, &options, &labels));
        }
        let mut issued = self.content.issued();
        let edition = issued.find(|edition| edition.id == name).ok_or_else(|| {
            let known = self.content.issued().map(|edition| edition.id.as_str());
            let known: Vec<&str> = known.chain([WORKING]).collect();
            let message = Message::new("no-such-edition").with("id", name);
            Error::new(message.with("known", known.join(", ")))
        })?;
        Ok(edition.lay_out(kind, &labels))
    }
}
