//! A PKCS#12 file + password → the signer's identity: key, certificate and the chain of issuers.

use crate::cms::policy::{self, MIN_RSA_BITS, Purpose};
use crate::cms::{SignatureError, chain, key};
use crate::date::day_in_japan;
use crate::message::{Error, Message, Result};
use der::Decode;
use der::asn1::{Any, ObjectIdentifier};
use der::oid::db::rfc5912::{ECDSA_WITH_SHA_256, SHA_256_WITH_RSA_ENCRYPTION};
use p12_keystore::{Pkcs12Archive, error::Error as KeystoreError};
use p256::ecdsa::signature::{SignatureEncoding, hazmat::PrehashSigner};
use p256::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256};
use x509_cert::{Certificate, spki::AlgorithmIdentifierOwned};

pub struct Identity {
    pub(super) key: SigningKey,
    /// The signer's certificate, then each one's issuer, as far as the file has them.
    pub(super) chain: Vec<Certificate>,
}

/// Signs a message. The same message gives the same signature.
type SignMessage = dyn Fn(&[u8]) -> Vec<u8>;

pub(super) struct SigningKey {
    pub algorithm: AlgorithmIdentifierOwned,
    pub sign: Box<SignMessage>,
}

impl Identity {
    /// Opens a PKCS#12 file (.p12, .pfx). Neither password nor key is ever part of a message.
    pub fn open(file: &[u8], password: &str) -> Result<Identity> {
        let archive = Pkcs12Archive::from_pkcs12(file, password).map_err(keystore_error)?;
        let key = match archive.keys.as_slice() {
            [only] => SigningKey::read(only.key.as_der())?,
            [] => return Err(Error::new("key-none")),
            _ => return Err(Error::new("key-several")),
        };
        let unreadable = |error: der::Error| Error::new("key-file").caused_by(error);
        let bags = archive.certs.iter();
        let read = bags.map(|bag| Certificate::from_der(bag.cert.as_der()));
        let certificates = read.collect::<der::Result<Vec<_>>>().map_err(unreadable)?;
        let (signature, algorithm) = ((key.sign)(b""), &key.algorithm);
        let is_own = |it: &&_| key::verify(it, algorithm, None, b"", &signature).is_ok();
        let found = certificates.iter().find(is_own);
        let own = found.ok_or_else(|| Error::new("key-alone"))?;
        let chain = chain_of(own, &certificates);
        Ok(Identity { key, chain })
    }

    pub(super) fn certificate(&self) -> &Certificate {
        &self.chain[0]
    }

    pub fn name(&self) -> String {
        chain::readable(self.certificate().tbs_certificate().subject())
    }

    /// Checks that the certificate is valid at this moment and may sign documents.
    pub fn may_sign(&self, at: jiff::Timestamp) -> Result<()> {
        let [first, last] = chain::validity(self.certificate());
        let message = |id| Message::new(id).with("name", self.name());
        let refusal = match policy::check_signer(self.certificate(), Purpose::Document) {
            _ if at < first => message("certificate-not-yet").with("day", day_in_japan(first)),
            _ if at > last => message("certificate-over").with("day", day_in_japan(last)),
            Ok(()) => return Ok(()),
            Err(SignatureError::UnknownExtension) => message("certificate-extension"),
            // A weak key was refused when the file was opened.
            Err(_) => message("certificate-purpose"),
        };
        Err(Error::new(refusal))
    }
}

impl SigningKey {
    fn read(pkcs8: &[u8]) -> Result<SigningKey> {
        Ok(if let Ok(key) = rsa::RsaPrivateKey::from_pkcs8_der(pkcs8) {
            let bits = key.n().bit_width();
            if bits < MIN_RSA_BITS {
                let message = Message::new("key-short").with("bits", bits);
                return Err(Error::new(message.with("least", MIN_RSA_BITS)));
            }
            let key = rsa::pkcs1v15::SigningKey::<Sha256>::new(key);
            SigningKey::new::<rsa::pkcs1v15::Signature>(SHA_256_WITH_RSA_ENCRYPTION, key)
        } else if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_der(pkcs8) {
            SigningKey::new::<p256::ecdsa::DerSignature>(ECDSA_WITH_SHA_256, key)
        } else if let Ok(key) = p384::ecdsa::SigningKey::from_pkcs8_der(pkcs8) {
            SigningKey::new::<p384::ecdsa::DerSignature>(ECDSA_WITH_SHA_256, key)
        } else {
            return Err(Error::new("key-kind"));
        })
    }

    /// A key that signs the SHA-256 of messages, P-384 too: a container of ours has one hash algorithm.
    fn new<S: SignatureEncoding>(
        oid: ObjectIdentifier,
        key: impl PrehashSigner<S> + 'static,
    ) -> SigningKey {
        let parameters = (oid == SHA_256_WITH_RSA_ENCRYPTION).then(Any::null);
        let algorithm = AlgorithmIdentifierOwned { oid, parameters };
        let sign = Box::new(move |message: &[u8]| {
            let signature = key.sign_prehash(&Sha256::digest(message));
            signature.expect("a hash of 32 bytes is enough").to_vec()
        });
        SigningKey { algorithm, sign }
    }
}

/// The certificate and those above it, each the issuer of the one before.
fn chain_of(certificate: &Certificate, candidates: &[Certificate]) -> Vec<Certificate> {
    let mut chain = vec![certificate.clone()];
    while let Some(issuer) = candidates.iter().find(|candidate| {
        let last = chain[chain.len() - 1].tbs_certificate();
        candidate.tbs_certificate().subject() == last.issuer() && !chain.contains(candidate)
    }) {
        chain.push(issuer.clone());
    }
    chain
}

/// The message for the owner of a PKCS#12 file that cannot be opened.
fn keystore_error(error: KeystoreError) -> Error {
    use KeystoreError::{MacError, Pkcs5Error, UnpadError};
    use KeystoreError::{UnsupportedEncryptionScheme, UnsupportedMacAlgorithm};
    Error::new(match error {
        // Without a checksum, only the garbage after decryption shows that the password was wrong.
        MacError(_) | UnpadError | Pkcs5Error(_) => "key-password",
        UnsupportedEncryptionScheme | UnsupportedMacAlgorithm => "key-encryption",
        error => return Error::new("key-file").caused_by(error),
    })
}
