//! `safeguard publish`: builds, checks and sends the site, or reports what is published.

mod status;

use super::diff::{WORKING, sheet_of};
use super::{JudgingOptions, Session, Shown, clock, write_text};
use crate::diagnostic::{Diagnostic, SourceLocation};
use crate::message::{Error, Message, Result};
use crate::model::{Audience, Register};
use crate::publish::plan::{BuiltSite, Plan};
use crate::publish::store;
use crate::publish::target::{self, Target};
use crate::publish::{self, ProgressEvent, PublishContext, RETRY_PAUSES, local_state::LocalState};
use crate::render::{bundle, bundle::Project, html::HeaderSyntax, leak};
use crate::{compare, compare::Comparison, content::Sources, data, manifest::MANIFEST, output};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{ErrorKind, stderr, stdout};

#[derive(clap::Args)]
pub struct Publish {
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    #[arg(long)]
    dry_run: bool,
    #[arg(long, conflicts_with_all = ["dry_run", "draft", "replace", "headers"])]
    status: bool,
    #[arg(long, value_parser = ["text", "json"])]
    format: Option<String>,
    #[arg(long)]
    draft: bool,
    #[arg(long)]
    replace: bool,
    #[arg(long, value_name = "SERVER", value_enum)]
    headers: Option<HeaderSyntax>,
    #[command(flatten)]
    pub(super) judging: JudgingOptions,
}

impl Publish {
    /// Returns false if the content or `publish.yaml` has errors, or a published site was changed.
    pub fn run(&self, session: &Session) -> Result<bool> {
        if let Some(syntax) = self.headers {
            let Some(project) = session.open()? else {
                return Ok(false);
            };
            let policy = bundle::site_policy(&project)?;
            return write_text(&mut stdout(), policy.headers(syntax)).map(|()| true);
        }
        let targets = read_targets(session, self.target.as_deref())?;
        if self.status {
            let report = |it: Vec<Target>| status::run(session, &it, self.format.as_deref());
            return targets.map_or(Ok(false), report);
        }
        let is_done = targets.map_or(Ok(false), |targets| self.build(session, targets))?;
        if !is_done {
            session.warn("nothing-published")?;
        }
        Ok(is_done)
    }

    /// Builds the site and publishes it, unless the content has errors.
    fn build(&self, session: &Session, targets: Vec<Target>) -> Result<bool> {
        let [target] = <[Target; 1]>::try_from(targets)
            .map_err(|targets| Error::new("which-target").with("known", names(&targets)))?;
        let Some(project) = session.open()? else {
            return Ok(false);
        };
        let bundle = bundle::build(&project, &[])?.files;
        if !session.keeps_names(&project, &bundle)? {
            return Ok(false);
        }
        let site = BuiltSite::from_bundle(bundle);
        if site.manifest.edition.is_none() && !self.draft {
            return Err(Error::new("draft-unpublished"));
        }
        // The very bytes that are about to be sent are searched for every text that is not public.
        let issued = project.content.issued().map(|edition| &edition.sheet);
        let registers: Vec<&Register> = issued.chain([&project.register]).collect();
        for (path, bytes) in &site.files {
            let text = leak::text_of(path, bytes);
            if let Some(text) = leak::find(&text, &registers, Audience::Public) {
                let message = Message::new("leak-leaving").with("path", path);
                return Err(Error::new(message.with("text", text)));
            }
        }
        let done = self.publish(session, &target, &project, &site);
        done.map(|()| true).map_err(|error| target.conceal(error))
    }

    fn publish(
        &self,
        session: &Session,
        target: &Target,
        project: &Project,
        site: &BuiltSite,
    ) -> Result<()> {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}")
            .expect("a template that the library knows");
        // Hidden where there is no terminal.
        let bar = ProgressBar::no_length().with_style(style);
        let progress = |event: ProgressEvent| show(session, &bar, event);
        let local = LocalState::open(&session.directory)?;
        let context = PublishContext {
            publisher: &local.publisher,
            replaces_unmanaged: self.replace,
            clock: &clock,
            retry_pauses: &RETRY_PAUSES,
            progress: &progress,
        };
        let last = local.manifest_file(&target.name);
        // Keeps other runs of this project from publishing to the target.
        let busy = Message::new("target-busy-here");
        let _run_lock = output::lock(&last.with_extension("lock"), busy)?;
        let mut store = context.retry(|| store::open(target, &session.directory))?;
        if self.dry_run {
            let plan = context.plan(store.as_mut(), site, &[])?;
            let published = plan.published.as_ref();
            let preview = PublishPreview {
                target: &target.name,
                place: target.record.to_string(),
                published: published.map(|published| &*published.id),
                next: &site.manifest.id,
                changes: published.and_then(|it| changes(project, it.edition.as_deref()?)),
                plan: &plan,
            };
            let text = match self.format.as_deref() {
                Some("json") => data::pretty(&preview),
                _ => preview.text(session).into(),
            };
            return write_text(&mut stdout(), text);
        }
        let plan = publish::publish(store.as_mut(), site, &context)?;
        bar.finish_and_clear();
        output::write_file(&last, &data::pretty(&site.manifest))?;
        let already = plan.is_empty().then_some("published-already");
        let message = Message::new(already.unwrap_or("published"))
            .with("target", &target.name)
            .with("place", &target.record)
            .with("sent", plan.sent().count())
            .with("removed", plan.remove.len());
        session.print_message(message)?;
        publish::history_note(target, &plan).map_or(Ok(()), |it| session.print_message(it))
    }
}

