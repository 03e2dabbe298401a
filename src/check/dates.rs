//! The rule about days that have not come, or that contradict one another.

use super::{CheckInput, Findings};
use crate::content::record::IsoDate;
use crate::diagnostic::Origin;
use crate::diagnostic::Severity::{Error, Warning};
use crate::message::Message;
use jiff::Span;

/// Reports days on which what they say cannot have happened; a warning for the sheet's, which may be prepared for.
pub fn impossible_date(input: &CheckInput, found: &mut Findings) {
    let (today, to_come) = (Some(IsoDate(input.today)), "day-to-come");
    let mut report =
        |severity, origin: Origin, day: Option<IsoDate>, limit: Option<IsoDate>, id| {
            if let (Some(IsoDate(day)), Some(IsoDate(limit))) = (day, limit)
                && day > limit
            {
                let message = Message::new(id).with("day", day).with("limit", limit);
                found.add(severity, origin, message);
            }
        };
    for certification in &input.content.certifications {
        let (record, origin) = (
            &certification.record,
            certification.origin().at("issued_on"),
        );
        let (issued, last) = (record.issued_on, record.expires_on);
        report(Error, origin.clone(), issued, last, "issued-after-end");
        report(Error, origin, issued, today, to_come);
        let at = |field| certification.origin().at(field);
        let in_ten_years = input.today.saturating_add(Span::new().years(10));
        report(
            Warning,
            at("expires_on"),
            last,
            Some(IsoDate(in_ten_years)),
            "day-far",
        );
        let year = record.edition.as_deref().unwrap_or_default();
        let begun = IsoDate::parse(&format!("{year}-01-01"));
        report(Error, at("edition"), begun, today, "edition-to-come");
    }
    if let Some(sheet) = input.sheet() {
        let (it, at) = (&sheet.record, |field| sheet.origin().at(field));
        let date = Some(it.date);
        let published = input.content.own_guideline().map(|it| &it.record.published);
        let published = published.and_then(|it| IsoDate::parse(&format!("{it}-01")[..10]));
        report(
            Warning,
            at("date"),
            published,
            date,
            "date-before-guideline",
        );
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
