//! The language of a sheet: English texts if they exist, else the Japanese ones, marked as such.

use crate::date::{self, DateStyle};
use crate::message::Language;
use crate::model::{Bilingual, Guideline, Office, Register, Signatory};
use crate::text::{Text, is_japanese};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The language of a text that is not in the sheet's own: a theme marks it with `lang="ja"`.
pub type ForeignLang = Option<&'static str>;

/// Chooses between a text and its translation.
#[derive(Debug, Clone, Copy)]
pub struct Translator {
    pub language: Language,
    pub style: DateStyle,
}

impl Translator {
    pub fn date(self, day: Date) -> String {
        match self.language {
            Language::Japanese => date::print(day, self.style),
            Language::English => date::print_english(day),
        }
    }

    pub fn line(self, line: &Bilingual<String>) -> (String, ForeignLang) {
        match self.translation(line) {
            Some(english) => (english.clone(), None),
            None => (line.ja.clone(), self.foreign(&line.ja)),
        }
    }

    pub fn text(self, text: &Bilingual<Text>) -> (Text, ForeignLang) {
        match self.translation(text) {
            Some(english) => (english.clone(), None),
            None => (text.ja.clone(), self.foreign(&text.ja.to_plain())),
        }
    }

    fn translation<T>(self, value: &Bilingual<T>) -> Option<&T> {
        let english = value.en.as_ref();
        english.filter(|_| self.language == Language::English)
    }

    /// The amendment of a guideline as laws are cited: `令和7年6月改正`, whatever the sheet's dates.
    fn amended(self, amended: &str) -> String {
        let parsed = amended.parse().or_else(|_| format!("{amended}-01").parse());
        let Some(day): Option<Date> = parsed.ok() else {
            return amended.to_owned();
        };
        if self.language == Language::English {
            return format!("amended {}", day.strftime("%B %Y"));
        }
        let printed = date::print(day, DateStyle::Era);
        let month = printed.split_inclusive('月').next().unwrap_or_default();
        format!("{month}改正")
    }

    /// A number or a product's name reads the same in both languages.
    pub fn foreign(self, text: &str) -> ForeignLang {
        let foreign = self.language == Language::English && text.contains(is_japanese);
        foreign.then(|| Language::Japanese.code())
    }
}

/// The texts around the table, in the sheet's language as far as they are translated.
pub struct Frame {
    pub title: String,
    pub office: Office<String>,
    pub signatory: Signatory<String>,
    pub guideline: Guideline<String>,
    /// The language of each text that is not in the sheet's own, by its name in themes.
    pub untranslated: BTreeMap<&'static str, &'static str>,
}

/// Translates the texts around the table.
pub fn frame(register: &Register, translator: Translator) -> Frame {
    let mut untranslated = BTreeMap::new();
    let mut line = |field, line: &Bilingual<String>| {
        let (line, foreign) = translator.line(line);
        untranslated.extend(foreign.map(|language| (field, language)));
        line
    };
    let (office, guideline) = (&register.office, &register.guideline);
    let representative = office.representative.as_ref();
    let complaints = office.complaints.as_ref();
    let amended = guideline.amended.as_deref();
    Frame {
        title: line("title", &register.title),
        office: Office {
            name: line("office", &office.name),
            tel: office.tel.clone(),
            address: office.address.as_ref().map(|it| line("address", it)),
            url: office.url.clone(),
            representative: representative.map(|it| line("representative", it)),
            complaints: complaints.map(|it| line("complaints", it)),
            homepage: office.homepage.clone(),
            security: office.security.clone(),
        },
        signatory: Signatory {
            title: line("signatory_title", &register.signatory.title),
            name: line("signatory_name", &register.signatory.name),
        },
        guideline: Guideline {
            id: guideline.id.clone(),
            title: line("guideline", &guideline.title),
            amended: amended.map(|it| translator.amended(it)),
        },
        untranslated,
    }
}
