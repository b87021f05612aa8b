//! Which images a proposal stands on, and which system packages it needs: two tables as data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::audit::stack::Present;

static BASES: LazyLock<Bases> =
    LazyLock::new(|| toml::from_str(include_str!("bases.toml")).expect("bases.toml is part of the program"));
static PACKAGES: LazyLock<Packages> =
    LazyLock::new(|| toml::from_str(include_str!("packages.toml")).expect("packages.toml is part of the program"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bases {
    suite: String,
    node: Row,
    python: Row,
    go: Row,
    rust: Row,
    jvm: Row,
    web: Row,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    version: String,
    builder: String,
    slim: String,
    distroless: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Packages {
    build: Vec<String>,
    run: BTreeMap<String, String>,
}

/// Whether no running service needs a package of Debian.
pub fn is_of_builds(package: &str) -> bool {
    PACKAGES.build.iter().any(|known| known == package)
}

/// The package that a program loads which was compiled against this one.
pub fn run_of(package: &str) -> Option<String> {
    PACKAGES.run.get(package).cloned()
}

/// For whom images are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Node,
    Python,
    Go,
    Rust,
    Jvm,
    Web,
}

/// The images of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Images {
    /// The version that decides, without its last number where the table has less.
    pub version: String,
    /// Has the tools that build.
    pub builder: String,
    /// Runs what was built, with a shell and a package manager.
    pub slim: String,
    /// Runs what was built, with neither; by version or by kind.
    distroless: BTreeMap<String, String>,
}

impl Images {
    /// The smallest image for a version or a kind; `None` where there is none.
    pub fn distroless(&self, kind: &str) -> Option<&str> {
        self.distroless.get(kind).map(String::as_str)
    }
}

/// The images for a project that asks for a version. A tag of the present Dockerfile that says more, such as `24.3.1` or `bookworm`, is
/// kept.
pub(super) fn images(of: Of, asked: Option<&str>, present: &Present) -> Images {
    let (row, repository) = match of {
        Of::Node => (&BASES.node, "node"),
        Of::Python => (&BASES.python, "python"),
        Of::Go => (&BASES.go, "golang"),
        Of::Rust => (&BASES.rust, "rust"),
        Of::Jvm => (&BASES.jvm, "eclipse-temurin"),
        Of::Web => (&BASES.web, "nginxinc/nginx-unprivileged"),
    };
    let (version, suite) = tag(repository, present);
    let version = version.filter(|version| asked.is_none_or(|asked| version.starts_with(asked)));
    let version = version.or_else(|| asked.map(str::to_owned)).unwrap_or_else(|| row.version.clone());
    let suite = suite.unwrap_or_else(|| BASES.suite.clone());
    let filled = |pattern: &str| pattern.replace("{version}", &version).replace("{suite}", &suite);
    Images { builder: filled(&row.builder), slim: filled(&row.slim), distroless: row.distroless.clone(), version }
}

/// The newer of a version that is asked for and the one that the table has.
pub(super) fn at_least(of: Of, asked: Option<&str>) -> String {
    let table = if of == Of::Go { &BASES.go.version } else { &BASES.rust.version };
    let numbers = |version: &str| version.split('.').filter_map(|part| part.parse().ok()).collect::<Vec<u32>>();
    match asked {
        Some(asked) if numbers(asked) > numbers(table) => asked.to_owned(),
        _ => table.clone(),
    }
}

/// Version and release of Debian in the tag of an image that the present Dockerfile uses.
fn tag(repository: &str, present: &Present) -> (Option<String>, Option<String>) {
    let tag = present.images.iter().find_map(|image| {
        let image = image.split('@').next()?;
        let (name, tag) = image.rsplit_once(':')?;
        name.trim_start_matches("docker.io/").trim_start_matches("library/").eq(repository).then(|| tag.to_owned())
    });
    let Some(tag) = tag else { return (None, None) };
    let mut parts = tag.split('-');
    let is_version = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '.') && !part.is_empty();
    let version = parts.next().filter(|part| is_version(part)).map(str::to_owned);
    let suite = tag.split('-').find(|part| ["trixie", "bookworm"].contains(part)).map(str::to_owned);
    (version, suite)
}

/// System packages of the present image, as a new one needs them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct System {
    /// To build, where the builder does not bring them.
    pub build: Vec<String>,
    /// To run.
    pub run: Vec<String>,
}

/// Sorts the packages of the present image.
pub(super) fn system(present: &Present, images: &Images) -> System {
    let t64 = |name: &str| {
        if images.slim.contains("bookworm") { name.trim_end_matches("t64").to_owned() } else { name.to_owned() }
    };
    let mut system = System::default();
    for name in &present.packages {
        if PACKAGES.build.contains(name) {
            continue;
        }
        match PACKAGES.run.get(name) {
            Some(run) => {
                system.run.push(t64(run));
                if name.ends_with("-dev") {
                    system.build.push(if name == "postgresql-dev" { "libpq-dev".to_owned() } else { name.clone() });
                }
            }
            None if name.ends_with("-dev") || name.ends_with("-headers") => system.build.push(name.clone()),
            None => system.run.push(name.clone()),
        }
    }
    for list in [&mut system.build, &mut system.run] {
        list.sort();
        list.dedup();
    }
    system
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present(image: &str) -> Present {
        Present { images: vec![image.to_owned()], ..Present::default() }
    }

    #[test]
    fn what_the_present_tag_says_is_kept() {
        for (image, asked, builder, slim) in [
            ("node:24-trixie", Some("24"), "node:24-trixie", "node:24-trixie-slim"),
            (
                "docker.io/library/node:22.3.1-bookworm-slim",
                Some("22"),
                "node:22.3.1-bookworm",
                "node:22.3.1-bookworm-slim",
            ),
            ("node:latest", None, "node:24-trixie", "node:24-trixie-slim"),
            ("node:lts-alpine", Some("20"), "node:20-trixie", "node:20-trixie-slim"),
            ("ubuntu:24.04", None, "node:24-trixie", "node:24-trixie-slim"),
        ] {
            let images = images(Of::Node, asked, &present(image));
            assert_eq!((images.builder.as_str(), images.slim.as_str()), (builder, slim), "{image}");
        }
        assert_eq!(images(Of::Python, None, &present("python:3.13.1-alpine3.21")).slim, "python:3.13.1-slim-trixie");
        assert!(images(Of::Node, Some("24"), &present("node:24")).distroless("24").is_some());
        assert_eq!((at_least(Of::Go, Some("1.30")), at_least(Of::Go, Some("1.9"))), ("1.30".into(), "1.27".into()));
    }

    #[test]
    fn packages_are_sorted_into_what_builds_and_what_runs() {
        let packages =
            ["build-essential", "libpq-dev", "ffmpeg", "libthing-dev", "libssl-dev", "curl"].map(str::to_owned);
        let with = |image: &str| Present { packages: packages.to_vec(), ..present(image) };
        let of = |image: &str| system(&with(image), &images(Of::Python, None, &with(image)));
        let found = of("python:3.13-trixie");
        assert_eq!(
            (found.build, found.run),
            (
                vec!["libpq-dev".into(), "libssl-dev".into(), "libthing-dev".into()],
                vec!["ffmpeg".into(), "libpq5".into(), "libssl3t64".into()]
            )
        );
        assert_eq!(of("python:3.13-bookworm").run, ["ffmpeg", "libpq5", "libssl3"]);
    }
}
