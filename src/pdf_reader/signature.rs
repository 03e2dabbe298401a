//! What each signature of a PDF is worth: whose it is, whether it holds, what it covers, when it was made, and whom to trust.

use super::{DEEPEST, MOST, entry};
use crate::cms::{Fault, Signed, chain};
use crate::pades::timestamp::Stamp;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use lopdf::{Dictionary, Document, Object};
use x509_cert::Certificate;

/// A signature as found; times are moments, not days.
#[derive(Debug, Clone)]
pub struct SignatureState {
    /// The name in the signer's certificate; none where the container cannot be read.
    pub signer: Option<String>,
    /// Whether the signed bytes are those that stand in the file, and the signature is by the certificate's key.
    pub integrity: Result<(), Fault>,
    pub range: Range,
    /// When the signer says it was; anybody can write any time there.
    pub claimed: Option<Timestamp>,
    /// First and last moment of the signer's certificate.
    pub certificate: Option<(Timestamp, Timestamp)>,
    pub timestamp: Option<StampState>,
    signed: Option<Signed>,
}

/// Which bytes a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// The whole file but the signature itself.
    File,
    /// All up to the end of an earlier state of the file, behind which something was appended.
    Earlier,
    /// Bytes of its own choice: it vouches for no document.
    Odd,
}

/// The timestamp over a signature.
#[derive(Debug, Clone)]
pub struct StampState {
    pub time: Option<Timestamp>,
    pub authority: Option<String>,
    /// Whether it is of this signature, and by its authority's key.
    pub integrity: Result<(), Fault>,
    stamp: Option<Stamp>,
}

/// Whether a certificate leads to one that is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    Trusted,
    Untrusted,
}

impl SignatureState {
    /// The moment for which the certificate must have counted: a sound timestamp's whose authority is trusted, else the given one.
    pub fn decisive(&self, roots: &[Certificate], otherwise: Timestamp) -> Timestamp {
        let stamp = self.timestamp.as_ref();
        let stamp = stamp.filter(|stamp| stamp.trust(roots) == Trust::Trusted);
        stamp.and_then(|stamp| stamp.time).unwrap_or(otherwise)
    }

    /// Whether the signer's certificate leads to a root, all counting at the decisive moment; no list of revoked ones is asked.
    pub fn trust(&self, roots: &[Certificate], otherwise: Timestamp) -> Trust {
        let at = self.decisive(roots, otherwise);
        match &self.signed {
            Some(signed) if self.integrity.is_ok() => trust(signed, roots, at),
            _ => Trust::Untrusted,
        }
    }
}

impl StampState {
    /// Whether the authority's certificate leads to a root, counting at the time it stamped.
    pub fn trust(&self, roots: &[Certificate]) -> Trust {
        match &self.stamp {
            Some(stamp) if self.integrity.is_ok() => trust(&stamp.signed, roots, stamp.time),
            _ => Trust::Untrusted,
        }
    }
}

fn trust(signed: &Signed, roots: &[Certificate], at: Timestamp) -> Trust {
    match chain::leads_to(&signed.certificate, &signed.certificates, roots, at) {
        true => Trust::Trusted,
        false => Trust::Untrusted,
    }
}

/// Every signature of a document, in the order of what they cover.
pub(super) fn signatures(document: &Document, pdf: &[u8]) -> lopdf::Result<Vec<SignatureState>> {
    let mut entries = Vec::new();
    if let Ok(form) = entry(document, document.catalog()?, b"AcroForm").and_then(Object::as_dict) {
        let mut left = MOST;
        values(document, form, b"Fields", DEEPEST, &mut left, &mut entries)?;
    }
    let mut states: Vec<_> = entries
        .into_iter()
        .map(|entry| state(document, entry, pdf))
        .collect();
    states.sort_by_key(|(end, _)| *end);
    Ok(states.into_iter().map(|(_, state)| state).collect())
}

/// The values of signed fields below a form or a field.
fn values<'a>(
    document: &'a Document,
    above: &'a Dictionary,
    key: &[u8],
    depth: usize,
    left: &mut usize,
    found: &mut Vec<&'a Dictionary>,
) -> lopdf::Result<()> {
    let depth = depth.checked_sub(1).ok_or(lopdf::Error::RecursionLimit)?;
    let Ok(fields) = entry(document, above, key).and_then(Object::as_array) else {
        return Ok(());
    };
    *left = left
        .checked_sub(fields.len())
        .ok_or(lopdf::Error::RecursionLimit)?;
    for field in fields {
        let field = document.dereference(field)?.1.as_dict()?;
        let value = entry(document, field, b"V").and_then(Object::as_dict);
        found.extend(value.ok().filter(|value| value.has(b"ByteRange")));
        values(document, field, b"Kids", depth, left, found)?;
    }
    Ok(())
}

