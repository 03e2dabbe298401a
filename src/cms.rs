//! CMS signatures (RFC 5652) of signed PDFs and timestamps: DER → the signer, the certificates sent along, the validity.
//!
//! One signer only, as PAdES and RFC 3161 require. Never here: trust in it ([`policy`], [`chain`]), disk, network.
//!
//! Two attributes are ignored: `signingTime`, which is a claim like the PDF's own `/M`, and
//! `signingCertificate` (version 1), because it names the certificate by SHA-1, which proves nothing.

pub mod chain;
pub mod key;
mod names;
pub mod policy;
pub mod timestamp;

use cms::content_info::ContentInfo;
use cms::signed_data::{EncapsulatedContentInfo, SignerIdentifier, SignerInfo};
use der::asn1::{Any, AnyRef, ObjectIdentifier, OctetString};
use der::oid::db::{rfc3161, rfc5911};
use der::{Decode, Encode, Reader, Sequence, SliceReader, Tag, TagNumber, Tagged};
use jiff::Timestamp;
use key::HashAlgorithm;
use policy::Purpose;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::{Certificate, attr::Attributes, spki::AlgorithmIdentifierOwned};

/// The reason why a signature vouches for nothing, or not for this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureError {
    ContentMismatch,
    /// The key of the signer's certificate did not make the signature.
    KeyMismatch,
    /// An algorithm, a key type or a structure that this program does not support.
    Unsupported,
    /// Shorter than the policy demands, or of another kind.
    WeakKey,
    /// The certificate has a critical extension that is not processed.
    UnknownExtension,
    /// The certificate is for something else, or an authority's.
    NotForSigning,
    OutsideValidity,
    /// The signature covers other bytes of the file than a document.
    ArbitraryBytes,
    /// Something was appended to the file after the signature, which is valid otherwise.
    EarlierRevision,
}

/// One signature and the certificates that travel with it.
#[derive(Debug, Clone)]
pub struct CmsSignature {
    pub content_type: ObjectIdentifier,
    /// The signed content. A PDF's signature does not carry it.
    pub content: Option<Vec<u8>>,
    /// Every certificate sent along, including the signer's.
    pub certificates: Vec<Certificate>,
    pub certificate: Certificate,
    signer: SignerInfo,
    /// The signed attributes in DER, as they were sent.
    signed_attributes: Vec<u8>,
}

/// The attribute that says which certificate signed (RFC 5035).
#[derive(Sequence)]
pub struct SigningCertificateV2 {
    certificates: Vec<CertificateId>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

#[derive(Sequence)]
struct CertificateId {
    /// SHA-256 if absent.
    #[asn1(optional = "true")]
    hash_algorithm: Option<AlgorithmIdentifierOwned>,
    hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

impl CmsSignature {
    /// Reads a DER `ContentInfo`. Zeros may follow, as they do in a PDF's placeholder.
    /// `SignedData` would refuse attribute certificates, and sort the signed attributes.
    pub fn read(bytes: &[u8]) -> der::Result<CmsSignature> {
        let envelope = ContentInfo::decode(&mut SliceReader::new(bytes)?)?;
        if envelope.content_type != rfc5911::ID_SIGNED_DATA {
            return Err(malformed());
        }
        let context_0 = TagNumber(0).context_specific(true);
        // Version, hash algorithms, content; optional certificates and revocation lists; signers.
        let parts = children(&AnyRef::from(&envelope.content))?;
        let [_, _, content, .., signers] = parts.as_slice() else {
            return Err(malformed());
        };
        let inner: EncapsulatedContentInfo = content.decode_as()?;
        let set = parts.iter().find(|part| part.tag() == context_0);
        let sent = set.map_or_else(|| Ok(Vec::new()), children)?;
        // Other kinds, such as attribute certificates, are skipped.
        let of_kind = sent.iter().filter(|it| it.tag() == Tag::Sequence);
        let decoded = of_kind.map(|it| it.decode_as::<Certificate>());
        let certificates = decoded.collect::<der::Result<Vec<_>>>()?;
        let [signer_info] = children(signers)?[..] else {
            return Err(malformed());
        };
        let fields = children(&signer_info)?;
        let attributes = fields.get(3).filter(|it| it.tag() == context_0);
        let signed_set = AnyRef::new(Tag::Set, attributes.ok_or_else(malformed)?.value())?;
        let signer: SignerInfo = signer_info.decode_as()?;
        let content = inner.econtent.map(|it| it.decode_as::<OctetString>());
        let certificate = certificates.iter().find(|it| is_signer(it, &signer.sid));
        Ok(CmsSignature {
            content_type: inner.econtent_type,
            content: content.transpose()?.map(Vec::from),
            certificate: certificate.ok_or_else(malformed)?.clone(),
            certificates,
            signer,
            // The set itself is signed, not the tag it is sent under (RFC 5652, 5.4).
            signed_attributes: signed_set.to_der()?,
        })
    }

