//! `pull`: what another engine fetches from a registry.

use super::push::told;
use super::{Came, Underway};
use crate::error::Result;
use crate::event::Event;
use crate::lesson::Pull;
use crate::model::AppId;

impl Underway<'_> {
    pub(super) fn pull_step(&mut self, step: &Pull, app: &AppId) -> Result<Came> {
        let images = self.named(&step.variants, app);
        self.engine.sink().emit(Event::Phase { name: "Pulling", total: images.len(), of: "images" });
        let has = step.has.iter().cloned().collect();
        Ok(told("What each pull fetches", "pull", self.pull_each(&images, &has, step.change.as_deref())?))
    }
}
