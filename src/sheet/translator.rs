//! The words a sheet takes: its own language's where they were written, else the Japanese ones, marked as such.

use crate::date::{self, DateStyle};
use crate::message::Language;
use crate::model::{English, Guideline, Office, Register, Signatory};
use crate::text::{Text, is_japanese};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The language of what is not in the sheet's own: a theme says `lang="ja"` on it.
pub type Foreign = Option<&'static str>;

/// Chooses between a text and its translation.
#[derive(Clone, Copy)]
pub struct Translator<'a> {
    /// What was written in English; only an English sheet has it.
    english: Option<&'a English>,
    style: DateStyle,
}

impl<'a> Translator<'a> {
    pub fn of(register: &'a Register, language: Language) -> Translator<'a> {
        Translator {
            english: match language {
                Language::Japanese => None,
                Language::English => Some(&register.english),
            },
            style: register.date_style,
        }
    }

    pub fn date(self, day: Date) -> String {
        match self.english {
            None => date::print(day, self.style),
            Some(_) => date::print_english(day),
        }
    }

    /// One line; `translation` finds its English.
    pub fn line(
        self,
        japanese: &str,
        translation: impl FnOnce(&'a English) -> Option<&'a String>,
    ) -> (String, Foreign) {
        match self.english.and_then(translation) {
            Some(english) => (english.clone(), None),
            None => (japanese.to_owned(), self.foreign(japanese)),
        }
    }

    /// A line that need not be there.
    pub fn known(
        self,
        japanese: &Option<String>,
        translation: impl FnOnce(&'a English) -> Option<&'a String>,
    ) -> (Option<String>, Foreign) {
        match japanese {
            None => (None, None),
            Some(japanese) => {
                let (line, foreign) = self.line(japanese, translation);
                (Some(line), foreign)
            }
        }
    }

    /// The text of a cell.
    pub fn text(
        self,
        japanese: &Text,
        translation: impl FnOnce(&'a English) -> Option<&'a Text>,
    ) -> (Text, Foreign) {
        match self.english.and_then(translation) {
            Some(english) => (english.clone(), None),
            None => (japanese.clone(), self.foreign(&japanese.to_plain())),
        }
    }

    /// A number or a product's name reads the same in both languages.
    fn foreign(self, words: &str) -> Foreign {
        let foreign = self.english.is_some() && words.contains(is_japanese);
        foreign.then(|| Language::Japanese.code())
    }
}

/// What stands around the table.
pub struct Frame {
    pub title: String,
    pub office: Office,
    pub signatory: Signatory,
    pub guideline: Guideline,
    /// What of it is not in the sheet's language.
    pub untranslated: BTreeMap<&'static str, &'static str>,
}

/// Words what stands around the table.
pub fn frame(register: &Register, wording: Translator) -> Frame {
    let mut untranslated = BTreeMap::new();
    let mut mark = |field, foreign: Foreign| {
        untranslated.extend(foreign.map(|language| (field, language)));
    };
    let mut line = |field, (line, foreign): (String, Foreign)| {
        mark(field, foreign);
        line
    };
    let title = line(
        "title",
        wording.line(&register.title, |en| en.title.as_ref()),
    );
    let guideline = Guideline {
        id: register.guideline.id.clone(),
        title: line(
            "guideline",
            wording.line(&register.guideline.title, |en| en.guideline.as_ref()),
        ),
    };
    let signatory = Signatory {
        title: line(
            "signatory_title",
            wording.line(&register.signatory.title, |en| {
                en.office.signatory_title.as_ref()
            }),
        ),
        name: line(
            "signatory_name",
            wording.line(&register.signatory.name, |en| {
                en.office.signatory_name.as_ref()
            }),
        ),
    };
    let of = &register.office;
    let name = line(
        "office",
        wording.line(&of.name, |en| en.office.name.as_ref()),
    );
    let mut known = |field, (line, foreign): (Option<String>, Foreign)| {
        mark(field, foreign);
        line
    };
    let office = Office {
        name,
        tel: of.tel.clone(),
        address: known(
            "address",
            wording.known(&of.address, |en| en.office.address.as_ref()),
        ),
        url: of.url.clone(),
        representative: known(
            "representative",
            wording.known(&of.representative, |en| en.office.representative.as_ref()),
        ),
        complaints: known(
            "complaints",
            wording.known(&of.complaints, |en| en.office.complaints.as_ref()),
        ),
        security: of.security.clone(),
    };
    Frame {
        title,
        office,
        signatory,
        guideline,
        untranslated,
    }
}
