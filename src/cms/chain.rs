//! Certificates: the name on one, the time it counts, and whether it leads to one that is trusted.

use super::key;
use der::oid::AssociatedOid;
use der::{Decode, Encode};
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage};
use x509_cert::time::Time;

/// Longer chains than these are nobody's.
const LONGEST: usize = 8;

/// The name a reader knows the holder by: the common name, else the organisation's, else the whole.
pub fn name(certificate: &Certificate) -> String {
    let subject = certificate.tbs_certificate().subject();
    let said = subject.common_name().ok().flatten();
    let said = said.or_else(|| subject.organization().ok().flatten());
    said.map_or_else(|| subject.to_string(), |said| said.value().into_owned())
}

/// First and last moment a certificate counts.
pub fn validity(certificate: &Certificate) -> (Timestamp, Timestamp) {
    let validity = certificate.tbs_certificate().validity();
    (moment(&validity.not_before), moment(&validity.not_after))
}

/// Whether a certificate counts at a moment.
pub fn is_valid(certificate: &Certificate, at: Timestamp) -> bool {
    let (first, last) = validity(certificate);
    (first..=last).contains(&at)
}

fn moment(time: &Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// Whether a certificate is a trusted one, or leads to one over others that were sent along, all of them counting at `at`.
pub fn leads_to(
    certificate: &Certificate,
    others: &[Certificate],
    trusted: &[Certificate],
    at: Timestamp,
) -> bool {
    verify_chain(certificate, others, trusted, at, 0)
}

fn verify_chain(
    certificate: &Certificate,
    others: &[Certificate],
    trusted: &[Certificate],
    at: Timestamp,
    below: usize,
) -> bool {
    if !is_valid(certificate, at) || !is_understood(certificate) || below > LONGEST {
        return false;
    }
    if trusted.contains(certificate) {
        return true;
    }
    let issues = |other: &&Certificate| issued(certificate, other, below);
    trusted.iter().filter(issues).any(|root| is_valid(root, at))
        || others
            .iter()
            .filter(issues)
            .any(|other| verify_chain(other, others, trusted, at, below + 1))
}

/// Whether one certificate was issued by another that may issue, with `below` further authorities beneath.
fn issued(certificate: &Certificate, by: &Certificate, below: usize) -> bool {
    let (own, issuer) = (certificate.tbs_certificate(), by.tbs_certificate());
    if own.issuer() != issuer.subject() || certificate == by {
        return false;
    }
    let may = match issuer.get_extension::<BasicConstraints>() {
        Ok(Some((_, basic))) => {
            let limit = basic.path_len_constraint.map(usize::from);
            basic.ca && limit.is_none_or(|limit| below <= limit)
        }
        _ => false,
    };
    let signs = match issuer.get_extension::<KeyUsage>() {
        Ok(usage) => usage.is_none_or(|(_, usage)| usage.key_cert_sign()),
        Err(_) => false,
    };
    let (Ok(message), Some(signature)) = (own.to_der(), certificate.signature().as_bytes()) else {
        return false;
    };
    may && signs
        && key::verify(
            issuer.subject_public_key_info(),
            certificate.signature_algorithm(),
            None,
            &message,
            signature,
        )
        .is_ok()
}

/// A certificate that makes a condition we do not know must not be followed (RFC 5280, 4.2).
fn is_understood(certificate: &Certificate) -> bool {
    let known = [
        BasicConstraints::OID,
        KeyUsage::OID,
        ExtendedKeyUsage::OID,
        CertificatePolicies::OID,
    ];
    let extensions = certificate.tbs_certificate().extensions();
    let mut extensions = extensions.into_iter().flatten();
    extensions.all(|each| !each.critical || known.contains(&each.extn_id))
}

/// Every certificate of a PEM file, or the one of a DER file.
pub fn certificates(file: &[u8]) -> Option<Vec<Certificate>> {
    if let Ok(certificate) = Certificate::from_der(file) {
        return Some(vec![certificate]);
    }
    let certificates = Certificate::load_pem_chain(file).ok()?;
    Some(certificates).filter(|certificates| !certificates.is_empty())
}