/// A signature's state, and where the bytes it covers end.
fn state(document: &Document, value: &Dictionary, pdf: &[u8]) -> (usize, SignatureState) {
    let claimed = entry(document, value, b"M").and_then(lopdf::decode_text_string);
    let mut state = SignatureState {
        signer: None,
        integrity: Err(Fault::Unknown),
        range: Range::Odd,
        claimed: claimed.ok().and_then(|written| moment(&written)),
        certificate: None,
        timestamp: None,
        signed: None,
    };
    let Some(parts) = parts(document, value, pdf) else {
        return (0, state);
    };
    let end = parts.end;
    state.range = range(pdf, end);
    let Ok(signed) = Signed::read(&parts.container) else {
        return (end, state);
    };
    state.signer = Some(chain::name(&signed.certificate));
    state.integrity = match &signed.content {
        // One that carries its own content speaks of that, not of the file.
        Some(_) => Err(Fault::Unknown),
        None => signed.holds_for(&parts.covered),
    };
    state.certificate = Some(chain::validity(&signed.certificate));
    state.timestamp = signed
        .timestamp
        .as_deref()
        .map(|token| stamp(token, &signed.signature));
    state.signed = Some(signed);
    (end, state)
}

/// Where a signature stands.
struct Parts<'a> {
    /// The bytes before and after it.
    covered: [&'a [u8]; 2],
    /// Where those end.
    end: usize,
    container: Vec<u8>,
}

/// Finds what a signature covers; the hole in it must be exactly the signature's own text: else bytes could be slipped in that nobody signed.
fn parts<'a>(document: &Document, value: &Dictionary, pdf: &'a [u8]) -> Option<Parts<'a>> {
    let range = entry(document, value, b"ByteRange")
        .and_then(Object::as_array)
        .ok()?;
    let range: Vec<usize> = range
        .iter()
        .flat_map(|number| {
            number
                .as_i64()
                .ok()
                .and_then(|number| usize::try_from(number).ok())
        })
        .collect();
    let [0, hole, start, length] = range[..] else {
        return None;
    };
    let end = start.checked_add(length)?;
    let covered = [pdf.get(..hole)?, pdf.get(start..end)?];
    let digits = pdf
        .get(hole..start)?
        .strip_prefix(b"<")?
        .strip_suffix(b">")?;
    let container = entry(document, value, b"Contents")
        .and_then(Object::as_str)
        .ok()?;
    let written = container.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let same = digits.len() == container.len() * 2
        && digits
            .iter()
            .zip(written)
            .all(|(digit, half)| char::from(*digit).to_digit(16) == Some(u32::from(half)));
    same.then(|| Parts {
        covered,
        end,
        container: container.to_vec(),
    })
}

fn range(pdf: &[u8], end: usize) -> Range {
    let (covered, behind) = (pdf[..end].trim_ascii_end(), &pdf[end..]);
    match covered.ends_with(b"%%EOF") {
        true if behind.iter().all(u8::is_ascii_whitespace) => Range::File,
        true => Range::Earlier,
        false => Range::Odd,
    }
}

fn stamp(token: &[u8], signature: &[u8]) -> StampState {
    let stamp = Stamp::read(token).ok();
    StampState {
        time: stamp.as_ref().map(|stamp| stamp.time),
        authority: stamp.as_ref().map(Stamp::authority),
        integrity: match &stamp {
            None => Err(Fault::Unknown),
            Some(stamp) => stamp.holds_for(signature),
        },
        stamp,
    }
}

/// `D:20261125105013+09'00'`, or with `Z`.
fn moment(written: &str) -> Option<Timestamp> {
    let written = written.strip_prefix("D:")?;
    let (clock, zone) = written.split_at_checked(14)?;
    let at = DateTime::strptime("%Y%m%d%H%M%S", clock).ok()?;
    let mut digits = zone
        .chars()
        .filter(char::is_ascii_digit)
        .map(|digit| digit.to_digit(10));
    let mut two = || i32::try_from(digits.next()?? * 10 + digits.next()??).ok();
    let seconds = match zone.chars().next() {
        None | Some('Z') => 0,
        Some('+') => two()? * 3600 + two().unwrap_or(0) * 60,
        Some('-') => -(two()? * 3600 + two().unwrap_or(0) * 60),
        Some(_) => return None,
    };
    let zone = TimeZone::fixed(Offset::from_seconds(seconds).ok()?);
    zone.to_timestamp(at).ok()
}