/// The files that a publication would send, and the changes that the public would see.
#[derive(serde::Serialize)]
struct PublishPreview<'a> {
    target: &'a str,
    place: String,
    /// The published id; none before the first publication.
    published: Option<&'a str>,
    next: &'a str,
    #[serde(flatten)]
    plan: &'a Plan,
    /// None if the published sheet is no edition of this content.
    changes: Option<Comparison>,
}

impl PublishPreview<'_> {
    fn text(&self, session: &Session) -> String {
        let plan = &self.plan;
        let head = Message::new("plan")
            .with("target", self.target)
            .with("place", &self.place)
            .with("published", self.published.unwrap_or("-"))
            .with("next", self.next);
        let manifest = plan.sends_manifest.then(|| MANIFEST.to_owned());
        let mut messages = vec![head];
        for (id, paths) in [
            ("plan-upload", &plan.upload),
            ("plan-page", &plan.pages),
            ("plan-manifest", &Vec::from_iter(manifest)),
            ("plan-remove", &plan.remove),
        ] {
            messages.extend(paths.iter().map(|path| Message::new(id).with("path", path)));
        }
        messages.push(Message::new("plan-unchanged").with("count", plan.unchanged));
        if self.changes.is_none() && self.published.is_some() {
            messages.push(Message::new("plan-no-comparison"));
        }
        let changes = self.changes.as_ref();
        let printed = changes.map(|it| compare::print(it, session.catalog, false));
        session.lines(&messages) + &printed.unwrap_or_default()
    }
}

/// Compares the public sheet of a published edition with that of the content as it was just built.
fn changes(project: &Project, published: &str) -> Option<Comparison> {
    let edition = project.version().edition;
    let built = edition.map_or(WORKING, |edition| &edition.id);
    let [before, after] = [published, built].map(|name| sheet_of(project, name, Audience::Public));
    Some(compare::compare(&before.ok()?.0, &after.ok()?.0))
}

/// Shows the next step in the bar, or as a line where the bar is hidden.
fn show(session: &Session, bar: &ProgressBar, event: ProgressEvent) {
    let message = match event {
        _ if session.quiet => return,
        ProgressEvent::Plan(plan) => {
            let files = plan.sent().count() + plan.remove.len();
            return bar.set_length((files + usize::from(plan.sends_manifest)) as u64);
        }
        ProgressEvent::Send(path, bytes) => Message::new("sending")
            .with("path", path)
            .with("size", bytes.div_ceil(1024)),
        ProgressEvent::Remove(path) => Message::new("removing").with("path", path),
        ProgressEvent::Retry => Message::new("trying-again"),
    };
    let text = session.line(&message);
    bar.set_message(text.trim_end().to_owned());
    bar.inc(u64::from(!matches!(event, ProgressEvent::Retry)));
    if bar.is_hidden() {
        // A line that nobody reads is no reason to stop half-way.
        let _ = write_text(&mut stderr(), &text);
    }
}

/// Reads the target of that name, or all without a name; `None`, with findings printed, if the file has errors.
fn read_targets(session: &Session, name: Option<&str>) -> Result<Option<Vec<Target>>> {
    let path = session.directory.join(target::FILE);
    let bytes = std::fs::read_to_string(&path).map_err(|error| {
        let missing = (error.kind() == ErrorKind::NotFound).then_some("no-publish-yaml");
        let id = missing.unwrap_or("file-unreadable");
        Error::new(id).with("path", path.display()).failed_by(error)
    })?;
    let text = bytes.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut targets = match target::read(&text, |name| std::env::var(name).ok()) {
        Ok(targets) => targets,
        Err(mut findings) => {
            let sources = |text| Sources([(target::FILE.to_owned(), text)].into());
            sources(text.clone()).locate(&mut findings);
            let shown = sources(censored(&text, &findings));
            session.print_findings(&shown, &findings, Shown::All, &mut stderr())?;
            return Ok(None);
        }
    };
    if targets.is_empty() {
        return Err(Error::new("publish-yaml-empty").with("path", path.display()));
    }
    let known = names(&targets);
    targets.retain(|target| name.is_none_or(|name| target.name == name));
    if let Some(name) = name.filter(|_| targets.is_empty()) {
        let message = Message::new("no-such-target").with("name", name);
        return Err(Error::new(message.with("known", known)));
    }
    Ok(Some(targets))
}

fn names(targets: &[Target]) -> String {
    Vec::from_iter(targets.iter().map(|target| &*target.name)).join(", ")
}

/// Blanks everything behind the last mark of each line with findings: a password may be there.
fn censored(text: &str, findings: &[Diagnostic]) -> String {
    let mut censored = String::new();
    for line in text.lines() {
        // Blanks keep every line's length, because findings count bytes from the beginning.
        let begin = censored.len();
        let marked = findings.iter().filter_map(|it| match it.origin.location {
            SourceLocation::Bytes { end, .. } => line.get(..end.checked_sub(begin)?),
            _ => None,
        });
        let kept = marked.max_by_key(|kept| kept.len()).unwrap_or(line);
        censored.push_str(&format!("{kept}{}\n", " ".repeat(line.len() - kept.len())));
    }
    censored
}
