//! `timeline`: when each stage of a build without cache was at work.

use super::{Came, Underway};
use crate::engine::build::Ended;
use crate::error::Result;
use crate::event::Event;
use crate::lesson::Lanes;
use crate::model::block::Sign;
use crate::model::{AppId, Block, Timeline};
use crate::plan::Image;
use crate::runner::once::Otherwise;
use crate::units;

impl Underway<'_> {
    pub(super) fn timeline(&mut self, step: &Lanes, app: &AppId) -> Result<Came> {
        let mut came = Came::default();
        let images = self.named(&step.variants, app);
        self.engine.sink().emit(Event::Phase { name: "Building", total: images.len(), of: "images" });
        for image in images {
            let timeline = self.lanes_of(image)?;
            let remark = units::millis(timeline.took_ms);
            self.engine.sink().emit(Event::Done { item: image.called(), remark, sign: Sign::Held });
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
