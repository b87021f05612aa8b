//! Build contexts that are not an app's folder as it is: a copy of it under `target/`, with edits. The working tree stays
//! untouched.

mod ignored;
mod tree;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

pub use tree::{files, holding};

use crate::error::{self, ErrorId, Problem, Result};
use crate::image::Digest;
use crate::model::Edit;
use ignored::LeftOut;

/// Where the copies are, relative to the repository. Below `target/`, because newer bake refuses paths outside the working
/// directory.
pub const FOLDER: &str = "target/drydock/contexts";

/// Stands in an edit's replacement for a value unique to the run, so that no build cache can already hold the result.
pub const RUN: &str = "{run}";

/// What a build context is made of. Later parts replace files of earlier ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuildContext<'a> {
    /// The folder that is copied, relative to the repository, e.g. `apps/go`.
    pub source: &'a str,
    /// Paths of it that are not copied: files, or folders with everything in them. Later parts may bring them back.
    pub remove: &'a [&'a str],
    /// Folders laid over it, in this order, relative to the repository.
    pub overlays: &'a [&'a str],
    /// Files and folders laid over it at a path of their own: from where, relative to the repository, and to where inside.
    pub taken: &'a [(&'a str, &'a str)],
    /// The Dockerfile it is for, relative to the repository: `<Dockerfile>.dockerignore` beside it takes the place of `.dockerignore`.
    pub dockerfile: &'a str,
    /// Files put on top: path inside the context, and content.
    pub files: &'a [(&'a str, &'a [u8])],
    /// Paths that no part brings, such as the Dockerfile among a learner's files: it is read from where it lies, and would
    /// break the cache of every `COPY . .` from here.
    pub without: &'a [&'a str],
    /// Edits, applied last and in this order.
    pub edits: &'a [Edit],
    /// Instead of the edits, empty lines at the end of each file that they name: other bytes to a builder, and the same to a
    /// compiler or an installer. Their number follows from `run`.
    pub only_lines: bool,
    /// What [`RUN`] is replaced with: letters, digits and hyphens, e.g. a run's id.
    pub run: &'a str,
}

impl BuildContext<'_> {
    /// Makes the context anew as `target/drydock/contexts/<name>` and returns this path, relative to `repository`.
    ///
    /// Copied files keep their permissions and modification times; edited ones are new. Symbolic links are copied as they are and
    /// never written through, a FIFO is made again, and a socket becomes an empty file, as the builder makes it. What may not be
    /// read is there and may not be read, so that the builder judges it.
    /// What lies at the top of a folder and is named, word for word, by the only `.dockerignore` is not copied (a
    /// `target/` may hold gigabytes, and no build would get to see it); everything else is. The folder appears complete or
    /// not at all.
    ///
    /// Errors: [`ErrorId::Context`] for a path that leads out of the context or through a link, for a device, and for a
    /// `.dockerignore` that is a FIFO;
    /// [`ErrorId::StaleEdit`] for an edit whose text its file does not have exactly once; [`ErrorId::File`].
    pub fn materialise(&self, repository: &Path, name: &str) -> Result<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(plain) || !self.run.chars().all(plain) {
            return Err(crate::bug(&format!("A context was named {name:?} with the run {:?}", self.run)));
        }
        let shown = format!("{FOLDER}/{name}");
        let parent = repository.join(FOLDER);
        std::fs::create_dir_all(&parent).map_err(|e| error::io("create", &parent, &e))?;
        let prefix = format!(".{name}-");
        let beside = tempfile::Builder::new().prefix(&prefix).tempdir_in(&parent);
        let beside = beside.map_err(|e| error::io("create a folder in", &parent, &e))?;
        let fresh = beside.path().join("new");
        self.fill(repository, &fresh).inspect_err(|_| tree::allow_removal(&fresh))?;
        let has_list = |folder: &&&str| repository.join(folder).join(ignored::LIST).symlink_metadata().is_ok();
        let from = self.overlays.iter().rev().find(has_list).unwrap_or(&self.source);
        ignored::readable(&fresh, from, Some((repository, self.dockerfile)).filter(|(_, file)| !file.is_empty()))?;
        // A folder with content cannot be replaced by a rename: the old one steps aside, and goes with `beside`.
        let place = parent.join(name);
        if place.exists() {
            let old = beside.path().join("old");
            std::fs::rename(&place, &old).map_err(|e| error::io("replace", &place, &e))?;
            tree::allow_removal(&old);
        }
        std::fs::rename(&fresh, &place).map_err(|e| error::io("create", &place, &e))?;
        Ok(shown)
    }

    fn fill(&self, repository: &Path, into: &Path) -> Result<()> {
        let layers: Vec<PathBuf> =
            [self.source].iter().chain(self.overlays).map(|folder| repository.join(folder)).collect();
        let ignored = ignored::names(repository, &layers, self)?;
        for (position, layer) in layers.iter().enumerate() {
            let removed = if position == 0 { self.remove } else { &[] };
            removed.iter().try_for_each(|path| inside(into, path).map(drop))?;
            tree::copy(layer, into, &LeftOut::of(&ignored, removed))?;
        }
        for path in self.without {
            tree::remove(&inside(into, path)?)?;
        }
        for (from, to) in self.taken {
            tree::place(&repository.join(from), &inside(into, to)?)?;
        }
        for (path, bytes) in self.files {
            tree::write(&inside(into, path)?, bytes)?;
        }
        if self.only_lines {
            let files: BTreeSet<&str> = self.edits.iter().map(|edit| edit.file.as_str()).collect();
            return files.into_iter().try_for_each(|file| lengthen(file, self.run, into, self.source));
        }
        for edit in self.edits {
            apply(edit, self.run, into, self.source)?;
        }
        Ok(())
    }
}

