//! `experiment`: builds, changes the app, builds again, after the learner has said what will happen.

use super::{Asked, Narrator, Question, Underway};
use crate::error::Result;
use crate::event::Event;
use crate::lesson::ExperimentStep;
use crate::model::{AppId, Shown};
use crate::runner::Job;
use crate::runner::experiment::changes;

impl Job<'_> {
    /// Asks for the prediction of an experiment; `None` where it has none for this app.
    pub(super) fn predict(
        &self,
        step: &ExperimentStep,
        app: &AppId,
        narrator: &mut dyn Narrator,
    ) -> Result<Option<Asked>> {
        if let Some(variant) = &step.predict
            && let Some(image) = self.named(std::slice::from_ref(variant), app).first()
            && step.variants.contains(variant)
            && let Some((name, change)) = changes(step.changes.first(), self.changes, image)?.first()
        {
            let question = Question::new(image, name, change, &image.stages()?);
            let answer = narrator.predict(&question)?.map(|guess| (question, guess));
            return Ok(Some(Asked { app: app.clone(), answer }));
        }
        Ok(None)
    }
}

impl Underway<'_> {
    pub(super) fn experiment(
        &mut self,
        step: &ExperimentStep,
        app: &AppId,
        narrator: &mut dyn Narrator,
    ) -> Result<Shown> {
        let images = self.named(&step.variants, app);
        let asked = match self.asked.take_if(|asked| asked.app == *app) {
            Some(asked) => Some(asked),
            None => self.job.predict(step, app, narrator)?,
        };
        let mut builds = 0;
        for image in &images {
            builds += self.lab(true).builds(image, step.changes.len())?;
        }
        self.engine.sink().emit(Event::Phase { name: "Building", total: builds, of: "builds of this experiment" });
        let mut experiments = Vec::new();
        for image in images {
            let named = changes(&step.changes, self.job.changes, image)?;
            let found = self.lab(true).experiment(image, &named)?;
            self.of(image).experiment = Some(found.clone());
            experiments.push(found);
        }
        let prediction = asked.and_then(|asked| asked.answer);
        let prediction = prediction.and_then(|(question, guess)| question.score(&guess, &experiments));
        Ok(Shown::Experiment { experiments, prediction })
    }
}
