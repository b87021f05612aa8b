//! Looks into the images of a run, after they were measured.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::Engine;
use crate::error::Result;
use crate::image::archive::Depth;
use crate::image::{Dockerfiles, Way, gather};
use crate::model::Inspection;

/// What these images are made of, in their order. `at_once` are looked into at the same time: it is work for processors,
/// since weighing has left all that is asked for in memory.
///
/// Errors: whatever looking into the first image that cannot be read fails with.
pub fn look(
    images: &[String],
    engine: Engine<'_>,
    way: Way,
    at_once: usize,
    dockerfiles: Dockerfiles<'_>,
) -> Result<Vec<Inspection>> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::with_capacity(images.len()));
    std::thread::scope(|scope| {
        for _ in 0..at_once.clamp(1, images.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(image) = images.get(index) else { break };
                    let one = gather(image, Depth::Everything, engine, &|| Ok(way), dockerfiles);
                    if let Ok(mut found) = found.lock() {
                        found.push((index, one));
                    }
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_default();
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, one)| one).collect()
}
