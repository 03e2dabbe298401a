//! Register + labels → the form, format-neutral: what a reader finds in every rendering.
//!
//! Rows, their order, joined cells, numbers, anchors, the words in every cell and who may read them are decided here, once.
//! Fonts, widths and page breaks belong to the theme. A [`Sheet`] is laid out for one audience, so what that audience may not read is not in it.

use crate::date;
use crate::model::{
    Audience, Certification, Guideline, Item, Measure, Office, Register, Section, Signatory,
    Statement, Told,
};
use crate::text::{Paragraph, Text};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a rendering is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The web page.
    Page,
    /// The PDF on the web.
    Site,
    /// The PDF for prospective clients.
    Handout,
    /// The print to date, sign and seal.
    Signed,
    /// The office's own working print.
    Proof,
}

impl Kind {
    pub fn audience(self) -> Audience {
        match self {
            Kind::Page | Kind::Site => Audience::Public,
            Kind::Handout | Kind::Signed => Audience::Prospect,
            Kind::Proof => Audience::Internal,
        }
    }

    /// Whether the day of judgement stands on it; an issued copy must not change from day to day.
    fn judges_by_the_day(self) -> bool {
        matches!(self, Kind::Page | Kind::Proof)
    }
}

/// The words a theme prints, by name.
pub type Labels = BTreeMap<String, String>;

/// What a sheet is laid out for.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    pub kind: Kind,
    pub today: Date,
    /// Id of the edition, also in file names.
    pub id: &'a str,
    /// Not issued: every rendering says so.
    pub draft: bool,
    /// What the author is told; only a proof shows it.
    pub notes: &'a Notes,
    /// First line of each measure by file; only a proof shows it.
    pub lines: &'a BTreeMap<String, Vec<usize>>,
}

/// Findings in words, by file and, where they belong to one measure of it, by that.
pub type Notes = BTreeMap<(String, Option<usize>), Vec<Note>>;

/// A finding in words.
#[derive(Debug, Clone, Serialize)]
pub struct Note {
    pub severity: &'static str,
    pub rule: &'static str,
    pub text: String,
    /// `content/sheet.yaml:4`
    pub place: String,
}

/// The form, for one audience. Themes read it as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    pub kind: Kind,
    pub audience: Audience,
    pub lang: &'static str,
    pub title: String,
    pub office: Office,
    pub signatory: Signatory,
    pub guideline: Guideline,
    pub id: String,
    pub draft: bool,
    /// 版: the id, and 案（未発行） where it is a draft.
    pub version: String,
    pub date: Day,
    pub as_of: Option<Day>,
    pub control: Vec<Control>,
    pub labels: Labels,
    pub rows: Vec<Row>,
    pub certifications: Vec<CertificationLine>,
    /// Notes that belong to no row and no certification.
    pub findings: Vec<Note>,
}

/// A day for machines and for readers.
#[derive(Debug, Clone, Serialize)]
pub struct Day {
    pub iso: String,
    pub text: String,
}

/// One entry of the control block (文書番号, 版, …).
#[derive(Debug, Clone, Serialize)]
pub struct Control {
    pub label: String,
    pub text: String,
}

/// One row of the form.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub id: String,
    pub no: Option<u32>,
    pub anchor: String,
    /// Anchors it had before: old links still arrive.
    pub formerly: Vec<String>,
    pub section: Heading,
    pub item: Heading,
    pub subject: Cell,
    pub measure: Cell,
    pub remarks: Cell,
    pub proof: Option<RowProof>,
}

/// Letter and name of a section or item, standing on every row; `span` says how many rows share the cell: 0 on all but the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Heading {
    pub letter: String,
    pub name: String,
    /// `None` for the `-` of a section without items.
    pub anchor: Option<String>,
    pub span: usize,
}

/// The words of a cell; whatever the state, `paragraphs` is what is printed.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    pub state: State,
    /// Rows that share the cell; 0 where the one above reaches down.
    pub span: usize,
    pub paragraphs: Vec<Paragraph>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Stated,
    NotApplicable,
    /// The office still has to answer.
    Open,
    /// Not for this audience.
    Withheld,
    /// Nothing was written, and nothing need be.
    None,
}

