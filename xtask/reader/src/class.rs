//! What bytes are there for.

use serde::{Deserialize, Serialize};

/// What a byte is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
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
