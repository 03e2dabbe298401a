//! Rules about measures: each is complete, has ids of its own, and is confirmed and reviewed.

use super::{CheckInput, Findings};
use crate::characters::code_point;
use crate::content::record::{Markdown, MeasureRecord};
use crate::content::{Content, places};
use crate::diagnostic::Origin;
use crate::message::Message;
use crate::model::place_name;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Reports ids that cannot be anchors and file names.
/// Letters, digits and hyphens are allowed; `page-…` belongs to the web page itself.
pub fn bad_id(input: &CheckInput, found: &mut Findings) {
    let mut ids = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        ids.push((record.id.as_str(), origin.at("id")));
        for (index, id) in record.formerly.iter().enumerate() {
            ids.push((id, origin.at("formerly").at(index)));
        }
    }
    for guideline in &input.content.guidelines {
        ids.push((&guideline.record.id, guideline.origin().at("id")));
    }
    let official = input.content.guidelines.iter();
    let own = input.sheet().into_iter().flat_map(places::own).flatten();
    for place in official.flat_map(places::of_guideline).chain(own) {
        ids.push((place.item.unwrap_or(place.section), place.origin.at("id")));
    }
    for (id, origin) in ids {
        let sign = id.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-');
        if id.is_empty() || sign.is_some() || id.starts_with('-') || id.starts_with("page-") {
            let sign = sign.map_or("none".to_owned(), |c| format!("`{c}` ({})", code_point(c)));
            let message = Message::new("bad-id").with("id", id).with("sign", sign);
            found.error(origin, message);
        }
    }
}

/// Reports ids, anchors and numbers that two records claim.
pub fn duplicate_id(input: &CheckInput, found: &mut Findings) {
    numbers_of_others(input, found);
    let claims = id_claims(input);
    let mut reported = BTreeSet::new();
    for of_kind in &claims {
        let mut first: BTreeMap<&str, &Origin> = BTreeMap::new();
        for (name, origin) in of_kind {
            let other = *first.entry(name).or_insert(origin);
            // An id used twice also makes the anchor twice: one finding is enough.
            if other != origin && reported.insert(origin) {
                let message = Message::new("duplicate-id")
                    .with("id", name)
                    .with("file", &other.file)
                    .with("line", input.content.sources.line(other));
                found.error(origin.clone(), message);
            }
        }
    }
}

/// Reports the number of an issued row that is gone: a client's note on row 7 must never mean another.
fn numbers_of_others(input: &CheckInput, found: &mut Findings) {
    let now = || input.content.all_measures();
    let named = now().flat_map(|(_, it, _)| it.formerly.iter().chain([&it.id]));
    let ids = BTreeSet::from_iter(named);
    let issued = input.content.issued().flat_map(|it| it.sheet.measures());
    let others = issued.filter(|row| !ids.contains(&row.id));
    let gone: BTreeMap<_, _> = others.map(|row| (row.no, &row.id)).collect();
    for (_, record, origin) in now() {
        if let (Some(no), Some(id)) = (record.no, gone.get(&record.no)) {
            let message = Message::new("number-of-other").with("no", no);
            found.error(origin.at("no"), message.with("id", id));
        }
    }
}

/// Ids of guidelines, places and measures, anchors, numbers and certificates, with nodes; no two kinds collide.
fn id_claims(input: &CheckInput) -> [Vec<(String, Origin)>; 6] {
    let mut claims = <[Vec<(String, Origin)>; 6]>::default();
    let [guidelines, places, measures, anchors, numbers, certificates] = &mut claims;
    for guideline in &input.content.guidelines {
        guidelines.push((guideline.record.id.clone(), guideline.origin().at("id")));
    }
    let mut all_places = input.content.places();
    // If two collide, the office can change its own: the finding is about that one.
    all_places.sort_by_key(|place| place.is_own);
    for place in all_places {
        places.push((place.id(), place.origin.at("id")));
    }
    for (file, record, origin) in input.content.all_measures() {
        let anchor = |id| place_name(&file.place(), Some(id));
        for (index, id) in record.formerly.iter().enumerate() {
            anchors.push((anchor(id), origin.at("formerly").at(index)));
        }
        anchors.push((anchor(&record.id), origin.at("id")));
        measures.push((record.id.clone(), origin.at("id")));
        numbers.extend(record.no.map(|no| (format!("no: {no}"), origin.at("no"))));
    }
    for certification in &input.content.certifications {
        let record = &certification.record;
        // In every spelling: `ＩＳ　１２３`, `IS-123`.
        let fold = |it: &str| -> String {
            let letters = it.nfkc().filter(|c| c.is_alphanumeric());
            letters.flat_map(char::to_uppercase).collect()
        };
        let name = format!("{} {}", fold(&record.standard), fold(&record.number));
        certificates.push((name, certification.origin().at("number")));
    }
    claims
}

