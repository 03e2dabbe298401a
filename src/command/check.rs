//! `safeguard check`: every rule, nothing written.

use super::{JudgingOptions, Session};
use crate::check::{self, CheckInput};
use crate::message::Result;
use crate::render::pdf::Fonts;
use crate::report::Format;

#[derive(clap::Args)]
pub struct Check {
    #[arg(
        long,
        value_enum,
        default_value = "human",
        hide_default_value = true,
        hide_possible_values = true
    )]
    format: Format,
    #[arg(long, value_name = "ID")]
    guideline: Option<String>,
    #[command(flatten)]
    pub(super) judging: JudgingOptions,
}

impl Check {
    /// Prints all findings. Returns true if the content may be built.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let content = session.load()?;
        let fonts = Fonts::compiled_in();
        let input = CheckInput {
            content: &content,
            today: session.today(),
            can_draw: &|c| fonts.can_draw(c),
        };
        let findings = match &self.guideline {
            None => check::check(&input).findings,
            Some(id) => check::check_against(&input, session.guideline(&content, id)?),
        };
        session.print_findings(
            &content.sources,
            &findings,
            self.format,
            &mut std::io::stdout(),
        )?;
        Ok(session.accepts(&findings))
    }
}
