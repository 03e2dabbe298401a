//! What was signed + identity → the CMS container of a PAdES signature (ETSI EN 319 142-1, SubFilter ETSI.CAdES.detached).
//!
//! Signed are content type, digest and the signer's certificate; the claimed time stands in the PDF (`/M`), as PAdES asks.

use super::{Identity, TimeServer, timestamp};
use crate::cms::key::{Digest, SHA256};
use crate::cms::{
    CONTENT_TYPE, DATA, MESSAGE_DIGEST, SIGNATURE_TIMESTAMP, SIGNED_DATA, SIGNING_CERTIFICATE_V2,
};
use crate::message::Result;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence};
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::spki::AlgorithmIdentifierOwned;

/// An ECDSA signature has 70 to 72 bytes, rarely fewer.
const VARIES: usize = 16;

/// RFC 5035; an algorithm left out means SHA-256.
#[derive(Sequence)]
struct SigningCertificateV2 {
    certificates: Vec<CertificateId>,
}

#[derive(Sequence)]
struct CertificateId {
    hash: OctetString,
}

/// How many bytes a container without timestamp has at most.
pub fn size(identity: &Identity) -> usize {
    let attributes = attributes(&[], identity).expect(ENCODES);
    let signature = identity.sign(&[]);
    let container = encode(identity, attributes, &signature, None).expect(ENCODES);
    container.len() + VARIES
}

/// Signs the pieces of a document; a time server is shown the signature, never the document.
pub fn make(pieces: &[&[u8]], identity: &Identity, server: Option<&TimeServer>) -> Result<Vec<u8>> {
    let attributes = attributes(pieces, identity).expect(ENCODES);
    let signature = identity.sign(&attributes.to_der().expect(ENCODES));
    let token = match server {
        None => None,
        Some(server) => {
            let stamp = timestamp::ask(server, &signature)?;
            identity.may_sign(stamp.time)?;
            Some(stamp.token)
        }
    };
    Ok(encode(identity, attributes, &signature, token.as_deref()).expect(ENCODES))
}

const ENCODES: &str = "what was read as DER can be written as DER";

fn attributes(pieces: &[&[u8]], identity: &Identity) -> der::Result<Attributes> {
    let hash = |pieces: &[&[u8]]| OctetString::new(Digest::Sha256.digest(pieces));
    let signer = SigningCertificateV2 {
        certificates: vec![CertificateId {
            hash: hash(&[&identity.certificate.to_der()?])?,
        }],
    };
    let mut attributes = Attributes::new();
    for (oid, value) in [
        (CONTENT_TYPE, Any::encode_from(&DATA)?),
        (MESSAGE_DIGEST, Any::encode_from(&hash(pieces)?)?),
        (SIGNING_CERTIFICATE_V2, Any::encode_from(&signer)?),
    ] {
        attributes.insert(attribute(oid, value)?)?;
    }
    Ok(attributes)
}

fn encode(
    identity: &Identity,
    signed: Attributes,
    signature: &[u8],
    token: Option<&[u8]>,
) -> der::Result<Vec<u8>> {
    let sha256 = AlgorithmIdentifierOwned {
        oid: SHA256,
        parameters: None,
    };
    let body = identity.certificate.tbs_certificate();
    let stamp = |token| attribute(SIGNATURE_TIMESTAMP, Any::from_der(token)?);
    let stamp = token.map(stamp).transpose()?;
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: body.issuer().clone(),
            serial_number: body.serial_number().clone(),
        }),
        digest_alg: sha256.clone(),
        signed_attrs: Some(signed),
        signature_algorithm: identity.algorithm(),
        signature: OctetString::new(signature)?,
        unsigned_attrs: stamp.map(only).transpose()?,
    };
    let mut certificates = SetOfVec::new();
    for each in std::iter::once(&identity.certificate).chain(&identity.chain) {
        certificates.insert(CertificateChoices::Certificate(each.clone()))?;
    }
    let data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: only(sha256)?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet(certificates)),
        crls: None,
        signer_infos: SignerInfos(only(signer)?),
    };
    let content = ContentInfo {
        content_type: SIGNED_DATA,
        content: Any::encode_from(&data)?,
    };
    content.to_der()
}

fn attribute(oid: ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    let values = only(value)?;
    Ok(Attribute { oid, values })
}

fn only<T: der::DerOrd>(one: T) -> der::Result<SetOfVec<T>> {
    let mut set = SetOfVec::new();
    set.insert(one)?;
    Ok(set)
}
