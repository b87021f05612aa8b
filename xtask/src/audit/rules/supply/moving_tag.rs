//! A base is named without a version.

use super::{images, renamed};
use crate::audit::base::Base;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::audit::support;

pub const RULE: Rule = Rule {
    id: "moving-tag",
    kind: Kind::Supply,
    looks_for: "a base without a version, such as `latest`, `lts` or no tag at all",
    why: "The same Dockerfile builds on another major version one day, without anybody having changed a line, and nobody can say later \
          what an old image was built on.",
    find,
};

/// Repositories whose tags name a release of the distribution with a word.
const NAMED_RELEASES: [&str; 3] = ["library/debian", "library/ubuntu", "library/buildpack-deps"];
/// Words of tags that name no release.
const MOVING: [&str; 9] = ["latest", "stable", "oldstable", "testing", "unstable", "sid", "rolling", "devel", "edge"];

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let moving: Vec<_> = images(written).into_iter().filter(|(name, _)| moves(name)).collect();
    let Some((name, line)) = moving.iter().min_by_key(|(_, line)| *line) else { return Ok(Vec::new()) };
    let says = match moving.as_slice() {
        [_] => format!("{name} is whatever that tag means on the day of the build."),
        all => format!("{} images are whatever their tags mean on the day of the build, {name} among them.", all.len()),
    };
    let evidence = moving.iter().map(|(name, line)| {
        let tag = Base::of(name).reference.tag.unwrap_or_default();
        Evidence::of(format!("{name}: the tag `{tag}` names no version")).line(*line)
    });
    let finding = RULE.finding(says).risk(Risk::Medium).with_all(evidence);
    let Some(better) = with_version(name) else {
        return Ok(vec![finding.fix("Name the version that you have tested, such as `:1.4`.")]);
    };
    let finding = finding.fix(format!("Name a version: `{better}`."));
    Ok(vec![match renamed(written, *line, name, &better) {
        Some(change) => finding.diff(written.path(), change),
        None => finding,
    }])
}

fn moves(name: &str) -> bool {
    let base = Base::of(name);
    if base.reference.digest.is_some() {
        return false;
    }
    // Distroless images have the release in the name of the repository, and only words as tags.
    if let Some(distroless) = base.distroless() {
        return base.debian().is_none() && !distroless.is_empty();
    }
    let tag = base.tag();
    if NAMED_RELEASES.contains(&base.repository().as_str()) {
        return MOVING.iter().any(|word| base.has_word(word)) || tag == "slim";
    }
    !tag.bytes().any(|b| b.is_ascii_digit()) || MOVING.contains(&tag)
}

/// The name with the version that our table recommends.
fn with_version(name: &str) -> Option<String> {
    let base = Base::of(name);
    let newest = support::newest(&base.repository())?;
    let plain = name.strip_suffix(&format!(":{}", base.tag())).unwrap_or(name);
    let rest = match base.tag() {
        "latest" | "lts" | "stable" | "current" | "rolling" | "edge" => String::new(),
        tag => format!("-{}", tag.trim_start_matches("lts-").trim_start_matches("current-")),
    };
    Some(format!("{plain}:{newest}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn found(file: &str) -> Vec<usize> {
        let found = find(&Fixture::of(file).seen()).unwrap();
        found.iter().flat_map(|finding| &finding.evidence).filter_map(|evidence| evidence.line).collect()
    }

    #[test]
    fn tags_without_a_version_are_found_wherever_images_are_named() {
        assert_eq!(found("FROM node\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /\n"), [2, 1]);
        for name in [
            "ubuntu",
            "node:lts",
            "nginx:alpine",
            "rust:slim",
            "debian:stable-slim",
            "alpine:edge",
            "node:trixie",
            "gcr.io/distroless/static",
        ] {
            assert_eq!(found(&format!("FROM {name}\n")), [1], "{name}");
        }
    }

    #[test]
    fn the_change_names_a_version() {
        let finding = find(&Fixture::of("FROM node:lts-slim AS b\nRUN x\n").seen()).unwrap().remove(0);
        assert_eq!(finding.fix.diff, ["-FROM node:lts-slim AS b", "+FROM node:24-slim AS b", " RUN x"]);
        let finding = find(&Fixture::of("FROM acme/tool:latest\n").seen()).unwrap().remove(0);
        assert!(finding.fix.diff.is_empty());
    }

    #[test]
    fn versions_suites_digests_stages_and_scratch_do_not_move() {
        for name in [
            "node:24",
            "debian:trixie-slim",
            "ubuntu:noble",
            "golang:1.27-trixie",
            "gcr.io/distroless/static-debian13:nonroot",
            "node:latest@sha256:11",
            "node@sha256:11",
            "scratch",
            "buildpack-deps:trixie-scm",
            "node:$UNSET",
        ] {
            assert!(found(&format!("FROM {name}\n")).is_empty(), "{name}");
        }
        assert!(found("FROM node:24 AS latest\nFROM latest\n").is_empty());
        assert!(found("ARG V=24\nFROM node:$V\n").is_empty());
        assert!(found("FROM node AS unneeded\nFROM node:24\n").is_empty(), "no build needs it");
    }
}
