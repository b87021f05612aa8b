//! Python's files by what they are for: its packages may lie beside the application, and its compiled modules anywhere.
//!
//! Compiled modules lie in `__pycache__` beside their source, or under `PYTHONPYCACHEPREFIX` at the path of their source (PEP 3147,
//! and `sys.pycache_prefix` in Python's manual).

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::class::Class;
use crate::findings::Findings;
use crate::path::{self, lies_in};
use crate::python::{CACHE, Note, home, is_dev};

/// What Python notes in all layers of one image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Python {
    dependencies: BTreeSet<String>,
    dev_dependencies: BTreeSet<String>,
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
                let kind = if own {
                    &mut python.application
                } else if is_dev(record) {
                    &mut python.dev_dependencies
                } else {
                    &mut python.dependencies
                };
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
            // What belongs to a package of either kind, such as a folder of plug-ins, is needed when the service runs.
            Some(Class::Application | Class::Dependencies | Class::Source) | None
                if holds(&self.dev_dependencies, path) && !holds(&self.dependencies, path) =>
            {
                Class::DevDependencies
            }
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
