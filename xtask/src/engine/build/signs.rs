//! Whose fault a failed build is, by what its last lines speak of.

use crate::error::ErrorId;

/// What the last lines of a step speak of: a registry ([`ErrorId::RegistryLimit`], [`ErrorId::Registry`]), the network
/// ([`ErrorId::Download`]), the disk ([`ErrorId::DiskFull`]) or none of these ([`ErrorId::BuildFailed`]).
pub fn classify(text: &str) -> ErrorId {
    /// What package managers and TLS libraries say when the network is at fault. The last four are apt's and pip's.
    const NETWORK: [&str; 16] = [
        "Could not resolve",
        "Temporary failure in name resolution",
        "dial tcp",
        "ENOTFOUND",
        "EAI_AGAIN",
        "ECONNREFUSED",
        "certificate signed by unknown authority",
        "SELF_SIGNED_CERT",
        "self-signed certificate",
        "self signed certificate",
        "SSL certificate problem",
        "CERTIFICATE_VERIFY_FAILED",
        "Temporary failure resolving",
        "Unable to connect to",
        "Failed to fetch",
        "NewConnectionError",
    ];
    // How BuildKit words a registry's answer: status and reason, as in `unexpected status from HEAD request to …: 429 Too Many
    // Requests`, or the error code of the distribution protocol.
    const LIMIT: [&str; 2] = ["429 Too Many Requests", "toomanyrequests"];
    const REFUSED: [&str; 3] = ["503 Service Unavailable", "502 Bad Gateway", "504 Gateway Timeout"];
    let says = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    if is_disk(text) {
        ErrorId::DiskFull
    } else if says(&LIMIT) {
        ErrorId::RegistryLimit
    } else if says(&REFUSED) {
        ErrorId::Registry
    } else if NETWORK.iter().any(|sign| text.contains(sign)) {
        ErrorId::Download
    } else {
        ErrorId::BuildFailed
    }
}

fn is_disk(text: &str) -> bool {
    text.contains("no space left on device") || text.contains("No space left on device")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_and_the_disk_are_told_from_a_broken_step() {
        assert_eq!(classify("dial tcp: lookup modules.example.org"), ErrorId::Download);
        assert_eq!(classify("write /x: no space left on device"), ErrorId::DiskFull);
        let limit = "unexpected status from HEAD request to https://r.example/v2/x/manifests/1: 429 Too Many Requests";
        assert_eq!(classify(limit), ErrorId::RegistryLimit);
        assert_eq!(classify("failed to copy: httpReadSeeker: 503 Service Unavailable"), ErrorId::Registry);
        assert_eq!(classify("main.go:3: syntax error"), ErrorId::BuildFailed);
    }
}
