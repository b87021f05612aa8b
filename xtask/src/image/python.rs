//! What Python notes of what it installed and compiled, and what that tells of a file's class.
//!
//! A package leaves a folder `NAME-VERSION.dist-info` beside its modules. `RECORD` in it lists every file of the package, and
//! `direct_url.json` says where it came from if that was not an index: the packaging specification "Recording installed
//! projects". Compiled modules lie in `__pycache__` beside their source, or under `PYTHONPYCACHEPREFIX` at the path of their
//! source (PEP 3147, and `sys.pycache_prefix` in Python's manual).

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::findings::{Findings, Package, package};
use super::path;
use crate::model::Class;

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

    const fn ending(self) -> &'static str {
        match self {
            Self::Metadata => ".dist-info/METADATA",
            Self::Record => ".dist-info/RECORD",
            Self::Origin => ".dist-info/direct_url.json",
        }
    }

    /// Which note a file is, by its path.
    pub(super) fn of(path: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|note| path.ends_with(note.ending().as_bytes()))
    }

    /// Another note beside this one.
    fn beside(self, path: &str, other: Self) -> String {
        format!("{}{}", path.strip_suffix(self.ending()).unwrap_or(path), other.ending())
    }
}

const CACHE: &[u8] = b"__pycache__";

/// A folder `NAME-VERSION.dist-info` is how Python notes an installed package.
pub(super) fn named(metadata: &str) -> Option<Package> {
    let note = metadata.strip_suffix(Note::Metadata.ending())?;
    let note = note.rsplit_once('/').map_or(note, |(_, name)| name);
    let (name, version) = note.split_once('-')?;
    Some(package("pypi", name, version))
}

/// The places a package takes, by its list of files: top-level modules and folders, and single files outside of the folder
/// it was installed in. Lines that are none are passed over.
pub(super) fn places(record: &str, content: &[u8]) -> Vec<String> {
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
pub(super) fn from_folder(direct_url: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Origin {
        #[serde(default)]
        dir_info: Option<serde_json::Value>,
    }
    serde_json::from_slice(direct_url).is_ok_and(|origin: Origin| origin.dir_info.is_some())
}

/// What Python notes in all layers of one image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Python {
    dependencies: BTreeSet<String>,
    application: BTreeSet<String>,
    /// Folders with packages that have no list of their files: all that lies there counts as theirs.
    folders: BTreeSet<String>,
    /// `PYTHONPYCACHEPREFIX`.
    bytecode: Option<Vec<u8>>,
}

impl Python {
    /// What was found in all layers says, and the image's environment (`NAME=value`).
    pub fn of<'f>(layers: impl IntoIterator<Item = &'f Findings>, environment: &[String]) -> Self {
        let layers: Vec<_> = layers.into_iter().collect();
        let prefix = environment.iter().find_map(|variable| variable.strip_prefix("PYTHONPYCACHEPREFIX="));
        let bytecode = prefix.and_then(|prefix| path::normal(prefix.as_bytes()).ok()).filter(|path| !path.is_empty());
        let mut python = Self { bytecode, ..Self::default() };
        let any = |has: &dyn Fn(&Findings) -> bool| layers.iter().any(|findings| has(findings));
        for findings in &layers {
            for (record, places) in &findings.places {
                let origin = Note::Record.beside(record, Note::Origin);
                let own = any(&|findings| findings.built_here.contains(&origin));
                let kind = if own { &mut python.application } else { &mut python.dependencies };
                kind.extend(places.iter().cloned());
            }
            for list in findings.packages.keys().filter(|list| list.ends_with(Note::Metadata.ending())) {
                let record = Note::Metadata.beside(list, Note::Record);
                if !any(&|findings| findings.places.contains_key(&record)) {
                    python.folders.insert(home(list).to_owned());
                }
            }
        }
        python
    }

    /// The path by which a file is judged: compiled modules are what their source is.
    pub fn source<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        let compiled = path.strip_suffix(b".pyc").and_then(|stem| self.compiled_from(stem));
        compiled.map_or(Cow::Borrowed(path), Cow::Owned)
    }

    fn compiled_from(&self, stem: &[u8]) -> Option<Vec<u8>> {
        let below_prefix =
            self.bytecode.as_ref().and_then(|prefix| stem.strip_prefix(prefix.as_slice())?.strip_prefix(b"/"));
        let (folder, name) = match below_prefix {
            Some(stem) => (path::parent(stem), path::file_name(stem)),
            None if path::file_name(path::parent(stem)) == CACHE => {
                (path::parent(path::parent(stem)), path::file_name(stem))
            }
            None => return None,
        };
        // `clock.cpython-313.opt-1` is the module `clock`.
        let module = name.split(|&b| b == b'.').next()?;
        let separator: &[u8] = if folder.is_empty() { b"" } else { b"/" };
        Some([folder, separator, module, b".py"].concat())
    }

    /// The class of a file, where rules for paths cannot tell dependencies from the application.
    pub fn class(&self, source: &[u8], ruled: Option<Class>) -> Class {
        let Ok(path) = std::str::from_utf8(source) else { return ruled.unwrap_or(Class::Application) };
        match ruled {
            Some(Class::Dependencies) | None if holds(&self.application, path) => Class::Application,
            // A package may bring sources of its extension modules.
            Some(Class::Application | Class::Source) | None if holds(&self.dependencies, path) => Class::Dependencies,
            Some(Class::Application) | None if lies_in(path, &self.folders) => Class::Dependencies,
            other => other.unwrap_or(Class::Application),
        }
    }
}

/// Whether a path is one of these places, or lies in one.
fn holds(places: &BTreeSet<String>, path: &str) -> bool {
    !places.is_empty() && (places.contains(path) || lies_in(path, places))
}

/// Whether a path lies in one of these folders, at any depth.
pub(super) fn lies_in(path: &str, folders: &BTreeSet<String>) -> bool {
    !folders.is_empty() && path.match_indices('/').any(|(slash, _)| folders.contains(&path[..slash]))
}

/// The folder a package was installed in, by a file of its notes.
fn home(noted: &str) -> &str {
    let mut folders = noted.rsplitn(3, '/');
    folders.nth(2).unwrap_or_default()
}

fn join(folder: &str, path: &str) -> String {
    format!("{folder}/{path}")
}

fn normal(path: &str) -> Option<String> {
    path::normal(path.as_bytes()).ok().map(|path| path::lossy(&path))
}
