//! What the name of a base image tells: its language and version, its distribution, its C library, whether it has a shell. A name
//! that nobody knows tells nothing.

use crate::dockerfile::Source;
use crate::model::Reference;

/// A base, by its name.
#[derive(Clone, Debug)]
pub struct Base {
    /// The name, taken apart.
    pub reference: Reference,
    /// The words of its tag, at `-`.
    words: Vec<String>,
}

/// The C library of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Libc {
    /// That of Debian, Ubuntu and most others.
    Glibc,
    /// That of Alpine.
    Musl,
}

/// Releases of Debian, oldest first.
const DEBIAN: [(&str, u32); 7] =
    [("jessie", 8), ("stretch", 9), ("buster", 10), ("bullseye", 11), ("bookworm", 12), ("trixie", 13), ("forky", 14)];
/// Releases of Ubuntu.
const UBUNTU: [&str; 7] = ["trusty", "xenial", "bionic", "focal", "jammy", "noble", "resolute"];
/// Languages, by the official image's repository.
const LANGUAGES: [(&str, &str); 6] = [
    ("library/golang", "Go"),
    ("library/rust", "Rust"),
    ("library/node", "Node"),
    ("library/python", "Python"),
    ("library/ruby", "Ruby"),
    ("library/php", "PHP"),
];
/// Official images whose config names no user.
const ROOT: [&str; 19] = [
    "library/alpine",
    "library/buildpack-deps",
    "library/debian",
    "library/eclipse-temurin",
    "library/fedora",
    "library/golang",
    "library/gradle",
    "library/httpd",
    "library/maven",
    "library/nginx",
    "library/node",
    "library/openjdk",
    "library/perl",
    "library/php",
    "library/python",
    "library/ruby",
    "library/rust",
    "library/ubuntu",
    "library/busybox",
];

/// Whether a name has all its parts: a variable that nothing sets leaves a hole, as in `node:` or `node:-slim`.
pub fn is_whole(name: &str) -> bool {
    let tag = name.rsplit('/').next().unwrap_or(name).split_once(':').map(|(_, tag)| tag);
    let hole = |text: &str| text.is_empty() || text.starts_with(['-', '.']);
    !hole(name) && !name.contains('$') && !name.contains("//") && !name.ends_with('/') && !tag.is_some_and(hole)
}

impl Base {
    /// The base of this name.
    pub fn of(name: &str) -> Self {
        let reference = Reference::of(name);
        let tag = reference.tag.clone().unwrap_or_default();
        Self { reference, words: tag.split('-').map(str::to_owned).collect() }
    }

    /// The base that a source names; `None` for a stage, for `scratch`, and where a variable is left in the name.
    pub fn of_source(source: &Source) -> Option<Self> {
        match source {
            Source::Image(name) if is_whole(name) => Some(Self::of(name)),
            _ => None,
        }
    }

    /// Its repository with its registry, that of Docker Hub left out: `library/node`, `gcr.io/distroless/cc-debian13`.
    pub fn repository(&self) -> String {
        match self.reference.registry.as_str() {
            "docker.io" => self.reference.repository.clone(),
            registry => format!("{registry}/{}", self.reference.repository),
        }
    }

    /// The tag; empty where there is none.
    pub fn tag(&self) -> &str {
        self.reference.tag.as_deref().unwrap_or_default()
    }

    /// Whether one word of the tag is this.
    pub fn has_word(&self, word: &str) -> bool {
        self.words.iter().any(|known| known == word)
    }

    /// The version that the tag begins with, without what follows the first hyphen: `3.13` of `3.13-slim`.
    pub fn version(&self) -> Option<&str> {
        let first = self.words.first()?.strip_prefix('v').unwrap_or(&self.words[0]);
        first.starts_with(|c: char| c.is_ascii_digit()).then_some(first)
    }

    /// Its language and the version that the tag names; without a version where that is none.
    pub fn language(&self) -> Option<(&'static str, Option<&str>)> {
        let repository = self.repository();
        let known = LANGUAGES.iter().find(|(name, _)| *name == repository);
        if let Some((_, language)) = known {
            return Some((language, self.version()));
        }
        let distroless = self.distroless()?;
        let rest = distroless.strip_prefix("nodejs")?;
        Some(("Node", Some(rest.split('-').next().unwrap_or_default()).filter(|version| !version.is_empty())))
    }

    /// Which of the distroless images it is: `cc-debian13`.
    pub fn distroless(&self) -> Option<&str> {
        let is = self.reference.registry == "gcr.io";
        self.reference.repository.strip_prefix("distroless/").filter(|_| is)
    }

