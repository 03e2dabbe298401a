//! The values of fields: lines, texts, days, periods and headings, read from YAML scalars.

use crate::text::Text;
use jiff::Span;
use jiff::civil::Date;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

/// The reason for refusing a scalar.
enum Refusal {
    /// It is not what the field expects.
    Invalid,
    /// The sentence that [`super::yaml_errors`] knows.
    Because(&'static str),
}

/// Reads a string with `parse`. Only an error inside the visitor gets a position from serde_yaml.
struct StringVisitor<T> {
    expecting: &'static str,
    parse: fn(&str) -> Result<T, Refusal>,
}

impl<T> Visitor<'_> for StringVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: de::Error>(self, written: &str) -> Result<T, E> {
        (self.parse)(written).map_err(|refusal| match refusal {
            Refusal::Invalid => E::invalid_value(de::Unexpected::Str(written), &self),
            Refusal::Because(sentence) => E::custom(sentence),
        })
    }
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

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Line, D::Error> {
        deserializer.deserialize_str(StringVisitor {
            expecting: "a string",
            parse: |written| {
                let line = crate::text::join_lines(&super::yaml::unfold(written));
                if line.is_empty() {
                    Err(Refusal::Because("blank"))
                } else {
                    Ok(Line(line))
                }
            },
        })
    }
}

/// A day as `2015-10-01`; jiff alone would also take a date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsoDate(pub Date);

impl<'de> Deserialize<'de> for IsoDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<IsoDate, D::Error> {
        deserializer.deserialize_str(StringVisitor {
            expecting: "a day like 2015-10-01",
            parse: |written| match written.parse() {
                Ok(day) if written.len() == 10 => Ok(IsoDate(day)),
                _ => Err(Refusal::Invalid),
            },
        })
    }
}

/// A length of time as `P90D` or `P1Y` (ISO 8601).
#[derive(Debug, Clone, Copy)]
pub struct Period(pub Span);

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
        deserializer.deserialize_str(StringVisitor {
            expecting: "a duration like P90D",
            parse: |written| match written.parse() {
                Ok(span) if written.starts_with('P') => Ok(Period(span)),
                _ => Err(Refusal::Invalid),
            },
        })
    }
}

/// Headings by place (`C-d`), each once.
#[derive(Debug, Default)]
pub struct Headings(pub BTreeMap<String, Line>);

impl<'de> Deserialize<'de> for Headings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Headings, D::Error> {
        deserializer.deserialize_map(HeadingsVisitor)
    }
}

struct HeadingsVisitor;

impl<'de> Visitor<'de> for HeadingsVisitor {
    type Value = Headings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headings, A::Error> {
        let mut headings = BTreeMap::new();
        while let Some((place, heading)) = map.next_entry::<String, Line>()? {
            if headings.insert(place.clone(), heading).is_some() {
                return Err(de::Error::custom(format!("duplicate field `{place}`")));
            }
        }
        Ok(Headings(headings))
    }
}

/// Inline Markdown; a [`Text`] by itself is verbatim.
struct Markdown(Text);

impl<'de> Deserialize<'de> for Markdown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Markdown, D::Error> {
        deserializer
            .deserialize_any(ParagraphsVisitor)
            .map(Markdown)
    }
}

/// Reads inline Markdown.
pub fn markdown<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
    Markdown::deserialize(deserializer).map(|text| text.0)
}

/// Reads inline Markdown that may be missing.
pub fn optional_markdown<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Text>, D::Error> {
    let text = Option::<Markdown>::deserialize(deserializer)?;
    Ok(text.map(|text| text.0))
}

/// Reads inline Markdown of a field that counts as written even if it is left blank.
pub fn present_markdown<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Text>, D::Error> {
    optional_markdown(deserializer).map(|text| Some(text.unwrap_or_default()))
}

/// Reads a record of which nothing need be written: a blank field is the same as none.
pub fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

struct ParagraphsVisitor;

impl<'de> Visitor<'de> for ParagraphsVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or a list of texts")
    }

    fn visit_str<E: de::Error>(self, written: &str) -> Result<Text, E> {
        Ok(Text::parse([super::yaml::unfold(written).as_str()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Text, A::Error> {
        let mut paragraphs = Vec::new();
        while let Some(written) = list.next_element::<String>()? {
            paragraphs.push(super::yaml::unfold(&written));
        }
        Ok(Text::parse(paragraphs.iter().map(String::as_str)))
    }
}
