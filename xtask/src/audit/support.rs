//! Until when releases of bases get security updates: `supported.toml`, a dated table.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::base::Base;

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    as_of: toml::value::Datetime,
    product: Vec<Product>,
}

/// What has releases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    #[serde(rename = "product")]
    name: String,
    source: String,
    names: Vec<String>,
    digits: usize,
    newest: String,
    word: Option<String>,
    release: Vec<Release>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    version: String,
    suite: Option<String>,
    until: toml::value::Datetime,
}

/// A release whose support ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What it is a release of, with its version: `Node 18`.
    pub what: String,
    /// The last day with security updates.
    pub until: Date,
    /// Who says so.
    pub source: &'static str,
    /// The version to move to; empty where there is none.
    pub newest: &'static str,
    /// The version as the tag writes it.
    pub version: &'static str,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("supported.toml")).expect("a test parses the table"));

/// The day on which the table's sources were last read.
pub fn as_of() -> Date {
    date(TABLE.as_of)
}

/// The version to name of the image in this repository.
pub fn newest(repository: &str) -> Option<&'static str> {
    let product = TABLE.product.iter().find(|product| product.names.iter().any(|name| name == repository))?;
    Some(product.newest.as_str()).filter(|newest| !newest.is_empty())
}

/// What a base has in it whose support ended before a day.
pub fn ended(base: &Base, today: Date) -> Vec<Ended> {
    TABLE.product.iter().filter_map(|product| product.ended(base, today)).collect()
}

impl Product {
    fn ended(&'static self, base: &Base, today: Date) -> Option<Ended> {
        let release = self.release.iter().find(|release| self.is(release, base))?;
        let until = date(release.until);
        (until < today).then(|| Ended {
            what: format!("{} {}", self.name, release.version).trim().to_owned(),
            until,
            source: &self.source,
            newest: &self.newest,
            version: &release.version,
        })
    }

    /// Whether a base is, or stands on, this release.
    fn is(&self, release: &Release, base: &Base) -> bool {
        let named = release
            .suite
            .as_deref()
            .is_some_and(|suite| base.has_word(suite) && base.reference.registry == "docker.io");
        let word = self.word.as_deref().is_some_and(|word| base.has_word(&format!("{word}{}", release.version)));
        let distroless = self.name == "Debian"
            && base.distroless().is_some()
            && base.debian().is_some_and(|n| n.to_string() == release.version);
        let own = self.names.iter().any(|name| *name == base.repository());
        let version = match self.digits {
            0 => own && !base.has_word("ea"),
            digits => own && base.version().is_some_and(|version| first(version, digits) == release.version),
        };
        named || word || distroless || version
    }
}

/// The first parts of a version.
fn first(version: &str, parts: usize) -> String {
    version.split('.').take(parts).collect::<Vec<_>>().join(".")
}

fn date(written: toml::value::Datetime) -> Date {
    let day = written.date.expect("a test looks at all dates");
    let part = |number: u8| i8::try_from(number).unwrap_or(1);
    Date::new(i16::try_from(day.year).unwrap_or_default(), part(day.month), part(day.day))
        .expect("a test looks at all dates")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        jiff::civil::date(2026, 11, 28)
    }

    fn of(name: &str) -> Vec<String> {
        ended(&Base::of(name), today()).into_iter().map(|ended| ended.what).collect()
    }

    #[test]
    fn the_table_can_be_read_and_names_a_source_for_everything() {
        assert!(as_of() <= jiff::Zoned::now().date());
        for product in &TABLE.product {
            assert!(!product.source.is_empty() && !product.names.is_empty(), "{}", product.name);
            for release in &product.release {
                assert!(date(release.until).year() > 2010);
                let parts = release.version.split('.').filter(|part| !part.is_empty()).count();
                assert_eq!(parts, product.digits, "{} {}", product.name, release.version);
            }
        }
    }

    #[test]
    fn what_ended_is_told_from_versions_suites_and_words() {
        assert_eq!(of("node:16-buster"), ["Debian 10", "Node 16"]);
        assert_eq!(of("python:3.8.19-alpine3.18"), ["Alpine 3.18", "Python 3.8"]);
        assert_eq!(of("debian:bullseye-slim"), ["Debian 11"]);
        assert_eq!(of("ubuntu:20.04"), ["Ubuntu 20.04"]);
        assert_eq!(of("mcr.microsoft.com/dotnet/aspnet:8.0"), [".NET 8"]);
        assert_eq!(of("openjdk:21-jdk"), ["the image openjdk"]);
        assert_eq!(of("gcr.io/distroless/static-debian11:nonroot"), ["Debian 11"]);
        assert_eq!(of("golang:1.24"), ["Go 1.24"]);
    }

    #[test]
    fn what_is_supported_or_unknown_is_silent() {
        for name in [
            "node:24-trixie",
            "node:22",
            "node:240",
            "python:3.13",
            "python:3",
            "golang:1.27",
            "debian:trixie",
            "debian:12",
            "ubuntu:24.04",
            "alpine:3.23",
            "acme/node:16",
            "ghcr.io/acme/x:bullseye",
            "eclipse-temurin:21-jre",
            "eclipse-temurin:25",
            "mcr.microsoft.com/dotnet/sdk:10.0",
            "openjdk:26-ea-jdk",
            "node",
            "node:lts",
            "rust:1.40",
        ] {
            assert!(of(name).is_empty(), "{name}");
        }
        assert!(ended(&Base::of("node:22"), jiff::civil::date(2027, 5, 1)).len() == 1, "one day it will have ended");
    }
}
