//! View → what the page in the browser is told of it, as JSON.

use super::view::View;
use crate::content::Content;
use crate::diagnostic::{Bytes, Diagnostic, Place, Severity};
use crate::message::{Catalog, Error, Message};
use crate::report::{Position, Report, visible};
use serde::Serialize;

/// A view as the page draws it.
#[derive(Serialize)]
pub struct ShownView<'a> {
    /// Another run's page cannot go on with this one.
    run: &'a str,
    number: u64,
    /// The view that page and PDF show; nothing until one could be drawn.
    drawn: Option<u64>,
    milliseconds: u128,
    errors: usize,
    summary: String,
    findings: Vec<ShownFinding>,
}

/// A finding with the line it is about.
#[derive(Serialize)]
struct ShownFinding {
    severity: &'static str,
    /// The severity in the author's language.
    name: String,
    rule: Option<&'static str>,
    message: String,
    help: Option<String>,
    file: Option<String>,
    #[serde(flatten)]
    position: Option<Position>,
    source: Option<Source>,
    /// Whether the file is one that the author's editor may be asked to open.
    editable: bool,
}

/// A line of the content, cut where the caret stands.
#[derive(Serialize)]
struct Source {
    before: String,
    marked: String,
    after: String,
}

/// What the page is told of a view; `run` names this run of the preview.
pub fn show<'a>(view: &View, run: &'a str, catalog: &Catalog) -> ShownView<'a> {
    let nothing = Content::default();
    let report = Report {
        content: view.content().unwrap_or(&nothing),
        catalog,
        colour: false,
    };
    let mut findings: Vec<ShownFinding> = view
        .findings
        .iter()
        .map(|finding| show_finding(finding, &report, view))
        .collect();
    findings.sort_by_key(|finding| finding.severity != Severity::Error.name());
    if let Some(failure) = &view.failure {
        findings.insert(0, show_failure(failure, catalog));
    }
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error.name());
    ShownView {
        run,
        number: view.number,
        drawn: view.drawn.as_deref().map(|drawn| drawn.number),
        milliseconds: view.taken.as_millis(),
        errors: errors.count(),
        summary: report.summary(&view.findings.iter().collect::<Vec<_>>()),
        findings,
    }
}

fn show_finding(finding: &Diagnostic, report: &Report, view: &View) -> ShownFinding {
    let file = &finding.origin.file;
    let text = report.content.sources.get(file);
    let source = match (&finding.origin.place, text) {
        (Place::Bytes(bytes), Some(text)) => cut(text, *bytes),
        _ => None,
    };
    ShownFinding {
        severity: finding.severity.name(),
        name: report
            .catalog
            .format(&Message::new(finding.severity.name())),
        rule: Some(finding.rule),
        message: report.format(&finding.message),
        help: finding.help.as_ref().map(|help| report.format(help)),
        file: Some(file.clone()),
        position: report.position(finding),
        source,
        editable: view.names(file),
    }
}

/// What the theme or the machine fails at has its place in its words.
fn show_failure(failure: &Error, catalog: &Catalog) -> ShownFinding {
    ShownFinding {
        severity: Severity::Error.name(),
        name: catalog.format(&Message::new("error")),
        rule: None,
        message: visible(&catalog.format(&failure.message)),
        help: failure.cause.as_deref().map(visible),
        file: None,
        position: None,
        source: None,
        editable: false,
    }
}

/// The line in which the marked bytes begin; of a mark over several lines, the part on the first.
fn cut(text: &str, marked: Bytes) -> Option<Source> {
    let begin = text.get(..marked.start)?.rfind('\n').map_or(0, |at| at + 1);
    let length = text.get(begin..)?.find('\n');
    let end = length.map_or(text.len(), |length| begin + length);
    let marked_end = marked.end.min(end);
    Some(Source {
        before: visible(text.get(begin..marked.start)?),
        marked: visible(text.get(marked.start..marked_end).unwrap_or_default()),
        after: visible(text.get(marked_end.max(marked.start)..end)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_at(text: &str, start: usize, end: usize) -> [String; 3] {
        let source = cut(text, Bytes { start, end }).expect("a line");
        [source.before, source.marked, source.after]
    }

    #[test]
    fn a_mark_is_shown_within_its_first_line() {
        let text = "id: a\nsubject: 記録\nmeasure: b";
        assert_eq!(cut_at(text, 6, 13), ["", "subject", ": 記録"]);
        assert_eq!(cut_at(text, 15, 34), ["subject: ", "記録", ""]);
        assert_eq!(cut_at(text, 31, 32), ["measure: ", "b", ""]);
        assert_eq!(cut_at(text, text.len(), text.len()), ["measure: b", "", ""]);
    }
}
