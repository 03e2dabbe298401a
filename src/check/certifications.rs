//! Is each certificate (第三者認証) still good, and shown as what it is?

use super::CheckInput;
use crate::content::Filed;
use crate::content::record::{CertificationRecord, Mark};
use crate::diagnostic::Diagnostic;
use crate::message::Message;
use jiff::civil::Date;

/// A certificate counts through its last day, Japan time, and not after it.
pub fn expired(input: &CheckInput) -> Vec<Diagnostic> {
    dated(input, |last| {
        (last < input.today).then_some("certification-expired")
    })
    .map(|(certificate, message)| {
        let origin = certificate.origin().at("expires_on");
        Diagnostic::error("certification-expired", origin, message)
            .help(Message::new("certification-expired-help"))
    })
    .collect()
}

/// The last day is near: renewals take months.
pub fn expires_soon(input: &CheckInput) -> Vec<Diagnostic> {
    let ahead = input.thresholds().expires_soon;
    let soon = |last: Date| {
        let near = input
            .today
            .checked_add(ahead.0)
            .is_ok_and(|horizon| last <= horizon);
        (near && last >= input.today).then_some("certification-expires-soon")
    };
    dated(input, soon)
        .map(|(certificate, message)| {
            Diagnostic::warning(
                "certification-expires-soon",
                certificate.origin().at("expires_on"),
                message,
            )
        })
        .collect()
}

type Certificate = Filed<CertificationRecord>;

fn dated<'a>(
    input: &CheckInput<'a>,
    judge: impl Fn(Date) -> Option<&'static str>,
) -> impl Iterator<Item = (&'a Certificate, Message)> {
    input
        .content
        .certifications
        .iter()
        .filter_map(move |certificate| {
            let last = certificate.record.expires_on?.0;
            let message = Message::new(judge(last)?)
                .with("standard", &*certificate.record.standard)
                .with("day", last);
            Some((certificate, message))
        })
}

/// Without a last day nobody can say whether the certificate counts.
pub fn undated(input: &CheckInput) -> Vec<Diagnostic> {
    let undated = input
        .content
        .certifications
        .iter()
        .filter(|certificate| certificate.record.expires_on.is_none());
    undated
        .map(|certificate| {
            let message = Message::new("certification-undated")
                .with("standard", &*certificate.record.standard);
            Diagnostic::warning(
                "certification-undated",
                certificate.origin().at("number"),
                message,
            )
            .help(Message::new("certification-undated-help"))
        })
        .collect()
}

/// ISO and JIS standards come in editions, and certificates to an old one lapse with it.
pub fn without_edition(input: &CheckInput) -> Vec<Diagnostic> {
    // Some write it into the standard's name, as certificates do: ISO 9001:2015.
    let named = |standard: &str| {
        standard
            .split_once(':')
            .is_some_and(|(_, year)| year.starts_with(|c: char| c.is_ascii_digit()))
    };
    let comes_in_editions = |standard: &str| {
        ["ISO", "JIS", "IEC"]
            .iter()
            .any(|family| standard.contains(family))
    };
    let certificates = input.content.certifications.iter();
    certificates
        .filter(|certificate| {
            let standard = &certificate.record.standard;
            comes_in_editions(standard) && !named(standard) && certificate.record.edition.is_none()
        })
        .map(|certificate| {
            let message = Message::new("certification-without-edition")
                .with("standard", &*certificate.record.standard);
            Diagnostic::warning(
                "certification-without-edition",
                certificate.origin().at("standard"),
                message,
            )
        })
        .collect()
}

/// The Privacy Mark belongs to registrations of its own scheme, numbered `10190001(03)`; other certificates to JIS Q 15001 do not carry it.
pub fn privacy_mark_misused(input: &CheckInput) -> Vec<Diagnostic> {
    let marked = input.content.certifications.iter().filter(|certificate| {
        certificate.record.mark == Some(Mark::PrivacyMark)
            && !is_privacy_mark_number(&certificate.record.number)
    });
    marked
        .map(|certificate| {
            let message = Message::new("privacy-mark-misused")
                .with("standard", &*certificate.record.standard)
                .with("number", &*certificate.record.number);
            Diagnostic::error(
                "privacy-mark-misused",
                certificate.origin().at("mark"),
                message,
            )
            .help(Message::new("privacy-mark-misused-help"))
        })
        .collect()
}

/// Body code (2), office number (6), and where renewed the count in brackets (2).
fn is_privacy_mark_number(number: &str) -> bool {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    match number
        .strip_suffix(')')
        .and_then(|rest| rest.split_once('('))
    {
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
