//! Rules about measures: each is complete, has ids of its own, and is confirmed and reviewed.

use super::{CheckInput, Rule};
use crate::content::record::MeasureRecord;
use crate::content::{Content, places};
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;
use crate::model::place_name;
use crate::text::Text;
use jiff::civil::Date;
use std::collections::BTreeMap;

pub const BAD_ID: Rule = Rule::new("bad-id", bad_id);

/// Reports ids that cannot be anchors and file names.
///
/// Letters, digits and hyphens are allowed; `page-…` belongs to the web page itself.
fn bad_id(input: &CheckInput) -> Vec<Diagnostic> {
    let is_bad = |id: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        id.is_empty() || !id.chars().all(fits) || id.starts_with('-') || id.starts_with("page-")
    };
    let bad = ids(input).into_iter().filter(|(id, _)| is_bad(id));
    bad.map(|(id, origin)| BAD_ID.error(origin, Message::new("bad-id").with("id", id)))
        .collect()
}

/// Every id that is written as a value.
fn ids<'a>(input: &CheckInput<'a>) -> Vec<(&'a str, Origin)> {
    let mut ids = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        ids.push((record.id.as_str(), origin.at("id")));
        for (index, id) in record.formerly.iter().enumerate() {
            ids.push((id, origin.at("formerly").at(index)));
        }
    }
    let mut all_places = Vec::new();
    for guideline in &input.content.guidelines {
        ids.push((&guideline.record.id, guideline.origin().at("id")));
        all_places.extend(places::of_guideline(guideline));
    }
    if let Some(sheet) = input.sheet() {
        all_places.extend(places::own(sheet, "before"));
        all_places.extend(places::own(sheet, "after"));
    }
    for place in all_places {
        ids.push((place.item.unwrap_or(place.section), place.origin.at("id")));
    }
    ids
}

pub const DUPLICATE_ID: Rule = Rule::new("duplicate-id", duplicate_id);

/// Kinds of ids; ids of different kinds do not collide.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum IdKind {
    Guideline,
    /// A section or item: it has an anchor and holds measures.
    Place,
    Measure,
    Anchor,
    Number,
}

/// Reports ids, anchors and numbers that two records claim.
fn duplicate_id(input: &CheckInput) -> Vec<Diagnostic> {
    let claims = id_claims(input);
    let mut first: BTreeMap<(IdKind, &str), &Origin> = BTreeMap::new();
    let mut findings: Vec<Diagnostic> = Vec::new();
    for (kind, name, origin) in &claims {
        let Some(other) = first.get(&(*kind, name.as_str())) else {
            first.insert((*kind, name), origin);
            continue;
        };
        // An id used twice also makes the anchor twice: one finding is enough.
        if findings.iter().all(|finding| finding.origin != *origin) {
            let message = Message::new("duplicate-id")
                .with("id", name)
                .with("file", &other.file)
                .with("line", input.content.sources.node_line(other));
            findings.push(DUPLICATE_ID.error(origin.clone(), message));
        }
    }
    findings
}

fn id_claims(input: &CheckInput) -> Vec<(IdKind, String, Origin)> {
    let mut claims = Vec::new();
    for guideline in &input.content.guidelines {
        let id = guideline.record.id.clone();
        claims.push((IdKind::Guideline, id, guideline.origin().at("id")));
    }
    let mut places = input.content.places();
    // If two collide, the office can change its own: the finding is about that one.
    places.sort_by_key(|place| place.is_own);
    for place in places {
        claims.push((IdKind::Place, place.id(), place.origin.at("id")));
    }
    for (file, record, origin) in input.content.all_measures() {
        let anchor = |id| place_name(&file.place(), Some(id));
        claims.push((IdKind::Measure, record.id.clone(), origin.at("id")));
        for (index, id) in record.formerly.iter().enumerate() {
            let former = origin.at("formerly").at(index);
            claims.push((IdKind::Anchor, anchor(id), former));
        }
        claims.push((IdKind::Anchor, anchor(&record.id), origin.at("id")));
        if let Some(no) = record.no {
            claims.push((IdKind::Number, format!("no: {no}"), origin.at("no")));
        }
    }
    claims
}

pub const EMPTY_MEASURE: Rule = Rule::new("empty-measure", empty_measure);

/// Reports rows with neither a measure nor a reason for having none nor an open question.
fn empty_measure(input: &CheckInput) -> Vec<Diagnostic> {
    let is_blank = |text: &Option<Text>| text.as_ref().is_none_or(Text::is_empty);
    let mut findings = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        if record.subject.is_empty() {
            let message = Message::new("empty-subject").with("id", &record.id);
            findings.push(EMPTY_MEASURE.error(origin.at("subject"), message));
        }
        let answered = record.not_applicable.is_some() || record.confirm.is_some();
        if is_blank(&record.measure) && !answered {
            let message = Message::new("empty-measure").with("id", &record.id);
            let finding = EMPTY_MEASURE.error(origin.at("id"), message);
            findings.push(finding.help(Message::new("empty-measure-help")));
        }
    }
    findings
}

