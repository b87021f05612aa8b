//! Tells the steps of a lesson on the terminal, as they happen, at the learner's pace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::live::Live;
use super::wait;
use crate::cli;
use crate::error::{ErrorId, Problem, Result};
use crate::lesson::{self, Lesson, RightAnswer, Step};
use crate::model::{Measurement, Told};
use crate::plan::Image;
use crate::report::{self, Style};
use crate::runner::{Guess, Job, Magnitude, Narrator, Question};
use crate::state::settings::Settings;

/// Who listens, and how fast the lesson goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Nothing is said: the result is one JSON document.
    Silent,
    /// Nobody reads along.
    Written,
    /// Somebody reads along at a terminal, and wants no pauses.
    Through,
    /// Somebody reads along, and goes on with Enter.
    Steps,
}

impl Pace {
    fn of(options: &cli::Lesson) -> Self {
        match (options.json, report::attended(), options.no_pause) {
            (true, ..) => Self::Silent,
            (_, false, _) => Self::Written,
            (_, _, true) => Self::Through,
            _ => Self::Steps,
        }
    }
}

/// Writes to standard output; says nothing where the result is one JSON document.
pub(super) struct Teller<'l> {
    pub lesson: &'l Lesson,
    pub style: Style,
    pace: Pace,
    /// A prediction made on the command line: `skip` leaves the question out.
    pub predict: Option<String>,
    /// Set when the run has ended, so that no answer is waited for any more.
    pub gone: &'l AtomicBool,
    /// Whether images are still being built.
    pub building: bool,
    /// The page that follows in a browser.
    pub live: Option<Live<'l>>,
    /// How long experiments usually take, by the position of their step in the lesson.
    pub usual: BTreeMap<usize, Duration>,
    /// Whether all of it is about one app.
    alone: bool,
    /// How many steps there are, and how many have been told.
    steps: usize,
    step: usize,
    /// The Dockerfiles that were shown.
    shown: BTreeSet<String>,
}

impl<'l> Teller<'l> {
    /// Tells this lesson in the way the learner asked for.
    pub fn new(lesson: &'l Lesson, job: &Job<'_>, options: &cli::Lesson, style: Style, gone: &'l AtomicBool) -> Self {
        // From now on it counts how long nobody types.
        report::call();
        let images = || job.images.iter().chain(job.others).chain(job.dockerfiles);
        Self {
            lesson,
            style,
            pace: Pace::of(options),
            predict: options.predict.clone(),
            gone,
            building: false,
            live: None,
            usual: BTreeMap::new(),
            alone: images().all(|image| images().next().is_some_and(|first| first.name.app == image.name.app)),
            steps: job.steps_told(),
            step: 0,
            shown: BTreeSet::new(),
        }
    }

    /// Waits until the learner has read what is on the screen. `what` comes next, e.g. `step 2 of 7`.
    ///
    /// Errors: the learner has left.
    pub fn pause(&self, what: &str) -> Result<()> {
        if self.pace != Pace::Steps {
            return Ok(());
        }
        let meanwhile = if self.building { " The images are being built meanwhile." } else { "" };
        report::pause(&format!("Press Enter for {what}.{meanwhile}"), self.style, &self.wanted())
    }

    /// Whether somebody sits at the terminal and reads along.
    pub fn is_attended(&self) -> bool {
        matches!(self.pace, Pace::Through | Pace::Steps)
    }

    /// Whether a step has been told.
    pub fn has_told(&self) -> bool {
        self.step > 0
    }

    fn wanted(&self) -> impl Fn() -> bool + use<'_, 'l> {
        || !self.gone.load(Ordering::Relaxed)
    }

    /// Whether the learner is asked anything: a terminal is enough, wherever the result goes.
    fn asks(&self) -> bool {
        self.pace != Pace::Silent && report::terminal()
    }

