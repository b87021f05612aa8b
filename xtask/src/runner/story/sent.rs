//! `sent`: how much of its context a first build sends.

use super::Underway;
use crate::error::Result;
use crate::event::Event;
use crate::lesson::Sent;
use crate::model::block::Sign;
use crate::model::{AppId, Shown};
use crate::units;

impl Underway<'_> {
    pub(super) fn sent(&mut self, step: &Sent, app: &AppId) -> Result<Shown> {
        let images = self.named(&step.variants, app);
        self.engine.sink().emit(Event::Phase { name: "Building", total: images.len(), of: "images" });
        let mut sent = Vec::new();
        for image in images {
            let one = self.lab(false).sent(image)?;
            let remark = format!("{} sent", units::bytes(one.bytes));
            self.engine.sink().emit(Event::Done { item: image.called(), remark, sign: Sign::Held });
            self.of(image).sent = Some(one.clone());
            sent.push(one);
        }
        Ok(Shown::Sent { sent })
    }
}
