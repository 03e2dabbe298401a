//! The policy: a certificate → the permission to sign documents, stamp times or certify others.
//!
//! It needs no other certificate, no time and no root. Signing asks before it signs, verifying before it accepts.
//!
//! rustls-webpki is not used, because it refuses critical certificate policies (which the certificates of Japanese
//! attorneys have), ignores an authority's key usage, and does not process constraints on directory names.

use super::SignatureError;
use der::oid::db::rfc5280::ANY_EXTENDED_KEY_USAGE;
use der::oid::db::rfc5912::{
    ID_EC_PUBLIC_KEY, ID_KP_CLIENT_AUTH, ID_KP_CODE_SIGNING, ID_KP_OCSP_SIGNING, ID_KP_SERVER_AUTH,
    ID_KP_TIME_STAMPING, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1,
};
use der::{Decode, asn1::ObjectIdentifier, oid::AssociatedOid, referenced::OwnedToRef};
use rsa::traits::PublicKeyParts;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{
    BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage, NameConstraints,
    SubjectAltName,
};

/// The shortest RSA key that is still secure.
pub const MIN_RSA_BITS: u32 = 2048;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Document,
    Timestamp,
}

/// The purposes of machines, logins and programs. A certificate with no other was not checked for signing documents.
const OTHER_PURPOSES: [ObjectIdentifier; 5] = [
    ID_KP_SERVER_AUTH,
    ID_KP_CLIENT_AUTH,
    ID_KP_CODE_SIGNING,
    ID_KP_TIME_STAMPING,
    ID_KP_OCSP_SIGNING,
];

/// The extensions that may be critical: those that are processed. Certificate policies count because every policy is
/// acceptable here. A critical policyConstraints, qcStatements or any other would have to be obeyed, and is not.
const KNOWN_EXTENSIONS: [ObjectIdentifier; 6] = [
    BasicConstraints::OID,
    KeyUsage::OID,
    ExtendedKeyUsage::OID,
    CertificatePolicies::OID,
    NameConstraints::OID,
    SubjectAltName::OID,
];

/// Checks that a certificate may sign for this purpose. An unreadable extension permits nothing.
pub fn check_signer(certificate: &Certificate, purpose: Purpose) -> Result<(), SignatureError> {
    // Authorities certify, and sign nothing else.
    let is_end_entity = permits(certificate, |basic: BasicConstraints| !basic.ca);
    let signs_contents = permits(certificate, |usage: KeyUsage| {
        usage.digital_signature() || usage.non_repudiation()
    });
    let has_purpose = match purpose {
        Purpose::Document => permits_purpose(certificate, purpose),
        // A time authority has no other purpose, and says so critically (RFC 3161, 2.3).
        Purpose::Timestamp => matches!(
            certificate.tbs_certificate().get_extension::<ExtendedKeyUsage>(),
            Ok(Some((true, listed))) if listed.0 == [ID_KP_TIME_STAMPING]
        ),
    };
    match certificate {
        it if !has_strong_key(it) => Err(SignatureError::WeakKey),
        it if !is_understood(it) => Err(SignatureError::UnknownExtension),
        _ if is_end_entity && signs_contents && has_purpose => Ok(()),
        _ => Err(SignatureError::NotForSigning),
    }
}

/// Tells if a certificate may certify signers for this purpose over `depth` other authorities below it.
pub fn may_certify(certificate: &Certificate, purpose: Purpose, depth: usize) -> bool {
    let is_near = |limit: Option<u8>| limit.is_none_or(|limit| depth <= limit.into());
    matches!(
        certificate.tbs_certificate().get_extension::<BasicConstraints>(),
        Ok(Some((_, basic))) if basic.ca && is_near(basic.path_len_constraint)
    ) && permits(certificate, |usage: KeyUsage| usage.key_cert_sign())
        && has_strong_key(certificate)
        && is_understood(certificate)
        && permits_purpose(certificate, purpose)
}

fn has_strong_key(certificate: &Certificate) -> bool {
    let body = certificate.tbs_certificate();
    let key = body.subject_public_key_info().owned_to_ref();
    let curve = key.algorithm.parameters_oid();
    match key.algorithm.oid {
        RSA_ENCRYPTION => {
            rsa::RsaPublicKey::try_from(key).is_ok_and(|key| key.n().bit_width() >= MIN_RSA_BITS)
        }
        ID_EC_PUBLIC_KEY => curve.is_ok_and(|curve| [SECP_256_R_1, SECP_384_R_1].contains(&curve)),
        _ => false,
    }
}

/// Tells if every critical extension is known; no other may be ignored (RFC 5280, 4.2).
fn is_understood(certificate: &Certificate) -> bool {
    let extensions = certificate.tbs_certificate().extensions().into_iter();
    let mut critical = extensions.flat_map(|list| list.iter().filter(|it| it.critical));
    critical.all(|it| KNOWN_EXTENSIONS.contains(&it.extn_id))
}

/// Tells if an extension, if there is one, can be read and permits what is asked.
fn permits<'a, E: Decode<'a> + AssociatedOid>(
    certificate: &'a Certificate,
    is_permitted: impl FnOnce(E) -> bool,
) -> bool {
    let found = certificate.tbs_certificate().get_extension();
    found.is_ok_and(|found| found.is_none_or(|(_, extension)| is_permitted(extension)))
}

/// Tells if any extended key usage includes this purpose. An authority's limits those below, as Windows and browsers do.
fn permits_purpose(certificate: &Certificate, purpose: Purpose) -> bool {
    let is_fit = |listed: &ObjectIdentifier| match purpose {
        Purpose::Document => !OTHER_PURPOSES.contains(listed),
        Purpose::Timestamp => [ID_KP_TIME_STAMPING, ANY_EXTENDED_KEY_USAGE].contains(listed),
    };
    permits(certificate, |it: ExtendedKeyUsage| it.0.iter().any(is_fit))
}