/// Sees to it that a builder can read what leaves files out of a context: a folder that is built as it is, by a Dockerfile. Both are
/// relative to the repository.
///
/// Errors: [`ErrorId::Context`] where it would wait without end.
pub fn readable(repository: &Path, context: &str, dockerfile: &str) -> Result<()> {
    ignored::readable(&repository.join(context), context, Some((repository, dockerfile)))
}

/// A path inside a folder; none that leads out of it, be it through a link.
fn inside(folder: &Path, path: &str) -> Result<PathBuf> {
    let parts: Vec<_> = Path::new(path).components().collect();
    if parts.is_empty() || !parts.iter().all(|part| matches!(part, Component::Normal(_))) {
        let fact = format!("{:?} is not a path inside a build context.", crate::names::printable(path));
        return Err(Problem::new(ErrorId::Context, fact));
    }
    let mut at = folder.to_path_buf();
    for part in &parts[..parts.len() - 1] {
        at.push(part);
        if at.is_symlink() {
            let fact = format!(
                "{:?} leads through a link, out of the build context it may be.",
                crate::names::printable(path)
            );
            return Err(Problem::new(ErrorId::Context, fact));
        }
    }
    Ok(folder.join(path))
}

fn apply(edit: &Edit, run: &str, context: &Path, source: &str) -> Result<()> {
    let (path, text) = editable(&edit.file, context, source)?;
    let count = text.matches(edit.find.as_str()).count();
    if edit.find.is_empty() || count != 1 {
        let find = crate::names::printable(&edit.find);
        let fact =
            format!("{source}/{} has the text {find:?} {count} times; an edit needs it exactly once.", edit.file);
        return Err(Problem::new(ErrorId::StaleEdit, fact)
            .cause("The file was changed and the edit that names its text was not.")
            .next("Give the edit a `find` that stands in the file once."));
    }
    let text = text.replacen(&edit.find, &edit.replace.replace(RUN, run), 1);
    tree::replace(&path, text.as_bytes())
}

/// Puts empty lines at the end of a file.
fn lengthen(file: &str, run: &str, context: &Path, source: &str) -> Result<()> {
    let (path, text) = editable(file, context, source)?;
    // From 1 to 4096 of them.
    let digits = Digest::of(run.as_bytes()).bytes().map(|byte| usize::from(byte % 64));
    let lines = 1 + digits[0] * 64 + digits[1];
    tree::replace(&path, format!("{text}{}", "\n".repeat(lines)).as_bytes())
}

/// A file of a context that may be edited, and its text.
fn editable(file: &str, context: &Path, source: &str) -> Result<(PathBuf, String)> {
    let path = inside(context, file)?;
    let shown = format!("{source}/{file}");
    let leads_out = || Some(!path.canonicalize().ok()?.starts_with(context.canonicalize().ok()?));
    if path.is_symlink() && leads_out() != Some(false) {
        let fact = format!("{shown} is a link out of its folder; an edit needs a file.");
        return Err(Problem::new(ErrorId::Context, fact));
    }
    let text = std::fs::read_to_string(&path).map_err(|e| error::io("read", Path::new(&shown), &e))?;
    Ok((path, text))
}

#[cfg(all(test, unix))]
mod tests;
