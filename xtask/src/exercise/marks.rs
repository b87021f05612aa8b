//! What a learner's image is compared with: the size of what an expert ships, and the smallest there is.

use super::{Task, tag_of};
use crate::engine::Engine;
use crate::error::Result;
use crate::image::cache::LayerCache;
use crate::model::{Mark, Marks, Matrix, VariantId};
use crate::tidy;
use crate::workshop::Workshop;

/// Par and record of an exercise: as measured on this machine where their images are here and have been weighed, else as
/// recorded. `engine` is `None` where nobody shall be asked.
///
/// Errors: the engine does not answer.
pub fn marks(workshop: &Workshop, task: &Task<'_>, engine: Option<Engine<'_>>) -> Result<Marks> {
    let recorded = recorded(workshop);
    let mark = |variant: &VariantId| -> Result<Option<Mark>> {
        if let Some(stored_bytes) = engine.map(|engine| here(&tag_of(task, variant), engine)).transpose()?.flatten() {
            return Ok(Some(Mark { variant: variant.clone(), stored_bytes, here: true }));
        }
        let recorded = recorded.as_ref().and_then(|matrix| matrix.of(&task.app.id, variant));
        Ok(recorded.map(|m| Mark { variant: variant.clone(), stored_bytes: m.stored_bytes, here: false }))
    };
    Ok(Marks { par: mark(&task.exercise.par)?, record: mark(&task.exercise.record)? })
}

/// The stored bytes of an image of the engine, if they are remembered.
fn here(tag: &str, engine: Engine<'_>) -> Result<Option<u64>> {
    let inspected = engine.inspect_images(&[tag.to_owned()])?;
    let Some(image) = inspected.first() else { return Ok(None) };
    let digests: Option<Vec<_>> = image.root_fs.layers.iter().map(|layer| layer.parse().ok()).collect();
    let memory = LayerCache::open()?;
    Ok(digests.and_then(|digests| memory.weight(&digests)).map(|weight| weight.stored_bytes))
}

/// The recorded run of every variant; a copy of the workshop may have none.
fn recorded(workshop: &Workshop) -> Option<Matrix> {
    let text = std::fs::read_to_string(workshop.root.join(tidy::MATRIX)).ok()?;
    serde_json::from_str(&text).ok()
}
