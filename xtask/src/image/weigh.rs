//! Weighing images of the engine: from memory where it can be, else with what travels least.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;

use drydock_reader::overlay::{self, Seen};
use drydock_reader::{Digest, LayerFacts, NotADigest, ReadLayer, Weight, archive};

use super::cache::LayerCache;
use super::save::save;
use super::scale::{self, Outcome, Pushed};
use super::way::{EngineKey, Way};
use crate::engine::Engine;
use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::interrupt;
use crate::units::bytes;

/// Bytes of new layers that are pushed without being asked twice: the engine compresses them in about two seconds.
const SMALL: u64 = 64_000_000;

/// An image to weigh.
#[derive(Clone, Debug)]
pub struct Subject {
    /// How the engine knows it: a tag or an id.
    pub image: String,
    /// Digests of its unpacked layers (`RootFS.Layers` of `docker image inspect`), lowest first.
    pub layers: Vec<String>,
    /// What is known of where it stands.
    pub base: Base,
}

/// What an image stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Base {
    /// Nobody said.
    #[default]
    Unknown,
    /// Nothing: all layers are its own.
    Scratch,
    /// An image that has so many layers.
    Layers(usize),
}

impl Base {
    /// The longest of `bases`, each the digests of its layers, that an image with these layers begins with.
    pub fn among(bases: &[Vec<String>], layers: &[String]) -> Self {
        let longest = bases.iter().filter(|base| !base.is_empty() && layers.starts_with(base)).map(Vec::len).max();
        longest.map_or(Self::Unknown, Self::Layers)
    }
}

/// What an image weighs, and what its layers hold.
pub struct Weighed {
    /// What it weighs.
    pub weight: Weight,
    /// What its layers hold, by their digest.
    pub facts: HashMap<Digest, LayerFacts>,
    /// What of each layer is visible, from the lowest up.
    pub seen: Vec<Seen>,
}

/// Weighs images of the engine, and returns what they weigh by the name they were given with.
///
/// Errors: the engine cannot send the images, or what it sends is no image ([`ErrorId::ImageStream`]).
pub fn weigh(subjects: &[Subject], engine: Engine<'_>, way: Way) -> Result<BTreeMap<String, Weight>> {
    with_means(engine, way, |means| means.weigh(subjects, way))
}

/// Weighs one image of the engine, and returns with its weight what its layers hold.
///
/// Errors: as [`weigh`].
pub fn weigh_closely(subject: &Subject, engine: Engine<'_>, way: Way) -> Result<Weighed> {
    with_means(engine, way, |means| means.weigh_closely(subject, way))
}

fn with_means<T>(engine: Engine<'_>, way: Way, weigh: impl FnOnce(&Means<'_>) -> Result<T>) -> Result<T> {
    let memory = LayerCache::open()?;
    std::thread::scope(|scope| {
        // Asked at once and needed at the end.
        let asked = way.key().filter(|key| key.recompresses).map(|_| scope.spawn(|| engine.pulled_layers()));
        let asked = Cell::new(asked);
        let answer = |asked: ScopedJoinHandle<'_, _>| asked.join().unwrap_or_else(|panic| resume_unwind(panic));
        let means = Means {
            memory: &memory,
            sink: engine.sink(),
            stream: &|images, take| save(images, engine, take),
            push: &|images| scale::push(images, &memory, engine),
            unreachable: Cell::new(false),
            pulled: &|| asked.take().map_or_else(|| Ok(BTreeSet::new()), answer),
        };
        let weighed = weigh(&means);
        // What is printed next must not find a bar on the screen.
        engine.sink().emit(Event::Quiet);
        weighed
    })
}

/// Gives what the engine has of some images to a reader.
pub(super) type Stream<'s> = &'s dyn Fn(&[&str], &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()>;

/// Pushes some images onto the scale.
pub(super) type Push<'s> = &'s dyn Fn(&[&str]) -> Result<Outcome>;

/// All that weighing needs from outside.
pub(super) struct Means<'m> {
    pub memory: &'m LayerCache,
    pub sink: &'m dyn Sink,
    pub stream: Stream<'m>,
    pub push: Push<'m>,
    /// Whether a push has shown that the engine does not reach us.
    pub unreachable: Cell<bool>,
    /// Tells the layers, by the digest of the unpacked tar, that the engine got from a registry. Asked at most once, where the
    /// engine compresses them anew for a push.
    pub pulled: &'m dyn Fn() -> Result<BTreeSet<String>>,
}

/// A subject with its digests parsed.
struct Parsed<'s> {
    image: &'s str,
    diff_ids: Vec<Digest>,
    base: Base,
}

/// An image on its way to the scale.
struct Item<'s> {
    subject: Parsed<'s>,
    /// As it is remembered, or once it is worked out; without pull bytes.
    weight: Option<Weight>,
    /// What of each layer is visible, once it is worked out.
    seen: Vec<Seen>,
}

