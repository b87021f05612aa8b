//! What an image is made of, and the JSON document that says it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What a byte is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// What the image is for.
    Application,
    /// Libraries the application needs when it runs.
    Dependencies,
    /// Interpreter or virtual machine with its standard library.
    Runtime,
    /// The distribution: its libraries, programs and data.
    Os,
    /// Compilers, headers, package managers and what belongs to them.
    Toolchain,
    /// What package managers and compilers keep to be faster the next time.
    PackageCache,
    /// Libraries only the build or the tests need.
    DevDependencies,
    /// Tests and their data.
    Tests,
    /// Source code and build files.
    Source,
    /// The history of the source code.
    Vcs,
    /// Documentation and licences.
    Docs,
    /// Keys, passwords, tokens.
    Secret,
    /// None of these.
    Other,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Application,
        Self::Dependencies,
        Self::Runtime,
        Self::Os,
        Self::Toolchain,
        Self::PackageCache,
        Self::DevDependencies,
        Self::Tests,
        Self::Source,
        Self::Vcs,
        Self::Docs,
        Self::Secret,
        Self::Other,
    ];

    /// The name as in the rules and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Dependencies => "dependencies",
            Self::Runtime => "runtime",
            Self::Os => "os",
            Self::Toolchain => "toolchain",
            Self::PackageCache => "package-cache",
            Self::DevDependencies => "dev-dependencies",
            Self::Tests => "tests",
            Self::Source => "source",
            Self::Vcs => "vcs",
            Self::Docs => "docs",
            Self::Secret => "secret",
            Self::Other => "other",
        }
    }
}

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
    /// Stored bytes by class; they sum to `stored_bytes`.
    #[serde(deserialize_with = "by_class")]
    pub classes: BTreeMap<&'static str, u64>,
    /// What is installed, as the package managers' own lists say it, and what programs say they were built from.
    pub packages: Vec<PackageLine>,
    /// What an intruder would be glad of.
    pub surface: Surface,
    /// Where secrets are. Their values are never shown.
    pub secrets: Vec<SecretLine>,
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
    /// Bytes of its blob.
    pub pull_bytes: Option<u64>,
    /// Bytes of its regular files.
    pub stored_bytes: u64,
    /// Those that higher layers hide.
    pub wasted_bytes: u64,
}

/// One package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PackageLine {
    /// `deb`, `npm`, `pypi`, `go` or `cargo`.
    pub ecosystem: String,
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Bytes, where its list tells.
    pub bytes: Option<u64>,
}

/// One place where a secret is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SecretLine {
    /// Which rule says so.
    pub rule: String,
    /// The file, or the part of the config.
    pub path: String,
    /// Which layer, counted from 1; `null` for the config. A file deleted by a later layer is still in its own.
    pub layer: Option<usize>,
}

/// One file of one layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileLine {
    /// Path from the root.
    pub path: String,
    /// Which layer, counted from 1.
    pub layer: usize,
    /// Its class.
    pub class: Class,
    /// Its bytes.
    pub bytes: u64,
}

/// The surface of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Surface {
    /// Paths of shells.
    pub shells: BTreeSet<String>,
    /// Paths of package managers.
    pub package_managers: BTreeSet<String>,
    /// Paths of compilers, linkers and build tools.
    pub compilers: BTreeSet<String>,
    /// Programs that run with the rights of their owner or group, whoever starts them.
    pub setuid: BTreeSet<String>,
    /// Files anybody may write, and folders in which anybody may replace what others wrote.
    pub world_writable: BTreeSet<String>,
    /// The user of the process, as the image's config names it; empty means root.
    pub user: String,
    /// Whether a file of the roots of public certificate authorities is there. An HTTPS client needs one, unless it has them
    /// inside.
    pub ca_roots: bool,
    /// Whether files of time zones are there. A program may have them inside.
    pub tzdata: bool,
    /// Whether a dynamic loader is there: without one, only static programs run.
    pub loader: bool,
    /// How many of the programs are different ones.
    #[serde(default)]
    pub different: Different,
}

/// Programs of a surface, counted: several names or copies of one count once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Different {
    /// Shells.
    pub shells: usize,
    /// Package managers.
    pub package_managers: usize,
    /// Compilers, linkers and build tools.
    pub compilers: usize,
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
