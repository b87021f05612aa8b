//! What one stage builds is run by another version of the same language, or on another C library.

use crate::audit::base::{Base, Libc, is_whole};
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::shell::calls;
use crate::dockerfile::{Dockerfile, Source, Stage};

pub const RULE: Rule = Rule {
    id: "versions-differ",
    kind: Kind::Supply,
    looks_for: "a stage that builds with another version or C library than the image has that runs the result",
    why: "Compiled modules and installed packages fit one version of the interpreter and one C library. On another one they fail when \
          they are loaded, often only when that part is used.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let file = &written.parsed;
    let Some(Source::Image(runs_on)) = file.stands_on() else { return Ok(Vec::new()) };
    if !is_whole(runs_on) {
        return Ok(Vec::new());
    }
    let there = Base::of(runs_on);
    let below = file.lowest().map_or(0, |stage| stage.line);
    for stage in sources(file) {
        let Some((name, here)) = built_on(file, stage) else { continue };
        let built = Built { stage, name, here: &here, calls: written };
        if let Some((says, evidence, risk)) = built.differs(&there, runs_on) {
            let finding = RULE
                .finding(says)
                .risk(risk)
                .with(Evidence::of(format!("built on {name}")).line(base_line(file, stage)))
                .with(Evidence::of(format!("{evidence} {runs_on}")).line(below))
                .fix("Name the same version and the same release of the distribution in both places, best in one ARG before the first FROM.");
            return Ok(vec![finding]);
        }
    }
    Ok(Vec::new())
}

/// The stages that the target, and what it is built on, copy from.
fn sources(file: &Dockerfile) -> Vec<&Stage> {
    let steps = file.steps();
    let from = steps.iter().filter_map(|step| match step.copies_from {
        Some(Source::Stage(at)) => file.stages.get(*at),
        _ => None,
    });
    from.collect()
}

/// The image that a stage stands on in the end.
fn built_on<'f>(file: &'f Dockerfile, mut stage: &'f Stage) -> Option<(&'f str, Base)> {
    for _ in 0..file.stages.len() {
        match &stage.base {
            Source::Stage(at) => stage = file.stages.get(*at)?,
            Source::Image(name) => return Base::of_source(&stage.base).map(|base| (name.as_str(), base)),
            Source::Scratch => return None,
        }
    }
    None
}

fn base_line<'f>(file: &'f Dockerfile, mut stage: &'f Stage) -> usize {
    while let Source::Stage(at) = &stage.base
        && let Some(below) = file.stages.get(*at)
        && below.line < stage.line
    {
        stage = below;
    }
    stage.line
}

/// A stage that builds.
struct Built<'s> {
    stage: &'s Stage,
    name: &'s str,
    here: &'s Base,
    calls: &'s Written,
}

impl Built<'_> {
    /// What differs between this stage and what its result runs on, if that matters.
    fn differs(&self, there: &Base, runs_on: &str) -> Option<(String, &'static str, Risk)> {
        let (language, version) = self.here.language()?;
        let interpreted = matches!(language, "Python" | "Node" | "Ruby" | "PHP");
        if interpreted {
            let (other, other_version) = there.language()?;
            if other != language {
                // A site that Node builds and nginx serves.
                return None;
            }
            if let (Some(here), Some(other)) = (version, other_version)
                && let Some((here, other)) = apart(here, other, if language == "Node" { 1 } else { 2 })
            {
                return Some((
                    format!("{language} {here} builds what {language} {other} runs."),
                    "run by",
                    Risk::Medium,
                ));
            }
        } else if !self.links(language) {
            return None;
        }
        if let (Some(here), Some(other)) = (self.here.libc(), there.libc())
            && here != other
        {
            let name = |libc| if libc == Libc::Musl { "musl" } else { "glibc" };
            let says = format!(
                "Built with {}, the C library of {}, and run on {}, that of {runs_on}.",
                name(here),
                self.name,
                name(other)
            );
            return Some((says, "run on", if interpreted { Risk::Medium } else { Risk::High }));
        }
        let (here, other) = (self.here.debian()?, there.debian()?);
        if there.distroless().is_some_and(|name| name.starts_with("static")) {
            return None;
        }
        // A program that was linked on an older release runs on a newer one: its C library keeps its promises. Installed packages
        // may miss a library in either direction.
        (here > other || (interpreted && here != other)).then(|| {
            let risk = if here > other { Risk::Medium } else { Risk::Low };
            (format!("Built on Debian {here} and run on Debian {other}."), "run on", risk)
        })
    }

    /// Whether what the compiler of this stage makes asks for its C library when it starts.
    fn links(&self, language: &str) -> bool {
        let instructions = &self.stage.instructions;
        let says = |word: &str| instructions.iter().any(|one| one.text.contains(word));
        match language {
            // Without cgo, and where nobody says, the same sources may need a C library or not.
            "Go" => says("CGO_ENABLED=1") && !says("-static"),
            "Rust" => {
                let builds =
                    |one: &&crate::dockerfile::Instruction| calls(one).iter().any(|call| call.program() == "cargo");
                let all = self.calls.everything();
                let of_target = all.iter().any(|(_, one)| one.text.contains("musl") || one.text.contains("crt-static"));
                instructions.iter().any(|one| builds(&one)) && !of_target && !says("musl")
            }
            _ => false,
        }
    }
}

