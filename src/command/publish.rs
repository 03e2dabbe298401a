//! `safeguard publish`: build, check and ship the site in one go.

use super::build::{self, Built};
use super::{Session, clock, write_text};
use crate::check::texts::confidential_in;
use crate::compare::{self, Comparison};
use crate::content::Content;
use crate::data;
use crate::diagnostic::{Diagnostic, Place};
use crate::edition::Edition;
use crate::message::{Catalog, Error, Message, Result};
use crate::model::{Audience, Register};
use crate::publish::plan::{MANIFEST, Plan, Site};
use crate::publish::state::Memory;
use crate::publish::store::Store;
use crate::publish::target::{self, Target};
use crate::publish::{self, PAUSES, Run, Step, Unmanaged};
use crate::render::bundle;
use crate::render::leak::RenderedText;
use crate::report::Format as Restricted;
use crate::sheet::{self, LayoutOptions, Rendering, Sheet};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{ErrorKind, IsTerminal};

#[derive(clap::Args)]
pub struct Publish {
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    #[arg(long)]
    dry_run: bool,
    #[arg(
        long,
        value_enum,
        default_value = "text",
        hide_default_value = true,
        hide_possible_values = true
    )]
    format: Format,
    #[arg(long)]
    draft: bool,
    #[arg(long)]
    replace: bool,
    #[arg(long, value_name = "EDITION|previous")]
    rollback: Option<String>,
    #[arg(long, value_name = "SERVER", value_enum, hide_possible_values = true)]
    headers: Option<Server>,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// A server's way to have headers written, each a file of `server/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Server {
    Nginx,
    Apache,
    /// What hosts of static sites read.
    #[value(name = "_headers")]
    Headers,
}

impl Publish {
    /// Whether the content and `publish.yaml` were without errors; only then something was sent.
    pub fn run(&self, session: &Session) -> Result<bool> {
        if let Some(server) = self.headers {
            return self::headers(session, server);
        }
        let Some(targets) = targets(session)? else {
            return refused(session);
        };
        let target = chosen(targets, self.target.as_deref())?;
        let Some(built) = build::build(session, None)? else {
            return refused(session);
        };
        let memory = Memory::open(&session.common.directory)?;
        let site = match &self.rollback {
            Some(which) => memory.recall(&target.name, which)?,
            None => Site::of(&built.bundle),
        };
        if site.manifest.edition.is_none() && !self.draft {
            return Err(Error::new(Message::new("draft-unpublished")));
        }
        refuse_leaks(&built, &site)?;
        let done = self.ship(session, &target, &memory, &built, site);
        done.map_err(|failure| target.conceal(failure))
            .map(|()| true)
    }

    fn ship(
        &self,
        session: &Session,
        target: &Target,
        memory: &Memory,
        built: &Built,
        mut site: Site,
    ) -> Result<()> {
        let progress = Progress::new(session);
        let unmanaged = match self.replace {
            true => Unmanaged::Replace,
            false => Unmanaged::Keep,
        };
        let run = Run {
            publisher: &memory.publisher,
            unmanaged,
            clock: &clock,
            pauses: &PAUSES,
            progress: &|step| progress.print_findings(step),
        };
        let held = memory.hold(&target.name)?;
        let mut store = run.open(target, &session.common.directory)?;
        if self.dry_run {
            let plan = publish::preview(store.as_mut(), &site, &run)?;
            let preview = self.preview(store.as_mut(), target, plan, built)?;
            let text = match self.format {
                Format::Json => String::from_utf8(data::pretty(&preview)).expect("JSON is UTF-8"),
                Format::Text => preview.print(session.catalog),
            };
            return write_text(&mut std::io::stdout(), &text);
        }
        let plan = publish::publish(store.as_mut(), &site, &run)?;
        progress.end();
        site.manifest = plan.manifest.clone();
        memory.remember(&target.name, &site)?;
        drop(held);
        let message = Message::new(match plan.is_empty() {
            true => "published-already",
            false => "published",
        });
        let message = message
            .with("target", &target.name)
            .with("place", &target.location)
            .with("sent", plan.sent().count())
            .with("removed", plan.remove.len());
        match session.common.quiet {
            true => Ok(()),
            false => write_text(&mut std::io::stdout(), &line(session.catalog, &message)),
        }
    }

