//! Where something was measured.

use serde::{Deserialize, Serialize};

/// The surroundings of a measurement, printed beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Environment {
    /// Version of the engine, e.g. `26.1.5`.
    pub engine: String,
    /// Version of buildx, e.g. `0.13.1`.
    pub buildx: String,
    /// How the engine stores images.
    pub store: Store,
    /// Architecture of the engine in Docker's words, e.g. `amd64`.
    pub arch: String,
    /// Operating system the engine runs on, as it says itself.
    pub os: String,
    /// Processors the engine may use.
    pub cpus: u32,
    /// Memory the engine may use, in bytes.
    pub memory_bytes: u64,
    /// Where the bases came from, e.g. `local (Debian 13)`.
    pub bases: String,
    /// When the run began, RFC 3339.
    pub date: String,
}

/// The engine's image store. Sizes mean different things in the two, which is why Drydock does its own sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// The classic store (overlay2 and other graph drivers).
    Classic,
    /// The containerd image store.
    Containerd,
}

impl Store {
    /// E.g. `containerd store`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Classic => "classic store",
            Self::Containerd => "containerd store",
        }
    }
}
