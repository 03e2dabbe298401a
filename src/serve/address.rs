//! The address of the preview, and a check that requests are meant for it.

use crate::message::{Error, Message, Result};
use std::net::{IpAddr, SocketAddr, TcpListener};

/// The address that a preview listens on.
#[derive(Debug)]
pub struct ListenAddress {
    /// The user's own name for it.
    host: String,
    bound: SocketAddr,
}

impl ListenAddress {
    /// Binds a port of the host; port 0 is any free one.
    pub fn bind(host: &str, port: u16) -> Result<(ListenAddress, TcpListener)> {
        let message = Message::new("cannot-listen").with("address", format!("{host}:{port}"));
        let failed = |error: std::io::Error| Error::new(message.clone()).failed_by(error);
        let listener = TcpListener::bind((host, port)).map_err(failed)?;
        // Tokio waits for the requests.
        listener.set_nonblocking(true).map_err(failed)?;
        let (host, bound) = (host.to_owned(), listener.local_addr().map_err(failed)?);
        Ok((ListenAddress { host, bound }, listener))
    }

    /// The URL for a browser on this machine.
    pub fn url(&self) -> String {
        let (ip, port) = (self.bound.ip(), self.bound.port());
        if ip.is_unspecified() {
            format!("http://localhost:{port}/")
        } else {
            format!("http://{}/", SocketAddr::new(ip, port))
        }
    }

    /// Tells if only this machine can reach it.
    pub fn is_private(&self) -> bool {
        self.bound.ip().is_loopback()
    }

    /// Tells if a request names this address: another site's page can point its own name here (DNS rebinding).
    pub fn serves(&self, authority: &axum::http::uri::Authority) -> bool {
        let name = authority.host().trim_matches(['[', ']']);
        let ip = self.bound.ip();
        let is_any = ip.is_unspecified();
        let is_called = match name.parse::<IpAddr>() {
            Ok(named) => named == ip || is_any,
            Err(_) if name.eq_ignore_ascii_case(&self.host) => true,
            Err(_) => name.eq_ignore_ascii_case("localhost") && (is_any || ip.is_loopback()),
        };
        is_called && authority.port_u16().unwrap_or(80) == self.bound.port()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(host: &str, bound: &str) -> ListenAddress {
        ListenAddress {
            host: host.to_owned(),
            bound: bound.parse().expect("an address"),
        }
    }

    fn serves(address: &ListenAddress, named: &str) -> bool {
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
