//! Whole archives, in the forms the tools of the trade write, and in forms no tool should.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::Depth;
use crate::Digest;
use crate::archive::{self, Image, Shelf};
use crate::fault::{Fault, Read};
use crate::testing::tarball::{self, Tar, gzip, zstd};

fn base() -> Vec<u8> {
    Tar::new().file("etc/os-release", b"Debian").bytes()
}

fn top() -> Vec<u8> {
    Tar::new().file("app", &[1; 700]).file("etc/.wh.os-release", b"").bytes()
}

fn config(layers: &[&[u8]]) -> Vec<u8> {
    let diff_ids: Vec<_> = layers.iter().map(|layer| Digest::of(layer)).collect();
    json!({ "rootfs": { "type": "layers", "diff_ids": diff_ids } }).to_string().into_bytes()
}

fn blob(bytes: &[u8]) -> String {
    format!("blobs/sha256/{}", Digest::of(bytes).hex())
}

/// Reads an archive as a stream and, in both depths, from disk: the same images come out, or it is refused all three times.
fn read(archive: &[u8]) -> Read<Vec<Image>> {
    let streamed = archive::read_tar(&mut &*archive, &|_| false, &mut |_| {}).and_then(|contents| contents.images());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(archive).unwrap();
    for depth in [Depth::Everything, Depth::Headers] {
        let shelved = on_disk(file.path(), depth);
        assert!(shelved == streamed || shelved.is_err() && streamed.is_err(), "{depth:?}: {shelved:?} {streamed:?}");
    }
    streamed
}

fn on_disk(path: &Path, depth: Depth) -> Read<Vec<Image>> {
    Shelf::open(path)?.read(depth)?.images()
}

/// An archive of these blobs, blobs first as Docker sorts them, and one image of them in `manifest.json`.
fn saved(config: &[u8], layers: &[&[u8]]) -> Tar {
    let mut tar = Tar::new();
    for bytes in layers.iter().chain([&config]) {
        tar = tar.named(&blob(bytes)).file("x", bytes);
    }
    let layers: Vec<_> = layers.iter().map(|layer| blob(layer)).collect();
    let manifest = json!([{ "Config": blob(config), "RepoTags": ["app:1"], "Layers": layers }]);
    tar.file("manifest.json", manifest.to_string().as_bytes())
}

/// The blobs of an OCI layout with one image of these layers, and its index.
fn layout(layers: &[&[u8]], compressed: &[&[u8]]) -> (Vec<Vec<u8>>, Value) {
    let config = config(layers);
    let descriptors: Vec<_> = compressed.iter().map(|layer| json!({ "digest": Digest::of(layer) })).collect();
    let manifest = json!({ "config": { "digest": Digest::of(&config) }, "layers": descriptors }).to_string();
    let attestation = json!({ "digest": Digest::of(b"none"), "annotations": { "vnd.docker.reference.type": "x" } });
    let index = json!({ "manifests": [{ "digest": Digest::of(manifest.as_bytes()) }, attestation] });
    let mut blobs: Vec<Vec<u8>> = compressed.iter().map(|layer| layer.to_vec()).collect();
    blobs.extend([config, manifest.into_bytes()]);
    (blobs, index)
}

fn diff_ids(image: &Image) -> Vec<Digest> {
    image.layers.iter().map(|layer| layer.diff_id).collect()
}

#[test]
fn what_docker_saves() {
    let images = read(&saved(&config(&[&base(), &top()]), &[&base(), &top()]).bytes()).unwrap();
    assert_eq!(images.len(), 1);
    assert_eq!(images[0].names, ["app:1"]);
    assert_eq!(diff_ids(&images[0]), [Digest::of(&base()), Digest::of(&top())]);
    assert!(images[0].layers.iter().all(|layer| layer.compressed_bytes.is_none()));
}

#[test]
fn compressed_layers_are_named_by_what_is_in_them() {
    let (base_gz, top_zst) = (gzip(&base()), zstd(&top()));
    let images = read(&saved(&config(&[&base(), &top()]), &[&base_gz, &top_zst]).bytes()).unwrap();
    assert_eq!(diff_ids(&images[0]), [Digest::of(&base()), Digest::of(&top())]);
    let sizes: Vec<_> = images[0].layers.iter().map(|layer| layer.compressed_bytes).collect();
    assert_eq!(sizes, [Some(base_gz.len() as u64), Some(top_zst.len() as u64)]);
}

