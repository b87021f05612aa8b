//! How much of each image of the engine is its application, as far as its layers are known.

use std::collections::HashMap;

use super::digest::Digest;
use super::ledger::Ledger;
use super::memory::Memory;
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
    let memory = Memory::open()?;
    Ok(of_images(&images, &mut |diff_id| {
        let facts = memory.layer(diff_id)?;
        let application = Ledger::of(&[&facts]).classes.get(&Class::Application).copied().unwrap_or_default();
        Some(Bytes { stored: facts.stored_bytes, application })
    }))
}

/// Bytes of one layer.
#[derive(Clone, Copy)]
struct Bytes {
    stored: u64,
    application: u64,
}

/// Classes are sums over layers, so each layer is asked for once, however many images have it. The engine was asked by tag and
/// answers once for each: an image with several is named with all of them, once.
fn of_images(images: &[Inspected], layer: &mut dyn FnMut(&Digest) -> Option<Bytes>) -> Ranking {
    let mut layers: HashMap<&str, Option<Bytes>> = HashMap::new();
    let (mut known, mut unknown, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for image in images {
        let role = image.config.labels.get(labels::ROLE);
        let has_application = role.is_none_or(|role| role == "app") && !image.root_fs.layers.is_empty();
        if !has_application || seen.contains(&&image.id) {
            continue;
        }
        seen.push(&image.id);
        let mut tags: Vec<_> = image.repo_tags.iter().filter(|tag| !scale::is_name(tag)).cloned().collect();
        tags.sort_unstable();
        let name = tags.first().unwrap_or(&image.id).clone();
        let mut bytes = |diff_id| *layers.entry(diff_id).or_insert_with(|| layer(&diff_id.parse().ok()?));
        match image.root_fs.layers.iter().map(|diff_id| bytes(diff_id.as_str())).collect::<Option<Vec<_>>>() {
            Some(bytes) => known.push(Ranked {
                image: name,
                tags,
                stored_bytes: bytes.iter().map(|bytes| bytes.stored).sum(),
                application_bytes: bytes.iter().map(|bytes| bytes.application).sum(),
            }),
            None => unknown.push(name),
        }
    }
    Ranking::of(known, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::image::{Config, RootFs};

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

    #[test]
    fn an_image_is_ranked_when_all_its_layers_are_known_and_each_is_asked_for_once() {
        let images = [
            image(&["a:1"], "a", None, &[1, 2]),
            image(&["a:1"], "a", None, &[1, 2]),
            image(&["b:1"], "b", Some("app"), &[1, 9]),
            image(&["c:1"], "c", Some("base"), &[1]),
            image(&["d:1"], "d", None, &[]),
        ];
        let mut asked = Vec::new();
        let ranking = of_images(&images, &mut |id| {
            asked.push(id.to_string());
            (id.to_string() != digest(9)).then_some(Bytes { stored: 100, application: 10 })
        });
        let known: Vec<_> =
            ranking.known.iter().map(|one| (one.image.as_str(), one.stored_bytes, one.application_bytes)).collect();
        assert_eq!(known, [("a:1", 200, 20)]);
        assert_eq!(ranking.unknown, ["b:1"]);
        assert_eq!(asked.len(), 3, "{asked:?}");
    }

    #[test]
    fn an_image_is_found_by_each_of_its_tags() {
        // The last is what a killed run of ours leaves behind.
        let tags = ["team/a:1", "app/a:naive", "127.0.0.1:29517/drydock:0123456789abcdef"];
        let images = [image(&tags, "a", Some("app"), &[1]), image(&tags, "a", Some("app"), &[1])];
        let ranking = of_images(&images, &mut |_| Some(Bytes { stored: 100, application: 10 }));
        let [one] = ranking.known.as_slice() else { panic!("{ranking:?}") };
        assert_eq!(one.image, "app/a:naive");
        assert_eq!(one.tags, ["app/a:naive", "team/a:1"]);
    }
}
