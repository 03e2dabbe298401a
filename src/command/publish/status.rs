//! `publish --status`: reports what is published where, and whether it was changed there.

use super::{LocalState, Message, PublishContext, RETRY_PAUSES, Result, Session, Target};
use super::{clock, data, publish, store, write_text};
use crate::{command::copies, date::in_japan, publish::PublishedStatus};

#[derive(serde::Serialize)]
struct TargetReport {
    target: String,
    place: String,
    published: Option<PublishedStatus>,
    /// True if the manifest this project published last is gone or was replaced.
    foreign_manifest: bool,
}

/// Prints a report of every target; returns true if each still has what was published.
pub fn run(session: &Session, targets: &[Target], format: Option<&str>) -> Result<bool> {
    let local = LocalState::open(&session.directory)?;
    // A target that cannot be reached hides none of the others.
    let (mut reports, mut unknown, mut first_error) = (Vec::new(), Vec::new(), None);
    for target in targets {
        match TargetReport::new(session, &local, target) {
            Ok(report) => reports.push(report),
            Err(error) => {
                let message = Message::new("status-unknown").with("target", &target.name);
                unknown.push(message.with("place", &target.record));
                first_error.get_or_insert(target.conceal(error));
            }
        }
    }
    let text = match format {
        Some("json") => data::pretty(&reports),
        _ => {
            let mut messages: Vec<_> = reports.iter().flat_map(TargetReport::messages).collect();
            messages.extend(copies::outdated(&session.load()?, None));
            messages.extend(unknown);
            session.lines(&messages).into_bytes()
        }
    };
    write_text(&mut std::io::stdout(), text)?;
    let is_intact = reports.iter().all(TargetReport::is_intact);
    first_error.map_or(Ok(is_intact), Err)
}

impl TargetReport {
    fn new(session: &Session, local: &LocalState, target: &Target) -> Result<TargetReport> {
        let context = PublishContext {
            publisher: &local.publisher,
            replaces_unmanaged: false,
            clock: &clock,
            retry_pauses: &RETRY_PAUSES,
            progress: &|_| {},
        };
        let mut store = context.retry(|| store::open(target, &session.directory))?;
        let published = publish::status(store.as_mut(), &context)?;
        let found = published.as_ref().map(|found| &found.manifest);
        let own = std::fs::read(local.manifest_file(&target.name)).ok();
        Ok(TargetReport {
            target: target.name.clone(),
            place: target.record.to_string(),
            foreign_manifest: own.is_some() && own.as_ref() != found,
            published,
        })
    }

    fn is_intact(&self) -> bool {
        let is_whole = |it: &PublishedStatus| it.altered.is_empty() && it.missing.is_empty();
        self.published.as_ref().is_none_or(is_whole) && !self.foreign_manifest
    }

    fn messages(&self) -> Vec<Message> {
        let head = Message::new("status")
            .with("target", &self.target)
            .with("place", &self.place);
        let Some(published) = &self.published else {
            let gone = self.foreign_manifest.then_some("status-gone");
            return vec![head.named(gone.unwrap_or("status-nothing"))];
        };
        let print = |time: jiff::Timestamp| in_japan(time).strftime("%F %R").to_string();
        let is_draft = published.edition.is_none();
        let mut messages = vec![
            head.with("id", &published.id)
                .with("draft", if is_draft { "yes" } else { "no" })
                .with("since", published.since.map_or("-".to_owned(), print))
                .with("version", &published.version),
        ];
        let altered = published.altered.iter();
        messages.extend(altered.map(|it| Message::new("status-altered").with("path", it)));
        let missing = published.missing.iter();
        messages.extend(missing.map(|it| Message::new("status-missing").with("path", it)));
        if messages.len() > 1 {
            messages.push(Message::new("status-mend").with("target", &self.target));
        }
        if self.foreign_manifest {
            messages.push(Message::new("status-foreign"));
        }
        let locked = |since| Message::new("status-locked").with("since", print(since));
        messages.extend(published.locked_since.map(locked));
        if self.is_intact() {
            messages.push(Message::new("status-sound").with("count", published.files));
        }
        messages
    }
}
