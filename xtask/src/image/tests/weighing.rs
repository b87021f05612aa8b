//! The cache of layers, and what it spares.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use drydock_reader::encoding::Encoding;
use drydock_reader::testing::tarball::{Tar, gzip};
use drydock_reader::{Blob, Digest, VERSION, Weight, layer};

use crate::engine::builder::Current;
use crate::engine::reach::{ChosenBy, Endpoint, Reached};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Silent;
use crate::image::cache::LayerCache;
use crate::image::scale::registry::{Learned, PushedLayer};
use crate::image::scale::{Outcome, Pushed};
use crate::image::way::Way;
use crate::image::weigh::{Base, Means, Stream, Subject, Weighed};
use crate::model::Store;

fn base() -> Vec<u8> {
    Tar::new().file("a", &[1; 500]).file("b", &[1; 30]).bytes()
}

fn top() -> Vec<u8> {
    Tar::new().file("b", &[2; 20]).bytes()
}

fn subject(image: &str, layers: &[Vec<u8>]) -> Subject {
    Subject {
        image: image.to_owned(),
        layers: layers.iter().map(|layer| Digest::of(layer).to_string()).collect(),
        base: Base::Unknown,
    }
}

/// Nothing on this engine came from a registry.
#[expect(clippy::unnecessary_wraps, reason = "it stands in for a question that an engine may fail to answer")]
fn none_pulled() -> Result<BTreeSet<String>> {
    Ok(BTreeSet::new())
}

fn weigh_from(subjects: &[Subject], memory: &LayerCache, stream: Stream) -> Result<BTreeMap<String, Weight>> {
    let push = &|_: &[&str]| panic!("nothing is pushed to a scale that was not asked for");
    Means { memory, sink: &Silent, stream, push, unreachable: Cell::new(false), pulled: &none_pulled }
        .weigh(subjects, Way::Stream)
}

