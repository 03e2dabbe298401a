//! The next thing to do with a project, in one line: correct it, issue it, or publish it and hand it out.

use super::Session;
use crate::check::REVIEW_OVERDUE;
use crate::diagnostic::{Diagnostic, Severity};
use crate::issue::Version;
use crate::message::Message;

impl Session<'_> {
    /// Derives the next step from all findings and the version that the content is; `None` if neither
    /// asks for one.
    pub(super) fn next_step(
        &self,
        findings: &[Diagnostic],
        version: Option<&Version>,
    ) -> Option<Message> {
        if findings.iter().any(|it| it.severity == Severity::Error) {
            return Some(Message::new("next-errors"));
        }
        if !self.accepts(findings) {
            return Some(Message::new("next-warnings"));
        }
        let version = version?;
        let barring = findings.iter().filter(|finding| self.bars_issue(finding));
        let is_overdue = findings.iter().any(|it| it.rule == REVIEW_OVERDUE);
        let message = match (version.edition, barring.count()) {
            (Some(_), _) if version.is_withdrawn() => Message::new("next-withdrawn"),
            (Some(_), _) if is_overdue => Message::new("next-review"),
            (Some(_), _) => Message::new("next-publish"),
            (None, 0) => Message::new("next-issue"),
            (None, count) => Message::new("next-settle").with("count", count),
        };
        Some(message.with("id", &version.id))
    }
}
