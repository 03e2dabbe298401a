//! PDF + identity + moment → the same PDF with a signature (PAdES B-B, or B-T with a timestamp).
//! Existing bytes stay; an incremental update appends it in a CMS container (ETSI EN 319 142-1, ETSI.CAdES.detached) that
//! signs content type, digest and the signer's certificate. The claimed time stands in the PDF (`/M`), as PAdES requires.
//! Never here: passwords typed, the clock, the network; the command provides those.

mod identity;
mod revision;

use crate::cms::{SigningCertificateV2, key::HashAlgorithm, timestamp};
use crate::message::Result;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{CertificateSet, SignedData, SignerIdentifier, SignerInfo, SignerInfos};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::oid::db::{rfc3161, rfc5911, rfc5912};
use der::{Decode, DerOrd, Encode, EncodeValue, Tagged};
use x509_cert::{attr::Attribute, spki::AlgorithmIdentifierOwned};

pub use crate::cms::timestamp::TimeServer;
pub use identity::Identity;

/// The bytes by which an ECDSA signature may be longer than another: it has 70 to 72, rarely fewer.
const SIZE_MARGIN: usize = 16;
/// The bytes reserved for a timestamp: a token with its authority's chain has 2–6 KB.
const TIMESTAMP_SIZE: usize = 8 * 1024;
const ENCODES: &str = "values read as DER can be written as DER";

/// Signs a PDF. `at` is the time that the signature claims; a time server confirms it.
pub fn sign(
    pdf: &[u8],
    identity: &Identity,
    at: jiff::Timestamp,
    server: Option<&TimeServer>,
) -> Result<Vec<u8>> {
    identity.may_sign(at)?;
    let plain = container(&[], identity, None)?;
    let mut size = plain.len() + SIZE_MARGIN + server.map_or(0, |_| TIMESTAMP_SIZE);
    // The placeholder is signed too and cannot grow: if the timestamp does not fit, all is redone.
    loop {
        let (mut bytes, placeholder) = revision::prepare(pdf, at, size)?;
        let covered = [&bytes[..placeholder.start], &bytes[placeholder.end..]];
        let signature = container(&covered, identity, server)?;
        if signature.len() <= size {
            let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
            bytes[placeholder.start + 1..][..hex.len()].copy_from_slice(hex.as_bytes());
            return Ok(bytes);
        }
        size = signature.len() * 2;
    }
}

/// Signs a document given in parts. A time server gets the signature only, never the document.
fn container(parts: &[&[u8]], identity: &Identity, server: Option<&TimeServer>) -> Result<Vec<u8>> {
    let digest = OctetString::new(HashAlgorithm::Sha256.hash(parts)).expect(ENCODES);
    let certificate = SigningCertificateV2::of(identity.certificate()).expect(ENCODES);
    let signed_attributes = set([
        attribute(rfc5911::ID_CONTENT_TYPE, &rfc5911::ID_DATA),
        attribute(rfc5911::ID_MESSAGE_DIGEST, &digest),
        attribute(rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2, &certificate),
    ]);
    let signature = (identity.key.sign)(&signed_attributes.to_der().expect(ENCODES));
    let stamp = |server| {
        let (time, token) = timestamp::request(server, &signature)?;
        identity.may_sign(time)?;
        let stamp = Any::from_der(&token).expect(ENCODES);
        Result::Ok(set([attribute(rfc3161::ID_AA_TIME_STAMP_TOKEN, &stamp)]))
    };
    let unsigned_attrs = server.map(stamp).transpose()?;
    let (oid, parameters) = (rfc5912::ID_SHA_256, None);
    let sha256 = AlgorithmIdentifierOwned { oid, parameters };
    let body = identity.certificate().tbs_certificate();
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: body.issuer().clone(),
            serial_number: body.serial_number().clone(),
        }),
        digest_alg: sha256.clone(),
        signed_attrs: Some(signed_attributes),
        signature_algorithm: identity.key.algorithm.clone(),
        signature: OctetString::new(signature.as_slice()).expect(ENCODES),
        unsigned_attrs,
    };
    let chain = identity.chain.iter().cloned();
    let certificates = SetOfVec::from_iter(chain.map(CertificateChoices::Certificate));
    let signed_data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: set([sha256]),
        encap_content_info: cms::signed_data::EncapsulatedContentInfo {
            econtent_type: rfc5911::ID_DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet(certificates.expect(ENCODES))),
        crls: None,
        signer_infos: SignerInfos(set([signer])),
    };
    let envelope = ContentInfo {
        content_type: rfc5911::ID_SIGNED_DATA,
        content: Any::encode_from(&signed_data).expect(ENCODES),
    };
    Ok(envelope.to_der().expect(ENCODES))
}

fn attribute(oid: ObjectIdentifier, value: &(impl EncodeValue + Tagged)) -> Attribute {
    let values = set([Any::encode_from(value).expect(ENCODES)]);
    Attribute { oid, values }
}

fn set<T: DerOrd, const N: usize>(elements: [T; N]) -> SetOfVec<T> {
    SetOfVec::try_from(elements).expect(ENCODES)
}
