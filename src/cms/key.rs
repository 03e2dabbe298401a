//! Signature checks with a public key: RSA (PKCS#1 v1.5), P-256, P-384, with SHA-256, SHA-384 or SHA-512.

use super::SignatureError::{self, KeyMismatch, Unsupported};
use der::{oid::db::rfc5912 as oid, referenced::OwnedToRef};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::traits::SignatureScheme;
use sha2::{Sha256, Sha384, Sha512, digest::DynDigest};
use x509_cert::{Certificate, spki::AlgorithmIdentifierOwned};

/// A hash algorithm that is still secure; SHA-1 is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashAlgorithm {
    Sha256,
    Sha384,
    Sha512,
}

impl HashAlgorithm {
    /// The hash algorithm with this identifier, if it is supported.
    pub fn of(algorithm: &AlgorithmIdentifierOwned) -> Option<HashAlgorithm> {
        match algorithm.oid {
            oid::ID_SHA_256 => Some(HashAlgorithm::Sha256),
            oid::ID_SHA_384 => Some(HashAlgorithm::Sha384),
            oid::ID_SHA_512 => Some(HashAlgorithm::Sha512),
            _ => None,
        }
    }

    /// Hashes pieces as if they were one.
    pub fn hash(self, pieces: &[&[u8]]) -> Vec<u8> {
        let mut state: Box<dyn DynDigest> = match self {
            HashAlgorithm::Sha256 => Box::new(Sha256::default()),
            HashAlgorithm::Sha384 => Box::new(Sha384::default()),
            HashAlgorithm::Sha512 => Box::new(Sha512::default()),
        };
        pieces.iter().for_each(|piece| state.update(piece));
        state.finalize().into_vec()
    }
}

/// Checks that the certificate's key signed the message. `default` is the hash if the signature's algorithm names none.
pub fn verify(
    certificate: &Certificate,
    algorithm: &AlgorithmIdentifierOwned,
    default: Option<HashAlgorithm>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let (key_type, hash_algorithm) = match algorithm.oid {
        oid::RSA_ENCRYPTION => (oid::RSA_ENCRYPTION, default.ok_or(Unsupported)?),
        oid::SHA_256_WITH_RSA_ENCRYPTION => (oid::RSA_ENCRYPTION, HashAlgorithm::Sha256),
        oid::SHA_384_WITH_RSA_ENCRYPTION => (oid::RSA_ENCRYPTION, HashAlgorithm::Sha384),
        oid::SHA_512_WITH_RSA_ENCRYPTION => (oid::RSA_ENCRYPTION, HashAlgorithm::Sha512),
        oid::ECDSA_WITH_SHA_256 => (oid::ID_EC_PUBLIC_KEY, HashAlgorithm::Sha256),
        oid::ECDSA_WITH_SHA_384 => (oid::ID_EC_PUBLIC_KEY, HashAlgorithm::Sha384),
        oid::ECDSA_WITH_SHA_512 => (oid::ID_EC_PUBLIC_KEY, HashAlgorithm::Sha512),
        _ => return Err(Unsupported),
    };
    let body = certificate.tbs_certificate();
    let key = body.subject_public_key_info().owned_to_ref();
    if key.algorithm.oid != key_type {
        return Err(KeyMismatch);
    }
    let hash = hash_algorithm.hash(&[message]);
    let curve = key.algorithm.parameters_oid().ok();
    let verified = match (key_type, curve) {
        (oid::RSA_ENCRYPTION, _) => {
            let key = rsa::RsaPublicKey::try_from(key).map_err(|_| Unsupported)?;
            let scheme = match hash_algorithm {
                HashAlgorithm::Sha256 => rsa::Pkcs1v15Sign::new::<Sha256>(),
                HashAlgorithm::Sha384 => rsa::Pkcs1v15Sign::new::<Sha384>(),
                HashAlgorithm::Sha512 => rsa::Pkcs1v15Sign::new::<Sha512>(),
            };
            scheme.verify(&key, &hash, signature).ok()
        }
        (_, Some(oid::SECP_256_R_1)) => {
            let key = p256::ecdsa::VerifyingKey::try_from(key).map_err(|_| Unsupported)?;
            let read = p256::ecdsa::Signature::from_der(signature);
            read.and_then(|it| key.verify_prehash(&hash, &it)).ok()
        }
        (_, Some(oid::SECP_384_R_1)) => {
            let key = p384::ecdsa::VerifyingKey::try_from(key).map_err(|_| Unsupported)?;
            let read = p384::ecdsa::Signature::from_der(signature);
            read.and_then(|it| key.verify_prehash(&hash, &it)).ok()
        }
        _ => return Err(Unsupported),
    };
    verified.ok_or(KeyMismatch)
}