/// Reports the small-business method: a contractor may not use it, however small (guideline, 中小規模事業者の定義).
pub fn small_business(input: &CheckInput, found: &mut Findings) {
    for (_, record, origin) in input.content.all_measures() {
        if record.relaxed && input.is_contractor() {
            let message = Message::new("small-business-exception").with("id", &record.id);
            found.error(origin.at("relaxed"), message);
        }
    }
}

/// Reports rows with neither a measure nor a reason for having none nor an open question.
pub fn empty_measure(input: &CheckInput, found: &mut Findings) {
    for (_, record, origin) in input.content.all_measures() {
        if record.subject.0.is_empty() {
            let message = Message::new("empty-subject").with("id", &record.id);
            found.error(origin.at("subject"), message);
        }
        let answered = record.not_applicable.is_some() || record.confirm.is_some();
        if !is_written(&record.measure) && !answered {
            let message = Message::new("empty-measure").with("id", &record.id);
            found.error(origin.at("id"), message);
        }
    }
}

fn is_written(text: &Option<Markdown>) -> bool {
    text.as_ref().is_some_and(|text| !text.0.is_empty())
}

/// Texts that give no reason, among them the empty one.
const NO_REASONS: &str = "|-|なし|無し|該当なし|該当無し|非該当|N/A";

/// Reports 該当なし without a reason, or with a measure beside it.
pub fn not_applicable(input: &CheckInput, found: &mut Findings) {
    for (_, record, origin) in input.content.all_measures() {
        let reason = record.not_applicable.as_ref().map(|it| it.0.to_plain());
        let id = match reason {
            Some(reason) if NO_REASONS.split('|').any(|it| it == reason) => found.rule,
            Some(_) if is_written(&record.measure) => "not-applicable-with-measure",
            _ => continue,
        };
        let message = Message::new(id).with("id", &record.id);
        found.error(origin.at("not_applicable"), message);
    }
}

/// Reports questions that the office still has to answer.
pub fn open_question(input: &CheckInput, found: &mut Findings) {
    for (_, record, origin) in input.content.all_measures() {
        if let Some(question) = &record.confirm {
            let message = Message::new("open-question").with("id", &record.id);
            found.warning(origin.at("confirm"), message.with("question", question));
        }
    }
}

/// Reports measures whose last review is too long ago: they are to be reviewed about yearly
/// (guideline C-e). Rows without a day of their own are one finding.
pub fn review_overdue(input: &CheckInput, found: &mut Findings) {
    let mut others = Vec::new();
    for (record, origin, day) in overdue(input) {
        if record.reviewed_on.is_none() {
            others.push(day);
        } else {
            let message = Message::new("review-overdue").with("id", &record.id);
            found.warning(origin.at("reviewed_on"), message.with("day", day));
        }
    }
    if let (Some(sheet), Some(day)) = (input.sheet(), others.iter().min()) {
        let of_day = Message::new("review-overdue-all").with("day", day);
        let message = of_day.with("count", others.len());
        let field = sheet.record.reviewed_on.map_or("date", |_| "reviewed_on");
        found.warning(sheet.origin().at(field), message);
    }
}

/// Each row whose review is overdue, with its node and the day from which its review counts: its own, else the sheet's
/// `reviewed_on`, else the first edition with its texts, else the sheet's date.
pub fn overdue<'a>(input: &CheckInput<'a>) -> Vec<(&'a MeasureRecord, Origin, Date)> {
    let Some(sheet) = input.sheet().map(|sheet| &sheet.record) else {
        return Vec::new();
    };
    let mut overdue = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        let reviewed = record.reviewed_on.or(sheet.reviewed_on).map(|day| day.0);
        let counted = reviewed.or_else(|| first_issued(input.content, record));
        let day = counted.unwrap_or(sheet.date.0);
        let due = day.checked_add(input.thresholds().review.0);
        if due.is_ok_and(|due| due < input.today) {
            overdue.push((record, origin, day));
        }
    }
    overdue
}

/// The day of the first edition that had a row's texts as they are now.
fn first_issued(content: &Content, record: &MeasureRecord) -> Option<Date> {
    let statement = record.measure.as_ref().or(record.not_applicable.as_ref());
    let written = [Some(&record.subject), statement, record.remarks.as_ref()];
    let now = written.map(|text| text.map_or(&[][..], |text| &text.0.paragraphs));
    let mut issued = content.issued();
    let edition = issued.find(|edition| {
        edition.sheet.measures().any(|measure| {
            let (subject, remarks) = (&measure.subject, measure.remarks.as_ref());
            let texts = [Some(subject), measure.statement(), remarks];
            let then = texts.map(|text| text.map_or(&[][..], |text| &text.ja.paragraphs));
            measure.id == record.id && then == now
        })
    })?;
    Some(edition.sheet.date)
}
