//! `experiment`: builds, changes the app, builds again, after the learner has said what will happen.

use super::{Narrator, Question, Underway};
use crate::error::Result;
use crate::lesson::ExperimentStep;
use crate::model::{AppId, Shown};
use crate::runner::experiment::changes;

impl Underway<'_> {
    pub(super) fn experiment(
        &mut self,
        step: &ExperimentStep,
        app: &AppId,
        narrator: &mut dyn Narrator,
    ) -> Result<Shown> {
        let images = self.named(&step.variants, app);
        let mut asked = None;
        if let Some(variant) = &step.predict
            && let Some(image) = images.iter().find(|image| image.name.variant == *variant)
            && let Some((name, change)) = changes(step.changes.first(), self.job.changes, image)?.first()
        {
            let question = Question::new(image, name, change, &image.stages()?);
            asked = narrator.predict(&question)?.map(|guess| (question, guess));
        }
        let mut experiments = Vec::new();
        for image in images {
            let named = changes(&step.changes, self.job.changes, image)?;
            let found = self.lab(true).experiment(image, &named)?;
            self.of(image).experiment = Some(found.clone());
            experiments.push(found);
        }
        let prediction = asked.and_then(|(question, guess)| question.score(&guess, &experiments));
        Ok(Shown::Experiment { experiments, prediction })
    }
}
