//! Makes the build contexts of images that are not built from their app's folder as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::context::{self, BuildContext, RUN};
use crate::error::Result;
use crate::model::{Change, ExtraFile};
use crate::plan::{Image, Recipe};
use crate::state;

/// Makes the context of every image that needs one of its own.
///
/// Errors: whatever copying fails with.
pub fn contexts<'i>(images: impl IntoIterator<Item = &'i Image>, run: &str, root: &Path) -> Result<()> {
    let mut made = BTreeSet::new();
    for image in images {
        // Several images of one Dockerfile may share a context.
        if image.recipe.is_some() && made.insert(&image.context) {
            let name = Path::new(&image.context).file_name().unwrap_or_default();
            make(image, None, false, &name.to_string_lossy(), run, root)?;
        } else if image.recipe.is_none() {
            context::readable(root, &image.context, &image.dockerfile.path)?;
        }
        secrets(image, &BTreeMap::new(), run, root)?;
    }
    Ok(())
}

/// Writes the secrets that an image's build is given, each into a file that nobody else may read; `changed` takes the place of
/// what the variant says.
///
/// Errors: a file cannot be written.
pub fn secrets(image: &Image, changed: &BTreeMap<String, String>, run: &str, root: &Path) -> Result<()> {
    for (id, value) in &image.variant.secrets {
        let value = changed.get(id).unwrap_or(value).replace(RUN, run);
        state::write_atomically(&root.join(image.secret_file(id)), value.as_bytes())?;
    }
    Ok(())
}

/// Makes the context of an image after a change of its app, under a name of its own. Returns its path.
///
/// Errors: whatever copying fails with; an edit that fits no longer.
pub fn changed(image: &Image, change: &Change, run: &str, root: &Path) -> Result<String> {
    make(image, Some(change), false, &format!("{}-changed", image.name.target()), run, root)
}

/// Makes the context of an image with the files that a change edits in another state that means the same: with empty lines at
/// their end, in another number each `run`. Returns its path.
///
/// Errors: whatever copying fails with; an edit that fits no longer.
pub fn control(image: &Image, change: &Change, run: &str, root: &Path) -> Result<String> {
    make(image, Some(change), true, &format!("{}-control", image.name.target()), run, root)
}

/// Makes the context of an image anew under a name of its own, so that a builder has none of it yet. Returns its path.
///
/// Errors: whatever copying fails with.
pub fn afresh(image: &Image, run: &str, root: &Path) -> Result<String> {
    make(image, None, false, &format!("{}-{run}", image.name.target()), run, root)
}

fn make(
    image: &Image,
    change: Option<&Change>,
    only_lines: bool,
    name: &str,
    run: &str,
    root: &Path,
) -> Result<String> {
    let none = Recipe::default();
    let recipe = image.recipe.as_ref().unwrap_or(&none);
    let source = image.source();
    let made = recipe.files.iter().filter(|file| file.from.is_none());
    let made: Vec<(&str, Vec<u8>)> = made.map(|file| (file.path.as_str(), content(file, run))).collect();
    let files: Vec<(&str, &[u8])> = made.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect();
    let taken = recipe.files.iter().filter_map(|file| Some((file.from.as_deref()?, file.path.as_str())));
    let taken: Vec<(&str, &str)> = taken.collect();
    let overlays: Vec<&str> = recipe.overlay.iter().map(String::as_str).collect();
    let remove: Vec<&str> = recipe.remove.iter().map(String::as_str).collect();
    // A learner's Dockerfile lies among their files, and is no part of what it builds.
    let without: &[&str] = if overlays.is_empty() { &[] } else { &["Dockerfile"] };
    BuildContext {
        source,
        remove: &remove,
        dockerfile: &image.dockerfile.path,
        overlays: &overlays,
        taken: &taken,
        files: &files,
        without,
        edits: change.map_or(&[], |change| &change.edits),
        only_lines,
        run,
    }
    .materialise(root, name)
}

/// A file's text, or as many bytes as it asks for, the same in every run, which no compression makes smaller.
fn content(file: &ExtraFile, run: &str) -> Vec<u8> {
    if let Some(text) = &file.text {
        return text.replace(RUN, run).into_bytes();
    }
    // Xorshift, seeded with the path, so that two files differ. Marsaglia, "Xorshift RNGs", 2003.
    let mut state =
        file.path.bytes().fold(0x9e37_79b9_7f4a_7c15_u64, |state, byte| state.rotate_left(7) ^ u64::from(byte));
    let length = usize::try_from(file.bytes.unwrap_or_default()).unwrap_or_default();
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
