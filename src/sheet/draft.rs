//! The words of every cell, as the audience may read them.

use super::{
    Cell, CertificationFields, CertificationLine, CertificationProof, Control, Heading, Kind,
    Labels, Note, Occasion, Row, RowProof, State, Validity,
};
use crate::date;
use crate::model::{Audience, Certification, Item, Measure, Register, Section, Statement, Told};
use crate::text::Text;
use jiff::civil::Date;

/// What laying out needs at hand.
pub struct Draftsman<'a> {
    pub register: &'a Register,
    pub occasion: &'a Occasion<'a>,
    pub labels: &'a Labels,
}

impl Draftsman<'_> {
    fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    fn date(&self, day: Date) -> String {
        date::print(day, self.register.date_style)
    }

    pub fn row(&self, section: &Section, item: &Item, measure: &Measure) -> Row {
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
                let cell = cell_of(State::Open, Text::plain(self.label(label)));
                self.with_audience(cell, told.audience)
            }
        }
    }

    /// The cell as this audience may read it.
    fn cell<T>(&self, told: &Told<T>, state: State, text: impl Fn(&T) -> Option<Text>) -> Cell {
        let cell = match text(&told.what) {
            None => cell_of(State::None, Text::default()),
            Some(_) if told.audience > self.occasion.kind.audience() => {
                cell_of(State::Withheld, Text::plain(self.label("withheld")))
            }
            Some(text) => cell_of(state, text),
        };
        self.with_audience(cell, told.audience)
    }

    /// Who may read a cell is told to the office only.
    fn with_audience(&self, cell: Cell, audience: Audience) -> Cell {
        let audience = (self.occasion.kind == Kind::Proof).then_some(audience);
        Cell { audience, ..cell }
    }

    pub fn version(&self) -> String {
        match self.occasion.edition.is_none() {
            true => format!("{} {}", self.occasion.id, self.label("draft")),
            false => self.occasion.id.to_owned(),
        }
    }

    pub fn control(&self, date: &str) -> Vec<Control> {
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

    pub fn certification(&self, certification: &Certification) -> CertificationLine {
        let told = |label: &str, last| self.label(label).replace("{last}", &self.date(last));
        let over = certification.expires_on.map(|last| told("expired", last));
        let (state, validity) = match (certification.expires_on, &over) {
            (Some(last), Some(over)) => {
                let lapsed = self.occasion.kind.judges_by_the_day()
                    && certification.lapsed(self.occasion.today);
                match lapsed {
                    true => (Validity::Expired, over.clone()),
                    false => (Validity::Valid, told("valid_until", last)),
                }
            }
            _ => (Validity::Undated, self.label("undated").to_owned()),
        };
        let iso = |day: Option<Date>| day.map(|day| day.to_string());
        CertificationLine {
            id: certification.id.clone(),
            text: certification.printed.clone(),
            number: certification.number.clone(),
            state,
            validity,
            over,
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
    pub fn general_notes(&self) -> Vec<Note> {
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
        audience: None,
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
