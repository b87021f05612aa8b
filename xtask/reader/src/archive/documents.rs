//! The documents of archives as their writers shape them, and what in them stands for an image.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::digest::Digest;
use crate::{Fault, fault, path};

/// One image in Docker's `manifest.json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Saved {
    pub config: String,
    #[serde(default)]
    pub repo_tags: Option<Vec<String>>,
    #[serde(default)]
    pub layers: Option<Vec<String>>,
}

/// An OCI image index, or Docker's list of manifests.
#[derive(Deserialize)]
pub(super) struct Index {
    #[serde(default)]
    pub manifests: Option<Vec<Descriptor>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub digest: Digest,
    #[serde(default)]
    pub media_type: String,
    #[serde(default)]
    pub artifact_type: Option<String>,
    #[serde(default)]
    pub platform: Option<Platform>,
    #[serde(default)]
    pub annotations: Option<BTreeMap<String, String>>,
}

/// For which machines an image is.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Platform {
    #[serde(default)]
    pub os: String,
    #[serde(default)]
    pub architecture: String,
    #[serde(default)]
    pub variant: Option<String>,
}

/// An OCI image manifest, or Docker's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    #[serde(default)]
    pub artifact_type: Option<String>,
    pub config: Descriptor,
    #[serde(default)]
    pub layers: Option<Vec<Descriptor>>,
}

/// An image's config, as far as archives are concerned.
#[derive(Deserialize)]
pub(super) struct Config {
    #[serde(flatten)]
    pub platform: Platform,
    pub rootfs: RootFs,
}

#[derive(Deserialize)]
pub(super) struct RootFs {
    #[serde(default)]
    pub diff_ids: Option<Vec<Digest>>,
}

impl Descriptor {
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn is_index(&self) -> bool {
        self.media_type.contains("index") || self.media_type.contains("manifest.list")
    }

    /// The name an image is given: containerd's annotation has it whole, the layout's own may be the tag alone.
    pub fn name(&self) -> Option<&str> {
        self.annotation("io.containerd.image.name").or_else(|| self.annotation("org.opencontainers.image.ref.name"))
    }
}

impl Manifest {
    /// What this is where it is no image: the kind of artifact. An image has the config of one, and layers that are layers;
    /// signatures, lists of parts and attestations come with another config, or as layers of another kind. Where nothing
    /// says of which kind something is, it is taken for an image.
    pub fn artifact(&self) -> Option<&str> {
        let config = self.config.media_type.as_str();
        let odd_config = !config.is_empty() && !IMAGE_CONFIGS.contains(&config);
        let layers = self.layers.iter().flatten().map(|layer| layer.media_type.as_str());
        let odd = layers.filter(|kind| !kind.is_empty()).find(|kind| !is_layer(kind));
        let named = || self.artifact_type.as_deref().filter(|kind| !kind.is_empty());
        if odd_config { named().or(odd).or(Some(config)) } else { odd }
    }
}

/// Media types of the configs of images: OCI image specification, `media-types.md`, and Docker's before it.
const IMAGE_CONFIGS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// Media types of layers, from the same two places, whatever they are packed with.
fn is_layer(kind: &str) -> bool {
    kind.starts_with("application/vnd.oci.image.layer.") || kind.starts_with("application/vnd.docker.image.rootfs.")
}

impl Platform {
    /// As people write it: `linux/arm64/v8`; `None` where it is not known.
    pub fn text(&self) -> Option<String> {
        if self.os.is_empty() || self.architecture.is_empty() {
            return None;
        }
        let variant = self.variant.as_deref().filter(|variant| !variant.is_empty());
        Some(format!("{}/{}{}", self.os, self.architecture, variant.map(|v| format!("/{v}")).unwrap_or_default()))
    }
}

/// The name of a blob in a layout.
pub(super) fn blob(digest: Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

/// A name as a document has it, in the one form in which names are compared.
pub(super) fn normal(name: &str) -> fault::Read<String> {
    Ok(path::lossy(&path::normal(name.as_bytes())?))
}

/// What a `manifest.json` is: Docker's list, or, in a folder of `skopeo`, the manifest of the one image there.
pub(super) enum Listed {
    Saved(Vec<Saved>),
    Bare(Box<Manifest>),
}

pub(super) fn manifest(document: &[u8]) -> fault::Read<Listed> {
    let begins = document.iter().find(|byte| !byte.is_ascii_whitespace());
    if begins == Some(&b'{') {
        parse("manifest.json", document).map(|manifest| Listed::Bare(Box::new(manifest)))
    } else {
        parse("manifest.json", document).map(Listed::Saved)
    }
}

/// The names of all files that a `manifest.json` speaks of.
pub(super) fn names_in(document: &[u8]) -> fault::Read<Vec<String>> {
    match manifest(document)? {
        Listed::Saved(images) => {
            { images.into_iter().flat_map(|image| image.layers.unwrap_or_default().into_iter().chain([image.config])) }
                .map(|name| normal(&name))
                .collect()
        }
        Listed::Bare(manifest) => {
            let layers = manifest.layers.unwrap_or_default();
            Ok(layers.iter().chain([&manifest.config]).map(|descriptor| descriptor.digest.hex()).collect())
        }
    }
}

pub(super) fn parse<T: DeserializeOwned>(name: &str, document: &[u8]) -> fault::Read<T> {
    serde_json::from_slice(document).map_err(|error| Fault::Document { name: name.to_owned(), why: error.to_string() })
}
