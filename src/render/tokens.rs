//! The tokens of a theme: colours, sizes and columns in one flat file for paper and page. A template prints them as they
//! stand, so none may hold anything but what its kind allows.

use crate::content::{Sources, yaml};
use crate::diagnostic::{Origin, nearest};
use crate::message::{Error, Message, Result};
use serde_json::Value;

pub const TOKENS: &str = "tokens.yaml";

#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct Tokens(std::collections::BTreeMap<String, Value>);

impl Tokens {
    pub fn official(text: &str) -> Tokens {
        Tokens(yaml::read_flat(text).expect("the official tokens are a flat file"))
    }

    /// Replaces the tokens that an own file names; `file` is its name in errors.
    pub fn replaced_by(mut self, file: &str, text: &str) -> Result<Tokens> {
        let own = yaml::read_flat(text).map_err(|(line, cause)| {
            let message = Message::new("theme-tokens").with("file", file);
            Error::new(message.with("line", line)).caused_by(cause)
        })?;
        let sources = Sources([(file.to_owned(), text.to_owned())].into());
        for (name, value) in own {
            let refused = |message: Message| {
                let line = sources.line(&Origin::root(file).at(&*name));
                let message = message.with("file", file).with("line", line);
                Error::new(message.with("name", &name))
            };
            let known = self.0.get(&name);
            let official = known.ok_or_else(|| refused(self.unknown(&name)))?;
            if let Some(message) = misfit(&name, official, &value) {
                return Err(refused(message));
            }
            self.0.insert(name, value);
        }
        Ok(self)
    }

    fn unknown(&self, name: &str) -> Message {
        let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
        match nearest(name, known.iter().copied()) {
            Some(near) => Message::new("theme-token-near").with("near", near),
            None => Message::new("theme-token-unknown").with("known", known.join(", ")),
        }
    }

    /// A token that is a text; empty if it is not given.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// The reason why a value does not fit; the official value shows the token's kind.
fn misfit(name: &str, official: &Value, value: &Value) -> Option<Message> {
    let number = |value: &Value| value.as_f64().filter(|number| *number > 0.0);
    let (fits, message) = match official {
        Value::Number(official) => {
            // A slip of a digit is refused: half to three times the official number.
            let size = official.as_f64().unwrap_or_default();
            let (least, most) = (size / 2.0, size * 3.0);
            let message = Message::new("theme-token-number").with("least", least);
            let fits = number(value).is_some_and(|it| (least..=most).contains(&it));
            (fits, message.with("most", most))
        }
        Value::Array(official) => {
            let list = value.as_array().filter(|it| it.len() == official.len());
            let fits = list.is_some_and(|list| list.iter().all(|it| number(it).is_some()));
            let message = Message::new("theme-token-list").with("count", official.len());
            (fits, message)
        }
        _ => {
            let (pattern, id) = match name {
                "paper" => ("a4|a3", "theme-token-paper"),
                "typeface" => (r"[\p{Alphabetic}\p{N} -]*", "theme-token-typeface"),
                // A file in the theme's folder itself; none is a name, too.
                "logo" => (r"|[^/\\:]*\.(?:svg|png)", "theme-token-logo"),
                "logo_text" => (r"\P{Cc}*", "theme-token-text"),
                _ => ("#[[:xdigit:]]{6}", "theme-token-colour"),
            };
            let whole = regex::Regex::new(&format!("^(?:{pattern})$")).expect("a valid pattern");
            let fits = value.as_str().is_some_and(|text| whole.is_match(text));
            (fits, Message::new(id))
        }
    };
    (!fits).then_some(message)
}