/// Two versions, cut to as many parts, where they differ. A version with fewer parts says nothing of the others.
fn apart(here: &str, there: &str, parts: usize) -> Option<(String, String)> {
    let cut = |version: &str| version.split('.').take(parts).map(str::to_owned).collect::<Vec<_>>();
    let (here, there) = (cut(here), cut(there));
    let differ = here.iter().zip(&there).any(|(one, other)| one != other);
    differ.then(|| (here.join("."), there.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn found(from: &str, run: &str, to: &str) -> Option<(String, Risk)> {
        let file = format!("FROM {from} AS b\nRUN {run}\nFROM {to}\nCOPY --from=b /x /x\n");
        find(&Fixture::of(&file).seen()).unwrap().pop().map(|finding| (finding.says, finding.risk))
    }

    #[test]
    fn versions_libraries_and_releases_that_do_not_fit() {
        let python = found("python:3.12", "pip install x", "python:3.11-slim").unwrap();
        assert_eq!(python, ("Python 3.12 builds what Python 3.11 runs.".to_owned(), Risk::Medium));
        assert!(found("node:22-slim", "npm ci", "gcr.io/distroless/nodejs24-debian13:nonroot").is_some());
        assert!(
            found("rust:1-trixie", "cargo build --release", "alpine:3.22").is_some_and(|(_, risk)| risk == Risk::High)
        );
        assert!(found("golang:1.27-trixie", "CGO_ENABLED=1 go build", "alpine:3.22").is_some());
        assert!(found("node:24-alpine", "npm ci", "node:24-slim").is_some());
        assert!(found("rust:1-trixie", "cargo build", "debian:bookworm-slim").is_some());
        assert!(
            found("python:3.13-slim-bookworm", "pip install x", "python:3.13-slim-trixie")
                .is_some_and(|(_, risk)| risk == Risk::Low)
        );
    }

    #[test]
    fn what_differs_and_does_not_matter() {
        for (from, run, to) in [
            ("node:24", "npm run build", "nginx:1.29-alpine"),
            ("node:16-buster", "npm run build", "python:3.13"),
            ("golang:1.27-trixie", "CGO_ENABLED=0 go build", "alpine:3.22"),
            ("golang:1.27-trixie", "go build", "alpine:3.22"),
            ("rust:1-bookworm", "cargo build", "debian:trixie-slim"),
            ("rust:1-trixie", "cargo build --target x86_64-unknown-linux-musl", "alpine:3.22"),
            ("rust:1-trixie", "cargo build", "gcr.io/distroless/cc-debian13"),
            ("python:3", "pip install x", "python:3.13-slim"),
            ("python:3.13", "pip install x", "python:3.13.5-slim"),
            ("node:24.1-slim", "npm ci", "node:24-slim"),
            ("maven:3.9-eclipse-temurin-21", "mvn package", "eclipse-temurin:25-jre"),
            ("python:3.12", "pip install x", "scratch"),
        ] {
            assert_eq!(found(from, run, to), None, "{from} {to}");
        }
    }

    #[test]
    fn a_stage_that_nothing_is_copied_from_may_be_any() {
        let seen = Fixture::of("FROM python:3.11 AS lint\nRUN x\nFROM python:3.13-slim\n").seen();
        assert!(find(&seen).unwrap().is_empty());
    }

    #[test]
    fn without_a_dockerfile_nobody_knows() {
        assert!(find(&Fixture::nothing().image().seen()).is_err());
    }
}
