//! The image has no public CAs, and the service needs them.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown};

pub const RULE: Rule = Rule {
    id: "roots-missing",
    kind: Kind::Runtime,
    looks_for: "an HTTPS client in an image without public CAs",
    why: "Without the certificates of public CAs, every HTTPS request of the service fails, often long after it has started well.",
    find,
};

/// What clients print whose image has no CAs. Sources: Go's crypto/x509, OpenSSL, Node, Python's ssl, rustls.
const SAID: [&str; 6] = [
    "certificate signed by unknown authority",
    "unable to get local issuer certificate",
    "failed to load system roots",
    "no native root ca certificates",
    "unable_to_get_issuer_cert",
    "failed to find any root certificates",
];

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    if image.inspection.surface.ca_roots {
        return Ok(Vec::new());
    }
    let running = seen.running()?;
    let said = running.log.iter().find(|line| {
        let line = line.to_ascii_lowercase();
        SAID.iter().any(|said| line.contains(said))
    });
    let Some(said) = said else {
        let why = "The image has no public CAs, and nothing in the log tells whether the service is an HTTPS client.";
        return Err(Unknown::because(why));
    };
    let finding = RULE
        .finding("The service makes HTTPS requests, and the image has no public CAs.")
        .risk(Risk::High)
        .with(Evidence::of(format!("the log says: {said}")))
        .fix("Copy them from a build stage that has them, or take a base that brings them, such as distroless/static.");
    let Ok(written) = seen.dockerfile() else { return Ok(vec![finding]) };
    let stage = (0..written.parsed.target).rev().find(|at| written.parsed.stages[*at].name.is_some());
    let from = stage.map_or_else(|| "STAGE".to_owned(), |at| written.parsed.stage_name(at));
    let line = format!("COPY --from={from} /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/");
    Ok(vec![finding.diff(written.path(), written.inserted_before_start(&[&line]))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn image(log: &str, roots: bool) -> Seen {
        let file = "FROM golang:1.27 AS build\nRUN x\nFROM scratch\nCOPY --from=build /x /x\nCMD [\"/x\"]\n";
        let fixture = Fixture::of(file).image().surface(|surface| surface.ca_roots = roots).running();
        fixture.with_running(|running| running.log = vec![log.to_owned()]).seen()
    }

    #[test]
    fn a_client_that_says_so_is_found_with_the_line_to_add() {
        let found =
            find(&image("tls: failed to verify certificate: x509: certificate signed by unknown authority", false))
                .unwrap();
        assert!(
            found[0]
                .fix
                .diff
                .contains(&"+COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/".to_owned())
        );
    }

    #[test]
    fn with_roots_all_is_well_and_without_a_word_nobody_knows() {
        assert!(
            find(&image("x509: certificate signed by unknown authority", true)).unwrap().is_empty(),
            "a private one, then"
        );
        assert!(find(&image("listening", false)).is_err());
        assert!(find(&Fixture::of("FROM a\n").seen()).is_err());
    }
}