    /// Shows the Dockerfiles among these that were not shown yet.
    fn show(&mut self, images: &[&Image]) {
        let new: Vec<&&Image> =
            images.iter().filter(|image| self.shown.insert(image.dockerfile.path.clone())).collect();
        let files: Vec<_> = new
            .iter()
            .map(|image| report::ShownDockerfile {
                app: image.name.app.as_str(),
                variant: image.name.variant.as_str(),
                path: &image.dockerfile.path,
                text: &image.dockerfile.text,
            })
            .collect();
        if !files.is_empty() {
            report::line(report::dockerfiles(&files, self.style));
        }
    }
}

impl Narrator for Teller<'_> {
    fn before(&mut self, step: &Step, images: &[&Image]) -> Result<()> {
        self.step += 1;
        if self.pace == Pace::Silent {
            return Ok(());
        }
        if self.step > 1 {
            self.pause(&format!("step {} of {}", self.step, self.steps))?;
        }
        report::line(report::before(self.step, step, self.style));
        self.show(images);
        let position = self.lesson.step.iter().position(|known| known.title == step.title && known.apps == step.apps);
        let usual = position.and_then(|position| self.usual.get(&position)).copied();
        let pace = Settings::load()?.pace;
        let words = usual.filter(|_| self.is_attended()).and_then(|took| wait::before_experiment(took, pace));
        if let Some(words) = words {
            report::message(format!("\n{}", report::waits(&words, self.style).trim_end()));
        }
        self.live.as_mut().map_or(Ok(()), |live| live.begin(step, self.step, self.steps))
    }

    fn after(&mut self, step: &Step, told: &Told, last: bool, results: &[Measurement]) -> Result<()> {
        if self.pace == Pace::Silent {
            return Ok(());
        }
        if self.is_attended() {
            // Progress may stand right above.
            report::line("");
        }
        let variants = &self.lesson.variants;
        report::line(report::after(variants, step, told, (last, self.alone), results, self.style));
        if let Some(live) = &mut self.live {
            live.told(told, results)?;
        }
        if last { Ok(()) } else { self.pause("the next language") }
    }

    fn guess(&mut self, guess: &lesson::Guess) -> Result<Option<String>> {
        if !self.asks() || self.predict.as_deref() == Some("skip") {
            return Ok(None);
        }
        match &guess.answer {
            RightAnswer::Number(_) => report::ask(&guess.asks, &self.wanted()),
            RightAnswer::Choice(choice) => {
                let words: Vec<&str> = choice.of.iter().map(String::as_str).collect();
                let chosen = report::choose(&guess.asks, &words, "no idea", &self.wanted())?;
                Ok(chosen.and_then(|index| choice.of.get(index)).cloned())
            }
        }
    }

    fn predict(&mut self, question: &Question) -> Result<Option<Guess>> {
        if let Some(typed) = &self.predict {
            if typed == "skip" {
                return Ok(None);
            }
            let guess = typed.parse().map_err(|why| {
                let fact = format!("--predict {typed:?}: {why}.");
                Problem::new(ErrorId::Usage, fact).next(format!("--predict {}:small", question.example()))
            })?;
            return question.check(guess).map(Some);
        }
        if !self.asks() {
            return Ok(None);
        }
        let asks = format!(
            "First your prediction for {}. The change: {}. Which of these lines will come from the cache?",
            question.dockerfile, question.summary
        );
        let read = |typed: &str| question.check(typed.parse::<Guess>()?).map_err(|problem| problem.fact);
        let example = question.example();
        let prompt = format!("Type their numbers, e.g. {example}, or none, then Enter (Enter alone: no guess):");
        let Some(guess) = report::tick(&asks, &question.lines, &prompt, &self.wanted(), read)? else { return Ok(None) };
        let words: Vec<&str> = Magnitude::ALL.iter().map(|(_, _, words)| *words).collect();
        let asks = "How many bytes of new layers will it make?";
        let chosen = report::choose(asks, &words, "no idea", &self.wanted())?;
        let magnitude = chosen.and_then(|index| Magnitude::ALL.get(index)).map(|(magnitude, ..)| *magnitude);
        Ok(Some(Guess { magnitude, ..guess }))
    }
}
