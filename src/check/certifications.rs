//! Rules about certificates (第三者認証): each is valid, and shown as what it is.

use super::{CheckInput, Findings};
use crate::content::record::{CertificationRecord, Mark};
use crate::diagnostic::Severity;
use crate::message::Message;
use jiff::civil::Date;
use regex::Regex;

/// Reports each certificate for which `judge` holds, at a field of it.
fn report(
    input: &CheckInput,
    found: &mut Findings,
    severity: Severity,
    field: &str,
    judge: impl Fn(&CertificationRecord) -> bool,
) {
    for certificate in &input.content.certifications {
        let record = &certificate.record;
        if judge(record) {
            let mut message = Message::new(found.rule)
                .with("standard", &record.standard)
                .with("number", &record.number);
            if let Some(last) = last_day(record) {
                message = message.with("day", last);
            }
            found.add(severity, certificate.origin().at(field), message);
        }
    }
}

fn last_day(record: &CertificationRecord) -> Option<Date> {
    record.expires_on.map(|day| day.0)
}

/// Reports certificates that have expired. The last valid day counts, in Japan's time.
pub fn expired(input: &CheckInput, found: &mut Findings) {
    report(input, found, Severity::Error, "expires_on", |it| {
        last_day(it).is_some_and(|last| last < input.today)
    });
}

/// Reports certificates whose last day is near: renewals take months.
pub fn expires_soon(input: &CheckInput, found: &mut Findings) {
    let Ok(horizon) = input.today.checked_add(input.thresholds().expires_soon.0) else {
        return;
    };
    report(input, found, Severity::Warning, "expires_on", |it| {
        last_day(it).is_some_and(|last| (input.today..=horizon).contains(&last))
    });
}

/// Reports certificates without a last day: nobody can tell whether they are valid.
pub fn undated(input: &CheckInput, found: &mut Findings) {
    report(input, found, Severity::Warning, "number", |it| {
        it.expires_on.is_none()
    });
}

/// Reports certificates without the year of their standard.
/// ISO and JIS standards come in editions, and a certificate to an old edition lapses with it.
pub fn no_edition(input: &CheckInput, found: &mut Findings) {
    // It may stand in the standard's name, as on certificates: ISO 9001:2015.
    let has_year = |standard: &str| {
        let year = standard.split_once(':').map(|(_, year)| year);
        year.is_some_and(|year| year.starts_with(|c: char| c.is_ascii_digit()))
    };
    let families = ["ISO", "JIS", "IEC"];
    let comes_in_editions = |standard: &str| families.iter().any(|it| standard.contains(it));
    report(input, found, Severity::Warning, "standard", |it| {
        comes_in_editions(&it.standard) && !has_year(&it.standard) && it.edition.is_none()
    });
}

/// Reports the Privacy Mark on certificates without a number of its scheme, as `10190001(03)`.
pub fn privacy_mark_misused(input: &CheckInput, found: &mut Findings) {
    report(input, found, Severity::Error, "mark", |it| {
        it.mark == Some(Mark::PrivacyMark) && !is_privacy_mark_number(&it.number)
    });
}

/// Returns true for body code (2 digits), office number (6) and, if renewed, the count in brackets.
fn is_privacy_mark_number(number: &str) -> bool {
    let pattern = Regex::new(r"^[0-9]{8}(\([0-9]{2}\))?$");
    pattern.expect("a valid pattern").is_match(number)
}

#[cfg(test)]
mod tests {
    #[test]
    fn privacy_mark_numbers() {
        let is = super::is_privacy_mark_number;
        assert!(is("10190001(03)") && is("10190001"));
        assert!(!is("PIMS 575908") && !is("1019001(03)") && !is("10190001(3)"));
    }
}
