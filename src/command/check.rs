//! `safeguard check`: every rule, nothing written.

use super::{JudgingOptions, Session, Shown, write_text};
use crate::check::{self, CheckInput};
use crate::content::Content;
use crate::diagnostic::Diagnostic;
use crate::issue::Version;
use crate::message::Result;
use crate::model::Register;
use crate::report::Format;
use std::io::stdout;

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
    #[arg(long)]
    all: bool,
    #[arg(long, value_name = "ID")]
    guideline: Option<String>,
    #[command(flatten)]
    pub(super) judging: JudgingOptions,
}

impl Check {
    /// Prints the findings. Returns true if the content may be built.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let content = session.load()?;
        let (_, fonts) = session.theme(&content);
        let input = CheckInput {
            content: &content,
            today: session.today(),
            can_draw: &|c| fonts.can_draw(c),
        };
        let (findings, register) = match &self.guideline {
            None => {
                let checked = check::check(&input);
                (checked.findings, checked.register)
            }
            Some(id) => {
                let guideline = session.guideline(&content, id)?;
                (check::check_against(&input, guideline), None)
            }
        };
        if self.format == Format::Human {
            self.print_for_people(session, &content, &findings, register.as_ref())?;
        } else {
            let wanted = findings.iter().filter(|it| session.is_wanted(it));
            let wanted: Vec<&Diagnostic> = wanted.collect();
            let report = session.report(&content.sources, &stdout());
            write_text(&mut stdout(), &report.print(&wanted, self.format))?;
        }
        Ok(session.accepts(&findings))
    }

    /// Prints the findings by rule, and the next thing to do.
    fn print_for_people(
        &self,
        session: &Session,
        content: &Content,
        findings: &[Diagnostic],
        register: Option<&Register>,
    ) -> Result<()> {
        let shown = if self.all { Shown::All } else { Shown::Three };
        session.print_findings(&content.sources, findings, shown, &mut stdout())?;
        let version = register.map(|register| Version::of(register, content.newest_edition()));
        match session.next_step(findings, version.as_ref()) {
            Some(step) => session.print_message(&step),
            None => Ok(()),
        }
    }
}
