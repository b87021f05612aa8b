//! What of a folder no build gets to see, so that it need not be copied.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::BuildContext;
use crate::error::{self, ErrorId, Problem, Result};
use crate::host;

/// Docker's list of what is left out of a context. A Dockerfile may have one of its own: `<Dockerfile>.dockerignore`.
pub(super) const LIST: &str = ".dockerignore";

/// Names at the top of the context that its `.dockerignore` leaves out whatever is built.
///
/// Only plain names are read, since they need no knowledge of patterns: too few of them cost time, one too many would
/// change a build. For the same reason there are none where another list could decide, where the list is edited, and where it is a
/// link: the builder follows that only within the context.
pub(super) fn names(repository: &Path, layers: &[PathBuf], context: &BuildContext<'_>) -> Result<BTreeSet<String>> {
    let named_later = context.files.iter().map(|(path, _)| *path).chain(context.edits.iter().map(|e| e.file.as_str()));
    let named_later = named_later.chain(context.taken.iter().map(|(_, to)| *to)).chain(context.without.iter().copied());
    let mut none = named_later.into_iter().any(|path| path.ends_with(LIST));
    none |= !context.dockerfile.is_empty() && repository.join(format!("{}{LIST}", context.dockerfile)).exists();
    let mut list = String::new();
    for (position, layer) in layers.iter().enumerate() {
        let entries = std::fs::read_dir(layer).map_err(|e| error::io("read", layer, &e))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        none |= names.into_iter().any(|name| name.ends_with(LIST) && name != LIST);
        let path = layer.join(LIST);
        let is_removed = position == 0 && context.remove.iter().any(|removed| Path::new(removed) == Path::new(LIST));
        let there = std::fs::symlink_metadata(&path);
        none |= there.as_ref().is_ok_and(std::fs::Metadata::is_symlink);
        if there.is_ok_and(|there| there.is_file()) && !is_removed {
            let bytes = std::fs::read(&path).map_err(|e| error::io("read", &path, &e))?;
            list = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    Ok(if none { BTreeSet::new() } else { plain(&list) })
}

/// Sees to it that a builder can read the lists of what is left out of a context: the one in its folder, where a link is followed
/// as long as it stays inside, and the one beside the Dockerfile. From a FIFO, `docker build` reads for as long as nobody writes
/// into it, and says nothing. `shown` is what people call the folder.
///
/// Errors: [`ErrorId::Context`].
pub(super) fn readable(context: &Path, shown: &str, dockerfile: Option<(&Path, &str)>) -> Result<()> {
    let stays_inside = |list: &Path| Some(list.canonicalize().ok()?.starts_with(context.canonicalize().ok()?));
    let list = context.join(LIST);
    let own = (stays_inside(&list) == Some(true)).then(|| (list, format!("{shown}/{LIST}")));
    let beside = dockerfile.map(|(root, file)| (root.join(format!("{file}{LIST}")), format!("{file}{LIST}")));
    let beside = beside.filter(|(list, _)| !list.is_symlink());
    let waits = own.into_iter().chain(beside).find(|(list, _)| host::is_fifo(list));
    let Some((_, shown)) = waits else { return Ok(()) };
    let fact = format!("{shown} is a FIFO, and a build would wait for somebody to write into it.");
    Err(Problem::new(ErrorId::Context, fact).next("Put a file in its place."))
}

/// What of a folder is not copied.
#[derive(Debug, Default)]
pub(super) struct LeftOut(Vec<PathBuf>);

impl LeftOut {
    /// Names at the top, and paths anywhere in it.
    pub fn of(names: &BTreeSet<String>, paths: &[&str]) -> Self {
        let paths = paths.iter().map(|path| Path::new(path).components().collect());
        Self(names.iter().map(PathBuf::from).chain(paths).collect())
    }

    /// Whether a path in the folder is left out.
    pub fn has(&self, path: &Path) -> bool {
        self.0.iter().any(|left_out| left_out == path)
    }
}

/// The plain names in a list; none where an exception (`!`) could bring something back.
fn plain(list: &str) -> BTreeSet<String> {
    // As `ignorefile.ReadAll` of moby/patternmatcher reads it: a mark of byte order goes, and so do spaces around a line.
    let list = list.trim_start_matches('\u{feff}');
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    if lines.clone().any(|line| line.starts_with('!')) {
        return BTreeSet::new();
    }
    let names = lines.map(|line| line.trim_start_matches('/').trim_end_matches('/'));
    let is_name = |name: &&str| {
        !name.is_empty() && *name != "." && *name != ".." && !name.contains(['*', '?', '[', '\\', '/', '\u{fffd}'])
    };
    // The builder reads these two even where the list names them.
    let is_read = |name: &str| name.ends_with("Dockerfile") || name == LIST;
    names.filter(is_name).filter(|name| !is_read(name)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_taken() {
        let list = "# all\n/target/\nnode_modules\n*.out\na/b\n.dockerignore\nnaive.Dockerfile\n";
        assert_eq!(plain(list), BTreeSet::from(["target".to_owned(), "node_modules".to_owned()]));
    }

    #[test]
    fn marks_line_ends_spaces_and_other_encodings_are_read_as_docker_reads_them() {
        let list = "\u{feff}target/\r\n  dist \t\r\ncaf\u{fffd}\r\n**/out\r\n";
        assert_eq!(plain(list), BTreeSet::from(["target".to_owned(), "dist".to_owned()]));
    }

    #[test]
    fn an_exception_makes_every_name_count() {
        assert_eq!(plain("target\n!target/keep\n"), BTreeSet::new());
    }
}
