//! Which bases are in the engine's store, and whether they are what the recipes say.

use std::collections::BTreeMap;

use super::hash::{self, Hash};
use super::plan::Surroundings;
use super::tag;
use crate::engine::{Engine, labels};
use crate::error::Result;
use crate::model::{BaseRow, BaseState};

/// The tags among `tags` that are there, with the recipe each was made by. One question to the engine.
pub fn present(engine: Engine<'_>, tags: &[String]) -> Result<BTreeMap<String, Hash>> {
    let mut found = BTreeMap::new();
    for image in engine.inspect_images(tags)? {
        let recipe = image.config.labels.get(labels::RECIPE).cloned().unwrap_or_default();
        found.extend(image.repo_tags.iter().map(|tag| (tag.clone(), recipe.clone())));
    }
    Ok(found)
}

/// All local bases with their state. One question to the engine.
pub fn list(at: Surroundings<'_>, engine: Engine<'_>) -> Result<Vec<BaseRow>> {
    let hashes = hash::recipes(at.recipes, at.architecture)?;
    let tags: Vec<String> = at.recipes.all().map(|r| tag(&r.base.name)).collect();
    let images = engine.inspect_images(&tags)?;
    let by_tag: BTreeMap<&str, _> =
        images.iter().flat_map(|image| image.repo_tags.iter().map(move |tag| (tag.as_str(), image))).collect();
    let listed = at.recipes.all().map(|recipe| {
        let base = &recipe.base;
        let tag = tag(&base.name);
        let image = by_tag.get(tag.as_str());
        let state = match image.map(|i| i.config.labels.get(labels::RECIPE)) {
            None => BaseState::Absent,
            Some(made_by) if made_by == hashes.get(&base.name) => BaseState::Present,
            Some(_) => BaseState::Outdated,
        };
        BaseRow {
            name: base.name.clone(),
            state,
            size_bytes: image.map(|i| i.size),
            parents: recipe.parents.iter().cloned().collect(),
            differs: base.differs.clone(),
            tag,
        }
    });
    Ok(listed.collect())
}
