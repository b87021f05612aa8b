//! The learner's own files: copied on first use, never overwritten without a copy of what was there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{MY, Task};
use crate::error::{self, ErrorId, Problem, Result};

/// Where what was there before has gone, relative to the repository.
pub type Backup = String;

/// A file with its length and time: what tells that something was saved.
pub type Stamp = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Sees to it that the learner has the files of an exercise. Returns whether they were copied just now.
///
/// Errors: the files cannot be copied; [`ErrorId::File`] where the learner's folder is there without a Dockerfile.
pub fn begin(root: &Path, task: &Task<'_>) -> Result<bool> {
    let folder = root.join(task.folder());
    if !folder.exists() {
        place(root, task)?;
        return Ok(true);
    }
    if root.join(task.file()).is_file() {
        return Ok(false);
    }
    let fact = format!("{} is not there, though its folder is.", task.file());
    Err(Problem::new(ErrorId::File, fact)
        .next(format!("{}    copies the exercise again and keeps what is in the folder", task.command("reset"))))
}

/// Copies the files of an exercise anew. What was there goes into a folder with the date in its name.
///
/// Errors: files cannot be moved or copied.
pub fn begin_again(root: &Path, task: &Task<'_>) -> Result<Option<Backup>> {
    let folder = root.join(task.folder());
    let mut backup = None;
    if folder.exists() {
        let date = jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M%S%.3f");
        let shown = format!("{MY}/.backup/{}-{date}", task.name());
        let path = root.join(&shown);
        let parent = path.parent().unwrap_or(&path);
        fs::create_dir_all(parent).map_err(|e| error::io("create", parent, &e))?;
        fs::rename(&folder, &path).map_err(|e| error::io("move", &folder, &e))?;
        backup = Some(shown);
    }
    place(root, task)?;
    Ok(backup)
}

/// Puts the files there, complete or not at all.
fn place(root: &Path, task: &Task<'_>) -> Result<()> {
    let folder = root.join(task.folder());
    let parent = folder.parent().unwrap_or(&folder);
    fs::create_dir_all(parent).map_err(|e| error::io("create", parent, &e))?;
    let beside = tempfile::Builder::new().prefix(".new-").tempdir_in(parent);
    let beside = beside.map_err(|e| error::io("create a folder in", parent, &e))?;
    let fresh = beside.path().join("files");
    for (path, bytes) in files(&root.join(task.shipped()))? {
        let path = fresh.join(path);
        let inside = path.parent().unwrap_or(&path);
        fs::create_dir_all(inside).map_err(|e| error::io("create", inside, &e))?;
        fs::write(&path, bytes).map_err(|e| error::io("write", &path, &e))?;
    }
    fs::rename(&fresh, &folder).map_err(|e| error::io("create", &folder, &e))
}

/// The files of a folder with their content, by path inside it with `/` between the parts. Links are not followed.
///
/// Errors: a file cannot be read, or is larger than 1 MiB: an answer is a few short files.
pub fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    const LARGEST: u64 = 1 << 20;
    let mut found = BTreeMap::new();
    for (path, bytes, _) in walk(folder)? {
        if bytes > LARGEST {
            let fact = format!("{} has {bytes} bytes; a file of an answer has at most {LARGEST}.", path.display());
            return Err(Problem::new(ErrorId::File, fact));
        }
        let shown = path.strip_prefix(folder).unwrap_or(&path);
        let parts: Vec<_> = shown.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        found.insert(parts.join("/"), fs::read(&path).map_err(|e| error::io("read", &path, &e))?);
    }
    Ok(found)
}

/// What the files of a folder look like from outside. Two stamps that differ mean that something was saved in between.
///
/// Errors: the folder cannot be read.
pub fn stamp(folder: &Path) -> Result<Stamp> {
    let all = walk(folder)?;
    Ok(all.into_iter().filter(|(path, ..)| !of_an_editor(path)).collect())
}

/// What editors put beside the file they have open.
fn of_an_editor(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let hidden = name.starts_with('.') && name != ".dockerignore";
    // Vim asks whether it may create a file by creating one of this name.
    hidden || name.ends_with('~') || name == "4913"
}

/// Every regular file below a folder, sorted. One that goes away meanwhile is left out.
fn walk(folder: &Path) -> Result<Stamp> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).map_err(|e| error::io("read", &next, &e))?.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                waiting.push(entry.path());
            } else if metadata.is_file() {
                found.push((entry.path(), metadata.len(), metadata.modified().ok()));
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_by_their_path_inside() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("Dockerfile"), "FROM scratch\n").unwrap();
        fs::write(folder.path().join("src/a"), "a").unwrap();
        let found = files(folder.path()).unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), ["Dockerfile", "src/a"]);
        assert_eq!(found["src/a"], b"a");
    }

    #[test]
    fn saving_shows_and_what_an_editor_keeps_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        fs::write(&path, "FROM a\n").unwrap();
        let before = stamp(folder.path()).unwrap();
        for name in [".Dockerfile.swp", "Dockerfile~", "4913"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        assert_eq!(stamp(folder.path()).unwrap(), before);
        fs::write(&path, "FROM a AS b\n").unwrap();
        assert_ne!(stamp(folder.path()).unwrap(), before);
        fs::write(folder.path().join(".dockerignore"), "x").unwrap();
        assert_eq!(stamp(folder.path()).unwrap().len(), 2);
    }
}
