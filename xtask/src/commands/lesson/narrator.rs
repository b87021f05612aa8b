//! Tells the steps of a lesson on the terminal, as they happen.

use crate::error::Result;
use crate::lesson::{self, Lesson, RightAnswer, Step};
use crate::model::{Measurement, Told};
use crate::report::{self, Style};
use crate::runner::{Guess, Magnitude, Narrator, Question};

/// Writes to standard output; says nothing where the result is one JSON document.
pub(super) struct Teller<'l> {
    pub lesson: &'l Lesson,
    pub style: Style,
    pub quiet: bool,
    /// A prediction made on the command line: `skip` leaves the question out.
    pub predict: Option<String>,
    /// How many steps have been told.
    pub step: usize,
}

impl Narrator for Teller<'_> {
    fn measured(&mut self, results: &[Measurement]) {
        let has_place = self.lesson.step.iter().any(Step::of_all);
        if !self.quiet && !has_place && !results.is_empty() {
            report::line(report::table(&self.lesson.variants, results, self.style));
        }
    }

    fn before(&mut self, step: &Step) {
        self.step += 1;
        if !self.quiet {
            report::line(report::before(self.step, step, self.style));
        }
    }

    fn after(&mut self, step: &Step, told: &Told, last: bool, results: &[Measurement]) {
        if !self.quiet {
            report::line(report::after(&self.lesson.variants, step, told, last, results, self.style));
        }
    }

    fn guess(&mut self, guess: &lesson::Guess) -> Result<Option<String>> {
        if self.quiet || !report::terminal() || self.predict.as_deref() == Some("skip") {
            return Ok(None);
        }
        match &guess.answer {
            RightAnswer::Number(_) => report::ask(&guess.asks),
            RightAnswer::Choice(choice) => {
                let words: Vec<&str> = choice.of.iter().map(String::as_str).collect();
                let chosen = report::choose(&guess.asks, &words, "no idea")?;
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
                crate::error::Problem::new(crate::error::ErrorId::Usage, fact).next("--predict 5,6:small")
            })?;
            return question.check(guess).map(Some);
        }
        if self.quiet || !report::terminal() {
            return Ok(None);
        }
        report::line(report::question(question.dockerfile.as_str(), &question.summary, self.style));
        let lines: Vec<String> = question.lines.iter().map(|(line, text)| format!("{line:>3}  {text}")).collect();
        let prompt = "Which lines will come from the cache? Space ticks, Enter answers, Escape skips.";
        let Some(ticked) = report::tick(prompt, &lines)? else { return Ok(None) };
        let cached = ticked.into_iter().filter_map(|index| question.lines.get(index)).map(|(line, _)| *line).collect();
        let words: Vec<&str> = Magnitude::ALL.iter().map(|(_, _, words)| *words).collect();
        let chosen = report::choose("How many bytes of new layers will it make?", &words, "no idea")?;
        let magnitude = chosen.and_then(|index| Magnitude::ALL.get(index)).map(|(magnitude, ..)| *magnitude);
        Ok(Some(Guess { cached, magnitude }))
    }
}
