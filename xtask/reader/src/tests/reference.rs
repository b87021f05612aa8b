//! The naive way: unpack every layer into a folder, put the folders on top of each other, and ask the file system.
//!
//! Shares nothing with the reader but the meaning of a layer. Hard links are real hard links, so that the file system
//! itself says which names are one inode.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// One entry of a layer, as the generator makes them.
#[derive(Clone, Debug)]
pub enum Op {
    File(PathBuf, u16),
    Folder(PathBuf),
    Link(PathBuf, PathBuf),
    Symlink(PathBuf),
    Whiteout(PathBuf),
    Opaque(PathBuf),
}

/// Layers on disk.
pub struct Unpacked {
    layers: Vec<TempDir>,
    merged: TempDir,
}

impl Unpacked {
    pub fn new() -> Self {
        Self { layers: Vec::new(), merged: TempDir::new().unwrap() }
    }

    /// Begins a layer, and returns those of the entries that can be unpacked: what lies below a file cannot, and where symbolic
    /// links lead is asked in tests of their own.
    pub fn layer(&mut self, ops: Vec<Op>) -> Vec<Op> {
        let own = TempDir::new().unwrap();
        let ops: Vec<_> = ops.into_iter().filter(|op| unpack(own.path(), op)).collect();
        for op in &ops {
            match op {
                Op::Whiteout(path) => {
                    folders(self.merged.path(), path.parent().unwrap());
                    remove(&self.merged.path().join(path));
                }
                Op::Opaque(path) => {
                    folders(self.merged.path(), path);
                    let folder = self.merged.path().join(path);
                    for entry in fs::read_dir(folder).unwrap() {
                        remove(&entry.unwrap().path());
                    }
                }
                _ => {}
            }
        }
        merge(own.path(), self.merged.path());
        self.layers.push(own);
        ops
    }

    /// Stored bytes and files of every layer, then visible bytes.
    pub fn sums(&self) -> (Vec<(u64, u64)>, u64) {
        let stored = self.layers.iter().map(|layer| inodes(layer.path()));
        let stored = stored.map(|sizes| (sizes.values().sum(), sizes.len() as u64)).collect();
        (stored, inodes(self.merged.path()).values().sum())
    }

    /// Every path of the merged root with its kind and size, for comparison by eye when a test fails.
    pub fn listing(&self) -> Vec<String> {
        let mut lines = Vec::new();
        walk(self.merged.path(), &mut |path, data| {
            let path = path.strip_prefix(self.merged.path()).unwrap().display().to_string();
            lines.push(format!("{path} {}", if data.is_file() { data.len().to_string() } else { "-".to_owned() }));
        });
        lines
    }
}

fn unpack(root: &Path, op: &Op) -> bool {
    let linked = |path: &Path| path.ancestors().any(|folder| root.join(folder).is_symlink());
    let path = match op {
        Op::Whiteout(path) => return !linked(path.parent().unwrap()),
        Op::Opaque(path) => return !linked(path),
        Op::File(path, _) | Op::Folder(path) | Op::Link(path, _) | Op::Symlink(path) => path,
    };
    let at = root.join(path);
    let real = |folder: &Path| folder.symlink_metadata().map_or(true, |data| data.is_dir());
    if !path.ancestors().skip(1).all(|folder| real(&root.join(folder))) {
        return false;
    }
    if let Op::Link(path, target) = op {
        let target_is_no_folder = root.join(target).symlink_metadata().is_ok_and(|data| !data.is_dir());
        // A link replaces what was there, and must not remove its own target with it.
        if !target_is_no_folder || target.starts_with(path) {
            return false;
        }
    }
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    if !(matches!(op, Op::Folder(_)) && at.is_dir()) {
        remove(&at);
    }
    match op {
        Op::File(_, size) => fs::write(at, vec![7; usize::from(*size)]).unwrap(),
        Op::Folder(_) => fs::create_dir_all(at).unwrap(),
        Op::Link(_, target) => fs::hard_link(root.join(target), at).unwrap(),
        _ => std::os::unix::fs::symlink("nowhere", at).unwrap(),
    }
    true
}

fn merge(own: &Path, into: &Path) {
    walk(own, &mut |path, data| {
        let relative = path.strip_prefix(own).unwrap();
        if data.is_dir() {
            folders(into, relative);
        } else {
            remove(&into.join(relative));
            fs::hard_link(path, into.join(relative)).unwrap();
        }
    });
}

/// Makes a folder and those it lies in, in the place of whatever is there.
fn folders(root: &Path, path: &Path) {
    for folder in path.ancestors().collect::<Vec<_>>().into_iter().rev() {
        let at = root.join(folder);
        if !at.symlink_metadata().is_ok_and(|data| data.is_dir()) {
            remove(&at);
            fs::create_dir(at).unwrap();
        }
    }
}

fn remove(path: &Path) {
    match path.symlink_metadata() {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path).unwrap(),
        Ok(_) => fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}

fn inodes(root: &Path) -> BTreeMap<u64, u64> {
    let mut sizes = BTreeMap::new();
    walk(root, &mut |_, data| {
        if data.is_file() {
            sizes.insert(data.ino(), data.len());
        }
    });
    sizes
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path, &fs::Metadata)) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let data = path.symlink_metadata().unwrap();
        visit(&path, &data);
        if data.is_dir() {
            walk(&path, visit);
        }
    }
}
