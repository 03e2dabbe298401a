//! Days as the sheet prints them, and the time in Japan.

use crate::message::Language;
use jiff::civil::{Date, DateTime, date};
use jiff::{Timestamp, tz::offset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub fn in_japan(at: Timestamp) -> DateTime {
    offset(9).to_datetime(at)
}

pub fn day_in_japan(at: Timestamp) -> Date {
    in_japan(at).date()
}

/// The calendar of printed dates, one a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DateStyle {
    /// 西暦: 2015年10月1日
    #[default]
    Western,
    /// 和暦: 平成27年10月1日
    Era,
}

/// The first day and name of each era, newest first (元号法; cabinet orders set the days).
const ERAS: [(Date, &str); 4] = [
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
];

/// Prints a day in a style, for English readers always as `1 October 2015`; days before the first known era in 西暦.
pub fn print(day: Date, style: DateStyle, language: Language) -> String {
    if language == Language::English {
        return day.strftime("%-d %B %Y").to_string();
    }
    let era = ERAS.iter().find(|(first, _)| *first <= day);
    let year = match (style, era) {
        (DateStyle::Era, Some((first, name))) => match day.year() - first.year() + 1 {
            1 => format!("{name}元年"),
            n => format!("{name}{n}年"),
        },
        _ => format!("{}年", day.year()),
    };
    format!("{year}{}月{}日", day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_change_on_their_first_day() {
        let era = |y, m, d| print(date(y, m, d), DateStyle::Era, Language::Japanese);
        assert_eq!(era(2015, 10, 1), "平成27年10月1日");
        assert_eq!(era(2019, 4, 30), "平成31年4月30日");
        assert_eq!(era(2019, 5, 1), "令和元年5月1日");
        assert_eq!(era(2020, 1, 1), "令和2年1月1日");
        assert_eq!(era(1989, 1, 7), "昭和64年1月7日");
        assert_eq!(
            print(date(2015, 10, 1), DateStyle::Western, Language::Japanese),
            "2015年10月1日"
        );
    }

    #[test]
    fn english_days_have_their_month_in_words() {
        let english = |y, m, d| print(date(y, m, d), DateStyle::Era, Language::English);
        assert_eq!(english(2015, 10, 1), "1 October 2015");
        assert_eq!(english(2027, 1, 31), "31 January 2027");
        assert_eq!(english(2024, 12, 9), "9 December 2024");
    }
}