    pub fn signature(&self) -> &[u8] {
        self.signer.signature.as_bytes()
    }

    /// The first timestamp token over the signature, itself a CMS signature in DER.
    pub fn timestamp(&self) -> Option<Vec<u8>> {
        let mut tokens = values(&self.signer.unsigned_attrs, rfc3161::ID_AA_TIME_STAMP_TOKEN);
        tokens.next()?.to_der().ok()
    }

    /// Checks that the signer signed exactly this content, given in pieces, with the certificate that it names.
    pub fn verify(&self, content: &[&[u8]]) -> Result<(), SignatureError> {
        let algorithm =
            HashAlgorithm::of(&self.signer.digest_alg).ok_or(SignatureError::Unsupported)?;
        // The value of a signed attribute, which must not have a second one.
        let find = |oid| {
            let mut found = values(&self.signer.signed_attrs, oid);
            let (value, second) = (found.next(), found.next());
            second.map_or(Ok(value), |_| Err(SignatureError::Unsupported))
        };
        let digest =
            find(rfc5911::ID_MESSAGE_DIGEST)?.and_then(|it| it.decode_as::<OctetString>().ok());
        let content_type = find(rfc5911::ID_CONTENT_TYPE)?.and_then(|it| it.decode_as().ok());
        if digest.is_none_or(|digest| digest.as_bytes() != algorithm.hash(content))
            || content_type != Some(self.content_type)
        {
            return Err(SignatureError::ContentMismatch);
        }
        // Without this check another certificate with the same key could take this one's place.
        if let Some(value) = find(rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2)? {
            let named: der::Result<SigningCertificateV2> = value.decode_as();
            let is_own = named.and_then(|named| named.is_of(&self.certificate));
            if !is_own.map_err(|_| SignatureError::Unsupported)? {
                return Err(SignatureError::KeyMismatch);
            }
        }
        key::verify(
            &self.certificate,
            &self.signer.signature_algorithm,
            Some(algorithm),
            &self.signed_attributes,
            self.signature(),
        )
    }

    /// Tells if the signer's certificate leads to a root, with all valid and allowed at `at`.
    pub fn leads_to_root(&self, purpose: Purpose, roots: &[Certificate], at: Timestamp) -> bool {
        chain::verify_chain(&self.certificate, purpose, &self.certificates, roots, at)
    }
}

impl SigningCertificateV2 {
    pub fn of(certificate: &Certificate) -> der::Result<SigningCertificateV2> {
        let hash = HashAlgorithm::Sha256.hash(&[&certificate.to_der()?]);
        Ok(SigningCertificateV2 {
            certificates: vec![CertificateId {
                hash_algorithm: None,
                hash: OctetString::new(hash)?,
                issuer_serial: None,
            }],
            policies: None,
        })
    }

    /// Tells if the first id, which is the signer's, is that of `certificate`.
    fn is_of(&self, certificate: &Certificate) -> der::Result<bool> {
        let id = self.certificates.first().ok_or_else(malformed)?;
        let named = id.hash_algorithm.as_ref();
        let algorithm = named.map_or(Some(HashAlgorithm::Sha256), HashAlgorithm::of);
        let der = certificate.to_der()?;
        Ok(id.hash.as_bytes() == algorithm.ok_or_else(malformed)?.hash(&[&der]))
    }
}

/// The elements of a SEQUENCE or SET, or of one under an implicit tag.
pub fn children<'a>(parent: &AnyRef<'a>) -> der::Result<Vec<AnyRef<'a>>> {
    let mut reader = SliceReader::new(parent.value())?;
    let next = || (!reader.is_finished()).then(|| AnyRef::decode(&mut reader));
    std::iter::from_fn(next).collect()
}

/// The error for DER that has another structure than expected.
pub fn malformed() -> der::Error {
    der::ErrorKind::Failed.into()
}

fn values(attributes: &Option<Attributes>, oid: ObjectIdentifier) -> impl Iterator<Item = &Any> {
    let all = attributes.iter().flat_map(|attributes| attributes.iter());
    let named = all.filter(move |attribute| attribute.oid == oid);
    named.flat_map(|attribute| attribute.values.iter())
}

/// Tells if the signer's id (issuer with serial number, or key identifier) is the certificate's.
fn is_signer(certificate: &Certificate, id: &SignerIdentifier) -> bool {
    let body = certificate.tbs_certificate();
    match id {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            (&id.issuer, &id.serial_number) == (body.issuer(), body.serial_number())
        }
        SignerIdentifier::SubjectKeyIdentifier(id) => {
            let own = body.get_extension::<SubjectKeyIdentifier>();
            matches!(own, Ok(Some((_, own))) if own == *id)
        }
    }
}
