//! The language of a sheet: English texts if they exist, else the Japanese ones, marked as such.

use crate::date::{self, DateStyle};
use crate::message::Language;
use crate::model::Bilingual;
use crate::text::{Text, is_japanese};
use jiff::civil::Date;

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
    pub fn amended(self, amended: &str) -> String {
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
