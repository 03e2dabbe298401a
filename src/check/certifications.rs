//! Rules about certificates (第三者認証): each is valid, and shown as what it is.

use super::{CheckInput, Rule};
use crate::content::record::{CertificationRecord, Mark};
use crate::diagnostic::Diagnostic;
use crate::message::Message;
use jiff::civil::Date;

/// Reports each certificate for which `judge` holds, at a field of it.
fn report(
    input: &CheckInput,
    rule: &Rule,
    field: &str,
    judge: impl Fn(&CertificationRecord) -> bool,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for certificate in &input.content.certifications {
        let record = &certificate.record;
        if judge(record) {
            let mut message = Message::new(rule.name).with("standard", &record.standard);
            if let ("expires_on", Some(last)) = (field, record.expires_on) {
                message = message.with("day", last.0);
            }
            let finding = rule.warning(certificate.origin().at(field), message);
            findings.push(finding);
        }
    }
    findings
}

fn last_day(record: &CertificationRecord) -> Option<Date> {
    record.expires_on.map(|day| day.0)
}

pub const EXPIRED: Rule = Rule::new("certification-expired", expired);

/// Reports certificates that have expired. The last valid day counts, in Japan's time.
fn expired(input: &CheckInput) -> Vec<Diagnostic> {
    let expired = report(input, &EXPIRED, "expires_on", |record| {
        last_day(record).is_some_and(|last| last < input.today)
    });
    let help = Message::new("certification-expired-help");
    let error = |finding: Diagnostic| finding.into_error().help(help.clone());
    expired.into_iter().map(error).collect()
}

pub const EXPIRES_SOON: Rule = Rule::new("certification-expires-soon", expires_soon);

/// Reports certificates whose last day is near: renewals take months.
fn expires_soon(input: &CheckInput) -> Vec<Diagnostic> {
    let Ok(horizon) = input.today.checked_add(input.thresholds().expires_soon.0) else {
        return Vec::new();
    };
    report(input, &EXPIRES_SOON, "expires_on", |record| {
        last_day(record).is_some_and(|last| (input.today..=horizon).contains(&last))
    })
}

pub const UNDATED: Rule = Rule::new("certification-undated", undated);

/// Reports certificates without a last day: nobody can tell whether they are valid.
fn undated(input: &CheckInput) -> Vec<Diagnostic> {
    let undated = report(input, &UNDATED, "number", |record| {
        record.expires_on.is_none()
    });
    let help = Message::new("certification-undated-help");
    undated
        .into_iter()
        .map(|finding| finding.help(help.clone()))
        .collect()
}

pub const WITHOUT_EDITION: Rule = Rule::new("certification-without-edition", without_edition);

/// Reports certificates without the year of their standard.
///
/// ISO and JIS standards come in editions, and a certificate to an old edition lapses with it.
fn without_edition(input: &CheckInput) -> Vec<Diagnostic> {
    // It may stand in the standard's name, as on certificates: ISO 9001:2015.
    let has_year = |standard: &str| {
        let year = standard.split_once(':').map(|(_, year)| year);
        year.is_some_and(|year| year.starts_with(|c: char| c.is_ascii_digit()))
    };
    let comes_in_editions = |standard: &str| {
        let families = ["ISO", "JIS", "IEC"];
        families.iter().any(|family| standard.contains(family))
    };
    report(input, &WITHOUT_EDITION, "standard", |record| {
        let standard = &record.standard;
        comes_in_editions(standard) && !has_year(standard) && record.edition.is_none()
    })
}

pub const PRIVACY_MARK_MISUSED: Rule = Rule::new("privacy-mark-misused", privacy_mark_misused);

/// Reports the Privacy Mark on certificates without a number of its scheme, as `10190001(03)`.
fn privacy_mark_misused(input: &CheckInput) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for certificate in &input.content.certifications {
        let record = &certificate.record;
        if record.mark == Some(Mark::PrivacyMark) && !is_privacy_mark_number(&record.number) {
            let message = Message::new("privacy-mark-misused")
                .with("standard", &record.standard)
                .with("number", &record.number);
            let finding = PRIVACY_MARK_MISUSED.error(certificate.origin().at("mark"), message);
            findings.push(finding.help(Message::new("privacy-mark-misused-help")));
        }
    }
    findings
}

/// Returns true for body code (2 digits), office number (6) and, if renewed, the count in brackets.
fn is_privacy_mark_number(number: &str) -> bool {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let renewed = number.strip_suffix(')');
    match renewed.and_then(|rest| rest.split_once('(')) {
        Some((office, renewal)) => digits(office, 8) && digits(renewal, 2),
        None => digits(number, 8),
    }
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
