//! `safeguard check`: every rule, nothing written.

use super::{JudgingOptions, Session, Shown};
use crate::check::{self, CheckInput, Checked};
use crate::{edition::Version, message::Result, render::pdf::Fonts, render::theme, report::Format};

#[derive(clap::Args)]
pub struct Check {
    #[arg(long, default_value = "human")]
    format: Format,
    #[arg(long)]
    all: bool,
    #[arg(long, value_name = "ID")]
    guideline: Option<String>,
    #[command(flatten)]
    judging: JudgingOptions,
}

impl Check {
    /// Prints the findings, and for people the next step. Returns true if the content may be built.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let content = session.load()?;
        let compiled_in = Fonts::compiled_in();
        let theme = theme::of(&session.directory, &content);
        let own = theme.and_then(|theme| compiled_in.with(&theme));
        let fonts = own.as_ref().unwrap_or(&compiled_in);
        let input = CheckInput {
            content: &content,
            today: session.today(),
            can_draw: &|c| fonts.can_draw(c),
        };
        let Checked { findings, register } = match &self.guideline {
            None => check::check(&input),
            Some(id) => check::check_against(&input, session.guideline(&content, id)?),
        };
        let shown = match self.format {
            Format::Human if self.all => Shown::All,
            Format::Human => Shown::Three,
            format => Shown::InOrder(format),
        };
        session.print_findings(&content.sources, &findings, shown, &mut std::io::stdout())?;
        let version = register.map(|it| Version::of(&it, content.newest_edition()));
        let next = session.next_step(&findings, version.as_ref());
        if let Some(step) = next.filter(|_| self.format == Format::Human) {
            session.print_message(step)?;
        }
        own.as_ref().map_err(Clone::clone)?;
        Ok(session.accepts(&findings))
    }
}
