//! The command line: what may be said, in two languages, and what it does. One file a subcommand, each thin.

mod build;
mod check;

use crate::content::{self, Content};
use crate::diagnostic::{Diagnostic, Severity};
use crate::message::{Failure, Language, Message, Result, Words};
use crate::report::{Format, Report};
use clap::{ArgAction, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
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
    #[arg(long, global = true, value_name = "DATE")]
    as_of: Option<Date>,
    #[arg(long, global = true)]
    strict: bool,
    #[arg(long, global = true, value_name = "RULE=REASON", value_parser = allowance)]
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
pub fn run(arguments: Vec<std::ffi::OsString>) -> ExitCode {
    let language = language(&arguments);
    let words = Words::of(language);
    let matches = speak(CommandLine::command(), "help", &words).try_get_matches_from(arguments);
    let line = match matches.and_then(|matches| CommandLine::from_arg_matches(&matches)) {
        Ok(line) => line,
        Err(error) => {
            // Help and version come this way too, and they are no failure.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { CANNOT_WORK } else { 0 });
        }
    };
    let session = Session {
        common: line.common,
        words,
    };
    let done = match line.command {
        Subcommands::Check(check) => check.run(&session),
        Subcommands::Build(build) => build.run(&session),
    };
    match done {
        Ok(sound) => ExitCode::from(if sound { 0 } else { CONTENT_WRONG }),
        Err(failure) => {
            let cause = failure
                .cause
                .map(|cause| format!("\n  {cause}"))
                .unwrap_or_default();
            let error = session.words.say(&Message::new("error"));
            say(
                &mut std::io::stderr(),
                &format!("{error}: {}{cause}\n", session.words.say(&failure.message)),
            );
            ExitCode::from(CANNOT_WORK)
        }
    }
}

/// What the user chose for the whole run.
pub struct Session {
    common: Common,
    words: Words,
}

impl Session {
    /// The day of judgement: the one given, or today in Japan.
    fn today(&self) -> Date {
        let japan = TimeZone::fixed(offset(9));
        #[expect(
            clippy::disallowed_methods,
            reason = "the only place that asks the clock; everything else is given the day"
        )]
        let now = jiff::Timestamp::now();
        self.common
            .as_of
            .unwrap_or_else(|| japan.to_datetime(now).date())
    }

    fn load(&self) -> Result<Content> {
        for (rule, _) in &self.common.allow {
            let known = crate::check::RULES
                .iter()
                .map(|rule| rule.name)
                .chain(crate::check::READING);
            if !known.clone().any(|known| known == rule) {
                let known: Vec<&str> = known.collect();
                let message = Message::new("no-such-rule")
                    .with("rule", rule)
                    .with("rules", known.join(", "));
                return Err(Failure::new(message));
            }
        }
        content::load(&self.common.directory)
    }

    /// Whether findings let the run go on: no error, and under `--strict` no warning that was not allowed.
    fn accepts(&self, findings: &[Diagnostic]) -> bool {
        let allowed = |finding: &Diagnostic| {
            self.common
                .allow
                .iter()
                .any(|(rule, _)| rule == finding.rule)
        };
        findings.iter().all(|finding| match finding.severity {
            Severity::Error => false,
            Severity::Warning => !self.common.strict || allowed(finding),
            Severity::Hint => true,
        })
    }

    /// Prints findings and their count.
    fn tell(
        &self,
        content: &Content,
        findings: &[Diagnostic],
        format: Format,
        to: &mut (impl Write + IsTerminal),
    ) {
        let shown =
            |finding: &&Diagnostic| !self.common.quiet || finding.severity == Severity::Error;
        let findings: Vec<&Diagnostic> = findings.iter().filter(shown).collect();
        let colour =
            to.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let report = Report {
            content,
            words: &self.words,
            colour,
        };
        let mut text = report.print(&findings, format);
        if !self.common.quiet && format == Format::Human {
            text.push_str(&report.summary(&findings));
            text.push('\n');
        }
        say(to, &text);
    }
}

/// A reader that went away (`| head`) is no failure.
fn say(to: &mut impl Write, text: &str) {
    let _ = to.write_all(text.as_bytes());
}

fn allowance(written: &str) -> std::result::Result<(String, String), String> {
    match written.split_once('=') {
        Some((rule, reason)) if !rule.is_empty() && !reason.trim().is_empty() => {
            Ok((rule.to_owned(), reason.to_owned()))
        }
        _ => Err("RULE=\"reason\"".to_owned()),
    }
}

/// The language of messages: `--lang`, else the locale. Needed before the arguments are read, for `--help` speaks it too.
fn language(arguments: &[std::ffi::OsString]) -> Language {
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
fn speak(command: Command, id: &str, words: &Words) -> Command {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for argument in command.get_arguments() {
        let name = argument.get_id().to_string();
        let text = words.help(&format!("{id}-{}", name.replace('_', "-")));
        names.extend(text.map(|text| (name, text)));
    }
    let subcommands: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let mut command = command;
    if let Some(about) = words.help(id) {
        command = command.about(about);
    }
    if let Some(after) = words.help(&format!("{id}-after")) {
        command = command.after_help(after);
    }
    for (name, text) in names {
        command = command.mut_arg(name, |argument| argument.help(text));
    }
    for name in subcommands {
        let below = format!("{id}-{name}");
        command = command.mut_subcommand(name, |sub| speak(sub, &below, words));
    }
    command
}
