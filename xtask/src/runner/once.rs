//! A build of its own that leaves no image: to see whether it passes, where it fails, and when its stages were at work.

use std::collections::BTreeMap;
use std::time::Instant;

use super::experiment::Lab;
use super::prepare;
use crate::engine::bake;
use crate::engine::build::{self, Announced, Ended};
use crate::error::Result;
use crate::plan::Image;

/// What is different from the image's own build.
#[derive(Clone, Debug, Default)]
pub(super) struct Otherwise {
    /// Another stage.
    pub target: Option<String>,
    /// Build arguments besides, or with another value.
    pub args: BTreeMap<String, String>,
    /// Secrets with another value.
    pub secrets: BTreeMap<String, String>,
    /// Secrets that are not given.
    pub withhold: Vec<String>,
    /// Without the build cache.
    pub no_cache: bool,
}

impl Lab<'_> {
    /// Builds once, as work on the image's item of the phase. A build that the Dockerfile makes fail is a result.
    ///
    /// Errors: whatever else building fails with: the network, the disk, the time that was allowed.
    pub(super) fn once(&self, image: &Image, otherwise: &Otherwise) -> Result<Ended> {
        prepare::contexts([image], self.run, self.root)?;
        prepare::secrets(image, &otherwise.secrets, self.run, self.root)?;
        let mut target = image.target(self.sources);
        target.target = otherwise.target.clone().or(target.target);
        target.args.extend(otherwise.args.clone());
        let given = |secret: &String| !otherwise.withhold.iter().any(|id| secret.contains(&format!(",id={id},")));
        target.secrets.retain(given);
        target.tags.clear();
        // Only whether it passes is asked for.
        target.outputs = vec!["type=cacheonly".to_owned()];
        let name = format!("{}-once", image.name.target());
        let definition = bake::Definition { targets: BTreeMap::from([(name, target)]) };
        let options = bake::Options { no_cache: otherwise.no_cache || self.options.no_cache, ..self.options.clone() };
        let began = Instant::now();
        let ended = build::attempt(Announced::Item(&image.called()), &definition, &options, self.root, self.engine);
        self.took(began);
        prepare::secrets(image, &BTreeMap::new(), self.run, self.root)?;
        match ended? {
            Ended::Failed(failed) if failed.id() != crate::error::ErrorId::BuildFailed => Err(failed.problem()),
            ended => Ok(ended),
        }
    }
}
