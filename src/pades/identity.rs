//! A PKCS#12 file + password → who signs: key, certificate and the chain above it.

use crate::cms::chain;
use crate::cms::key::{ECDSA_SHA256, RSA_SHA256};
use crate::date::in_japan;
use crate::message::{Error, Message, Result};
use der::asn1::{Any, ObjectIdentifier};
use der::{Decode, Encode};
use jiff::Timestamp;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as KeystoreError;
use p256::ecdsa::signature::Signer;
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::signature::SignatureEncoding;
use rsa::traits::PublicKeyParts;
use sha2::Sha256;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage};
use x509_cert::spki::AlgorithmIdentifierOwned;

/// Shorter RSA keys can be broken.
const RSA_BITS: u32 = 2048;
/// Purposes of machines: a certificate for nothing else signs no document.
const MACHINES: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1"), // serverAuth
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8"), // timeStamping
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9"), // OCSPSigning
];

/// Who signs.
pub struct Identity {
    key: Key,
    pub(super) certificate: Certificate,
    /// From the issuer upwards, as far as the file goes.
    pub(super) chain: Vec<Certificate>,
}

enum Key {
    Rsa(Box<rsa::pkcs1v15::SigningKey<Sha256>>),
    P256(p256::ecdsa::SigningKey),
}

impl Identity {
    /// Opens a PKCS#12 file (.p12, .pfx); neither the password nor the key is ever part of a message.
    pub fn open(file: &[u8], password: &str) -> Result<Identity> {
        let archive = Pkcs12Archive::from_pkcs12(file, password).map_err(unopened)?;
        let key = match archive.keys.as_slice() {
            [only] => Key::read(only.key.as_der())?,
            [] => return Err(Error::new(Message::new("key-none"))),
            _ => return Err(Error::new(Message::new("key-several"))),
        };
        let certificates = archive.certs.iter();
        let certificates = certificates.map(|bag| Certificate::from_der(bag.cert.as_der()));
        let certificates: der::Result<Vec<Certificate>> = certificates.collect();
        let certificates =
            certificates.map_err(|error| Error::new(Message::new("key-file")).caused_by(error))?;
        let certificate = certificates.iter().find(|each| key.belongs_to(each));
        let certificate = certificate.ok_or_else(|| Error::new(Message::new("key-alone")))?;
        Ok(Identity {
            key,
            chain: above(certificate, &certificates),
            certificate: certificate.clone(),
        })
    }

    /// The name in the certificate.
    pub fn name(&self) -> String {
        chain::name(&self.certificate)
    }

    /// Whether the certificate counts at this moment and is for signing.
    pub fn may_sign(&self, at: Timestamp) -> Result<()> {
        let (first, last) = chain::validity(&self.certificate);
        let about = |id| Message::new(id).with("name", self.name());
        let wrong = match at {
            at if at < first => Some(about("certificate-not-yet").with("day", day(first))),
            at if at > last => Some(about("certificate-over").with("day", day(last))),
            _ if !self.is_for_signing() => Some(about("certificate-purpose")),
            _ => None,
        };
        wrong.map_or(Ok(()), |message| Err(Error::new(message)))
    }

    /// Where the certificate says what it is for, signing must be among it; one that cannot be read says nothing good.
    fn is_for_signing(&self) -> bool {
        let body = self.certificate.tbs_certificate();
        let usage = match body.get_extension::<KeyUsage>() {
            Ok(usage) => {
                usage.is_none_or(|(_, usage)| usage.digital_signature() || usage.non_repudiation())
            }
            Err(_) => false,
        };
        let purposes = match body.get_extension::<ExtendedKeyUsage>() {
            Ok(purposes) => purposes
                .is_none_or(|(_, purposes)| purposes.0.iter().any(|each| !MACHINES.contains(each))),
            Err(_) => false,
        };
        usage && purposes
    }

    /// Signs a message; the same message gives the same signature.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Rsa(key) => key.sign(message).to_vec(),
            Key::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(message);
                signature.as_bytes().to_vec()
            }
        }
    }

    pub(super) fn algorithm(&self) -> AlgorithmIdentifierOwned {
        let (oid, parameters) = match self.key {
            Key::Rsa(_) => (RSA_SHA256, Some(Any::null())),
            Key::P256(_) => (ECDSA_SHA256, None),
        };
        AlgorithmIdentifierOwned { oid, parameters }
    }
}

impl Key {
    fn read(pkcs8: &[u8]) -> Result<Key> {
        if let Ok(key) = rsa::RsaPrivateKey::from_pkcs8_der(pkcs8) {
            if key.n().bit_width() < RSA_BITS {
                let message = Message::new("key-short").with("bits", key.n().bit_width());
                return Err(Error::new(message.with("least", RSA_BITS)));
            }
            return Ok(Key::Rsa(Box::new(rsa::pkcs1v15::SigningKey::new(key))));
        }
        p256::ecdsa::SigningKey::from_pkcs8_der(pkcs8)
            .map(Key::P256)
            .map_err(|_| Error::new(Message::new("key-kind")))
    }

    fn belongs_to(&self, certificate: &Certificate) -> bool {
        let public = certificate.tbs_certificate().subject_public_key_info();
        let Ok(public) = public.to_der() else {
            return false;
        };
        match self {
            Key::Rsa(key) => rsa::RsaPublicKey::from_public_key_der(&public).is_ok_and(|public| {
                *AsRef::<rsa::RsaPrivateKey>::as_ref(&**key).as_public_key() == public
            }),
            Key::P256(key) => p256::ecdsa::VerifyingKey::from_public_key_der(&public)
                .is_ok_and(|public| key.verifying_key() == &public),
        }
    }
}

/// The certificates above one, each the issuer of the one before.
fn above(certificate: &Certificate, among: &[Certificate]) -> Vec<Certificate> {
    let mut chain: Vec<Certificate> = Vec::new();
    let mut below = certificate;
    loop {
        let issuer = below.tbs_certificate().issuer();
        let next = among.iter().find(|each| {
            each.tbs_certificate().subject() == issuer
                && *each != certificate
                && !chain.contains(each)
        });
        match next {
            None => return chain,
            Some(next) => {
                chain.push(next.clone());
                below = next;
            }
        }
    }
}

/// What a PKCS#12 file that does not open tells its owner.
fn unopened(error: KeystoreError) -> Error {
    let id = match error {
        // Without a checksum only the decrypted rubbish shows that the password was wrong.
        KeystoreError::MacError(_) | KeystoreError::UnpadError | KeystoreError::Pkcs5Error(_) => {
            "key-password"
        }
        KeystoreError::UnsupportedEncryptionScheme | KeystoreError::UnsupportedMacAlgorithm => {
            "key-encryption"
        }
        error => return Error::new(Message::new("key-file")).caused_by(error),
    };
    Error::new(Message::new(id))
}

/// A moment's day in Japan.
fn day(at: Timestamp) -> String {
    in_japan(at).date().to_string()
}
