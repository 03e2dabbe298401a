//! The text of every cell, cut to the sheet's reader, in its language: untranslated Japanese is marked as such.

use super::{
    Cell, CertificationData, CertificationLine, CertificationProof, ControlEntry, Heading, Labels,
    LayoutOptions, PrintedDay, Rendering, Row, RowProof, State, Validity,
};
use crate::model::{
    Audience, Bilingual, Certification, Coordinate, Item, Measure, Register, Section,
    dated_standard, place_name,
};
use crate::text::{Run, Text, is_japanese};
use crate::{date, date::DateStyle, edition::Edition, message::Language};
use jiff::civil::Date;

/// The language of a text that is not in the sheet's own: a theme marks it with `lang="ja"`.
pub type ForeignLang = Option<&'static str>;

/// Lays out texts, rows and certificates one by one.
pub struct RowLayout<'a> {
    pub register: &'a Register,
    pub options: &'a LayoutOptions<'a>,
    pub labels: Labels,
}

impl RowLayout<'_> {
    pub fn date(&self, day: Date) -> String {
        date::print(day, self.register.date_style, self.options.language)
    }

    pub fn day(&self, day: Date) -> PrintedDay {
        let (iso, text) = (day.to_string(), self.date(day));
        PrintedDay { iso, text }
    }

    pub fn line(&self, line: &Bilingual<String>) -> (String, ForeignLang) {
        self.translation(line, &line.ja)
    }

    fn translation<T: Clone>(&self, value: &Bilingual<T>, ja: &str) -> (T, ForeignLang) {
        match &value.en {
            Some(english) if self.options.language == Language::English => (english.clone(), None),
            _ => (value.ja.clone(), self.foreign(ja)),
        }
    }

    /// A number or a product's name reads the same in both languages.
    fn foreign(&self, text: &str) -> ForeignLang {
        let foreign = self.options.language == Language::English && text.contains(is_japanese);
        foreign.then(|| Language::Japanese.code())
    }

    /// The amendment of a guideline as laws are cited: `令和7年6月改正`, whatever the sheet's dates.
    pub fn amended(&self, amended: &str) -> String {
        let parsed = amended.parse().or_else(|_| format!("{amended}-01").parse());
        let Some(day): Option<Date> = parsed.ok() else {
            return amended.to_owned();
        };
        if self.options.language == Language::English {
            return format!("amended {}", day.strftime("%B %Y"));
        }
        let printed = date::print(day, DateStyle::Era, Language::Japanese);
        let month = printed.split_inclusive('月').next().unwrap_or_default();
        format!("{month}改正")
    }

    fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    fn is_proof(&self) -> bool {
        self.options.rendering == Rendering::Proof
    }

    pub fn row(&self, section: &Section, item: &Item, measure: &Measure) -> Row {
        let place = place_name(&section.id, item.id.as_deref());
        let anchor = |id: &String| place_name(&place, Some(id));
        let (subject, remarks) = (Some(&measure.subject), measure.remarks.as_ref());
        let item_anchor = item.id.as_ref().map(|_| place.clone());
        let origin = &measure.origin;
        let coordinate = |(line, cell): &Coordinate| format!("{line}.{cell}");
        let source: Vec<String> = origin.source.iter().map(coordinate).collect();
        Row {
            id: measure.id.clone(),
            no: measure.no,
            anchor: anchor(&measure.id),
            formerly: measure.formerly.iter().map(anchor).collect(),
            section: self.heading(&section.letter, &section.name, Some(section.id.clone())),
            item: self.heading(&item.letter, &item.name, item_anchor),
            subject: self.cell(State::Stated, subject, measure.audience.subject),
            measure: self.statement(measure),
            remarks: self.cell(State::Stated, remarks, measure.audience.remarks),
            proof: self.is_proof().then(|| RowProof {
                file: format!("{}:{}", origin.file, origin.line),
                source: source.join(" / "),
                confirm: origin.confirm.clone(),
                memo: origin.memo.clone(),
                reviewed_on: origin.reviewed_on.map(|day| self.date(day)),
                audience: self.withheld_fields(measure),
                findings: Vec::new(),
            }),
        }
    }

    fn heading(&self, letter: &str, name: &Bilingual<String>, anchor: Option<String>) -> Heading {
        let (name, lang) = self.line(name);
        Heading {
            letter: letter.to_owned(),
            name,
            anchor,
            span: 0,
            lang,
        }
    }

    fn statement(&self, measure: &Measure) -> Cell {
        let Some(statement) = measure.statement() else {
            // The form prints an empty cell for a row that is still open.
            let noted = self.is_proof().then(|| Text::plain(self.label("open")));
            return cell(State::Open, noted.unwrap_or_default(), None);
        };
        let stated = measure.measure.as_ref().map(|_| State::Stated);
        let state = stated.unwrap_or(State::NotApplicable);
        let mut cell = self.cell(state, Some(statement), measure.audience.measure);
        if cell.state == State::NotApplicable {
            // The two halves of the label stand before and after the reason.
            let label = self.label("not_applicable");
            let (before, after) = label.split_once("{reason}").unwrap_or((label, ""));
            let run = |half: &str| (!half.is_empty()).then(|| Run::plain(half));
            if let Some(first) = cell.paragraphs.first_mut() {
                first.splice(..0, run(before));
            }
            if let Some(last) = cell.paragraphs.last_mut() {
                last.extend(run(after));
            }
        }
        cell
    }

    /// The cell as this sheet's reader may see it.
    fn cell(&self, state: State, text: Option<&Bilingual<Text>>, audience: Audience) -> Cell {
        let Some(text) = text else {
            return cell(State::None, Text::default(), None);
        };
        if audience > self.options.rendering.audience() {
            return cell(State::Withheld, Text::plain(self.label("withheld")), None);
        }
        let (chosen, lang) = self.translation(text, &text.ja.to_plain());
        cell(state, chosen, lang)
    }

    /// 版: its number and id, or the day and 案（未発行） of a draft.
    pub fn version(&self) -> String {
        match self.options.version.edition {
            Some(edition) => self
                .label("edition_number")
                .replace("{number}", &edition.number.to_string())
                .replace("{id}", &edition.id),
            None => format!("{} {}", self.register.date, self.label("draft")),
        }
    }

    pub fn control(&self, date: &str) -> Vec<ControlEntry> {
        let register = self.register;
        let number = register.document_number.clone();
        let lang = self.foreign(number.as_deref().unwrap_or(""));
        let day = |day: Option<Date>| day.map(|day| self.date(day));
        let revised_on = self.options.version.edition.and_then(Edition::revised_on);
        let entries = [
            ("control_number", number, lang),
            ("control_version", Some(self.version()), None),
            ("control_date", Some(date.to_owned()), None),
            ("control_established", day(register.established_on), None),
            ("control_revised", day(revised_on), None),
            ("control_effective", day(register.effective_on), None),
        ];
        Vec::from_iter(entries.into_iter().filter_map(|(name, value, lang)| {
            let (label, text) = (self.label(name).to_owned(), value?);
            Some(ControlEntry { label, text, lang })
        }))
    }

    pub fn certification(&self, certification: &Certification) -> CertificationLine {
        let (text, lang) = self.line(&certification.printed);
        let (state, validity, expired) = self.validity(certification);
        let iso = |day: Option<Date>| day.map(|day| day.to_string());
        let part = |part: &Option<Bilingual<String>>| part.as_ref().map(|part| self.line(part).0);
        let edition = certification.edition.as_deref();
        let dated = Some(dated_standard(&certification.standard, edition));
        let standard = dated.filter(|it| text.starts_with(it)).unwrap_or_default();
        CertificationLine {
            id: certification.id.clone(),
            standard,
            lang,
            number: certification.number.clone(),
            state,
            validity,
            expired,
            expires_on: iso(certification.expires_on),
            proof: self.is_proof().then(|| CertificationProof {
                file: certification.file.clone(),
                findings: Vec::new(),
            }),
            issued_on: certification.issued_on.map(|day| self.date(day)),
            data: CertificationData {
                id: certification.id.clone(),
                text: text.clone(),
                standard: certification.standard.clone(),
                edition: certification.edition.clone(),
                scheme: part(&certification.scheme),
                number: certification.number.clone(),
                body: part(&certification.body),
                accreditor: certification.accreditor.clone(),
                scope: part(&certification.scope),
                issued_on: iso(certification.issued_on),
                expires_on: iso(certification.expires_on),
            },
            text,
        }
    }

    /// Its state, the text printed beside it, and the text printed instead after the last day.
    fn validity(&self, certification: &Certification) -> (Validity, String, Option<String>) {
        let Some(last) = certification.expires_on else {
            // Without a date, clients are told nothing about validity.
            let undated = if self.is_proof() { "undated" } else { "" };
            return (Validity::Undated, self.label(undated).to_owned(), None);
        };
        let day = self.date(last);
        let label = |name| self.label(name).replace("{last}", &day);
        let expired = label("expired");
        let judged = self.options.rendering.is_judged_by_the_day();
        // The last day still counts.
        if judged && last < self.options.today {
            (Validity::Expired, expired.clone(), Some(expired))
        } else {
            (Validity::Valid, label("valid_until"), Some(expired))
        }
    }

    /// The fields that only clients may read, and the name of those readers.
    fn withheld_fields(&self, measure: &Measure) -> Option<String> {
        let (readers, remarks) = (measure.audience, measure.remarks.as_ref());
        let fields = [
            ("subject", Some(readers.subject)),
            ("measure", Some(readers.measure)),
            ("remarks", remarks.map(|_| readers.remarks)),
        ];
        let withheld = fields.iter().filter(|it| it.1 == Some(Audience::Client));
        let labels: Vec<&str> = withheld.map(|(field, _)| self.label(field)).collect();
        let audience = self.label("audience_client");
        (!labels.is_empty()).then(|| format!("{}: {audience}", labels.join(" / ")))
    }
}

fn cell(state: State, text: Text, lang: ForeignLang) -> Cell {
    Cell {
        state,
        span: 1,
        paragraphs: text.paragraphs,
        lang,
    }
}
