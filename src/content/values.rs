//! The values of fields: lines, texts, days, periods and headings, read from YAML scalars.

use crate::characters::is_blank;
use crate::text::Text;
use jiff::Span;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Deref;

/// Reads a type from a string with `$parse`. The error names the `format` of its JSON Schema.
macro_rules! read_from_string {
    ($type:ident, $format:literal, $parse:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                // `~` is no text.
                let written = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
                ($parse)(&written).ok_or_else(|| de::Error::custom($format))
            }
        }
    };
}

/// One line of plain text, never blank. Line breaks between Japanese characters leave no space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(extend("format" = "line"))]
pub struct Line(String);

impl Deref for Line {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

read_from_string!(Line, "line", |written: &str| {
    let line = crate::text::join_lines(&super::yaml::unfold(written));
    (!is_blank(&line)).then_some(Line(line))
});

/// A day as `2015-10-01`; jiff alone would also take a date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(extend("format" = "date"))]
pub struct IsoDate(#[schemars(with = "String")] pub Date);

impl IsoDate {
    pub fn parse(written: &str) -> Option<IsoDate> {
        let written = written.trim();
        let day = written.parse().ok().filter(|_| written.len() == 10);
        day.map(IsoDate)
    }
}

read_from_string!(IsoDate, "date", IsoDate::parse);

/// A length of time as `P90D` or `P1Y` (ISO 8601).
#[derive(Debug, Clone, Copy, JsonSchema)]
#[schemars(extend("format" = "duration"))]
pub struct Period(#[schemars(with = "String")] pub Span);

impl Period {
    pub fn parse(written: &str) -> Option<Period> {
        let span = written.parse().ok().filter(|_| written.starts_with('P'));
        span.map(Period)
    }
}

read_from_string!(Period, "duration", Period::parse);

/// Inline Markdown; a [`Text`] by itself is verbatim.
#[derive(Debug, Default, JsonSchema)]
#[schemars(extend("type" = ["string", "array"], "items" = {"type": ["string", "null"], "format": "line"}))]
pub struct Markdown(#[schemars(with = "String")] pub Text);

impl Markdown {
    /// Parses paragraphs; blank ones are dropped.
    fn of(written: Vec<Option<String>>) -> Markdown {
        let unfolded = written.iter().flatten().map(|it| super::yaml::unfold(it));
        let paragraphs: Vec<String> = unfolded.filter(|it| !is_blank(it)).collect();
        Markdown(Text::parse(paragraphs.iter().map(String::as_str)))
    }
}

impl<'de> Deserialize<'de> for Markdown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Markdown, D::Error> {
        deserializer.deserialize_any(Markdown::default())
    }
}

impl<'de> Visitor<'de> for Markdown {
    type Value = Markdown;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or a list of texts")
    }

    fn visit_str<E: de::Error>(self, written: &str) -> Result<Markdown, E> {
        Ok(Markdown::of(vec![Some(written.to_owned())]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Markdown, A::Error> {
        let list: Vec<Option<String>> = Vec::deserialize(SeqAccessDeserializer::new(list))?;
        if list.iter().flatten().any(|entry| is_blank(entry)) {
            return Err(de::Error::custom("an entry is blank"));
        }
        Ok(Markdown::of(list))
    }
}

/// Reads inline Markdown of a field that counts as written even if it is left blank.
pub fn even_if_blank<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Markdown>, D::Error> {
    or_default(reader).map(Some)
}

/// Reads a record of which nothing need be written: a blank field is the same as none.
pub fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
