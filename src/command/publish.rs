//! `safeguard publish`: builds, checks and sends the site, or reports what is published.

mod status;

use super::{JudgingOptions, Project, Session, Shown, clock, write_text};
use crate::compare::{self, Comparison};
use crate::content::{Content, Sources};
use crate::data;
use crate::diagnostic::{Diagnostic, SourceLocation};
use crate::edition::Edition;
use crate::issue::Version;
use crate::manifest::MANIFEST;
use crate::message::{Catalog, Error, Message, Result};
use crate::model::{Audience, Register};
use crate::publish::local_state::LocalState;
use crate::publish::plan::{BuiltSite, Plan};
use crate::publish::target::{self, Target};
use crate::publish::{self, ProgressEvent, PublishContext, RETRY_PAUSES, Unmanaged};
use crate::render::bundle;
use crate::render::html::HeaderSyntax;
use crate::render::leak::RenderedText;
use crate::sheet::{self, LayoutOptions, Rendering, Sheet};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{ErrorKind, IsTerminal, stderr, stdout};

#[derive(clap::Args)]
pub struct Publish {
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    #[arg(long)]
    dry_run: bool,
    #[arg(long, conflicts_with_all = ["dry_run", "draft", "replace", "headers"])]
    status: bool,
    #[arg(
        long,
        value_enum,
        default_value = "text",
        hide_default_value = true,
        hide_possible_values = true
    )]
    format: OutputFormat,
    #[arg(long)]
    draft: bool,
    #[arg(long)]
    replace: bool,
    #[arg(long, value_name = "SERVER", value_enum, hide_possible_values = true)]
    headers: Option<HeaderSyntax>,
    #[command(flatten)]
    pub(super) judging: JudgingOptions,
}

/// The format of `--dry-run` and `--status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OutputFormat {
    Text,
    Json,
}

impl Publish {
    /// Returns false if the content or `publish.yaml` has errors, or a published site was changed.
    pub fn run(&self, session: &Session) -> Result<bool> {
        if let Some(syntax) = self.headers {
            return print_headers(session, syntax);
        }
        let targets = read_targets(session, self.target.as_deref())?;
        if self.status {
            return match targets {
                Some(targets) => status::run(session, &targets, self.format),
                None => Ok(false),
            };
        }
        let Some(targets) = targets else {
            return nothing_published(session);
        };
        let [target] = <[Target; 1]>::try_from(targets).map_err(|targets| {
            Error::new(Message::new("which-target").with("known", names(&targets)))
        })?;
        let Some(project) = session.open()? else {
            return nothing_published(session);
        };
        let bundle = session.render(&project, &[])?.files;
        if !session.keeps_names(&project, &bundle)? {
            return nothing_published(session);
        }
        let site = BuiltSite::from_bundle(&bundle);
        if site.manifest.edition.is_none() && !self.draft {
            return Err(Error::new(Message::new("draft-unpublished")));
        }
        refuse_leaks(&project, &site)?;
        self.publish(session, &target, &project, &site)
            .map_err(|error| target.conceal(error))?;
        Ok(true)
    }

    fn publish(
        &self,
        session: &Session,
        target: &Target,
        project: &Project,
        site: &BuiltSite,
    ) -> Result<()> {
        let progress = ProgressDisplay::new(session);
        let unmanaged = if self.replace {
            Unmanaged::Replace
        } else {
            Unmanaged::Keep
        };
        let show = |event: ProgressEvent| progress.show(event);
        let local = LocalState::open(&session.options.directory)?;
        let context = publish_context(&local, unmanaged, &show);
        let _run_lock = local.lock_target(&target.name)?;
        let mut store = context.open(target, &session.options.directory)?;
        if self.dry_run {
            let plan = publish::preview(store.as_mut(), site, &context)?;
            let preview = PublishPreview::new(target, plan, project, site);
            let text = match self.format {
                OutputFormat::Json => json(&preview),
                OutputFormat::Text => preview.text(session.catalog),
            };
            return write_text(&mut stdout(), &text);
        }
        let plan = publish::publish(store.as_mut(), site, &context)?;
        progress.finish();
        local.record(&target.name, &site.manifest)?;
        if session.options.quiet {
            return Ok(());
        }
        let outcome = if plan.is_empty() {
            Message::new("published-already")
        } else {
            Message::new("published")
        };
        let message = outcome
            .with("target", &target.name)
            .with("place", &target.location)
            .with("sent", plan.sent().count())
            .with("removed", plan.remove.len());
        let note = publish::history_note(&target.location, &plan);
        let lines = [Some(message), note].into_iter().flatten();
        let text: String = lines.map(|it| line(session.catalog, &it)).collect();
        write_text(&mut stdout(), &text)
    }
}

