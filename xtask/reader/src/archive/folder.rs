//! Images in a folder: an OCI layout, what `docker save` wrote and somebody unpacked, or what `skopeo copy … dir:` writes.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::contents::LARGEST_DOCUMENT;
use super::documents;
use crate::{Fault, fault, path};

/// The folder of a layout that holds its blobs.
const BLOBS: &str = "blobs/sha256";
/// The documents that may say which images there are.
const DOCUMENTS: [&str; 2] = ["manifest.json", "index.json"];

/// Something in such a folder.
pub(super) enum Found {
    File { file: PathBuf, bytes: u64 },
    Link(Vec<u8>),
}

/// Whether a folder looks as if an image were in it: one of the documents is there.
pub fn holds_an_image(folder: &Path) -> bool {
    DOCUMENTS.iter().any(|name| folder.join(name).is_file())
}

/// What of a folder may belong to an image, by its name there. Only that is looked at: beside an image anything may lie.
pub(super) fn files(folder: &Path) -> fault::Read<Vec<(String, Found)>> {
    if !holds_an_image(folder) {
        return Err(Fault::NotAnImage);
    }
    let mut names: BTreeSet<String> = DOCUMENTS.map(str::to_owned).into();
    if let Ok(blobs) = std::fs::read_dir(folder.join(BLOBS)) {
        for entry in blobs {
            names.extend(entry?.file_name().to_str().map(|name| format!("{BLOBS}/{name}")));
        }
    }
    if let Some(Found::File { file, bytes }) = find(folder, DOCUMENTS[0])?
        && bytes <= LARGEST_DOCUMENT
    {
        let mut manifest = Vec::new();
        std::fs::File::open(file)?.take(LARGEST_DOCUMENT).read_to_end(&mut manifest)?;
        names.extend(documents::names_in(&manifest)?);
    }
    let mut found = Vec::new();
    for name in names {
        let there = find(folder, &name)?;
        if let Some(Found::Link(target)) = &there {
            // Older versions of Docker wrote a layer once and linked to it.
            let target = path::lossy(&path::normal(&[path::parent(name.as_bytes()), b"/", target].concat())?);
            found.extend(find(folder, &target)?.map(|file| (target, file)));
        }
        found.extend(there.map(|file| (name, file)));
    }
    Ok(found)
}

/// What is at a path of a folder. Links are told and not followed, wherever they lead, and so are those among its folders.
fn find(folder: &Path, name: &str) -> fault::Read<Option<Found>> {
    let mut file = folder.to_owned();
    let mut parts = name.split('/').peekable();
    while let Some(part) = parts.next() {
        // On Windows, `..\x` and `C:` are such parts too, and lead out of the folder.
        if !Path::new(part).components().eq([Component::Normal(part.as_ref())]) {
            return Ok(None);
        }
        file.push(part);
        let data = match file.symlink_metadata() {
            Ok(data) => data,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match parts.peek() {
            Some(_) if !data.is_dir() => return Ok(None),
            None if data.is_file() => return Ok(Some(Found::File { bytes: data.len(), file })),
            None if data.is_symlink() => {
                let target = std::fs::read_link(&file)?;
                // A digest is no link: whoever puts one there wants another file to be read.
                let absolute = target.is_absolute();
                return Ok((!absolute).then(|| Found::Link(target.to_string_lossy().into_owned().into_bytes())));
            }
            Some(_) | None => {}
        }
    }
    Ok(None)
}
