//! Weighing images of the engine: from memory where it can be, else with what travels least.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;

use super::archive;
use super::digest::Digest;
use super::fault::Fault;
use super::layer::{LayerFacts, ReadLayer};
use super::memory::Memory;
use super::save::save;
use super::scale::{self, Outcome, Pushed};
use super::weight::Weight;
use crate::engine::Engine;
use crate::engine::reach::Reached;
use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::interrupt;
use crate::model::Store;
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

/// How the engine is asked for what nobody knows yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Everything through `docker save`: for an engine that is elsewhere.
    #[default]
    Stream,
    /// By push where the engine has pushed the image's base to us before (its lowest layer where the base is not known), so
    /// that it only compresses what is new, or where what is new is small; through `docker save` otherwise. Pull bytes are
    /// then left unknown.
    Push(EngineKey),
    /// By push in any case. The first time the engine compresses the whole base, at some 40 MB a second.
    PushAll(EngineKey),
}

/// Tells engines apart: each compresses in its own way, and remembers what it has pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineKey {
    digest: Digest,
    /// Whether it forgets how a layer was compressed that it pulled, and compresses it anew for a push.
    recompresses: bool,
    /// Whether builds on it get their bases from a registry.
    pulls_bases: bool,
}

impl Way {
    /// The way for this engine. One on another machine cannot push to our loopback address.
    pub fn to(reached: &Reached, all: bool) -> Self {
        if !reached.local {
            return Self::Stream;
        }
        let digest = Digest::of(format!("{} {:?}", reached.endpoint.host, reached.store).as_bytes());
        let key = EngineKey { digest, recompresses: reached.store == Store::Classic, pulls_bases: false };
        if all { Self::PushAll(key) } else { Self::Push(key) }
    }

    /// The same way for images whose bases come from a registry. BuildKit pulls those without a trace in the list of images.
    #[must_use]
    pub fn with_pulled_bases(self, pulls_bases: bool) -> Self {
        match self {
            Self::Stream => Self::Stream,
            Self::Push(key) => Self::Push(EngineKey { pulls_bases, ..key }),
            Self::PushAll(key) => Self::PushAll(EngineKey { pulls_bases, ..key }),
        }
    }

    fn key(self) -> Option<EngineKey> {
        match self {
            Self::Stream => None,
            Self::Push(key) | Self::PushAll(key) => Some(key),
        }
    }
}

/// Weighs images of the engine, and returns what they weigh by the name they were given with.
///
/// Errors: the engine cannot send the images, or what it sends is no image ([`ErrorId::ImageStream`]).
pub fn weigh(subjects: &[Subject], engine: Engine<'_>, way: Way) -> Result<BTreeMap<String, Weight>> {
    let memory = Memory::open()?;
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
        let weighed = means.weigh(subjects, way);
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
    pub memory: &'m Memory,
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
struct Wanted<'s> {
    image: &'s str,
    diff_ids: Vec<Digest>,
    base: Base,
}

