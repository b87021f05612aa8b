//! `xtask/bases/bases.toml`: what each local base is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{self, ErrorId, Problem, Result};
use crate::manifest::Source;
use crate::model::Reference;
use crate::{dockerfile, names};

/// Folder of the recipes, from the repository's root.
pub const FOLDER: &str = "xtask/bases";

/// The manifest as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    root: Root,
    base: Vec<Base>,
}

/// How mmdebstrap makes the root filesystem under all other bases.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Root {
    /// Debian's code name.
    pub suite: String,
    /// Debian's number of it.
    pub release: String,
    /// Newest date a file may carry, as a Unix time.
    pub epoch: u64,
    /// Lines for dpkg's configuration, kept in the image.
    pub dpkg_options: Vec<String>,
    /// Lines for apt's configuration, kept in the image.
    pub apt_options: Vec<String>,
    /// Files of the recipes' folder to copy in, with the directory each goes to.
    pub copy: BTreeMap<String, String>,
    /// What the installation leaves behind, as absolute shell patterns.
    pub remove: Vec<String>,
}

/// One base as written. What is marked as not serialised does not make an image outdated when it changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Base {
    /// The official image's name, as Dockerfiles write it.
    pub name: String,
    /// File in the recipes' folder.
    pub dockerfile: String,
    /// Stage to build; the last one when left out.
    pub target: Option<String>,
    /// Value of the build argument `PARENT`, for a Dockerfile that stands on several bases.
    pub parent: Option<String>,
    /// Whether the Dockerfile adds the root filesystem that mmdebstrap made.
    #[serde(default)]
    pub root: bool,
    /// Build arguments.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// A wheel of the Python package index that the Dockerfile unpacks.
    pub wheel: Option<Wheel>,
    /// Set where programs are built in the base: then it may need this network's CA and mirrors.
    #[serde(skip_serializing)]
    pub toolchain: Option<Toolchain>,
    /// How it differs from the official image, in words.
    #[serde(skip_serializing)]
    pub differs: String,
}

/// A pinned wheel.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    /// Name and version as pip takes them.
    pub requirement: String,
    /// SHA-256 of the wheel for each architecture, in hexadecimal.
    pub sha256: BTreeMap<String, String>,
}

impl Wheel {
    /// One line for pip with every hash: pip takes the file of its machine and refuses any that has none of them.
    pub fn line(&self) -> String {
        let hashes = self.sha256.values().map(|hash| format!(" --hash=sha256:{hash}"));
        std::iter::once(self.requirement.clone()).chain(hashes).collect()
    }
}

/// What the download tool of a toolchain base reads from its environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Toolchain {
    /// Variables that name a file of trusted CA certificates.
    pub ca_variables: Vec<String>,
    /// Variables that name a package mirror, passed on from the host where they are set. Those of one group name the same mirror to
    /// several tools: where only some of them are set, the others get the value of the first that is.
    #[serde(default)]
    pub mirror_variables: Vec<Vec<String>>,
}

/// A base together with the texts it is made from.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Its entry in the manifest.
    pub base: Base,
    /// Text of its Dockerfile.
    pub dockerfile: String,
    /// The files of the recipes' folder that the Dockerfile, or the root's making, mentions.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The bases it is built from, by name.
    pub parents: BTreeSet<String>,
}

/// All recipes.
#[derive(Clone, Debug)]
pub struct Recipes {
    /// Absolute path of the recipes' folder.
    pub folder: PathBuf,
    /// How the root filesystem is made.
    pub root: Root,
    /// Text of the overlay's Dockerfile.
    pub overlay: String,
    by_name: BTreeMap<String, Recipe>,
    /// The names in the order of the manifest, parents before children.
    order: Vec<String>,
}

impl Recipes {
    /// Reads the manifest and everything it mentions. `repository` is the root of the working copy.
    ///
    /// Errors: [`ErrorId::Manifest`] for an invalid manifest, a parent that has no recipe or comes later in the file;
    /// [`ErrorId::File`] and [`ErrorId::Dockerfile`] for what it mentions.
    pub fn load(repository: &Path) -> Result<Self> {
        let folder = repository.join(FOLDER);
        let shown = format!("{FOLDER}/bases.toml");
        let source = Source::read(repository, &shown)?;
        let manifest: Manifest = source.parse()?;
        let mut by_name = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        for base in manifest.base {
            let recipe = Recipe::load(&folder, base, &manifest.root)?;
            let name = recipe.base.name.clone();
            // Parents first, in the file as in a build: then there can be no cycle.
            if let Some(unknown) = recipe.parents.iter().find(|p| !order.contains(p)) {
                let message = format!("`{name}` stands on `{unknown}`, which has no recipe above it");
                return Err(source.wrong("base", &name, &message, []));
            }
            if order.contains(&name) {
                let message = format!("`{name}` has two recipes");
                return Err(source.wrong("base", &name, &message, []));
            }
            order.push(name.clone());
            by_name.insert(name, recipe);
        }
        let overlay = read(&folder.join(OVERLAY))?;
        Ok(Self { folder, root: manifest.root, overlay, by_name, order })
    }

