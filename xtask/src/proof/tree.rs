//! The files of a repository as a fresh clone has them, and a digest of each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::rust;
use super::words;
use crate::error::{self, ErrorId, Problem, Result};
use crate::host;
use crate::process::Command;
use crate::units::hex;

/// How long git may take to list files.
const SOON: Duration = Duration::from_mins(1);

/// The files that git tracks or would track: no build output, and nothing else that it ignores.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    /// Paths from the root, with `/`, in order.
    paths: Vec<String>,
    /// The paths that git has as executable: what decides on systems whose files have no such permission.
    executable: BTreeSet<String>,
    /// Digests of the files that were asked for: most of them are asked for by many proofs.
    known: Mutex<BTreeMap<String, String>>,
}

impl Tree {
    /// Lists the files of a checkout.
    ///
    /// Errors: [`ErrorId::ToolMissing`] without git, [`ErrorId::NotAWorkshop`] where this is no checkout.
    pub fn open(root: &Path) -> Result<Self> {
        let ask = |words: &[&str]| {
            let command = Command::new("git").args(["ls-files", "-z"]).args(words.iter().copied());
            command.dir(root).output(SOON)
        };
        let list = ask(&["--cached", "--others", "--exclude-standard"])?;
        if !list.success() {
            let fact =
                "What was proved is recorded with a digest of the files that git tracks, and this is no checkout.";
            return Err(Problem::new(ErrorId::NotAWorkshop, fact)
                .evidence(list.stderr.lines())
                .next("git clone    makes one"));
        }
        // A tracked file may have been deleted since.
        let is_there = |path: &&str| !path.is_empty() && fs::symlink_metadata(root.join(path)).is_ok();
        let mut paths: Vec<String> = list.stdout.split('\0').filter(is_there).map(str::to_owned).collect();
        paths.sort();
        paths.dedup();
        let executable = executables(&ask(&["--stage"])?.stdout);
        Ok(Self { root: root.to_owned(), paths, executable, known: Mutex::default() })
    }

    /// Every path.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// The paths in a folder, at whatever depth.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let first = self.paths.partition_point(|path| path.as_str() < folder);
        let is_below = move |path: &&str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let begins = move |path: &&str| path.starts_with(folder);
        self.paths[first..].iter().map(String::as_str).take_while(begins).filter(is_below)
    }

    /// The text of a file.
    ///
    /// Errors: [`ErrorId::File`].
    pub fn text(&self, path: &str) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.read(path)?).into_owned())
    }

    /// Digest of a source file of the program: of Rust, of its tokens.
    ///
    /// Errors: [`ErrorId::File`].
    pub fn source(&self, path: &str) -> Result<String> {
        let text = self.text(path)?;
        Ok(hex(&Sha256::digest(if ends_with(path, "rs") { rust::tokens(&text) } else { text })))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>> {
        let full = self.root.join(path);
        fs::read(&full).map_err(|e| error::io("read", &full, &e))
    }

    /// Digest of the content of a file and, where it is executable, of that; of where a link leads. A file is read once: what
    /// is edited later shows in another tree.
    ///
    /// Errors: [`ErrorId::File`].
    pub fn digest(&self, path: &str) -> Result<String> {
        if let Some(known) = self.known.lock().ok().and_then(|known| known.get(path).cloned()) {
            return Ok(known);
        }
        let full = self.root.join(path);
        let found = fs::symlink_metadata(&full).map_err(|e| error::io("read", &full, &e))?;
        let mut digest = Sha256::new();
        if found.is_symlink() {
            let target = fs::read_link(&full).map_err(|e| error::io("read", &full, &e))?;
            digest.update(format!("link to {}", target.display()));
        } else {
            let executable = host::is_executable(&found).unwrap_or_else(|| self.executable.contains(path));
            digest.update(if executable { "executable\n" } else { "file\n" });
            digest.update(self.read(path)?);
        }
        let digest = hex(&digest.finalize());
        if let Ok(mut known) = self.known.lock() {
            known.insert(path.to_owned(), digest.clone());
        }
        Ok(digest)
    }
}

/// The executable files in what `git ls-files -z --stage` lists: `<mode> <object> <stage>\t<path>`, with mode 100755.
fn executables(listed: &str) -> BTreeSet<String> {
    let entries = listed.split('\0').filter_map(|entry| entry.split_once('\t'));
    entries.filter(|(about, _)| about.starts_with("100755 ")).map(|(_, path)| path.to_owned()).collect()
}

/// Whether a path has this extension.
pub(super) fn ends_with(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|its| its == extension)
}

/// Collects what a proof depends on, by name, into one digest.
#[derive(Debug, Default)]
pub struct Inputs(BTreeMap<String, String>);

impl Inputs {
    /// Adds some bytes under a name.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        self.0.insert(name.to_owned(), hex(&Sha256::digest(bytes)));
    }

    /// Adds a file as it is, under a name that does not change when its folder is renamed.
    ///
    /// Errors: [`ErrorId::File`].
    pub fn file(&mut self, tree: &Tree, path: &str, name: &str) -> Result<()> {
        self.0.insert(name.to_owned(), tree.digest(path)?);
        Ok(())
    }

    /// Adds every file of a folder as it is. A folder that is not there adds nothing.
    ///
    /// Errors: [`ErrorId::File`].
    pub fn folder(&mut self, tree: &Tree, folder: &str, name: &str) -> Result<()> {
        for path in tree.below(folder) {
            self.file(tree, path, &format!("{name}{}", &path[folder.len()..]))?;
        }
        Ok(())
    }

    /// Adds a manifest without its words; see [`words::without`].
    ///
    /// Errors: [`ErrorId::File`].
    pub fn manifest(&mut self, tree: &Tree, path: &str, name: &str, left_out: &[&str]) -> Result<()> {
        self.add(name, words::without(&tree.text(path)?, left_out).as_bytes());
        Ok(())
    }

    /// The digest of everything: eight hexadecimal digits, since people compare it and nobody attacks it.
    pub fn digest(&self) -> String {
        const SHOWN: usize = 4;
        let mut all = Sha256::new();
        for (name, digest) in &self.0 {
            all.update(format!("{digest} {name}\n"));
        }
        hex(&all.finalize()[..SHOWN])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_and_the_file_system_agree_on_what_is_executable() {
        let tree = Tree::open(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))).unwrap();
        assert!(tree.executable.iter().any(|path| ends_with(path, "sh")), "{:?}", tree.executable);
        for path in &tree.executable {
            let found = fs::symlink_metadata(tree.root.join(path)).unwrap();
            assert_ne!(host::is_executable(&found), Some(false), "{path}");
        }
        let listed = "100644 1f 0\ta\x00100755 2f 0\tb c\x00120000 3f 0\td\0";
        assert_eq!(executables(listed), BTreeSet::from(["b c".to_owned()]));
    }
}
