//! What it costs to ship, and the JSON document that says it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AppId, Environment, VariantId};

/// The document `cargo xtask rollout --json` prints. Sizes are bytes, durations milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rollout {
    /// Version of this document's shape.
    pub schema: u32,
    /// Where it was measured.
    pub environment: Environment,
    /// What was assumed of the machines the images go to.
    pub fleet: Fleet,
    /// One entry an image, apps in a row and each app's variants in the order they were asked for.
    pub images: Vec<ShippedImage>,
    /// One entry a variant: all its images on one node.
    pub together: Vec<Together>,
}

/// The machines that images are rolled out to: what the forecast assumes and nobody measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fleet {
    /// Machines that run the service.
    pub nodes: u64,
    /// What each of them receives while it pulls, in 10⁶ bits a second.
    pub mbps: u64,
    /// How many pull at the same time; the next ones begin when these are done.
    pub parallel: u64,
    /// Deploys a day.
    pub deploys: u64,
    /// What deploys change: each brings one of these. Names are those of changes in the apps' manifests.
    pub changes: Vec<Often>,
}

/// How often deploys bring a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Often {
    /// Name of the change, e.g. `source`.
    pub change: String,
    /// Every so many deploys one brings it; `null` for the change that all other deploys bring.
    pub every: Option<u64>,
}

impl std::str::FromStr for Often {
    type Err = String;

    /// Reads `source`, or `dependency=10` for one deploy in ten.
    fn from_str(text: &str) -> Result<Self, String> {
        let (change, every) = match text.split_once('=') {
            None => (text, None),
            Some((change, every)) => (change, Some(every)),
        };
        let number = |every: &str| every.parse().ok().filter(|every| *every > 0);
        let every = every.map(|every| number(every).ok_or("expected CHANGE=N, one deploy in N")).transpose()?;
        if change.is_empty() {
            return Err("expected the name of a change, such as source or dependency=10".to_owned());
        }
        Ok(Self { change: change.to_owned(), every })
    }
}

/// The document `cargo xtask rollout --image OLD NEW --json` prints: what it costs to put one image in the place of
/// another. Sizes are bytes, durations milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Upgrade {
    /// Version of this document's shape.
    pub schema: u32,
    /// The image that the machines run.
    pub before: String,
    /// The image that takes its place.
    pub after: String,
    /// Layers of the new image that the machines have.
    pub layers_there: usize,
    /// Layers of the new image.
    pub layers: usize,
    /// What was assumed of the machines. Every deploy brings the change `update`, which is this one.
    pub fleet: Fleet,
    /// What one node fetches of the new image: measured.
    pub fetched: Fetched,
    /// Whether these are the compressed bytes a registry would keep; see `Inspection`.
    pub exact: bool,
    /// What that means for all nodes: calculated.
    pub forecast: Forecast,
}

impl Upgrade {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 1;
    /// What the only change is called.
    pub const UPDATE: &str = "update";
}

/// What one image costs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShippedImage {
    /// The app.
    pub app: AppId,
    /// The variant.
    pub variant: VariantId,
    /// What one node fetches: measured.
    pub fetched: Fetched,
    /// Whether these are the compressed bytes a registry would keep; see `Inspection`.
    pub exact: bool,
    /// What that means for all nodes: calculated.
    pub forecast: Forecast,
    /// What an engine that had nothing took for the pull, where that was measured.
    pub pulled: Option<Pulled>,
}

/// Compressed bytes of layers that one node fetches. Manifests and configs, a few kB, are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fetched {
    /// By a node that has nothing.
    pub first: u64,
    /// By a node that has the image's base, and nothing else; `null` where the engine does not show the base.
    pub base_there: Option<u64>,
    /// By a node that runs the image, after each change of the app, by the change's name. A change the app does not describe is
    /// not there.
    pub changes: BTreeMap<String, u64>,
}

/// What a fleet makes of [`Fetched`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Forecast {
    /// From the first byte until the last node has the image: the first deploy.
    pub first_ms: u64,
    /// The same for a deploy of each change, by the change's name.
    pub changes_ms: BTreeMap<String, u64>,
    /// What all nodes fetch on a day; `null` where a change that deploys bring is not described.
    pub day_bytes: Option<u64>,
}

/// A pull that was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Pulled {
    /// Wall time of the whole pull, unpacking included.
    pub ms: u64,
}

/// All images of one variant on one node; layers that several of them have are fetched once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Together {
    /// The variant.
    pub variant: VariantId,
    /// How many images.
    pub images: usize,
    /// What the node fetches.
    pub first: u64,
    /// What it would fetch if it had to fetch shared layers again for each image.
    pub unshared: u64,
}

impl Rollout {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 2;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_a_change_comes_is_read() {
        let read = |text: &str| text.parse::<Often>().map(|often| (often.change, often.every));
        assert_eq!(read("source"), Ok(("source".to_owned(), None)));
        assert_eq!(read("security-fix=30"), Ok(("security-fix".to_owned(), Some(30))));
        for wrong in ["", "=3", "a=", "a=0", "a=-1", "a=b"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
