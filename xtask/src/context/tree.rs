//! Copies folders, and writes single files into the copy.

use std::collections::BTreeSet;
use std::fs::{self, File, FileTimes};
use std::path::{Component, Path};

use super::ignored;
use crate::error::{self, ErrorId, Problem, Result};
use crate::host;
use crate::model::SourceFile;

/// Lays a folder over another, which is made where it is missing.
pub(super) fn copy(from: &Path, into: &Path, ignored: &BTreeSet<String>) -> Result<()> {
    folder(from, into, Path::new(""), ignored)
}

/// The files of a folder and their bytes, in order.
///
/// Errors: it cannot be read.
pub fn files(folder: &Path) -> Result<Vec<SourceFile>> {
    fn walk(top: &Path, below: &str, found: &mut Vec<SourceFile>) -> Result<()> {
        let folder = top.join(below);
        for entry in fs::read_dir(&folder).map_err(|e| error::io("read", &folder, &e))? {
            let entry = entry.map_err(|e| error::io("read", &folder, &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            let data = entry.metadata().map_err(|e| error::io("read", &entry.path(), &e))?;
            if data.is_dir() {
                walk(top, &path, found)?;
            } else if data.is_file() {
                found.push(SourceFile { path, bytes: data.len() });
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found)?;
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Copies what is at `below` in `from`.
fn folder(from: &Path, into: &Path, below: &Path, ignored: &BTreeSet<String>) -> Result<()> {
    let (source, copy) = (from.join(below), into.join(below));
    let is_new = fs::symlink_metadata(&copy).is_err();
    if is_new {
        fs::create_dir_all(&copy).map_err(|e| error::io("create", &copy, &e))?;
    } else if !is_folder(&copy) {
        let fact = format!("{} is a folder and lies over something that is none.", source.display());
        return Err(Problem::new(ErrorId::Context, fact));
    }
    for entry in fs::read_dir(&source).map_err(|e| error::io("read", &source, &e))? {
        let entry = entry.map_err(|e| error::io("read", &source, &e))?;
        let name = below.join(entry.file_name());
        if ignored::leaves_out(ignored, &name) {
            continue;
        }
        let kind = entry.file_type().map_err(|e| error::io("read", &entry.path(), &e))?;
        if kind.is_dir() {
            folder(from, into, &name, ignored)?;
        } else if kind.is_symlink() {
            link(&entry.path(), &into.join(&name), below)?;
        } else if kind.is_file() {
            file(&entry.path(), &into.join(&name))?;
        } else {
            let fact = format!("{} is neither a file nor a folder nor a link.", entry.path().display());
            return Err(Problem::new(ErrorId::Context, fact));
        }
    }
    // Last, since nothing could be written into a folder that is read-only.
    let permissions = fs::metadata(&source).map_err(|e| error::io("read", &source, &e))?.permissions();
    fs::set_permissions(&copy, permissions).map_err(|e| error::io("create", &copy, &e))
}

/// Copies a file, or lays a folder over another, at a path whose parents are made where they are missing.
pub(super) fn place(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        return copy(from, to, &BTreeSet::new());
    }
    let parent = to.parent().unwrap_or(to);
    fs::create_dir_all(parent).map_err(|e| error::io("create", parent, &e))?;
    file(from, to)
}

fn file(from: &Path, to: &Path) -> Result<()> {
    make_room(to)?;
    fs::copy(from, to).map_err(|e| error::io("copy", from, &e))?;
    let read = |e: &std::io::Error| error::io("read", from, e);
    let metadata = fs::metadata(from).map_err(|e| read(&e))?;
    let times = FileTimes::new().set_modified(metadata.modified().map_err(|e| read(&e))?);
    // The owner may set the times of a file that is read-only, but has to open it for that.
    let opened = File::open(to).and_then(|file| file.set_times(times));
    opened.map_err(|e| error::io("write", to, &e))
}

/// Removes a file, or a folder with everything in it. What is not there need not go.
pub(super) fn remove(path: &Path) -> Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => return Ok(()),
    };
    removed.map_err(|e| error::io("remove", path, &e))
}

/// Copies a link that stays in its folder. `below` is the folder it is in, from the top.
///
/// Each link leads up at its beginning only, from a real folder, and not beyond the top; what follows may pass through
/// other links, of which the same is true. So none leads out.
fn link(from: &Path, to: &Path, below: &Path) -> Result<()> {
    let target = fs::read_link(from).map_err(|e| error::io("read", from, &e))?;
    let ups = target.components().take_while(|part| matches!(part, Component::ParentDir | Component::CurDir));
    let ups = ups.filter(|part| *part == Component::ParentDir).count();
    let rest = target.components().skip_while(|part| matches!(part, Component::ParentDir | Component::CurDir));
    let only_down = rest.into_iter().all(|part| matches!(part, Component::Normal(_)));
    if !only_down || ups > below.components().count() {
        let fact = format!("{} is a link out of its folder, to {}.", from.display(), target.display());
        return Err(Problem::new(ErrorId::Context, fact).cause(
            "A copy that followed it would hold what is not part of the build context, and Docker would not follow it.",
        ));
    }
    make_room(to)?;
    host::link(&target, to).map_err(|e| error::io("create", to, &e))
}

/// Writes a file with its folders, in place of what is there.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|e| error::io("create", folder, &e))?;
    make_room(path)?;
    fs::write(path, bytes).map_err(|e| error::io("write", path, &e))
}

/// Writes a file that is there, which keeps its permissions.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let permissions = fs::metadata(path).map_err(|e| error::io("read", path, &e))?.permissions();
    write(path, bytes)?;
    fs::set_permissions(path, permissions).map_err(|e| error::io("write", path, &e))
}

/// Takes away a file or link, through which one would otherwise write into what it leads to.
fn make_room(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => {
            Err(Problem::new(ErrorId::Context, format!("A file would lie over the folder {}.", path.display())))
        }
        Ok(_) => fs::remove_file(path).map_err(|e| error::io("replace", path, &e)),
        Err(_) => Ok(()),
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|there| there.is_dir())
}
