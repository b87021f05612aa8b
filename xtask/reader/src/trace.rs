//! Where a text stands in what `docker save` writes: in which file of which layer, or in which document beside the layers.
//!
//! Every byte is searched as it streams past, whatever a later layer hides and however large a file is. What a file itself packs or
//! enciphers is not unpacked.

use std::io::{BufReader, Read};

use memchr::memmem::Finder;
use serde::Deserialize;

use crate::source::PIECE;
use crate::walk::{BLOCK, Kind, Walk};
use crate::{encoding, fault, path};

/// A place that holds the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The names of the images that have it, as the archive gives them. Empty where it names none.
    pub images: Vec<String>,
    /// The file in a layer; `None` for a document, such as an image's configuration, which holds its history, labels and variables.
    pub path: Option<String>,
}

/// One image of `manifest.json`.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "Config")]
    config: String,
    #[serde(rename = "RepoTags")]
    tags: Option<Vec<String>>,
    #[serde(rename = "Layers")]
    layers: Vec<String>,
}

/// The list of images in an archive, and the most of it that is kept.
const LIST: &str = "manifest.json";
const LONGEST_LIST: u64 = 4 << 20;

/// Reads an archive of `docker save` to its end and tells every place that holds one of these texts.
///
/// Errors: the archive or a layer of it cannot be read; see [`crate::Fault`].
pub fn traces(stream: &mut dyn Read, texts: &[&[u8]]) -> fault::Read<Vec<Trace>> {
    let texts = finders(texts);
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    let mut list = Vec::new();
    let mut buffered = BufReader::with_capacity(PIECE, stream);
    let mut walk = Walk::new(&mut buffered);
    while let Some(entry) = walk.advance()? {
        let name = path::lossy(&path::normal(&entry.name)?);
        if entry.kind != Kind::File {
            continue;
        }
        let mut content = walk.content();
        let mut start = Vec::with_capacity(BLOCK);
        content.by_ref().take(BLOCK as u64).read_to_end(&mut start)?;
        if name == LIST {
            list.clone_from(&start);
            content.take(LONGEST_LIST).read_to_end(&mut list)?;
        } else if let Some(encoding) = encoding::of(&start) {
            let layer = encoding::unpack(start.as_slice().chain(content), encoding);
            found.extend(in_layer(layer, &texts)?.into_iter().map(|path| (name.clone(), Some(path))));
        } else if has(&mut start.as_slice().chain(content), &texts)? {
            found.push((name, None));
        }
    }
    // The program that writes the stream waits until all is read.
    std::io::copy(&mut buffered, &mut std::io::sink())?;
    let listed: Vec<Listed> = serde_json::from_slice(&list).unwrap_or_default();
    let of = |blob: &String| {
        let has = |image: &&Listed| image.config == *blob || image.layers.contains(blob);
        listed.iter().filter(has).flat_map(|image| image.tags.clone().unwrap_or_default()).collect()
    };
    Ok(found.into_iter().map(|(blob, path)| Trace { images: of(&blob), path }).collect())
}

/// Paths of the files of a layer that hold one of the texts.
fn in_layer(layer: impl Read, texts: &[Finder<'_>]) -> fault::Read<Vec<String>> {
    let mut walk = Walk::new(BufReader::with_capacity(PIECE, layer));
    let mut found = Vec::new();
    while let Some(entry) = walk.advance()? {
        if entry.kind == Kind::File && has(&mut walk.content(), texts)? {
            found.push(path::lossy(&path::normal(&entry.name)?));
        }
    }
    Ok(found)
}

/// Whether a stream holds one of these texts. It is read to its end, or to the text.
///
/// Errors: those of the stream.
pub fn holds(stream: &mut dyn Read, texts: &[&[u8]]) -> std::io::Result<bool> {
    has(stream, &finders(texts))
}

fn finders<'t>(texts: &[&'t [u8]]) -> Vec<Finder<'t>> {
    texts.iter().filter(|text| !text.is_empty()).map(|text| Finder::new(*text)).collect()
}

fn has(stream: &mut dyn Read, texts: &[Finder<'_>]) -> std::io::Result<bool> {
    // A text may begin in one piece and end in the next, so the end of each is searched again.
    let overlap = texts.iter().map(|text| text.needle().len()).max().unwrap_or_default().saturating_sub(1);
    let mut piece = Vec::with_capacity(PIECE + overlap);
    loop {
        let kept = piece.len().min(overlap);
        piece.drain(..piece.len() - kept);
        if (&mut *stream).take(PIECE as u64).read_to_end(&mut piece)? == 0 {
            return Ok(false);
        }
        if texts.iter().any(|text| text.find(&piece).is_some()) {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (path, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, path, *content).unwrap();
        }
        tar.into_inner().unwrap()
    }

    #[test]
    fn a_text_is_found_in_every_layer_and_in_the_configuration() {
        // Across the border of two pieces, and in the last bytes of a large file.
        let mut large = vec![b'x'; 2 * PIECE + 3];
        large.extend_from_slice(b"npm_token");
        let mut border = vec![b'x'; PIECE - 4];
        border.extend_from_slice(b"npm_token and more");
        let one = tar(&[("app/.npmrc", b"_authToken=npm_token"), ("app/npm_token", b"only its name")]);
        let two = tar(&[("srv/large", &large), ("srv/border", &border), ("srv/other", b"npm_toke")]);
        let list = br#"[{"Config":"c1","RepoTags":["a:1"],"Layers":["blobs/1"]},
            {"Config":"c2","RepoTags":["a:2"],"Layers":["blobs/1","blobs/2"]}]"#;
        let archive = tar(&[
            ("blobs/1", &one),
            ("c1", b"{\"history\":[]}"),
            ("c2", b"{\"history\":[\"|1 T=npm_token\"]}"),
            ("blobs/2", &two),
            ("manifest.json", list),
        ]);
        let seen = |texts: &[&[u8]]| traces(&mut archive.as_slice(), texts).unwrap();
        let found = seen(&[b"absent", b"npm_token"]);
        let found: Vec<_> = found.iter().map(|t| (t.images.join("+"), t.path.as_deref().unwrap_or("config"))).collect();
        let expected = [("a:1+a:2", "app/.npmrc"), ("a:2", "config"), ("a:2", "srv/large"), ("a:2", "srv/border")];
        assert_eq!(found, expected.map(|(images, path)| (images.to_owned(), path)));
        assert!(seen(&[b"absent"]).is_empty() && seen(&[b""]).is_empty() && seen(&[]).is_empty());
    }
}
