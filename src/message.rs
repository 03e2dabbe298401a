//! Messages of the program in Japanese and English (Fluent). A [`Message`] is a name and its arguments. It becomes a text
//! only when it is printed, so the same finding can be shown in either language.

use fluent::{FluentArgs, FluentResource, concurrent::FluentBundle};
use std::{collections::BTreeMap, fmt, io};

/// A message before it is put into a language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    pub id: &'static str,
    arguments: BTreeMap<&'static str, String>,
}

impl Message {
    /// Names a message of the `.ftl` files beside this module.
    pub fn new(id: &'static str) -> Message {
        let arguments = BTreeMap::new();
        Message { id, arguments }
    }

    /// The same arguments under another name.
    pub fn named(self, id: &'static str) -> Message {
        Message { id, ..self }
    }

    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Message {
        self.arguments.insert(name, value.to_string());
        self
    }

    fn given(&self) -> FluentArgs<'_> {
        let arguments = self.arguments.iter();
        arguments.map(|(name, value)| (*name, &**value)).collect()
    }
}

impl From<&'static str> for Message {
    fn from(id: &'static str) -> Message {
        Message::new(id)
    }
}

/// Content that cannot be read or a machine or theme that fails: not a finding, the run ends here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub message: Message,
    /// The original text of the operating system, Tera or Typst.
    pub cause: Option<String>,
    /// The kind of an error of the operating system: it has words of our own.
    pub kind: Option<io::ErrorKind>,
}

impl Error {
    /// Takes a message, or the name of one.
    pub fn new(message: impl Into<Message>) -> Error {
        Error {
            message: message.into(),
            cause: None,
            kind: None,
        }
    }

    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Error {
        self.message = self.message.with(name, value);
        self
    }

    pub fn caused_by(mut self, cause: impl fmt::Display) -> Error {
        self.cause = Some(cause.to_string());
        self
    }

    /// Adds an error of a library or the operating system, which may be the cause of the library's.
    pub fn failed_by(mut self, error: impl std::error::Error + 'static) -> Error {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(cause) = source {
            self.kind = self.kind.or(cause.downcast_ref().map(io::Error::kind));
            source = cause.source();
        }
        self.caused_by(error)
    }
}

/// A message that ends in an error of the operating system: its kind, or its own text where that says more.
pub fn system_cause(id: &'static str, kind: io::ErrorKind, reason: impl fmt::Display) -> Message {
    let message = Message::new(id).with("kind", format!("{kind:?}"));
    message.with("reason", reason)
}

pub type Result<T> = std::result::Result<T, Error>;

/// The language of messages or of a sheet. A sheet's own words come from the theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Japanese,
    English,
}

impl Language {
    /// Japanese for Japanese locales, English for all others.
    pub fn of_locale(locale: &str) -> Language {
        match locale.get(..2) {
            Some("ja") => Language::Japanese,
            _ => Language::English,
        }
    }

    /// `ja` or `en`, as in pages, file names and `--lang`.
    pub fn code(self) -> &'static str {
        match self {
            Language::Japanese => "ja",
            Language::English => "en",
        }
    }
}

/// The messages in one language.
pub struct Catalog {
    pub language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Catalog {
    pub fn of(language: Language) -> Catalog {
        let source = match language {
            Language::Japanese => include_str!("message/ja.ftl"),
            Language::English => include_str!("message/en.ftl"),
        };
        let resource = FluentResource::try_new(source.to_owned()).expect("a test reads both");
        let name = language.code().parse().expect("a language's name");
        let mut bundle = FluentBundle::new_concurrent(vec![name]);
        // The isolation marks would end up in terminals, JSON and the proof.
        bundle.set_use_isolating(false);
        let added = bundle.add_resource(resource);
        added.expect("no message is there twice");
        Catalog { language, bundle }
    }

    pub fn format(&self, message: &Message) -> String {
        self.find(message.id, None, message.given())
            .unwrap_or_else(|| format!("{} {:?}", message.id, message.arguments))
    }

    /// The advice that belongs to a message: its attribute `help`.
    pub fn help(&self, message: &Message) -> Option<String> {
        self.find(message.id, Some("help"), message.given())
    }

    /// The cause of an error, that of the operating system in this language.
    pub fn cause(&self, error: &Error) -> Option<String> {
        let cause = error.cause.clone()?;
        Some(match error.kind {
            Some(kind) => self.format(&system_cause("system-cause", kind, cause)),
            None => cause,
        })
    }

    /// The text of a message without arguments, if there is one of this name.
    pub fn text(&self, id: &str) -> Option<String> {
        self.find(id, None, FluentArgs::new())
    }

    fn find(&self, id: &str, attribute: Option<&str>, given: FluentArgs) -> Option<String> {
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            None => message.value()?,
            Some(name) => message.get_attribute(name)?.value(),
        };
        let (bundle, mut errors) = (&self.bundle, Vec::new());
        let text = bundle.format_pattern(pattern, Some(&given), &mut errors);
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        Some(text.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use fluent_syntax::ast::Entry;
    use std::collections::BTreeSet;

    fn ids(source: &str) -> BTreeSet<String> {
        let resource = fluent_syntax::parser::parse(source).expect("valid Fluent");
        let mut ids = BTreeSet::new();
        for entry in &resource.body {
            if let Entry::Message(message) = entry {
                let id = message.id.name;
                let attributes = message.attributes.iter();
                ids.extend(attributes.map(|it| format!("{id}.{}", it.id.name)));
                ids.insert(id.to_owned());
            }
        }
        ids
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let ja = ids(include_str!("message/ja.ftl"));
        assert_eq!(ja, ids(include_str!("message/en.ftl")));
        assert!(ja.len() > 40);
    }
}
