//! Which buildx builder builds.
//!
//! A builder with a driver other than `docker` has a store of its own: it sees no image of the engine's, neither bases that were
//! built here nor overlays, and what it builds has to be copied. So what somebody once chose for other work, with
//! `docker buildx use` or `BUILDX_BUILDER`, is left alone: each docker context has a builder of its own, which is the engine's.

use std::sync::OnceLock;

use super::endpoint::Endpoint;
use crate::process::{Command, Output};

/// The variable that names a builder; stronger than `docker buildx use`, weaker than `--builder`.
pub(super) const VARIABLE: &str = "BUILDX_BUILDER";

/// The engine's own builder, where another one is current.
static OWN: OnceLock<String> = OnceLock::new();

/// A builder, as `docker buildx inspect` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Builder {
    /// Its name.
    pub name: String,
    /// How it runs: `docker` is the engine itself; `docker-container`, `remote` and `kubernetes` are others.
    pub driver: String,
    /// Where its first node is: for the engine itself the docker context.
    pub endpoint: String,
}

impl Builder {
    /// Reads what `docker buildx inspect` prints; `None` where it shows no builder.
    pub fn parse(printed: &str) -> Option<Self> {
        let value = |name: &str| printed.lines().find_map(|line| line.strip_prefix(name)).map(|v| v.trim().to_owned());
        Some(Self {
            name: value("Name:")?,
            driver: value("Driver:")?,
            endpoint: value("Endpoint:").unwrap_or_default(),
        })
    }

    /// Whether it is the engine of this docker context itself.
    pub fn is_of(&self, context: &str) -> bool {
        self.driver == "docker" && self.endpoint == context
    }
}

/// What was asked before lessons are built: the current builder, and whether it is the engine's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Current {
    /// The engine itself builds.
    Engine,
    /// Another builder is current, and the engine's own, of this name, takes its place.
    Other {
        /// The current one; `None` where there is none of the name that was chosen.
        current: Option<Builder>,
        /// The engine's own.
        own: String,
    },
}

impl Current {
    /// Tells from the answer to `docker buildx inspect`; without one it is the engine, which the first build will tell.
    pub(super) fn of(inspected: Option<&Output>, endpoint: &Endpoint) -> Self {
        let own = endpoint.context.clone();
        match inspected {
            None => Self::Engine,
            Some(output) => match Builder::parse(&output.stdout) {
                Some(builder) if builder.is_of(&own) => Self::Engine,
                None if !output.stderr.contains("no builder") => Self::Engine,
                current => Self::Other { current, own },
            },
        }
    }

    /// In words, e.g. `the engine's own, default; tidal (driver docker-container) is current and has a store of its own`.
    pub fn words(&self) -> String {
        let words = match self {
            Self::Engine => "the engine's own".to_owned(),
            Self::Other { current: None, own } => {
                format!("the engine's own, {own}; the builder that was chosen does not exist")
            }
            Self::Other { current: Some(Builder { name, driver, endpoint }), own } => {
                let why = if driver == "docker" {
                    format!("belongs to another engine ({endpoint})")
                } else {
                    "has a store of its own".to_owned()
                };
                format!("the engine's own, {own}; {name} (driver {driver}) is current, but {why}")
            }
        };
        crate::names::printable(&words)
    }

    /// From now on, every build goes to the engine's own builder.
    pub(super) fn settle(&self) {
        if let Self::Other { own, .. } = self {
            let _ = OWN.set(own.clone());
        }
    }
}

/// A command that builds, or asks a builder, where the engine's own has to be named.
pub(super) fn directed(command: Command, first: Option<&str>) -> Command {
    match OWN.get() {
        Some(own) if matches!(first, Some("buildx" | "build")) => command.env(VARIABLE, own.clone()),
        _ => command,
    }
}

#[cfg(test)]
mod tests {
    use super::super::endpoint::ChosenBy;
    use super::*;

    /// `docker buildx inspect` of buildx 0.13 and 0.29, shortened.
    const CONTAINER: &str = "Name:          tidal\nDriver:        docker-container\nLast Activity: 2026-11-27\n\nNodes:\n\
        Name:     tidal0\nEndpoint: unix:///var/run/docker.sock\nStatus:   inactive\n";
    const ENGINE: &str =
        "Name:          default\nDriver:        docker\n\nNodes:\nName:     default\nEndpoint: default\n";

    fn current(stdout: &str, stderr: &str, context: &str) -> Current {
        let output = Output { status: 0, stdout: stdout.to_owned(), stderr: stderr.to_owned() };
        let endpoint = Endpoint { host: String::new(), context: context.to_owned(), chosen_by: ChosenBy::Context };
        Current::of(Some(&output), &endpoint)
    }

    #[test]
    fn only_the_engine_of_the_context_in_use_is_its_own_builder() {
        assert_eq!(current(ENGINE, "", "default"), Current::Engine);
        assert_eq!(
            current(ENGINE, "", "harbour").words(),
            "the engine's own, harbour; default (driver docker) is current, but belongs to another engine (default)"
        );
        assert_eq!(
            current(CONTAINER, "", "default").words(),
            "the engine's own, default; tidal (driver docker-container) is current, but has a store of its own"
        );
    }

    #[test]
    fn a_builder_that_is_gone_is_told_from_an_answer_that_cannot_be_read() {
        let gone = current("", "ERROR: no builder \"tidal\" found\n", "default");
        assert_eq!(gone, Current::Other { current: None, own: "default".to_owned() });
        assert_eq!(current("", "unknown command: docker buildx\n", "default"), Current::Engine);
    }
}
