//! Help and mistakes in the arguments, in both languages: clap speaks English only.

use super::{CANNOT_WORK, print_result, write_text};
use crate::message::{Catalog, Error, Language, Message, Result};
use crate::{characters::is_blank, edition::Allowance};
use clap::Command;
use clap::error::{ContextKind, Error as ClapError, ErrorKind};
use jiff::civil::Date;
use std::{error::Error as _, ffi::OsString};

#[derive(clap::Args)]
pub struct Help {
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl Help {
    /// Prints the help of the program or of one command.
    pub fn run(self, program: &mut Command) -> Result<u8> {
        let name = [program.get_name().to_owned()].into_iter();
        let words = name.chain(self.command).chain(["--help".to_owned()]);
        let asked = program.try_get_matches_from_mut(words);
        asked.map_or_else(|error| answer(&error, program), |_| Ok(0))
    }
}

/// Prints the requested help or version, or explains the mistake; returns the exit code.
pub fn answer(error: &ClapError, program: &mut Command) -> Result<u8> {
    let explained = || Error::new(message(error, program));
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            print_result(error.print()).map(|()| 0)
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let help = program.render_help().to_string();
            write_text(&mut std::io::stderr(), &help).map(|()| CANNOT_WORK)
        }
        ErrorKind::MissingRequiredArgument => {
            Err(explained().caused_by(error.get(ContextKind::Usage).expect("clap adds it")))
        }
        _ => Err(explained()),
    }
}

fn message(error: &ClapError, program: &Command) -> Message {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let near = context(ContextKind::SuggestedArg);
    let other = context(ContextKind::PriorArg);
    // Either the values that clap knows, or the example that our own parsers below return.
    let known = context(ContextKind::ValidValue);
    let example = error.source().map_or(known, |it| it.to_string());
    let commands: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
    let id = match error.kind() {
        ErrorKind::InvalidSubcommand => "no-such-command",
        ErrorKind::UnknownArgument if near.is_empty() => "no-such-option",
        ErrorKind::UnknownArgument => "no-such-option-near",
        ErrorKind::InvalidValue if value.is_empty() => "value-missing",
        ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => "value-missing",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "value-wrong",
        ErrorKind::TooManyValues => "value-unwanted",
        ErrorKind::ArgumentConflict if other == argument => "option-twice",
        ErrorKind::ArgumentConflict => "options-conflict",
        ErrorKind::MissingRequiredArgument => "argument-missing",
        _ => "usage",
    };
    Message::new(id)
        .with("name", context(ContextKind::InvalidSubcommand))
        .with("known", commands.join(", "))
        .with("near", near)
        .with("other", other)
        .with("value", value)
        .with("example", example)
        // clap writes `--as-of <DATE>`.
        .with("option", argument.split(' ').next().unwrap_or_default())
        .with("arguments", &argument)
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
    let mut words = finding.splitn(2, '@').map(str::to_owned);
    let (rule, record) = (words.next().unwrap_or_default(), words.next());
    let reason = reason.trim().to_owned();
    if rule.is_empty() || is_blank(&reason) {
        let example = if rule.is_empty() { "RULE" } else { finding };
        return Err(format!("{example}=\"reason\""));
    }
    Ok(Allowance {
        rule,
        record,
        reason,
    })
}

/// Accepts the address of a time server.
pub fn web_address(written: &str) -> std::result::Result<String, &'static str> {
    let lower = written.to_ascii_lowercase();
    let is_known = lower.starts_with("http://") || lower.starts_with("https://");
    let address = is_known.then(|| written.to_owned());
    address.ok_or("http://…, https://…")
}

/// Parses a port; 0 is any free one.
pub fn port(written: &str) -> std::result::Result<u16, &'static str> {
    written.parse().map_err(|_| "8000")
}

/// The language of messages: `--lang`, else the locale. `--help` needs it before the arguments are parsed.
pub fn language(arguments: &[OsString]) -> Language {
    let mut pairs = arguments.windows(2);
    let separate = pairs.find(|pair| pair[0] == "--lang");
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    let joined = || words.find_map(|word| Some(word.strip_prefix("--lang=")?.to_owned()));
    let chosen = separate.map(|pair| pair[1].to_string_lossy().into_owned());
    let locale = chosen.or_else(joined).or_else(sys_locale::get_locale);
    Language::of_locale(&locale.unwrap_or_default())
}

/// Adds the help texts, with values and defaults: `help-check`, `help-check-format`; several commands share `help-as-of`.
pub fn with_help_texts(command: Command, id: &str, catalog: &Catalog) -> Command {
    command
        .mut_args(|argument| {
            let option = argument.get_id().as_str().replace('_', "-");
            let own = catalog.text(&format!("{id}-{option}"));
            let text = own.or_else(|| catalog.text(&format!("help-{option}")));
            // Clap takes these settings for options with values only.
            let has_values = argument.get_action().takes_values();
            let shown = argument.hide_possible_values(has_values);
            let hidden = shown.hide_default_value(has_values);
            hidden.help(text.unwrap_or_default())
        })
        .mut_subcommands(|command| {
            let below = format!("{id}-{}", command.get_name());
            with_help_texts(command, &below, catalog)
        })
        .about(catalog.text(id).unwrap_or_default())
        .after_help(catalog.text(&format!("{id}-after")).unwrap_or_default())
}
