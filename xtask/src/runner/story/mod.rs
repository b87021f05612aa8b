//! Tells a lesson: runs its steps one after the other, for each app of the run, and hands each result to a narrator.

mod ahead;
mod ask;
mod build;
mod came;
mod changed;
mod docker;
mod ends;
mod experiment;
mod guess;
mod health;
mod inside;
mod made_of;
mod peer;
mod predict;
mod pull;
mod push;
mod sent;
mod signal;
mod timeline;
mod tool;
mod verdicts;

pub use ahead::Ahead;
pub(super) use ahead::Asked;
pub use ask::asked_in;
use came::{Came, Check};
pub use predict::{Guess, Magnitude, Question};

use super::{Job, Underway};
use crate::error::Result;
use crate::event::Event;
use crate::interrupt;
use crate::lesson::{self, Action, Step};
use crate::model::{App, Measurement, Shown, Told};
use crate::plan::Image;

/// Who tells the learner. Everything arrives in the order in which it happens.
pub trait Narrator {
    /// The images are there. Returns what was told while they were made; see [`Job::tell_ahead`].
    ///
    /// Errors: the learner has left.
    fn ahead(&mut self) -> Result<Ahead> {
        Ok(Ahead::default())
    }

    /// A step is about to happen; `images` have the Dockerfiles that it speaks of.
    ///
    /// Errors: the learner has left.
    fn before(&mut self, _step: &Step, _images: &[&Image]) -> Result<()> {
        Ok(())
    }

    /// A step has happened for an app, or for all of them together; for none after it where `last`.
    ///
    /// Errors: the learner has left.
    fn after(&mut self, _step: &Step, _told: &Told, _last: bool, _results: &[Measurement]) -> Result<()> {
        Ok(())
    }

    /// Asks for a guess before a step; `None` where nobody wants to give one.
    ///
    /// Errors: the learner has left.
    fn guess(&mut self, _guess: &lesson::Guess) -> Result<Option<String>> {
        Ok(None)
    }

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

impl<'a> Job<'a> {
    /// How many of its steps are told.
    pub fn steps_told(&self) -> usize {
        self.steps.iter().filter(|step| !self.apps_of(step).is_empty()).count()
    }

    /// Says what a step is about, and asks for its guess.
    fn begin(&self, step: &Step, narrator: &mut dyn Narrator) -> Result<Option<String>> {
        narrator.before(step, &self.spoken_of(step))?;
        Ok(step.guess.as_ref().map(|guess| narrator.guess(guess)).transpose()?.flatten())
    }

    /// The images whose Dockerfiles a learner should have seen before a step.
    fn spoken_of(&self, step: &Step) -> Vec<&'a Image> {
        match step.action {
            Action::Table => self.images.iter().collect(),
            // It shows them itself.
            Action::Changed(_) => Vec::new(),
            _ => {
                let variants: Vec<_> = step.variants().into_iter().cloned().collect();
                self.apps_of(step).iter().flat_map(|app| self.named(&variants, &app.id)).collect()
            }
        }
    }
}

impl Underway<'_> {
    /// Runs the steps of the lesson, from where it was told ahead to.
    ///
    /// A step whose result is not what the lesson says is a failed verdict. Errors: whatever building, weighing or Docker
    /// fails with.
    pub(super) fn tell(&mut self, narrator: &mut dyn Narrator) -> Result<()> {
        let Ahead { told, from, mut begun } = narrator.ahead()?;
        for told in told {
            self.verdicts.extend(verdicts::of(&self.job.steps[told.step], &told, Vec::new()));
            self.told.push(told);
        }
        for (position, step) in self.job.steps.iter().enumerate().skip(from) {
            let apps = self.job.apps_of(step);
            if apps.is_empty() {
                continue;
            }
            self.engine.sink().emit(Event::Quiet);
            let guess = step.guess.as_ref();
            let said = if let Some(begun) = begun.take() {
                self.asked = begun.asked;
                begun.said
            } else {
                self.job.begin(step, narrator)?
            };
            let told_for: Vec<Option<App>> =
                if step.of_all() { vec![None] } else { apps.into_iter().map(Some).collect() };
            let count = told_for.len();
            for (number, app) in (1..).zip(told_for) {
                interrupt::check()?;
                let came = match &app {
                    None => Came::from(Shown::Table),
                    Some(app) => self.take(&step.action, app, narrator)?,
                };
                let app = app.map(|app| app.id);
                let (shown, checks) = came.parts();
                let results = self.facts.results();
                let guessed = guess
                    .zip(said.as_ref())
                    .and_then(|(guess, said)| guess::score(guess, said, app.as_ref(), &results));
                let mut told = Told { step: position, app, shown, guessed, amiss: Vec::new() };
                let verdicts = verdicts::of(step, &told, checks);
                told.amiss = verdicts.iter().filter(|verdict| !verdict.held()).cloned().collect();
                self.verdicts.extend(verdicts);
                self.engine.sink().emit(Event::Quiet);
                narrator.after(step, &told, number == count, &results)?;
                self.told.push(told);
            }
        }
        Ok(())
    }

    /// What comes of a step for one app. A table is about all of them, and made of what was measured already.
    fn take(&mut self, action: &Action, app: &App, narrator: &mut dyn Narrator) -> Result<Came> {
        let app = &app.id;
        Ok(match action {
            Action::Table => Shown::Table.into(),
            Action::Changed(step) => self.job.changed(step, app).into(),
            Action::Inside(step) => self.inside(step, app)?.into(),
            Action::MadeOf(step) => self.made_of(step, app)?.into(),
            Action::Experiment(step) => self.experiment(step, app, narrator)?.into(),
            Action::Ask(step) => self.ask(step, app)?.into(),
            Action::Ends(step) => self.ends(step, app)?.into(),
            Action::Docker(step) => self.docker(step, app)?.into(),
            Action::Sent(step) => self.sent(step, app)?.into(),
            Action::Build(step) => self.build(step, app)?,
            Action::Timeline(step) => self.timeline(step, app)?,
            Action::Signal(step) => self.signal(step, app)?,
            Action::Health(step) => self.health(step, app)?,
            Action::Push(step) => self.push(step, app)?,
            Action::Pull(step) => self.pull_step(step, app)?,
            Action::Tool(step) => self.tool(step, app)?,
        })
    }
}
