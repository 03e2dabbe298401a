//! A CMS signature (RFC 5652), as found in signed PDFs and timestamps: who signed, over what, and whether it holds.
//!
//! Bytes in, facts out. It reads what others made, so it takes sets in any order and keeps the signed bytes as they stand;
//! only one signer is expected, as PAdES and RFC 3161 both ask.

pub mod chain;
pub mod key;

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged};
use key::Digest;
use x509_cert::Certificate;
use x509_cert::spki::AlgorithmIdentifierOwned;

pub const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
pub const SIGNATURE_TIMESTAMP: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is of other bytes than these.
    OtherContent,
    /// It was not made by the key of its certificate.
    OtherKey,
    /// An algorithm or kind of key that this program does not know.
    Unknown,
}

/// One signature and what travels with it.
#[derive(Debug, Clone)]
pub struct Signed {
    /// What kind of thing was signed.
    pub content_type: ObjectIdentifier,
    /// The signed bytes, where they travel along; a PDF's do not.
    pub content: Option<Vec<u8>>,
    /// Every certificate sent along, the signer's among them.
    pub certificates: Vec<Certificate>,
    /// The signer's own.
    pub certificate: Certificate,
    pub signature: Vec<u8>,
    /// The timestamp over `signature`, itself a signature.
    pub timestamp: Option<Vec<u8>>,
    digest: AlgorithmIdentifierOwned,
    algorithm: AlgorithmIdentifierOwned,
    /// As they were signed: a SET.
    attributes: Vec<u8>,
}

impl Signed {
    /// Reads a DER `ContentInfo`; zeros may follow, as they do in a PDF's placeholder.
    pub fn read(bytes: &[u8]) -> der::Result<Signed> {
        let mut reader = SliceReader::new(bytes)?;
        let outer = children(&AnyRef::decode(&mut reader)?)?;
        let [kind, content] = outer.as_slice() else {
            return Err(malformed());
        };
        if kind.decode_as::<ObjectIdentifier>()? != SIGNED_DATA {
            return Err(malformed());
        }
        let parts = children(&inner(content)?)?;
        // Version, digest algorithms, content; certificates and revocation lists where there are any; signers last.
        let ([_, _, content, ..], Some(signers)) = (parts.as_slice(), parts.last()) else {
            return Err(malformed());
        };
        let certificates = parts.iter().find(|part| is_context(part, 0));
        let certificates = match certificates {
            None => Vec::new(),
            Some(set) => certificates_of(set)?,
        };
        let signers = children(signers)?;
        let [signer] = signers.as_slice() else {
            return Err(malformed());
        };
        let content = children(content)?;
        let (kind, content) = (content.first().ok_or_else(malformed)?, content.get(1));
        Signed::of(
            kind.decode_as()?,
            content.map(octets).transpose()?,
            certificates,
            &children(signer)?,
        )
    }

    fn of(
        content_type: ObjectIdentifier,
        content: Option<Vec<u8>>,
        certificates: Vec<Certificate>,
        signer: &[AnyRef],
    ) -> der::Result<Signed> {
        let [_, id, digest, rest @ ..] = signer else {
            return Err(malformed());
        };
        let (attributes, rest) = match rest {
            [attributes, rest @ ..] if is_context(attributes, 0) => (attributes, rest),
            _ => return Err(malformed()),
        };
        let [algorithm, signature, rest @ ..] = rest else {
            return Err(malformed());
        };
        let certificate = certificates.iter().find(|each| is_named(each, id));
        let timestamp = match rest.first().filter(|part| is_context(part, 1)) {
            Some(unsigned) => attribute(&children(unsigned)?, SIGNATURE_TIMESTAMP)?,
            None => None,
        };
        Ok(Signed {
            content_type,
            content,
            certificate: certificate.ok_or_else(malformed)?.clone(),
            certificates,
            signature: signature
                .decode_as::<&OctetStringRef>()?
                .as_bytes()
                .to_vec(),
            timestamp: timestamp.map(|token| token.to_der()).transpose()?,
            digest: digest.decode_as()?,
            algorithm: algorithm.decode_as()?,
            // What is signed is the set itself, not the tag it is sent under (RFC 5652, 5.4).
            attributes: AnyRef::new(Tag::Set, attributes.value())?.to_der()?,
        })
    }

