//! A PKCS#12 file + password → the signer's identity: key, certificate and the chain of issuers.

use crate::cms::policy::{self, MIN_RSA_BITS, Purpose};
use crate::cms::{SignatureError, chain};
use crate::date::day_in_japan;
use crate::message::{Error, Message, Result};
use der::Decode;
use der::asn1::Any;
use der::oid::db::rfc5912::{ECDSA_WITH_SHA_256, SHA_256_WITH_RSA_ENCRYPTION};
use der::referenced::OwnedToRef;
use jiff::Timestamp;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as KeystoreError;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::pkcs8::DecodePrivateKey;
use rsa::signature::SignatureEncoding;
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::spki::AlgorithmIdentifierOwned;

/// A signer.
pub struct Identity {
    key: SigningKey,
    /// The signer's certificate, then each one's issuer, as far as the file has them.
    pub(super) chain: Vec<Certificate>,
}

enum SigningKey {
    Rsa(Box<rsa::pkcs1v15::SigningKey<Sha256>>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
}

impl Identity {
    /// Opens a PKCS#12 file (.p12, .pfx). Neither password nor key is ever part of a message.
    pub fn open(file: &[u8], password: &str) -> Result<Identity> {
        let archive = Pkcs12Archive::from_pkcs12(file, password).map_err(keystore_error)?;
        let key = match archive.keys.as_slice() {
            [only] => SigningKey::read(only.key.as_der())?,
            [] => return Err(Error::new(Message::new("key-none"))),
            _ => return Err(Error::new(Message::new("key-several"))),
        };
        let unreadable = |error: der::Error| Error::new(Message::new("key-file")).caused_by(error);
        let mut certificates = Vec::new();
        for bag in &archive.certs {
            certificates.push(Certificate::from_der(bag.cert.as_der()).map_err(unreadable)?);
        }
        match certificates.iter().find(|each| key.belongs_to(each)) {
            None => Err(Error::new(Message::new("key-alone"))),
            Some(own) => Ok(Identity {
                key,
                chain: chain_of(own, &certificates),
            }),
        }
    }

    pub(super) fn certificate(&self) -> &Certificate {
        &self.chain[0]
    }

    /// The name in the certificate.
    pub fn name(&self) -> String {
        chain::holder_name(self.certificate())
    }

    /// Checks that the certificate is valid at this moment and may sign documents.
    pub fn may_sign(&self, at: Timestamp) -> Result<()> {
        let (first, last) = chain::validity(self.certificate());
        let message = |id| Message::new(id).with("name", self.name());
        let refusal = if at < first {
            message("certificate-not-yet").with("day", day_in_japan(first))
        } else if at > last {
            message("certificate-over").with("day", day_in_japan(last))
        } else {
            match policy::check_signer(self.certificate(), Purpose::Document) {
                Ok(()) => return Ok(()),
                Err(SignatureError::UnknownExtension) => message("certificate-extension"),
                // A weak key was refused when the file was opened.
                Err(_) => message("certificate-purpose"),
            }
        };
        Err(Error::new(refusal))
    }

    /// Signs a message. The same message gives the same signature.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            SigningKey::Rsa(key) => key.sign(message).to_vec(),
            SigningKey::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(message);
                signature.as_bytes().to_vec()
            }
            SigningKey::P384(key) => {
                // Its own choice would be SHA-384; a container of ours has one hash algorithm.
                let signature: p384::ecdsa::Signature = key
                    .sign_prehash(&Sha256::digest(message))
                    .expect("a hash of 32 bytes is long enough");
                signature.to_der().as_bytes().to_vec()
            }
        }
    }

    pub(super) fn algorithm(&self) -> AlgorithmIdentifierOwned {
        let (oid, parameters) = match self.key {
            SigningKey::Rsa(_) => (SHA_256_WITH_RSA_ENCRYPTION, Some(Any::null())),
            SigningKey::P256(_) | SigningKey::P384(_) => (ECDSA_WITH_SHA_256, None),
        };
        AlgorithmIdentifierOwned { oid, parameters }
    }
}

impl SigningKey {
    fn read(pkcs8: &[u8]) -> Result<SigningKey> {
        if let Ok(key) = rsa::RsaPrivateKey::from_pkcs8_der(pkcs8) {
            let bits = key.n().bit_width();
            if bits < MIN_RSA_BITS {
                let message = Message::new("key-short").with("bits", bits);
                return Err(Error::new(message.with("least", MIN_RSA_BITS)));
            }
            return Ok(SigningKey::Rsa(Box::new(rsa::pkcs1v15::SigningKey::new(
                key,
            ))));
        }
        if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_der(pkcs8) {
            return Ok(SigningKey::P256(key));
        }
        let key = p384::ecdsa::SigningKey::from_pkcs8_der(pkcs8);
        key.map(SigningKey::P384)
            .map_err(|_| Error::new(Message::new("key-kind")))
    }

    fn belongs_to(&self, certificate: &Certificate) -> bool {
        let body = certificate.tbs_certificate();
        let public = body.subject_public_key_info().owned_to_ref();
        match self {
            SigningKey::Rsa(key) => rsa::RsaPublicKey::try_from(public).is_ok_and(|public| {
                *AsRef::<rsa::RsaPrivateKey>::as_ref(&**key).as_public_key() == public
            }),
            SigningKey::P256(key) => p256::ecdsa::VerifyingKey::try_from(public)
                .is_ok_and(|public| *key.verifying_key() == public),
            SigningKey::P384(key) => p384::ecdsa::VerifyingKey::try_from(public)
                .is_ok_and(|public| *key.verifying_key() == public),
        }
    }
}

/// The certificate and those above it, each the issuer of the one before.
fn chain_of(certificate: &Certificate, candidates: &[Certificate]) -> Vec<Certificate> {
    let mut chain = vec![certificate.clone()];
    let mut last = certificate;
    while let Some(issuer) = candidates.iter().find(|candidate| {
        candidate.tbs_certificate().subject() == last.tbs_certificate().issuer()
            && !chain.contains(candidate)
    }) {
        chain.push(issuer.clone());
        last = issuer;
    }
    chain
}

/// The message for the owner of a PKCS#12 file that cannot be opened.
fn keystore_error(error: KeystoreError) -> Error {
    let id = match error {
        // Without a checksum, only the garbage after decryption shows that the password was wrong.
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
