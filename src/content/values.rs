//! The values of fields: lines, texts, days, periods and headings, read from YAML scalars.

use crate::characters::is_blank;
use crate::text::Text;
use jiff::Span;
use jiff::civil::Date;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

/// Reads a string with `parse`. Only an error inside the visitor gets a position from serde_yaml.
struct StringVisitor<T> {
    expecting: &'static str,
    parse: fn(&str) -> Option<T>,
}

impl<T> Visitor<'_> for StringVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: de::Error>(self, written: &str) -> Result<T, E> {
        let refused = || E::invalid_value(de::Unexpected::Str(written), &self);
        (self.parse)(written).ok_or_else(refused)
    }
}

macro_rules! read_from_string {
    ($type:ty, $expecting:literal, $parse:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                deserializer.deserialize_str(StringVisitor {
                    expecting: $expecting,
                    parse: $parse,
                })
            }
        }
    };
}

/// One line of plain text, never blank. Line breaks between Japanese characters leave no space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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

read_from_string!(Line, "a string", |written| {
    let line = crate::text::join_lines(&super::yaml::unfold(written));
    (!is_blank(&line)).then_some(Line(line))
});

/// A day as `2015-10-01`; jiff alone would also take a date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsoDate(pub Date);

read_from_string!(IsoDate, "a day", |written| {
    let day = written.parse().ok().filter(|_| written.len() == 10);
    day.map(IsoDate)
});

/// A length of time as `P90D` or `P1Y` (ISO 8601).
#[derive(Debug, Clone, Copy)]
pub struct Period(pub Span);

read_from_string!(Period, "a duration", |written| {
    let span = written.parse().ok().filter(|_| written.starts_with('P'));
    span.map(Period)
});

/// A map in which each key is written once; YAML's reader would keep the last of two.
#[derive(Debug)]
pub struct EachOnce<T>(pub BTreeMap<String, T>);

impl<T> Default for EachOnce<T> {
    fn default() -> EachOnce<T> {
        EachOnce(BTreeMap::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for EachOnce<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EachOnce<T>, D::Error> {
        deserializer.deserialize_map(EachOnce::default())
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for EachOnce<T> {
    type Value = EachOnce<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<EachOnce<T>, A::Error> {
        while let Some((key, value)) = map.next_entry::<String, T>()? {
            if self.0.insert(key.clone(), value).is_some() {
                return Err(de::Error::custom(format!("duplicate field `{key}`")));
            }
        }
        Ok(self)
    }
}

/// Inline Markdown; a [`Text`] by itself is verbatim.
#[derive(Debug, Default)]
pub struct Markdown(pub Text);

impl<'de> Deserialize<'de> for Markdown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Markdown, D::Error> {
        deserializer.deserialize_any(ParagraphsVisitor)
    }
}

/// Reads inline Markdown of a field that counts as written even if it is left blank.
pub fn even_if_blank<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Markdown>, D::Error> {
    or_default(deserializer).map(Some)
}

/// Reads a record of which nothing need be written: a blank field is the same as none.
pub fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

struct ParagraphsVisitor;

impl<'de> Visitor<'de> for ParagraphsVisitor {
    type Value = Markdown;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or a list of texts")
    }

    fn visit_str<E: de::Error>(self, written: &str) -> Result<Markdown, E> {
        if is_blank(written) {
            return Ok(Markdown::default());
        }
        let paragraph = super::yaml::unfold(written);
        Ok(Markdown(Text::parse([paragraph.as_str()])))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Markdown, A::Error> {
        let mut paragraphs = Vec::new();
        while let Some(written) = list.next_element::<String>()? {
            if !is_blank(&written) {
                paragraphs.push(super::yaml::unfold(&written));
            }
        }
        Ok(Markdown(Text::parse(paragraphs.iter().map(String::as_str))))
    }
}
