//! The command line, in two languages.
//!
//! To add a command: a file here with its arguments and `run`; a line in `Subcommands` and in `execute`;
//! `help-<command>` and `help-<command>-<option>` in both `message/*.ftl`; a row in docs/commands.md and .ja.md.

mod build;
mod check;
mod copies;
mod diff;
mod edit;
mod init;
mod issue;
mod publish;
mod sign;
mod usage;
mod verify;

use crate::check::{REVIEW_OVERDUE, rule_names, texts};
use crate::content::{self, Content, Filed, Sources, record::GuidelineRecord, with_whole_kana};
use crate::diagnostic::{Diagnostic, Severity};
use crate::edition::{Allowance, Edition, Version};
use crate::message::{Catalog, Error, Message, Result};
use crate::render::{bundle::Project, names, pdf::Fonts, theme};
use crate::report::{Format, Report};
use crate::{characters::visible, date::day_in_japan, manifest::Bundle};
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use jiff::{Timestamp, civil::Date, tz::offset};
use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};
use std::{collections::BTreeSet, ffi::OsString, path::PathBuf, process::ExitCode, sync::Arc};

/// Exit code for errors in the content, warnings under `--strict`, or a published site that was altered.
const CONTENT_WRONG: u8 = 1;
/// Exit code for errors of usage, theme or machine.
const CANNOT_WORK: u8 = 2;
/// Version and licences, for users who have only the binary.
const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nLicence: ",
    env!("CARGO_PKG_LICENSE"),
    "\nTypefaces: Noto Sans JP, (c) 2014-2021 Adobe; M PLUS 1p, (c) 2016 The M+ Project Authors \
     (SIL Open Font License 1.1)",
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
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    directory: Option<PathBuf>,
    #[arg(long, global = true, value_name = "ja|en", value_parser = ["ja", "en"])]
    lang: Option<String>,
    // clap's own two flags speak English only.
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    Edit(edit::EditArgs),
    Check(check::Check),
    Build(build::Build),
    Issue(issue::Issue),
    Diff(diff::Diff),
    Init(init::Init),
    Sign(sign::Sign),
    Verify(verify::Verify),
    Publish(publish::Publish),
    Help(usage::Help),
}

/// Options of commands that depend on a day and print more than their result.
#[derive(Args)]
struct RunOptions {
    #[arg(long, value_name = "DATE", value_parser = usage::day)]
    as_of: Option<Date>,
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Args)]
struct JudgingOptions {
    #[command(flatten)]
    run: RunOptions,
    #[arg(long)]
    strict: bool,
    #[arg(long, value_name = "RULE[@ID]=REASON", value_parser = usage::allowance)]
    allow: Vec<Allowance>,
}

/// Runs the program; the first of the arguments is its own name.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let catalog = Catalog::of(usage::language(&arguments));
    let code = execute(arguments, &catalog).unwrap_or_else(|error| {
        let message = visible(&catalog.format(&error.message));
        let cause = catalog.cause(&error).map(|cause| format!("\n  {cause}"));
        let head = catalog.format(&Message::new("error"));
        let text = format!("{head}: {message}{}\n", cause.unwrap_or_default());
        // If this cannot be printed either, the exit code still reports it.
        let _ = write_text(&mut stderr(), &text);
        CANNOT_WORK
    });
    ExitCode::from(code)
}

fn execute(arguments: Vec<OsString>, catalog: &Catalog) -> Result<u8> {
    let mut command = usage::with_help_texts(CommandLine::command(), "help", catalog);
    let matches = match command.try_get_matches_from_mut(arguments) {
        Ok(matches) => matches,
        Err(error) => return usage::answer(&error, &mut command),
    };
    let line = CommandLine::from_arg_matches(&matches).expect("clap has checked them");
    // The options of the command, as far as it has them.
    let (_, given) = matches.subcommand().expect("a command is required");
    let is_set = |flag| given.try_get_one(flag).ok().flatten() == Some(&true);
    let allow = given.try_get_many("allow").ok().flatten();
    let session = Session {
        directory: line.directory.unwrap_or_else(|| PathBuf::from(".")),
        as_of: given.try_get_one("as_of").ok().flatten().copied(),
        strict: is_set("strict"),
        allow: allow.unwrap_or_default().cloned().collect(),
        quiet: is_set("quiet"),
        catalog,
    };
    let is_sound = match line.command {
        Subcommands::Edit(it) => it.run(&session)?,
        Subcommands::Check(it) => it.run(&session)?,
        Subcommands::Build(it) => it.run(&session)?,
        Subcommands::Issue(it) => it.run(&session)?,
        Subcommands::Diff(it) => it.run(&session)?,
        Subcommands::Init(it) => it.run(&session)?,
        Subcommands::Sign(it) => it.run(&session)?,
        Subcommands::Publish(it) => it.run(&session)?,
        Subcommands::Verify(it) => return it.run(&session),
        Subcommands::Help(it) => return it.run(&mut command),
    };
    Ok(if is_sound { 0 } else { CONTENT_WRONG })
}

