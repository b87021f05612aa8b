//! `harbour-clock health`: the health check of an image that has neither shell nor curl.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the service that runs with the same settings how it is.
///
/// # Errors
///
/// One line: why the service does not count as healthy.
pub async fn run(config: &Config) -> Result<(), String> {
    let address = reachable(config.address);
    let error = match timeout(PATIENCE, status_line(address)).await {
        Err(_) => format!("no answer within {PATIENCE:?}"),
        Ok(Err(error)) => error.to_string(),
        Ok(Ok(line)) if line.split(' ').nth(1) == Some("200") => return Ok(()),
        Ok(Ok(line)) => format!("answered {line:?}"),
    };
    Err(format!("http://{address}/health: {error}"))
}

/// Where to find a service that listens on `address`: "every interface" is a place to listen, not one to connect to.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        specific => specific,
    };
    SocketAddr::new(ip, address.port())
}

/// The first line of the answer. HTTP/1.0 asks the server to close the connection, so the answer ends where the
/// bytes end, and no HTTP client is needed for it.
async fn status_line(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /health HTTP/1.0\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_is_probed_on_loopback() {
        for (listen, probe) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.7:80", "192.0.2.7:80"),
            ("[2001:db8::7]:80", "[2001:db8::7]:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), probe);
        }
    }
}
