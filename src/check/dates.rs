//! The rule about days that have not come, or that contradict one another.

use super::{CheckInput, Findings};
use crate::content::record::IsoDate;
use crate::diagnostic::Severity::{Error, Warning};
use crate::message::Message;
use jiff::Span;

/// Reports days on which what they say cannot have happened; a warning for the sheet's, which may be prepared for.
pub fn impossible_date(input: &CheckInput, found: &mut Findings) {
    let (today, to_come) = (Some(IsoDate(input.today)), "day-to-come");
    let in_ten_years = Some(IsoDate(input.today.saturating_add(Span::new().years(10))));
    let mut report = |severity, origin, day, limit, id| {
        if let (Some(IsoDate(day)), Some(IsoDate(limit))) = (day, limit)
            && day > limit
        {
            let message = Message::new(id).with("day", day).with("limit", limit);
            found.add(severity, origin, message);
        }
    };
    for filed in &input.content.certifications {
        let (it, at) = (&filed.record, |field| filed.origin().at(field));
        let (issued, last) = (it.issued_on, it.expires_on);
        report(Error, at("issued_on"), issued, last, "issued-after-end");
        report(Error, at("issued_on"), issued, today, to_come);
        report(Warning, at("expires_on"), last, in_ten_years, "day-far");
        let year = it.edition.as_deref().unwrap_or_default();
        let begun = IsoDate::parse(&format!("{year}-01-01"));
        report(Error, at("edition"), begun, today, "edition-to-come");
    }
    if let Some(sheet) = input.sheet() {
        let (it, at) = (&sheet.record, |field| sheet.origin().at(field));
        let (date, id) = (Some(it.date), "date-before-guideline");
        let published = input.content.own_guideline().map(|it| &it.record.published);
        let first_day = published.and_then(|it| IsoDate::parse(&format!("{it}-01")[..10]));
        report(Warning, at("date"), first_day, date, id);
        for (limit, id) in [
            (date, "established-after-date"),
            (it.effective_on, "established-after-effect"),
            (today, to_come),
        ] {
            report(Error, at("established_on"), it.established_on, limit, id);
        }
        report(Error, at("reviewed_on"), it.reviewed_on, today, to_come);
        report(Warning, at("date"), date, today, to_come);
    }
    for (_, record, origin) in input.content.all_measures() {
        let (origin, day) = (origin.at("reviewed_on"), record.reviewed_on);
        report(Error, origin, day, today, to_come);
    }
}