/// What a proof prints beside a row.
#[derive(Debug, Clone, Serialize)]
pub struct RowProof {
    pub file: String,
    pub source: String,
    pub confirm: Option<String>,
    pub reviewed_on: Option<String>,
    pub audience: Option<String>,
    pub findings: Vec<Note>,
}

/// A line of the 第三者認証 block.
#[derive(Debug, Clone, Serialize)]
pub struct CertificationLine {
    pub id: String,
    pub text: String,
    /// Stands in `text`; a theme keeps it on one line.
    pub number: String,
    pub state: Validity,
    /// What is printed beside it.
    pub validity: String,
    pub expires_on: Option<String>,
    pub proof: Option<CertificationProof>,
    #[serde(skip)]
    pub fields: CertificationFields,
}

/// The parts of a certificate, for the data that programs read.
#[derive(Debug, Clone, Serialize)]
pub struct CertificationFields {
    pub standard: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    pub number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accreditor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    Valid,
    Expired,
    Undated,
}

#[derive(Debug, Clone, Serialize)]
pub struct CertificationProof {
    pub file: String,
    pub findings: Vec<Note>,
}

/// Lays the register out for one occasion.
pub fn lay_out(register: &Register, occasion: &Occasion, labels: &Labels) -> Sheet {
    let day = |day: Date| Day {
        iso: day.to_string(),
        text: date::print(day, register.date_style),
    };
    let date = day(register.date);
    let as_of = occasion
        .kind
        .judges_by_the_day()
        .then(|| day(occasion.today));
    let labels = fill_in(labels, register, &date.text, as_of.as_ref());
    let draftsman = Draftsman {
        register,
        occasion,
        labels: &labels,
    };
    let mut rows = Vec::new();
    for section in &register.sections {
        for item in &section.items {
            rows.extend(
                item.measures
                    .iter()
                    .map(|measure| draftsman.row(section, item, measure)),
            );
        }
    }
    join(&mut rows);
    let certifications = register
        .certifications
        .iter()
        .map(|certification| draftsman.certification(certification))
        .collect();
    let control = draftsman.control(&date.text);
    let findings = match occasion.kind {
        Kind::Proof => draftsman.general_notes(),
        _ => Vec::new(),
    };
    Sheet {
        kind: occasion.kind,
        audience: occasion.kind.audience(),
        lang: "ja",
        title: register.title.clone(),
        office: register.office.clone(),
        signatory: register.office.signatory.clone(),
        guideline: register.guideline.clone(),
        id: occasion.id.to_owned(),
        draft: occasion.draft,
        version: draftsman.version(),
        date,
        as_of,
        control,
        rows,
        certifications,
        findings,
        labels,
    }
}

impl Sheet {
    /// The same sheet with its first rows only: for finding the row a theme stumbles over.
    pub fn first_rows(&self, count: usize) -> Sheet {
        let mut cut = self.clone();
        cut.rows.truncate(count);
        join(&mut cut.rows);
        cut
    }
}

/// Says which rows share a cell: runs of one section, of one item in it, of one subject in that.
fn join(rows: &mut [Row]) {
    let same_section = |a: &Row, b: &Row| a.section.anchor == b.section.anchor;
    let same_item = |a: &Row, b: &Row| {
        same_section(a, b) && a.item.anchor == b.item.anchor && a.item.name == b.item.name
    };
    // Two withheld subjects are not known to be one.
    let same_subject = |a: &Row, b: &Row| {
        let stated = a.subject.state == State::Stated && b.subject.state == State::Stated;
        same_item(a, b) && stated && a.subject.paragraphs == b.subject.paragraphs
    };
    let sections = spans(rows, same_section);
    let items = spans(rows, same_item);
    let subjects = spans(rows, same_subject);
    for (index, row) in rows.iter_mut().enumerate() {
        row.section.span = sections[index];
        row.item.span = items[index];
        row.subject.span = subjects[index];
    }
}

fn spans(rows: &[Row], same: impl Fn(&Row, &Row) -> bool) -> Vec<usize> {
    rows.chunk_by(same)
        .flat_map(|run| std::iter::once(run.len()).chain(std::iter::repeat_n(0, run.len() - 1)))
        .collect()
}