    /// Every base in the order of the manifest: parents before what stands on them.
    pub fn all(&self) -> impl Iterator<Item = &Recipe> {
        self.order.iter().map(|name| &self.by_name[name])
    }

    /// The recipe of a base.
    ///
    /// Errors: [`ErrorId::UnknownBase`], with the nearest name there is.
    pub fn get(&self, name: &str) -> Result<&Recipe> {
        self.find(name).ok_or_else(|| {
            let fact = format!("There is no recipe for the base `{}`.", names::printable(name));
            let problem = Problem::new(ErrorId::UnknownBase, fact)
                .cause("Local bases stand in for the official images that the workshop's own Dockerfiles name.");
            let pinned = name.split_once('@').map(|(tagged, _)| {
                let tagged = names::printable(tagged);
                format!("A digest names one image of a registry, and bases made here are others: write `{tagged}`.")
            });
            let problem = pinned.into_iter().fold(problem, Problem::next);
            let family = |name: &str| name.split(':').next().unwrap_or_default().to_owned();
            let alike = self.order.iter().filter(|other| family(other) == family(name)).map(|name| format!("`{name}`"));
            let alike: Vec<String> = alike.collect();
            match names::nearest(name, self.order.iter().map(String::as_str)) {
                _ if !alike.is_empty() => {
                    problem.next(format!("Of this image there is {}.", names::list(alike.iter().map(String::as_str))))
                }
                Some(near) => problem.next(format!("Did you mean `{near}`?")),
                None => problem.next("cargo xtask bases list    lists all there are"),
            }
            .next("--bases registry    pulls any image, where a registry answers")
        })
    }

    /// The bases needed for some, themselves and their parents' parents included, parents first.
    ///
    /// Errors: [`ErrorId::UnknownBase`].
    pub fn closure(&self, needed: &BTreeSet<String>) -> Result<Vec<&Recipe>> {
        let mut wanted = BTreeSet::new();
        let mut waiting: Vec<&str> = needed.iter().map(String::as_str).collect();
        while let Some(name) = waiting.pop() {
            let recipe = self.get(name)?;
            if wanted.insert(name) {
                waiting.extend(recipe.parents.iter().map(String::as_str));
            }
        }
        Ok(self.all().filter(|r| wanted.contains(r.base.name.as_str())).collect())
    }

    /// The recipe of a base, if there is one, by any of its names.
    pub fn find(&self, name: &str) -> Option<&Recipe> {
        self.by_name.get(&Reference::short(name))
    }

    /// The image that a registry is asked about when nobody said where bases come from: the first, and smallest, of all.
    pub fn probe(&self) -> &str {
        self.order.first().map_or("", String::as_str)
    }

    /// The variables of package mirrors that some toolchain reads.
    pub fn mirror_variables(&self) -> impl Iterator<Item = &str> {
        self.all()
            .filter_map(|r| r.base.toolchain.as_ref())
            .flat_map(|t| t.mirror_variables.iter().flatten())
            .map(String::as_str)
    }

    /// The image whose public CA certificates the overlay joins with this network's.
    pub fn overlay_parents(&self) -> Result<BTreeSet<String>> {
        parents(&self.overlay, OVERLAY, None, None)
    }
}

/// The overlay's Dockerfile in the recipes' folder.
const OVERLAY: &str = "ca-overlay.Dockerfile";

impl Recipe {
    fn load(folder: &Path, base: Base, root: &Root) -> Result<Self> {
        let dockerfile = read(&folder.join(&base.dockerfile))?;
        let parents = parents(&dockerfile, &base.dockerfile, base.target.as_deref(), base.parent.as_deref())?;
        let mut mentioned = mentioned_files(&dockerfile);
        if base.root {
            mentioned.extend(root.copy.keys().cloned());
        }
        let mut files = BTreeMap::new();
        for file in mentioned {
            let path = folder.join(&file);
            let bytes = std::fs::read(&path).map_err(|e| error::io("read", &path, &e))?;
            files.insert(file, bytes);
        }
        Ok(Self { base, dockerfile, files, parents })
    }
}

