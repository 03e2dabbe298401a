//! `safeguard issue`: freeze the checked content as an edition, withdraw one, or record what was let out.

mod chain;

use super::{JudgingOptions, Session, Shown};
use crate::characters::is_blank;
use crate::check::{SETTLED_BEFORE_ISSUE, texts};
use crate::content::{Content, Filed, edit, record::IsoDate, yaml};
use crate::diagnostic::{Diagnostic, Severity};
use crate::edition::{DrawnWith, Edition, file, random_digits};
use crate::message::{Error, Language, Message, Result};
use crate::model::{Audience, Register};
use crate::render::{bundle::Project, documents::edition_files, theme::Theme};
use crate::{data::sha256, issue, issue::IssueOptions};
use jiff::civil::Date;
use std::{collections::BTreeMap, path::PathBuf};

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("action").conflicts_with_all(["date", "reviewed"]))]
pub struct Issue {
    #[arg(long, value_name = "DATE", value_parser = super::usage::day)]
    date: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = super::usage::day)]
    reviewed: Option<Date>,
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    // The next four do something to editions that were issued before.
    #[arg(long, value_name = "ID", requires = "note", group = "action")]
    withdraw: Option<String>,
    #[arg(long, value_name = "ID", requires = "note", group = "action")]
    lost: Option<String>,
    #[arg(long, value_name = "ID", group = "action")]
    restore: Option<String>,
    #[arg(long, value_name = "FILE", requires = "to", group = "action")]
    attach: Option<PathBuf>,
    #[arg(long, value_name = "ID", requires = "attach")]
    to: Option<String>,
    #[arg(long, value_name = "NAME", requires = "attach")]
    recipient: Option<String>,
    #[command(flatten)]
    pub(super) judging: JudgingOptions,
}

/// Numbers given to new rows: by file and place in its list.
type Numbers = BTreeMap<String, BTreeMap<usize, u32>>;

impl Issue {
    /// Does what the options ask for. Returns false, with nothing written, if a new edition's content has errors.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let content = session.load()?;
        let note = self.note(session, &content)?;
        let scan = self.attach.as_deref().zip(self.to.as_deref());
        let done = match (&self.withdraw, &self.lost, &self.restore, scan) {
            (Some(id), ..) => chain::withdraw(session, &content, id, note.as_deref()),
            (_, Some(id), ..) => chain::give_up(session, &content, id, note.as_deref()),
            (.., Some(id), _) => chain::restore(session, &content, id),
            (.., Some((file, id))) => self.attach(session, &content, file, id),
            _ => return self.issue(session, content, note),
        };
        done.map(|()| true)
    }

    fn issue(&self, session: &Session, mut content: Content, note: Option<String>) -> Result<bool> {
        let date = self.date.unwrap_or_else(|| session.today());
        session.refuse_day(&content, date, ["issue-in-future", "issue-before-newest"])?;
        if let Some(day) = self.reviewed {
            session.refuse_day(&content, day, REVIEW_REFUSALS)?;
        }
        refuse_later_certificate(&content, date)?;
        if let Some(sheet) = &mut content.sheet {
            sheet.record.date = IsoDate(date);
            sheet.record.reviewed_on = self.reviewed.map(IsoDate).or(sheet.record.reviewed_on);
        }
        let Some(mut project) = session.judge(content, Shown::BeforeIssue)? else {
            return session.warn("nothing-issued").map(|()| false);
        };
        if let Some(same) = project.version().edition {
            return Err(Error::new("issue-unchanged").with("id", &same.id));
        }
        session.require_review(&project.content)?;
        let numbers = give_numbers(&mut project.register, &project.content);
        let before: Vec<&Edition> = project.content.issued().collect();
        let mut edition = session.freeze(&project, &before, note)?;
        let drawn = edition_files(&project.theme, &project.fonts, &edition, &before)?;
        let digest = |(name, bytes): (&String, &Vec<u8>)| (name.clone(), sha256(bytes));
        edition.files = drawn.iter().map(digest).collect();
        let record = (file::RECORD.to_owned(), yaml::write(&edition).into_bytes());
        let placed = |(name, bytes)| (format!("content/editions/{}/{name}", edition.id), bytes);
        let mut written = Vec::from_iter(drawn.into_iter().chain([record]).map(placed));
        // Git on Windows would change the line ends of recorded files.
        let attributes = "content/editions/.gitattributes";
        if !session.directory.join(attributes).exists() {
            written.push((attributes.to_owned(), b"* -text\n".to_vec()));
        }
        for (path, numbers) in &numbers {
            written.push(session.edited(path, &|text| edit::numbered(text, numbers))?);
        }
        // The last to be replaced: until then the content names the edition before.
        written.push(session.edited("content/sheet.yaml", &|text| {
            edit::issued(text, date, &edition.id, self.reviewed)
        })?);
        edit::write(&session.directory, &written)?;
        let summary = session.summary(&project.content, &edition, &numbers);
        session.print(summary).map(|()| true)
    }

    /// The note as it will be printed, for everybody to read.
    fn note(&self, session: &Session, content: &Content) -> Result<Option<String>> {
        let Some(written) = &self.note else {
            return Ok(None);
        };
        if is_blank(written) {
            return Err(Error::new("note-blank"));
        }
        let note = session.printable("--note", written)?;
        if let Some(name) = texts::confidential_in(content, &note).first() {
            return Err(Error::new("note-confidential").with("name", name));
        }
        Ok(Some(note))
    }
}

