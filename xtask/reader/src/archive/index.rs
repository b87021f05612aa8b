//! The documents of an archive: which layers make which image.

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::contents::{Contents, MOST_PATHS};
use crate::digest::Digest;
use crate::encoding::Encoding;
use crate::{Fault, fault};

/// An index may name indexes; no tool nests them deeper.
const DEEPEST_INDEX: u32 = 3;

/// One image of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Names and tags it is given, if any.
    pub names: Vec<String>,
    /// The image's config document.
    pub config: serde_json::Value,
    /// Its layers, lowest first.
    pub layers: Vec<Layer>,
}

/// One layer of an image, as the archive has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Digest of the unpacked tar.
    pub diff_id: Digest,
    /// Digest of the blob.
    pub blob: Digest,
    /// Bytes of the blob, where it is compressed: what a registry would be sent.
    pub compressed_bytes: Option<u64>,
}

/// One image in Docker's `manifest.json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

/// An OCI image index.
#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    digest: Digest,
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    annotations: std::collections::BTreeMap<String, String>,
}

/// An OCI image manifest.
#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Config {
    rootfs: RootFs,
}

#[derive(Deserialize)]
struct RootFs {
    diff_ids: Vec<Digest>,
}

/// An image as the documents describe it, before its layers are looked at.
pub(super) struct Described {
    pub names: Vec<String>,
    config: serde_json::Value,
    /// Digest of the unpacked tar, and name in the archive, of each layer from the lowest up.
    pub layers: Vec<(Digest, String)>,
}

impl Contents {
    /// The images, in the order in which the archive names them.
    ///
    /// Errors: a document that cannot be understood, or a blob that is named and not there.
    pub fn images(&self) -> fault::Read<Vec<Image>> {
        described(self)?.into_iter().map(|described| assemble(self, described)).collect()
    }
}

/// The images an archive describes, in its order.
pub(super) fn described(contents: &Contents) -> fault::Read<Vec<Described>> {
    if let Some(saved) = contents.document("manifest.json") {
        let saved: Vec<Saved> = parse("manifest.json", saved)?;
        return saved
            .into_iter()
            .map(|image| describe(contents, &image.config, image.layers, image.repo_tags.unwrap_or_default()))
            .collect();
    }
    let Some(index) = contents.document("index.json") else { return Err(Fault::NotAnImage) };
    let mut found = Vec::new();
    descend(contents, parse("index.json", index)?, DEEPEST_INDEX, &mut HashSet::new(), &mut found)?;
    Ok(found)
}

fn descend(
    contents: &Contents,
    index: Index,
    depth: u32,
    visited: &mut HashSet<Digest>,
    found: &mut Vec<Described>,
) -> fault::Read<()> {
    for entry in index.manifests {
        // Attestations sit beside the image they speak of and are none.
        let attestation = entry.annotations.contains_key("vnd.docker.reference.type");
        if attestation || !visited.insert(entry.digest) {
            continue;
        }
        let name = blob(entry.digest);
        let document = contents.document(&name).ok_or_else(|| Fault::Missing(name.clone()))?;
        if entry.media_type.contains("index") || entry.media_type.contains("manifest.list") {
            if depth == 0 {
                return Err(Fault::Document { name, why: "indexes nested too deep".to_owned() });
            }
            descend(contents, parse(&name, document)?, depth - 1, visited, found)?;
        } else {
            let manifest: Manifest = parse(&name, document)?;
            let layers = manifest.layers.iter().map(|layer| blob(layer.digest)).collect();
            let names = entry.annotations.get("io.containerd.image.name").cloned().into_iter().collect();
            found.push(describe(contents, &blob(manifest.config.digest), layers, names)?);
        }
    }
    Ok(())
}

fn describe(contents: &Contents, config: &str, layers: Vec<String>, names: Vec<String>) -> fault::Read<Described> {
    let document = contents.document(config).ok_or_else(|| Fault::Missing(config.to_owned()))?;
    let Config { rootfs } = parse(config, document)?;
    if rootfs.diff_ids.len() != layers.len() {
        let why = format!("it names {} layers and the manifest {}", rootfs.diff_ids.len(), layers.len());
        return Err(Fault::Document { name: config.to_owned(), why });
    }
    let layers = rootfs.diff_ids.into_iter().zip(layers).collect();
    Ok(Described { names, config: parse(config, document)?, layers })
}

/// The image, once its layers are read and are the ones it was described with.
fn assemble(contents: &Contents, described: Described) -> fault::Read<Image> {
    let mut own = Vec::with_capacity(described.layers.len());
    let mut paths = 0;
    for (diff_id, name) in described.layers {
        let read = contents.layer(&name)?;
        if read.facts.diff_id != diff_id {
            return Err(Fault::Mismatch { named: diff_id, found: read.facts.diff_id });
        }
        // A layer that is named a thousand times is looked at a thousand times.
        paths += read.facts.paths.len() as u64;
        if paths > MOST_PATHS {
            return Err(Fault::TooManyEntries(MOST_PATHS));
        }
        let compressed_bytes = (read.encoding != Encoding::Plain).then_some(read.blob_bytes);
        own.push(Layer { diff_id, blob: read.blob, compressed_bytes });
    }
    Ok(Image { names: described.names, config: described.config, layers: own })
}

fn blob(digest: Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

fn parse<T: DeserializeOwned>(name: &str, document: &[u8]) -> fault::Read<T> {
    serde_json::from_slice(document).map_err(|error| Fault::Document { name: name.to_owned(), why: error.to_string() })
}
