//! The words of every cell, as the audience may read them.

use super::translator::{Foreign, Translator};
use super::{
    Cell, CertificationFields, CertificationLine, CertificationProof, Control, FindingText,
    Heading, Labels, LayoutOptions, Rendering, Row, RowProof, State, Validity,
};
use crate::model::{
    Audience, Certification, CertificationEnglish, English, Item, Measure, MeasureEnglish,
    Register, Restricted, Section, Statement,
};
use crate::text::Text;
use jiff::civil::Date;

/// What laying out needs at hand.
pub struct RowLayout<'a> {
    pub register: &'a Register,
    pub options: &'a LayoutOptions<'a>,
    pub labels: &'a Labels,
    pub wording: Translator<'a>,
}

impl<'a> RowLayout<'a> {
    fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
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
            section: self.heading(&section.letter, &section.name, Some(section.id.clone())),
            item: self.heading(&item.letter, &item.name, item.id.as_ref().map(|_| place)),
            subject: self.cell(&measure.subject, State::Stated, |subject| {
                Some(self.text(measure, subject, |en| &en.subject))
            }),
            measure: self.statement(measure),
            remarks: self.cell(&measure.remarks, State::Stated, |remarks| {
                let remarks = remarks.as_ref()?;
                Some(self.text(measure, remarks, |en| &en.remarks))
            }),
            proof: (self.options.kind == Rendering::Proof).then(|| self.row_proof(measure)),
        }
    }

    /// A heading's anchor is the place it stands at.
    fn heading(&self, letter: &str, name: &str, anchor: Option<String>) -> Heading {
        let (name, lang) = self
            .wording
            .line(name, |en| en.headings.get(anchor.as_ref()?));
        Heading {
            letter: letter.to_owned(),
            name,
            anchor,
            span: 0,
            lang,
        }
    }

    /// A text of a measure in the sheet's language; `translation` is its field.
    fn text(
        &self,
        measure: &Measure,
        japanese: &Text,
        translation: impl Fn(&MeasureEnglish) -> &Option<Text>,
    ) -> (Text, Foreign) {
        self.wording.text(japanese, |en| {
            translation(en.measures.get(&measure.id)?).as_ref()
        })
    }

    fn statement(&self, measure: &Measure) -> Cell {
        let told = &measure.measure;
        let text = |japanese| self.text(measure, japanese, |en| &en.statement);
        match &told.what {
            Statement::Stated(words) => self.cell(told, State::Stated, |_| Some(text(words))),
            Statement::NotApplicable(reason) => self.cell(told, State::NotApplicable, |_| {
                let (reason, lang) = text(reason);
                let label = self.label("not_applicable");
                Some((around(label, "{reason}", &reason), lang))
            }),
            // That the office still owes an answer is no secret.
            Statement::Open => {
                let label = if self.options.kind == Rendering::Proof {
                    "open_in_proof"
                } else {
                    "open"
                };
                let cell = cell_of(State::Open, Text::plain(self.label(label)), None);
                self.with_audience(cell, told.audience)
            }
        }
    }

    /// The cell as this audience may read it.
    fn cell<T>(
        &self,
        told: &Restricted<T>,
        state: State,
        text: impl Fn(&T) -> Option<(Text, Foreign)>,
    ) -> Cell {
        let cell = match text(&told.what) {
            None => cell_of(State::None, Text::default(), None),
            Some(_) if told.audience > self.options.kind.audience() => {
                cell_of(State::Withheld, Text::plain(self.label("withheld")), None)
            }
            Some((text, lang)) => cell_of(state, text, lang),
        };
        self.with_audience(cell, told.audience)
    }

    /// Who may read a cell is told to the office only.
    fn with_audience(&self, cell: Cell, audience: Audience) -> Cell {
        let audience = (self.options.kind == Rendering::Proof).then_some(audience);
        Cell { audience, ..cell }
    }

    pub fn version(&self) -> String {
        match self.options.edition.is_none() {
            true => format!("{} {}", self.options.id, self.label("draft")),
            false => self.options.id.to_owned(),
        }
    }

    pub fn control(&self, date: &str) -> Vec<Control> {
        let register = self.register;
        let (number, lang) = self.wording.known(&register.document_number, |_| None);
        let day = |day: Option<Date>| day.map(|day| self.wording.date(day));
        let entries = [
            ("control_number", number, lang),
            ("control_version", Some(self.version()), None),
            ("control_date", Some(date.to_owned()), None),
            ("control_established", day(register.established_on), None),
            ("control_revised", day(register.revised_on), None),
        ];
        let known = entries.into_iter().filter_map(|(label, text, lang)| {
            let label = self.label(label).to_owned();
            let text = text?;
            Some(Control { label, text, lang })
        });
        known.collect()
    }

    pub fn certification(&self, certification: &Certification) -> CertificationLine {
        let told = |label: &str, last| {
            self.label(label)
                .replace("{last}", &self.wording.date(last))
        };
        let over = certification.expires_on.map(|last| told("expired", last));
        let (state, validity) = match (certification.expires_on, &over) {
            (Some(last), Some(over)) => {
                let lapsed = self.options.kind.judges_by_the_day()
                    && certification.lapsed(self.options.today);
                match lapsed {
                    true => (Validity::Expired, over.clone()),
                    false => (Validity::Valid, told("valid_until", last)),
                }
            }
            _ => (Validity::Undated, self.label("undated").to_owned()),
        };
        let iso = |day: Option<Date>| day.map(|day| day.to_string());
        let id = &certification.id;
        let (text, lang) = self.wording.line(&certification.printed, |en| {
            en.certifications.get(id)?.printed.as_ref()
        });
        let part = |japanese: &Option<String>,
                    translation: fn(&CertificationEnglish) -> &Option<String>| {
            let translation = |en: &'a English| translation(en.certifications.get(id)?).as_ref();
            self.wording.known(japanese, translation).0
        };
        CertificationLine {
            id: id.clone(),
            text,
            lang,
            number: certification.number.clone(),
            state,
            validity,
            over,
            expires_on: iso(certification.expires_on),
            proof: (self.options.kind == Rendering::Proof).then(|| CertificationProof {
                file: certification.file.clone(),
                findings: self.notes(&certification.file, None),
            }),
            fields: CertificationFields {
                standard: certification.standard.clone(),
                edition: certification.edition.clone(),
                scheme: part(&certification.scheme, |en| &en.scheme),
                number: certification.number.clone(),
                body: part(&certification.body, |en| &en.body),
                accreditor: certification.accreditor.clone(),
                scope: part(&certification.scope, |en| &en.scope),
                issued_on: iso(certification.issued_on),
                expires_on: iso(certification.expires_on),
            },
        }
    }

    fn row_proof(&self, measure: &Measure) -> RowProof {
        let origin = &measure.origin;
        let line = self
            .options
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
            reviewed_on: origin.reviewed_on.map(|day| self.wording.date(day)),
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

    fn notes(&self, file: &str, entry: Option<usize>) -> Vec<FindingText> {
        let notes = self.options.notes.get(&(file.to_owned(), entry));
        notes.cloned().unwrap_or_default()
    }

    /// Notes that no row and no certification shows.
    pub fn general_notes(&self) -> Vec<FindingText> {
        let certificates = &self.register.certifications;
        let of_certificate = |file: &str| {
            certificates
                .iter()
                .any(|certificate| certificate.file == file)
        };
        let general = self.options.notes.iter();
        let general = general.filter(|((file, entry), _)| entry.is_none() && !of_certificate(file));
        general.flat_map(|(_, notes)| notes).cloned().collect()
    }
}

fn cell_of(state: State, text: Text, lang: Foreign) -> Cell {
    Cell {
        state,
        audience: None,
        span: 1,
        paragraphs: text.paragraphs,
        lang,
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
