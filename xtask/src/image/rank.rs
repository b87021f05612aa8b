//! How much of each image of the engine is its application, as far as its layers are known.

use std::collections::HashMap;

use drydock_reader::ledger::{Ledger, Python};
use drydock_reader::{Digest, Findings, LayerFacts};

use super::cache::LayerCache;
use super::scale;
use crate::engine::image::Inspected;
use crate::engine::{Engine, labels};
use crate::error::Result;
use crate::model::{Class, Ranked, Ranking};

/// Ranks the tagged images of the engine. Only remembers: no layer is read. Left out are Drydock's own bases and
/// proofs and images without files: there is no application in them to look for.
///
/// Errors: the engine does not answer, or there is no place for state.
pub fn rank(engine: Engine<'_>) -> Result<Ranking> {
    let images = engine.inspect_images(&engine.tags()?)?;
    let memory = LayerCache::open()?;
    Ok(of_images(&images, &mut |diff_id| memory.layer(diff_id)))
}

/// Layers by their digests, each read from memory no more often than its classes differ.
struct Layers<'m> {
    memory: &'m mut dyn FnMut(&Digest) -> Option<LayerFacts>,
    known: HashMap<Digest, Option<Known>>,
    application: HashMap<(Digest, Python), u64>,
}

/// What is kept of a layer's facts, which may be large.
struct Known {
    stored: u64,
    findings: Findings,
}

impl Layers<'_> {
    /// Reads a layer if nobody has, and works out its classes for images in which Python notes nothing: most.
    fn read(&mut self, diff_id: Digest) {
        self.known.entry(diff_id).or_insert_with(|| {
            let facts = (self.memory)(&diff_id)?;
            let python = Python::default();
            self.application.insert((diff_id, python.clone()), application(&facts, &python));
            Some(Known { stored: facts.stored_bytes, findings: facts.findings })
        });
    }

    /// Stored and application bytes of an image, if all its layers are known.
    fn bytes(&mut self, diff_ids: &[Digest], environment: &[String]) -> Option<(u64, u64)> {
        for diff_id in diff_ids {
            self.read(*diff_id);
        }
        let known = diff_ids.iter().map(|diff_id| self.known[diff_id].as_ref());
        let known: Vec<_> = known.collect::<Option<_>>()?;
        let stored = known.iter().map(|layer| layer.stored).sum();
        let python = Python::of(known.iter().map(|layer| &layer.findings), environment);
        let mut sum = 0;
        for diff_id in diff_ids {
            let key = (*diff_id, python.clone());
            sum += if let Some(bytes) = self.application.get(&key) {
                *bytes
            } else {
                let bytes = application(&(self.memory)(diff_id)?, &python);
                *self.application.entry(key).or_insert(bytes)
            };
        }
        Some((stored, sum))
    }
}

fn application(facts: &LayerFacts, python: &Python) -> u64 {
    Ledger::of(&[facts], python).classes.get(&Class::Application).copied().unwrap_or_default()
}

