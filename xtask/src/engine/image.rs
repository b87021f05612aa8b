//! Images in the engine's store: what their config says.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::{Engine, docker};
use crate::error::Result;

/// What `docker image inspect` says about an image.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Inspected {
    /// Id: the digest of its config (classic store) or manifest (containerd store).
    pub id: String,
    /// Its tags.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub repo_tags: Vec<String>,
    /// Bytes as the engine's store counts them: unpacked in the classic store, compressed in the containerd store.
    #[serde(default)]
    pub size: u64,
    /// What a container of it is told.
    pub config: Config,
    /// Its layers.
    #[serde(rename = "RootFS")]
    pub root_fs: RootFs,
}

/// The part of an image's config that is used here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Config {
    /// User of its process, as written in the Dockerfile; empty when none was.
    #[serde(default)]
    pub user: String,
    /// Labels.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Environment, `NAME=value`.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub env: Vec<String>,
}

/// The layers of an image.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RootFs {
    /// Digests of the uncompressed layers, lowest first.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub layers: Vec<String>,
}

impl Engine<'_> {
    /// Looks at several images in one call. Those that are not there are left out.
    pub fn inspect_images(&self, names: &[String]) -> Result<Vec<Inspected>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let command = docker(["image", "inspect"]).args(names.iter().cloned());
        let output = self.ask(&command)?;
        serde_json::from_str(&output.stdout).map_err(|e| super::container::unreadable("an image", &e))
    }
}

/// The engine writes `null` where it has nothing.
fn null_is_empty<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}
