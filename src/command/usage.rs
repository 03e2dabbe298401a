//! What is wrong with the arguments, in our words: clap speaks English only.

use super::{CANNOT_WORK, printed, write_text};
use crate::message::{Error, Message, Result};
use clap::error::{ContextKind, ContextValue, Error as ClapError, ErrorKind};
use jiff::civil::Date;
use std::error::Error as _;

/// Prints what was asked for, or says what cannot be understood; returns the exit code.
pub fn answer(error: &ClapError, command: &mut clap::Command) -> Result<u8> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => printed(error.print()).map(|()| 0),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let help = command.render_help().to_string();
            write_text(&mut std::io::stderr(), &help).map(|()| CANNOT_WORK)
        }
        _ => Err(Error::new(message(error, command))),
    }
}

fn message(error: &ClapError, command: &clap::Command) -> Message {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let (argument, value) = (
        said(ContextKind::InvalidArg),
        said(ContextKind::InvalidValue),
    );
    // clap says `--as-of <DATE>`.
    let option = argument.split(' ').next().unwrap_or_default();
    // Either the values that clap knows, or what our own parsers below give as an example.
    let example = error
        .source()
        .map_or_else(|| said(ContextKind::ValidValue), ToString::to_string);
    let names = command.get_subcommands().map(clap::Command::get_name);
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => Message::new("no-such-command")
            .with("name", said(ContextKind::InvalidSubcommand))
            .with("known", names.collect::<Vec<_>>().join(", ")),
        ErrorKind::UnknownArgument => match said(ContextKind::SuggestedArg) {
            near if near.is_empty() => Message::new("no-such-option"),
            near => Message::new("no-such-option-near").with("near", near),
        },
        ErrorKind::InvalidValue if value.is_empty() => Message::new("value-missing"),
        ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => Message::new("value-missing"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => Message::new("value-wrong")
            .with("value", value)
            .with("example", example),
        ErrorKind::TooManyValues => Message::new("value-unwanted"),
        ErrorKind::ArgumentConflict => match said(ContextKind::PriorArg) {
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

/// A day written `2026-04-01` and no other way.
pub fn day(written: &str) -> std::result::Result<Date, &'static str> {
    let day = written.parse::<Date>().ok();
    day.filter(|day| day.to_string() == written)
        .ok_or("2026-04-01")
}

/// A rule and the reason why its warnings may stand.
pub fn allowance(written: &str) -> std::result::Result<(String, String), String> {
    let (rule, reason) = written.split_once('=').unwrap_or((written, ""));
    match (rule, reason.trim()) {
        ("", _) => Err("RULE=\"reason\"".to_owned()),
        (rule, "") => Err(format!("{rule}=\"reason\"")),
        (rule, reason) => Ok((rule.to_owned(), reason.to_owned())),
    }
}

/// The address of a time server.
pub fn web_address(written: &str) -> std::result::Result<String, &'static str> {
    let known = written.to_ascii_lowercase();
    if known.starts_with("http://") || known.starts_with("https://") {
        Ok(written.to_owned())
    } else {
        Err("http://…, https://…")
    }
}

/// A port's number; 0 is any free one.
pub fn port(written: &str) -> std::result::Result<u16, &'static str> {
    written.parse().map_err(|_| "8000")
}
