//! Content, a day and what the fonts can draw → findings, and where none is an error a [`Register`] and the site's pages of prose.
//!
//! Each rule is a function that looks at the whole [`CheckInput`] and says what it finds; [`RULES`] lists them.
//! `check/README.md` names for each the clause it comes from. No rule reads the clock, the disk or a terminal.

mod all_texts;
mod certifications;
mod coverage;
mod editions;
mod english;
mod measures;
mod pages;
mod register;
pub mod texts;

use crate::content::Content;
use crate::content::Filed;
use crate::content::record::{GuidelineRecord, SheetRecord, Thresholds};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Page, Register};
use jiff::civil::Date;

/// What the rules look at.
pub struct CheckInput<'a> {
    pub content: &'a Content,
    /// The day of judgement, in Japan.
    pub today: Date,
    /// Whether the fonts have a character.
    pub can_draw: &'a dyn Fn(char) -> bool,
}

/// A rule: its name, as findings bear it and `--allow` takes it, and the function that finds.
pub struct Rule {
    pub name: &'static str,
    pub find: fn(&CheckInput) -> Vec<Diagnostic>,
}

/// Names of what [`crate::content::load`] finds while reading.
pub const READING: [&str; 8] = [
    "duplicate-key",
    "missing-field",
    "missing-file",
    "unexpected-file",
    "unknown-field",
    "unreadable",
    "wrong-type",
    "control-character",
];

/// Names of what only [`check_against`] finds.
pub const AGAINST: [&str; 1] = ["heading-changed"];

/// Every rule that looks at what was read.
pub const RULES: [Rule; 27] = [
    Rule {
        name: "unknown-guideline",
        find: coverage::unknown_guideline,
    },
    Rule {
        name: "guideline-superseded",
        find: coverage::guideline_superseded,
    },
    Rule {
        name: "unknown-item",
        find: coverage::unknown_item,
    },
    Rule {
        name: "item-uncovered",
        find: coverage::item_uncovered,
    },
    Rule {
        name: "small-business-exception",
        find: coverage::small_business_exception,
    },
    Rule {
        name: "bad-id",
        find: measures::bad_id,
    },
    Rule {
        name: "duplicate-id",
        find: measures::duplicate_id,
    },
    Rule {
        name: "empty-measure",
        find: measures::empty_measure,
    },
    Rule {
        name: "not-applicable-without-reason",
        find: measures::not_applicable_without_reason,
    },
    Rule {
        name: "open-question",
        find: measures::open_question,
    },
    Rule {
        name: "review-overdue",
        find: measures::review_overdue,
    },
    Rule {
        name: "office-incomplete",
        find: measures::office_incomplete,
    },
    Rule {
        name: "certification-expired",
        find: certifications::expired,
    },
    Rule {
        name: "certification-expires-soon",
        find: certifications::expires_soon,
    },
    Rule {
        name: "certification-undated",
        find: certifications::undated,
    },
    Rule {
        name: "certification-without-edition",
        find: certifications::without_edition,
    },
    Rule {
        name: "privacy-mark-misused",
        find: certifications::privacy_mark_misused,
    },
    Rule {
        name: "english-alone",
        find: english::english_alone,
    },
    Rule {
        name: "raw-html",
        find: texts::raw_html,
    },
    Rule {
        name: "broken-link",
        find: texts::broken_link,
    },
    Rule {
        name: "emphasis-not-closed",
        find: texts::emphasis_not_closed,
    },
    Rule {
        name: "control-character",
        find: texts::control_characters,
    },
    Rule {
        name: "text-cut-off",
        find: texts::text_cut_off,
    },
    Rule {
        name: "missing-glyph",
        find: texts::missing_glyph,
    },
    Rule {
        name: "confidential-name",
        find: texts::confidential_name,
    },
    Rule {
        name: "edition-altered",
        find: editions::edition_altered,
    },
    Rule {
        name: "spelling-varies",
        find: texts::spelling_varies,
    },
];

/// What a check came to.
pub struct Checked {
    /// All findings, by file and place.
    pub findings: Vec<Diagnostic>,
    /// Only where no finding is an error.
    pub register: Option<Register>,
    /// The site's pages of prose, in order; none where a finding is an error. Apart from the register, for no edition holds them.
    pub pages: Vec<Page>,
}

/// Applies every rule.
pub fn check(input: &CheckInput) -> Checked {
    let mut findings = input.content.problems.clone();
    findings.extend(RULES.iter().flat_map(|rule| (rule.find)(input)));
    input.content.locate(&mut findings);
    let sound = findings
        .iter()
        .all(|finding| finding.severity != Severity::Error);
    match sound {
        true => Checked {
            register: register::build(input.content),
            pages: pages::build(input.content),
            findings,
        },
        false => Checked {
            findings,
            register: None,
            pages: Vec::new(),
        },
    }
}

/// Holds the sheet against another guideline: what it leaves uncovered there, and which headings differ.
///
/// Only errors of the content itself are told beside that.
pub fn check_against(input: &CheckInput, other: &Filed<GuidelineRecord>) -> Vec<Diagnostic> {
    let mut findings = check(input).findings;
    findings.retain(|finding| finding.severity == Severity::Error);
    findings.extend(coverage::uncovered_under(input, other));
    findings.extend(coverage::heading_changed(input, other));
    input.content.locate(&mut findings);
    findings
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
