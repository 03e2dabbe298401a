//! Checks content for a day and the fonts: findings out and, if none is an error, a [`Register`]
//! and the site's pages of prose.
//!
//! Each rule is a function that looks at the whole [`CheckInput`] and returns what it finds;
//! [`RULES`] lists them. `check/README.md` has for each rule its severity, the law or decision
//! behind it, the fields and the cases. No rule reads the clock, the disk or a terminal.
//!
//! To add a rule: a `pub const` and its function in the file of its subject; a line in [`RULES`];
//! its messages in `message/{ja,en}.ftl`; a row in `check/README.md`; the cases `<rule>` and
//! `<rule>-silent` (tests/README.md). If it fires on `content/`, run
//! `BLESS=1 cargo test --test guards` and read the difference. Tests check all of this.

mod certifications;
mod coverage;
mod editions;
pub mod links;
mod measures;
mod office;
mod pages;
mod register;
pub mod texts;

pub use measures::REVIEW_OVERDUE;

use crate::content::record::{GuidelineRecord, SheetRecord, Thresholds};
use crate::content::{Content, Filed};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::message::Message;
use crate::model::{ProsePage, Register};
use jiff::civil::Date;

/// The input of every rule.
pub struct CheckInput<'a> {
    pub content: &'a Content,
    /// The day for which the content is judged, in Japan.
    pub today: Date,
    /// Returns true if the fonts have a character.
    pub can_draw: &'a dyn Fn(&str) -> bool,
}

/// A rule: the name that findings show and `--allow` takes, and the function that applies it.
pub struct Rule {
    pub name: &'static str,
    pub find: fn(&CheckInput) -> Vec<Diagnostic>,
}

impl Rule {
    const fn new(name: &'static str, find: fn(&CheckInput) -> Vec<Diagnostic>) -> Rule {
        Rule { name, find }
    }

    fn error(&self, origin: Origin, message: Message) -> Diagnostic {
        Diagnostic::error(self.name, origin, message)
    }

    fn warning(&self, origin: Origin, message: Message) -> Diagnostic {
        Diagnostic::warning(self.name, origin, message)
    }
}

/// The rules on the content as read. Their order has no effect: findings are sorted by place.
pub const RULES: [&Rule; 29] = [
    &coverage::UNKNOWN_GUIDELINE,
    &coverage::GUIDELINE_SUPERSEDED,
    &coverage::UNKNOWN_ITEM,
    &coverage::ITEM_UNCOVERED,
    &coverage::SMALL_BUSINESS_EXCEPTION,
    &measures::BAD_ID,
    &measures::DUPLICATE_ID,
    &measures::EMPTY_MEASURE,
    &measures::NOT_APPLICABLE_WITHOUT_REASON,
    &measures::OPEN_QUESTION,
    &measures::REVIEW_OVERDUE,
    &office::OFFICE_INCOMPLETE,
    &office::TOO_LONG,
    &certifications::EXPIRED,
    &certifications::EXPIRES_SOON,
    &certifications::UNDATED,
    &certifications::WITHOUT_EDITION,
    &certifications::PRIVACY_MARK_MISUSED,
    &texts::ENGLISH_ALONE,
    &texts::RAW_HTML,
    &links::BROKEN_LINK,
    &texts::EMPHASIS_NOT_CLOSED,
    &texts::CONTROL_CHARACTER,
    &texts::TEXT_CUT_OFF,
    &texts::MISSING_GLYPH,
    &texts::CONFIDENTIAL_NAME,
    &texts::JOINED_NAMES,
    &editions::EDITION_ALTERED,
    &texts::SPELLING_VARIES,
];

/// The rules whose findings are errors at issue unless each is allowed by `--allow RULE@ID`.
pub const SETTLED_BEFORE_ISSUE: [&Rule; 2] = [&measures::OPEN_QUESTION, &certifications::UNDATED];

/// Names of all rules: those above, those of reading, and those of [`check_against`].
pub fn rule_names() -> impl Iterator<Item = &'static str> {
    RULES
        .iter()
        .map(|rule| rule.name)
        .chain(crate::content::rule::ALL)
        .chain([coverage::HEADING_CHANGED])
}

/// The result of a check.
pub struct Checked {
    /// All findings, by file and position.
    pub findings: Vec<Diagnostic>,
    /// Only if no finding is an error.
    pub register: Option<Register>,
    /// The site's pages of prose, in order; none if a finding is an error. They are not in the
    /// register because no edition holds them.
    pub pages: Vec<ProsePage>,
    /// The number of rows whose review is overdue.
    pub overdue_reviews: usize,
}

/// Applies every rule.
pub fn check(input: &CheckInput) -> Checked {
    let mut findings = input.content.findings.clone();
    findings.extend(RULES.iter().flat_map(|rule| (rule.find)(input)));
    input.content.sources.locate(&mut findings);
    name_records(input.content, &mut findings);
    let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
    if findings.iter().any(is_error) {
        return Checked {
            findings,
            register: None,
            pages: Vec::new(),
            overdue_reviews: 0,
        };
    }
    Checked {
        register: register::build(input.content),
        pages: pages::build(input.content),
        overdue_reviews: measures::overdue_reviews(input),
        findings,
    }
}

/// Compares the sheet with another guideline: items without a measure, and headings that differ.
///
/// The only other findings are the errors of the content itself.
pub fn check_against(input: &CheckInput, other: &Filed<GuidelineRecord>) -> Vec<Diagnostic> {
    let mut findings = check(input).findings;
    findings.retain(|finding| finding.severity == Severity::Error);
    findings.extend(coverage::uncovered_under(input, other));
    findings.extend(coverage::heading_changed(input, other));
    input.content.sources.locate(&mut findings);
    findings
}

/// Names in each finding the measure or certificate it is about, as `--allow RULE@ID` does.
fn name_records(content: &Content, findings: &mut [Diagnostic]) {
    for finding in findings {
        let (file, line) = (&finding.origin.file, content.sources.line(&finding.origin));
        let mut certifications = content.certifications.iter();
        let certification = certifications.find(|it| it.file == *file);
        let mut measures = content.measures.iter();
        let measures = measures.find(|it| it.file == *file);
        if let Some(certification) = certification {
            finding.record = Some(certification.id().to_owned());
        } else if let Some(records) = measures.and_then(|it| it.records.as_ref()) {
            let first_lines = content.sources.entry_lines(file, records.len());
            let begun = first_lines.partition_point(|first| *first <= line);
            let record = begun.checked_sub(1).map(|entry| records[entry].id.clone());
            finding.record = record;
        }
    }
}

impl<'a> CheckInput<'a> {
    fn sheet(&self) -> Option<&'a Filed<SheetRecord>> {
        self.content.sheet.as_ref()
    }

    fn thresholds(&self) -> Thresholds {
        let own = self.sheet().map(|sheet| sheet.record.thresholds);
        own.unwrap_or_default()
    }
}
