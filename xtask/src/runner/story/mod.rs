//! Tells a lesson: runs its steps one after the other, for each app of the run, and hands each result to a narrator.

mod ask;
mod changed;
mod docker;
mod ends;
mod inside;
mod made_of;
mod peer;
mod predict;

pub use ask::asked_in;
pub use predict::{Guess, Magnitude, Question};

use super::Bench;
use super::experiment::changes;
use crate::error::Result;
use crate::event::Event;
use crate::interrupt;
use crate::model::{App, AppId, ExperimentStep, Measurement, Shown, Step, Told, VariantId, Verdict};

/// Who tells the learner. Everything arrives in the order in which it happens.
pub trait Narrator {
    /// Every image was measured.
    fn measured(&mut self, _results: &[Measurement]) {}

    /// A step is about to happen, for these apps.
    fn before(&mut self, _step: &Step) {}

    /// A step has happened for an app, or for all of them together; for none after it where `last`.
    fn after(&mut self, _step: &Step, _told: &Told, _last: bool, _results: &[Measurement]) {}

    /// Asks for a prediction; `None` where nobody wants to give one.
    ///
    /// Errors: the learner has left.
    fn predict(&mut self, _question: &Question) -> Result<Option<Guess>> {
        Ok(None)
    }
}

/// Says nothing.
#[derive(Debug, Default)]
pub struct Mute;

impl Narrator for Mute {}

impl Bench<'_> {
    /// Runs the steps of the lesson.
    ///
    /// A step whose result is not what the lesson says is a failed verdict. Errors: whatever building, weighing or Docker
    /// fails with.
    pub(super) fn tell(&mut self, narrator: &mut dyn Narrator) -> Result<()> {
        for (position, step) in self.job.steps.iter().enumerate() {
            let apps = self.job.apps_of(step);
            if apps.is_empty() {
                continue;
            }
            self.engine.sink().emit(Event::Quiet);
            narrator.before(step);
            if step.table.is_some() {
                let told = Told { step: position, app: None, shown: Shown::Table };
                narrator.after(step, &told, true, &self.facts.results);
                self.told.push(told);
                continue;
            }
            let count = apps.len();
            for (number, app) in (1..).zip(apps) {
                interrupt::check()?;
                let shown = self.take(step, &app, narrator)?;
                let told = Told { step: position, app: Some(app.id.clone()), shown };
                self.verdicts.extend(verdicts(step, &told));
                self.engine.sink().emit(Event::Quiet);
                narrator.after(step, &told, number == count, &self.facts.results);
                self.told.push(told);
            }
        }
        Ok(())
    }

    fn take(&mut self, step: &Step, app: &App, narrator: &mut dyn Narrator) -> Result<Shown> {
        if let Some(changed) = &step.changed {
            return self.changed(changed, &app.id);
        }
        if let Some(inside) = &step.inside {
            return self.inside(inside, &app.id);
        }
        if let Some(made_of) = &step.made_of {
            return self.made_of(made_of, &app.id);
        }
        if let Some(ask) = &step.ask {
            return self.ask(ask, &app.id);
        }
        if let Some(ends) = &step.ends {
            return self.ends(ends, &app.id);
        }
        if let Some(docker) = &step.docker {
            return self.docker(docker, &app.id);
        }
        if let Some(sent) = &step.sent {
            return self.sent(&sent.variants, &app.id);
        }
        match &step.experiment {
            Some(experiment) => self.experiment(experiment, &app.id, narrator),
            None => Ok(Shown::Table),
        }
    }

    fn sent(&mut self, variants: &[VariantId], app: &AppId) -> Result<Shown> {
        let mut sent = Vec::new();
        for image in self.named(variants, app) {
            sent.push(self.lab(false).sent(image)?);
        }
        self.facts.sent.extend(sent.iter().cloned());
        Ok(Shown::Sent { sent })
    }

    fn experiment(&mut self, step: &ExperimentStep, app: &AppId, narrator: &mut dyn Narrator) -> Result<Shown> {
        let images = self.named(&step.variants, app);
        let mut asked = None;
        if let Some(variant) = &step.predict
            && let Some(image) = images.iter().find(|image| image.name.variant == *variant)
            && let Some((name, change)) = changes(step.changes.first(), self.job.changes, image)?.first()
        {
            let question = Question::new(image, name, change, &self.lab(true).dockerfile(image)?);
            asked = narrator.predict(&question)?.map(|guess| (question, guess));
        }
        let mut experiments = Vec::new();
        for image in images {
            let named = changes(&step.changes, self.job.changes, image)?;
            experiments.push(self.lab(true).experiment(image, &named)?);
        }
        self.facts.experiments.extend(experiments.iter().cloned());
        let prediction = asked.and_then(|(question, guess)| question.score(&guess, &experiments));
        Ok(Shown::Experiment { experiments, prediction })
    }
}

/// What a step must have come to for its words to be true.
fn verdicts(step: &Step, told: &Told) -> Vec<Verdict> {
    let app = told.app.as_ref().map(ToString::to_string).unwrap_or_default();
    let verdict = |variant: &VariantId, pass, expected: &str, measured: String| Verdict {
        id: "as-told".to_owned(),
        subject: format!("{app}/{variant}"),
        pass,
        expected: expected.to_owned(),
        measured,
        place: Some(format!("step {}: {}", told.step + 1, step.title)),
        why: "A lesson shows what it says, on this machine and today.".to_owned(),
    };
    let works = |works: bool| if works { "works" } else { "is refused" };
    match &told.shown {
        Shown::Inside { tries } => tries
            .iter()
            .map(|t| {
                verdict(&t.variant, t.as_told, works(t.worked == t.as_told), format!("{}: {}", t.says, works(t.worked)))
            })
            .collect(),
        Shown::Ask { answers } => answers
            .iter()
            .map(|a| verdict(&a.variant, a.as_told, "the answer the step tells of", format!("{} {}", a.status, a.body)))
            .collect(),
        Shown::Ends { ended } => {
            ended.iter().map(|e| verdict(&e.variant, e.as_told, "ends, and says why", e.lines.join(" "))).collect()
        }
        Shown::Docker { command, as_told: false, .. } => {
            let expected = step.docker.as_ref().and_then(|docker| docker.contains.clone()).unwrap_or_default();
            let mut failed =
                verdict(&step_variant(), false, &format!("{command} shows {expected:?}"), "it does not".to_owned());
            failed.subject = app;
            vec![failed]
        }
        _ => Vec::new(),
    }
}

/// A name for verdicts that are about no variant; never shown.
fn step_variant() -> VariantId {
    VariantId::try_from("docker".to_owned()).expect("a valid name")
}
