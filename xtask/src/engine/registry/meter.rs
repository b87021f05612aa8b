//! What went into a registry and out of it, by its own account: what its storage gained, and what its access log says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;

use super::{Registry, said};
use crate::engine::empty::EmptyEngine;
use crate::engine::{Engine, docker};
use crate::error::Result;
use crate::model::Transfer;

/// Where the registry keeps what it has, blobs and manifests alike (distribution, `registry/storage/paths.go`).
const STORAGE: &str = "/var/lib/registry/docker/registry/v2";

/// Bytes by what was asked for: a digest, or a manifest's tag.
type Moved = BTreeMap<String, u64>;

/// A manifest, or an index of manifests.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
}

impl Registry {
    /// Pushes an image of the engine under a name of its own, and says what arrived. A layer that is `kept` counts as there, whatever
    /// the registry had: its twin, alike but for times, is another result of the same step in the builder's cache.
    ///
    /// Errors: as [`Self::push`], and [`crate::error::ErrorId::EngineBroken`] where the registry cannot be looked into.
    pub fn receive(&self, image: &str, name: &str, kept: &[bool], engine: Engine<'_>) -> Result<Transfer> {
        let before = self.stored(engine)?;
        let took = self.push(image, name, engine)?;
        let mut moved = self.stored(engine)?;
        moved.retain(|digest, _| !before.contains_key(digest));
        Ok(counted(&self.layers(name, engine)?, kept, moved, took))
    }

    /// Lets another engine pull an image, and says what it fetched; `kept` is as for [`Self::receive`].
    ///
    /// Errors: as [`EmptyEngine::pull`], and as [`Self::receive`].
    pub fn send(&self, name: &str, node: &EmptyEngine, kept: &[bool], engine: Engine<'_>) -> Result<Transfer> {
        let before = said(&self.id, engine)?.lines().filter_map(fetched).count();
        let took = node.pull(&Self::inside(name), engine)?;
        let mut moved = Moved::new();
        for (what, bytes) in said(&self.id, engine)?.lines().filter_map(fetched).skip(before) {
            *moved.entry(what).or_default() += bytes;
        }
        Ok(counted(&self.layers(name, engine)?, kept, moved, took))
    }

    /// Every blob it has.
    fn stored(&self, engine: Engine<'_>) -> Result<Moved> {
        // Its own folder is not there before the first push.
        let find = ["find", "/var/lib", "-path", "*/registry/v2/blobs/*/data", "-printf", "%s %h\\n"];
        let told = engine.tell(&docker(["exec", &self.id]).args(find))?;
        Ok(told.lines().filter_map(blob).collect())
    }

    /// The layers of an image it has, lowest first.
    fn layers(&self, name: &str, engine: Engine<'_>) -> Result<Vec<String>> {
        let read = |path: String| engine.tell(&docker(["exec", &self.id, "cat"]).arg(format!("{STORAGE}/{path}")));
        let (repository, tag) = name.rsplit_once(':').unwrap_or((name, "latest"));
        let link = read(format!("repositories/{repository}/_manifests/tags/{tag}/current/link"))?;
        let (mut waiting, mut layers) = (vec![link.trim().to_owned()], Vec::new());
        while let Some(digest) = waiting.pop() {
            let Some((_, hex)) = digest.split_once(':').filter(|(_, hex)| hex.len() > 2) else { continue };
            let json = read(format!("blobs/sha256/{}/{hex}/data", &hex[..2]))?;
            let manifest: Manifest =
                serde_json::from_str(&json).map_err(|e| crate::bug(&format!("A registry's manifest is {e}")))?;
            layers.extend(manifest.layers.into_iter().map(|layer| layer.digest));
            waiting.extend(manifest.manifests.into_iter().map(|one| one.digest));
        }
        Ok(layers)
    }
}

/// What moved of an image with these layers. Which of them are kept is known only where it is known of all.
fn counted(layers: &[String], kept: &[bool], mut moved: Moved, took: Duration) -> Transfer {
    if layers.len() == kept.len() {
        let there: BTreeSet<&String> = layers.iter().zip(kept).filter(|(_, kept)| **kept).map(|(one, _)| one).collect();
        moved.retain(|digest, _| !there.contains(digest));
    }
    Transfer::of(&layers.iter().cloned().collect(), &moved, took)
}

/// A line of `find`: bytes, and a folder that is named after the digest.
fn blob(line: &str) -> Option<(String, u64)> {
    let (bytes, folder) = line.split_once(' ')?;
    Some((format!("sha256:{}", folder.rsplit('/').next()?), bytes.parse().ok()?))
}

/// What a line of the access log says was fetched, and how many bytes that were. The log has Apache's combined format.
fn fetched(line: &str) -> Option<(String, u64)> {
    let (_, rest) = line.split_once("] \"GET /v2/")?;
    let (path, rest) = rest.split_once(" HTTP/")?;
    let is_content = path.contains("/blobs/") || path.contains("/manifests/");
    let mut words = rest.split_once("\" ")?.1.split(' ');
    let good = words.next()?.starts_with("20");
    let bytes = words.next()?.parse().ok()?;
    (is_content && good).then(|| (path.rsplit('/').next().unwrap_or_default().to_owned(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_its_folder_and_its_bytes() {
        let line = "943 /var/lib/registry/docker/registry/v2/blobs/sha256/22/22b7";
        assert_eq!(blob(line), Some(("sha256:22b7".to_owned(), 943)));
        assert_eq!(blob("nonsense"), None);
    }

    #[test]
    fn a_layer_that_stays_did_not_move() {
        let layers = ["base", "modules", "dist"].map(str::to_owned);
        let moved = || Moved::from([("modules".to_owned(), 11), ("dist".to_owned(), 2), ("manifest".to_owned(), 1)]);
        let count = |kept: &[bool]| {
            let transfer = counted(&layers, kept, moved(), Duration::ZERO);
            (transfer.bytes, transfer.moved, transfer.there)
        };
        assert_eq!(count(&[true, true, false]), (3, 1, 2));
        assert_eq!(count(&[]), (14, 2, 1), "of a first push nothing is kept");
    }

    #[test]
    fn only_content_that_was_sent_was_fetched() {
        let line = |request: &str, status: u16, bytes: u64| {
            fetched(&format!(
                r#"127.0.0.1 - - [27/Nov/2026:20:13:28 +0000] "{request} HTTP/1.1" {status} {bytes} "" "docker/26.1.5""#
            ))
        };
        assert_eq!(line("GET /v2/app/x/blobs/sha256:95", 200, 30), Some(("sha256:95".to_owned(), 30)));
        assert_eq!(line("GET /v2/app/x/manifests/deb", 200, 528), Some(("deb".to_owned(), 528)));
        assert_eq!(line("GET /v2/", 200, 2), None);
        assert_eq!(line("HEAD /v2/app/x/blobs/sha256:95", 200, 0), None);
        assert_eq!(line("GET /v2/app/x/blobs/sha256:95", 404, 157), None);
        let told = r#"time="2026" level=info msg="response completed" http.request.method=GET http.request.uri="/v2/app/x/blobs/sha256:95""#;
        assert_eq!(fetched(told), None);
    }
}
