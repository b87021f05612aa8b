//! A service has no health check.

use super::{health_check, port};
use crate::audit::base::Base;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown};

pub const RULE: Rule = Rule {
    id: "health-check-missing",
    kind: Kind::Runtime,
    looks_for: "a service with a port and without a HEALTHCHECK",
    why: "Without one, the engine calls a service that hangs as good as one that answers, and Compose cannot wait until it is ready. \
          Kubernetes does not read it and has probes of its own.",
    find,
};

fn find(seen: &Seen) -> Found {
    // Who writes HEALTHCHECK NONE has thought about it.
    if health_check(seen).is_some() {
        return Ok(Vec::new());
    }
    let Some(port) = port(seen) else { return Ok(Vec::new()) };
    let written = seen.dockerfile().ok();
    if seen.image().is_err() {
        // Somebody's base may bring one. Those of languages and distributions do not.
        let base = written.and_then(|written| written.base()).map(Base::of);
        let known = base.is_none_or(|base| base.is_root().is_some() || base.language().is_some());
        if !known && !written.is_some_and(is_microsofts) {
            return Err(Unknown::because("Without an image, nobody knows whether its base brings a HEALTHCHECK."));
        }
    }
    let evidence = Evidence::of(format!("port {port}, and no HEALTHCHECK"));
    let line = written.and_then(|written| written.last("EXPOSE")).map(|expose| expose.line);
    let finding = RULE
        .finding("The image does not say how to ask whether the service is well.")
        .risk(Risk::Low)
        .with(if let Some(line) = line { evidence.line(line) } else { evidence });
    let (says, check) = check(seen, port);
    let finding = finding.fix(says);
    Ok(vec![match (written, check) {
        (Some(written), Some(check)) => finding.diff(written.path(), written.inserted_before_start(&[&check])),
        _ => finding,
    }])
}

/// Images of .NET have none either.
fn is_microsofts(written: &crate::audit::seen::Written) -> bool {
    written.base().is_some_and(|name| name.starts_with("mcr.microsoft.com/dotnet/"))
}

/// A check with what the image has.
fn check(seen: &Seen, port: u16) -> (&'static str, Option<String>) {
    let path = asked_path(seen);
    let address = format!("http://127.0.0.1:{port}{path}");
    let base = seen.dockerfile().ok().and_then(|written| written.base()).map(Base::of);
    let language = base.as_ref().and_then(Base::language).map(|(language, _)| language);
    let says = "Ask with what the image has anyway; no curl is needed for it.";
    match language {
        Some("Node") => {
            let node = if base.is_some_and(|base| base.is_bare()) { "/nodejs/bin/node" } else { "node" };
            let script = format!("fetch('{address}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))");
            (says, Some(format!("HEALTHCHECK CMD [\"{node}\", \"-e\", \"{script}\"]")))
        }
        Some("Python") => {
            let script = format!("import urllib.request as r; r.urlopen('{address}', timeout=2)");
            (says, Some(format!("HEALTHCHECK CMD [\"python\", \"-c\", \"{script}\"]")))
        }
        _ => (
            "Give the service a command of its own that asks it, such as `/app healthcheck`, and name that in HEALTHCHECK CMD.",
            None,
        ),
    }
}

/// The path that gave a good answer, else the root.
fn asked_path(seen: &Seen) -> String {
    let asked = seen.running().ok().and_then(|running| running.asked.first());
    let good = asked.filter(|asked| asked.status.as_ref().is_ok_and(|status| *status < 400));
    good.and_then(|asked| asked.request.split(' ').nth(1)).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_service_without_one_gets_one_that_needs_no_curl() {
        let found = find(&Fixture::of("FROM node:24-slim\nEXPOSE 8080\nCMD [\"node\", \"x.js\"]\n").seen()).unwrap();
        assert!(found[0].fix.diff[1].contains("127.0.0.1:8080/"), "{:?}", found[0].fix.diff);
        let seen = Fixture::of("FROM python:3.13\nCMD [\"x\"]\n").image().exposes(5000).seen();
        assert!(find(&seen).unwrap()[0].fix.diff.iter().any(|line| line.contains("urlopen('http://127.0.0.1:5000/'")));
        let go = find(&Fixture::of("FROM scratch\nEXPOSE 80\n").seen()).unwrap();
        assert!(go[0].fix.diff.is_empty());
    }

    #[test]
    fn workers_files_with_one_and_files_that_want_none() {
        for file in [
            "FROM node:24\nCMD [\"node\", \"worker.js\"]\n",
            "FROM node:24\nEXPOSE 80\nHEALTHCHECK CMD x\n",
            "FROM node:24\nEXPOSE 80\nHEALTHCHECK NONE\n",
            "FROM node:24 AS base\nHEALTHCHECK --interval=5s CMD x\nFROM base\nEXPOSE 80\n",
        ] {
            assert!(find(&Fixture::of(file).seen()).unwrap().is_empty(), "{file}");
        }
        let inherited =
            Fixture::of("FROM acme/base\nEXPOSE 80\n").image().exposes(80).healthcheck(&["CMD", "x"]).seen();
        assert!(find(&inherited).unwrap().is_empty());
    }

    #[test]
    fn of_a_base_that_nobody_knows_nobody_knows() {
        assert!(find(&Fixture::of("FROM acme/base\nEXPOSE 80\n").seen()).is_err());
    }
}
