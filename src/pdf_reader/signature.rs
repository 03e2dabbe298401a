//! The signatures of a PDF: the signer, integrity, coverage, time and trust of each.

use super::{list, tree_nodes};
use crate::cms::policy::{self, Purpose};
use crate::cms::timestamp::TimestampToken;
use crate::cms::{CmsSignature, SignatureError, chain};
use jiff::Timestamp;
use lopdf::{Dictionary, Document, Object};
use x509_cert::Certificate;

/// A signature as found.
#[derive(Debug, Clone)]
pub struct PdfSignature {
    /// The name in the signer's certificate. `None` if the container cannot be read.
    pub signer: Option<String>,
    /// The authority that issued the certificate, by the certificate's own words.
    pub issuer: Option<String>,
    /// Ok if the signed bytes are those in the file, the certificate's key made the signature,
    /// and the policy lets this certificate sign documents.
    pub integrity: Result<(), SignatureError>,
    pub coverage: Coverage,
    /// The time that the signer claims; anybody can write any time there.
    pub claimed: Option<Timestamp>,
    pub timestamp: Option<PdfTimestamp>,
    container: Option<CmsSignature>,
}

/// The bytes that a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// The whole file except the signature itself.
    WholeFile,
    /// An earlier revision, to which something was appended.
    EarlierRevision,
    /// Any other bytes: the signature vouches for no document.
    Arbitrary,
}

/// The timestamp over a signature.
#[derive(Debug, Clone)]
pub struct PdfTimestamp {
    /// Ok if the timestamp is of this signature, and the authority's key made it.
    pub integrity: Result<(), SignatureError>,
    /// `None` if the token cannot be read.
    pub token: Option<TimestampToken>,
}

impl PdfSignature {
    /// Checks all that can be told without knowing whom to trust: integrity, validity of the
    /// signer's certificate at the moment that counts, and coverage.
    ///
    /// `roots` are asked for the timestamp only, and may be empty.
    pub fn check(&self, roots: &[Certificate], now: Timestamp) -> Result<(), SignatureError> {
        let at = self.moment(roots, now);
        let is_valid = |it: &CmsSignature| chain::is_valid_at(&it.certificate, at);
        if self.coverage == Coverage::Arbitrary {
            return Err(SignatureError::ArbitraryBytes);
        }
        self.integrity?;
        if !self.container.as_ref().is_some_and(is_valid) {
            Err(SignatureError::OutsideValidity)
        } else if self.coverage == Coverage::EarlierRevision {
            Err(SignatureError::EarlierRevision)
        } else {
            Ok(())
        }
    }

    /// Tells if the holder of this very certificate signed, for example that of the office itself.
    /// [`PdfSignature::check`] tells if it was still valid.
    pub fn is_signer(&self, certificate: &Certificate) -> bool {
        let container = self.container.as_ref();
        self.integrity.is_ok() && container.is_some_and(|it| it.certificate == *certificate)
    }

    /// Tells if the signer's certificate leads to a root, with all valid at the moment that counts.
    /// No revocation list is asked.
    pub fn is_trusted(&self, roots: &[Certificate], now: Timestamp) -> bool {
        let at = self.moment(roots, now);
        let sound = self.container.as_ref().filter(|_| self.integrity.is_ok());
        sound.is_some_and(|container| leads_to_root(container, Purpose::Document, roots, at))
    }

    /// The moment that counts: that of a trusted timestamp, without one `now`.
    fn moment(&self, roots: &[Certificate], now: Timestamp) -> Timestamp {
        let trusted = self.timestamp.as_ref().filter(|it| it.is_trusted(roots));
        let token = trusted.and_then(|timestamp| timestamp.token.as_ref());
        token.map_or(now, |token| token.time)
    }
}

impl PdfTimestamp {
    /// Tells if the authority's certificate leads to a root, with all valid at the stamped time.
    pub fn is_trusted(&self, roots: &[Certificate]) -> bool {
        let sound = self.token.as_ref().filter(|_| self.integrity.is_ok());
        sound.is_some_and(|token| {
            leads_to_root(&token.signature, Purpose::Timestamp, roots, token.time)
        })
    }
}

fn leads_to_root(
    container: &CmsSignature,
    purpose: Purpose,
    roots: &[Certificate],
    at: Timestamp,
) -> bool {
    let CmsSignature {
        certificate,
        certificates,
        ..
    } = container;
    chain::verify_chain(certificate, purpose, certificates, roots, at)
}

/// Every signature of a document, ordered by the end of its coverage.
pub(super) fn signatures(document: &Document, pdf: &[u8]) -> lopdf::Result<Vec<PdfSignature>> {
    let mut fields = Vec::new();
    let form = document.catalog()?.get_deref(b"AcroForm", document);
    if let Ok(form) = form.and_then(Object::as_dict) {
        for field in list(document, form, b"Fields") {
            fields.push(document.dereference(field)?.1.as_dict()?);
        }
    }
    let mut signatures = Vec::new();
    for field in tree_nodes(document, fields)? {
        let value = field.get_deref(b"V", document).and_then(Object::as_dict);
        if let Ok(value) = value
            && value.has(b"ByteRange")
        {
            signatures.push(read_signature(document, value, pdf));
        }
    }
    signatures.sort_by_key(|(end, _)| *end);
    Ok(signatures
        .into_iter()
        .map(|(_, signature)| signature)
        .collect())
}

