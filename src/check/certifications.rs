//! Rules about certificates (第三者認証): each is valid, and shown as what it is.

use super::{CheckInput, Findings};
use crate::content::record::{CertificationRecord, IsoDate, Mark};
use crate::content::regex;
use crate::diagnostic::Severity;
use crate::message::Message;

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
            if let Some(IsoDate(last)) = record.expires_on {
                message = message.with("day", last);
            }
            found.add(severity, certificate.origin().at(field), message);
        }
    }
}

/// Reports certificates that have expired. The last valid day counts, in Japan's time.
pub fn expired(input: &CheckInput, found: &mut Findings) {
    report(input, found, Severity::Error, "expires_on", |it| {
        it.expires_on.is_some_and(|last| last.0 < input.today)
    });
}

/// Reports certificates whose last day is near: renewals take months.
pub fn expires_soon(input: &CheckInput, found: &mut Findings) {
    let Ok(horizon) = input.today.checked_add(input.thresholds().expires_soon.0) else {
        return;
    };
    report(input, found, Severity::Warning, "expires_on", |it| {
        let is_near = |last: IsoDate| (input.today..=horizon).contains(&last.0);
        it.expires_on.is_some_and(is_near)
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
    let (families, year) = (regex("ISO|JIS|IEC"), regex("^[^:]*:[0-9]"));
    report(input, found, Severity::Warning, "standard", |it| {
        let has_year = year.is_match(&it.standard) || it.edition.is_some();
        families.is_match(&it.standard) && !has_year
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
    regex(r"^[0-9]{8}(\([0-9]{2}\))?$").is_match(number)
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
