//! Signed bytes + identity → the CMS container of a PAdES signature
//! (ETSI EN 319 142-1, SubFilter ETSI.CAdES.detached).
//!
//! The signed attributes are the content type, the digest and the signer's certificate.
//! The claimed time stands in the PDF (`/M`), as PAdES requires.

use super::{Identity, TimeServer};
use crate::cms::SigningCertificateV2;
use crate::cms::key::HashAlgorithm;
use crate::cms::timestamp;
use crate::message::Result;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::oid::db::rfc3161::ID_AA_TIME_STAMP_TOKEN;
use der::oid::db::rfc5911::{
    ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA,
};
use der::oid::db::rfc5912::ID_SHA_256;
use der::{Decode, Encode, EncodeValue, Tagged};
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::spki::AlgorithmIdentifierOwned;

/// The bytes by which an ECDSA signature may be longer than another: it has 70 to 72, rarely fewer.
const SIZE_MARGIN: usize = 16;

const ENCODES: &str = "values read as DER can be written as DER";

/// The most bytes that a container without a timestamp can have.
pub fn max_size(identity: &Identity) -> usize {
    let container = build(&[], identity, None);
    container.expect("only a time server can fail").len() + SIZE_MARGIN
}

/// Signs a document given in pieces. A time server gets the signature only, never the document.
pub fn build(
    pieces: &[&[u8]],
    identity: &Identity,
    server: Option<&TimeServer>,
) -> Result<Vec<u8>> {
    let attributes = signed_attributes(pieces, identity).expect(ENCODES);
    let signature = (identity.key.sign)(&attributes.to_der().expect(ENCODES));
    let stamp = |server| {
        let granted = timestamp::request(server, &signature)?;
        identity.may_sign(granted.time)?;
        Ok(granted.token)
    };
    let token = server.map(stamp).transpose()?;
    Ok(encode(identity, attributes, &signature, token.as_deref()).expect(ENCODES))
}

fn signed_attributes(pieces: &[&[u8]], identity: &Identity) -> der::Result<Attributes> {
    let digest = OctetString::new(HashAlgorithm::Sha256.hash(pieces))?;
    let certificate = SigningCertificateV2::of(identity.certificate())?;
    SetOfVec::try_from([
        attribute(ID_CONTENT_TYPE, &ID_DATA)?,
        attribute(ID_MESSAGE_DIGEST, &digest)?,
        attribute(ID_AA_SIGNING_CERTIFICATE_V_2, &certificate)?,
    ])
}

fn encode(
    identity: &Identity,
    signed_attributes: Attributes,
    signature: &[u8],
    token: Option<&[u8]>,
) -> der::Result<Vec<u8>> {
    let sha256 = AlgorithmIdentifierOwned {
        oid: ID_SHA_256,
        parameters: None,
    };
    let timestamp =
        |token| SetOfVec::try_from([attribute(ID_AA_TIME_STAMP_TOKEN, &Any::from_der(token)?)?]);
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
        signature: OctetString::new(signature)?,
        unsigned_attrs: token.map(timestamp).transpose()?,
    };
    let chain = identity.chain.iter().cloned();
    let signed_data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from([sha256])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: ID_DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet(SetOfVec::from_iter(
            chain.map(CertificateChoices::Certificate),
        )?)),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from([signer])?),
    };
    let envelope = ContentInfo {
        content_type: ID_SIGNED_DATA,
        content: Any::encode_from(&signed_data)?,
    };
    envelope.to_der()
}

fn attribute(oid: ObjectIdentifier, value: &(impl EncodeValue + Tagged)) -> der::Result<Attribute> {
    let values = SetOfVec::try_from([Any::encode_from(value)?])?;
    Ok(Attribute { oid, values })
}
