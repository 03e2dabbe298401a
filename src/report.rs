//! Findings → text for a terminal, a log, a program or GitHub; by rule, the gravest first and no more than an author reads.

use crate::characters::visible;
use crate::content::{Position, Sources};
use crate::data::{known, pretty};
use crate::diagnostic::{Diagnostic, Severity, SourceLocation};
use crate::message::{Catalog, Message};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};
use serde_json::json;

/// Findings shown of each rule.
const SHOWN: usize = 3;
/// Warnings and hints have their source lines if the run has no more findings than this: one screen.
const FEW: usize = 5;

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

    /// The first three findings of each rule: errors, and few others, with their source lines, else in a line each.
    pub fn some_by_rule(&self, findings: &[&Diagnostic]) -> String {
        by_rule(findings, |group| {
            if findings.len() <= FEW || group[0].severity == Severity::Error {
                self.in_full(group, SHOWN)
            } else {
                self.in_lines(group)
            }
        })
    }

    /// Every finding with its source line.
    pub fn all_by_rule(&self, findings: &[&Diagnostic]) -> String {
        by_rule(findings, |group| self.in_full(group, usize::MAX))
    }

    /// The number of findings of each rule, a line each.
    pub fn counts_by_rule(&self, findings: &[&Diagnostic]) -> String {
        by_rule(findings, |group| self.heading(group, group.len()))
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
        let group: Group = match (&finding.origin.location, source) {
            (SourceLocation::Bytes { start, end }, Some(text)) => {
                let annotation = AnnotationKind::Primary.span(*start..*end);
                title.element(Snippet::source(text).path(file).annotation(annotation))
            }
            _ => title.element(Origin::path(file)),
        };
        let advice = Level::HELP.with_name(self.catalog.format(&Message::new("advice")));
        let helped = group.elements(help.map(|help| advice.message(help)));
        format!("{}\n", self.render(helped))
    }

    /// The advice on a finding: its own, else that of its message.
    pub fn help(&self, finding: &Diagnostic) -> Option<String> {
        match &finding.help {
            Some(help) => Some(self.format(help)),
            None => self.catalog.help(&finding.message).as_deref().map(visible),
        }
    }

    fn render(&self, group: Group) -> String {
        let styled = self.colour.then(Renderer::styled);
        let renderer = styled.unwrap_or_else(Renderer::plain);
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
        // Neither the texts nor the path have other line ends than that between the texts.
        let escape = |text: &str| text.replace('%', "%25").replace('\n', "%0A");
        let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
        let position = self.sources.position(&finding.origin);
        let place = position.map(|it| format!(",line={},col={}", it.line, it.column));
        let lines = [Some(self.format(&finding.message)), self.help(finding)];
        let text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
        format!(
            "::{command} file={}{},title={}::{}\n",
            property(&visible(&finding.origin.file)),
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

    fn in_full(&self, group: &[&Diagnostic], most: usize) -> String {
        let shown = &group[..group.len().min(most)];
        let are_all = shown.len() == group.len();
        let heading = (!are_all).then(|| self.heading(group, shown.len()) + "\n");
        let each = shown.iter().enumerate();
        let printed = each.map(|(index, it)| self.human(it, self.help_below(shown, index)));
        heading.into_iter().chain(printed).collect()
    }

    fn in_lines(&self, group: &[&Diagnostic]) -> String {
        let shown = &group[..group.len().min(SHOWN)];
        let mut text = self.heading(group, shown.len());
        for (index, finding) in shown.iter().enumerate() {
            let (place, message) = (self.place(finding), self.format(&finding.message));
            text += &format!("  {place}  {message}\n");
            if let Some(help) = self.help_below(shown, index) {
                let advice = self.catalog.format(&Message::new("advice"));
                text += &format!("  {advice}: {help}\n");
            }
        }
        text + "\n"
    }

    /// The help of a finding, unless one shown later has the same.
    fn help_below(&self, shown: &[&Diagnostic], index: usize) -> Option<String> {
        let help = self.help(shown[index]);
        let mut later = shown[index + 1..].iter();
        help.filter(|help| !later.any(|it| self.help(it).as_ref() == Some(help)))
    }

    /// The line that names a rule and the number of its findings, and says if some are left out.
    fn heading(&self, group: &[&Diagnostic], shown: usize) -> String {
        let count = group.len();
        let some = (shown < count).then_some("rule-count-shown");
        let message = Message::new(some.unwrap_or("rule-count"));
        let counted = message.with("count", count).with("shown", shown);
        self.render(Group::with_title(self.title(group[0], &counted)))
    }
}

/// Prints the findings by rule, the gravest first, then as in the files: an order by count would change with each mended.
fn by_rule(findings: &[&Diagnostic], print: impl Fn(&[&Diagnostic]) -> String) -> String {
    let kind = |finding: &Diagnostic| (finding.severity, finding.rule);
    let first = |of: &Diagnostic| findings.iter().position(|it| kind(it) == kind(of));
    let mut sorted = findings.to_vec();
    sorted.sort_by_cached_key(|finding| (finding.severity, first(finding)));
    let groups = sorted.chunk_by(|a, b| kind(a) == kind(b));
    groups.map(print).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Origin;
    use crate::message::Language;

    const FILE: &str = "content/sheet.yaml";

    /// A finding at the byte with this number, with a help that names `help`.
    fn finding(rule: &'static str, severity: Severity, at: usize, help: &str) -> Diagnostic {
        let message = Message::new("open-question")
            .with("id", at)
            .with("question", "何年か");
        Diagnostic {
            help: Some(Message::new("did-you-mean").with("name", help)),
            ..Diagnostic::new(rule, severity, Origin::bytes(FILE, at..at + 1), message)
        }
    }

    fn warnings(count: usize) -> Vec<Diagnostic> {
        let warning = |at| finding("open-question", Severity::Warning, at, "x");
        (0..count).map(warning).collect()
    }

    /// Calls a method of an English report with the findings.
    fn report(
        findings: &[Diagnostic],
        print: impl Fn(&Report, &[&Diagnostic]) -> String,
    ) -> String {
        let sources = Sources([(FILE.to_owned(), "title: 一覧\n".to_owned())].into());
        let catalog = Catalog::of(Language::English);
        let report = Report {
            sources: &sources,
            catalog: &catalog,
            colour: false,
        };
        print(&report, &findings.iter().collect::<Vec<_>>())
    }

    fn some(findings: &[Diagnostic]) -> String {
        report(findings, |report, findings| report.some_by_rule(findings))
    }

    #[test]
    fn the_gravest_come_first_and_then_the_first_in_the_files() {
        let findings = [
            finding("b", Severity::Hint, 0, ""),
            finding("c", Severity::Warning, 1, ""),
            finding("a", Severity::Warning, 2, ""),
            finding("c", Severity::Error, 3, ""),
            finding("c", Severity::Warning, 4, ""),
        ];
        let findings: Vec<&Diagnostic> = findings.iter().collect();
        let print = |group: &[&Diagnostic]| {
            let Diagnostic { rule, severity, .. } = group[0];
            format!("{} {rule} {severity:?}\n", group.len())
        };
        let expected = "1 c Error\n2 c Warning\n1 a Warning\n1 b Hint\n";
        assert_eq!(by_rule(&findings, print), expected);
        assert_eq!(by_rule(&[], print), "");
    }

    #[test]
    fn one_finding_is_printed_as_in_the_order_of_places() {
        let one = warnings(1);
        let full = report(&one, |report, it| report.print(it, Format::Human));
        assert!(full.contains("1 | title: 一覧"), "{full}");
        assert_eq!(some(&one), full);
        assert_eq!(report(&one, |report, it| report.all_by_rule(it)), full);
    }

    #[test]
    fn of_many_warnings_three_are_shown_with_the_count_and_the_help_once() {
        let expected = "\
warning[open-question]: 6 in all, 3 shown (`check --all` shows the rest)
  content/sheet.yaml:1:1  open question on `0`: 何年か
  content/sheet.yaml:1:2  open question on `1`: 何年か
  content/sheet.yaml:1:3  open question on `2`: 何年か
  help: did you mean `x`?

";
        assert_eq!(some(&warnings(6)), expected);
        let all = report(&warnings(6), |report, it| report.all_by_rule(it));
        assert_eq!(all.matches("warning[open-question]: open").count(), 6);
        assert_eq!(all.matches("did you mean").count(), 1);
        let counts = report(&warnings(6), |report, it| report.counts_by_rule(it));
        assert_eq!(counts, "warning[open-question]: 6 in all\n");
    }

    #[test]
    fn three_errors_are_all_shown_and_of_four_the_count_is_told() {
        let error = |at| finding("bad-id", Severity::Error, at, &at.to_string());
        let three = some(&[0, 1, 2].map(error));
        assert!(!three.contains("in all"), "{three}");
        let four = some(&[0, 1, 2, 3].map(error));
        let heading = "error[bad-id]: 4 in all, 3 shown (`check --all` shows the rest)\n\n";
        assert_eq!(four, format!("{heading}{three}"));
        assert_eq!(four.matches("1 | title: 一覧").count(), 3);
        // Each has a help of its own.
        assert_eq!(four.matches("did you mean").count(), 3);
    }
}
