//! The image: what it holds and what its config says.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{FileLine, Inspection};

/// An image.
#[derive(Clone, Debug)]
pub struct Image {
    /// What it is made of, every file of every layer included.
    pub inspection: Inspection,
    /// What a container of it is told.
    pub config: Config,
    /// What its history says, oldest first, a line an instruction.
    pub history: Vec<String>,
    /// Files of a layer that a higher one hides, the largest first; [`FileLine::layer`] is the layer that carries the bytes.
    pub hidden: Vec<Hidden>,
    /// Stored bytes of the layers that the base brought; `None` where nobody knows which they are.
    pub base_bytes: Option<u64>,
}

/// A file whose bytes are shipped and cannot be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The file.
    pub file: FileLine,
    /// The layer that hides it, counted from 1.
    pub by: usize,
    /// What that layer does with it.
    pub how: How,
}

/// What a layer does with a file below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It removes it.
    Deleted,
    /// It has another content at the same path.
    Replaced,
    /// It has the same content at the same path: only its owner, its permissions or its time are others.
    Same,
    /// It removes it, and has the same content at another path.
    Moved,
}

/// The part of an image's config that rules look at. The names are those of the OCI image spec and of `docker image inspect`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Config {
    /// User of its process; empty where none was set.
    #[serde(deserialize_with = "or_empty")]
    pub user: String,
    /// Environment, `NAME=value`.
    #[serde(deserialize_with = "or_empty")]
    pub env: Vec<String>,
    /// What a container starts.
    #[serde(deserialize_with = "or_empty")]
    pub entrypoint: Vec<String>,
    /// What it starts where there is no entrypoint, and its arguments where there is one.
    #[serde(deserialize_with = "or_empty")]
    pub cmd: Vec<String>,
    /// The folder it starts in.
    #[serde(deserialize_with = "or_empty")]
    pub working_dir: String,
    /// Ports, e.g. `8080/tcp`.
    #[serde(deserialize_with = "or_empty")]
    pub exposed_ports: BTreeMap<String, serde_json::Value>,
    /// Folders that become volumes.
    #[serde(deserialize_with = "or_empty")]
    pub volumes: BTreeMap<String, serde_json::Value>,
    /// Labels.
    #[serde(deserialize_with = "or_empty")]
    pub labels: BTreeMap<String, String>,
    /// The signal that stops it; empty for SIGTERM.
    #[serde(deserialize_with = "or_empty")]
    pub stop_signal: String,
    /// How the engine asks whether it is well.
    pub healthcheck: Option<HealthCheck>,
}

/// A `HEALTHCHECK`. Times are nanoseconds, 0 where the engine's default holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthCheck {
    /// `["CMD", …]`, `["CMD-SHELL", line]` or `["NONE"]`.
    pub test: Vec<String>,
    /// Between two checks.
    pub interval: u64,
    /// How long one may take.
    pub timeout: u64,
    /// How long a start may take in which failures do not count.
    pub start_period: u64,
    /// How many failures in a row make it unhealthy.
    pub retries: u64,
}

fn or_empty<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(from)?.unwrap_or_default())
}

impl Image {
    /// The files that a container sees, those of every layer without those that a higher layer hides.
    pub fn visible(&self) -> impl Iterator<Item = &FileLine> {
        let hidden: std::collections::HashSet<(&str, usize)> =
            self.hidden.iter().map(|hidden| (hidden.file.path.as_str(), hidden.file.layer)).collect();
        self.inspection.files.iter().filter(move |file| !hidden.contains(&(file.path.as_str(), file.layer)))
    }

    /// Whether a layer, counted from 1, came with the base; `false` where nobody knows.
    pub fn is_of_base(&self, layer: usize) -> bool {
        layer.checked_sub(1).and_then(|at| self.inspection.layers.get(at)).is_some_and(|layer| layer.of_base)
    }

    /// The line of the Dockerfile that brought a layer, counted from 1.
    pub fn line_of(&self, layer: usize) -> Option<usize> {
        layer.checked_sub(1).and_then(|at| self.inspection.layers.get(at))?.line
    }

    /// The program that a container starts and its arguments, as the config says.
    pub fn start(&self) -> Vec<&str> {
        self.config.entrypoint.iter().chain(&self.config.cmd).map(String::as_str).collect()
    }
}