impl Means<'_> {
    /// What images weigh. What their layers hold is looked up only where a weight is not remembered.
    pub(super) fn weigh(&self, subjects: &[Subject], way: Way) -> Result<BTreeMap<String, Weight>> {
        let item = |subject| {
            let subject = Parsed::of(subject)?;
            Ok(Item { weight: self.memory.weight(&subject.diff_ids), subject, seen: Vec::new() })
        };
        let mut items = subjects.iter().map(item).collect::<Result<Vec<_>>>()?;
        self.complete(&mut items, way)?;
        let named = items.into_iter().filter_map(|item| Some((item.subject.image.to_owned(), item.weight?)));
        Ok(named.collect())
    }

    /// What one image weighs, with what its layers hold: looked up once, for both.
    pub(super) fn weigh_closely(&self, subject: &Subject, way: Way) -> Result<Weighed> {
        let mut items = [Item { subject: Parsed::of(subject)?, weight: None, seen: Vec::new() }];
        let facts = self.complete(&mut items, way)?;
        let [Item { weight, seen, .. }] = items;
        Ok(Weighed { weight: weight.unwrap_or_default(), facts, seen })
    }

    /// Finds the weights that are missing, and the pull bytes of all. Returns what the layers hold that were looked up.
    fn complete(&self, items: &mut [Item<'_>], way: Way) -> Result<HashMap<Digest, LayerFacts>> {
        let mut known = HashMap::new();
        if let Some(key) = way.key() {
            let base_is_there = |subject: &Parsed<'_>| {
                let base = subject.base_layers();
                !base.is_empty() && base.iter().all(|id| self.pushed(key, id))
            };
            let subjects = items.iter().map(|item| &item.subject);
            known = self.push(subjects.filter(|subject| way == Way::PushAll(key) || base_is_there(subject)), key)?;
        }
        let new: Vec<_> = items.iter().filter(|item| item.weight.is_none()).map(|item| &item.subject).collect();
        for digest in new.iter().flat_map(|subject| &subject.diff_ids) {
            if !known.contains_key(digest)
                && let Some(facts) = self.memory.layer(digest)
            {
                known.insert(*digest, facts);
            }
        }
        let lacks = |subject: &Parsed<'_>| subject.diff_ids.iter().any(|digest| !known.contains_key(digest));
        let to_stream: Vec<_> = new.iter().filter(|subject| lacks(subject)).map(|subject| subject.image).collect();
        if !to_stream.is_empty() {
            self.announce(new.into_iter(), |id| !known.contains_key(id));
            let learned = self.stream(&to_stream, &known)?;
            known.extend(learned);
        }
        for item in items.iter_mut().filter(|item| item.weight.is_none()) {
            self.work_out(item, &known)?;
        }
        if let Some(key) = way.key() {
            let unpushed = |weight: &Weight| -> u64 {
                let layers = weight.layers.iter().filter(|layer| !self.pushed(key, &layer.diff_id));
                layers.map(|layer| layer.stored_bytes).sum()
            };
            let small = |item: &&Item<'_>| item.weight.as_ref().is_some_and(|weight| unpushed(weight) <= SMALL);
            self.push(items.iter().filter(small).map(|item| &item.subject), key)?;
        }
        let pulled = if way.key().is_some_and(|key| key.recompresses) { (self.pulled)()? } else { BTreeSet::new() };
        let blob = |digest: &Digest| self.memory.pushed(&way.key()?.digest, digest);
        for Item { subject, weight, .. } in items {
            let blobs: Vec<_> = subject.diff_ids.iter().map(blob).collect();
            *weight = weight.take().map(|weight| {
                let weight = weight.with_pull(&blobs);
                let pull_exact = weight.pull_exact && !recompresses(subject, way, &pulled);
                Weight { pull_exact, ..weight }
            });
        }
        Ok(known)
    }

    fn pushed(&self, key: EngineKey, diff_id: &Digest) -> bool {
        self.memory.pushed(&key.digest, diff_id).is_some()
    }

    /// Pushes what can be pushed. What fails here is streamed afterwards, which tells whether the engine or the push failed.
    fn push<'w>(
        &self,
        due: impl Iterator<Item = &'w Parsed<'w>>,
        key: EngineKey,
    ) -> Result<HashMap<Digest, LayerFacts>> {
        let unpushed = |subject: &&Parsed<'_>| subject.diff_ids.iter().any(|id| !self.pushed(key, id));
        let due: Vec<_> = due.filter(unpushed).collect();
        let images: Vec<_> = due.iter().map(|subject| subject.image).collect();
        if images.is_empty() || self.unreachable.get() {
            return Ok(HashMap::new());
        }
        self.announce(due.iter().copied(), |id| !self.pushed(key, id));
        let outcome = (self.push)(&images)?;
        interrupt::check()?;
        if !outcome.reached {
            self.unreachable.set(true);
            let note = "The engine does not reach this machine's loopback address: pull bytes stay unknown.";
            self.sink.emit(Event::Note(note.to_owned()));
            return Ok(HashMap::new());
        }
        for (subject, pushed) in due.into_iter().zip(outcome.pushed) {
            match pushed {
                Ok(pushed) if pushed.is_of(&subject.diff_ids) => {
                    for layer in &pushed.layers {
                        self.keep(self.memory.keep_pushed(&key.digest, &layer.blob));
                    }
                }
                Ok(_) => self.unpushed(subject, "the engine pushed other layers than the image has"),
                Err(problem) => {
                    self.unpushed(subject, problem.evidence.last().map_or(problem.fact.as_str(), String::as_str));
                }
            }
        }
        if let Some(fault) = outcome.learned.fault {
            self.sink.emit(Event::Warning(format!("A layer the engine pushed was refused: {fault}.")));
        }
        self.keep(self.memory.tidy());
        Ok(outcome.learned.layers)
    }

    /// Says how many different layers are about to be read.
    fn announce<'w>(&self, images: impl Iterator<Item = &'w Parsed<'w>>, new: impl Fn(&Digest) -> bool) {
        let layers: BTreeSet<&Digest> = images.flat_map(|subject| &subject.diff_ids).filter(|id| new(id)).collect();
        self.sink.emit(Event::Phase { name: "Weighing", total: layers.len(), of: "layers" });
    }

    fn unpushed(&self, subject: &Parsed<'_>, why: &str) {
        let image = subject.image;
        self.sink.emit(Event::Warning(format!("{image} could not be weighed by pushing it: {why}")));
    }

    fn stream(&self, images: &[&str], known: &HashMap<Digest, LayerFacts>) -> Result<HashMap<Digest, LayerFacts>> {
        let mut learned = HashMap::new();
        (self.stream)(images, &mut |stream| {
            let is_known = |digest: &Digest| {
                let inside = || self.memory.blob(digest).map(|blob| blob.diff_id);
                known.contains_key(digest) || inside().is_some_and(|diff_id| known.contains_key(&diff_id))
            };
            let mut on_layer = |read: &ReadLayer| {
                self.sink.emit(Event::Counted {
                    item: format!("layer {}", read.facts.diff_id.short()),
                    remark: format!("{} in {} files", bytes(read.facts.stored_bytes), read.facts.files),
                });
                self.keep(self.memory.keep_layer(read));
            };
            let contents = archive::read_tar(stream, &is_known, &mut on_layer).map_err(|fault| broken(&fault))?;
            learned.extend(contents.layers.into_iter().map(|(digest, read)| (digest, read.facts)));
            Ok(())
        })?;
        self.keep(self.memory.tidy());
        Ok(learned)
    }

    fn work_out(&self, item: &mut Item<'_>, known: &HashMap<Digest, LayerFacts>) -> Result<()> {
        let layers: Option<Vec<_>> = item.subject.diff_ids.iter().map(|digest| known.get(digest)).collect();
        let Some(layers) = layers else {
            let fact = format!("The engine left layers out when it was asked for `{}`.", item.subject.image);
            return Err(Problem::new(ErrorId::ImageStream, fact)
                .cause("The image was replaced or removed while it was being weighed.")
                .next("Run the command again."));
        };
        item.seen = overlay::seen(&layers);
        let weight = Weight::of_seen(&layers, &item.seen);
        self.keep(self.memory.keep_weight(&weight));
        item.weight = Some(weight);
        Ok(())
    }

    /// A result that cannot be kept is still a result; that the next run will be slower is worth saying.
    fn keep(&self, kept: Result<()>) {
        if let Err(problem) = kept {
            self.sink.emit(Event::Warning(format!("What was learned of a layer could not be kept. {problem}")));
        }
    }
}

