//! The rule about days that have not come, or that contradict one another.

use super::{CheckInput, Findings};
use crate::content::record::IsoDate;
use crate::diagnostic::{Origin, Severity};
use crate::message::Message;
use jiff::civil::Date;

/// Reports days on which what they say cannot have happened. The sheet's own day may be one that the
/// office prepares for, so that it is a warning.
pub fn impossible_date(input: &CheckInput, found: &mut Findings) {
    let today = Some(input.today);
    let mut report = |severity, origin: Origin, day: Option<IsoDate>, limit: Option<Date>, id| {
        if let (Some(IsoDate(day)), Some(limit)) = (day, limit)
            && day > limit
        {
            let message = Message::new(id).with("day", day).with("limit", limit);
            found.add(severity, origin, message);
        }
    };
    for certification in &input.content.certifications {
        let record = &certification.record;
        let (issued, origin) = (record.issued_on, certification.origin().at("issued_on"));
        let last = record.expires_on.map(|day| day.0);
        report(
            Severity::Error,
            origin.clone(),
            issued,
            last,
            "issued-after-end",
        );
        report(Severity::Error, origin, issued, today, "day-to-come");
    }
    if let Some(sheet) = input.sheet() {
        let (record, at) = (&sheet.record, |field| sheet.origin().at(field));
        let established = record.established_on;
        for (limit, id) in [
            (Some(record.date), "established-after-date"),
            (record.effective_on, "established-after-effect"),
        ] {
            let limit = limit.map(|day| day.0);
            report(
                Severity::Error,
                at("established_on"),
                established,
                limit,
                id,
            );
        }
        for (field, day, severity) in [
            ("established_on", established, Severity::Error),
            ("reviewed_on", record.reviewed_on, Severity::Error),
            ("date", Some(record.date), Severity::Warning),
        ] {
            report(severity, at(field), day, today, "day-to-come");
        }
    }
    for (_, record, origin) in input.content.all_measures() {
        let (origin, day) = (origin.at("reviewed_on"), record.reviewed_on);
        report(Severity::Error, origin, day, today, "day-to-come");
    }
}
