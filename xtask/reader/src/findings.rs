//! What the content of some files tells: which packages are installed, and whether a file holds a secret.
//!
//! Looked at while a layer streams past; a secret's value is never kept.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::class::Class;
use crate::package::Package;
use crate::path;
use crate::program::{Made, Told};
use crate::python::{self, Note};
use crate::secrets;

/// Lists of packages may be long; the dpkg status of a full Debian has some two million bytes.
const LARGEST_LIST: u64 = 16 << 20;

/// Everything that was found in one layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Packages, by the file that lists them.
    pub packages: BTreeMap<String, Vec<Package>>,
    /// Secrets, by the file they are in.
    pub secrets: BTreeMap<String, String>,
    /// Folders of packages that only the build needs.
    pub dev_folders: BTreeSet<String>,
    /// The places that packages of Python take, by the list that says so.
    pub places: BTreeMap<String, Vec<String>>,
    /// Notes that say of a package of Python that it was built from a folder.
    pub built_here: BTreeSet<String>,
    /// Programs of which there is something to say.
    pub programs: BTreeMap<String, Made>,
}

/// Why a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// It lists packages of dpkg.
    Dpkg,
    /// It lists what npm installed beside it.
    Npm,
    /// Python notes in it something of an installed package.
    Python(Note),
    /// It may hold a secret.
    Secret,
}

/// Whether the content of a file is worth reading, by its path and size.
pub fn interest(path: &[u8], bytes: u64) -> Option<Interest> {
    let list = path == b"var/lib/dpkg/status"
        || (path::parent(path) == b"var/lib/dpkg/status.d" && !path.ends_with(b".md5sums"));
    if list && bytes <= LARGEST_LIST {
        return Some(Interest::Dpkg);
    }
    if path.ends_with(b"node_modules/.package-lock.json") && bytes <= LARGEST_LIST {
        return Some(Interest::Npm);
    }
    if let Some(note) = Note::of(path) {
        return (bytes <= LARGEST_LIST).then_some(Interest::Python(note));
    }
    secrets::is_searched(path, bytes).then_some(Interest::Secret)
}

impl Findings {
    /// Looks at the content of a file.
    pub fn look(&mut self, path: &[u8], interest: Interest, content: &[u8]) {
        let at = path;
        let path = path::lossy(path);
        match interest {
            Interest::Dpkg => drop(self.packages.insert(path, dpkg(&String::from_utf8_lossy(content)))),
            Interest::Npm => drop(self.packages.insert(path.clone(), npm(&path, content))),
            Interest::Python(Note::Metadata) => {
                self.packages.insert(path.clone(), python::named(&path).into_iter().collect());
            }
            Interest::Python(Note::Record) => drop(self.places.insert(path.clone(), python::places(&path, content))),
            Interest::Python(Note::Origin) => {
                if python::from_folder(content) {
                    self.built_here.insert(path);
                }
            }
            Interest::Secret => {
                if let Some(rule) = secrets::in_file(at, content) {
                    self.secrets.insert(path, rule.to_owned());
                }
            }
        }
    }

    /// Notes what a program tells of itself.
    pub fn told(&mut self, path: &[u8], told: Told) {
        if !told.packages.is_empty() {
            self.packages.insert(path::lossy(path), told.packages);
        }
        if told.made != Made::default() {
            self.programs.insert(path::lossy(path), told.made);
        }
    }

    /// A path is written a second time in the same layer, or removed: what was found there no longer counts.
    pub fn forget(&mut self, path: &[u8]) {
        let nothing = self.packages.is_empty() && self.secrets.is_empty();
        if !nothing || !self.places.is_empty() || !self.built_here.is_empty() || !self.programs.is_empty() {
            let path = path::lossy(path);
            self.packages.remove(&path);
            self.secrets.remove(&path);
            self.places.remove(&path);
            self.built_here.remove(&path);
            self.programs.remove(&path);
        }
    }

    /// Notes the folders of packages, for [`Self::known_class`].
    pub fn settle(&mut self) {
        let packages = self.packages.values().flatten().filter(|package| package.dev);
        self.dev_folders = packages.filter_map(|package| package.folder.clone()).collect();
    }

    /// The class of a path, where the content tells more than any rule for paths.
    pub fn known_class(&self, path: &[u8]) -> Option<Class> {
        if self.secrets.is_empty() && self.dev_folders.is_empty() {
            return None;
        }
        let path = std::str::from_utf8(path).ok()?;
        if self.secrets.contains_key(path) {
            return Some(Class::Secret);
        }
        path::lies_in(path, &self.dev_folders).then_some(Class::DevDependencies)
    }
}

/// Paragraphs of `Field: value` lines, one a package; those that are not installed are left out.
fn dpkg(status: &str) -> Vec<Package> {
    let paragraphs = status.split("\n\n").filter_map(|paragraph| {
        let field =
            |name: &str| paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
        // The fragments of distroless images have no status: what they list is there.
        let installed = field("Status").is_none_or(|status| status.ends_with(" installed"));
        let mut package = Package::named("deb", field("Package")?, field("Version")?);
        package.bytes =
            field("Installed-Size").and_then(|kib| kib.parse::<u64>().ok()).map(|kib| kib.saturating_mul(1024));
        installed.then_some(package)
    });
    paragraphs.collect()
}

/// The list npm keeps of what it installed; it says of each package whether only development needs it.
fn npm(list: &str, content: &[u8]) -> Vec<Package> {
    #[derive(Deserialize)]
    struct Lock {
        packages: BTreeMap<String, Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        #[serde(default)]
        version: String,
        #[serde(default)]
        dev: bool,
    }
    let Ok(lock) = serde_json::from_slice::<Lock>(content) else { return Vec::new() };
    let root = list.strip_suffix("node_modules/.package-lock.json").unwrap_or_default();
    let packages = lock.packages.into_iter().filter_map(|(folder, entry)| {
        let name = folder.rsplit("node_modules/").next().filter(|_| folder.contains("node_modules/"))?;
        let package = Package::named("npm", name, &entry.version);
        Some(Package { dev: entry.dev, folder: Some(format!("{root}{folder}")), ..package })
    });
    packages.collect()
}