    /// What would travel, and what the public would read otherwise than now.
    fn preview(
        &self,
        store: &mut dyn Store,
        target: &Target,
        plan: Plan,
        built: &Built,
    ) -> Result<Preview> {
        let published = store.read(MANIFEST).map_err(|trouble| trouble.failure)?;
        let published = published.as_deref().map(publish::plan::read_manifest);
        let published = published.transpose()?;
        let before = published
            .as_ref()
            .and_then(|published| edition(&built.content, published.edition.as_deref()));
        let after = match self.rollback {
            Some(_) => edition(&built.content, plan.manifest.edition.as_deref()),
            None => Some(working(built)),
        };
        let changes = before.zip(after);
        Ok(Preview {
            target: target.name.clone(),
            place: target.location.to_string(),
            published: published.map(|published| published.id),
            next: plan.manifest.id.clone(),
            changes: changes.map(|(before, after)| compare::compare(&before, &after)),
            plan,
        })
    }
}

/// What `--dry-run` tells.
#[derive(Serialize)]
struct Preview {
    target: String,
    place: String,
    /// What is published now; none before the first time.
    published: Option<String>,
    next: String,
    #[serde(flatten)]
    plan: Plan,
    /// None where what is published is no edition of this content.
    changes: Option<Comparison>,
}

impl Preview {
    fn print(&self, catalog: &Catalog) -> String {
        let published = self.published.as_deref().unwrap_or("-");
        let head = Message::new("plan")
            .with("target", &self.target)
            .with("place", &self.place)
            .with("published", published)
            .with("next", &self.next);
        let mut text = line(catalog, &head);
        let manifest = self.plan.announces.then(|| MANIFEST.to_owned());
        let manifest: Vec<String> = manifest.into_iter().collect();
        for (id, paths) in [
            ("plan-upload", &self.plan.upload),
            ("plan-page", &self.plan.pages),
            ("plan-manifest", &manifest),
            ("plan-remove", &self.plan.remove),
            ("plan-carried", &self.plan.carried),
        ] {
            for path in paths {
                text.push_str(&line(catalog, &Message::new(id).with("path", path)));
            }
        }
        let unchanged = Message::new("plan-unchanged").with("count", self.plan.unchanged);
        text.push_str(&line(catalog, &unchanged));
        match &self.changes {
            Some(changes) => text.push_str(&compare::print(changes, catalog, false)),
            None if self.published.is_none() => {}
            None => text.push_str(&line(catalog, &Message::new("plan-no-comparison"))),
        }
        text
    }
}

/// The targets of `publish.yaml`; none once what is wrong with it was told.
pub fn targets(session: &Session) -> Result<Option<Vec<Target>>> {
    let path = session.common.directory.join(target::FILE);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let id = match error.kind() {
            ErrorKind::NotFound => "no-publish-yaml",
            _ => "file-unreadable",
        };
        let message = Message::new(id).with("path", path.display());
        Error::new(message).caused_by(error)
    })?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut findings = match target::read(&text, |name| std::env::var(name).ok()) {
        Ok(targets) if targets.is_empty() => {
            let message = Message::new("publish-yaml-empty").with("path", path.display());
            return Err(Error::new(message));
        }
        Ok(targets) => return Ok(Some(targets)),
        Err(findings) => findings,
    };
    let sources = [(target::FILE.to_owned(), text)].into();
    let content = Content {
        sources,
        ..Content::default()
    };
    content.locate(&mut findings);
    let content = Content {
        sources: [(target::FILE.to_owned(), shown(&content, &findings))].into(),
        ..Content::default()
    };
    session.print_findings(
        &content,
        &findings,
        Restricted::Human,
        &mut std::io::stderr(),
    )?;
    Ok(None)
}

/// The text of the file as it may be shown: of lines with a finding nothing behind the last mark, where a password may stand.
fn shown(content: &Content, findings: &[Diagnostic]) -> String {
    let text = &content.sources[target::FILE];
    let ends = findings
        .iter()
        .filter_map(|finding| match finding.origin.place {
            Place::Bytes(bytes) => Some(bytes.end),
            _ => None,
        });
    let ends: Vec<usize> = ends.collect();
    let mut begin = 0;
    let lines = text.lines().map(|line| {
        let end = begin + line.len();
        let last = ends
            .iter()
            .filter(|mark| (begin..=end).contains(mark))
            .max();
        let kept = last.map_or(line, |mark| &line[..mark - begin]);
        begin = end + 1;
        // As long as it was, for the places of findings count from the beginning.
        format!("{kept}{}\n", " ".repeat(line.len() - kept.len()))
    });
    lines.collect()
}

