//! Whole archives, in the forms the tools of the trade write, and in forms no tool should.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::Depth;
use crate::Digest;
use crate::UNKNOWN;
use crate::archive::{self, Image};
use crate::fault::{Fault, Read};
use crate::testing;
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
    testing::on_disk(path, depth).map(|(_, images)| images)
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
    assert!(images[0].layers.iter().all(|layer| !layer.compressed));
}

#[test]
fn compressed_layers_are_named_by_what_is_in_them() {
    let (base_gz, top_zst) = (gzip(&base()), zstd(&top()));
    let images = read(&saved(&config(&[&base(), &top()]), &[&base_gz, &top_zst]).bytes()).unwrap();
    assert_eq!(diff_ids(&images[0]), [Digest::of(&base()), Digest::of(&top())]);
    let sizes: Vec<_> = images[0].layers.iter().map(|layer| (layer.compressed, layer.bytes)).collect();
    assert_eq!(sizes, [(true, base_gz.len() as u64), (true, top_zst.len() as u64)]);
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
fn what_a_push_would_send_is_known_where_layers_are_compressed_or_that_was_asked_for() {
    let (plain, packed) = (base(), gzip(&top()));
    let config = config(&[&base(), &top()]);
    let archive = saved(&config, &[&plain, &packed]).bytes();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&archive).unwrap();
    let sent = |contents: &archive::Contents| -> Vec<Option<u64>> {
        let image = contents.images().unwrap().remove(0);
        image.layers.iter().map(|blob| contents.sent(blob).map(|sent| sent.bytes)).collect()
    };
    let of = |depth| {
        [
            sent(&testing::on_disk(file.path(), depth).unwrap().0),
            sent(&archive::read_pipe(&mut &archive[..], depth).unwrap()),
        ]
    };
    let there = Some(packed.len() as u64);
    assert_eq!(of(Depth::Everything), [vec![None, there], vec![None, there]]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&plain).unwrap();
    let compressed = Some(encoder.finish().unwrap().len() as u64);
    assert!(compressed < Some(plain.len() as u64));
    assert_eq!(of(Depth::Squeezed), [vec![compressed, there], vec![compressed, there]]);
    // Not what a registry keeps, and nobody must take it for that.
    let (contents, images) = testing::on_disk(file.path(), Depth::Squeezed).unwrap();
    let counts = |blob| contents.sent(blob).is_some_and(|sent| sent.compressed);
    assert_eq!(images[0].layers.iter().map(counts).collect::<Vec<_>>(), [false, true]);
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

#[cfg(unix)]
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
            let (contents, _) = testing::on_disk(file.path(), depth).unwrap();
            let read = contents.layers.into_values().next().unwrap();
            (read.facts, read.blob, read.blob_bytes)
        };
        let mut everything = facts(Depth::Everything);
        assert!(everything.0.prints.iter().all(|print| *print != UNKNOWN));
        // A fingerprint is of a content that was read.
        everything.0.prints.fill(UNKNOWN);
        everything.0.content = UNKNOWN;
        assert_eq!(everything, facts(Depth::Headers));
        assert_eq!((everything.0.stored_bytes, everything.0.findings.secrets.len()), (300_070, 1));
    }
}

#[test]
fn what_no_image_has_is_not_read_from_disk() {
    let stray = Tar::new().raw(tarball::header("x", tar::EntryType::new(b'D'), 0), b"").bytes();
    let archive = saved(&config(&[&base()]), &[&base()]).named(&blob(&stray)).file("x", &stray);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&archive.bytes()).unwrap();
    assert_eq!(on_disk(file.path(), Depth::Everything).map(|images| images.len()), Ok(1));
}

/// A layout of these manifests, each with what its descriptor says besides, and these blobs.
fn indexed(manifests: &[(&Value, Value)], blobs: &[&[u8]]) -> Tar {
    let mut tar = blobs.iter().fold(Tar::new(), |tar, bytes| tar.named(&blob(bytes)).file("x", bytes));
    let mut entries = Vec::new();
    for (manifest, said) in manifests {
        let text = manifest.to_string();
        tar = tar.named(&blob(text.as_bytes())).file("x", text.as_bytes());
        let mut entry = said.clone();
        entry["digest"] = json!(Digest::of(text.as_bytes()));
        entries.push(entry);
    }
    tar.file("index.json", json!({ "manifests": entries }).to_string().as_bytes())
}

fn manifest_of(config: &[u8], layers: &[(&[u8], &str)]) -> Value {
    let layers: Vec<_> =
        layers.iter().map(|(layer, kind)| json!({ "digest": Digest::of(layer), "mediaType": kind })).collect();
    let kind = "application/vnd.oci.image.config.v1+json";
    json!({ "config": { "digest": Digest::of(config), "mediaType": kind }, "layers": layers })
}

