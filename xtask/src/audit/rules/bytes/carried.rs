//! What several rules count: the files of a class that an image carries, by the folder they lie in and the layer that brought them.

use std::collections::BTreeMap;

use drydock_reader::Class;

use crate::audit::model::Evidence;
use crate::audit::seen::Image;

/// Folders that are named of a finding.
const NAMED: usize = 5;

/// Files of some classes in an image.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Their bytes.
    pub bytes: u64,
    /// Folders with their layer and their bytes, the largest first.
    places: Vec<(String, usize, u64)>,
}

/// The files of these classes, in every layer. With `own`, those of the base are left out: nobody can change them here.
pub(super) fn of(image: &Image, classes: &[Class], own: bool) -> Carried {
    let mut places: BTreeMap<(String, usize), u64> = BTreeMap::new();
    let mut bytes = 0;
    let files = image.inspection.files.iter();
    for file in files.filter(|file| classes.contains(&file.class) && !(own && image.is_of_base(file.layer))) {
        bytes += file.bytes;
        *places.entry((folder(&file.path), file.layer)).or_default() += file.bytes;
    }
    let mut places: Vec<_> = places.into_iter().map(|((path, layer), bytes)| (path, layer, bytes)).collect();
    places.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    Carried { bytes, places }
}

impl Carried {
    /// The largest folders, each with the line that brought it.
    pub(super) fn evidence(&self, image: &Image) -> Vec<Evidence> {
        let shown = self.places.iter().filter(|(_, _, bytes)| *bytes * 50 >= self.bytes).take(NAMED);
        let evidence = shown.map(|(path, layer, bytes)| {
            let evidence = Evidence::default().path(format!("/{path}")).layer(*layer).bytes(*bytes);
            match image.line_of(*layer) {
                Some(line) => evidence.line(line),
                None => evidence,
            }
        });
        evidence.collect()
    }

    /// The folder that most of it lies in, from the root.
    pub(super) fn largest(&self) -> Option<String> {
        self.places.first().map(|(path, _, _)| format!("/{path}"))
    }
}

/// The folder that stands for a file: where many lie in one, as few levels as tell what it is.
fn folder(path: &str) -> String {
    const TELLING: [&str; 9] =
        ["node_modules", "site-packages", "dist-packages", ".git", "registry", "lists", "tests", "test", "_cacache"];
    let parts: Vec<&str> = path.split('/').collect();
    let depth = parts.iter().position(|part| TELLING.contains(part)).map_or(3, |at| at + 1);
    parts[..depth.min(parts.len().saturating_sub(1)).max(1)].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_folder() {
        assert_eq!(folder("app/node_modules/typescript/lib/x.js"), "app/node_modules");
        assert_eq!(folder("usr/lib/gcc/x86_64/12/cc1"), "usr/lib/gcc");
        assert_eq!(folder("main.go"), "main.go");
    }
}