pub const NOT_APPLICABLE_WITHOUT_REASON: Rule = Rule::new(
    "not-applicable-without-reason",
    not_applicable_without_reason,
);

/// Reports 該当なし without a reason, or with a measure beside it.
fn not_applicable_without_reason(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        let Some(reason) = &record.not_applicable else {
            continue;
        };
        let has_measure = record.measure.as_ref().is_some_and(|it| !it.is_empty());
        let id = if reason.is_empty() {
            "not-applicable-without-reason"
        } else if has_measure {
            "not-applicable-with-measure"
        } else {
            continue;
        };
        let message = Message::new(id).with("id", &record.id);
        let reason_origin = origin.at("not_applicable");
        findings.push(NOT_APPLICABLE_WITHOUT_REASON.error(reason_origin, message));
    }
    findings
}

pub const OPEN_QUESTION: Rule = Rule::new("open-question", open_question);

/// Reports questions that the office still has to answer.
fn open_question(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        if let Some(question) = &record.confirm {
            let message = Message::new("open-question")
                .with("id", &record.id)
                .with("question", question);
            let finding = OPEN_QUESTION.warning(origin.at("confirm"), message);
            findings.push(finding);
        }
    }
    findings
}

pub const REVIEW_OVERDUE: Rule = Rule::new("review-overdue", review_overdue);

/// Reports measures whose last review is too long ago: they are to be reviewed about yearly
/// (guideline C-e). Rows without a day of their own are one finding.
fn review_overdue(input: &CheckInput) -> Vec<Diagnostic> {
    let Some(sheet) = input.sheet() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        let Some(own) = record.reviewed_on.map(|day| day.0) else {
            continue;
        };
        let warning = |id| {
            let message = Message::new(id).with("id", &record.id).with("day", own);
            REVIEW_OVERDUE.warning(origin.at("reviewed_on"), message)
        };
        if own > input.today {
            findings.push(warning("review-in-future"));
        } else if is_overdue(input, own) {
            findings.push(warning("review-overdue").help(Message::new("review-overdue-help")));
        }
    }
    let others = review_days(input)
        .filter(|(record, day)| record.reviewed_on.is_none() && is_overdue(input, *day));
    let overdue: Vec<Date> = others.map(|(_, day)| day).collect();
    if let Some(oldest) = overdue.iter().min() {
        let message = Message::new("review-overdue-all")
            .with("count", overdue.len())
            .with("day", oldest);
        let field = sheet.record.reviewed_on.map_or("date", |_| "reviewed_on");
        let finding = REVIEW_OVERDUE.warning(sheet.origin().at(field), message);
        findings.push(finding.help(Message::new("review-overdue-all-help")));
    }
    findings
}

/// The number of rows whose review is overdue.
pub fn overdue_reviews(input: &CheckInput) -> usize {
    review_days(input)
        .filter(|(_, day)| is_overdue(input, *day))
        .count()
}

/// Each row with the day from which its review counts: its own, else the sheet's `reviewed_on`, else
/// the first edition with its texts, else the sheet's date.
fn review_days<'a>(input: &CheckInput<'a>) -> impl Iterator<Item = (&'a MeasureRecord, Date)> {
    let sheet = input.sheet().map(|sheet| &sheet.record);
    input
        .content
        .all_measures()
        .filter_map(move |(_, record, _)| {
            let own = record.reviewed_on.or(sheet?.reviewed_on).map(|day| day.0);
            let day = own.or_else(|| first_issued(input.content, record));
            Some((record, day.unwrap_or(sheet?.date.0)))
        })
}

fn is_overdue(input: &CheckInput, day: Date) -> bool {
    let due = day.checked_add(input.thresholds().review.0);
    due.is_ok_and(|due| due < input.today)
}

/// The day of the first edition that had a row's texts as they are now.
fn first_issued(content: &Content, record: &MeasureRecord) -> Option<Date> {
    let statement = record.measure.as_ref().or(record.not_applicable.as_ref());
    let mut issued = content.issued();
    let edition = issued.find(|edition| {
        edition.sheet.measures().any(|measure| {
            let issued_statement = measure.measure.value.text();
            let remarks = measure.remarks.value.as_ref();
            measure.id == record.id
                && same_text(Some(&measure.subject.value.ja), Some(&record.subject))
                && same_text(issued_statement.map(|text| &text.ja), statement)
                && same_text(remarks.map(|text| &text.ja), record.remarks.as_ref())
        })
    })?;
    Some(edition.sheet.date)
}

fn same_text(issued: Option<&Text>, written: Option<&Text>) -> bool {
    let paragraphs = |text: Option<&Text>| text.map(|text| text.paragraphs.clone());
    paragraphs(issued).unwrap_or_default() == paragraphs(written).unwrap_or_default()
}
