//! PDF + identity + moment → the same PDF with a signature (PAdES B-B, or B-T with a timestamp).
//! Existing bytes stay; the signature is appended as an incremental update.
//! Never here: passwords typed, the clock, the network; the command provides those.

mod container;
mod identity;
mod revision;

use crate::message::Result;
use jiff::Timestamp;

pub use crate::cms::timestamp::TimeServer;
pub use identity::Identity;

/// The bytes by which an ECDSA signature may be longer than another: it has 70 to 72, rarely fewer.
const SIZE_MARGIN: usize = 16;
/// The bytes reserved for a timestamp: a token with its authority's chain has 2–6 KB.
const TIMESTAMP_SIZE: usize = 8 * 1024;

/// Signs a PDF. `at` is the time that the signature claims; a time server confirms it.
pub fn sign(
    pdf: &[u8],
    identity: &Identity,
    at: Timestamp,
    server: Option<&TimeServer>,
) -> Result<Vec<u8>> {
    identity.may_sign(at)?;
    let plain = container::build(&[], identity, None)?;
    let mut size = plain.len() + SIZE_MARGIN + server.map_or(0, |_| TIMESTAMP_SIZE);
    // The placeholder is signed too and cannot grow: if the timestamp does not fit, all is redone.
    loop {
        let (mut bytes, placeholder) = revision::prepare(pdf, at, size)?;
        let covered = [&bytes[..placeholder.start], &bytes[placeholder.end..]];
        let signature = container::build(&covered, identity, server)?;
        if signature.len() <= size {
            let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
            bytes[placeholder.start + 1..][..hex.len()].copy_from_slice(hex.as_bytes());
            return Ok(bytes);
        }
        size = signature.len() * 2;
    }
}