/// Whether what the engine pushes of a layer may differ from what a registry has of it. `pulled` are the layers it got from one.
fn recompresses(subject: &Parsed<'_>, way: Way, pulled: &BTreeSet<String>) -> bool {
    let Some(key) = way.key().filter(|key| key.recompresses) else { return false };
    let pulled = || subject.diff_ids.iter().any(|id| pulled.contains(&id.to_string()));
    (key.pulls_bases && subject.base != Base::Scratch) || pulled()
}

impl<'s> Parsed<'s> {
    fn of(subject: &'s Subject) -> Result<Self> {
        let diff_ids = subject.layers.iter().map(|layer| layer.parse()).collect::<std::result::Result<_, NotADigest>>();
        let diff_ids = diff_ids.map_err(|text| broken(&text))?;
        Ok(Self { image: &subject.image, diff_ids, base: subject.base })
    }

    /// The layers of its base, as far as it is known: the lowest one at least.
    fn base_layers(&self) -> &[Digest] {
        let known = if let Base::Layers(count) = self.base { count } else { 1 };
        &self.diff_ids[..known.min(self.diff_ids.len())]
    }
}

impl Pushed {
    fn is_of(&self, diff_ids: &[Digest]) -> bool {
        self.layers.iter().map(|layer| &layer.diff_id).eq(diff_ids)
    }
}

fn broken(fault: &dyn std::fmt::Display) -> Problem {
    Problem::new(ErrorId::ImageStream, format!("What the engine sent cannot be read as an image: {fault}."))
}
