//! The signatures of a PDF: the signer, integrity, coverage, time and trust of each.

use super::{list, tree_nodes};
use crate::cms::policy::{Purpose, check_signer};
use crate::cms::{CmsSignature, SignatureError, chain, timestamp::TimestampToken};
use jiff::Timestamp;
use lopdf::{Dictionary, Document, Object};
use x509_cert::Certificate;

#[derive(Debug, Clone)]
pub struct PdfSignature {
    /// The name in the signer's certificate. `None` if the container cannot be read.
    pub signer: Option<String>,
    /// The authority that issued the certificate, by the certificate's own words.
    pub issuer: Option<String>,
    /// The container, if it signs the file's bytes with the certificate's key, and the policy lets that sign documents.
    pub integrity: Result<CmsSignature, SignatureError>,
    /// Ok if it covers the whole file except itself, an earlier revision or arbitrary bytes if not.
    pub coverage: Result<(), SignatureError>,
    /// The time that the signer claims; anybody can write any time there.
    pub claimed: Option<Timestamp>,
    /// Ok if the timestamp is of this signature, and the authority's key made it.
    pub timestamp: Option<Result<TimestampToken, SignatureError>>,
}

impl PdfSignature {
    /// Checks all that needs no trust in the signer: integrity, validity at the moment that counts, and coverage.
    /// `roots` are asked for the timestamp only, and may be empty.
    pub fn check(&self, roots: &[Certificate], now: Timestamp) -> Result<(), SignatureError> {
        if self.coverage == Err(SignatureError::ArbitraryBytes) {
            return self.coverage;
        }
        let container = self.integrity.as_ref().map_err(|error| *error)?;
        chain::check_validity(&container.certificate, self.moment(roots, now))?;
        self.coverage
    }

    /// Tells if the holder of this very certificate signed. [`Self::check`] tells if it was valid.
    pub fn is_signer(&self, certificate: &Certificate) -> bool {
        let container = self.integrity.as_ref();
        container.is_ok_and(|it| it.certificate == *certificate)
    }

    /// Tells if the signer's certificate leads to a root. No revocation list is asked.
    pub fn is_trusted(&self, roots: &[Certificate], now: Timestamp) -> bool {
        let (container, at) = (self.integrity.as_ref(), self.moment(roots, now));
        container.is_ok_and(|it| it.leads_to_root(Purpose::Document, roots, at))
    }

    /// The timestamp, if its authority's certificate leads to a root, with all valid at its time.
    pub fn trusted_timestamp(&self, roots: &[Certificate]) -> Option<&TimestampToken> {
        let token = self.timestamp.as_ref()?.as_ref().ok()?;
        let (signature, at) = (&token.signature, token.time);
        let is_trusted = signature.leads_to_root(Purpose::Timestamp, roots, at);
        is_trusted.then_some(token)
    }

    /// The moment that counts: that of a trusted timestamp, without one `now`.
    fn moment(&self, roots: &[Certificate], now: Timestamp) -> Timestamp {
        self.trusted_timestamp(roots).map_or(now, |it| it.time)
    }
}

/// Every signature of a document, ordered by the end of its coverage.
pub(super) fn signatures(document: &Document, pdf: &[u8]) -> lopdf::Result<Vec<PdfSignature>> {
    let form = document.get_dict_in_dict(document.catalog()?, b"AcroForm");
    let fields = form.map_or(&[][..], |form| list(document, form, b"Fields"));
    let roots = fields
        .iter()
        .map(|field| document.dereference(field)?.1.as_dict());
    let nodes = tree_nodes(document, roots.collect::<lopdf::Result<_>>()?)?.into_iter();
    let values = nodes.flat_map(|it| document.get_dict_in_dict(it, b"V"));
    let signed = values.filter(|value| value.has(b"ByteRange"));
    let mut signatures: Vec<_> = signed.map(|it| read_signature(document, it, pdf)).collect();
    signatures.sort_by_key(|(end, _)| *end);
    Ok(signatures.into_iter().map(|(_, it)| it).collect())
}

/// Reads a signature, and the end of the bytes it covers.
fn read_signature(document: &Document, value: &Dictionary, pdf: &[u8]) -> (usize, PdfSignature) {
    let claimed = value.get_deref(b"M", document);
    let date = claimed.and_then(lopdf::decode_text_string).ok();
    let mut signature = PdfSignature {
        signer: None,
        issuer: None,
        integrity: Err(SignatureError::Unsupported),
        coverage: Err(SignatureError::ArbitraryBytes),
        claimed: date.as_deref().and_then(parse_date),
        timestamp: None,
    };
    let Some(([before, after, container], end)) = signed_bytes(document, value, pdf) else {
        return (0, signature);
    };
    if pdf[..end].trim_ascii_end().ends_with(b"%%EOF") {
        let is_whole = pdf[end..].iter().all(u8::is_ascii_whitespace).then_some(());
        signature.coverage = is_whole.ok_or(SignatureError::EarlierRevision);
    }
    if let Ok(container) = CmsSignature::read(container) {
        let certificate = &container.certificate;
        let body = certificate.tbs_certificate();
        signature.signer = Some(chain::readable(body.subject()));
        signature.issuer = Some(chain::readable(body.issuer()));
        signature.timestamp = container.timestamp().map(|token| {
            let token = TimestampToken::read(&token).map_err(|_| SignatureError::Unsupported)?;
            token.verify(container.signature()).map(|()| token)
        });
        // A container with content of its own says nothing about the file.
        if container.content.is_none() {
            let verified = container.verify(&[before, after]);
            let checked = verified.and_then(|()| check_signer(certificate, Purpose::Document));
            signature.integrity = checked.map(|()| container);
        }
    }
    (end, signature)
}

/// Finds the bytes before and after a signature that it covers, its container, and where those bytes end.
/// The gap between them must be exactly the signature's own text: no unsigned bytes fit in.
fn signed_bytes<'a>(
    document: &'a Document,
    value: &'a Dictionary,
    pdf: &'a [u8],
) -> Option<([&'a [u8]; 3], usize)> {
    let numbers = list(document, value, b"ByteRange").iter();
    let offsets = numbers.flat_map(Object::as_i64).flat_map(usize::try_from);
    let [0, gap, start, length] = offsets.collect::<Vec<_>>()[..] else {
        return None;
    };
    let end = start.checked_add(length)?;
    let (before, after) = (pdf.get(..gap)?, pdf.get(start..end)?);
    let text = pdf.get(gap..start)?;
    let digits = text.strip_prefix(b"<")?.strip_suffix(b">")?;
    let contents = value.get_deref(b"Contents", document);
    let container = contents.and_then(Object::as_str).ok()?;
    let halves = container.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let values = digits.iter().map(|digit| char::from(*digit).to_digit(16));
    let is_same = values.eq(halves.map(|half| Some(half.into())));
    is_same.then_some(([before, after, container], end))
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