fn publish_context<'a>(
    local: &'a LocalState,
    unmanaged: Unmanaged,
    progress: &'a dyn Fn(ProgressEvent),
) -> PublishContext<'a> {
    PublishContext {
        publisher: &local.publisher,
        unmanaged,
        clock: &clock,
        retry_pauses: &RETRY_PAUSES,
        progress,
    }
}

/// The files that a publication would send, and the changes that the public would see.
#[derive(Serialize)]
struct PublishPreview {
    target: String,
    place: String,
    /// The published id; none before the first publication.
    published: Option<String>,
    next: String,
    #[serde(flatten)]
    plan: Plan,
    /// None if the published sheet is no edition of this content.
    changes: Option<Comparison>,
}

impl PublishPreview {
    /// Compares the sheet before and after the plan.
    fn new(target: &Target, plan: Plan, project: &Project, site: &BuiltSite) -> PublishPreview {
        let published = plan.published.as_ref();
        let edition = published.and_then(|published| published.edition.as_deref());
        let before = edition_sheet(&project.content, edition);
        PublishPreview {
            target: target.name.clone(),
            place: target.location.to_string(),
            published: published.map(|published| published.id.clone()),
            next: site.manifest.id.clone(),
            changes: before.map(|before| compare::compare(&before, &current_sheet(project))),
            plan,
        }
    }

    fn text(&self, catalog: &Catalog) -> String {
        let plan = &self.plan;
        let head = Message::new("plan")
            .with("target", &self.target)
            .with("place", &self.place)
            .with("published", self.published.as_deref().unwrap_or("-"))
            .with("next", &self.next);
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
        let mut text: String = messages.iter().map(|it| line(catalog, it)).collect();
        if let Some(changes) = &self.changes {
            text.push_str(&compare::print(changes, catalog, false));
        }
        text
    }
}

/// The public sheet of an issued edition.
fn edition_sheet(content: &Content, id: Option<&str>) -> Option<Sheet> {
    let mut issued = content.issued();
    let edition = issued.find(|edition: &&Edition| Some(edition.id.as_str()) == id)?;
    Some(sheet::lay_out_edition(
        edition,
        Rendering::SitePdf,
        &edition.words,
    ))
}

/// The public sheet of the content as it was just built.
fn current_sheet(project: &Project) -> Sheet {
    let register = &project.register;
    let version = Version::of(register, project.content.newest_edition());
    if let Some(edition) = version.edition {
        return sheet::lay_out_edition(edition, Rendering::SitePdf, &edition.words);
    }
    let options = LayoutOptions::new(Rendering::SitePdf, register.date, &version.id);
    let newest = project.content.newest_edition();
    let labels = newest.map(|edition| &edition.words);
    sheet::lay_out(register, &options, labels.unwrap_or(&Default::default()))
}

/// A progress bar on a terminal, plain lines elsewhere.
struct ProgressDisplay<'a> {
    session: &'a Session<'a>,
    bar: ProgressBar,
}

