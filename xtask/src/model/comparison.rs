//! Where the bytes went between two images.

use std::collections::BTreeMap;

use serde::Serialize;

/// The document `cargo xtask diff --json` prints. All sizes are stored bytes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Comparison {
    /// Version of this document's shape.
    pub schema: u32,
    /// Name of the image before.
    pub before: String,
    /// Name of the image after.
    pub after: String,
    /// Bytes of all layers.
    pub stored: Sizes,
    /// Bytes by class; every class that either image has.
    pub classes: BTreeMap<&'static str, Sizes>,
    /// Bytes by place, those that changed, largest change first. A place is a file, or a folder at most three deep.
    pub places: Vec<Place>,
}

/// A number before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Sizes {
    /// Bytes before.
    pub before: u64,
    /// Bytes after.
    pub after: u64,
}

impl Sizes {
    /// How many bytes lie between the two.
    pub fn size(self) -> u64 {
        self.before.abs_diff(self.after)
    }

    /// Whether it became smaller.
    pub fn shrank(self) -> bool {
        self.after < self.before
    }
}

/// One place in the file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    /// Path from the root.
    pub path: String,
    /// Bytes there.
    #[serde(flatten)]
    pub bytes: Sizes,
}

impl Comparison {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 1;
}
