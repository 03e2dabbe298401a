//! Is each measure whole, is it named once, and has somebody looked at it lately? And is the office itself told?

use super::CheckInput;
use crate::content::{Filed, place_name};
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;
use crate::text::Text;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Ids become anchors and file names: letters, digits and hyphens; `page-…` is what the web page itself uses.
pub fn bad_id(input: &CheckInput) -> Vec<Diagnostic> {
    let bad = |id: &str| {
        id.is_empty()
            || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            || id.starts_with('-')
            || id.starts_with("page-")
    };
    ids(input)
        .into_iter()
        .filter(|(id, _)| bad(id))
        .map(|(id, origin)| {
            Diagnostic::error("bad-id", origin, Message::new("bad-id").with("id", id))
        })
        .collect()
}

/// Every id that is written somewhere as a value.
fn ids<'a>(input: &CheckInput<'a>) -> Vec<(&'a str, Origin)> {
    let measures = input
        .content
        .all_measures()
        .flat_map(|(_, record, origin)| {
            let former = record.formerly.iter().enumerate();
            let former = former.map({
                let origin = origin.clone();
                move |(index, id)| (id.as_str(), origin.at("formerly").at(index))
            });
            former.chain([(record.id.as_str(), origin.at("id"))])
        });
    let guidelines = input.content.guidelines.iter().flat_map(|guideline| {
        let sections = guideline.record.sections.iter().enumerate();
        let sections = sections.flat_map(|(s, section)| {
            let origin = guideline.origin().at("sections").at(s);
            let items = section.items.iter().enumerate();
            let items = items.map({
                let origin = origin.clone();
                move |(i, item)| (item.id.as_str(), origin.at("items").at(i).at("id"))
            });
            items.chain([(section.id.as_str(), origin.at("id"))])
        });
        sections.chain([(guideline.record.id.as_str(), guideline.origin().at("id"))])
    });
    let own = input.sheet().into_iter().flat_map(Filed::own_sections);
    let own = own.flat_map(|(section, origin)| {
        let items = section.items.iter().enumerate();
        let items: Vec<_> = items
            .map(|(i, item)| (item.id.as_str(), origin.at("items").at(i).at("id")))
            .collect();
        items
            .into_iter()
            .chain([(section.id.as_str(), origin.at("id"))])
    });
    measures.chain(guidelines).chain(own).collect()
}

/// A measure's id, its anchor and its number stand for one row; a guideline's id for one file.
pub fn duplicate_id(input: &CheckInput) -> Vec<Diagnostic> {
    let mut claims: Vec<(Kind, String, Origin)> = Vec::new();
    for guideline in &input.content.guidelines {
        let (record, origin) = (&guideline.record, guideline.origin());
        claims.push((Kind::Guideline, record.id.clone(), origin.at("id")));
    }
    if let (Some(sheet), Some(guideline)) = (input.sheet(), input.content.own_guideline()) {
        for (s, section) in guideline.record.sections.iter().enumerate() {
            let origin = guideline.origin().at("sections").at(s);
            claims.push((Kind::Place, section.id.clone(), origin.at("id")));
            for (i, item) in section.items.iter().enumerate() {
                let name = place_name(&section.id, Some(&item.id));
                claims.push((Kind::Place, name, origin.at("items").at(i).at("id")));
            }
        }
        for (section, origin) in sheet.own_sections() {
            claims.push((Kind::Place, section.id.clone(), origin.at("id")));
            for (i, item) in section.items.iter().enumerate() {
                let name = place_name(&section.id, Some(&item.id));
                claims.push((Kind::Place, name, origin.at("items").at(i).at("id")));
            }
        }
    }
    for (file, record, origin) in input.content.all_measures() {
        claims.push((Kind::Measure, record.id.clone(), origin.at("id")));
        for (index, former) in record.formerly.iter().enumerate() {
            let origin = origin.at("formerly").at(index);
            claims.push((Kind::Anchor, place_name(&file.name(), Some(former)), origin));
        }
        let anchor = place_name(&file.name(), Some(&record.id));
        claims.push((Kind::Anchor, anchor, origin.at("id")));
        if let Some(no) = record.no {
            claims.push((Kind::Number, format!("no: {no}"), origin.at("no")));
        }
    }
    let mut first: BTreeMap<(Kind, &str), &Origin> = BTreeMap::new();
    let mut findings = Vec::new();
    for (kind, name, origin) in &claims {
        match first.get(&(*kind, name.as_str())) {
            // An id used twice also makes the anchor twice: one finding is enough.
            Some(_)
                if findings
                    .iter()
                    .any(|finding: &Diagnostic| finding.origin == *origin) => {}
            Some(other) => {
                let line = input.content.line(other).unwrap_or(1);
                let message = Message::new("duplicate-id").with("id", name);
                let message = message.with("file", &other.file).with("line", line);
                findings.push(Diagnostic::error("duplicate-id", origin.clone(), message));
            }
            None => _ = first.insert((*kind, name), origin),
        }
    }
    findings
}