    /// The number of its release of Debian, where the name tells.
    pub fn debian(&self) -> Option<u32> {
        if let Some(distroless) = self.distroless() {
            return distroless.rsplit_once("-debian")?.1.parse().ok();
        }
        let named = DEBIAN.iter().find(|(suite, _)| self.has_word(suite)).map(|(_, number)| *number);
        let of_debian = || self.version()?.split('.').next()?.parse().ok();
        named.or_else(|| (self.repository() == "library/debian").then(of_debian).flatten())
    }

    /// Its C library, where the name tells.
    pub fn libc(&self) -> Option<Libc> {
        let alpine = self.repository() == "library/alpine" || self.words.iter().any(|word| word.starts_with("alpine"));
        let glibc = self.debian().is_some()
            || self.repository() == "library/ubuntu"
            || UBUNTU.iter().any(|suite| self.has_word(suite))
            // Official images of languages stand on Debian where the tag says nothing else.
            || (self.reference.registry == "docker.io" && LANGUAGES.iter().any(|(name, _)| *name == self.repository()));
        match (alpine, glibc) {
            (true, _) => Some(Libc::Musl),
            (false, true) => Some(Libc::Glibc),
            (false, false) => None,
        }
    }

    /// Whether its config names root, or no user; `None` where nobody knows.
    pub fn is_root(&self) -> Option<bool> {
        if self.distroless().is_some() {
            return Some(!self.has_word("nonroot"));
        }
        let known = ROOT.contains(&self.repository().as_str());
        known.then_some(true)
    }

    /// Whether it is known to have neither a shell nor any program of a distribution.
    pub fn is_bare(&self) -> bool {
        self.distroless().is_some() && !self.has_word("debug")
    }

    /// Whether it is known to have neither curl nor wget, unless something installs them.
    pub fn is_slim(&self) -> bool {
        let on_debian =
            LANGUAGES.iter().any(|(name, _)| *name == self.repository()) && self.libc() == Some(Libc::Glibc);
        self.is_bare() || self.repository() == "library/debian" || (on_debian && self.has_word("slim"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_versions_and_distributions() {
        let of = |name: &str| {
            let base = Base::of(name);
            let language = base.language().map(|(language, version)| (language, version.map(str::to_owned)));
            (language, base.debian(), base.libc())
        };
        let some = |language, version: &str| Some((language, Some(version.to_owned())));
        assert_eq!(of("node:24-bookworm-slim"), (some("Node", "24"), Some(12), Some(Libc::Glibc)));
        assert_eq!(of("python:3.13-alpine3.22"), (some("Python", "3.13"), None, Some(Libc::Musl)));
        assert_eq!(of("golang"), (Some(("Go", None)), None, Some(Libc::Glibc)));
        assert_eq!(
            of("gcr.io/distroless/nodejs24-debian13:nonroot"),
            (some("Node", "24"), Some(13), Some(Libc::Glibc))
        );
        assert_eq!(of("debian:12-slim"), (None, Some(12), Some(Libc::Glibc)));
        assert_eq!(of("ghcr.io/acme/node:24-bookworm").0, None, "somebody else's image");
        assert_eq!(of("acme/tool:1"), (None, None, None));
    }

    #[test]
    fn users_and_shells() {
        let nonroot = Base::of("gcr.io/distroless/static-debian13:nonroot");
        assert_eq!((nonroot.is_root(), nonroot.is_bare()), (Some(false), true));
        let debug = Base::of("gcr.io/distroless/static-debian13:debug");
        assert_eq!((debug.is_root(), debug.is_bare()), (Some(true), false));
        assert_eq!(Base::of("node:24").is_root(), Some(true));
        assert_eq!(Base::of("postgres:18").is_root(), None);
        assert!(Base::of("debian:trixie").is_slim() && Base::of("python:3.13-slim").is_slim());
        assert!(
            !Base::of("node:24-alpine").is_slim()
                && !Base::of("node:24").is_slim()
                && !Base::of("x/y-slim:1-slim").is_slim()
        );
    }

    #[test]
    fn stages_and_variables_are_no_bases() {
        assert!(Base::of_source(&Source::Scratch).is_none() && Base::of_source(&Source::Stage(0)).is_none());
        for hole in ["node:$X", "node:", "node:-slim", "", "registry.test/", "registry.test//x"] {
            assert!(Base::of_source(&Source::Image(hole.to_owned())).is_none(), "{hole}");
        }
        assert!(is_whole("localhost:5000/x") && is_whole("a@sha256:11"));
    }
}
