//! Images in the engine's store: what their config says.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};

use super::{Engine, docker, labels};
use crate::error::Result;
use crate::model::BaseSources;
use crate::state::nameless;

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
    /// What a container starts.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub entrypoint: Vec<String>,
    /// What it starts where there is no entrypoint, and its arguments where there is one.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub cmd: Vec<String>,
    /// The folder it starts in.
    #[serde(default)]
    pub working_dir: String,
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

    /// Writes down which images have these tags now, before something else gets them. Tags that are not of our own names are left
    /// out.
    ///
    /// Errors: the engine does not answer, or the state folder cannot be written.
    pub fn note_images(&self, tags: &[String]) -> Result<()> {
        let ours: Vec<String> = tags.iter().filter(|tag| labels::is_ours(tag)).cloned().collect();
        nameless::note(&self.inspect_images(&ours)?.into_iter().map(|image| image.id).collect())
    }

    /// Removes an image that only a proof needed. One that is gone already is no fault.
    ///
    /// Errors: the engine does not answer.
    pub fn remove_image(&self, name: &str) -> Result<()> {
        self.ask(&docker(["image", "rm", name])).map(drop)
    }
}

impl Engine<'_> {
    /// The layers of each of these bases that the engine shows. A base that BuildKit pulled for itself is not shown.
    ///
    /// Errors: the engine does not answer.
    pub fn base_layers(&self, bases: &BTreeSet<String>, sources: &BaseSources) -> Result<Vec<Vec<String>>> {
        let images: Vec<_> = bases.iter().map(|base| sources.image(base).to_owned()).collect();
        Ok(self.inspect_images(&images)?.into_iter().map(|base| base.root_fs.layers).collect())
    }

    /// Layers of the images that came from a registry, or went to one.
    ///
    /// Errors: the engine does not answer.
    pub fn pulled_layers(&self) -> Result<BTreeSet<String>> {
        let list = docker(["image", "ls", "--no-trunc", "--digests", "--format", "{{.ID}} {{.Digest}}"]);
        let listed = self.tell(&list)?;
        let with_digest = listed.lines().filter_map(|line| line.split_once(' ')).filter(|(_, d)| *d != "<none>");
        let ids: BTreeSet<String> = with_digest.map(|(id, _)| id.to_owned()).collect();
        let images = self.inspect_images(&ids.into_iter().collect::<Vec<_>>())?;
        Ok(images.into_iter().flat_map(|image| image.root_fs.layers).collect())
    }
}

/// The engine writes `null` where it has nothing.
fn null_is_empty<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}
