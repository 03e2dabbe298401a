//! Checks content for a day and the fonts: findings out and, without an error, a [`Register`] and [`pages`] of prose.
//!
//! Each rule is a function that looks at the whole [`CheckInput`] and adds what it finds;
//! [`RULES`] lists them. `check/README.md` has for each rule its severity, the law or decision
//! behind it, the fields and the cases. No rule reads the clock, the disk or a terminal.
//!
//! To add a rule: its function in the file of its subject; a line in [`RULES`]; its messages in `message/{ja,en}.ftl`;
//! a row in `check/README.md`; the cases `<rule>` and `<rule>-silent` (tests/README.md). If it fires on `content/`, run
//! `BLESS=1 cargo test --test guards` and read the difference. Tests check all of this.

mod certifications;
mod coverage;
mod dates;
mod editions;
mod links;
mod measures;
mod office;
mod register;
pub mod texts;

use crate::content::record::{GuidelineRecord, SheetRecord, Thresholds};
use crate::content::{Content, Filed, rule};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::message::Message;
use crate::model::Register;
use jiff::civil::Date;
pub use links::pages;

/// The input of every rule.
pub struct CheckInput<'a> {
    pub content: &'a Content,
    /// The day for which the content is judged, in Japan.
    pub today: Date,
    /// Returns true if the fonts have a character.
    pub can_draw: &'a dyn Fn(&str) -> bool,
}

/// The findings so far, and the name of the rule that looks now.
pub struct Findings {
    rule: &'static str,
    list: Vec<Diagnostic>,
}

impl Findings {
    fn add(&mut self, severity: Severity, origin: Origin, message: Message) -> &mut Diagnostic {
        self.list
            .push(Diagnostic::new(self.rule, severity, origin, message));
        self.list.last_mut().expect("it was just added")
    }

    fn error(&mut self, origin: Origin, message: Message) -> &mut Diagnostic {
        self.add(Severity::Error, origin, message)
    }

    fn warning(&mut self, origin: Origin, message: Message) -> &mut Diagnostic {
        self.add(Severity::Warning, origin, message)
    }
}

/// A rule: the name that findings show and `--allow` takes, and the function that applies it.
type Rule = (&'static str, fn(&CheckInput, &mut Findings));

pub const CONFIDENTIAL_NAME: &str = "confidential-name";
pub const REVIEW_OVERDUE: &str = "review-overdue";
const HEADING_CHANGED: &str = "heading-changed";
const ITEM_UNCOVERED: &str = "item-uncovered";
const OPEN_QUESTION: &str = "open-question";
const UNDATED: &str = "certification-undated";

/// The rules on the content as read. Their order has no effect: findings are sorted by place.
pub const RULES: [Rule; 32] = [
    ("unknown-guideline", coverage::unknown_guideline),
    ("guideline-superseded", coverage::guideline_superseded),
    ("unknown-item", coverage::unknown_item),
    (ITEM_UNCOVERED, coverage::item_uncovered),
    ("small-business-exception", measures::small_business),
    ("bad-id", measures::bad_id),
    ("duplicate-id", measures::duplicate_id),
    ("empty-measure", measures::empty_measure),
    ("not-applicable-without-reason", measures::not_applicable),
    (OPEN_QUESTION, measures::open_question),
    (REVIEW_OVERDUE, measures::review_overdue),
    ("office-incomplete", office::office_incomplete),
    ("too-long", office::too_long),
    ("certification-expired", certifications::expired),
    ("certification-expires-soon", certifications::expires_soon),
    (UNDATED, certifications::undated),
    ("certification-without-edition", certifications::no_edition),
    ("impossible-date", dates::impossible_date),
    ("privacy-mark-misused", certifications::privacy_mark_misused),
    ("english-alone", texts::english_alone),
    ("raw-html", texts::raw_html),
    ("broken-link", links::broken_link),
    ("emphasis-not-closed", texts::emphasis_not_closed),
    (rule::CONTROL_CHARACTER, texts::control_characters),
    ("radical", texts::radical),
    ("swallowed-field", texts::swallowed_field),
    ("text-cut-off", texts::text_cut_off),
    ("missing-glyph", texts::missing_glyph),
    (CONFIDENTIAL_NAME, texts::confidential_name),
    ("joined-names", texts::joined_names),
    ("edition-altered", editions::edition_altered),
    ("spelling-varies", texts::spelling_varies),
];

/// The rules whose findings are errors at issue unless each is allowed by `--allow RULE@ID`.
pub const SETTLED_BEFORE_ISSUE: [&str; 2] = [OPEN_QUESTION, UNDATED];

/// Names of all rules: those above, those of reading, and those of [`check_against`].
pub fn rule_names() -> impl Iterator<Item = &'static str> {
    let names = RULES.iter().map(|(name, _)| *name);
    names.chain(rule::ALL).chain([HEADING_CHANGED])
}

/// The result of a check.
pub struct Checked {
    /// All findings, by file and position.
    pub findings: Vec<Diagnostic>,
    /// None if a finding is an error, or if another guideline was compared.
    pub register: Option<Register>,
}

/// Applies every rule.
pub fn check(input: &CheckInput) -> Checked {
    let mut found = Findings {
        rule: "",
        list: input.content.findings.clone(),
    };
    for (rule, find) in RULES {
        found.rule = rule;
        find(input, &mut found);
    }
    let mut findings = found.list;
    input.content.sources.locate(&mut findings);
    name_records(input.content, &mut findings);
    let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
    let content = Some(input.content).filter(|_| !findings.iter().any(is_error));
    Checked {
        register: content.and_then(|it| register::build(it, measures::overdue(input).len())),
        findings,
    }
}

/// Compares the sheet with another guideline: items without a measure, and headings that differ.
/// The only other findings are the errors of the content itself.
pub fn check_against(input: &CheckInput, other: &Filed<GuidelineRecord>) -> Checked {
    let (rule, mut list) = (ITEM_UNCOVERED, check(input).findings);
    list.retain(|finding| finding.severity == Severity::Error);
    let mut found = Findings { rule, list };
    let message = "item-uncovered-there";
    coverage::uncovered(input, &mut found, other, message, Severity::Warning);
    found.rule = HEADING_CHANGED;
    coverage::heading_changed(input, other, &mut found);
    input.content.sources.locate(&mut found.list);
    let (findings, register) = (found.list, None);
    Checked { findings, register }
}

/// Names in each finding the measure or certificate it is about, as `--allow RULE@ID` does.
fn name_records(content: &Content, findings: &mut [Diagnostic]) {
    for finding in findings {
        let (file, line) = (&finding.origin.file, content.sources.line(&finding.origin));
        if let Some(it) = content.certifications.iter().find(|it| it.file == *file) {
            finding.record = Some(it.id().to_owned());
        } else if let Some(measures) = content.measures.iter().find(|it| it.file == *file)
            && let Some(records) = &measures.records
        {
            let first_lines = content.sources.entry_lines(file, records.len());
            let begun = first_lines.partition_point(|first| *first <= line);
            finding.record = begun.checked_sub(1).map(|entry| records[entry].id.clone());
        }
    }
}

impl<'a> CheckInput<'a> {
    fn sheet(&self) -> Option<&'a Filed<SheetRecord>> {
        self.content.sheet.as_ref()
    }

    /// True unless the office says that it handles the data of nobody else.
    fn is_contractor(&self) -> bool {
        let office = self.content.office.as_ref();
        office.is_none_or(|office| office.record.contractor)
    }

    fn thresholds(&self) -> Thresholds {
        let own = self.sheet().map(|sheet| sheet.record.thresholds);
        own.unwrap_or_default()
    }
}
