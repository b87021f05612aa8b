//! The files of a folder, as far as recognising what it is written in needs them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::{self, Result};

/// Most files that are looked at. What says how a project is built lies near its top, and that is read first.
const MOST: usize = 20_000;
/// Deepest folder that is looked into; a Java class lies eight below its module.
const DEEPEST: usize = 12;
/// Largest file whose text is read, in bytes. A manifest or an entry point is far below it; a large lock of Cargo's has half.
const LARGEST: u64 = 1 << 20;
/// Folders that a build makes or a tool keeps, and that no person writes.
const MADE: [&str; 12] = [
    "node_modules",
    ".git",
    "target",
    ".venv",
    "venv",
    "__pycache__",
    ".gradle",
    ".next",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".idea",
];
/// Endings of the files whose text says something about the build.
const READ: [&str; 16] = [
    "json",
    "toml",
    "txt",
    "py",
    "go",
    "rs",
    "xml",
    "gradle",
    "kts",
    "yaml",
    "yml",
    "mjs",
    "cjs",
    "js",
    "ts",
    "properties",
];
/// The same for files without an ending, or with one that does not tell.
const READ_BY_NAME: [&str; 11] = [
    "Cargo.lock",
    "go.mod",
    "go.work",
    "Procfile",
    ".npmrc",
    ".yarnrc.yml",
    ".nvmrc",
    ".node-version",
    ".python-version",
    "Pipfile",
    ".dockerignore",
];

/// Files by path, each with its text where that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads a folder: names of all files that people write, texts of those that say how it is built. Links are not followed.
    ///
    /// Errors: the folder itself cannot be read. What cannot be read below it is left out.
    pub fn read(folder: &Path) -> Result<Self> {
        std::fs::read_dir(folder).map_err(|e| error::io("read", folder, &e))?;
        let mut files = BTreeMap::new();
        // Nearest first, so that a limit costs what lies deepest.
        let mut waiting = std::collections::VecDeque::from([(String::new(), 0)]);
        while let Some((below, depth)) = waiting.pop_front() {
            let Ok(entries) = std::fs::read_dir(folder.join(&below)) else { continue };
            for entry in entries.flatten() {
                let Ok(name) = entry.file_name().into_string() else { continue };
                let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && depth < DEEPEST && !MADE.contains(&name.as_str()) => {
                        waiting.push_back((path, depth + 1));
                    }
                    Ok(kind) if kind.is_file() && files.len() < MOST => {
                        let text = is_read(&name).then(|| text(&entry)).flatten().unwrap_or_default();
                        files.insert(path, text);
                    }
                    _ => {}
                }
            }
        }
        Ok(Self { files })
    }

    /// A tree of these files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    /// Whether there is a file at this path.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether there is a folder at this path, with a file in it.
    pub fn has_folder(&self, path: &str) -> bool {
        self.in_folder(path).next().is_some()
    }

    /// The text of a file; empty where it was not read, and where there is none.
    pub fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", String::as_str)
    }

    /// A file as JSON; `null` where it is none.
    pub fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(self.text(path)).unwrap_or_default()
    }

    /// A file as TOML; empty where it is none.
    pub fn toml(&self, path: &str) -> toml::Table {
        self.text(path).parse().unwrap_or_default()
    }

    /// The first of these paths at which there is a file.
    pub fn first<'n>(&self, paths: &[&'n str]) -> Option<&'n str> {
        paths.iter().copied().find(|path| self.has(path))
    }

    /// Those of these paths at which there is a file.
    pub fn those(&self, paths: &[&str]) -> Vec<String> {
        paths.iter().filter(|path| self.has(path)).map(|path| (*path).to_owned()).collect()
    }

    /// Every file with its text, in order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files of a folder, by their path in the tree.
    pub fn in_folder(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.files().filter(move |(path, _)| path.starts_with(&start))
    }

    /// A folder of it as a tree of its own.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        if folder.is_empty() {
            return self.clone();
        }
        let start = format!("{folder}/");
        let files =
            self.files.iter().filter_map(|(path, text)| Some((path.strip_prefix(&start)?.to_owned(), text.clone())));
        Self { files: files.collect() }
    }

    /// What lies at the top: names of files, and of folders with a slash behind them.
    pub fn top(&self) -> BTreeSet<String> {
        let name = |path: &String| match path.split_once('/') {
            Some((folder, _)) => format!("{folder}/"),
            None => path.clone(),
        };
        self.files.keys().map(name).collect()
    }

    /// Folders at most `deep` below the top that have one of these files, nearest first; the top is the empty path.
    pub fn folders_with(&self, names: &[&str], deep: usize) -> Vec<String> {
        let folder = |path: &String| {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let depth = if folder.is_empty() { 0 } else { 1 + folder.matches('/').count() };
            (names.contains(&name) && depth <= deep).then(|| (depth, folder.to_owned()))
        };
        let found: BTreeSet<(usize, String)> = self.files.keys().filter_map(folder).collect();
        found.into_iter().map(|(_, folder)| folder).collect()
    }
}

fn is_read(name: &str) -> bool {
    let lock = name.ends_with("-lock.json");
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    READ_BY_NAME.contains(&name) || READ.contains(&ending) && !lock
}

fn text(entry: &std::fs::DirEntry) -> Option<String> {
    if entry.metadata().ok()?.len() > LARGEST {
        return None;
    }
    Some(String::from_utf8_lossy(&std::fs::read(entry.path()).ok()?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_without_what_tools_made() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &[u8]| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("package.json", b"{}");
        write("logo.png", b"\x89PNG");
        write("src/app.ts", b"x");
        write("node_modules/a/package.json", b"{}");
        write("huge.json", &vec![b' '; (1 << 20) + 1]);
        let tree = Tree::read(dir.path()).unwrap();
        let files: Vec<_> = tree.files().collect();
        assert_eq!(files, [("huge.json", ""), ("logo.png", ""), ("package.json", "{}"), ("src/app.ts", "x")]);
        assert!(Tree::read(&dir.path().join("no")).is_err());
    }

    #[test]
    fn a_tree_knows_its_top_and_its_folders() {
        let tree = Tree::of(&[("a.go", ""), ("cmd/x/main.go", "m"), ("svc/api/go.mod", ""), ("go.mod", "")]);
        assert_eq!(tree.top().into_iter().collect::<Vec<_>>(), ["a.go", "cmd/", "go.mod", "svc/"]);
        assert_eq!(tree.folders_with(&["go.mod"], 2), ["", "svc/api"]);
        assert_eq!(tree.folders_with(&["go.mod"], 1), [""]);
        assert_eq!(tree.below("cmd").text("x/main.go"), "m");
        assert!(tree.has_folder("cmd/x") && !tree.has_folder("cmd/y") && !tree.has_folder("a.go"));
    }
}
