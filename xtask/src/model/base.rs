//! A base image as `cargo xtask bases list` shows it.

use serde::Serialize;

/// Whether a local base can be used as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum BaseState {
    /// There, and made by today's recipe.
    Present,
    /// There, but its recipe has changed since: it is built again when it is needed.
    Outdated,
    /// Not there: it is built when it is needed.
    Absent,
}

/// One local base.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BaseRow {
    /// The official image's name.
    pub name: String,
    /// Tag in the engine's store.
    pub tag: String,
    /// Whether it can be used.
    pub state: BaseState,
    /// Bytes as the engine's store counts them: unpacked in the classic store, compressed in the containerd store.
    pub size_bytes: Option<u64>,
    /// The bases it is built from, by official name.
    pub parents: Vec<String>,
    /// How it differs from the official image.
    pub differs: String,
}

/// The document `cargo xtask bases list --json` prints.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BaseReport {
    /// Version of this document's shape.
    pub schema: u32,
    /// Where builds get their bases from: `local`, `registry` or `registry=HOST`.
    pub from: String,
    /// Why.
    pub why: String,
    /// The engine's architecture in Docker's words.
    pub arch: String,
    /// Files with the certificates that toolchain bases are given.
    pub ca_files: Vec<String>,
    /// The local bases, parents before what stands on them.
    pub bases: Vec<BaseRow>,
}