impl Session<'_> {
    /// Refuses a day that has not come, or one before the newest edition.
    fn refuse_day(&self, content: &Content, day: Date, ids: [&'static str; 2]) -> Result<()> {
        let message = match content.newest_edition() {
            _ if day > self.today() => Message::new(ids[0]).with("today", self.today()),
            Some(it) if day < it.sheet.date => Message::new(ids[1]).with("newest", &it.id),
            _ => return Ok(()),
        };
        Err(Error::new(message.with("day", day)))
    }

    /// Refuses an edition if the measures were not reviewed since the one before.
    fn require_review(&self, content: &Content) -> Result<()> {
        let sheet = content.sheet.as_ref();
        let reviewed = sheet.and_then(|sheet| Some(sheet.record.reviewed_on?.0));
        match (reviewed, content.newest_edition()) {
            (Some(day), _) => self.refuse_day(content, day, REVIEW_REFUSALS),
            (None, Some(newest)) => Err(Error::new("review-missing").with("newest", &newest.id)),
            (None, None) => Ok(()),
        }
    }

    /// Turns the findings that an edition may hold only if each is allowed by name into errors.
    pub(super) fn settle(&self, findings: &mut [Diagnostic]) {
        for finding in findings {
            if self.bars_issue(finding) {
                finding.severity = Severity::Error;
                let record = finding.record.as_deref().unwrap_or_default();
                let help = Message::new("allow-at-issue").with("rule", finding.rule);
                finding.help = Some(help.with("record", record));
            }
        }
    }

    /// True if an edition may hold the finding only if it is allowed by name, and it is not.
    pub(super) fn bars_issue(&self, finding: &Diagnostic) -> bool {
        let allowance = self.allowance(finding);
        let is_named = allowance.is_some_and(|allowed| allowed.record.is_some());
        !is_named && SETTLED_BEFORE_ISSUE.contains(&finding.rule)
    }

    fn freeze(&self, from: &Project, before: &[&Edition], note: Option<String>) -> Result<Edition> {
        let labels = from.theme.labels(Language::Japanese)?;
        let sheet = from.content.sheet.as_ref();
        // The allowances that let a finding pass, each once.
        let used = Vec::from_iter(from.findings.iter().filter_map(|it| self.allowance(it)));
        let allowed = self.allow.iter().filter(|allowed| used.contains(allowed));
        let options = IssueOptions {
            today: self.today(),
            note,
            salt: random_digits()?,
            allowed: allowed.cloned().collect(),
            labels: &labels,
            drawn_with: drawn_with(&from.register, &from.theme),
            first_number: sheet.and_then(|it| it.record.first_edition).unwrap_or(1),
            before,
            lost: &from.content.lost,
        };
        Ok(issue::freeze(&from.register, options))
    }

    fn summary(&self, content: &Content, edition: &Edition, numbers: &Numbers) -> String {
        let folder = format!("content/editions/{}", edition.id);
        let mut text = self.line(&Message::new("issued").with("path", folder));
        for audience in Audience::ALL {
            let digest = edition.digest.of(audience);
            text.push_str(&format!("  {:<6} {digest}\n", audience.name()));
        }
        let count: usize = numbers.values().map(BTreeMap::len).sum();
        if count > 0 {
            text.push_str(&self.line(&Message::new("numbers-given").with("count", count)));
        }
        text.push_str(&self.line(&Message::new("publish-first")));
        text + &self.lines(&super::copies::outdated(content, Some(&edition.id)))
    }
}

/// The reasons against a day of review: it has not come, or it was before the newest edition's.
const REVIEW_REFUSALS: [&str; 2] = ["review-day-in-future", "review-before-newest"];

/// Refuses a day on which a certificate of the sheet was not issued yet.
fn refuse_later_certificate(content: &Content, day: Date) -> Result<()> {
    for Filed { record, .. } in &content.certifications {
        if let Some(IsoDate(issued)) = record.issued_on.filter(|issued| issued.0 > day) {
            let message = Message::new("issue-before-certificate").with("day", day);
            let named = message.with("standard", &record.standard);
            return Err(Error::new(named.with("issued", issued)));
        }
    }
    Ok(())
}

/// Numbers the new rows in print order, after the highest number that a row ever had.
fn give_numbers(register: &mut Register, content: &Content) -> Numbers {
    let issued = content.issued().map(|edition| &edition.sheet);
    let ever = issued.chain([&*register]).flat_map(Register::measures);
    let last = ever.filter_map(|measure| measure.no).max().unwrap_or(0);
    let mut numbers = Numbers::new();
    let new = register.measures_mut().filter(|it| it.no.is_none());
    for (measure, number) in new.zip(last + 1..) {
        measure.no = Some(number);
        let of_file = numbers.entry(measure.origin.file.clone()).or_default();
        of_file.insert(measure.origin.index, number);
    }
    numbers
}

/// The parts of today's files that are not the edition's data.
pub fn drawn_with(register: &Register, theme: &Theme) -> DrawnWith {
    DrawnWith {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        theme: theme.name.clone(),
        theme_sha256: theme.sha256(),
        url: register.office.url.clone(),
        approvals: register.approvals.clone(),
    }
}
