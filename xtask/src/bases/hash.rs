//! The content hash of a base: two images with the same hash were made by the same recipe.
//!
//! It is written to the label [`labels::RECIPE`] and is the only thing that decides whether an image is built again.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::recipe::{Recipe, Recipes};
#[cfg(doc)]
use crate::engine::labels;
use crate::error::{ErrorId, Problem, Result};
use crate::units::hex;

/// A SHA-256 in hexadecimal.
pub type Hash = String;

/// Hashes of every recipe for one architecture (Docker's word for it, e.g. `amd64`), by name.
///
/// Each covers the Dockerfile, the manifest's entry, the files the Dockerfile mentions, the hashes of the parents and the
/// architecture. What Debian has published since is not part of it.
pub fn recipes(recipes: &Recipes, architecture: &str) -> Result<BTreeMap<String, Hash>> {
    let mut hashes = BTreeMap::new();
    for recipe in recipes.all() {
        let hash = one(recipe, recipes, architecture, &hashes)?;
        hashes.insert(recipe.base.name.clone(), hash);
    }
    Ok(hashes)
}

fn one(recipe: &Recipe, all: &Recipes, architecture: &str, known: &BTreeMap<String, Hash>) -> Result<Hash> {
    let mut parts = Parts::new("recipe", architecture);
    parts.add(&json(&recipe.base)?);
    parts.add(recipe.dockerfile.as_bytes());
    if recipe.base.root {
        parts.add(&json(&all.root)?);
    }
    for (name, bytes) in &recipe.files {
        parts.add(name.as_bytes());
        parts.add(bytes);
    }
    for parent in &recipe.parents {
        // Parents come first, so that theirs is known.
        parts.add(known[parent].as_bytes());
    }
    Ok(parts.finish())
}

/// Hash of an overlay: its Dockerfile with all variables, the certificates, and what it stands on, each the hash of a local
/// recipe or the name of an image in a registry.
pub fn overlay(dockerfile: &str, certificates: &str, stands_on: &[String], architecture: &str) -> Hash {
    let mut parts = Parts::new("overlay", architecture);
    parts.add(dockerfile.as_bytes());
    parts.add(certificates.as_bytes());
    for parent in stands_on {
        parts.add(parent.as_bytes());
    }
    parts.finish()
}

/// Collects parts so that no two lists of parts look alike: each is preceded by its length.
struct Parts(Sha256);

impl Parts {
    fn new(kind: &str, architecture: &str) -> Self {
        let mut parts = Self(Sha256::new());
        parts.add(kind.as_bytes());
        parts.add(architecture.as_bytes());
        parts
    }

    fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    fn finish(self) -> Hash {
        hex(&self.0.finalize())
    }
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let bug = |e| Problem::new(ErrorId::Bug, format!("A recipe could not be hashed: {e}."));
    serde_json::to_vec(value).map_err(bug)
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::ours;
    use super::*;

    #[test]
    fn the_architecture_counts() {
        let ours = ours();
        let (amd64, arm64) = (recipes(&ours, "amd64").unwrap(), recipes(&ours, "arm64").unwrap());
        assert!(amd64.iter().all(|(name, hash)| arm64[name] != *hash));
        assert_eq!(amd64, recipes(&ours, "amd64").unwrap());
    }

    #[test]
    fn a_change_reaches_everything_that_stands_on_it_and_nothing_else() {
        let changed = ours().with_dockerfile("buildpack-deps:trixie", "FROM debian:trixie-slim\n");
        let (before, after) = (recipes(&ours(), "amd64").unwrap(), recipes(&changed, "amd64").unwrap());
        let differ: Vec<_> = before.keys().filter(|name| before[*name] != after[*name]).map(String::as_str).collect();
        assert_eq!(differ, ["buildpack-deps:trixie", "node:24-trixie", "python:3.13-trixie", "rust:1-trixie"]);
    }

    #[test]
    fn neighbouring_parts_do_not_run_together() {
        let hash = |parts: [&str; 2]| {
            let mut all = Parts::new("", "");
            for part in parts {
                all.add(part.as_bytes());
            }
            all.finish()
        };
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
    }
}
