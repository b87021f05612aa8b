//! Pushing images of the engine onto the scale.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use drydock_reader::parallel;

use super::registry::{Learned, Pushed, Registry};
use super::server::{self, Endpoint};
use crate::engine::{Engine, docker};
use crate::error::{ErrorId, Problem, Result};
use crate::image::cache::LayerCache;
use crate::interrupt;

/// Below the range from which systems take ports for outgoing connections, and assigned to nobody. Always the same, because
/// the engine remembers by address what it has pushed; the others are for runs at the same time.
const PORTS: [u16; 4] = [29_517, 29_518, 29_519, 29_520];
/// One repository for all images: the engine then knows every layer it ever pushed to us.
const REPOSITORY: &str = "drydock";
/// The engine compresses some 40 MB a second; an image of 50 GB is done by then.
const LIMIT: Duration = Duration::from_mins(30);
/// Within a push the engine compresses layer by layer; two pushes at a time keep two processors busy.
const AT_A_TIME: usize = 2;

/// What came of a push of several images.
pub struct Outcome {
    /// What each image's manifest said, in the order in which they were given.
    pub pushed: Vec<Result<Pushed>>,
    /// What was learned on the way, also from pushes that failed.
    pub learned: Learned,
    /// Whether the engine came to our door at all.
    pub reached: bool,
}

/// Whether an image has this name only for the time it is weighed.
pub fn is_name(tag: &str) -> bool {
    let random = tag.strip_prefix("127.0.0.1:").and_then(|rest| rest.split_once(&format!("/{REPOSITORY}:")));
    random.is_some_and(|(port, name)| {
        port.bytes().all(|b| b.is_ascii_digit()) && name.len() == 16 && name.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// Pushes images to an endpoint that lives for the length of this call. Their names for it are removed again.
///
/// Errors: no port can be had. What happens to a single image stands in its own result.
pub fn push(images: &[&str], memory: &LayerCache, engine: Engine<'_>) -> Result<Outcome> {
    let endpoint = open()?;
    let repository = format!("127.0.0.1:{}/{REPOSITORY}", endpoint.port());
    // Nobody else on this machine can guess them, and so nobody else can put a manifest in the place of ours.
    let tags: Vec<_> = images.iter().map(|_| format!("{:016x}", RandomState::new().hash_one(()))).collect();
    let registry = Registry::new(REPOSITORY, &tags, memory, engine.sink());
    let pushed = server::serve(&endpoint, &registry, || {
        // The port is ours: all names of it may go, those included that killed runs have left.
        let own = tags.iter().map(|tag| format!("{repository}:{tag}")).collect();
        let untag = Untag { engine, names: Mutex::new(own) };
        std::thread::scope(|scope| {
            let left_over = scope.spawn(|| engine.tags_of(&repository));
            let pushed = all(images, &tags, &repository, &registry, engine);
            let left_over = left_over.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            untag.names.lock().unwrap_or_else(PoisonError::into_inner).extend(left_over);
            Ok(pushed)
        })
    })?;
    let reached = registry.requests() > 0;
    Ok(Outcome { pushed, learned: registry.take_learned(), reached })
}

fn open() -> Result<Endpoint> {
    let unable = |error: std::io::Error| {
        Problem::new(ErrorId::ImageStream, format!("No port on 127.0.0.1 could be opened to weigh images: {error}."))
    };
    let fixed = PORTS.iter().find_map(|port| Endpoint::open(*port).ok());
    fixed.map_or_else(|| Endpoint::open(0), Ok).map_err(unable)
}

fn all(
    images: &[&str],
    tags: &[String],
    repository: &str,
    registry: &Registry,
    engine: Engine<'_>,
) -> Vec<Result<Pushed>> {
    let jobs: Vec<_> = images.iter().zip(tags).collect();
    parallel::map(&jobs, AT_A_TIME, |(image, tag)| one(image, tag, repository, registry, engine))
}

fn one(image: &str, tag: &str, repository: &str, registry: &Registry, engine: Engine<'_>) -> Result<Pushed> {
    interrupt::check()?;
    let name = format!("{repository}:{tag}");
    engine.tell(&docker(["image", "tag", image, &name]))?;
    // Signing needs a server for it that we are not; what is weighed goes nowhere.
    let command = docker(["push", "--quiet", &name]).env("DOCKER_CONTENT_TRUST", "0");
    let output = engine.ask_within(LIMIT, &command)?;
    if !output.success() {
        let fact = format!("`{}` failed with status {}.", command.display(), output.status);
        return Err(Problem::new(ErrorId::ImageStream, fact).evidence(output.stderr.lines()));
    }
    registry.pushed(tag).ok_or_else(|| {
        let fact = format!("The engine said it had pushed `{image}`, but no manifest of it arrived.");
        Problem::new(ErrorId::ImageStream, fact)
    })
}

/// Takes the names for the scale away again, however the pushes ended: all at once, since each command takes longer to start
/// than to be carried out.
struct Untag<'e> {
    engine: Engine<'e>,
    names: Mutex<BTreeSet<String>>,
}

impl Drop for Untag<'_> {
    fn drop(&mut self) {
        self.engine.untag(self.names.get_mut().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Engine<'_> {
    /// Names of images in a repository.
    ///
    /// Errors: the engine does not answer.
    fn tags_of(&self, repository: &str) -> Result<Vec<String>> {
        let filter = format!("reference={repository}");
        let list = docker(["image", "ls", "--filter", &filter, "--format", "{{.Repository}}:{{.Tag}}"]);
        Ok(self.tell(&list)?.lines().map(str::to_owned).collect())
    }

    /// Takes names away. The images stay: they have other names, or had none before and are not ours to remove.
    fn untag(&self, names: &BTreeSet<String>) {
        if !names.is_empty() {
            // One that is gone already is no loss; the rest is removed all the same.
            let _ = self.ask(&docker(["image", "rm", "--no-prune"]).args(names.iter().cloned()));
        }
    }
}
