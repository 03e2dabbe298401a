//! `safeguard issue`: freeze the checked content as an edition.

use super::{Session, write_text};
use crate::check::{self, CheckInput, Checked, texts};
use crate::content::record::Day;
use crate::content::{Content, edit, yaml};
use crate::data::sha256;
use crate::diagnostic::{Diagnostic, Severity};
use crate::edition::{self, Allowance, Edition, Files, Issue as Frozen, Salts};
use crate::message::{Error, Language, Message, Result};
use crate::model::Register;
use crate::render::pdf::Fonts;
use crate::render::theme::Theme;
use crate::report::Format;
use crate::sheet::Rendering;
use jiff::civil::Date;
use std::collections::BTreeMap;

#[derive(clap::Args)]
pub struct Issue {
    #[arg(long, value_name = "DATE", value_parser = super::usage::day)]
    date: Date,
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Numbers given to new rows: by file and entry.
type Numbers = BTreeMap<String, BTreeMap<usize, u32>>;

impl Issue {
    /// Whether the content may be issued; only then something was written.
    pub fn run(&self, session: &Session) -> Result<bool> {
        let mut content = session.load()?;
        let fonts = Fonts::compiled_in();
        self.refuse_day(session, &content)?;
        let note = self.note(session, &content, &fonts)?;
        if let Some(sheet) = &mut content.sheet {
            sheet.record.date = Day(self.date);
        }
        let input = CheckInput {
            content: &content,
            today: session.today(),
            can_draw: &|c| fonts.can_draw(c),
        };
        let Checked {
            mut findings,
            register,
            ..
        } = check::check(&input);
        for finding in &mut findings {
            if finding.rule == "open-question" && !session.allows(finding) {
                finding.severity = Severity::Error;
                finding.help = Some(Message::new("open-question-at-issue"));
            }
        }
        session.print_findings(&content, &findings, Format::Human, &mut std::io::stderr())?;
        let Some(mut register) = register.filter(|_| session.accepts(&findings)) else {
            let nothing = session.catalog.format(&Message::new("nothing-issued"));
            write_text(&mut std::io::stderr(), &format!("{nothing}\n"))?;
            return Ok(false);
        };
        if let Some(same) = content.current_edition(&register) {
            let message = Message::new("issue-unchanged").with("id", &same.id);
            return Err(Error::new(message));
        }
        let numbers = give_numbers(&mut register, &content);
        let theme = session.theme(&content)?;
        let labels = theme.labels(Language::Japanese)?;
        let before: Vec<&Edition> = content.issued().collect();
        let frozen = Frozen {
            note,
            salt: salts()?,
            allowed: session.allowances(&content, &findings),
            labels: &labels,
            before: &before,
        };
        let mut edition = edition::freeze(&register, frozen);
        edition.files = files(&edition, &fonts, &theme)?;
        let path = format!("content/editions/{}.yaml", edition.id);
        if session.common.directory.join(&path).exists() {
            return Err(Error::new(Message::new("issue-exists").with("path", path)));
        }
        let mut written = vec![(path.clone(), yaml::write(&edition))];
        written.extend(self.edited(session, &edition, &numbers)?);
        edit::write(&session.common.directory, &written)?;
        if !session.common.quiet {
            write_text(
                &mut std::io::stdout(),
                &told(session, &edition, &path, &numbers),
            )?;
        }
        Ok(true)
    }

    /// An edition speaks of a day that has come, and not of one before the edition it replaces.
    fn refuse_day(&self, session: &Session, content: &Content) -> Result<()> {
        let message = if self.date > session.today() {
            Message::new("issue-in-future").with("today", session.today())
        } else if let Some(newest) = content.issued().next_back()
            && self.date < newest.sheet.date
        {
            Message::new("issue-before-newest").with("newest", &newest.id)
        } else {
            return Ok(());
        };
        Err(Error::new(message.with("day", self.date)))
    }

    /// The note as it will be printed, for everybody to read.
    fn note(&self, session: &Session, content: &Content, fonts: &Fonts) -> Result<Option<String>> {
        let note = self.note.as_deref().map(str::trim);
        let Some(note) = note.filter(|note| !note.is_empty()) else {
            return Ok(None);
        };
        session.printable("--note", note, fonts)?;
        match texts::confidential_in(content, note).first() {
            Some(name) => Err(Error::new(
                Message::new("note-confidential").with("name", name),
            )),
            None => Ok(Some(note.to_owned())),
        }
    }