fn chosen(targets: Vec<Target>, name: Option<&str>) -> Result<Target> {
    let known: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
    let mut targets = targets.into_iter();
    let found = match name {
        Some(name) => targets.find(|target| target.name == name),
        None => targets.next().filter(|_| known.len() == 1),
    };
    found.ok_or_else(|| {
        let message = match name {
            Some(name) => Message::new("no-such-target").with("name", name),
            None => Message::new("which-target"),
        };
        Error::new(message.with("known", known.join(", ")))
    })
}

/// Prints the security headers that belong to the site as it is built now.
fn headers(session: &Session, server: Server) -> Result<bool> {
    let Some(built) = build::build(session, None)? else {
        return Ok(false);
    };
    let name = match server {
        Server::Nginx => "nginx.conf",
        Server::Apache => "htaccess",
        Server::Headers => "_headers",
    };
    let text = String::from_utf8_lossy(&built.bundle[&format!("server/{name}")]);
    write_text(&mut std::io::stdout(), &text).map(|()| true)
}

fn refused(session: &Session) -> Result<bool> {
    let text = line(session.catalog, &Message::new("nothing-published"));
    write_text(&mut std::io::stderr(), &text).map(|()| false)
}

/// The last gate: the very bytes that are about to leave are held against every text that is not for everybody.
fn refuse_leaks(built: &Built, site: &Site) -> Result<()> {
    let issued = built.content.issued().map(|edition| &edition.sheet);
    let registers: Vec<&Register> = issued.chain([&built.register]).collect();
    for (path, bytes) in &site.files {
        let made = RenderedText::file(path, bytes);
        // A state put back may tell a name that was listed as confidential since.
        let known = built.bundle.get(&format!("site/{path}")) == Some(bytes);
        let named = (!known).then(|| confidential_in(&built.content, made.words()));
        let named = named.and_then(|names| names.first().map(ToString::to_string));
        if let Some(text) = made.leak(&registers, Audience::Public).or(named) {
            let message = Message::new("leak-leaving").with("path", path);
            return Err(Error::new(message.with("text", text)));
        }
    }
    Ok(())
}

/// The public sheet of an edition that is on record.
fn edition(content: &Content, id: Option<&str>) -> Option<Sheet> {
    let mut issued = content.issued();
    let edition = issued.find(|edition: &&Edition| Some(edition.id.as_str()) == id)?;
    Some(edition.lay_out(Rendering::Site, &edition.words))
}

/// The public sheet as it was just built.
fn working(built: &Built) -> Sheet {
    let Built {
        content, register, ..
    } = built;
    let current = content.current_edition(register);
    if let Some(current) = current {
        return current.lay_out(Rendering::Site, &current.words);
    }
    let id = bundle::id(content, register);
    let options = LayoutOptions::of(Rendering::Site, register.date, &id);
    let labels = content.issued().next_back().map(|edition| &edition.words);
    sheet::lay_out(register, &options, labels.unwrap_or(&Default::default()))
}

fn line(catalog: &Catalog, message: &Message) -> String {
    format!("{}\n", catalog.format(message))
}

/// A bar on a terminal, plain lines elsewhere.
struct Progress<'a> {
    session: &'a Session<'a>,
    bar: ProgressBar,
}

impl<'a> Progress<'a> {
    fn new(session: &'a Session) -> Progress<'a> {
        let shown = std::io::stderr().is_terminal() && !session.common.quiet;
        let bar = match shown {
            true => ProgressBar::no_length(),
            false => ProgressBar::hidden(),
        };
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
        bar.set_style(style.expect("a template that the library knows"));
        Progress { session, bar }
    }

    fn print_findings(&self, step: Step) {
        let message = match step {
            Step::Plan(plan) => {
                let steps = plan.sent().count() + plan.remove.len() + usize::from(plan.announces);
                return self.bar.set_length(steps as u64);
            }
            Step::Send(path, bytes) => Message::new("sending")
                .with("path", path)
                .with("size", bytes.div_ceil(1024)),
            Step::Remove(path) => Message::new("removing").with("path", path),
            Step::Retry => Message::new("trying-again"),
        };
        let text = self.session.catalog.format(&message);
        self.bar.set_message(text.clone());
        if !matches!(step, Step::Retry) {
            self.bar.inc(1);
        }
        if self.bar.is_hidden() && !self.session.common.quiet {
            // A line that nobody reads is no reason to stop half-way.
            let _ = write_text(&mut std::io::stderr(), &format!("{text}\n"));
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
