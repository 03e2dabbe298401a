//! Findings → text for a terminal, a log, a program or GitHub.

mod by_rule;

use crate::characters::visible;
use crate::content::{Position, Sources};
use crate::data::{known, pretty};
use crate::diagnostic::{Diagnostic, Severity, SourceLocation};
use crate::message::{Catalog, Message};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};
use serde_json::json;

/// The format in which findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// With the source line and a caret.
    Human,
    /// One line a finding.
    Short,
    /// One document for programs.
    Json,
    /// Workflow commands that GitHub shows beside the line.
    Github,
}

/// The sources and settings for printing findings.
pub struct Report<'a> {
    pub sources: &'a Sources,
    pub catalog: &'a Catalog,
    pub colour: bool,
}

impl Report<'_> {
    /// All findings in one of the formats, in order of place, each line ended.
    pub fn print(&self, findings: &[&Diagnostic], format: Format) -> String {
        match format {
            Format::Human => {
                let print = |it: &&Diagnostic| self.human(it, self.help(it));
                findings.iter().map(print).collect()
            }
            Format::Short => findings.iter().map(|it| self.short(it)).collect(),
            Format::Github => findings.iter().map(|it| self.github(it)).collect(),
            Format::Json => self.json(findings),
        }
    }

    /// The number of findings of each severity.
    pub fn summary(&self, findings: &[&Diagnostic]) -> String {
        let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
        let message = Message::new("summary")
            .with("errors", count(Severity::Error))
            .with("warnings", count(Severity::Warning))
            .with("hints", count(Severity::Hint));
        self.catalog.format(&message)
    }

    /// A finding with its source line, and below it the help if there is one to print.
    fn human(&self, finding: &Diagnostic, help: Option<String>) -> String {
        let title = self.title(finding, &finding.message);
        let source = self.sources.get(&finding.origin.file);
        let file = visible(&finding.origin.file);
        let mut group: Group = match (&finding.origin.location, source) {
            (SourceLocation::Bytes { start, end }, Some(text)) => {
                let annotation = AnnotationKind::Primary.span(*start..*end);
                title.element(Snippet::source(text).path(file).annotation(annotation))
            }
            _ => title.element(Origin::path(file)),
        };
        if let Some(help) = help {
            let advice = self.catalog.format(&Message::new("advice"));
            group = group.element(Level::HELP.with_name(advice).message(help));
        }
        format!("{}\n", self.render(group))
    }

    /// The advice on a finding: its own, else that of its message.
    pub fn help(&self, finding: &Diagnostic) -> Option<String> {
        match &finding.help {
            Some(help) => Some(self.format(help)),
            None => self.catalog.help(&finding.message).as_deref().map(visible),
        }
    }

    fn render(&self, group: Group) -> String {
        let renderer = if self.colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        format!("{}\n", renderer.render(&[group]))
    }

    /// A message under the severity and rule of a finding.
    fn title<'f>(&self, finding: &Diagnostic, message: &Message) -> Title<'f> {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Hint => Level::NOTE,
        };
        let named = level.with_name(self.severity(finding));
        named.primary_title(self.format(message)).id(finding.rule)
    }

    fn severity(&self, finding: &Diagnostic) -> String {
        self.catalog.format(&Message::new(finding.severity.name()))
    }

    /// The file of a finding with line and column, as terminals and editors link it.
    fn place(&self, finding: &Diagnostic) -> String {
        let file = visible(&finding.origin.file);
        match self.sources.position(&finding.origin) {
            Some(Position { line, column }) => format!("{file}:{line}:{column}"),
            None => file,
        }
    }

    fn short(&self, finding: &Diagnostic) -> String {
        let (place, severity) = (self.place(finding), self.severity(finding));
        let (rule, message) = (finding.rule, self.format(&finding.message));
        format!("{place}: {severity}[{rule}]: {message}\n")
    }

    /// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
    fn github(&self, finding: &Diagnostic) -> String {
        let command = match finding.severity {
            Severity::Hint => "notice",
            severity => severity.name(),
        };
        let escape = |text: &str| {
            text.replace('%', "%25")
                .replace('\r', "%0D")
                .replace('\n', "%0A")
        };
        let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
        let position = self.sources.position(&finding.origin);
        let place = position.map(|it| format!(",line={},col={}", it.line, it.column));
        let lines = [Some(self.format(&finding.message)), self.help(finding)];
        let text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
        format!(
            "::{command} file={}{},title={}::{}\n",
            property(&finding.origin.file),
            place.unwrap_or_default(),
            property(finding.rule),
            escape(&text)
        )
    }

    fn json(&self, findings: &[&Diagnostic]) -> String {
        let printed = findings.iter().map(|finding| {
            let position = self.sources.position(&finding.origin);
            known(json!({
                "rule": finding.rule,
                "severity": finding.severity.name(),
                "record": finding.record.as_deref().map(visible),
                "file": finding.origin.file,
                "line": position.map(|it| it.line),
                "column": position.map(|it| it.column),
                "message": self.format(&finding.message),
                "help": self.help(finding),
            }))
        });
        let document = json!({ "findings": printed.collect::<Vec<_>>() });
        String::from_utf8(pretty(&document)).expect("JSON is UTF-8")
    }

    /// Formats a message. The content that it quotes must neither end its line nor command the terminal.
    pub fn format(&self, message: &Message) -> String {
        visible(&self.catalog.format(message))
    }
}
