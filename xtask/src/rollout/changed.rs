//! The builds of changed apps, as data.

use std::path::Path;

use crate::context::{BuildContext, FOLDER};
use crate::engine::bake::Target;
use crate::engine::labels;
use crate::error::Result;
use crate::model::{App, BaseSources, Change};
use crate::plan::Image;

/// The changes of these names that the app describes.
pub(super) fn of<'a>(app: &'a App, names: &'a [String]) -> impl Iterator<Item = (&'a str, &'a Change)> {
    names.iter().filter_map(|name| Some((name.as_str(), app.change.get(name)?)))
}

/// Name of the folder with a changed app.
fn folder(app: &App, change: &str) -> String {
    format!("rollout-{}-{change}", app.id)
}

/// Writes an app's folder with a change applied. `run` makes the change one that no build cache knows.
///
/// Errors: as [`BuildContext::materialise`].
pub(super) fn write(app: &App, name: &str, change: &Change, run: &str, repository: &Path) -> Result<()> {
    let context = BuildContext { source: &app.folder, edits: &change.edits, run, ..BuildContext::default() };
    context.materialise(repository, &folder(app, name)).map(drop)
}

/// The tag of an image that is built from a changed app. It goes when the measurement is over.
pub(super) fn tag(image: &Image, change: &str) -> String {
    format!("drydock.local/rollout/{}:{}-{change}", image.name.app, image.name.variant)
}

/// The build of a changed app, by its name in the bake call.
pub(super) fn target(image: &Image, change: &str, sources: &BaseSources) -> (String, Target) {
    let context = format!("{FOLDER}/{}", folder(&image.app, change));
    let mut target = Image { context, ..image.clone() }.target(sources);
    target.called = format!("{}, after the {change} change", image.called());
    target.tags = vec![tag(image, change)];
    target.labels.insert(labels::ROLE.to_owned(), "rollout".to_owned());
    (format!("{}-{change}", image.name.target()), target)
}