const TAR: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

#[test]
fn what_sits_beside_an_image_is_none() {
    let (layer, config) = (gzip(&base()), config(&[&base()]));
    let image = manifest_of(&config, &[(&layer, TAR)]);
    let (empty, text) = (b"{}".as_slice(), b"{\"spdxVersion\":\"SPDX-2.3\"}".as_slice());
    let text_config = self::config(&[text]);
    let mut artifact = manifest_of(empty, &[(text, "application/spdx+json")]);
    artifact["config"]["mediaType"] = json!("application/vnd.oci.empty.v1+json");
    artifact["artifactType"] = json!("application/spdx+json");
    // Signatures and attestations have the config of an image and other layers.
    let signature = manifest_of(&text_config, &[(text, "application/vnd.dev.cosign.simplesigning.v1+json")]);
    let attestation = manifest_of(&text_config, &[(text, "application/vnd.in-toto+json")]);
    let others = [&artifact, &signature, &attestation];
    let blobs = [&layer, &config, empty, text, &text_config];
    for other in others {
        let images = read(&indexed(&[(other, json!({})), (&image, json!({}))], &blobs).bytes()).unwrap();
        assert_eq!(images.len(), 1, "{other}");
        assert_eq!(diff_ids(&images[0]), [Digest::of(&base())]);
        let alone = read(&indexed(&[(other, json!({}))], &blobs).bytes());
        assert!(matches!(&alone, Err(Fault::NoImages { instead, .. }) if instead.len() == 1), "{alone:?}");
    }
}

#[test]
fn a_platform_is_chosen_and_others_are_told() {
    let (layer, config) = (gzip(&base()), config(&[&base()]));
    let first = manifest_of(&config, &[(&layer, TAR)]);
    let mut second = first.clone();
    second["annotations"] = json!({ "a": "b" });
    let platform = |architecture: &str, variant: &str| json!({ "platform": { "os": "linux", "architecture": architecture, "variant": variant } });
    let archive =
        indexed(&[(&first, platform("amd64", "")), (&second, platform("arm64", "v8"))], &[&layer, &config]).bytes();
    let contents = archive::read_tar(&mut &archive[..], &|_| false, &mut |_| {}).unwrap();
    let found = |platform: Option<&str>| {
        contents.described(platform).map(|images| images.iter().map(archive::Described::called).collect::<Vec<_>>())
    };
    assert_eq!(found(None).unwrap(), ["linux/amd64", "linux/arm64/v8"]);
    assert_eq!(found(Some("linux/amd64")).unwrap(), ["linux/amd64"]);
    assert_eq!(found(Some("linux/arm64")).unwrap(), ["linux/arm64/v8"]);
    assert_eq!(found(Some("linux/arm64/v8")).unwrap(), ["linux/arm64/v8"]);
    for none in ["linux/arm", "linux/am", "linux/arm64/v7"] {
        let there = vec!["linux/amd64".to_owned(), "linux/arm64/v8".to_owned()];
        assert_eq!(found(Some(none)).unwrap_err(), Fault::OtherPlatforms { asked: none.to_owned(), there });
    }
}

#[test]
fn names_come_from_annotations_and_a_second_entry_is_a_second_name() {
    let (layer, config) = (gzip(&base()), config(&[&base()]));
    let image = manifest_of(&config, &[(&layer, TAR)]);
    let tag = json!({ "annotations": { "org.opencontainers.image.ref.name": "1.0" } });
    let both = json!({ "annotations": {
        "org.opencontainers.image.ref.name": "latest",
        "io.containerd.image.name": "docker.io/library/a:latest",
    } });
    let images = read(&indexed(&[(&image, both), (&image, tag)], &[&layer, &config]).bytes()).unwrap();
    assert_eq!(images.len(), 1);
    assert_eq!(images[0].names, ["docker.io/library/a:latest", "1.0"]);
}

#[test]
fn a_manifest_of_another_platform_may_be_left_out() {
    let (layer, config) = (gzip(&base()), config(&[&base()]));
    let image = manifest_of(&config, &[(&layer, TAR)]);
    let absent = json!({ "digest": Digest::of(b"elsewhere") });
    let text = image.to_string();
    let index = json!({ "manifests": [absent, { "digest": Digest::of(text.as_bytes()) }] }).to_string();
    let blobs: [&[u8]; 3] = [&layer, &config, text.as_bytes()];
    let tar = blobs.iter().fold(Tar::new(), |tar, bytes| tar.named(&blob(bytes)).file("x", bytes));
    assert_eq!(read(&tar.file("index.json", index.as_bytes()).bytes()).unwrap().len(), 1);
}

