//! `health`: what the engine finds of containers' health, over time.

use super::{Came, Check, Underway};
use crate::error::Result;
use crate::event::Event;
use crate::lesson::HealthStep;
use crate::model::block::{Bar, Cell, Column, Group, Lane, Lanes, Sign, Table};
use crate::model::{AppId, Block, EngineHealth, VariantId};
use crate::names::printable;
use crate::runner::watched::Watched;
use crate::units;

impl Underway<'_> {
    pub(super) fn health(&mut self, step: &HealthStep, app: &AppId) -> Result<Came> {
        let variants: Vec<VariantId> = step.becomes.keys().cloned().collect();
        let images = self.named(&variants, app);
        self.engine.sink().emit(Event::Phase { name: "Watching", total: images.len(), of: "containers" });
        let columns =
            [Column::left("variant"), Column::left("the engine's state"), Column::left("what the last check said")];
        let mut table = Table::new("What the engine finds", columns);
        let (mut came, mut lanes) = (Came::default(), Vec::new());
        for image in images {
            let item = image.called();
            self.engine.sink().emit(Event::Progress { item: item.clone(), doing: "health checks".to_owned() });
            let wanted = step.becomes[&image.name.variant];
            let expected = format!("the engine finds it {}", wanted.name());
            let check = match self.health_of(image)? {
                Watched::NotStarted => Check::new(false, expected, "did not start"),
                Watched::NotMeasured(why) => Check::not_measured(expected, why),
                Watched::Settled(health) => {
                    let state = health.state();
                    let held = state == wanted;
                    let said = health.said.lines().next().map(printable).unwrap_or_default();
                    table.row([
                        Cell::from(image.name.variant.as_str()),
                        Cell::judged(state.name(), held),
                        Cell::from(said),
                    ]);
                    lanes.push(lane(image.name.variant.as_str(), &health));
                    self.of(image).health = Some(health);
                    Check::new(held, expected, state.name())
                }
            };
            self.engine.sink().emit(Event::Done { item, remark: check.measured.clone(), sign: check.outcome.into() });
            came.checks.push(Check { variant: Some(image.name.variant.clone()), ..check });
        }
        came.blocks.push(Block::Table(table));
        let took_ms =
            lanes.iter().flat_map(|lane: &Lane| &lane.bars).map(|bar| bar.start_ms.unwrap_or(0) + bar.took_ms).max();
        came.blocks.push(Block::Lanes(Lanes {
            title: "From the container's start".to_owned(),
            group: "app".to_owned(),
            lane: "variant".to_owned(),
            bar: "state".to_owned(),
            took_ms: took_ms.unwrap_or_default(),
            groups: vec![Group { name: app.to_string(), lanes }],
        }));
        Ok(came)
    }
}

/// A bar for each state, from when it was first seen to when the next one was.
fn lane(variant: &str, health: &EngineHealth) -> Lane {
    let ends = health.seen.iter().skip(1).map(|(ms, _)| *ms).chain([health.watched_ms]);
    let bars = health.seen.iter().zip(ends).map(|((start, state), end)| Bar {
        name: state.name().to_owned(),
        start_ms: Some(*start),
        took_ms: end.saturating_sub(*start),
        cached: false,
        sign: Sign::Neutral,
    });
    let after = units::seconds(std::time::Duration::from_millis(health.watched_ms));
    Lane { name: variant.to_owned(), bars: bars.collect(), value: format!("{} after {after}", health.state().name()) }
}