#[expect(clippy::disallowed_methods, reason = "all else is given the day")]
fn clock() -> Timestamp {
    Timestamp::now()
}

/// One run of a command, with the user's choices that several parts of it need.
pub struct Session<'a> {
    directory: PathBuf,
    as_of: Option<Date>,
    strict: bool,
    allow: Vec<Allowance>,
    quiet: bool,
    catalog: &'a Catalog,
}

/// The findings that a command prints: by rule, or all in the order of their places.
#[derive(Clone, Copy)]
enum Shown {
    InOrder(Format),
    All,
    /// Three of each rule.
    Three,
    /// Three of each rule that stops the run, and the number of the others.
    Stopping,
    /// The same, with what an edition may not hold as errors.
    BeforeIssue,
    /// Three of each error, and nothing if there is none.
    Errors,
}

impl Session<'_> {
    /// The day of judgement: the one given, or today in Japan.
    fn today(&self) -> Date {
        self.as_of.unwrap_or_else(|| day_in_japan(clock()))
    }

    /// The moment of a signature: now, or the beginning in Japan of the day given.
    fn now(&self) -> Timestamp {
        self.as_of.map_or_else(clock, |day| {
            let begins = offset(9).to_timestamp(day.at(0, 0, 0, 0));
            begins.expect("a day of four-digit years has a beginning")
        })
    }

    fn load(&self) -> Result<Content> {
        let rules: BTreeSet<&str> = rule_names().collect();
        if let Some(unknown) = self.allow.iter().find(|it| !rules.contains(&*it.rule)) {
            let message = Message::new("no-such-rule").with("rule", &unknown.rule);
            let rules = Vec::from_iter(rules).join(", ");
            return Err(Error::new(message.with("rules", rules)));
        }
        content::load(&self.directory)
    }

    /// Loads and checks the content and prints its findings. Returns `None` if they stop the run.
    fn open(&self) -> Result<Option<Project>> {
        self.judge(self.load()?, Shown::Stopping)
    }

    /// Checks the content and prints its findings. Returns `None` if they stop the run.
    fn judge(&self, content: Content, shown: Shown) -> Result<Option<Project>> {
        let theme = theme::of(&self.directory, &content).map(Arc::new);
        let (shared, fonts) = (Arc::new(content), Fonts::compiled_in());
        let (mut findings, project) = Project::check(shared.clone(), theme, &fonts, self.today());
        if let Shown::BeforeIssue = shown {
            self.settle(&mut findings);
        }
        let (sources, to) = (&shared.sources, &mut stderr());
        self.print_findings(sources, &findings, shown, to)?;
        if !self.accepts(&findings) {
            return Ok(None);
        }
        project
    }

    fn guideline<'c>(&self, content: &'c Content, id: &str) -> Result<&'c Filed<GuidelineRecord>> {
        content.guideline(id).ok_or_else(|| {
            let known = Vec::from_iter(content.guidelines.iter().map(|it| &*it.record.id));
            let message = Message::new("no-such-guideline").with("id", id);
            Error::new(message.with("known", known.join(", ")))
        })
    }

    /// An option's text as files are read. Refuses one with a character that no font has or that is invisible.
    fn printable(&self, option: &str, written: &str) -> Result<String> {
        let (fonts, text) = (Fonts::compiled_in(), with_whole_kana(written.trim()));
        let Some(why) = texts::unprintable(&text, |c| fonts.can_draw(c)) else {
            return Ok(text);
        };
        let message = Message::new("argument-unprintable").with("option", option);
        Err(Error::new(message).caused_by(self.catalog.format(&why)))
    }

    /// True if no finding stops the run.
    fn accepts(&self, findings: &[Diagnostic]) -> bool {
        !findings.iter().any(|finding| self.stops(finding))
    }

    /// The `--allow` for the finding: its rule, or its rule and record.
    fn allowance(&self, finding: &Diagnostic) -> Option<&Allowance> {
        let mut of_rule = self.allow.iter().filter(|it| it.rule == finding.rule);
        of_rule.find(|it| it.record.is_none() || it.record == finding.record)
    }

    /// True if the finding stops the run: an error, and under `--strict` a warning that is not allowed.
    fn stops(&self, finding: &Diagnostic) -> bool {
        match finding.severity {
            Severity::Error => true,
            Severity::Warning => self.strict && self.allowance(finding).is_none(),
            Severity::Hint => false,
        }
    }

    /// Searches the site for confidential names and prints the findings. Returns false if one stops the run.
    fn keeps_names(&self, project: &Project, bundle: &Bundle) -> Result<bool> {
        let findings = names::find(&project.content, &project.theme, bundle);
        if !findings.is_empty() {
            let sources = &project.content.sources;
            self.print_findings(sources, &findings, Shown::All, &mut stderr())?;
        }
        Ok(self.accepts(&findings))
    }

    /// Derives the next step from all findings and the content's version; `None` if neither asks for one.
    fn next_step(&self, findings: &[Diagnostic], version: Option<&Version>) -> Option<Message> {
        if findings.iter().any(|it| it.severity == Severity::Error) {
            return Some(Message::new("next-errors"));
        }
        if !self.accepts(findings) {
            return Some(Message::new("next-warnings"));
        }
        let version = version?;
        let barring = findings.iter().filter(|finding| self.bars_issue(finding));
        let is_overdue = findings.iter().any(|it| it.rule == REVIEW_OVERDUE);
        let message = match (version.edition, barring.count()) {
            (Some(_), _) if version.is_withdrawn() => Message::new("next-withdrawn"),
            (Some(_), _) if is_overdue => Message::new("next-review"),
            (Some(_), _) => Message::new("next-publish"),
            (None, 0) => Message::new("next-issue"),
            (None, count) => Message::new("next-settle").with("count", count),
        };
        Some(message.with("id", &version.id))
    }

    fn line(&self, message: &Message) -> String {
        format!("{}\n", self.catalog.format(message))
    }

    fn lines(&self, messages: &[Message]) -> String {
        messages.iter().map(|message| self.line(message)).collect()
    }

    fn print_message(&self, message: impl Into<Message>) -> Result<()> {
        self.print(self.line(&message.into()))
    }

    /// Prints on standard output, unless `--quiet` forbids it.
    fn print(&self, text: String) -> Result<()> {
        if self.quiet {
            return Ok(());
        }
        write_text(&mut stdout(), text)
    }

    /// Prints one message on standard error, with `--quiet` too.
    fn warn(&self, message: impl Into<Message>) -> Result<()> {
        write_text(&mut stderr(), self.line(&message.into()))
    }

    /// Prints findings; for people also their count. Under `--quiet` only those that stop the run.
    fn print_findings(
        &self,
        sources: &Sources,
        findings: &[Diagnostic],
        shown: Shown,
        to: &mut (impl Write + IsTerminal),
    ) -> Result<()> {
        let is_printed = |finding: &&Diagnostic| match shown {
            Shown::Errors => finding.severity == Severity::Error,
            _ => !self.quiet || self.stops(finding),
        };
        let printed: Vec<&Diagnostic> = findings.iter().filter(is_printed).collect();
        let report = Report {
            sources,
            catalog: self.catalog,
            colour: colour(to),
        };
        let mut text = match shown {
            Shown::InOrder(format) => return write_text(to, report.print(&printed, format)),
            Shown::Errors if printed.is_empty() => return Ok(()),
            Shown::All => report.all_by_rule(&printed),
            Shown::Three | Shown::Errors => report.some_by_rule(&printed),
            Shown::Stopping | Shown::BeforeIssue => self.stopping_and_counts(&report, &printed),
        };
        if !self.quiet {
            text.push_str(&format!("{}\n", report.summary(&printed)));
        }
        write_text(to, &text)
    }

    /// The findings of files with one that stops the run; of the others a line for each rule, and how to see them.
    fn stopping_and_counts(&self, report: &Report, findings: &[&Diagnostic]) -> String {
        let stopping = findings.iter().filter(|finding| self.stops(finding));
        let files: BTreeSet<&str> = stopping.map(|it| &*it.origin.file).collect();
        let is_near = |finding: &&&Diagnostic| files.contains(&*finding.origin.file);
        let (near, others): (Vec<_>, Vec<_>) = findings.iter().partition(is_near);
        let mut text = report.some_by_rule(&near);
        if !others.is_empty() {
            text.push_str(&report.counts_by_rule(&others));
            text.push_str(&self.line(&Message::new("see-check")));
        }
        text
    }
}

/// The issued edition that an option names, which may also be one of some `others`.
fn find_edition<'c>(content: &'c Content, id: &str, others: &[&str]) -> Result<&'c Edition> {
    let mut issued = content.issued();
    issued.find(|edition| edition.id == id).ok_or_else(|| {
        let issued = content.issued().map(|edition| &*edition.id);
        let known = Vec::from_iter(issued.chain(others.iter().copied()));
        let message = Message::new("no-such-edition").with("id", id);
        Error::new(message.with("known", known.join(", ")))
    })
}

fn colour(to: &impl IsTerminal) -> bool {
    to.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn write_text(to: &mut impl Write, text: impl AsRef<[u8]>) -> Result<()> {
    print_result(to.write_all(text.as_ref()).and_then(|()| to.flush()))
}

/// Ignores a closed pipe (`| head`); a full disk behind `>` is an error.
fn print_result(written: std::io::Result<()>) -> Result<()> {
    written.or_else(|error| match error.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Error::new("cannot-print").failed_by(error)),
    })
}
