//! A signature → a request to a time server (RFC 3161) → the response, checked against it.

use crate::cms::policy::{self, Purpose};
use crate::cms::{self, CmsSignature, SignatureError, chain, children, key::HashAlgorithm};
use crate::message::{Error, Result};
use der::asn1::{Any, AnyRef, OctetString};
use der::oid::db::{rfc3161::ID_CT_TST_INFO, rfc5912::ID_SHA_256};
use der::{Decode, Encode, Sequence, Tag, Tagged};
use jiff::{Timestamp, civil::DateTime, tz::Offset};
use x509_cert::spki::AlgorithmIdentifierOwned;

pub struct TimeServer<'a> {
    /// Sends a DER request and returns the DER response.
    pub send: &'a dyn Fn(&[u8]) -> Result<Vec<u8>>,
    /// A number nobody can foresee, so that an old response does not pass for a new one.
    pub nonce: u64,
}

#[derive(Sequence)]
struct TimestampRequest {
    version: u8,
    imprint: MessageImprint,
    nonce: u64,
    with_certificate: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct MessageImprint {
    algorithm: AlgorithmIdentifierOwned,
    hash: OctetString,
}

#[derive(Sequence)]
struct TimestampResponse {
    status: ResponseStatus,
    #[asn1(optional = "true")]
    token: Option<Any>,
}

#[derive(Sequence)]
struct ResponseStatus {
    code: u8,
    #[asn1(optional = "true")]
    text: Option<Vec<String>>,
    #[asn1(optional = "true")]
    failure: Option<Any>,
}

/// A time authority's statement that something existed at a time.
#[derive(Debug, Clone)]
pub struct TimestampToken {
    pub time: Timestamp,
    pub signature: CmsSignature,
    hash_algorithm: HashAlgorithm,
    hash: OctetString,
    nonce: Option<u64>,
}

/// Requests a timestamp over a signature. Returns its time, and the token in DER.
pub fn request(server: &TimeServer, signature: &[u8]) -> Result<(Timestamp, Vec<u8>)> {
    // Some servers refuse an algorithm without parameters.
    let (oid, parameters) = (ID_SHA_256, Some(Any::null()));
    let algorithm = AlgorithmIdentifierOwned { oid, parameters };
    let hash = OctetString::new(HashAlgorithm::Sha256.hash(&[signature])).expect("32 bytes");
    let request = TimestampRequest {
        version: 1,
        imprint: MessageImprint { algorithm, hash },
        nonce: server.nonce,
        with_certificate: true,
    };
    let response = (server.send)(&request.to_der().expect("four small fields"))?;
    let token = granted_token(&response)?;
    let timestamp = TimestampToken::read(&token).map_err(no_timestamp)?;
    let refusal = match timestamp.verify(signature) {
        Err(SignatureError::ContentMismatch) => "tsa-other-digest",
        Err(SignatureError::Unsupported) => "tsa-unknown",
        Err(_) => "tsa-broken",
        Ok(()) if timestamp.nonce != Some(server.nonce) => "tsa-other-question",
        Ok(()) => return Ok((timestamp.time, token)),
    };
    Err(Error::new(refusal))
}

impl TimestampToken {
    pub fn read(token: &[u8]) -> der::Result<TimestampToken> {
        let signature = CmsSignature::read(token)?;
        let content = signature.content.as_deref().unwrap_or_default();
        if signature.content_type != ID_CT_TST_INFO {
            return Err(cms::malformed());
        }
        // Version, policy, imprint, number, time; if present, accuracy, ordering, nonce, name, extensions.
        let parts = children(&AnyRef::from_der(content)?)?;
        let [_, _, imprint, _, time, rest @ ..] = parts.as_slice() else {
            return Err(cms::malformed());
        };
        let MessageImprint { algorithm, hash } = imprint.decode_as()?;
        let nonce = rest.iter().find(|part| part.tag() == Tag::Integer);
        Ok(TimestampToken {
            time: parse_time(time).ok_or_else(cms::malformed)?,
            hash_algorithm: HashAlgorithm::of(&algorithm).ok_or_else(cms::malformed)?,
            hash,
            nonce: nonce.and_then(|nonce| nonce.decode_as().ok()),
            signature,
        })
    }

    pub fn authority(&self) -> String {
        chain::readable(self.signature.certificate.tbs_certificate().subject())
    }

    /// Checks that the authority stamped this signature, with a certificate that was valid then.
    pub fn verify(&self, signature: &[u8]) -> std::result::Result<(), SignatureError> {
        if self.hash.as_bytes() != self.hash_algorithm.hash(&[signature]) {
            return Err(SignatureError::ContentMismatch);
        }
        let content = self.signature.content.as_deref().unwrap_or_default();
        self.signature.verify(&[content])?;
        let certificate = &self.signature.certificate;
        policy::check_signer(certificate, Purpose::Timestamp)?;
        chain::check_validity(certificate, self.time)
    }
}

fn granted_token(response: &[u8]) -> Result<Vec<u8>> {
    let response = TimestampResponse::from_der(response).map_err(no_timestamp)?;
    let TimestampResponse { status, token } = response;
    // 0 is granted, 1 granted with changes.
    if status.code > 1 {
        let mut refused = Error::new("tsa-refused").with("status", status.code);
        refused.cause = status.text.map(|texts| texts.join(" "));
        return Err(refused);
    }
    let granted = token.ok_or_else(|| Error::new("tsa-no-timestamp"))?;
    granted.to_der().map_err(no_timestamp)
}

fn no_timestamp(error: der::Error) -> Error {
    Error::new("tsa-no-timestamp").caused_by(error)
}

/// Parses `20261125105013Z`, which may have a fraction of a second.
fn parse_time(time: &AnyRef) -> Option<Timestamp> {
    let written = std::str::from_utf8(time.value()).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = written.split_once('.').unwrap_or((written, "0"));
    let is_plain = whole.len() == 14 && written.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if time.tag() != Tag::GeneralizedTime || !is_plain {
        return None;
    }
    let nanoseconds = &fraction[..fraction.len().min(9)];
    let time = DateTime::strptime("%Y%m%d%H%M%S.%f", format!("{whole}.{nanoseconds}"));
    Offset::UTC.to_timestamp(time.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_any_fraction_or_none() {
        for (time, expected) in [
            ("20261125105013Z", Some("2026-11-25T10:50:13Z")),
            ("20261125105013.5Z", Some("2026-11-25T10:50:13.5Z")),
            (
                "20261125105013.1234567891Z",
                Some("2026-11-25T10:50:13.123456789Z"),
            ),
            ("20261125105013.Z", None),
            ("20261125105013.1.2Z", None),
            ("2026112510501Z", None),
            ("20261125105013", None),
            ("20261125105013+0900", None),
        ] {
            let written = AnyRef::new(Tag::GeneralizedTime, time.as_bytes()).expect("short");
            let expected = expected.map(|time| time.parse().expect("a time"));
            assert_eq!(parse_time(&written), expected, "{time}");
        }
        let other = AnyRef::new(Tag::UtcTime, b"20261125105013Z").expect("short");
        assert_eq!(parse_time(&other), None);
    }
}