#[test]
fn what_docker_saved_before_it_knew_layouts() {
    let config = config(&[&base(), &base(), &top()]);
    let manifest = json!([{ "Config": "c.json", "Layers": ["1/layer.tar", "2/layer.tar", "3/layer.tar"] }]);
    let archive = Tar::new()
        .folder("1/")
        .file("1/VERSION", b"1.0")
        .file("1/layer.tar", &base())
        .symlink("2/layer.tar", "../1/layer.tar")
        .file("3/layer.tar", &top())
        .file("c.json", &config)
        .file("manifest.json", manifest.to_string().as_bytes());
    let image = &read(&archive.bytes()).unwrap()[0];
    assert_eq!(diff_ids(image), [Digest::of(&base()), Digest::of(&base()), Digest::of(&top())]);
    assert!(image.names.is_empty());
}

#[test]
fn an_oci_layout_in_a_tar_and_in_a_folder() {
    let (blobs, index) = layout(&[&base(), &top()], &[&gzip(&base()), &gzip(&top())]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("blobs/sha256")).unwrap();
    std::fs::write(folder.path().join("index.json"), index.to_string()).unwrap();
    let mut tar = Tar::new();
    for bytes in &blobs {
        std::fs::write(folder.path().join(blob(bytes)), bytes).unwrap();
        tar = tar.named(&blob(bytes)).file("x", bytes);
    }
    let from_tar = read(&tar.file("index.json", index.to_string().as_bytes()).bytes()).unwrap();
    let from_folder = on_disk(folder.path(), Depth::Everything).unwrap();
    assert_eq!(from_tar, from_folder);
    assert_eq!(diff_ids(&from_tar[0]), [Digest::of(&base()), Digest::of(&top())]);
}

#[test]
fn known_layers_are_not_read_and_new_ones_are_reported_once() {
    let archive = saved(&config(&[&base(), &top()]), &[&base(), &top()]).bytes();
    let mut seen = Vec::new();
    let known = |digest: &Digest| *digest == Digest::of(&base());
    let contents = archive::read_tar(&mut &archive[..], &known, &mut |layer| seen.push(layer.facts.diff_id)).unwrap();
    assert_eq!(seen, [Digest::of(&top())]);
    assert_eq!(contents.layers.len(), 1);
}

#[test]
fn the_stream_is_read_to_its_end() {
    // Otherwise the engine's last write fails, and with it the command.
    let mut archive = std::io::Cursor::new(saved(&config(&[&base()]), &[&base()]).bytes());
    archive.get_mut().resize(100_000, 0);
    archive::read_tar(&mut archive, &|_| false, &mut |_| {}).unwrap();
    assert_eq!(archive.position(), archive.get_ref().len() as u64);
}

#[test]
fn what_is_not_an_image() {
    assert_eq!(read(&Tar::new().file("a", b"1").bytes()), Err(Fault::NotAnImage));
    assert_eq!(read(b"").unwrap_err(), Fault::NotAnImage);
    assert_eq!(read(b"not a tar"), Err(Fault::Truncated));
    let whole = saved(&config(&[&base()]), &[&base()]).bytes();
    assert_eq!(read(&whole[..whole.len() - 3000]), Err(Fault::Truncated));
}

#[test]
fn blobs_that_are_not_what_they_are_called() {
    let lie = Tar::new().named(&blob(b"something else")).file("x", &base());
    assert!(matches!(read(&lie.bytes()), Err(Fault::Mismatch { .. })));
    let lie = Tar::new().named(&blob(b"something else")).file("x", b"{}");
    assert!(matches!(read(&lie.bytes()), Err(Fault::Mismatch { .. })));
}

#[test]
fn layers_that_are_not_those_of_the_config() {
    let swapped = saved(&config(&[&top()]), &[&base()]).bytes();
    assert!(matches!(read(&swapped), Err(Fault::Mismatch { .. })));
    let fewer = saved(&config(&[&base(), &top()]), &[&base()]).bytes();
    assert!(matches!(read(&fewer), Err(Fault::Document { .. })));
}

#[test]
fn blobs_that_are_missing() {
    let (blobs, index) = layout(&[&base()], &[&gzip(&base())]);
    for left_out in &blobs {
        let mut tar = Tar::new();
        for bytes in blobs.iter().filter(|bytes| *bytes != left_out) {
            tar = tar.named(&blob(bytes)).file("x", bytes);
        }
        let archive = tar.file("index.json", index.to_string().as_bytes()).bytes();
        assert_eq!(read(&archive), Err(Fault::Missing(blob(left_out))));
    }
}

#[test]
fn layers_of_unknown_media() {
    let odd = b"neither tar nor gzip nor zstd";
    let archive = saved(&config(&[odd]), &[odd]).bytes();
    assert_eq!(read(&archive), Err(Fault::NotALayer(blob(odd))));
    let large = vec![b'?'; 5 << 20];
    let archive = saved(&config(&[&large]), &[&large]).bytes();
    assert_eq!(read(&archive), Err(Fault::NotALayer(blob(&large))));
}

