//! The image stands on a base that also holds what builds.

use drydock_reader::Class;

use crate::audit::base::Base;
use crate::audit::model::{Evidence, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::names::printable;
use crate::units;

pub const RULE: Rule = Rule {
    id: "base-larger-than-needed",
    kind: Kind::Bytes,
    looks_for: "an image on a full base that has a slim form",
    why: "The full images of languages are made for building: they hold compilers and headers for every library. A service runs on \
          the slim form, or on one that holds the runtime alone.",
    find,
};

/// What of a base only a build needs.
const OF_BUILDS: [Class; 5] = [Class::Toolchain, Class::PackageCache, Class::Docs, Class::Source, Class::Tests];
/// Fewer bytes are not worth another base.
const SMALL: u64 = 20_000_000;

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let Some((base, smaller)) = written.base().and_then(|base| Some((base, smaller(base)?))) else {
        return Ok(Vec::new());
    };
    let image = seen.image()?;
    let of_builds =
        image.inspection.files.iter().filter(|file| image.is_of_base(file.layer) && OF_BUILDS.contains(&file.class));
    let bytes: u64 = of_builds.map(|file| file.bytes).sum();
    if bytes < SMALL {
        return Ok(Vec::new());
    }
    let line = written.parsed.lowest().map_or(1, |stage| stage.line);
    let whole = image.base_bytes.unwrap_or(bytes);
    let base = printable(base);
    let says = format!(
        "The image stands on `{base}`: {} of its {} are for building.",
        units::bytes(bytes),
        units::bytes(whole)
    );
    let finding = RULE.finding(says).saves_bytes(bytes).with(Evidence::of("the base").line(line).bytes(whole));
    let changed = written.line(line).replacen(&base, &smaller, 1);
    let finding = if changed == written.line(line) {
        finding
    } else {
        finding.diff(written.path(), written.replaced(line, &[&changed]))
    };
    let fix = format!("End with `{smaller}`, and install there the libraries that your packages link to, if any.");
    Ok(vec![finding.fix(fix).settled_by("single-stage")])
}

/// The smaller form of an official image; `None` for one that is small already, or that nobody knows.
fn smaller(name: &str) -> Option<String> {
    let base = Base::of(name);
    let full = ["node", "python", "ruby", "debian", "perl"]
        .iter()
        .any(|known| base.reference.repository == format!("library/{known}"));
    let small = ["slim", "alpine"].iter().any(|word| base.has_word(word))
        || base.reference.tag.as_deref().is_some_and(|tag| tag.contains("alpine"));
    if !full || small || name.contains('@') || !crate::audit::base::is_whole(name) {
        return None;
    }
    let Some((before, tag)) = name.rsplit_once(':') else { return Some(format!("{name}:slim")) };
    // `node:24-trixie` is `node:24-trixie-slim`, and so it is for Python and Ruby with the suite in front.
    let python = ["python", "ruby", "perl"].iter().any(|known| before.ends_with(known));
    Some(match tag.split_once('-') {
        Some((version, suite)) if python => format!("{before}:{version}-slim-{suite}"),
        _ if tag == "latest" => format!("{before}:slim"),
        _ => format!("{before}:{tag}-slim"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn each_language_writes_its_slim_form_in_its_own_way() {
        for (name, slim) in [
            ("node:24-trixie", Some("node:24-trixie-slim")),
            ("node:24", Some("node:24-slim")),
            ("python:3.13-trixie", Some("python:3.13-slim-trixie")),
            ("python:3.13", Some("python:3.13-slim")),
            ("debian:trixie", Some("debian:trixie-slim")),
            ("node", Some("node:slim")),
            ("node:24-alpine3.22", None),
            ("python:3.13-slim", None),
            ("golang:1.27", None),
            ("acme/node:24", None),
            ("node:24@sha256:11", None),
        ] {
            assert_eq!(smaller(name).as_deref(), slim, "{name}");
        }
    }

    #[test]
    fn a_full_base_is_found_and_a_slim_one_is_not() {
        let with = |from: &str, bytes| {
            Fixture::of(from).image().layer(1, true).layer_file(1, "usr/lib/gcc/x", Class::Toolchain, bytes).seen()
        };
        let found = find(&with("FROM node:24\n", 300_000_000)).unwrap();
        assert_eq!(found[0].fix.diff, ["-FROM node:24", "+FROM node:24-slim"]);
        assert!(find(&with("FROM node:24-slim\n", 300_000_000)).unwrap().is_empty());
        assert!(find(&with("FROM debian:trixie\n", 3_000)).unwrap().is_empty());
    }
}