impl<'a> ProgressDisplay<'a> {
    fn new(session: &'a Session) -> ProgressDisplay<'a> {
        let bar = if stderr().is_terminal() && !session.options.quiet {
            ProgressBar::no_length()
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
        bar.set_style(style.expect("a template that the library knows"));
        ProgressDisplay { session, bar }
    }

    fn show(&self, event: ProgressEvent) {
        let message = match event {
            ProgressEvent::Plan(plan) => {
                let files = plan.sent().count() + plan.remove.len();
                let steps = files + usize::from(plan.sends_manifest);
                return self.bar.set_length(steps as u64);
            }
            ProgressEvent::Send(path, bytes) => Message::new("sending")
                .with("path", path)
                .with("size", bytes.div_ceil(1024)),
            ProgressEvent::Remove(path) => Message::new("removing").with("path", path),
            ProgressEvent::Retry => Message::new("trying-again"),
        };
        let text = line(self.session.catalog, &message);
        self.bar.set_message(text.trim_end().to_owned());
        if !matches!(event, ProgressEvent::Retry) {
            self.bar.inc(1);
        }
        if self.bar.is_hidden() && !self.session.options.quiet {
            // A line that nobody reads is no reason to stop half-way.
            let _ = write_text(&mut stderr(), &text);
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Reads publish.yaml and returns the target of that name, or all without a name.
///
/// Prints the findings and returns `None` if the file has errors.
fn read_targets(session: &Session, name: Option<&str>) -> Result<Option<Vec<Target>>> {
    let path = session.options.directory.join(target::FILE);
    let bytes = std::fs::read_to_string(&path).map_err(|error| {
        let id = match error.kind() {
            ErrorKind::NotFound => "no-publish-yaml",
            _ => "file-unreadable",
        };
        Error::new(Message::new(id).with("path", path.display())).caused_by(error)
    })?;
    let text = bytes.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let targets = match target::read(&text, |name| std::env::var(name).ok()) {
        Ok(targets) => targets,
        Err(findings) => {
            print_findings(session, text, findings)?;
            return Ok(None);
        }
    };
    if targets.is_empty() {
        let message = Message::new("publish-yaml-empty").with("path", path.display());
        return Err(Error::new(message));
    }
    let Some(name) = name else {
        return Ok(Some(targets));
    };
    let known = names(&targets);
    let named: Vec<Target> = targets.into_iter().filter(|it| it.name == name).collect();
    if named.is_empty() {
        let message = Message::new("no-such-target").with("name", name);
        return Err(Error::new(message.with("known", known)));
    }
    Ok(Some(named))
}

fn names(targets: &[Target]) -> String {
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    names.join(", ")
}

/// Prints the findings of publish.yaml without any password.
fn print_findings(session: &Session, text: String, mut findings: Vec<Diagnostic>) -> Result<()> {
    let file = target::FILE.to_owned();
    let sources = Sources::from([(file.clone(), text.clone())]);
    sources.locate(&mut findings);
    let censored = Sources::from([(file, censored(&text, &findings))]);
    session.print_findings(&censored, &findings, Shown::All, &mut stderr())
}

/// Blanks everything behind the last mark of each line with findings: a password may be there.
fn censored(text: &str, findings: &[Diagnostic]) -> String {
    let mut marks = Vec::new();
    for finding in findings {
        if let SourceLocation::Bytes(bytes) = finding.origin.location {
            marks.push(bytes.end);
        }
    }
    let mut censored = String::new();
    for line in text.lines() {
        // Blanks keep every line's length, because findings count bytes from the beginning.
        let begin = censored.len();
        let end = begin + line.len();
        let in_line = marks.iter().filter(|mark| (begin..=end).contains(mark));
        let kept = in_line.max().map_or(line, |mark| &line[..mark - begin]);
        censored.push_str(&format!("{kept}{}\n", " ".repeat(line.len() - kept.len())));
    }
    censored
}

/// Prints the security headers of the site as its content is now.
fn print_headers(session: &Session, syntax: HeaderSyntax) -> Result<bool> {
    let Some(project) = session.open()? else {
        return Ok(false);
    };
    let policy = bundle::site_policy(&session.build_input(&project, &[], &session.texts()))?;
    write_text(&mut stdout(), &policy.headers(syntax))?;
    Ok(true)
}

fn nothing_published(session: &Session) -> Result<bool> {
    let text = line(session.catalog, &Message::new("nothing-published"));
    write_text(&mut stderr(), &text).map(|()| false)
}

/// Searches the very bytes that are about to be sent for every text that is not public.
fn refuse_leaks(project: &Project, site: &BuiltSite) -> Result<()> {
    let issued = project.content.issued().map(|edition| &edition.sheet);
    let registers: Vec<&Register> = issued.chain([&project.register]).collect();
    for (path, bytes) in &site.files {
        let rendered = RenderedText::file(path, bytes);
        if let Some(text) = rendered.leak(&registers, Audience::Public) {
            let message = Message::new("leak-leaving").with("path", path);
            return Err(Error::new(message.with("text", text)));
        }
    }
    Ok(())
}

fn json(value: &impl Serialize) -> String {
    String::from_utf8(data::pretty(value)).expect("JSON is UTF-8")
}

fn line(catalog: &Catalog, message: &Message) -> String {
    format!("{}\n", catalog.format(message))
}