#[test]
fn documents_that_cannot_be_understood() {
    for manifest in ["", "{", "[1]", r#"[{"Config":1,"Layers":[]}]"#, r#"[{"Layers":[]}]"#, "\u{1b}[31m"] {
        let archive = Tar::new().file("manifest.json", manifest.as_bytes()).bytes();
        let read = read(&archive);
        assert!(matches!(read, Err(Fault::Document { .. })), "{manifest}: {read:?}");
        assert!(!read.unwrap_err().to_string().contains('\u{1b}'));
    }
    let archive = Tar::new().file("index.json", br#"{"manifests":[{"digest":"sha256:../../x"}]}"#).bytes();
    assert!(matches!(read(&archive), Err(Fault::Document { .. })));
}

#[test]
fn an_index_of_itself_and_indexes_without_end() {
    // A digest cannot contain itself; a chain of indexes can be as long as one likes.
    let mut inner = json!({ "manifests": [] }).to_string();
    let mut tar = Tar::new();
    for _ in 0..10 {
        tar = tar.named(&blob(inner.as_bytes())).file("x", inner.as_bytes());
        let media = "application/vnd.oci.image.index.v1+json";
        inner = json!({ "manifests": [{ "digest": Digest::of(inner.as_bytes()), "mediaType": media }] }).to_string();
    }
    let read = read(&tar.file("index.json", inner.as_bytes()).bytes());
    assert!(matches!(read, Err(Fault::Document { .. })), "{read:?}");
}

#[test]
fn links_in_circles() {
    let manifest = json!([{ "Config": "c", "Layers": ["a"] }]);
    let archive = Tar::new()
        .symlink("a", "b")
        .symlink("b", "a")
        .file("c", &config(&[&base()]))
        .file("manifest.json", manifest.to_string().as_bytes());
    assert!(matches!(read(&archive.bytes()), Err(Fault::Missing(_))));
    assert!(matches!(read(&Tar::new().symlink("a", "../../etc/passwd").bytes()), Err(Fault::Outside(_))));
}

#[test]
fn a_folder_whose_blobs_are_links_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::NamedTempFile::new().unwrap();
    outside.as_file().write_all(&base()).unwrap();
    std::fs::create_dir_all(folder.path().join("blobs/sha256")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join(blob(&base()))).unwrap();
    let manifest = json!([{ "Config": "blobs/sha256/c", "Layers": [blob(&base())] }]).to_string();
    std::fs::write(folder.path().join("manifest.json"), manifest).unwrap();
    std::fs::write(folder.path().join("blobs/sha256/c"), config(&[&base()])).unwrap();
    assert_eq!(on_disk(folder.path(), Depth::Everything), Err(Fault::Missing(blob(&base()))));
}

#[test]
fn only_reading_everything_notices_a_damaged_content() {
    let whole = saved(&config(&[&top()]), &[&top()]).bytes();
    let content = memchr::memmem::find(&whole, &[1; 700]).unwrap();
    let mut damaged = whole.clone();
    damaged[content + 300] = 2;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&damaged).unwrap();
    assert!(matches!(on_disk(file.path(), Depth::Everything), Err(Fault::Mismatch { .. })));
    assert_eq!(on_disk(file.path(), Depth::Headers), read(&whole));
}

#[test]
fn both_depths_learn_the_same_of_a_layer() {
    let secret = "-----BEGIN PRIVATE KEY-----";
    let layer =
        Tar::new().file("app/key", secret.as_bytes()).file("app/large", &vec![3; 300_000]).link("app/l", "app/large");
    let layer = layer.file("var/lib/dpkg/status", b"Package: a\nStatus: ok installed\nVersion: 1\n").bytes();
    for packed in [layer.clone(), gzip(&layer), zstd(&layer)] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&saved(&config(&[&layer]), &[&packed]).bytes()).unwrap();
        let facts = |depth| {
            let contents = Shelf::open(file.path()).unwrap().read(depth).unwrap();
            let read = contents.layers.into_values().next().unwrap();
            (read.facts, read.blob, read.blob_bytes)
        };
        let everything = facts(Depth::Everything);
        assert_eq!(everything, facts(Depth::Headers));
        assert_eq!((everything.0.stored_bytes, everything.0.findings.secrets.len()), (300_070, 1));
    }
}

#[test]
fn what_no_image_has_is_not_read_from_disk() {
    let stray = Tar::new().raw(tarball::header("x", tar::EntryType::new(b'D'), 0), b"").bytes();
    let archive = Tar::new().named(&blob(&stray)).file("x", &stray);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&archive.file("manifest.json", b"[]").bytes()).unwrap();
    assert_eq!(on_disk(file.path(), Depth::Everything), Ok(Vec::new()));
}
