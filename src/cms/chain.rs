//! Certificates and roots → names, validity, the chain to a root. Never here: revocation lists, system roots, the clock.

use super::{SignatureError, key, names, policy, policy::Purpose};
use der::{Decode, Encode};
use jiff::Timestamp;
use x509_cert::{Certificate, name::Name};

/// The most authorities in a chain; real ones have two or three.
const MAX_CHAIN_LENGTH: usize = 8;
/// The most signatures checked for one chain, because authorities of one name multiply the paths.
const MAX_CHECKS: usize = 100;

/// A name for readers: the common name, else the organisation, else the whole.
pub fn readable(name: &Name) -> String {
    let common_name = name.common_name().ok().flatten();
    let short = common_name.or_else(|| name.organization().ok().flatten());
    short.map_or_else(|| name.to_string(), |short| short.value().into_owned())
}

/// The first and last moment of a certificate's validity.
pub fn validity(certificate: &Certificate) -> [Timestamp; 2] {
    let validity = certificate.tbs_certificate().validity();
    [validity.not_before, validity.not_after]
        .map(|time| Timestamp::try_from(time.to_system_time()).unwrap_or(Timestamp::MAX))
}

pub fn check_validity(certificate: &Certificate, at: Timestamp) -> Result<(), SignatureError> {
    let [first, last] = validity(certificate);
    let valid = (first..=last).contains(&at).then_some(());
    valid.ok_or(SignatureError::OutsideValidity)
}

/// Tells if an authority issued the certificate to itself, for example with its next key.
pub fn is_self_issued(certificate: &Certificate) -> bool {
    let body = certificate.tbs_certificate();
    body.issuer() == body.subject()
}

/// Tells if a signer's certificate is a root or leads to one, with all, the root too, valid at `at` and allowed.
pub fn verify_chain(
    certificate: &Certificate,
    purpose: Purpose,
    intermediates: &[Certificate],
    roots: &[Certificate],
    at: Timestamp,
) -> bool {
    let mut checks = 0;
    // Tells if `issuer` issued the last certificate of a path, and was allowed to.
    let mut may_follow = |issuer: &Certificate, path: &[&Certificate]| {
        let last = path[path.len() - 1];
        // The length of a path is limited without those that an authority issued to itself.
        let authorities = path.iter().skip(1).filter(|it| !is_self_issued(it));
        let is_allowed = last.tbs_certificate().issuer() == issuer.tbs_certificate().subject()
            && check_validity(issuer, at).is_ok()
            && policy::may_certify(issuer, purpose, authorities.count())
            && names::are_permitted(issuer, path);
        if !is_allowed || checks == MAX_CHECKS {
            return false;
        }
        checks += 1;
        is_signed_by(last, issuer)
    };
    let is_valid = check_validity(certificate, at).is_ok();
    if !is_valid || policy::check_signer(certificate, purpose).is_err() {
        return false;
    }
    if roots.contains(certificate) {
        return true;
    }
    // Paths upwards from the signer, the next one last. The last authority of each is not checked yet.
    let mut paths = vec![vec![certificate]];
    while let Some(path) = paths.pop() {
        if let [below @ .., issuer] = &path[..]
            && !below.is_empty()
            && !may_follow(issuer, below)
        {
            continue;
        }
        if roots.iter().any(|root| may_follow(root, &path)) {
            return true;
        }
        if path.len() <= MAX_CHAIN_LENGTH {
            let others = intermediates.iter().rev().filter(|it| !path.contains(it));
            paths.extend(others.map(|issuer| [&path[..], &[issuer]].concat()));
        }
    }
    false
}

fn is_signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let body = certificate.tbs_certificate();
    let (Ok(message), Some(signature)) = (body.to_der(), certificate.signature().as_bytes()) else {
        return false;
    };
    // The algorithm stands once more outside of what is signed (RFC 5280, 4.1.1.2).
    let algorithm = certificate.signature_algorithm();
    algorithm == body.signature()
        && key::verify(issuer, algorithm, None, &message, signature).is_ok()
}

/// Reads every certificate of a PEM file, or the one of a DER file.
pub fn certificates(file: &[u8]) -> Option<Vec<Certificate>> {
    let one = Certificate::from_der(file).map(|certificate| vec![certificate]);
    let all = one.or_else(|_| Certificate::load_pem_chain(file));
    all.ok().filter(|certificates| !certificates.is_empty())
}
