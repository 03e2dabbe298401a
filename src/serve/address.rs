//! Where the preview is reached, and which requests mean it.

use crate::message::{Error, Message, Result};
use axum::http::uri::Authority;
use std::net::{IpAddr, SocketAddr, TcpListener};

/// The address that a preview is served on.
#[derive(Debug)]
pub struct Address {
    /// As the user named it.
    host: String,
    bound: SocketAddr,
}

impl Address {
    /// Takes a port of that host; port 0 is any free one.
    pub fn listen(host: &str, port: u16) -> Result<(Address, TcpListener)> {
        let listen = || {
            let listener = TcpListener::bind((host, port))?;
            // The requests are waited for by tokio.
            listener.set_nonblocking(true)?;
            let bound = listener.local_addr()?;
            let host = host.to_owned();
            Ok((Address { host, bound }, listener))
        };
        listen().map_err(|error: std::io::Error| {
            let message = Message::new("cannot-listen").with("address", format!("{host}:{port}"));
            Error::new(message).caused_by(error)
        })
    }

    /// What to type into a browser on this machine.
    pub fn url(&self) -> String {
        let port = self.bound.port();
        match self.bound.ip() {
            ip if ip.is_unspecified() => format!("http://localhost:{port}/"),
            IpAddr::V6(ip) => format!("http://[{ip}]:{port}/"),
            IpAddr::V4(ip) => format!("http://{ip}:{port}/"),
        }
    }

    /// Whether nobody but this machine reaches it.
    pub fn is_private(&self) -> bool {
        self.bound.ip().is_loopback()
    }

    /// Whether a request names this address as its host.
    ///
    /// A page from elsewhere can make a name of its own lead to this machine (DNS rebinding) and would then read along; it cannot do so with an address.
    pub fn serves(&self, authority: &Authority) -> bool {
        let name = authority.host().trim_matches(['[', ']']);
        let ip = self.bound.ip();
        let meant = match name.parse::<IpAddr>() {
            Ok(named) => named == ip || ip.is_unspecified(),
            Err(_) => {
                let local = ip.is_loopback() || ip.is_unspecified();
                name.eq_ignore_ascii_case(&self.host)
                    || (local && name.eq_ignore_ascii_case("localhost"))
            }
        };
        meant && authority.port_u16().unwrap_or(80) == self.bound.port()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(host: &str, bound: &str) -> Address {
        Address {
            host: host.to_owned(),
            bound: bound.parse().expect("an address"),
        }
    }

    fn serves(address: &Address, named: &str) -> bool {
        address.serves(&named.parse().expect("a host and a port"))
    }

    #[test]
    fn a_private_preview_is_called_by_its_own_names_only() {
        let address = address("127.0.0.1", "127.0.0.1:4000");
        for named in ["127.0.0.1:4000", "localhost:4000", "LocalHost:4000"] {
            assert!(serves(&address, named), "{named}");
        }
        for named in [
            "127.0.0.1",
            "127.0.0.1:4001",
            "evil.example:4000",
            "localhost.evil.example:4000",
            "192.168.0.7:4000",
            "[::1]:4000",
        ] {
            assert!(!serves(&address, named), "{named}");
        }
        assert!(serves(&self::address("::1", "[::1]:4000"), "[::1]:4000"));
    }

    #[test]
    fn a_preview_for_the_whole_net_is_called_by_numbers_and_by_the_name_it_was_given() {
        let everywhere = address("0.0.0.0", "0.0.0.0:4000");
        assert!(serves(&everywhere, "192.168.0.7:4000"));
        assert!(!serves(&everywhere, "evil.example:4000"));
        let named = address("office.example", "192.168.0.7:4000");
        assert!(serves(&named, "office.example:4000"));
        assert!(!serves(&named, "localhost:4000"));
    }

    #[test]
    fn port_80_need_not_be_named() {
        assert!(serves(&address("127.0.0.1", "127.0.0.1:80"), "localhost"));
    }
}
