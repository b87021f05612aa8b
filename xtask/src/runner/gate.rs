//! Two builds of a target, as the app is and after a change that breaks it: whether the target lets it pass.

use super::Underway;
use super::experiment::{Lab, changes};
use super::once::Otherwise;
use super::prepare;
use crate::engine::build::Ended;
use crate::error::Result;
use crate::model::Gate;
use crate::plan::Image;

impl Underway<'_> {
    /// Builds a target of an image's Dockerfile before and after a change, and notes where each build stops.
    ///
    /// Errors: whatever building fails with, apart from a step of the Dockerfile.
    pub(super) fn gate(&mut self, image: &Image, target: &str, change: &String) -> Result<()> {
        let named = changes([change], self.job.changes, image)?;
        let Some((_, what)) = named.into_iter().next() else { return Ok(()) };
        let lab = self.lab(false);
        let before = passes(lab, image, &Otherwise { target: Some(target.to_owned()), ..Otherwise::default() })?;
        let run = format!("{}-gate", self.run.id());
        let args = what.args.iter().map(|(name, value)| (name.clone(), value.replace(crate::context::RUN, &run)));
        let otherwise = Otherwise {
            target: Some(target.to_owned()),
            args: args.collect(),
            secrets: what.secrets.clone(),
            ..Otherwise::default()
        };
        let context = prepare::changed(image, what, &run, self.job.root)?;
        // The context is made, and would be made again without the change.
        let changed = Image { context, recipe: None, ..image.clone() };
        let after = passes(lab, &changed, &otherwise)?;
        self.of(image).gates.insert((target.to_owned(), change.clone()), Gate { before, after });
        Ok(())
    }
}

/// Whether a build passes, or where it stops.
fn passes(lab: Lab<'_>, image: &Image, otherwise: &Otherwise) -> Result<std::result::Result<(), String>> {
    if let (Ok(file), Some(target)) = (image.dockerfile.parsed(), &otherwise.target)
        && file.position(target).is_none()
    {
        return Ok(Err(format!("there is no stage `{target}`")));
    }
    Ok(match lab.once(image, otherwise)? {
        Ended::Built(_) => Ok(()),
        Ended::Failed(failed) => Err(failed.problem().fact),
    })
}
