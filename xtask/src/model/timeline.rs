//! When each step of a build ran, as BuildKit's own record tells.

use serde::Serialize;

/// A build of one or several images.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timeline {
    /// From the first start to the last end of the steps below, in milliseconds.
    pub took_ms: u64,
    /// The steps in the order the builder first spoke of them.
    pub steps: Vec<BuildStep>,
}

/// One step. A step that several images share appears once, under the image the builder shows it under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildStep {
    /// The image it belongs to, as a bake target, e.g. `go-multi-stage`.
    pub target: String,
    /// The stage as the builder names it, e.g. `build` or `stage-1`; `context` for sending the build context, `export` for
    /// writing the image, empty for the only stage of a Dockerfile.
    pub stage: String,
    /// The instruction.
    pub instruction: String,
    /// Milliseconds from the build's first step to this one's start; `null` where the record has no times.
    pub start_ms: Option<u64>,
    /// How long it ran, in milliseconds; 0 where it was not run or the record has no times.
    pub took_ms: u64,
    /// Whether its result came from the build cache.
    pub cached: bool,
}
