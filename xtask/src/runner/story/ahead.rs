//! Tells the beginning of a lesson while its images are still being built: the steps that need nothing but Dockerfiles, and of the
//! step after them what is said and asked before it happens.

use super::predict::{Guess, Question};
use super::{Narrator, guess};
use crate::error::Result;
use crate::lesson::{Action, Step};
use crate::model::{AppId, Told};
use crate::runner::Job;

/// How far a lesson was told before its images were there.
#[derive(Debug, Default)]
pub struct Ahead {
    /// What came of the steps that are behind the learner.
    pub(super) told: Vec<Told>,
    /// The position of the first step that is not.
    pub(super) from: usize,
    /// That step, if its words were told already.
    pub(super) begun: Option<Begun>,
}

/// A step that was told up to the point where something has to happen.
#[derive(Debug)]
pub(super) struct Begun {
    /// What the learner guesses.
    pub said: Option<String>,
    /// The prediction, where one was asked for.
    pub asked: Option<Asked>,
}

/// An app whose prediction was asked for, with the answer, if there was one.
#[derive(Debug)]
pub(in crate::runner) struct Asked {
    /// The app.
    pub app: AppId,
    /// What was asked and answered.
    pub answer: Option<(Question, Guess)>,
}

impl Job<'_> {
    /// Tells the narrator as much of the lesson as can be told without an image. To be handed back by [`Narrator::ahead`].
    ///
    /// Errors: the learner has left.
    pub fn tell_ahead(&self, narrator: &mut dyn Narrator) -> Result<Ahead> {
        let mut ahead = Ahead::default();
        for (position, step) in self.steps.iter().enumerate() {
            ahead.from = position;
            let apps = self.apps_of(step);
            let Some(first) = apps.first() else { continue };
            let said = self.begin(step, narrator)?;
            let Some(changed) = needs_nothing(step) else {
                let asked = match &step.action {
                    Action::Experiment(experiment) => self.predict(experiment, &first.id, narrator)?,
                    _ => None,
                };
                ahead.begun = Some(Begun { said, asked });
                return Ok(ahead);
            };
            for (number, app) in (1..).zip(&apps) {
                let shown = self.changed(changed, &app.id);
                let guessed = step.guess.as_ref().zip(said.as_ref());
                let guessed = guessed.and_then(|(guess, said)| guess::score(guess, said, Some(&app.id), &[]));
                let told = Told { step: position, app: Some(app.id.clone()), shown, guessed, amiss: Vec::new() };
                narrator.after(step, &told, number == apps.len(), &[])?;
                ahead.told.push(told);
            }
        }
        ahead.from = self.steps.len();
        Ok(ahead)
    }
}

/// The step, if all of it can be told from Dockerfiles: nothing in its words was measured.
fn needs_nothing(step: &Step) -> Option<&crate::lesson::Changed> {
    let Action::Changed(changed) = &step.action else { return None };
    let is_measured = step.means.as_ref().is_some_and(|means| means.values().next().is_some())
        || step.guess.as_ref().is_some_and(|guess| guess.value().is_some());
    (!is_measured).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(text: &str) -> Step {
        toml::from_str(&format!("title = 'T'\n{text}")).unwrap()
    }

    #[test]
    fn only_what_stands_in_dockerfiles_is_told_ahead() {
        let changed = "do.changed = { from = 'a', to = 'b' }";
        assert!(needs_nothing(&step(&format!("{changed}\nmeans = 'One line.'"))).is_some());
        let choice = "guess = { asks = 'Which?', answer.choice = { of = ['a', 'b'], right = 'b' } }";
        assert!(needs_nothing(&step(&format!("{changed}\n{choice}"))).is_some());
        assert!(needs_nothing(&step(&format!("{changed}\nmeans = 'It stores {{stored:b}}.'"))).is_none());
        let number = "guess = { asks = 'How much?', answer.number.is = 'stored:b' }";
        assert!(needs_nothing(&step(&format!("{changed}\n{number}"))).is_none());
        assert!(needs_nothing(&step("do = 'table'")).is_none());
    }
}
