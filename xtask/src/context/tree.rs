//! Copies folders, and writes single files into the copy.

use std::fs::{self, DirEntry, File, FileTimes};
use std::io::ErrorKind;
use std::path::Path;

use super::ignored::LeftOut;
use crate::error::{self, ErrorId, Problem, Result};
use crate::host;
use crate::model::SourceFile;

/// Lays a folder over another, which is made where it is missing.
pub(super) fn copy(from: &Path, into: &Path, left_out: &LeftOut) -> Result<()> {
    folder(from, into, Path::new(""), left_out)
}

/// The files of a folder with what tells them, in order.
///
/// Errors: it cannot be read.
pub fn files(folder: &Path) -> Result<Vec<SourceFile>> {
    fn walk(top: &Path, below: &str, found: &mut Vec<SourceFile>) -> Result<()> {
        let folder = top.join(below);
        let entries = match fs::read_dir(&folder) {
            // What is in it, no build gets to see.
            Err(e) if e.kind() == ErrorKind::PermissionDenied && !below.is_empty() => return Ok(()),
            entries => entries.map_err(|e| error::io("read", &folder, &e))?,
        };
        for entry in entries {
            let entry = entry.map_err(|e| error::io("read", &folder, &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            let data = match entry.metadata() {
                Err(_) if is_gone(&entry) => continue,
                data => data.map_err(|e| error::io("read", &entry.path(), &e))?,
            };
            if data.is_dir() {
                match walk(top, &path, found) {
                    Err(_) if is_gone(&entry) => {}
                    walked => walked?,
                }
            } else if data.is_file() {
                let print = File::open(entry.path()).and_then(|mut file| drydock_reader::fingerprint(&mut file));
                // One that may not be read is told by its path alone; the builder says what is wrong with it.
                found.push(SourceFile { path, bytes: data.len(), print: print.unwrap_or(drydock_reader::UNKNOWN) });
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found)?;
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Paths of the files of a folder that hold one of these texts, in order. One that may not be read holds none: no build gets it.
///
/// Errors: the folder cannot be read.
pub fn holding(folder: &Path, texts: &[&[u8]]) -> Result<Vec<String>> {
    let holds = |path: &String| {
        let file = File::open(folder.join(path));
        file.and_then(|mut file| drydock_reader::trace::holds(&mut file, texts)).unwrap_or_default()
    };
    Ok(files(folder)?.into_iter().map(|file| file.path).filter(holds).collect())
}

/// Copies what is at `below` in `from`.
fn folder(from: &Path, into: &Path, below: &Path, left_out: &LeftOut) -> Result<()> {
    let (source, copy) = (from.join(below), into.join(below));
    let is_new = fs::symlink_metadata(&copy).is_err();
    if is_new {
        fs::create_dir_all(&copy).map_err(|e| error::io("create", &copy, &e))?;
    } else if !is_folder(&copy) {
        let fact = format!("{} is a folder and lies over something that is none.", source.display());
        return Err(Problem::new(ErrorId::Context, fact));
    }
    let entries = match fs::read_dir(&source) {
        // The builder says so itself, unless its list of what to leave out has the folder.
        Err(e) if e.kind() == ErrorKind::PermissionDenied => return forbid(&copy),
        entries => entries.map_err(|e| error::io("read", &source, &e))?,
    };
    for entry in entries {
        let entry = entry.map_err(|e| error::io("read", &source, &e))?;
        let name = below.join(entry.file_name());
        if left_out.has(&name) {
            continue;
        }
        match one(&entry, from, into, &name, left_out) {
            Err(_) if is_gone(&entry) => {}
            copied => copied?,
        }
    }
    // Last, since nothing could be written into a folder that is read-only.
    let permissions = fs::metadata(&source).map_err(|e| error::io("read", &source, &e))?.permissions();
    fs::set_permissions(&copy, permissions).map_err(|e| error::io("create", &copy, &e))
}

/// Copies what one entry of a folder is.
fn one(entry: &DirEntry, from: &Path, into: &Path, name: &Path, left_out: &LeftOut) -> Result<()> {
    let (path, copy) = (entry.path(), into.join(name));
    let kind = entry.file_type().map_err(|e| error::io("read", &path, &e))?;
    if kind.is_dir() {
        folder(from, into, name, left_out)
    } else if kind.is_symlink() {
        link(&path, &copy)
    } else if kind.is_file() {
        file(&path, &copy)
    } else if make_room(&copy).and_then(|()| special(&path, &copy))? {
        Ok(())
    } else {
        let fact = format!("{} is a device, which no build context should hold.", path.display());
        Err(Problem::new(ErrorId::Context, fact))
    }
}

/// Makes a FIFO or a socket again, and returns whether it is one.
fn special(from: &Path, to: &Path) -> Result<bool> {
    host::special(from, to).map_err(|e| error::io("copy", from, &e))
}

/// Whether an entry is no longer there: an editor or a build beside us took it away while the folder was read. The builder goes on
/// without such a file, too.
fn is_gone(entry: &DirEntry) -> bool {
    fs::symlink_metadata(entry.path()).is_err_and(|e| e.kind() == ErrorKind::NotFound)
}

/// Copies a file, or lays a folder over another, at a path whose parents are made where they are missing.
pub(super) fn place(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        return copy(from, to, &LeftOut::default());
    }
    let parent = to.parent().unwrap_or(to);
    fs::create_dir_all(parent).map_err(|e| error::io("create", parent, &e))?;
    file(from, to)
}

fn file(from: &Path, to: &Path) -> Result<()> {
    make_room(to)?;
    match fs::copy(from, to) {
        Err(e) if e.kind() == ErrorKind::PermissionDenied && File::open(from).is_err() => return unreadable(to),
        copied => copied.map_err(|e| error::io("copy", from, &e))?,
    };
    let read = |e: &std::io::Error| error::io("read", from, e);
    let metadata = fs::metadata(from).map_err(|e| read(&e))?;
    let times = FileTimes::new().set_modified(metadata.modified().map_err(|e| read(&e))?);
    // The owner may set the times of a file that is read-only, but has to open it for that.
    let opened = File::open(to).and_then(|file| file.set_times(times));
    opened.map_err(|e| error::io("write", to, &e))
}

/// Makes a file that nobody but root can read, in place of one that could not be read: then the builder says so, or leaves it out.
fn unreadable(to: &Path) -> Result<()> {
    make_room(to)?;
    File::create(to).map_err(|e| error::io("write", to, &e))?;
    forbid(to)
}

/// Lets nobody but root read what is at a path.
fn forbid(path: &Path) -> Result<()> {
    let forbidden = fs::metadata(path).and_then(|there| {
        let mut permissions = there.permissions();
        host::forbid_all(&mut permissions);
        fs::set_permissions(path, permissions)
    });
    forbidden.map_err(|e| error::io("write", path, &e))
}

/// Lets the owner remove a copy again: folders that nobody may read become readable. What cannot be changed stays.
pub(super) fn allow_removal(folder: &Path) {
    let read = || fs::read_dir(folder);
    let entries = read().or_else(|_| {
        let _ = host::allow_owner(folder);
        read()
    });
    for entry in entries.into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            allow_removal(&entry.path());
        }
    }
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

/// Copies a link as it is, wherever it leads: the builder sends links and never follows them, and neither does the copy.
fn link(from: &Path, to: &Path) -> Result<()> {
    let target = fs::read_link(from).map_err(|e| error::io("read", from, &e))?;
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
