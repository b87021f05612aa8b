//! What an image is made of, and the JSON document that says it.

use std::collections::BTreeMap;

use drydock_reader::{Class, FileLine, HiddenPackage, OversizedLine, PackageLine, ProgramLine, SecretLine, Surface};
use serde::{Deserialize, Serialize};

/// What an image is made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Inspection {
    /// Version of this document's shape.
    pub schema: u32,
    /// The image's name.
    pub image: String,
    /// Whether every byte was read and every digest checked; `false` where that was left out because a quick answer was asked
    /// for. Programs have then not been searched for their modules either.
    pub digests_checked: bool,
    /// Bytes a node fetches; `null` where no push has measured them.
    pub pull_bytes: Option<u64>,
    /// Whether that is what a registry would keep.
    pub pull_exact: bool,
    /// Regular-file bytes of all layers as unpacked.
    pub stored_bytes: u64,
    /// Regular-file bytes of the root file system.
    pub visible_bytes: u64,
    /// Stored and not visible.
    pub wasted_bytes: u64,
    /// Lowest first.
    pub layers: Vec<LayerLine>,
    /// Why the image's Dockerfile tells no line of any layer, as a clause; left out where it does, and where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmatched: Option<String>,
    /// Stored bytes by class; they sum to `stored_bytes`.
    #[serde(deserialize_with = "by_class")]
    pub classes: BTreeMap<&'static str, u64>,
    /// What is installed, as the package managers' own lists say it, and what programs say they were built from.
    pub packages: Vec<PackageLine>,
    /// Packages that only the list of a lower layer names: a later one replaced or removed it, and their bytes are shipped.
    #[serde(default)]
    pub hidden_packages: Vec<HiddenPackage>,
    /// Programs that carry symbols, are packed or are shells, and all of the application's, in any layer.
    #[serde(default)]
    pub programs: Vec<ProgramLine>,
    /// What an intruder would be glad of.
    pub surface: Surface,
    /// Where secrets are. Their values are never shown.
    pub secrets: Vec<SecretLine>,
    /// Files that a tool left behind far too large, such as `var/log/lastlog`.
    #[serde(default)]
    pub oversized: Vec<OversizedLine>,
    /// Files, the largest first; as many as were asked for.
    #[serde(skip)]
    pub files: Vec<FileLine>,
}

/// One layer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LayerLine {
    /// Digest of its blob; `null` where it was never pushed or read from an archive.
    pub digest: Option<String>,
    /// Digest of its unpacked tar.
    pub diff_id: String,
    /// The instruction that made it; `null` where history does not tell.
    pub instruction: Option<String>,
    /// The line of its Dockerfile, from 1: of the instruction, or of the `FROM` that brought a layer of the base. `null` where
    /// the Dockerfile is not known, or was edited since.
    pub line: Option<usize>,
    /// Where its bytes come from: the name of the stage that `COPY --from` takes them from, the base image as `FROM` names it,
    /// or the stage the image ends with. `null` as for `line`.
    pub stage: Option<String>,
    /// Whether the base image that `stage` names brought it; left out where it did not, and where the Dockerfile is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_base: bool,
    /// Bytes of its blob.
    pub pull_bytes: Option<u64>,
    /// Bytes of its regular files.
    pub stored_bytes: u64,
    /// Those that higher layers hide.
    pub wasted_bytes: u64,
}

impl Inspection {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 1;

    /// Stored bytes of one class.
    pub fn bytes_of(&self, class: Class) -> u64 {
        self.classes.get(class.name()).copied().unwrap_or_default()
    }
}

/// Bytes by the names of classes that exist.
fn by_class<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<&'static str, u64>, D::Error> {
    let classes = BTreeMap::<Class, u64>::deserialize(deserializer)?;
    Ok(classes.into_iter().map(|(class, bytes)| (class.name(), bytes)).collect())
}
