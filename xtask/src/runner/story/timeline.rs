//! `timeline`: when each stage of a build without cache was at work.

use super::{Came, Underway};
use crate::engine::build::Ended;
use crate::error::Result;
use crate::lesson::Lanes as Step;
use crate::model::{AppId, Bar, Block, Group, Lane, Lanes, Sign, Timeline};
use crate::plan::Image;
use crate::runner::once::Otherwise;
use crate::units;

impl Underway<'_> {
    pub(super) fn timeline(&mut self, step: &Step, app: &AppId) -> Result<Came> {
        let mut came = Came::default();
        for image in self.named(&step.variants, app) {
            let timeline = self.lanes_of(image)?;
            came.blocks.push(Block::Lanes(lanes(image, &timeline)));
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

/// A lane for each stage, in the order in which they began.
fn lanes(image: &Image, timeline: &Timeline) -> Lanes {
    let mut lanes: Vec<Lane> = Vec::new();
    for step in &timeline.steps {
        let name = if step.stage.is_empty() { "the only stage" } else { &step.stage };
        let index = lanes.iter().position(|lane| lane.name == name).unwrap_or_else(|| {
            lanes.push(Lane { name: name.to_owned(), bars: Vec::new(), value: String::new() });
            lanes.len() - 1
        });
        lanes[index].bars.push(Bar {
            name: step.instruction.clone(),
            start_ms: step.start_ms,
            took_ms: step.took_ms,
            cached: step.cached,
            sign: Sign::Neutral,
        });
    }
    for lane in &mut lanes {
        let took: u64 = lane.bars.iter().map(|bar| bar.took_ms).sum();
        lane.value = units::seconds(std::time::Duration::from_millis(took));
    }
    let name = image.name.variant.to_string();
    Lanes {
        title: format!("{name}: when each stage was at work"),
        group: "variant".to_owned(),
        lane: "stage".to_owned(),
        bar: "instruction".to_owned(),
        took_ms: timeline.took_ms,
        groups: vec![Group { name, lanes }],
    }
}
