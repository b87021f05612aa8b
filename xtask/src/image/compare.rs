//! Two images side by side, class by class and place by place.

use std::collections::BTreeMap;

use crate::model::{Comparison, Inspection, Place, Sizes};

/// Folders deeper than this are summed into the one at this depth.
const DEPTH: usize = 3;

/// Compares two images.
pub fn compare(before: &Inspection, after: &Inspection) -> Comparison {
    let mut classes: BTreeMap<&'static str, Sizes> = BTreeMap::new();
    let mut places: BTreeMap<&str, Sizes> = BTreeMap::new();
    for (class, bytes) in &before.classes {
        classes.entry(class).or_default().before = *bytes;
    }
    for (class, bytes) in &after.classes {
        classes.entry(class).or_default().after = *bytes;
    }
    for file in &before.files {
        places.entry(place(&file.path)).or_default().before += file.bytes;
    }
    for file in &after.files {
        places.entry(place(&file.path)).or_default().after += file.bytes;
    }
    let changed = places.into_iter().filter(|(_, bytes)| bytes.size() > 0);
    let mut places: Vec<_> = changed.map(|(path, bytes)| Place { path: path.to_owned(), bytes }).collect();
    places.sort_by(|a, b| b.bytes.size().cmp(&a.bytes.size()).then_with(|| a.path.cmp(&b.path)));
    Comparison {
        schema: Comparison::SCHEMA,
        before: before.image.clone(),
        after: after.image.clone(),
        stored: Sizes { before: before.stored_bytes, after: after.stored_bytes },
        classes,
        places,
    }
}

fn place(path: &str) -> &str {
    path.match_indices('/').nth(DEPTH - 1).map_or(path, |(slash, _)| &path[..slash])
}
