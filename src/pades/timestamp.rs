//! A signature → a question to a time server (RFC 3161), and its answer held against the question.

use crate::cms::chain;
use crate::cms::key::{Digest, SHA256};
use crate::cms::{self, Fault, Signed, children};
use crate::message::{Error, Message, Result};
use der::asn1::{AnyRef, Null, ObjectIdentifier, OctetString, OctetStringRef};
use der::{Decode, Encode, Sequence, Tag, Tagged};
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;

const TIMESTAMP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// A time server: takes a DER question, gives its DER answer.
pub struct TimeServer<'a> {
    pub ask: &'a dyn Fn(&[u8]) -> Result<Vec<u8>>,
    /// A number nobody can foresee, so that an old answer does not pass for a new one.
    pub nonce: u64,
}

#[derive(Sequence)]
struct Question {
    version: u8,
    imprint: Imprint,
    nonce: u64,
    with_certificate: bool,
}

#[derive(Sequence)]
struct Imprint {
    algorithm: Algorithm,
    hash: OctetString,
}

#[derive(Sequence)]
struct Algorithm {
    oid: ObjectIdentifier,
    // Some servers refuse an algorithm without it.
    parameters: Null,
}

/// A time server's word that something existed at a time.
#[derive(Debug, Clone)]
pub struct Stamp {
    pub time: Timestamp,
    /// The token as it goes into a signature.
    pub token: Vec<u8>,
    pub signed: Signed,
    digest: Digest,
    imprint: Vec<u8>,
    nonce: Option<Vec<u8>>,
}

/// Has a signature stamped.
pub fn ask(server: &TimeServer, signature: &[u8]) -> Result<Stamp> {
    let imprint = Imprint {
        algorithm: Algorithm {
            oid: SHA256,
            parameters: Null,
        },
        hash: OctetString::new(Digest::Sha256.digest(&[signature])).expect("32 bytes"),
    };
    let question = Question {
        version: 1,
        imprint,
        nonce: server.nonce,
        with_certificate: true,
    };
    let question = question.to_der().expect("four small fields");
    let answer = (server.ask)(&question)?;
    let token = granted(&answer)?;
    let stamp = Stamp::read(&token).map_err(|error| no_timestamp().caused_by(error))?;
    let wrong = match stamp.holds_for(signature) {
        Err(Fault::OtherContent) => Some("tsa-other-digest"),
        Err(Fault::OtherKey) => Some("tsa-broken"),
        Err(Fault::Unknown) => Some("tsa-unknown"),
        Ok(()) if stamp.nonce != unsigned(server.nonce) => Some("tsa-other-question"),
        Ok(()) => None,
    };
    match wrong {
        Some(id) => Err(Error::new(Message::new(id))),
        None => Ok(stamp),
    }
}

impl Stamp {
    /// Reads a timestamp token.
    pub fn read(token: &[u8]) -> der::Result<Stamp> {
        let signed = Signed::read(token)?;
        let content = signed.content.as_deref().unwrap_or_default();
        if signed.content_type != TIMESTAMP {
            return Err(cms::malformed());
        }
        // Version, policy, imprint, number, time; then accuracy, ordering, nonce, name, extensions, where there are any.
        let parts = children(&AnyRef::from_der(content)?)?;
        let [_, _, imprint, _, time, rest @ ..] = parts.as_slice() else {
            return Err(cms::malformed());
        };
        let imprint = children(imprint)?;
        let [algorithm, hash] = imprint.as_slice() else {
            return Err(cms::malformed());
        };
        let nonce = rest.iter().find(|part| part.tag() == Tag::Integer);
        Ok(Stamp {
            time: moment(time).ok_or_else(cms::malformed)?,
            token: token.to_vec(),
            digest: Digest::of(&algorithm.decode_as()?).ok_or_else(cms::malformed)?,
            imprint: hash.decode_as::<&OctetStringRef>()?.as_bytes().to_vec(),
            nonce: nonce.map(|nonce| nonce.value().to_vec()),
            signed,
        })
    }

    /// The authority's name.
    pub fn authority(&self) -> String {
        chain::name(&self.signed.certificate)
    }

    /// Whether the authority stamped this signature, with a certificate made for stamping that counted then.
    pub fn holds_for(&self, signature: &[u8]) -> std::result::Result<(), Fault> {
        if self.imprint != self.digest.digest(&[signature]) {
            return Err(Fault::OtherContent);
        }
        let content = self.signed.content.as_deref().unwrap_or_default();
        // Here other content would mean that the authority's own words were changed.
        let holds = self.signed.holds_for(&[content]);
        holds.map_err(|fault| match fault {
            Fault::OtherContent => Fault::OtherKey,
            fault => fault,
        })?;
        let certificate = &self.signed.certificate;
        if is_for_stamping(certificate) && chain::is_valid(certificate, self.time) {
            Ok(())
        } else {
            Err(Fault::OtherKey)
        }
    }
}

fn is_for_stamping(certificate: &Certificate) -> bool {
    let purposes = certificate
        .tbs_certificate()
        .get_extension::<ExtendedKeyUsage>();
    matches!(purposes, Ok(Some((_, purposes))) if purposes.0.contains(&TIME_STAMPING))
}

/// The token of an answer that says yes.
fn granted(answer: &[u8]) -> Result<Vec<u8>> {
    let wrong = |error| no_timestamp().caused_by(error);
    let parts = AnyRef::from_der(answer).and_then(|answer| children(&answer));
    let parts = parts.map_err(wrong)?;
    let status = parts.first().map(children).transpose().map_err(wrong)?;
    let status = status.unwrap_or_default();
    let number = status
        .first()
        .and_then(|number| number.decode_as::<u8>().ok());
    match (number, parts.get(1)) {
        // Granted, and granted with changes.
        (Some(0 | 1), Some(token)) => token.to_der().map_err(wrong),
        (Some(number), _) if number > 1 => {
            let message = Message::new("tsa-refused").with("status", number);
            Err(match words(&status) {
                words if words.is_empty() => Error::new(message),
                words => Error::new(message).caused_by(words),
            })
        }
        _ => Err(no_timestamp()),
    }
}

/// What the server says about its refusal.
fn words(status: &[AnyRef]) -> String {
    let texts = status.iter().find(|part| part.tag() == Tag::Sequence);
    let texts = texts
        .and_then(|texts| children(texts).ok())
        .unwrap_or_default();
    let texts = texts.iter().filter(|text| text.tag() == Tag::Utf8String);
    let texts: Vec<_> = texts
        .map(|text| String::from_utf8_lossy(text.value()))
        .collect();
    texts.join(" ")
}

fn no_timestamp() -> Error {
    Error::new(Message::new("tsa-no-timestamp"))
}

/// A number as DER writes it.
fn unsigned(number: u64) -> Option<Vec<u8>> {
    let der = number.to_der().ok()?;
    AnyRef::from_der(&der)
        .ok()
        .map(|number| number.value().to_vec())
}

/// `20261125105013Z`, with a fraction of the second where the server gives one.
fn moment(time: &AnyRef) -> Option<Timestamp> {
    let written = std::str::from_utf8(time.value()).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = written.split_once('.').unwrap_or((written, "0"));
    let (day, clock) = whole.split_at_checked(8)?;
    let stands =
        |part: &str, digits| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
    let plain = time.tag() == Tag::GeneralizedTime && stands(day, 8) && stands(clock, 6);
    let fraction = fraction.get(..fraction.len().min(9))?;
    format!("{day}T{clock}.{fraction}Z")
        .parse()
        .ok()
        .filter(|_| plain)
}