impl Means<'_> {
    pub(super) fn weigh(&self, subjects: &[Subject], way: Way) -> Result<BTreeMap<String, Weight>> {
        let wanted = subjects.iter().map(Wanted::parse).collect::<Result<Vec<_>>>()?;
        let weights = wanted.iter().map(|wanted| self.memory.weight(&wanted.diff_ids));
        let mut items: Vec<_> = wanted.iter().zip(weights).collect();
        let mut known = HashMap::new();

        if let Some(key) = way.key() {
            let base_is_there = |wanted: &Wanted| {
                let base = wanted.base_layers();
                !base.is_empty() && base.iter().all(|id| self.pushed(key, id))
            };
            let due = items.iter().filter(|(wanted, _)| way == Way::PushAll(key) || base_is_there(wanted));
            known = self.push(due.map(|(wanted, _)| *wanted), key)?;
        }
        for digest in items.iter().filter(|(_, weight)| weight.is_none()).flat_map(|(wanted, _)| &wanted.diff_ids) {
            if !known.contains_key(digest)
                && let Some(facts) = self.memory.layer(digest)
            {
                known.insert(*digest, facts);
            }
        }
        let lacks = |wanted: &Wanted| wanted.diff_ids.iter().any(|digest| !known.contains_key(digest));
        let to_stream = items.iter().filter(|(wanted, weight)| weight.is_none() && lacks(wanted));
        let to_stream: Vec<_> = to_stream.map(|(wanted, _)| wanted.image).collect();
        if !to_stream.is_empty() {
            self.announce(items.iter().filter(|(_, weight)| weight.is_none()).map(|(wanted, _)| *wanted), |id| {
                !known.contains_key(id)
            });
            let learned = self.stream(&to_stream, &known)?;
            known.extend(learned);
        }
        for (wanted, weight) in &mut items {
            if weight.is_none() {
                *weight = Some(self.sum(wanted, &known)?);
            }
        }
        if let Some(key) = way.key() {
            let unpushed = |weight: &Weight| -> u64 {
                let layers = weight.layers.iter().filter(|layer| !self.pushed(key, &layer.diff_id));
                layers.map(|layer| layer.stored_bytes).sum()
            };
            let due =
                items.iter().filter(|(_, weight)| weight.as_ref().is_some_and(|weight| unpushed(weight) <= SMALL));
            self.push(due.map(|(wanted, _)| *wanted), key)?;
        }
        let pulled = if way.key().is_some_and(|key| key.recompresses) { (self.pulled)()? } else { BTreeSet::new() };
        let blob = |digest: &Digest| self.memory.pushed(&way.key()?.digest, digest);
        let named = items.into_iter().filter_map(|(wanted, weight)| {
            let blobs: Vec<_> = wanted.diff_ids.iter().map(blob).collect();
            let weight = weight?.with_pull(&blobs);
            let pull_exact = weight.pull_exact && !recompresses(wanted, way, &pulled);
            Some((wanted.image.to_owned(), Weight { pull_exact, ..weight }))
        });
        Ok(named.collect())
    }

    fn pushed(&self, key: EngineKey, diff_id: &Digest) -> bool {
        self.memory.pushed(&key.digest, diff_id).is_some()
    }

    /// Pushes what can be pushed. What fails here is streamed afterwards, which tells whether the engine or the push failed.
    fn push<'w>(
        &self,
        due: impl Iterator<Item = &'w Wanted<'w>>,
        key: EngineKey,
    ) -> Result<HashMap<Digest, LayerFacts>> {
        let unpushed = |wanted: &&Wanted| wanted.diff_ids.iter().any(|id| !self.pushed(key, id));
        let wanted: Vec<_> = due.filter(unpushed).collect();
        let images: Vec<_> = wanted.iter().map(|wanted| wanted.image).collect();
        if images.is_empty() || self.unreachable.get() {
            return Ok(HashMap::new());
        }
        self.announce(wanted.iter().copied(), |id| !self.pushed(key, id));
        let outcome = (self.push)(&images)?;
        interrupt::check()?;
        if !outcome.reached {
            self.unreachable.set(true);
            let note = "The engine does not reach this machine's loopback address: pull bytes stay unknown.";
            self.sink.emit(Event::Note(note.to_owned()));
            return Ok(HashMap::new());
        }
        for (wanted, pushed) in wanted.into_iter().zip(outcome.pushed) {
            match pushed {
                Ok(pushed) if pushed.is_of(&wanted.diff_ids) => {
                    for layer in &pushed.layers {
                        self.keep(self.memory.keep_pushed(&key.digest, &layer.blob));
                    }
                }
                Ok(_) => self.unpushed(wanted, "the engine pushed other layers than the image has"),
                Err(problem) => {
                    self.unpushed(wanted, problem.evidence.last().map_or(problem.fact.as_str(), String::as_str));
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
    fn announce<'w>(&self, images: impl Iterator<Item = &'w Wanted<'w>>, new: impl Fn(&Digest) -> bool) {
        let layers: BTreeSet<&Digest> = images.flat_map(|wanted| &wanted.diff_ids).filter(|id| new(id)).collect();
        self.sink.emit(Event::Phase { name: "Weighing", total: layers.len(), of: "layers" });
    }

    fn unpushed(&self, wanted: &Wanted, why: &str) {
        let image = wanted.image;
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

    fn sum(&self, wanted: &Wanted, known: &HashMap<Digest, LayerFacts>) -> Result<Weight> {
        let layers: Option<Vec<_>> = wanted.diff_ids.iter().map(|digest| known.get(digest)).collect();
        let Some(layers) = layers else {
            let fact = format!("The engine left layers out when it was asked for `{}`.", wanted.image);
            return Err(Problem::new(ErrorId::ImageStream, fact)
                .cause("The image was replaced or removed while it was being weighed.")
                .next("Run the command again."));
        };
        let weight = Weight::of(&layers);
        self.keep(self.memory.keep_weight(&weight));
        Ok(weight)
    }

    /// A result that cannot be kept is still a result; that the next run will be slower is worth saying.
    fn keep(&self, kept: Result<()>) {
        if let Err(problem) = kept {
            self.sink.emit(Event::Warning(format!("What was learned of a layer could not be kept. {problem}")));
        }
    }
}

/// Whether what the engine pushes of a layer may differ from what a registry has of it. `pulled` are the layers it got from one.
fn recompresses(wanted: &Wanted, way: Way, pulled: &BTreeSet<String>) -> bool {
    let Some(key) = way.key().filter(|key| key.recompresses) else { return false };
    let pulled = || wanted.diff_ids.iter().any(|id| pulled.contains(&id.to_string()));
    (key.pulls_bases && wanted.base != Base::Scratch) || pulled()
}

impl<'s> Wanted<'s> {
    fn parse(subject: &'s Subject) -> Result<Self> {
        let diff_ids = subject.layers.iter().map(|layer| layer.parse()).collect::<std::result::Result<_, _>>();
        Ok(Self { image: &subject.image, diff_ids: diff_ids.map_err(|fault| broken(&fault))?, base: subject.base })
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

fn broken(fault: &Fault) -> Problem {
    Problem::new(ErrorId::ImageStream, format!("What the engine sent cannot be read as an image: {fault}."))
}
