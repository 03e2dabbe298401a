//! Whether a key made a signature: RSA (PKCS#1 v1.5), P-256 and P-384, with SHA-256, -384 or -512.

use super::Fault;
use der::Encode;
use der::asn1::ObjectIdentifier;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::traits::SignatureScheme;
use sha2::{Sha256, Sha384, Sha512};
use x509_cert::spki::{AlgorithmIdentifierOwned, DecodePublicKey, SubjectPublicKeyInfoOwned};

pub const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

pub const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

pub const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
pub const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");

/// The digests that still count; SHA-1 does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    /// The digest of this name, where it is one of ours.
    pub fn of(algorithm: &AlgorithmIdentifierOwned) -> Option<Digest> {
        match algorithm.oid {
            SHA256 => Some(Digest::Sha256),
            SHA384 => Some(Digest::Sha384),
            SHA512 => Some(Digest::Sha512),
            _ => None,
        }
    }

    /// The digest of pieces, as if they stood in a row.
    pub fn digest(self, pieces: &[&[u8]]) -> Vec<u8> {
        match self {
            Digest::Sha256 => digest::<Sha256>(pieces),
            Digest::Sha384 => digest::<Sha384>(pieces),
            Digest::Sha512 => digest::<Sha512>(pieces),
        }
    }
}

fn digest<D: sha2::Digest>(pieces: &[&[u8]]) -> Vec<u8> {
    let mut state = D::new();
    for piece in pieces {
        state.update(piece);
    }
    state.finalize().to_vec()
}

/// Whether the key signed the message; `digest` is what counts where the algorithm itself names none.
pub fn verify(
    public: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<Digest>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Fault> {
    let (kind, digest) = match algorithm.oid {
        RSA => (RSA, digest.ok_or(Fault::Unknown)?),
        RSA_SHA256 => (RSA, Digest::Sha256),
        RSA_SHA384 => (RSA, Digest::Sha384),
        RSA_SHA512 => (RSA, Digest::Sha512),
        ECDSA_SHA256 => (EC, Digest::Sha256),
        ECDSA_SHA384 => (EC, Digest::Sha384),
        ECDSA_SHA512 => (EC, Digest::Sha512),
        _ => return Err(Fault::Unknown),
    };
    if public.algorithm.oid != kind {
        return Err(Fault::OtherKey);
    }
    let hash = digest.digest(&[message]);
    let der = public.to_der().map_err(|_| Fault::Unknown)?;
    let curve = public.algorithm.parameters.as_ref();
    let curve = curve.and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
    let made = match (kind, curve) {
        (RSA, _) => {
            let key = rsa::RsaPublicKey::from_public_key_der(&der).map_err(|_| Fault::Unknown)?;
            let scheme = match digest {
                Digest::Sha256 => rsa::Pkcs1v15Sign::new::<Sha256>(),
                Digest::Sha384 => rsa::Pkcs1v15Sign::new::<Sha384>(),
                Digest::Sha512 => rsa::Pkcs1v15Sign::new::<Sha512>(),
            };
            scheme.verify(&key, &hash, signature).is_ok()
        }
        (_, Some(P256)) => {
            let key = p256::ecdsa::VerifyingKey::from_public_key_der(&der);
            let key = key.map_err(|_| Fault::Unknown)?;
            p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash, &signature).is_ok())
        }
        (_, Some(P384)) => {
            let key = p384::ecdsa::VerifyingKey::from_public_key_der(&der);
            let key = key.map_err(|_| Fault::Unknown)?;
            p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash, &signature).is_ok())
        }
        _ => return Err(Fault::Unknown),
    };
    if made { Ok(()) } else { Err(Fault::OtherKey) }
}