/// The engine was asked by tag and answers once for each: an image with several is named with all of them, once.
fn of_images(images: &[Inspected], memory: &mut dyn FnMut(&Digest) -> Option<LayerFacts>) -> Ranking {
    let mut layers = Layers { memory, known: HashMap::new(), application: HashMap::new() };
    let (mut known, mut unknown, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for image in images {
        let mut tags: Vec<_> = image.repo_tags.iter().filter(|tag| !scale::is_name(tag)).cloned().collect();
        tags.sort_unstable();
        // An image built FROM one of our bases inherits its role, and is left out by none.
        let ours = tags.iter().all(|tag| labels::is_ours(tag));
        let role = image.config.labels.get(labels::ROLE).filter(|_| ours);
        let has_application = role.is_none_or(|role| role == "app") && !image.root_fs.layers.is_empty();
        if !has_application || seen.contains(&&image.id) {
            continue;
        }
        seen.push(&image.id);
        let name = tags.first().unwrap_or(&image.id).clone();
        let diff_ids = image.root_fs.layers.iter().map(|diff_id| diff_id.parse().ok()).collect::<Option<Vec<_>>>();
        match diff_ids.and_then(|diff_ids| layers.bytes(&diff_ids, &image.config.env)) {
            Some((stored_bytes, application_bytes)) => {
                known.push(Ranked { image: name, tags, stored_bytes, application_bytes });
            }
            None => unknown.push(name),
        }
    }
    Ranking::of(known, unknown)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::engine::image::{Config, RootFs};
    use drydock_reader::testing::tarball::Tar;

    fn digest(byte: u8) -> String {
        Digest::of(&[byte]).to_string()
    }

    fn image(tags: &[&str], id: &str, role: Option<&str>, layers: &[u8]) -> Inspected {
        Inspected {
            id: id.to_owned(),
            repo_tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            size: 0,
            config: Config {
                labels: role.map(|role| (labels::ROLE.to_owned(), role.to_owned())).into_iter().collect(),
                ..Config::default()
            },
            root_fs: RootFs { layers: layers.iter().map(|byte| digest(*byte)).collect() },
        }
    }

    /// A layer of 100 bytes, 10 of them the application's.
    fn layer() -> LayerFacts {
        Tar::new().file("app/server", &[0; 10]).file("usr/lib/libc.so.6", &[0; 90]).read().unwrap()
    }

    #[test]
    fn an_image_is_ranked_when_all_its_layers_are_known_and_each_is_read_once() {
        let images = [
            image(&["a:1"], "a", None, &[1, 2]),
            image(&["a:1"], "a", None, &[1, 2]),
            image(&["b:1"], "b", Some("app"), &[1, 9]),
            image(&["drydock.local/c:1"], "c", Some("base"), &[1]),
            image(&["d:1"], "d", None, &[]),
        ];
        let mut asked = Vec::new();
        let ranking = of_images(&images, &mut |id| {
            asked.push(id.to_string());
            (id.to_string() != digest(9)).then(layer)
        });
        let known: Vec<_> =
            ranking.known.iter().map(|one| (one.image.as_str(), one.stored_bytes, one.application_bytes)).collect();
        assert_eq!(known, [("a:1", 200, 20)]);
        assert_eq!(ranking.unknown, ["b:1"]);
        assert_eq!(asked.len(), 3, "{asked:?}");
    }

    #[test]
    fn an_image_that_somebody_built_from_a_base_of_ours_is_theirs() {
        let images = [
            image(&["team/a:1"], "a", Some("base"), &[1]),
            image(&["drydock.local/golang:1", "team/b:1"], "b", Some("base"), &[1]),
            image(&["drydock.local/golang:2"], "c", Some("base"), &[1]),
        ];
        let ranking = of_images(&images, &mut |_| Some(layer()));
        let mut known: Vec<_> = ranking.known.iter().map(|one| one.tags.join(" ")).collect();
        known.sort_unstable();
        assert_eq!(known, ["drydock.local/golang:1 team/b:1", "team/a:1"]);
    }

    #[test]
    fn what_python_notes_in_one_layer_tells_the_classes_of_another() {
        let packages = || {
            Tar::new().file("app/flask/app.py", &[0; 5]).file("app/flask-3.dist-info/RECORD", b"flask/app.py,,5").read()
        };
        let bytecode = || Tar::new().file("pyc/app/flask/app.cpython-313.pyc", &[0; 40]).read();
        let mut with_prefix = image(&["b:1"], "b", None, &[1, 2]);
        with_prefix.config.env.push("PYTHONPYCACHEPREFIX=/pyc".to_owned());
        let images = [image(&["a:1"], "a", None, &[1, 2]), with_prefix];
        let first: Digest = digest(1).parse().unwrap();
        let ranking = of_images(&images, &mut |id| Some(if *id == first { packages() } else { bytecode() }.unwrap()));
        let mut known: Vec<_> = ranking.known.iter().map(|one| (one.image.as_str(), one.application_bytes)).collect();
        known.sort_unstable();
        assert_eq!(known, [("a:1", 40 + 15), ("b:1", 15)]);
    }

    #[test]
    fn an_image_is_found_by_each_of_its_tags() {
        // The last is what a killed run of ours leaves behind.
        let tags = ["team/a:1", "app/a:naive", "127.0.0.1:29517/drydock:0123456789abcdef"];
        let images = [image(&tags, "a", Some("app"), &[1]), image(&tags, "a", Some("app"), &[1])];
        let ranking = of_images(&images, &mut |_| Some(layer()));
        let [one] = ranking.known.as_slice() else { panic!("{ranking:?}") };
        assert_eq!(one.image, "app/a:naive");
        assert_eq!(one.tags, ["app/a:naive", "team/a:1"]);
    }
}