    /// The content files with the day, the edition's id and the new numbers in their lines.
    fn edited(
        &self,
        session: &Session,
        edition: &Edition,
        numbers: &Numbers,
    ) -> Result<Vec<(String, String)>> {
        let edit = |path: &str, edit: &dyn Fn(&str) -> Option<String>| {
            let refused = |id| Error::new(Message::new(id).with("path", path));
            let text = std::fs::read_to_string(session.common.directory.join(path))
                .map_err(|error| refused("cannot-edit").caused_by(error))?;
            // A byte order mark is no part of the YAML, and stays.
            let body = text.trim_start_matches('\u{feff}');
            let edited = edit(body).ok_or_else(|| refused("cannot-edit"))?;
            Ok((
                path.to_owned(),
                text[..text.len() - body.len()].to_owned() + &edited,
            ))
        };
        let mut files = Vec::new();
        for (path, numbers) in numbers {
            files.push(edit(path, &|text| edit::numbered(text, numbers))?);
        }
        // The last to be replaced: until then the content names the edition before.
        files.push(edit("content/sheet.yaml", &|text| {
            edit::issued(text, self.date, &edition.id)
        })?);
        Ok(files)
    }
}

/// Gives each new row the next number that no row ever had, in print order.
fn give_numbers(register: &mut Register, content: &Content) -> Numbers {
    let used = content.issued().map(|edition| &edition.sheet);
    let used = used.chain([&*register]).flat_map(Register::measures);
    let last = used.filter_map(|measure| measure.no).max().unwrap_or(0);
    let mut numbers = Numbers::new();
    let new = register
        .measures_mut()
        .filter(|measure| measure.no.is_none());
    for (measure, number) in new.zip(last + 1..) {
        measure.no = Some(number);
        let of_file = numbers.entry(measure.origin.file.clone()).or_default();
        of_file.insert(measure.origin.index, number);
    }
    numbers
}

/// 128 random bits for each audience that has something to hide.
fn salts() -> Result<Salts> {
    let salt = || {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::new(Message::new("no-random")).caused_by(error))?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    };
    Ok(Salts {
        prospect: salt()?,
        internal: salt()?,
    })
}

/// What the edition's PDFs are as this version draws them.
fn files(edition: &Edition, fonts: &Fonts, theme: &Theme) -> Result<Files> {
    let labels = theme.labels(Language::Japanese)?;
    let mut sha256s = BTreeMap::new();
    for (name, kind) in [("site", Rendering::Site), ("handout", Rendering::Handout)] {
        let sheet = edition.lay_out(kind, &labels);
        let pdf = crate::render::pdf::render(fonts, theme, &sheet, &crate::data::json(&sheet))?;
        sha256s.insert(format!("{name}.pdf"), sha256(&pdf.bytes));
    }
    Ok(Files {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        theme: theme.name.clone(),
        sha256: sha256s,
    })
}

fn told(session: &Session, edition: &Edition, path: &str, numbers: &Numbers) -> String {
    let message = Message::new("issued").with("path", path);
    let mut text = format!("{}\n", session.catalog.format(&message));
    for (audience, digest) in [
        ("public", &edition.digest.public),
        ("prospect", &edition.digest.prospect),
        ("internal", &edition.digest.internal),
    ] {
        text.push_str(&format!("  {audience:<9} {digest}\n"));
    }
    let count: usize = numbers.values().map(BTreeMap::len).sum();
    if count > 0 {
        let message = Message::new("numbers-given").with("count", count);
        text.push_str(&format!("{}\n", session.catalog.format(&message)));
    }
    text
}

impl Session<'_> {
    /// What `--allow` lets pass, with the places of what it was.
    fn allowances(&self, content: &Content, findings: &[Diagnostic]) -> Vec<Allowance> {
        let reasons: BTreeMap<&String, &String> = self
            .common
            .allow
            .iter()
            .map(|(rule, reason)| (rule, reason))
            .collect();
        let allowance = |(rule, reason): (&String, &String)| {
            let places = findings.iter().filter(|finding| finding.rule == rule);
            let place = |finding: &Diagnostic| {
                let line = content.line_of(&finding.origin);
                format!("{}:{line}", finding.origin.file)
            };
            Allowance {
                rule: rule.clone(),
                reason: reason.clone(),
                places: places.map(place).collect(),
            }
        };
        let allowed = reasons.into_iter().map(allowance);
        allowed
            .filter(|allowance| !allowance.places.is_empty())
            .collect()
    }
}
