//! `made-of`: what images are made of.

use super::Underway;
use crate::error::Result;
use crate::lesson::MadeOf;
use crate::model::{AppId, Inspection, Made, Shown};

/// Largest files that are kept.
const FILES: usize = 5;

impl Underway<'_> {
    pub(super) fn made_of(&self, step: &MadeOf, app: &AppId) -> Result<Shown> {
        let images = self.named(&step.variants, app);
        let names: Vec<_> = images.iter().map(|image| (image.name.variant.clone(), image.name.tag())).collect();
        let tags: Vec<String> = names.iter().map(|(_, tag)| tag.clone()).collect();
        let found = self.looking(&tags, |looker| looker.briefly(&tags, &self.facts.inspections()))?;
        let made = found.into_iter().zip(names).map(|(inspection, (variant, _))| Made {
            variant,
            show: step.show.clone(),
            files: inspection.files.iter().take(FILES).cloned().collect(),
            // Every file of a large image is a long list; the largest are told.
            inspection: Inspection { files: Vec::new(), ..inspection },
        });
        Ok(Shown::MadeOf { images: made.collect() })
    }
}
