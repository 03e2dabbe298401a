//! `safeguard status`: what is published where, since when, and whether it is still what was published.

use super::publish::{Format, targets};
use super::{Session, clock, write_text};
use crate::data;
use crate::date::in_japan;
use crate::message::{Error, Message, Result};
use crate::publish::state::Memory;
use crate::publish::target::Target;
use crate::publish::{self, PAUSES, Run, Status as Found, Unmanaged};
use serde::Serialize;

#[derive(clap::Args)]
pub struct Status {
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    #[arg(
        long,
        value_enum,
        default_value = "text",
        hide_default_value = true,
        hide_possible_values = true
    )]
    format: Format,
}

/// What was found on one target.
#[derive(Serialize)]
struct Report {
    target: String,
    place: String,
    published: Option<Found>,
    /// The manifest is not the one that this project published last, or is gone.
    foreign_manifest: bool,
}

impl Report {
    fn is_sound(&self) -> bool {
        let sound = |found: &Found| found.altered.is_empty() && found.missing.is_empty();
        self.published.as_ref().is_none_or(sound) && !self.foreign_manifest
    }
}

impl Status {
    /// Whether every target still has what was published.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let Some(mut targets) = targets(session)? else {
            return Ok(false);
        };
        if let Some(name) = &self.target {
            let known: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
            targets.retain(|target| target.name == *name);
            if targets.is_empty() {
                let message = Message::new("no-such-target").with("name", name);
                return Err(Error::new(message.with("known", known.join(", "))));
            }
        }
        let memory = Memory::open(&session.common.directory)?;
        let look = |target: &Target| {
            look(session, &memory, target).map_err(|failure| target.conceal(failure))
        };
        // One that does not answer hides none of the others.
        let (mut reports, mut failure, mut silent) = (Vec::new(), None, String::new());
        for target in &targets {
            match look(target) {
                Ok(report) => reports.push(report),
                Err(other) => {
                    failure = failure.or(Some(other));
                    let message = Message::new("status-unknown").with("target", &target.name);
                    let message = message.with("place", &target.location);
                    silent.push_str(&format!("{}\n", session.catalog.format(&message)));
                }
            }
        }
        let text = match self.format {
            Format::Json => String::from_utf8(data::pretty(&reports)).expect("JSON is UTF-8"),
            Format::Text => {
                let told = reports.iter().map(|report| told(session, report));
                told.collect::<String>() + &silent
            }
        };
        write_text(&mut std::io::stdout(), &text)?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        Ok(reports.iter().all(Report::is_sound))
    }
}

fn look(session: &Session, memory: &Memory, target: &Target) -> Result<Report> {
    let run = Run {
        publisher: &memory.publisher,
        unmanaged: Unmanaged::Keep,
        clock: &clock,
        pauses: &PAUSES,
        progress: &|_| {},
    };
    let mut store = run.open(target, &session.common.directory)?;
    let published = publish::status(store.as_mut(), &run)?;
    let ours = memory.newest(&target.name);
    let ours = ours.map(|ours| data::sha256(&data::pretty(&ours)));
    let found = published.as_ref().map(|found| &found.sha256);
    Ok(Report {
        target: target.name.clone(),
        place: target.location.to_string(),
        foreign_manifest: ours.is_some_and(|ours| found != Some(&ours)),
        published,
    })
}

fn told(session: &Session, report: &Report) -> String {
    let mut lines = Vec::new();
    let head = |id| {
        let message = Message::new(id).with("target", &report.target);
        message.with("place", &report.place)
    };
    let Some(found) = &report.published else {
        let message = head(match report.foreign_manifest {
            true => "status-gone",
            false => "status-nothing",
        });
        return format!("{}\n", session.catalog.format(&message));
    };
    let since = found.since.map(in_japan);
    let since = since.map_or("-".to_owned(), |since| since.strftime("%F %R").to_string());
    let is_draft = if found.edition.is_none() { "yes" } else { "no" };
    lines.push(
        head("status")
            .with("id", &found.id)
            .with("draft", is_draft)
            .with("since", since)
            .with("version", &found.version),
    );
    let altered = found.altered.iter().map(|path| ("status-altered", path));
    let missing = found.missing.iter().map(|path| ("status-missing", path));
    lines.extend(
        altered
            .chain(missing)
            .map(|(id, path)| Message::new(id).with("path", path)),
    );
    if !found.altered.is_empty() || !found.missing.is_empty() {
        lines.push(Message::new("status-mend").with("target", &report.target));
    }
    if report.foreign_manifest {
        lines.push(Message::new("status-foreign"));
    }
    if let Some(since) = found.locked_since {
        let since = in_japan(since).strftime("%F %R");
        lines.push(Message::new("status-locked").with("since", since.to_string()));
    }
    if report.is_sound() {
        lines.push(Message::new("status-sound").with("count", found.files));
    }
    let lines = lines
        .iter()
        .map(|message| format!("{}\n", session.catalog.format(message)));
    lines.collect()
}
