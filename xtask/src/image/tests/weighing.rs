//! Memory, and what it spares.

use std::cell::Cell;
use std::fs;

use super::tarball::{Tar, gzip};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Silent;
use crate::image::digest::Digest;
use crate::image::encoding::Encoding;
use crate::image::layer;
use crate::image::memory::{Blob, Memory};
use crate::image::weigh::{Subject, Weight, weigh_from};

fn base() -> Vec<u8> {
    Tar::new().file("a", &[1; 500]).file("b", &[1; 30]).bytes()
}

fn top() -> Vec<u8> {
    Tar::new().file("b", &[2; 20]).bytes()
}

fn subject(image: &str, layers: &[Vec<u8>]) -> Subject {
    Subject { image: image.to_owned(), layers: layers.iter().map(|layer| Digest::of(layer).to_string()).collect() }
}

/// Weighs with an engine that sends these layers, and tells which images it was asked for.
fn weigh(subjects: &[Subject], memory: &Memory, sends: &[Vec<u8>]) -> (Result<Vec<Weight>>, Vec<String>) {
    let asked = Cell::new(Vec::new());
    let weights = weigh_from(subjects, memory, &Silent, &|images, take| {
        asked.set(images.iter().map(|image| (*image).to_owned()).collect());
        let mut tar = Tar::new();
        for layer in sends {
            tar = tar.named(&format!("blobs/sha256/{}", Digest::of(layer).hex())).file("x", layer);
        }
        take(&mut tar.bytes().as_slice())
    });
    (weights.map(|weights| weights.into_values().collect()), asked.take())
}

#[test]
fn an_image_is_read_once() {
    let state = tempfile::tempdir().unwrap();
    let memory = Memory::below(state.path());
    let image = [subject("one", &[base(), top()])];
    let (first, asked) = weigh(&image, &memory, &[base(), top()]);
    assert_eq!(asked, ["one"]);
    let first = first.unwrap();
    assert_eq!((first[0].stored_bytes, first[0].visible_bytes, first[0].wasted_bytes), (550, 520, 30));
    let (second, asked) = weigh(&image, &memory, &[]);
    assert!(asked.is_empty());
    assert_eq!(second.unwrap(), first);
}

#[test]
fn only_images_with_an_unknown_layer_are_asked_for() {
    let state = tempfile::tempdir().unwrap();
    let memory = Memory::below(state.path());
    weigh(&[subject("base", &[base()])], &memory, &[base()]).0.unwrap();
    let images = [subject("again", &[base()]), subject("new", &[base(), top()]), subject("twice", &[base(), base()])];
    let (weights, asked) = weigh(&images, &memory, &[base(), top()]);
    assert_eq!(asked, ["new"]);
    assert_eq!(weights.unwrap().iter().map(|weight| weight.stored_bytes).collect::<Vec<_>>(), [530, 550, 1060]);
}

#[test]
fn what_is_damaged_is_forgotten_and_read_again() {
    let state = tempfile::tempdir().unwrap();
    let memory = Memory::below(state.path());
    let image = [subject("one", &[base(), top()])];
    let first = weigh(&image, &memory, &[base(), top()]).0.unwrap();
    let files = || fs::read_dir(state.path().join("layers/v1")).unwrap().map(|entry| entry.unwrap().path());
    for damage in [&b""[..], b"short", &[7; 4000]] {
        files().for_each(|file| fs::write(file, damage).unwrap());
        let (again, asked) = weigh(&image, &memory, &[base(), top()]);
        assert_eq!(asked, ["one"]);
        assert_eq!(again.unwrap(), first);
    }
}

#[test]
fn an_engine_that_leaves_layers_out_or_fails_is_told_apart() {
    let state = tempfile::tempdir().unwrap();
    let memory = Memory::below(state.path());
    let image = [subject("one", &[base(), top()])];
    let problem = weigh(&image, &memory, &[base()]).0.unwrap_err();
    assert_eq!(problem.id, ErrorId::ImageStream);
    assert!(problem.fact.contains("`one`"), "{}", problem.fact);
    let cut = weigh_from(&image, &memory, &Silent, &|_, take| take(&mut &base()[..700]));
    assert_eq!(cut.unwrap_err().id, ErrorId::ImageStream);
    let gone = weigh_from(&image, &memory, &Silent, &|_, _| Err(Problem::new(ErrorId::EngineAbsent, "gone")));
    assert_eq!(gone.unwrap_err().id, ErrorId::EngineAbsent);
    let odd = [Subject { image: "odd".to_owned(), layers: vec!["sha256:no".to_owned()] }];
    assert_eq!(weigh(&odd, &memory, &[]).0.unwrap_err().id, ErrorId::ImageStream);
}

#[test]
fn a_compressed_blob_is_remembered_with_its_layer() {
    let state = tempfile::tempdir().unwrap();
    let memory = Memory::below(state.path());
    let packed = gzip(&base());
    let read = layer::read(packed.as_slice(), Encoding::Gzip).unwrap();
    memory.keep_layer(&read).unwrap();
    let expected = Blob { diff_id: Digest::of(&base()), bytes: packed.len() as u64 };
    assert_eq!(memory.blob(&Digest::of(&packed)), Some(expected));
    fs::remove_file(state.path().join(format!("layers/v1/{}.layer", Digest::of(&base()).hex()))).unwrap();
    assert_eq!(memory.blob(&Digest::of(&packed)), None);
}

#[test]
fn the_memory_is_bounded_and_other_versions_go() {
    let state = tempfile::tempdir().unwrap();
    let memory = Memory::below(state.path());
    for size in 1..20 {
        let layer = Tar::new().file("a", &vec![1; size]).bytes();
        memory.keep_layer(&layer::read(layer.as_slice(), Encoding::Plain).unwrap()).unwrap();
    }
    fs::create_dir(state.path().join("layers/v0")).unwrap();
    memory.remove_beyond(1000).unwrap();
    let left: u64 =
        fs::read_dir(state.path().join("layers/v1")).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum();
    assert!((500..=1000).contains(&left), "{left}");
    assert!(!state.path().join("layers/v0").exists());
}
