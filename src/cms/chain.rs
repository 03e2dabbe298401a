//! Certificates: the holder's name, the validity period, and the chain to a trusted root.
//!
//! In: certificates as they were sent, and the roots to trust. Out: facts.
//! Never here: revocation lists, the system's roots, the clock.

use super::key;
use der::oid::AssociatedOid;
use der::{Decode, Encode};
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage};
use x509_cert::time::Time;

/// The most authorities in a chain; real ones have two or three.
const MAX_CHAIN_LENGTH: usize = 8;

/// The holder's name for readers: the common name, else the organisation, else the whole subject.
pub fn holder_name(certificate: &Certificate) -> String {
    let subject = certificate.tbs_certificate().subject();
    let common_name = subject.common_name().ok().flatten();
    let name = common_name.or_else(|| subject.organization().ok().flatten());
    name.map_or_else(|| subject.to_string(), |name| name.value().into_owned())
}

/// The first and last moment of a certificate's validity.
pub fn validity(certificate: &Certificate) -> (Timestamp, Timestamp) {
    let timestamp = |time: &Time| {
        let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
    };
    let validity = certificate.tbs_certificate().validity();
    (
        timestamp(&validity.not_before),
        timestamp(&validity.not_after),
    )
}

/// Tells if a moment is within a certificate's validity.
pub fn is_valid_at(certificate: &Certificate, at: Timestamp) -> bool {
    let (first, last) = validity(certificate);
    (first..=last).contains(&at)
}

/// Tells if a certificate is a root or leads to one over intermediates, with all valid at `at`.
pub fn verify_chain(
    certificate: &Certificate,
    intermediates: &[Certificate],
    roots: &[Certificate],
    at: Timestamp,
) -> bool {
    let mut reached = vec![certificate];
    // Each intermediate is followed once; many of one name and key would multiply the paths.
    let mut unused: Vec<&Certificate> = intermediates.iter().collect();
    for depth in 0..=MAX_CHAIN_LENGTH {
        reached.retain(|below| is_valid_at(below, at) && is_understood(below));
        let issues =
            |issuer: &Certificate| reached.iter().any(|it| is_issued_by(it, issuer, depth));
        if roots
            .iter()
            .any(|root| reached.contains(&root) || is_valid_at(root, at) && issues(root))
        {
            return true;
        }
        (reached, unused) = unused.into_iter().partition(|issuer| issues(issuer));
    }
    false
}

/// Tells if `issuer` issued the certificate and may do so with `depth` other authorities below it.
fn is_issued_by(certificate: &Certificate, issuer: &Certificate, depth: usize) -> bool {
    let (own, authority) = (certificate.tbs_certificate(), issuer.tbs_certificate());
    if own.issuer() != authority.subject() || certificate == issuer {
        return false;
    }
    let is_authority = match authority.get_extension::<BasicConstraints>() {
        Ok(Some((_, basic))) => {
            let limit = basic.path_len_constraint.map(usize::from);
            basic.ca && limit.is_none_or(|limit| depth <= limit)
        }
        _ => false,
    };
    let signs_certificates = authority
        .get_extension::<KeyUsage>()
        .is_ok_and(|found| found.is_none_or(|(_, usage)| usage.key_cert_sign()));
    let (Ok(message), Some(signature)) = (own.to_der(), certificate.signature().as_bytes()) else {
        return false;
    };
    let key = authority.subject_public_key_info();
    let algorithm = certificate.signature_algorithm();
    is_authority
        && signs_certificates
        && key::verify(key, algorithm, None, &message, signature).is_ok()
}

/// Tells if every critical extension is known; a chain must not rely on any other (RFC 5280, 4.2).
fn is_understood(certificate: &Certificate) -> bool {
    let known = [
        BasicConstraints::OID,
        KeyUsage::OID,
        ExtendedKeyUsage::OID,
        CertificatePolicies::OID,
    ];
    let extensions = certificate.tbs_certificate().extensions();
    extensions.is_none_or(|list| {
        list.iter()
            .all(|it| !it.critical || known.contains(&it.extn_id))
    })
}

/// Reads every certificate of a PEM file, or the one of a DER file.
pub fn certificates(file: &[u8]) -> Option<Vec<Certificate>> {
    if let Ok(certificate) = Certificate::from_der(file) {
        return Some(vec![certificate]);
    }
    let certificates = Certificate::load_pem_chain(file).ok()?;
    Some(certificates).filter(|certificates| !certificates.is_empty())
}
