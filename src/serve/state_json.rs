//! Preview state → the JSON that the page in the browser gets.

use super::state::PreviewState;
use crate::diagnostic::{Diagnostic, Severity, SourceLocation};
use crate::message::{Catalog, Error, Message};
use crate::{characters::visible, content::Sources, report::Report};
use serde_json::{Value, json};

/// Describes a state for the page; `run` names this run of the preview.
pub fn state_json(state: &PreviewState, run: &str, catalog: &Catalog) -> Value {
    let nothing = Sources::default();
    let report = Report {
        sources: state.content().map_or(&nothing, |content| &content.sources),
        catalog,
        colour: false,
    };
    let is_error = |finding: &&Diagnostic| finding.severity == Severity::Error;
    let mut findings: Vec<&Diagnostic> = state.findings.iter().collect();
    findings.sort_by_key(|finding| !is_error(finding));
    let failure = state.error.iter().map(|error| error_json(error, catalog));
    let others = findings.iter().map(|it| finding_json(it, &report, state));
    let listed: Vec<Value> = failure.chain(others).collect();
    json!({
        // The page of another run cannot go on with this state.
        "run": run,
        "number": state.number,
        // The state that page and PDFs show; null until one could be rendered.
        "rendered": state.rendered.as_ref().map(|rendered| rendered.number),
        "milliseconds": state.duration.as_millis(),
        "errors": findings.partition_point(is_error) + usize::from(state.error.is_some()),
        "summary": report.summary(&findings),
        "findings": listed,
    })
}

fn finding_json(finding: &Diagnostic, report: &Report, state: &PreviewState) -> Value {
    let file = &finding.origin.file;
    let source = match (&finding.origin.location, report.sources.get(file)) {
        (SourceLocation::Bytes { start, end }, Some(text)) => source_line(text, *start..*end),
        _ => None,
    };
    let severity = finding.severity.name();
    json!({
        "severity": severity,
        // The severity in the author's language.
        "name": report.catalog.format(&Message::new(severity)),
        "rule": finding.rule,
        "message": report.format(&finding.message),
        "help": report.help(finding),
        "file": file,
        "position": report.sources.position(&finding.origin),
        "source": source,
        // The author's editor may open the file.
        "editable": state.has_source(file),
    })
}

/// An error of the theme or the machine; its message names the place.
fn error_json(error: &Error, catalog: &Catalog) -> Value {
    let severity = Severity::Error.name();
    json!({
        "severity": severity,
        "name": catalog.format(&Message::new(severity)),
        "message": visible(&catalog.format(&error.message)),
        "help": catalog.cause(error).as_deref().map(visible),
    })
}

/// The line in which the marked bytes begin, split at the mark; of a mark over several lines, the part on the first.
fn source_line(text: &str, marked: std::ops::Range<usize>) -> Option<Value> {
    let (above, below) = text.split_at_checked(marked.start)?;
    let before = above.rsplit('\n').next()?;
    let rest = below.split('\n').next()?;
    let (within, after) = rest.split_at_checked(marked.len().min(rest.len()))?;
    Some(json!({"before": visible(before), "marked": visible(within), "after": visible(after)}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_at(text: &str, start: usize, end: usize) -> [String; 3] {
        let source = source_line(text, start..end).expect("a line");
        ["before", "marked", "after"].map(|part| source[part].as_str().expect("a text").to_owned())
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
