//! What of a folder no build gets to see, so that it need not be copied.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::BuildContext;
use crate::error::{self, Result};

/// Docker's list of what is left out of a context. A Dockerfile may have one of its own: `<Dockerfile>.dockerignore`.
const LIST: &str = ".dockerignore";

/// Names at the top of the context that its `.dockerignore` leaves out whatever is built.
///
/// Only plain names are read, since they need no knowledge of patterns: too few of them cost time, one too many would
/// change a build. For the same reason there are none where another list could decide, or the list itself is edited.
pub(super) fn names(layers: &[PathBuf], context: &BuildContext<'_>) -> Result<BTreeSet<String>> {
    let named_later = context.files.iter().map(|(path, _)| *path).chain(context.edits.iter().map(|e| e.file.as_str()));
    let mut none = named_later.into_iter().any(|path| path.ends_with(LIST));
    let mut list = String::new();
    for layer in layers {
        let entries = std::fs::read_dir(layer).map_err(|e| error::io("read", layer, &e))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        none |= names.into_iter().any(|name| name.ends_with(LIST) && name != LIST);
        let path = layer.join(LIST);
        if path.is_file() {
            list = std::fs::read_to_string(&path).map_err(|e| error::io("read", &path, &e))?;
        }
    }
    Ok(if none { BTreeSet::new() } else { plain(&list) })
}

/// The plain names in a list; none where an exception (`!`) could bring something back.
fn plain(list: &str) -> BTreeSet<String> {
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    if lines.clone().any(|line| line.starts_with('!')) {
        return BTreeSet::new();
    }
    let names = lines.map(|line| line.trim_start_matches('/').trim_end_matches('/'));
    let is_name =
        |name: &&str| !name.is_empty() && *name != "." && *name != ".." && !name.contains(['*', '?', '[', '\\', '/']);
    // The builder reads these two even where the list names them.
    let is_read = |name: &str| name.ends_with("Dockerfile") || name == LIST;
    names.filter(is_name).filter(|name| !is_read(name)).map(str::to_owned).collect()
}

/// Whether a path at the top of a folder is left out.
pub(super) fn leaves_out(ignored: &BTreeSet<String>, name: &Path) -> bool {
    name.to_str().is_some_and(|name| ignored.contains(name))
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
    fn an_exception_makes_every_name_count() {
        assert_eq!(plain("target\n!target/keep\n"), BTreeSet::new());
    }
}
