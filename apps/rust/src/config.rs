//! What the operator may set, read once from the environment.

use std::{
    ffi::OsString,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use axum::http::Uri;

/// The settings of one run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen: `BIND` (default: every IPv4 interface) and `PORT` (default: 8080).
    pub address: SocketAddr,
    /// The only URL that `GET /peer` ever asks: `PEER_URL`.
    pub peer: Option<String>,
    /// The folder for temporary files: `TMPDIR`, else `/tmp`.
    pub temporary: PathBuf,
}

/// A variable that holds something we cannot use.
#[derive(Debug)]
pub struct BadVariable {
    name: &'static str,
    expected: &'static str,
    found: String,
}

impl fmt::Display for BadVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must be {}, got {:?}", self.name, self.expected, self.found)
    }
}

impl Config {
    /// Reads the settings through `lookup`, which is the process environment except in tests.
    ///
    /// # Errors
    ///
    /// The first variable whose value cannot be used.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, BadVariable> {
        let port = read(&lookup, "PORT", "a number from 1 to 65535", port)?.unwrap_or(8080);
        let ip = read(&lookup, "BIND", "an IP address", |text| text.parse().ok())?;
        let peer = read(&lookup, "PEER_URL", "an https URL", https_url)?;
        let temporary = lookup("TMPDIR").filter(|folder| !folder.is_empty());
        Ok(Self {
            address: SocketAddr::new(ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), port),
            peer,
            temporary: temporary.map_or_else(|| PathBuf::from("/tmp"), PathBuf::from),
        })
    }
}

fn read<T>(
    lookup: impl Fn(&str) -> Option<OsString>,
    name: &'static str,
    expected: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, BadVariable> {
    let Some(value) = lookup(name) else { return Ok(None) };
    let found = value.to_string_lossy().into_owned();
    match parse(&found) {
        Some(value) => Ok(Some(value)),
        None => Err(BadVariable { name, expected, found }),
    }
}

fn port(text: &str) -> Option<u16> {
    // Rust's own parser would let "+80" pass.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&port| digits && port != 0)
}

fn https_url(text: &str) -> Option<String> {
    let url: Uri = text.parse().ok()?;
    let https = url.scheme_str() == Some("https") && url.host().is_some_and(|host| !host.is_empty());
    https.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<Config, String> {
        let lookup = |name: &str| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.into())
        };
        Config::from_lookup(lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_environment_has_defaults() {
        let config = config(&[]).unwrap();
        assert_eq!(config.address.to_string(), "0.0.0.0:8080");
        assert_eq!(config.peer, None);
        assert_eq!(config.temporary.to_str(), Some("/tmp"));
    }

    #[test]
    fn every_variable_is_read() {
        let config = config(&[
            ("PORT", "65535"),
            ("BIND", "::1"),
            ("PEER_URL", "https://example.com/health"),
            ("TMPDIR", "/var/tmp"),
        ])
        .unwrap();
        assert_eq!(config.address.to_string(), "[::1]:65535");
        assert_eq!(config.peer.as_deref(), Some("https://example.com/health"));
        assert_eq!(config.temporary.to_str(), Some("/var/tmp"));
    }

    #[test]
    fn a_bad_port_is_named() {
        for bad in ["abc", "", "0", "65536", "-1", "+80", " 80", "80.0"] {
            let expected = format!("PORT must be a number from 1 to 65535, got {bad:?}");
            assert_eq!(config(&[("PORT", bad)]).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_bad_address_is_named() {
        for bad in ["localhost", "", "256.0.0.1", "0.0.0.0:80", "[::1]"] {
            let expected = format!("BIND must be an IP address, got {bad:?}");
            assert_eq!(config(&[("BIND", bad)]).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_peer_without_tls_is_refused() {
        for bad in [
            "http://example.com/",
            "example.com",
            "https://",
            "ftp://example.com",
            "",
        ] {
            let expected = format!("PEER_URL must be an https URL, got {bad:?}");
            assert_eq!(config(&[("PEER_URL", bad)]).unwrap_err(), expected);
        }
    }
}
