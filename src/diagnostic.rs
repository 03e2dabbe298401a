//! A finding about the content: its rule, severity, message, origin and help. [`crate::content`] makes findings while
//! reading, and so do the rules of [`crate::check`]; nothing here judges.

use crate::message::Message;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is written while there is one.
    Error,
    Warning,
    Hint,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub rule: &'static str,
    pub severity: Severity,
    /// The mistake, in lower case and without a full stop.
    pub message: Message,
    /// Advice on how to correct it, if it is not that of the message.
    pub help: Option<Message>,
    pub origin: Origin,
    /// Id of the measure or certificate it is about, as `--allow RULE@ID` names it.
    pub record: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Path below the project's folder, with `/`.
    pub file: String,
    pub location: SourceLocation,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceLocation {
    /// The file as a whole, or one that does not exist.
    File,
    /// Bytes of the file; the end is exclusive.
    Bytes { start: usize, end: usize },
    /// A YAML node, or its key, by keys and indices. Its bytes are searched only if there is something to report.
    Node { path: Vec<String>, key: bool },
    /// Characters in bytes or a node, also searched later; the first line if markup hides them.
    Within(Box<SourceLocation>, String),
}

impl Origin {
    fn new(file: &str, location: SourceLocation) -> Origin {
        let file = file.to_owned();
        Origin { file, location }
    }

    pub fn file(file: &str) -> Origin {
        Origin::new(file, SourceLocation::File)
    }

    pub fn bytes(file: &str, Range { start, end }: Range<usize>) -> Origin {
        Origin::new(file, SourceLocation::Bytes { start, end })
    }

    /// The root node of a file; [`Origin::at`] leads down from it.
    pub fn root(file: &str) -> Origin {
        let (path, key) = (Vec::new(), false);
        Origin::new(file, SourceLocation::Node { path, key })
    }

    /// The node one step further down.
    pub fn at(&self, step: impl ToString) -> Origin {
        let mut origin = self.clone();
        if let SourceLocation::Node { path, .. } = &mut origin.location {
            path.push(step.to_string());
        }
        origin
    }

    pub fn key(mut self) -> Origin {
        if let SourceLocation::Node { key, .. } = &mut self.location {
            *key = true;
        }
        self
    }

    /// These characters within a node or between bytes.
    pub fn within(&self, needle: &str) -> Origin {
        let outer = Box::new(self.location.clone());
        Origin::new(&self.file, SourceLocation::Within(outer, needle.to_owned()))
    }
}

impl Diagnostic {
    pub fn new(rule: &'static str, severity: Severity, origin: Origin, message: Message) -> Self {
        Diagnostic {
            rule,
            severity,
            message,
            help: None,
            origin,
            record: None,
        }
    }

    pub fn error(rule: &'static str, origin: Origin, message: Message) -> Diagnostic {
        Diagnostic::new(rule, Severity::Error, origin, message)
    }

    /// Suggests the known name that is nearest to the written one, if any is near.
    pub fn suggest<'a>(&mut self, written: &str, known: impl IntoIterator<Item = &'a str>) {
        if let Some(name) = nearest(written, known) {
            self.help = Some(Message::new("did-you-mean").with("name", name));
        }
    }
}

/// The known name that differs least, if it differs by no more than a third.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Full-width letters and capitals count as the same letters.
    let letters = |name: &str| name.nfkc().collect::<String>().to_lowercase();
    let distance = |name: &&str| {
        let differs = letters(name) != letters(written);
        usize::from(differs) * strsim::damerau_levenshtein(written, name)
    };
    // In a name of three letters, one other letter makes another name.
    let limit = written.chars().count().saturating_sub(1) / 3;
    let nearest = known.into_iter().min_by_key(distance)?;
    (distance(&nearest) <= limit).then_some(nearest)
}