/// Reads a signature, and the end of the bytes it covers.
fn read_signature(document: &Document, value: &Dictionary, pdf: &[u8]) -> (usize, PdfSignature) {
    let claimed = value
        .get_deref(b"M", document)
        .and_then(lopdf::decode_text_string);
    let mut signature = PdfSignature {
        signer: None,
        issuer: None,
        integrity: Err(SignatureError::Unsupported),
        coverage: Coverage::Arbitrary,
        claimed: claimed.ok().and_then(|date| parse_date(&date)),
        timestamp: None,
        container: None,
    };
    let Some(signed) = signed_bytes(document, value, pdf) else {
        return (0, signature);
    };
    signature.coverage = coverage(pdf, signed.end);
    if let Ok(container) = CmsSignature::read(signed.container) {
        let certificate = &container.certificate;
        signature.signer = Some(chain::holder_name(certificate));
        signature.issuer = Some(chain::issuer_name(certificate));
        // A container with content of its own says nothing about the file.
        if container.content.is_none() {
            signature.integrity = container
                .verify(&signed.covered)
                .and_then(|()| policy::check_signer(certificate, Purpose::Document));
        }
        let token = container.timestamp();
        signature.timestamp = token.map(|token| timestamp(&token, container.signature()));
        signature.container = Some(container);
    }
    (signed.end, signature)
}

/// The parts of a file around a signature.
struct SignedBytes<'a> {
    /// The bytes before and after the signature.
    covered: [&'a [u8]; 2],
    /// The end of the second part.
    end: usize,
    container: &'a [u8],
}

/// Finds the bytes that a signature covers.
///
/// The gap between them must be exactly the signature's own text, because otherwise bytes that
/// nobody signed could be inserted.
fn signed_bytes<'a>(
    document: &'a Document,
    value: &'a Dictionary,
    pdf: &'a [u8],
) -> Option<SignedBytes<'a>> {
    let numbers = list(document, value, b"ByteRange")
        .iter()
        .flat_map(Object::as_i64);
    let range: Vec<usize> = numbers.flat_map(usize::try_from).collect();
    let [0, gap, start, length] = range[..] else {
        return None;
    };
    let end = start.checked_add(length)?;
    let covered = [pdf.get(..gap)?, pdf.get(start..end)?];
    let text = pdf.get(gap..start)?;
    let digits = text.strip_prefix(b"<")?.strip_suffix(b">")?;
    let container = value
        .get_deref(b"Contents", document)
        .and_then(Object::as_str)
        .ok()?;
    let written = container.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let is_same = digits.len() == container.len() * 2
        && digits
            .iter()
            .zip(written)
            .all(|(digit, half)| char::from(*digit).to_digit(16) == Some(u32::from(half)));
    is_same.then_some(SignedBytes {
        covered,
        end,
        container,
    })
}

fn coverage(pdf: &[u8], end: usize) -> Coverage {
    if !pdf[..end].trim_ascii_end().ends_with(b"%%EOF") {
        Coverage::Arbitrary
    } else if pdf[end..].iter().all(u8::is_ascii_whitespace) {
        Coverage::WholeFile
    } else {
        Coverage::EarlierRevision
    }
}

fn timestamp(token: &[u8], signature: &[u8]) -> PdfTimestamp {
    let token = TimestampToken::read(token);
    PdfTimestamp {
        integrity: match &token {
            Err(_) => Err(SignatureError::Unsupported),
            Ok(token) => token.verify(signature),
        },
        token: token.ok(),
    }
}

/// Parses `D:20261125105013+09'00'`. The offset may be `Z`, lack its minutes, or be absent.
fn parse_date(date: &str) -> Option<Timestamp> {
    let (clock, offset) = date.strip_prefix("D:")?.split_at_checked(14)?;
    let digits = match offset.replace('\'', "") {
        offset if offset.is_empty() || offset.starts_with('Z') => "+0000".to_owned(),
        offset => format!("{offset:0<5}"),
    };
    Timestamp::strptime("%Y%m%d%H%M%S%z", format!("{clock}{digits}")).ok()
}

#[cfg(test)]
mod tests {
    use super::parse_date;

    #[test]
    fn dates_are_read_with_any_offset_or_none() {
        for (date, expected) in [
            ("D:20261125105013+09'00'", Some("2026-11-25T01:50:13Z")),
            ("D:20261125105013+09'00", Some("2026-11-25T01:50:13Z")),
            ("D:20261125105013+09", Some("2026-11-25T01:50:13Z")),
            ("D:20261125105013-03'30'", Some("2026-11-25T14:20:13Z")),
            ("D:20261125105013Z", Some("2026-11-25T10:50:13Z")),
            ("D:20261125105013Z00'00'", Some("2026-11-25T10:50:13Z")),
            ("D:20261125105013", Some("2026-11-25T10:50:13Z")),
            ("D:20261125105013 x", None),
            ("D:20261325105013", None),
            ("D:2026", None),
            ("20261125105013", None),
        ] {
            let expected = expected.map(|time| time.parse().expect("a time"));
            assert_eq!(parse_date(date), expected, "{date}");
        }
    }
}