/// Fills the placeholders that are the same all over the sheet.
fn fill_in(labels: &Labels, register: &Register, date: &str, as_of: Option<&Day>) -> Labels {
    let fill = |label: &String| {
        label
            .replace("{office}", &register.office.name)
            .replace("{date}", date)
            .replace("{as_of}", as_of.map_or("", |day| &day.text))
    };
    labels
        .iter()
        .map(|(name, label)| (name.clone(), fill(label)))
        .collect()
}

/// What laying out needs at hand.
struct Draftsman<'a> {
    register: &'a Register,
    occasion: &'a Occasion<'a>,
    labels: &'a Labels,
}

impl Draftsman<'_> {
    fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    fn date(&self, day: Date) -> String {
        date::print(day, self.register.date_style)
    }

    fn row(&self, section: &Section, item: &Item, measure: &Measure) -> Row {
        let place = crate::content::place_name(&section.id, item.id.as_deref());
        Row {
            id: measure.id.clone(),
            no: measure.no,
            anchor: format!("{place}-{}", measure.id),
            formerly: measure
                .formerly
                .iter()
                .map(|id| format!("{place}-{id}"))
                .collect(),
            section: Heading {
                letter: section.letter.clone(),
                name: section.name.clone(),
                anchor: Some(section.id.clone()),
                span: 0,
            },
            item: Heading {
                letter: item.letter.clone(),
                name: item.name.clone(),
                anchor: item.id.as_ref().map(|_| place),
                span: 0,
            },
            subject: self.cell(&measure.subject, State::Stated, |subject| {
                Some(subject.clone())
            }),
            measure: self.statement(&measure.measure),
            remarks: self.cell(&measure.remarks, State::Stated, Clone::clone),
            proof: (self.occasion.kind == Kind::Proof).then(|| self.row_proof(measure)),
        }
    }

    fn statement(&self, told: &Told<Statement>) -> Cell {
        match &told.what {
            Statement::Stated(_) => self.cell(told, State::Stated, |statement| match statement {
                Statement::Stated(text) => Some(text.clone()),
                _ => None,
            }),
            Statement::NotApplicable(reason) => self.cell(told, State::NotApplicable, |_| {
                Some(around(self.label("not_applicable"), "{reason}", reason))
            }),
            // That the office still owes an answer is no secret.
            Statement::Open => {
                let label = if self.occasion.kind == Kind::Proof {
                    "open_in_proof"
                } else {
                    "open"
                };
                cell_of(State::Open, Text::plain(self.label(label)))
            }
        }
    }

    /// The cell as this audience may read it.
    fn cell<T>(&self, told: &Told<T>, state: State, text: impl Fn(&T) -> Option<Text>) -> Cell {
        match text(&told.what) {
            None => cell_of(State::None, Text::default()),
            Some(_) if told.audience > self.occasion.kind.audience() => {
                cell_of(State::Withheld, Text::plain(self.label("withheld")))
            }
            Some(text) => cell_of(state, text),
        }
    }

    fn version(&self) -> String {
        match self.occasion.draft {
            true => format!("{} {}", self.occasion.id, self.label("draft")),
            false => self.occasion.id.to_owned(),
        }
    }

    fn control(&self, date: &str) -> Vec<Control> {
        let register = self.register;
        let entries = [
            ("control_number", register.document_number.clone()),
            ("control_version", Some(self.version())),
            ("control_date", Some(date.to_owned())),
            (
                "control_established",
                register.established_on.map(|day| self.date(day)),
            ),
            (
                "control_revised",
                register.revised_on.map(|day| self.date(day)),
            ),
        ];
        let known = entries.into_iter().filter_map(|(label, text)| {
            let label = self.label(label).to_owned();
            Some(Control { label, text: text? })
        });
        known.collect()
    }

    fn certification(&self, certification: &Certification) -> CertificationLine {
        let (state, validity) = match certification.expires_on {
            None => (Validity::Undated, self.label("undated").to_owned()),
            Some(last) => {
                let lapsed = self.occasion.kind.judges_by_the_day()
                    && certification.lapsed(self.occasion.today);
                let (state, label) = if lapsed {
                    (Validity::Expired, "expired")
                } else {
                    (Validity::Valid, "valid_until")
                };
                (state, self.label(label).replace("{last}", &self.date(last)))
            }
        };
        let iso = |day: Option<Date>| day.map(|day| day.to_string());
        CertificationLine {
            id: certification.id.clone(),
            text: certification.printed.clone(),
            number: certification.number.clone(),
            state,
            validity,
            expires_on: iso(certification.expires_on),
            proof: (self.occasion.kind == Kind::Proof).then(|| CertificationProof {
                file: certification.file.clone(),
                findings: self.notes(&certification.file, None),
            }),
            fields: CertificationFields {
                standard: certification.standard.clone(),
                edition: certification.edition.clone(),
                scheme: certification.scheme.clone(),
                number: certification.number.clone(),
                body: certification.body.clone(),
                accreditor: certification.accreditor.clone(),
                scope: certification.scope.clone(),
                issued_on: iso(certification.issued_on),
                expires_on: iso(certification.expires_on),
            },
        }
    }

    fn row_proof(&self, measure: &Measure) -> RowProof {
        let origin = &measure.origin;
        let line = self
            .occasion
            .lines
            .get(&origin.file)
            .and_then(|lines| lines.get(origin.index));
        let coordinates: Vec<String> = origin
            .source
            .iter()
            .map(|(line, cell)| format!("{line}.{cell}"))
            .collect();
        RowProof {
            file: format!("{}:{}", origin.file, line.copied().unwrap_or(1)),
            source: coordinates.join(" / "),
            confirm: origin.confirm.clone(),
            reviewed_on: origin.reviewed_on.map(|day| self.date(day)),
            audience: self.audiences(measure),
            // The open question stands there in full already.
            findings: self
                .notes(&origin.file, Some(origin.index))
                .into_iter()
                .filter(|note| note.rule != "open-question")
                .collect(),
        }
    }

    /// The fields that not everybody may read, and who may.
    fn audiences(&self, measure: &Measure) -> Option<String> {
        let fields = [
            ("subject", measure.subject.audience, true),
            ("measure", measure.measure.audience, true),
            (
                "remarks",
                measure.remarks.audience,
                measure.remarks.what.is_some(),
            ),
        ];
        let kept = fields.into_iter().filter_map(|(field, audience, written)| {
            let audience = match audience {
                Audience::Public => return None,
                Audience::Prospect => "audience_prospect",
                Audience::Internal => "audience_internal",
            };
            written.then(|| format!("{}: {}", self.label(field), self.label(audience)))
        });
        let kept: Vec<String> = kept.collect();
        (!kept.is_empty()).then(|| kept.join(" / "))
    }

    fn notes(&self, file: &str, entry: Option<usize>) -> Vec<Note> {
        let notes = self.occasion.notes.get(&(file.to_owned(), entry));
        notes.cloned().unwrap_or_default()
    }

    /// Notes that no row and no certification shows.
    fn general_notes(&self) -> Vec<Note> {
        let certificates = &self.register.certifications;
        let of_certificate = |file: &str| {
            certificates
                .iter()
                .any(|certificate| certificate.file == file)
        };
        let general = self.occasion.notes.iter();
        let general = general.filter(|((file, entry), _)| entry.is_none() && !of_certificate(file));
        general.flat_map(|(_, notes)| notes).cloned().collect()
    }
}

fn cell_of(state: State, text: Text) -> Cell {
    Cell {
        state,
        span: 1,
        paragraphs: text.paragraphs,
    }
}

/// Puts a label's words before and after a text.
fn around(label: &str, placeholder: &str, text: &Text) -> Text {
    let (before, after) = label.split_once(placeholder).unwrap_or((label, ""));
    let mut text = text.clone();
    let plain = |words: &str| crate::text::Run {
        text: words.to_owned(),
        ..Default::default()
    };
    if let (Some(first), false) = (text.paragraphs.first_mut(), before.is_empty()) {
        first.insert(0, plain(before));
    }
    if let (Some(last), false) = (text.paragraphs.last_mut(), after.is_empty()) {
        last.push(plain(after));
    }
    text
}
