//! PDF + identity + moment → the same PDF with a signature behind it (PAdES B-B; B-T where a time server stamps it).
//!
//! Bytes in, bytes out: who asks for a password, a clock or a time server is the command.
//! What was there stays byte by byte; the signature stands in a revision of its own behind it.

mod container;
mod identity;
mod revision;
pub mod timestamp;

use crate::message::Result;
use jiff::Timestamp;

pub use identity::Identity;
pub use timestamp::TimeServer;

/// Room for a timestamp before one was seen: a token with its authority's chain has 2–6 KB.
const TOKEN: usize = 8 * 1024;

/// Signs; `at` is the moment the signature claims, which a time server confirms.
pub fn sign(
    pdf: &[u8],
    identity: &Identity,
    at: Timestamp,
    server: Option<&TimeServer>,
) -> Result<Vec<u8>> {
    identity.may_sign(at)?;
    let mut room = container::size(identity) + server.map_or(0, |_| TOKEN);
    // The room is signed too, so it cannot grow afterwards: where a timestamp does not fit, all is done again.
    loop {
        let prepared = revision::prepare(pdf, at, room)?;
        let container = container::make(&prepared.signed(), identity, server)?;
        if container.len() <= room {
            return Ok(prepared.fill(&container));
        }
        room = container.len() * 2;
    }
}
