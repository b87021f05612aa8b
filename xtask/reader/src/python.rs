//! What Python notes of what it installed, file by file.
//!
//! A package leaves a folder `NAME-VERSION.dist-info` beside its modules. `RECORD` in it lists every file of the package, and
//! `direct_url.json` says where it came from if that was not an index: the packaging specification "Recording installed
//! projects".

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::package::Package;
use crate::path;
use crate::rules::RULES;

/// A file of a package's notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Describes the package; its path names it.
    Metadata,
    /// Lists its files.
    Record,
    /// Says where it came from.
    Origin,
}

impl Note {
    const ALL: [Self; 3] = [Self::Metadata, Self::Record, Self::Origin];

    /// What such a file's path ends with.
    pub(crate) const fn ending(self) -> &'static str {
        match self {
            Self::Metadata => ".dist-info/METADATA",
            Self::Record => ".dist-info/RECORD",
            Self::Origin => ".dist-info/direct_url.json",
        }
    }

    /// Which note a file is, by its path.
    pub(crate) fn of(path: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|note| path.ends_with(note.ending().as_bytes()))
    }

    /// Another note beside this one.
    pub(crate) fn beside(self, path: &str, other: Self) -> String {
        format!("{}{}", path.strip_suffix(self.ending()).unwrap_or(path), other.ending())
    }
}

/// Where compiled modules lie beside their sources.
pub(crate) const CACHE: &[u8] = b"__pycache__";

/// A folder `NAME-VERSION.dist-info` is how Python notes an installed package.
pub(crate) fn named(metadata: &str) -> Option<Package> {
    let note = metadata.strip_suffix(Note::Metadata.ending())?;
    let note = note.rsplit_once('/').map_or(note, |(_, name)| name);
    let (name, version) = note.split_once('-')?;
    Some(Package::named("pypi", name, version))
}

/// Whether the package that this list of files belongs to is one that only the build or the tests need.
pub(crate) fn is_dev(record: &str) -> bool {
    let package = named(&Note::Record.beside(record, Note::Metadata));
    package.is_some_and(|package| RULES.python_dev.have(&package.name))
}

/// The places a package takes, by its list of files: top-level modules and folders, and single files outside of the folder
/// it was installed in. Lines that are none are passed over.
pub(crate) fn places(record: &str, content: &[u8]) -> Vec<String> {
    let home = home(record);
    let mut lines = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(content);
    let files = lines.byte_records().filter_map(Result::ok);
    let mut places = BTreeSet::new();
    for file in files.filter_map(|line| String::from_utf8(line.get(0)?.to_vec()).ok()) {
        let top = file.split('/').next().unwrap_or_default();
        if file.starts_with('/') || top == ".." {
            places.extend(normal(&file));
            places.extend(normal(&join(home, &file)));
            // `pip install --target` moves scripts beside the modules, and the list does not follow.
            let inside = file.trim_start_matches("../");
            places.extend(normal(&join(home, inside)));
        } else if top.as_bytes() != CACHE {
            places.extend(normal(&join(home, top)));
        }
    }
    places.remove("");
    places.remove(home);
    places.into_iter().collect()
}

/// Whether a package was built from a folder of sources: that is the application itself, installed like a dependency.
pub(crate) fn from_folder(direct_url: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Origin {
        #[serde(default)]
        dir_info: Option<serde_json::Value>,
    }
    serde_json::from_slice(direct_url).is_ok_and(|origin: Origin| origin.dir_info.is_some())
}

/// The folder a package was installed in, by a file of its notes.
pub(crate) fn home(noted: &str) -> &str {
    let mut folders = noted.rsplitn(3, '/');
    folders.nth(2).unwrap_or_default()
}

fn join(folder: &str, path: &str) -> String {
    format!("{folder}/{path}")
}

fn normal(path: &str) -> Option<String> {
    path::normal(path.as_bytes()).ok().map(|path| path::lossy(&path))
}
