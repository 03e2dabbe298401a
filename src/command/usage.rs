//! Help and mistakes in the arguments, in both languages: clap speaks English only.

use super::{CANNOT_WORK, print_result, write_text};
use crate::edition::Allowance;
use crate::message::{Catalog, Error, Language, Message, Result};
use clap::Command;
use clap::error::{ContextKind, ContextValue, Error as ClapError, ErrorKind};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::ffi::OsString;

#[derive(clap::Args)]
pub struct Help {
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl Help {
    /// Prints the help of the program or of one command.
    pub fn run(&self, program: &mut Command) -> Result<u8> {
        program.build();
        let help = match &self.command {
            None => program.render_help().to_string(),
            Some(name) => match program.find_subcommand_mut(name) {
                Some(command) => command.render_help().to_string(),
                None => return Err(Error::new(no_such_command(program, name))),
            },
        };
        write_text(&mut std::io::stdout(), &help).map(|()| 0)
    }
}

/// Prints the requested help or version, or explains the mistake; returns the exit code.
pub fn answer(
    error: &ClapError,
    program: &mut Command,
    arguments: &[OsString],
    catalog: &Catalog,
) -> Result<u8> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            print_result(error.print()).map(|()| 0)
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let help = program.render_help().to_string();
            write_text(&mut std::io::stderr(), &help).map(|()| CANNOT_WORK)
        }
        ErrorKind::MissingRequiredArgument => {
            let head = catalog.format(&Message::new("error"));
            let mut text = format!("{head}: {}\n", catalog.format(&message(error, program)));
            if let Some(usage) = usage_of(program, arguments) {
                text.push_str(&format!("\n{usage}\n"));
            }
            write_text(&mut std::io::stderr(), &text).map(|()| CANNOT_WORK)
        }
        _ => Err(Error::new(message(error, program))),
    }
}

fn no_such_command(program: &Command, name: &str) -> Message {
    let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
    let message = Message::new("no-such-command").with("name", name);
    message.with("known", names.join(", "))
}

/// The usage line of the command that the arguments name.
fn usage_of(program: &mut Command, arguments: &[OsString]) -> Option<String> {
    program.build();
    let mut names = arguments.iter().filter_map(|argument| argument.to_str());
    let name = names.find(|name| program.find_subcommand(name).is_some())?;
    let command = program.find_subcommand_mut(name)?;
    Some(command.render_usage().to_string())
}

fn message(error: &ClapError, program: &Command) -> Message {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    // clap writes `--as-of <DATE>`.
    let option = argument.split(' ').next().unwrap_or_default();
    // Either the values that clap knows, or the example that our own parsers below return.
    let example = error
        .source()
        .map_or_else(|| context(ContextKind::ValidValue), ToString::to_string);
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            no_such_command(program, &context(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => match context(ContextKind::SuggestedArg) {
            near if near.is_empty() => Message::new("no-such-option"),
            near => Message::new("no-such-option-near").with("near", near),
        },
        ErrorKind::InvalidValue if value.is_empty() => Message::new("value-missing"),
        ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => Message::new("value-missing"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => Message::new("value-wrong")
            .with("value", value)
            .with("example", example),
        ErrorKind::TooManyValues => Message::new("value-unwanted"),
        ErrorKind::ArgumentConflict => match context(ContextKind::PriorArg) {
            other if other == argument => Message::new("option-twice"),
            other => Message::new("options-conflict").with("other", other),
        },
        ErrorKind::MissingRequiredArgument => {
            Message::new("argument-missing").with("arguments", &argument)
        }
        _ => Message::new("usage"),
    };
    message.with("option", option)
}

/// Parses a day written as `2026-04-01`, and in no other way.
pub fn day(written: &str) -> std::result::Result<Date, &'static str> {
    let day = written.parse::<Date>().ok();
    day.filter(|day| day.to_string() == written)
        .ok_or("2026-04-01")
}

/// Parses a rule, optionally one record, and the reason to accept the rule's findings.
pub fn allowance(written: &str) -> std::result::Result<Allowance, String> {
    let (finding, reason) = written.split_once('=').unwrap_or((written, ""));
    let (rule, record) = match finding.split_once('@') {
        Some((rule, record)) => (rule, Some(record.to_owned())),
        None => (finding, None),
    };
    match (rule, reason.trim()) {
        ("", _) => Err("RULE=\"reason\"".to_owned()),
        (_, "") => Err(format!("{finding}=\"reason\"")),
        (rule, reason) => Ok(Allowance {
            rule: rule.to_owned(),
            record,
            reason: reason.to_owned(),
        }),
    }
}

/// Accepts the address of a time server.
pub fn web_address(written: &str) -> std::result::Result<String, &'static str> {
    let known = written.to_ascii_lowercase();
    if known.starts_with("http://") || known.starts_with("https://") {
        Ok(written.to_owned())
    } else {
        Err("http://…, https://…")
    }
}

/// Parses a port; 0 is any free one.
pub fn port(written: &str) -> std::result::Result<u16, &'static str> {
    written.parse().map_err(|_| "8000")
}

/// The language of messages: `--lang`, else the locale. It is needed before the arguments are parsed,
/// because `--help` uses it too.
pub fn language(arguments: &[OsString]) -> Language {
    let text = |argument: &OsString| argument.to_string_lossy().into_owned();
    let mut pairs = arguments.windows(2);
    let separate = pairs.find(|pair| pair[0] == "--lang");
    let chosen = separate.map(|pair| text(&pair[1])).or_else(|| {
        let mut options = arguments.iter().map(text);
        options.find_map(|option| option.strip_prefix("--lang=").map(str::to_owned))
    });
    let locale = chosen.or_else(sys_locale::get_locale).unwrap_or_default();
    Language::of_locale(&locale)
}

/// Adds the help texts of a language to a command: `help-check`, `help-check-format`, …. Options of
/// several commands share a text: `help-as-of`.
pub fn with_help_texts(command: Command, id: &str, catalog: &Catalog) -> Command {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for argument in command.get_arguments() {
        let name = argument.get_id().to_string();
        let option = name.replace('_', "-");
        let own = catalog.text(&format!("{id}-{option}"));
        let text = own.or_else(|| catalog.text(&format!("help-{option}")));
        texts.extend(text.map(|text| (name, text)));
    }
    let names = command.get_subcommands().map(Command::get_name);
    let subcommands: Vec<String> = names.map(str::to_owned).collect();
    let mut documented = command;
    if let Some(about) = catalog.text(id) {
        documented = documented.about(about);
    }
    if let Some(after) = catalog.text(&format!("{id}-after")) {
        documented = documented.after_help(after);
    }
    for (name, text) in texts {
        documented = documented.mut_arg(name, |argument| argument.help(text));
    }
    for name in subcommands {
        let below = format!("{id}-{name}");
        documented =
            documented.mut_subcommand(name, |command| with_help_texts(command, &below, catalog));
    }
    documented
}