    /// Whether the signer signed exactly this content, given in pieces, with the certificate named in the signature.
    pub fn holds_for(&self, content: &[&[u8]]) -> Result<(), Fault> {
        let digest = Digest::of(&self.digest).ok_or(Fault::Unknown)?;
        let set = AnyRef::from_der(&self.attributes).and_then(|set| children(&set));
        let set = set.map_err(|_| Fault::OtherContent)?;
        let find = |id| attribute(&set, id).ok().flatten();
        let said = find(MESSAGE_DIGEST).and_then(|value| octets_plain(&value));
        let kind = find(CONTENT_TYPE).and_then(|value| value.decode_as().ok());
        if said != Some(digest.digest(content)) || kind != Some(self.content_type) {
            return Err(Fault::OtherContent);
        }
        // Without it another certificate with the same key could be put in this one's place.
        if let Some(named) = find(SIGNING_CERTIFICATE_V2) {
            match names(&named, &self.certificate) {
                Ok(true) => {}
                Ok(false) => return Err(Fault::OtherKey),
                Err(_) => return Err(Fault::Unknown),
            }
        }
        let public = self.certificate.tbs_certificate().subject_public_key_info();
        key::verify(
            public,
            &self.algorithm,
            Some(digest),
            &self.attributes,
            &self.signature,
        )
    }
}

/// The parts of a SEQUENCE or SET, or of what stands for one under another tag.
pub fn children<'a>(whole: &AnyRef<'a>) -> der::Result<Vec<AnyRef<'a>>> {
    let mut reader = SliceReader::new(whole.value())?;
    let mut parts = Vec::new();
    while !reader.is_finished() {
        parts.push(AnyRef::decode(&mut reader)?);
    }
    Ok(parts)
}

/// Whether a part stands under the context's tag of this number.
pub fn is_context(part: &AnyRef, number: u32) -> bool {
    let number = TagNumber(number);
    matches!(part.tag(), Tag::ContextSpecific { number: found, .. } if found == number)
}

/// Something that is DER and yet not what should stand here.
pub fn malformed() -> der::Error {
    der::ErrorKind::Failed.into()
}

/// What an explicit tag holds.
fn inner<'a>(tagged: &AnyRef<'a>) -> der::Result<AnyRef<'a>> {
    AnyRef::from_der(tagged.value())
}

fn octets(tagged: &AnyRef) -> der::Result<Vec<u8>> {
    octets_plain(&inner(tagged)?).ok_or_else(malformed)
}

fn octets_plain(value: &AnyRef) -> Option<Vec<u8>> {
    let octets = value.decode_as::<&OctetStringRef>().ok()?;
    Some(octets.as_bytes().to_vec())
}

/// Certificates of a set; attribute certificates and the like are passed over.
fn certificates_of(set: &AnyRef) -> der::Result<Vec<Certificate>> {
    let certificates = children(set)?;
    let certificates = certificates
        .iter()
        .filter(|each| each.tag() == Tag::Sequence);
    certificates
        .map(|each| Certificate::from_der(&each.to_der()?))
        .collect()
}

/// The first value of an attribute in a set of them.
fn attribute<'a>(set: &[AnyRef<'a>], id: ObjectIdentifier) -> der::Result<Option<AnyRef<'a>>> {
    for each in set {
        let parts = children(each)?;
        let [name, values] = parts.as_slice() else {
            return Err(malformed());
        };
        if name.decode_as::<ObjectIdentifier>()? == id {
            return Ok(children(values)?.first().copied());
        }
    }
    Ok(None)
}

/// Whether the signer's id, issuer with number or key identifier, means this certificate.
fn is_named(certificate: &Certificate, id: &AnyRef) -> bool {
    let body = certificate.tbs_certificate();
    if is_context(id, 0) {
        let extensions = body.extensions().into_iter().flatten();
        let mut own = extensions.filter(|each| each.extn_id == SUBJECT_KEY_IDENTIFIER);
        return own.any(|own| own.extn_value.as_bytes().ends_with(id.value()));
    }
    let Ok(parts) = children(id) else {
        return false;
    };
    let [issuer, number] = parts.as_slice() else {
        return false;
    };
    let same = |part: &AnyRef, own: der::Result<Vec<u8>>| {
        part.to_der()
            .is_ok_and(|part| own.is_ok_and(|own| own == part))
    };
    same(issuer, body.issuer().to_der()) && same(number, body.serial_number().to_der())
}

fn first<'a>(whole: &AnyRef<'a>) -> der::Result<AnyRef<'a>> {
    children(whole)?.first().copied().ok_or_else(malformed)
}

/// Whether a signing-certificate-v2 attribute means this certificate (RFC 5035).
fn names(attribute: &AnyRef, certificate: &Certificate) -> der::Result<bool> {
    // SigningCertificateV2 › certs › the first, which is the signer's.
    let parts = children(&first(&first(attribute)?)?)?;
    // The algorithm is left out where it is SHA-256.
    let (digest, hash) = match parts.as_slice() {
        [algorithm, hash, ..] if algorithm.tag() == Tag::Sequence => {
            (Digest::of(&algorithm.decode_as()?), hash)
        }
        [hash, ..] => (Some(Digest::Sha256), hash),
        [] => return Err(malformed()),
    };
    let digest = digest.ok_or_else(malformed)?;
    Ok(octets_plain(hash) == Some(digest.digest(&[&certificate.to_der()?])))
}
