//! The command line: what may be said, in two languages, and what it does. One file a subcommand, each thin.

mod build;
mod check;
mod diff;
mod edit;
mod issue;
mod publish;
mod sign;
mod usage;
mod verify;

use crate::check::texts;
use crate::content::record::GuidelineRecord;
use crate::content::{self, Content, Filed};
use crate::date::in_japan;
use crate::diagnostic::{Diagnostic, Severity};
use crate::message::{Catalog, Error, Language, Message, Result};
use crate::render::pdf::Fonts;
use crate::render::theme::{self, Theme};
use crate::report::{Format, Report, visible};
use clap::{ArgAction, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::offset;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Errors stand in the content: nothing was written.
const CONTENT_WRONG: u8 = 1;
/// Usage, theme or machine.
const CANNOT_WORK: u8 = 2;

/// What a stranger with only the binary in hand needs to know.
const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nLicence: ",
    env!("CARGO_PKG_LICENSE"),
    "\nTypeface: BIZ UDPGothic, (c) The BIZ UDGothic Project Authors (SIL Open Font License 1.1)",
);

#[derive(Parser)]
#[command(
    name = "safeguard",
    version,
    long_version = LONG_VERSION,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
struct CommandLine {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    Check(check::Check),
    Build(build::Build),
    Edit(edit::EditArgs),
    Issue(issue::Issue),
    Diff(diff::Diff),
    Sign(sign::Sign),
    Verify(verify::Verify),
    Publish(publish::Publish),
}

/// Options of every command.
#[derive(Args)]
pub struct Common {
    #[arg(
        short = 'C',
        long = "directory",
        global = true,
        value_name = "DIR",
        hide_default_value = true,
        default_value = "."
    )]
    directory: PathBuf,
    #[arg(long, global = true, value_name = "DATE", value_parser = usage::day)]
    as_of: Option<Date>,
    #[arg(long, global = true)]
    strict: bool,
    #[arg(long, global = true, value_name = "RULE=REASON", value_parser = usage::allowance)]
    allow: Vec<(String, String)>,
    #[arg(long, global = true, value_name = "ja|en", value_parser = ["ja", "en"], hide_possible_values = true)]
    lang: Option<String>,
    #[arg(short, long, global = true)]
    quiet: bool,
    // clap's own two flags speak English only.
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

/// Runs the program; the arguments' first is its own name.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let catalog = Catalog::of(language(&arguments));
    let failure = match obey(arguments, &catalog) {
        Ok(code) => return ExitCode::from(code),
        Err(failure) => failure,
    };
    let cause = failure.cause.map(|cause| format!("\n  {cause}"));
    let (error, message) = (Message::new("error"), catalog.format(&failure.message));
    let text = format!(
        "{}: {}{}\n",
        catalog.format(&error),
        visible(&message),
        cause.unwrap_or_default()
    );
    // Where this cannot be printed either, the exit code has to say it.
    let _ = write_text(&mut std::io::stderr(), &text);
    ExitCode::from(CANNOT_WORK)
}

/// Does what the arguments say; returns the exit code.
fn obey(arguments: Vec<OsString>, catalog: &Catalog) -> Result<u8> {
    let mut command = speak(CommandLine::command(), "help", catalog);
    let matches = command.try_get_matches_from_mut(arguments);
    let line = match matches.and_then(|matches| CommandLine::from_arg_matches(&matches)) {
        Ok(line) => line,
        Err(error) => return usage::answer(&error, &mut command),
    };
    let session = Session {
        common: line.common,
        catalog,
    };
    let sound = match line.command {
        Subcommands::Check(check) => check.run(&session),
        Subcommands::Build(build) => build.run(&session),
        Subcommands::Edit(edit) => edit.run(&session),
        Subcommands::Issue(issue) => issue.run(&session),
        Subcommands::Diff(diff) => diff.run(&session),
        Subcommands::Sign(sign) => sign.run(&session),
        Subcommands::Publish(publish) => publish.run(&session),
        Subcommands::Verify(verify) => return verify.run(&session),
    };
    Ok(if sound? { 0 } else { CONTENT_WRONG })
}

fn today_in_japan() -> Date {
    in_japan(clock()).date()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the only place that asks the clock; everything else is given the day"
)]
fn clock() -> Timestamp {
    Timestamp::now()
}

/// What the user chose for the whole run.
pub struct Session<'a> {
    common: Common,
    catalog: &'a Catalog,
}

