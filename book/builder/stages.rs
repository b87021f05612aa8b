//! The stages of a Dockerfile with what each weighs: recorded once, drawn on pages.

use std::collections::BTreeMap;
use std::sync::Arc;

use drydock::dockerfile::{Dockerfile, Source};
use drydock::engine::{bake, build, docker};
use drydock::error::{ErrorId, Problem, Result};
use drydock::image::{Depth, gather};
use drydock::model::{Environment, Inspection};
use drydock::plan::{self, Image};
use drydock::runner::prepare;
use drydock::session::Session;
use drydock::workshop::Workshop;
use serde::{Deserialize, Serialize};

/// Stands where the files of a lesson name the run they were made for.
const RUN: &str = "stages";

/// What the stages of one Dockerfile weigh.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stages {
    /// Where and when it was measured.
    pub environment: Environment,
    /// By position of the stage in the file. Stages that the image does not need are not built and have no entry.
    pub stages: BTreeMap<usize, Weight>,
}

/// What one stage weighs, built up to its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Weight {
    /// Bytes of all its files, its base included.
    pub stored_bytes: u64,
    /// Bytes that each `COPY --from` of its own brings, by the line of the instruction.
    pub copied: BTreeMap<usize, u64>,
}

/// Builds and weighs each stage of a Dockerfile that its image needs. `path` is relative to the repository.
///
/// Errors: no app or lesson builds this Dockerfile, or a build fails.
pub fn measure(path: &str, workshop: &Workshop, session: &Session<'_>) -> Result<Stages> {
    let engine = session.engine;
    let mut image = find(path, workshop)?;
    let dockerfile = Arc::clone(&image.dockerfile);
    let file = dockerfile.parsed()?;
    // Several variants may share a file. The whole of it is drawn, wherever the build of this one ends.
    image.variant.target = None;
    image.bases = file.images(None);
    // An app's folder is built as it is; what a lesson changes in it is in a copy, which a run of the lesson may not have left.
    prepare::contexts([&image], RUN, &workshop.root)?;
    let sources = session.ensure(&plan::bases([&image]))?;
    let mut stages = BTreeMap::new();
    for index in file.reachable(None) {
        let tag = format!("drydock.local/stage/{}:{index}", image.name.target());
        let part = file.up_to(Some(&index.to_string())).ok_or_else(|| unnamed(path, index))?;
        let last = index + 1 == file.stages.len();
        let mut target = image.target(&sources);
        target.tags = vec![tag.clone()];
        if !last {
            target.target = Some(file.stages[index].name.clone().ok_or_else(|| unnamed(path, index))?);
        }
        let id = image.name.target();
        let definition = bake::Definition { targets: BTreeMap::from([(id, target)]) };
        build::build("images", &definition, &bake::Options::default(), &workshop.root, engine)?;
        let found = gather(&tag, Depth::Everything, engine, &|| Ok(session.way(false)), &|_| Some(part.clone()))?;
        engine.tell(&docker(["image", "rm", "--force", &tag]))?;
        stages.insert(index, weight(&found, &part));
    }
    Ok(Stages { environment: session.environment(), stages })
}

fn weight(found: &Inspection, part: &Dockerfile) -> Weight {
    let own = part.stages.last();
    let takes = own.into_iter().flat_map(|stage| &stage.takes).filter(|take| take.from != Source::Scratch);
    let bytes = |line: usize| {
        found.layers.iter().filter(|layer| layer.line == Some(line)).map(|layer| layer.stored_bytes).sum()
    };
    Weight { stored_bytes: found.stored_bytes, copied: takes.map(|take| (take.line, bytes(take.line))).collect() }
}

fn find(path: &str, workshop: &Workshop) -> Result<Image> {
    let mut images = plan::everything(workshop, &[], |path| workshop.dockerfile(path))?;
    for lesson in &workshop.lessons {
        let plan = plan::Plan::of_lesson(workshop, lesson, &[], &[], |path| workshop.dockerfile(path))?;
        images.extend(plan.all().cloned());
    }
    images
        .into_iter()
        .find(|image| image.dockerfile.path == path)
        .ok_or_else(|| Problem::new(ErrorId::Page, format!("{path} is the Dockerfile of no app and no lesson.")))
}

fn unnamed(path: &str, index: usize) -> Problem {
    Problem::new(ErrorId::Page, format!("Stage {index} of {path} has no name, and cannot be built by itself."))
}
