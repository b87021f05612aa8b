//! Images of ours that have lost their name: a build that gives a tag to a new image leaves the old one without any.
//!
//! Their ids are written down before the build, because nothing on such an image says whose it is. One that somebody builds
//! `FROM` ours has the same labels and may have no name either.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{folder, write_atomically};
use crate::error::{self, Result};

/// Writes ids down.
///
/// Errors: the state folder cannot be written.
pub fn note(ids: &BTreeSet<String>) -> Result<()> {
    add(&file()?, ids)
}

/// The ids written down so far. Some may be gone by now, or have a name again.
///
/// Errors: there is no place for state.
pub fn noted() -> Result<BTreeSet<String>> {
    Ok(read(&file()?))
}

/// Keeps these ids of those noted, and no others.
///
/// Errors: the state folder cannot be written.
pub fn keep(ids: &BTreeSet<String>) -> Result<()> {
    let lines: String = ids.iter().map(|id| [id.as_str(), "\n"].concat()).collect();
    write_atomically(&file()?, lines.as_bytes())
}

fn file() -> Result<PathBuf> {
    Ok(folder()?.join("nameless"))
}

fn read(path: &Path) -> BTreeSet<String> {
    std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Appends lines in one write each, so that two runs at the same time lose none.
fn add(path: &Path, ids: &BTreeSet<String>) -> Result<()> {
    let known = read(path);
    let lines: String = ids.difference(&known).map(|id| [id.as_str(), "\n"].concat()).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(lines.as_bytes())).map_err(|e| error::io("write", path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_noted_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("nameless");
        let ids = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert!(read(&path).is_empty());
        add(&path, &ids(&["a", "b"])).unwrap();
        add(&path, &ids(&["b", "c"])).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\nb\nc\n");
        assert_eq!(read(&path), ids(&["a", "b", "c"]));
    }
}