/// Ids of different kinds do not meet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Guideline,
    /// A section or item: an anchor of its own, and where measures stand.
    Place,
    Measure,
    Anchor,
    Number,
}

/// A row says what is done, or why nothing need be, or what is still asked.
pub fn empty_measure(input: &CheckInput) -> Vec<Diagnostic> {
    let blank = |text: &Option<Text>| text.as_ref().is_none_or(Text::is_empty);
    let mut findings = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        if record.subject.is_empty() {
            let message = Message::new("empty-subject").with("id", &record.id);
            findings.push(Diagnostic::error(
                "empty-measure",
                origin.at("subject"),
                message,
            ));
        }
        if blank(&record.measure) && record.not_applicable.is_none() && record.confirm.is_none() {
            let message = Message::new("empty-measure").with("id", &record.id);
            findings.push(
                Diagnostic::error("empty-measure", origin.at("id"), message)
                    .help(Message::new("empty-measure-help")),
            );
        }
    }
    findings
}

/// 該当なし needs its reason, and no measure beside it.
pub fn not_applicable_without_reason(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        let Some(reason) = &record.not_applicable else {
            continue;
        };
        let id = match (reason.is_empty(), &record.measure) {
            (true, _) => "not-applicable-without-reason",
            (false, Some(measure)) if !measure.is_empty() => "not-applicable-with-measure",
            (false, _) => continue,
        };
        let message = Message::new(id).with("id", &record.id);
        findings.push(Diagnostic::error(
            "not-applicable-without-reason",
            origin.at("not_applicable"),
            message,
        ));
    }
    findings
}

/// The office still has to answer something.
pub fn open_question(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        if let Some(question) = &record.confirm {
            let message = Message::new("open-question")
                .with("id", &record.id)
                .with("question", &**question);
            findings.push(Diagnostic::warning(
                "open-question",
                origin.at("confirm"),
                message,
            ));
        }
    }
    findings
}

/// Measures are to be reviewed about yearly (guideline C-e); one never reviewed counts from the sheet's date.
pub fn review_overdue(input: &CheckInput) -> Vec<Diagnostic> {
    let Some(sheet) = input.sheet() else {
        return Vec::new();
    };
    let overdue = |day: Date| {
        day.checked_add(input.thresholds().review.0)
            .is_ok_and(|due| due < input.today)
    };
    let mut findings = Vec::new();
    let mut never_reviewed = 0;
    for (_, record, origin) in input.content.all_measures() {
        match record.reviewed_on.map(|day| day.0) {
            Some(day) if overdue(day) => {
                findings.push(review(&record.id, origin.at("reviewed_on"), day))
            }
            Some(day) if day > input.today => {
                let message = Message::new("review-in-future").with("id", &record.id);
                let origin = origin.at("reviewed_on");
                findings.push(Diagnostic::warning(
                    "review-overdue",
                    origin,
                    message.with("day", day),
                ));
            }
            Some(_) => {}
            None => never_reviewed += 1,
        }
    }
    if never_reviewed > 0 && overdue(sheet.record.date.0) {
        let message = Message::new("review-overdue-all")
            .with("count", never_reviewed)
            .with("day", sheet.record.date.0);
        let finding = Diagnostic::warning("review-overdue", sheet.origin().at("date"), message);
        findings.push(finding.help(Message::new("review-overdue-help")));
    }
    findings
}

fn review(id: &str, origin: Origin, day: Date) -> Diagnostic {
    let message = Message::new("review-overdue")
        .with("id", id)
        .with("day", day);
    Diagnostic::warning("review-overdue", origin, message).help(Message::new("review-overdue-help"))
}

/// What a person must be able to learn of the office (法32条1項4号, 施行令10条1号): never invented, so asked for.
pub fn office_incomplete(input: &CheckInput) -> Vec<Diagnostic> {
    let Some(office) = &input.content.office else {
        return Vec::new();
    };
    let record = &office.record;
    let fields = [
        ("address", &record.address),
        ("representative", &record.representative),
        ("complaints", &record.complaints),
    ];
    let missing = fields
        .iter()
        .filter(|(_, written)| written.as_ref().is_none_or(|line| line.is_empty()));
    let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let message = Message::new("office-incomplete").with("fields", missing.join(", "));
    let finding = Diagnostic::warning("office-incomplete", office.origin().at("name"), message);
    vec![finding.help(Message::new("office-incomplete-help"))]
}