#[test]
fn two_blobs_of_one_layer_are_two_blobs() {
    let (fast, members) = (gzip(&base()), [gzip(&base()), gzip(b"")].concat());
    let images = read(&saved(&config(&[&base(), &base()]), &[&fast, &members]).bytes()).unwrap();
    let bytes: Vec<_> = images[0].layers.iter().map(|blob| blob.bytes).collect();
    assert_eq!(bytes, [fast.len() as u64, members.len() as u64]);
    assert_ne!(images[0].layers[0].digest, images[0].layers[1].digest);
}

#[test]
fn a_layer_of_no_bytes_is_an_empty_layer() {
    let images = read(&saved(&config(&[&base(), b""]), &[&base(), b""]).bytes()).unwrap();
    assert_eq!(diff_ids(&images[0]), [Digest::of(&base()), Digest::of(b"")]);
    let not_what_it_is_called = Tar::new().named(&blob(b"x")).file("x", b"");
    assert!(matches!(read(&not_what_it_is_called.bytes()), Err(Fault::Mismatch { .. })));
}

#[test]
fn names_in_documents_are_paths() {
    let manifest = json!([{ "Config": "./c.json", "Layers": ["a//b/../1.tar", "/2.tar"] }]).to_string();
    let archive = Tar::new()
        .file("./c.json", &config(&[&base(), &top()]))
        .file("a/1.tar", &base())
        .file("2.tar", &top())
        .file("./manifest.json", manifest.as_bytes());
    assert_eq!(read(&archive.bytes()).unwrap()[0].layers.len(), 2);
    let out = json!([{ "Config": "../c.json", "Layers": [] }]).to_string();
    assert!(matches!(read(&Tar::new().file("manifest.json", out.as_bytes()).bytes()), Err(Fault::Outside(_))));
}

/// Files of a folder, by their names in it.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
    folder
}

#[cfg(unix)]
#[test]
fn what_docker_saved_and_somebody_unpacked() {
    let config = config(&[&base(), &base(), &top()]);
    let manifest = json!([{ "Config": "c.json", "Layers": ["1/layer.tar", "2/layer.tar", "3/layer.tar"] }]).to_string();
    let unpacked = folder(&[
        ("c.json", &config),
        ("manifest.json", manifest.as_bytes()),
        ("1/layer.tar", &base()),
        ("3/layer.tar", &top()),
        ("2/VERSION", b"1.0"),
    ]);
    let link = unpacked.path().join("2/layer.tar");
    std::os::unix::fs::symlink("../1/layer.tar", &link).unwrap();
    let images = on_disk(unpacked.path(), Depth::Everything).unwrap();
    assert_eq!(diff_ids(&images[0]), [Digest::of(&base()), Digest::of(&base()), Digest::of(&top())]);
    // What lies outside is nobody's business.
    std::fs::remove_file(&link).unwrap();
    let outside = folder(&[("layer.tar", &base())]);
    std::os::unix::fs::symlink(outside.path().join("layer.tar"), &link).unwrap();
    assert_eq!(on_disk(unpacked.path(), Depth::Everything), Err(Fault::Missing("2/layer.tar".to_owned())));
    std::fs::remove_dir_all(unpacked.path().join("2")).unwrap();
    std::os::unix::fs::symlink(outside.path(), unpacked.path().join("2")).unwrap();
    assert_eq!(on_disk(unpacked.path(), Depth::Everything), Err(Fault::Missing("2/layer.tar".to_owned())));
}

#[test]
fn what_skopeo_copies_to_a_folder() {
    let (layer, config) = (gzip(&base()), config(&[&base()]));
    let manifest = manifest_of(&config, &[(&layer, "application/vnd.docker.image.rootfs.diff.tar.gzip")]).to_string();
    let (layer_name, config_name) = (Digest::of(&layer).hex(), Digest::of(&config).hex());
    let files: [(&str, &[u8]); 4] = [
        ("version", b"Directory Transport Version: 1.1\n"),
        ("manifest.json", manifest.as_bytes()),
        (&layer_name, &layer),
        (&config_name, &config),
    ];
    let copied = folder(&files);
    let images = on_disk(copied.path(), Depth::Everything).unwrap();
    assert_eq!(images, on_disk(copied.path(), Depth::Headers).unwrap());
    assert_eq!(diff_ids(&images[0]), [Digest::of(&base())]);
    std::fs::write(copied.path().join(&layer_name), gzip(&top())).unwrap();
    assert!(matches!(on_disk(copied.path(), Depth::Everything), Err(Fault::Mismatch { .. })));
}

#[test]
fn compressed_archives_are_told_by_name() {
    let whole = saved(&config(&[&base()]), &[&base()]).bytes();
    for (packed, with) in [(gzip(&whole), "gzip"), (zstd(&whole), "zstd"), (tarball::bzip2(&whole), "bzip2")] {
        let read = read(&packed);
        assert!(matches!(read, Err(Fault::Compressed { with: named, .. }) if named == with), "{read:?}");
    }
}