impl Session<'_> {
    /// The day of judgement: the one given, or today in Japan.
    fn today(&self) -> Date {
        self.common.as_of.unwrap_or_else(today_in_japan)
    }

    /// The moment of a signature: now, or the day given as it begins in Japan.
    fn now(&self) -> Timestamp {
        let given = self.common.as_of.map(|day| day.at(0, 0, 0, 0));
        given.map_or_else(clock, |begins| {
            let begins = offset(9).to_timestamp(begins);
            begins.expect("a day of four-digit years has a beginning")
        })
    }

    fn load(&self) -> Result<Content> {
        for (rule, _) in &self.common.allow {
            let known = crate::check::RULES
                .iter()
                .map(|rule| rule.name)
                .chain(crate::check::READING)
                .chain(crate::check::AGAINST);
            if !known.clone().any(|known| known == rule) {
                let known: Vec<&str> = known.collect::<BTreeSet<_>>().into_iter().collect();
                let message = Message::new("no-such-rule")
                    .with("rule", rule)
                    .with("rules", known.join(", "));
                return Err(Error::new(message));
            }
        }
        let folder = &self.common.directory;
        let trouble = match std::fs::metadata(folder) {
            Ok(found) if found.is_dir() => return content::load(folder),
            Ok(_) => Error::new(Message::new("directory-is-file").with("path", folder.display())),
            Err(error) => Error::new(Message::new("no-directory").with("path", folder.display()))
                .caused_by(error),
        };
        Err(trouble)
    }

    /// The theme that sheet.yaml names.
    fn theme(&self, content: &Content) -> Result<Theme> {
        theme::of(&self.common.directory, content)
    }

    /// The guideline that an option names.
    fn guideline<'c>(&self, content: &'c Content, id: &str) -> Result<&'c Filed<GuidelineRecord>> {
        content.guideline(id).ok_or_else(|| {
            let known = content.guidelines.iter();
            let known: Vec<&str> = known.map(|guideline| &*guideline.record.id).collect();
            let message = Message::new("no-such-guideline").with("id", id);
            Error::new(message.with("known", known.join(", ")))
        })
    }

    /// Refuses what an option would have printed with a hole or a hidden sign in it.
    fn printable(&self, option: &str, text: &str, fonts: &Fonts) -> Result<()> {
        match texts::unprintable(text, |c| fonts.can_draw(c)) {
            None => Ok(()),
            Some(why) => {
                let message = Message::new("argument-unprintable").with("option", option);
                Err(Error::new(message).caused_by(self.catalog.format(&why)))
            }
        }
    }

    /// Whether findings let the run go on.
    fn accepts(&self, findings: &[Diagnostic]) -> bool {
        !findings.iter().any(|finding| self.stops(finding))
    }

    /// Whether `--allow` names the finding's rule.
    fn allows(&self, finding: &Diagnostic) -> bool {
        let mut allowed = self.common.allow.iter();
        allowed.any(|(rule, _)| rule == finding.rule)
    }

    /// An error does, and under `--strict` a warning that was not allowed.
    fn stops(&self, finding: &Diagnostic) -> bool {
        match finding.severity {
            Severity::Error => true,
            Severity::Warning => self.common.strict && !self.allows(finding),
            Severity::Hint => false,
        }
    }

    /// Prints findings and their count.
    fn print_findings(
        &self,
        content: &Content,
        findings: &[Diagnostic],
        format: Format,
        to: &mut (impl Write + IsTerminal),
    ) -> Result<()> {
        let shown = |finding: &&Diagnostic| !self.common.quiet || self.stops(finding);
        let findings: Vec<&Diagnostic> = findings.iter().filter(shown).collect();
        let report = Report {
            content,
            catalog: self.catalog,
            colour: colour(to),
        };
        let mut text = report.print(&findings, format);
        if !self.common.quiet && format == Format::Human {
            text.push_str(&report.summary(&findings));
            text.push('\n');
        }
        write_text(to, &text)
    }
}

/// Whether what is written there may be coloured.
fn colour(to: &impl IsTerminal) -> bool {
    to.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn write_text(to: &mut impl Write, text: &str) -> Result<()> {
    printed(to.write_all(text.as_bytes()).and_then(|()| to.flush()))
}

/// A reader that went away (`| head`) is no failure; a full disk behind `>` is.
fn printed(done: std::io::Result<()>) -> Result<()> {
    done.or_else(|error| match error.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Error::new(Message::new("cannot-print")).caused_by(error)),
    })
}

/// The language of messages: `--lang`, else the locale. Needed before the arguments are read, for `--help` speaks it too.
fn language(arguments: &[OsString]) -> Language {
    let arguments: Vec<_> = arguments
        .iter()
        .map(|argument| argument.to_string_lossy())
        .collect();
    let after = arguments
        .windows(2)
        .find(|pair| pair[0] == "--lang")
        .map(|pair| pair[1].to_string());
    let joined = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("--lang=").map(str::to_owned));
    let locale = after
        .or(joined)
        .or_else(sys_locale::get_locale)
        .unwrap_or_default();
    Language::of_locale(&locale)
}

/// Puts the words of a language into a command's help: `help-check`, `help-check-format`, ….
fn speak(command: Command, id: &str, catalog: &Catalog) -> Command {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for argument in command.get_arguments() {
        let name = argument.get_id().to_string();
        let text = catalog.help(&format!("{id}-{}", name.replace('_', "-")));
        names.extend(text.map(|text| (name, text)));
    }
    let subcommands: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let mut command = command;
    if let Some(about) = catalog.help(id) {
        command = command.about(about);
    }
    if let Some(after) = catalog.help(&format!("{id}-after")) {
        command = command.after_help(after);
    }
    for (name, text) in names {
        command = command.mut_arg(name, |argument| argument.help(text));
    }
    for name in subcommands {
        let below = format!("{id}-{name}");
        command = command.mut_subcommand(name, |sub| speak(sub, &below, catalog));
    }
    command
}
