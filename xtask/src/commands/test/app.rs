//! The proof of an app: its own formatter, linter and tests pass inside its build.

use std::slice;

use crate::engine::{bake, build};
use crate::error::Result;
use crate::model::App;
use crate::plan;
use crate::session::Session;
use crate::workshop::Workshop;

/// Builds the stage of an app that checks it. Returns what passed.
///
/// Errors: the stage does not build.
pub(super) fn check(workshop: &Workshop, app: &App, session: &Session<'_>) -> Result<String> {
    let stage = &app.check.target;
    let images = plan::everything(workshop, slice::from_ref(&app.id), |path| workshop.dockerfile(path))?;
    let Some(image) = images.into_iter().find(|image| image.name.variant == app.check.variant) else {
        return Err(crate::bug("An app is checked in a variant that it does not have"));
    };
    let bases = image.dockerfile.parsed()?.images(Some(stage));
    let image = plan::Image { bases, ..image };
    let sources = session.ensure(&image.bases)?;
    let mut definition = plan::definition([&image], &sources);
    for target in definition.targets.values_mut() {
        target.target = Some(stage.clone());
        // Nothing to ship: the stage only has to succeed.
        target.tags.clear();
        target.outputs = vec!["type=cacheonly".to_owned()];
    }
    build::build("checks", &definition, &bake::Options::default(), &workshop.root, session.engine)?;
    Ok(format!("its stage {stage} builds"))
}