/// Weighs with an engine that sends these layers, and tells which images it was asked for.
fn weigh(subjects: &[Subject], memory: &LayerCache, sends: &[Vec<u8>]) -> (Result<Vec<Weight>>, Vec<String>) {
    let asked = Cell::new(Vec::new());
    let weights = weigh_from(subjects, memory, &|images, take| {
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
    let memory = LayerCache::below(state.path());
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
    let memory = LayerCache::below(state.path());
    weigh(&[subject("base", &[base()])], &memory, &[base()]).0.unwrap();
    let images = [subject("again", &[base()]), subject("new", &[base(), top()]), subject("twice", &[base(), base()])];
    let (weights, asked) = weigh(&images, &memory, &[base(), top()]);
    assert_eq!(asked, ["new"]);
    assert_eq!(weights.unwrap().iter().map(|weight| weight.stored_bytes).collect::<Vec<_>>(), [530, 550, 1060]);
}

#[test]
fn what_is_damaged_is_forgotten_and_read_again() {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    let image = [subject("one", &[base(), top()])];
    let first = weigh(&image, &memory, &[base(), top()]).0.unwrap();
    let files = || fs::read_dir(state.path().join("layers").join(VERSION)).unwrap().map(|entry| entry.unwrap().path());
    for damage in [&b""[..], b"short", &[7; 4000]] {
        files().for_each(|file| fs::write(file, damage).unwrap());
        let (again, asked) = weigh(&image, &memory, &[base(), top()]);
        assert_eq!(asked, ["one"]);
        assert_eq!(again.unwrap(), first);
    }
}

/// An image whose weight is remembered still has layers, and those are looked up once: with its weight.
#[test]
fn what_layers_hold_comes_with_the_weight() {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    let image = subject("one", &[base(), top()]);
    let weight = weigh(std::slice::from_ref(&image), &memory, &[base(), top()]).0.unwrap().remove(0);
    let asked = Cell::new(0);
    let stream: Stream = &|_, take| {
        asked.set(asked.get() + 1);
        let layers = [base(), top()];
        let tar = layers.iter().fold(Tar::new(), |tar, layer| tar.file(&format!("{}/layer.tar", layer.len()), layer));
        take(&mut tar.bytes().as_slice())
    };
    let push = &|_: &[&str]| panic!("nothing is pushed to a scale that was not asked for");
    let means =
        Means { memory: &memory, sink: &Silent, stream, push, unreachable: Cell::new(false), pulled: &none_pulled };
    let kept = state.path().join(format!("layers/{VERSION}/{}.layer", Digest::of(&top()).hex()));
    for (streams, damaged) in [(0, false), (1, true)] {
        if damaged {
            fs::write(&kept, b"").unwrap();
        }
        let Weighed { weight: again, facts, seen } = means.weigh_closely(&image, Way::Stream).unwrap();
        assert_eq!(again, weight);
        assert_eq!(facts[&Digest::of(&base())].stored_bytes, 530);
        assert_eq!(seen[0].paths, [true, false], "b is hidden by the layer above");
        assert_eq!(asked.get(), streams);
    }
}

#[test]
fn an_engine_that_leaves_layers_out_or_fails_is_told_apart() {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    let image = [subject("one", &[base(), top()])];
    let problem = weigh(&image, &memory, &[base()]).0.unwrap_err();
    assert_eq!(problem.id, ErrorId::ImageStream);
    assert!(problem.fact.contains("`one`"), "{}", problem.fact);
    let cut = weigh_from(&image, &memory, &|_, take| take(&mut &base()[..700]));
    assert_eq!(cut.unwrap_err().id, ErrorId::ImageStream);
    let gone = weigh_from(&image, &memory, &|_, _| Err(Problem::new(ErrorId::EngineAbsent, "gone")));
    assert_eq!(gone.unwrap_err().id, ErrorId::EngineAbsent);
    let odd = [Subject { image: "odd".to_owned(), layers: vec!["sha256:no".to_owned()], base: Base::Unknown }];
    assert_eq!(weigh(&odd, &memory, &[]).0.unwrap_err().id, ErrorId::ImageStream);
}

#[test]
fn a_compressed_blob_is_remembered_with_its_layer() {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    let packed = gzip(&base());
    let read = layer::read(&mut packed.as_slice(), Encoding::Gzip).unwrap();
    memory.keep_layer(&read).unwrap();
    let (digest, diff_id) = (Digest::of(&packed), Digest::of(&base()));
    let expected = Blob { digest, diff_id, bytes: packed.len() as u64, compressed: true };
    assert_eq!(memory.blob(&Digest::of(&packed)), Some(expected));
    fs::remove_file(state.path().join(format!("layers/{VERSION}/{}.layer", Digest::of(&base()).hex()))).unwrap();
    assert_eq!(memory.blob(&Digest::of(&packed)), None);
}

#[test]
fn the_memory_is_bounded_and_other_versions_go() {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    for size in 1..20 {
        let layer = Tar::new().file("a", &vec![1; size]).bytes();
        memory.keep_layer(&layer::read(&mut layer.as_slice(), Encoding::Plain).unwrap()).unwrap();
    }
    fs::create_dir(state.path().join("layers/v0")).unwrap();
    memory.remove_beyond(1000).unwrap();
    let left: u64 = fs::read_dir(state.path().join("layers").join(VERSION))
        .unwrap()
        .map(|e| e.unwrap().metadata().unwrap().len())
        .sum();
    assert!((500..=1000).contains(&left), "{left}");
    assert!(!state.path().join("layers/v0").exists());
}

fn reached(local: bool) -> Reached {
    Reached {
        endpoint: Endpoint { host: "unix:///x".into(), context: "default".into(), chosen_by: ChosenBy::Context },
        client: "28.2.2".into(),
        engine: "26.1.5".into(),
        api: "1.45".into(),
        buildx: "0.13.1".into(),
        builder: Current::Engine,
        os: "Debian".into(),
        arch: "amd64".into(),
        cpus: 2,
        memory_bytes: 0,
        store: Store::Classic,
        data_root: "/var/lib/docker".into(),
        security: Vec::new(),
        local,
    }
}

/// An engine that pushes these layers, compressed, of whatever image it is asked for.
fn pushes(layers: &[Vec<u8>], memory: &LayerCache, reached: bool) -> Outcome {
    let mut outcome = Outcome { pushed: Vec::new(), learned: Learned::default(), reached };
    let mut pushed = Pushed { layers: Vec::new() };
    for layer in layers {
        let read = layer::read(&mut gzip(layer).as_slice(), Encoding::Gzip).unwrap();
        memory.keep_layer(&read).unwrap();
        let blob = read.blob();
        pushed.layers.push(PushedLayer { diff_id: read.facts.diff_id, blob, digest: read.blob });
        outcome.learned.layers.insert(read.facts.diff_id, read.facts);
    }
    outcome.pushed.push(Ok(pushed));
    outcome
}

#[test]
fn an_engine_elsewhere_cannot_push_to_us() {
    assert_eq!(Way::to(&reached(false), true), Way::Stream);
}

#[test]
fn engines_are_told_apart() {
    let containerd = Reached { store: Store::Containerd, ..reached(true) };
    assert_ne!(Way::to(&reached(true), false), Way::to(&containerd, false));
    assert_eq!(Way::to(&reached(true), false), Way::to(&reached(true), false));
}

#[test]
fn a_push_tells_all_and_happens_once() {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    let stream: Stream = &|_, _| panic!("what was pushed is not streamed too");
    let count = Cell::new(0);
    let push = &|_: &[&str]| {
        count.set(count.get() + 1);
        Ok(pushes(&[base(), top()], &memory, true))
    };
    let means =
        Means { memory: &memory, sink: &Silent, stream, push, unreachable: Cell::new(false), pulled: &none_pulled };
    let image = [subject("one", &[base(), top()])];
    let way = Way::to(&reached(true), true);
    let compressed = (gzip(&base()).len() + gzip(&top()).len()) as u64;
    for _ in 0..2 {
        let weight = &means.weigh(&image, way).unwrap()["one"];
        assert_eq!((weight.pull_bytes, weight.pull_exact), (Some(compressed), true));
        assert_eq!((weight.stored_bytes, weight.wasted_bytes), (550, 30));
    }
    assert_eq!(count.get(), 1);
    // Another engine compresses in its own way: what this one pushed says nothing about it.
    let elsewhere = means.weigh(&image, Way::Stream).unwrap();
    assert_eq!(elsewhere["one"].pull_bytes, None);
}

#[test]
fn small_images_are_streamed_and_then_pushed() {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    let stream: Stream = &|_, take| {
        let layers = [base(), top()];
        let tar = layers.iter().fold(Tar::new(), |tar, layer| tar.file(&format!("{}/layer.tar", layer.len()), layer));
        take(&mut tar.bytes().as_slice())
    };
    let push = &|_: &[&str]| Ok(pushes(&[base(), top()], &memory, true));
    let means =
        Means { memory: &memory, sink: &Silent, stream, push, unreachable: Cell::new(false), pulled: &none_pulled };
    let weights = means.weigh(&[subject("one", &[base(), top()])], Way::to(&reached(true), false)).unwrap();
    assert!(weights["one"].pull_exact);
}

#[test]
fn a_push_that_fails_costs_the_pull_bytes_only() {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    let stream: Stream = &|_, take| take(&mut Tar::new().file("1/layer.tar", &base()).bytes().as_slice());
    let gone = || Outcome { pushed: Vec::new(), learned: Learned::default(), reached: false };
    let refused = || {
        let problem = Problem::new(ErrorId::ImageStream, "refused");
        Outcome { pushed: vec![Err(problem)], learned: Learned::default(), reached: true }
    };
    let other = || pushes(&[top()], &memory, true);
    for outcome in [&gone as &dyn Fn() -> Outcome, &refused, &other] {
        let push = &|_: &[&str]| Ok(outcome());
        let means =
            Means { memory: &memory, sink: &Silent, stream, push, unreachable: Cell::new(false), pulled: &none_pulled };
        let weights = means.weigh(&[subject("one", &[base()])], Way::to(&reached(true), true)).unwrap();
        assert_eq!((weights["one"].stored_bytes, weights["one"].pull_bytes), (530, None));
    }
}

#[test]
fn an_image_is_pushed_first_only_when_all_of_its_base_has_been() {
    let (state, third) = (tempfile::tempdir().unwrap(), Tar::new().file("c", &[3; 40]).bytes());
    let memory = LayerCache::below(state.path());
    let way = Way::to(&reached(true), false);
    let all = [base(), top(), third];
    let (streamed, sends) = (Cell::new(0), Cell::new(1));
    let stream: Stream = &|_, take| {
        streamed.set(streamed.get() + 1);
        let tar = all[..sends.get()]
            .iter()
            .fold(Tar::new(), |tar, layer| tar.file(&format!("{}/layer.tar", Digest::of(layer).hex()), layer));
        take(&mut tar.bytes().as_slice())
    };
    let weigh_with = |known: &[Vec<u8>], layers: &[Vec<u8>], on: Base| {
        let push = &|_: &[&str]| Ok(pushes(known, &memory, true));
        let means =
            Means { memory: &memory, sink: &Silent, stream, push, unreachable: Cell::new(false), pulled: &none_pulled };
        means.weigh(&[Subject { base: on, ..subject("one", layers) }], way).unwrap();
    };
    // The lowest layer gets known, by an image that is nothing else.
    weigh_with(&all[..1], &all[..1], Base::Scratch);
    assert_eq!(streamed.replace(0), 1);
    sends.set(3);
    weigh_with(&all, &all, Base::Layers(2));
    assert_eq!(streamed.replace(0), 1, "half a base is no base");
    // Now all three have been pushed, being small; a fourth on top of them is pushed and needs no stream.
    let four = [&all[..], &[Tar::new().file("d", &[4; 40]).bytes()]].concat();
    weigh_with(&four, &four, Base::Layers(3));
    assert_eq!(streamed.get(), 0);
}

#[test]
fn what_was_pulled_and_is_compressed_anew_is_not_exact() {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    let stream: Stream = &|_, _| panic!("what was pushed is not streamed too");
    let push = &|_: &[&str]| Ok(pushes(&[base(), top()], &memory, true));
    let exact = |pulled: &BTreeSet<String>, on: Base, way: Way| {
        let pulled = || Ok(pulled.clone());
        let means =
            Means { memory: &memory, sink: &Silent, stream, push, unreachable: Cell::new(false), pulled: &pulled };
        let subject = Subject { base: on, ..subject("one", &[base(), top()]) };
        means.weigh(&[subject], way).unwrap()["one"].pull_exact
    };
    let here = Way::to(&reached(true), true);
    let containerd = Way::to(&Reached { store: Store::Containerd, ..reached(true) }, true);
    let (none, bottom) = (BTreeSet::new(), BTreeSet::from([Digest::of(&base()).to_string()]));
    assert!(exact(&none, Base::Layers(1), here));
    assert!(!exact(&bottom, Base::Layers(1), here));
    assert!(exact(&bottom, Base::Layers(1), containerd), "the containerd store keeps what it pulled");
    assert!(!exact(&none, Base::Unknown, here.with_pulled_bases(true)));
    assert!(exact(&none, Base::Scratch, here.with_pulled_bases(true)), "on scratch nothing was pulled");
    assert!(exact(&none, Base::Unknown, containerd.with_pulled_bases(true)));
}

#[test]
fn the_longest_base_counts_and_only_from_the_bottom() {
    let layers = |names: &str| names.chars().map(String::from).collect::<Vec<_>>();
    let bases = ["a", "ab", "bc", "abcde", ""].map(layers);
    assert_eq!(Base::among(&bases, &layers("abc")), Base::Layers(2));
    assert_eq!(Base::among(&bases, &layers("ca")), Base::Unknown);
}
