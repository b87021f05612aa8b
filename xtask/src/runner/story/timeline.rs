//! `timeline`: when each stage of a build without cache was at work.

use super::{Came, Underway};
use crate::engine::build::Ended;
use crate::error::Result;
use crate::lesson::Lanes;
use crate::model::{AppId, Block, Timeline};
use crate::plan::Image;
use crate::runner::once::Otherwise;

impl Underway<'_> {
    pub(super) fn timeline(&mut self, step: &Lanes, app: &AppId) -> Result<Came> {
        let mut came = Came::default();
        for image in self.named(&step.variants, app) {
            let timeline = self.lanes_of(image)?;
            let title = format!("{}: when each stage was at work", image.name.variant);
            came.blocks.push(Block::Lanes(timeline.lanes(&title)));
            self.of(image).timeline = Some(timeline);
        }
        Ok(came)
    }

    /// When each step of a build without cache ran.
    ///
    /// Errors: the build fails.
    pub(in crate::runner) fn lanes_of(&self, image: &Image) -> Result<Timeline> {
        match self.lab(false).once(image, &Otherwise { no_cache: true, ..Otherwise::default() })? {
            Ended::Built(built) => Ok(built.timeline()),
            Ended::Failed(failed) => Err(failed.problem()),
        }
    }
}
