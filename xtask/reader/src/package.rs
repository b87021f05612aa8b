//! Packages, as the lists of package managers name them.

use serde::{Deserialize, Serialize};

/// One installed package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    /// `deb`, `npm`, `pypi`, `go` or `cargo`.
    pub ecosystem: String,
    /// Name.
    pub name: String,
    /// Version, as its own list says it.
    pub version: String,
    /// Bytes: for `deb` what the package itself says it takes once installed; `None` where the list does not tell.
    pub bytes: Option<u64>,
    /// The folder it is in, where it has one of its own.
    pub folder: Option<String>,
    /// Whether it is only needed to build or to test.
    pub dev: bool,
}

impl Package {
    /// A package of which only this is known.
    pub fn named(ecosystem: &str, name: &str, version: &str) -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            ecosystem: text(ecosystem),
            name: text(name),
            version: text(version),
            bytes: None,
            folder: None,
            dev: false,
        }
    }
}
