//! `sent`: how much of its context a first build sends.

use super::Underway;
use crate::error::Result;
use crate::lesson::Sent;
use crate::model::{AppId, Shown};

impl Underway<'_> {
    pub(super) fn sent(&mut self, step: &Sent, app: &AppId) -> Result<Shown> {
        let mut sent = Vec::new();
        for image in self.named(&step.variants, app) {
            let one = self.lab(false).sent(image)?;
            self.of(image).sent = Some(one.clone());
            sent.push(one);
        }
        Ok(Shown::Sent { sent })
    }
}