/// The images a build of `target` stands on; `FROM ${PARENT}` stands on `parent`, and on nothing where there is none.
fn parents(text: &str, file: &str, target: Option<&str>, parent: Option<&str>) -> Result<BTreeSet<String>> {
    let args: BTreeMap<String, String> =
        parent.iter().map(|parent| ("PARENT".to_owned(), (*parent).to_owned())).collect();
    let given = dockerfile::Given { args: Some(&args), target, ..dockerfile::Given::default() };
    let mut images = dockerfile::parse_for(text, &format!("{FOLDER}/{file}"), &given)?.images(target);
    images.extend(parent.map(str::to_owned));
    Ok(images)
}

/// Paths below `files/` that a Dockerfile names.
fn mentioned_files(dockerfile: &str) -> BTreeSet<String> {
    let part_of_a_path = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    dockerfile
        .match_indices("files/")
        .filter(|(at, _)| !dockerfile[..*at].ends_with(|c: char| part_of_a_path(c) || c == '/'))
        .map(|(at, folder)| {
            let rest = &dockerfile[at + folder.len()..];
            let end = rest.find(|c| !part_of_a_path(c)).unwrap_or(rest.len());
            format!("{folder}{}", &rest[..end])
        })
        .collect()
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| error::io("read", path, &e))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The recipes of this repository.
    pub fn ours() -> Recipes {
        Recipes::load(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()).unwrap()
    }

    impl Recipes {
        /// The same recipes, one of them with another Dockerfile.
        #[must_use]
        pub fn with_dockerfile(mut self, name: &str, text: &str) -> Self {
            text.clone_into(&mut self.by_name.get_mut(name).unwrap().dockerfile);
            self
        }
    }

    pub fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn a_base_brings_its_parents_first() {
        let recipes = ours();
        let closure = recipes.closure(&set(&["golang:1.27-trixie"])).unwrap();
        let names: Vec<_> = closure.iter().map(|r| r.base.name.as_str()).collect();
        assert_eq!(names.first(), Some(&"debian:trixie-slim"));
        assert_eq!(names.last(), Some(&"golang:1.27-trixie"));
        assert!(names.contains(&"buildpack-deps:trixie-scm") && !names.contains(&"buildpack-deps:trixie"));
    }

    #[test]
    fn an_unknown_base_names_its_neighbour() {
        let problem = ours().closure(&set(&["goland:1.27-trixie"])).unwrap_err();
        assert_eq!(problem.id, ErrorId::UnknownBase);
        assert_eq!(problem.next[0], "Did you mean `golang:1.27-trixie`?");
        let of_another_kind = ours().closure(&set(&["python:3.13-alpine3.22"])).unwrap_err();
        assert_eq!(
            of_another_kind.next[0],
            "Of this image there is `python:3.13-trixie` and `python:3.13-slim-trixie`."
        );
        let stranger = ours().closure(&set(&["erlang"])).unwrap_err();
        assert!(stranger.next[0].starts_with("cargo xtask bases list"), "{:?}", stranger.next);
    }

    #[test]
    fn the_parent_of_a_shared_dockerfile_comes_from_the_manifest() {
        let recipes = ours();
        assert!(recipes.get("rust:1-trixie").unwrap().parents.contains("buildpack-deps:trixie"));
        assert_eq!(recipes.get("rust:1-slim-trixie").unwrap().parents, set(&["debian:trixie-slim"]));
    }

    #[test]
    fn files_a_recipe_mentions_are_part_of_it() {
        let text = "COPY files/a.sh /x\nRUN --mount=type=bind,source=files/b.conf,target=/c true\nCOPY other-files/d /";
        assert_eq!(mentioned_files(text), set(&["files/a.sh", "files/b.conf"]));
    }

    #[test]
    fn pip_gets_every_hash() {
        let wheel: Wheel = toml::from_str("requirement='x==1'\nsha256={amd64='aa',arm64='bb'}").unwrap();
        assert_eq!(wheel.line(), "x==1 --hash=sha256:aa --hash=sha256:bb");
    }

    #[test]
    fn a_parent_below_its_child_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(FOLDER);
        std::fs::create_dir_all(&folder).unwrap();
        let root = "[root]\nsuite='s'\nrelease='1'\nepoch=0\ndpkg-options=[]\napt-options=[]\nremove=[]\ncopy={}\n";
        let base = |name: &str| format!("[[base]]\nname=\"{name}\"\ndockerfile='{name}.Dockerfile'\ndiffers='-'\n");
        std::fs::write(folder.join("bases.toml"), format!("{root}{}{}", base("child"), base("mother"))).unwrap();
        std::fs::write(folder.join("child.Dockerfile"), "FROM mother\n").unwrap();
        std::fs::write(folder.join("mother.Dockerfile"), "FROM scratch\n").unwrap();
        let problem = Recipes::load(home.path()).unwrap_err();
        assert!(problem.fact.contains("`child` stands on `mother`"), "{}", problem.fact);
    }
}
