//! `--open`: the page of a lesson in a browser while the lesson goes on, so that a learner reads there and types here.

use crate::desktop;
use crate::error::Result;
use crate::lesson::{Lesson, Step};
use crate::model::{Environment, FullReport, LessonRef, LessonReport, Measurement, Timeline, Told};
use crate::report::{self, Now};
use crate::state;
use crate::workshop::Workshop;

use super::page;

/// The page so far.
pub(super) struct Live<'l> {
    workshop: &'l Workshop,
    lesson: &'l Lesson,
    report: LessonReport,
    step: Option<(&'l Step, usize, usize)>,
}

impl<'l> Live<'l> {
    /// Writes the page of a lesson that begins, and opens it in the learner's browser, where this system has a way to; where it is, is
    /// said in any case.
    ///
    /// Errors: the page cannot be written.
    pub fn open(workshop: &'l Workshop, lesson: &'l Lesson, environment: Environment) -> Result<Self> {
        let report = LessonReport {
            schema: LessonReport::SCHEMA,
            lesson: LessonRef { id: lesson.id.clone(), number: lesson.number, title: lesson.title.clone() },
            environment,
            build_ms: 0,
            results: Vec::new(),
            told: Vec::new(),
            not_run: Vec::new(),
            expectations: Vec::new(),
            leftovers: 0,
        };
        let live = Self { workshop, lesson, report, step: None };
        live.write(false)?;
        let path = page::path(lesson);
        report::message(format!("  {path}    follows the lesson in a browser\n"));
        desktop::open(&workshop.root.join(path).display().to_string());
        Ok(live)
    }

    /// A step has begun: the `number`th of so many.
    ///
    /// Errors: the page cannot be written.
    pub fn begin(&mut self, step: &Step, number: usize, of: usize) -> Result<()> {
        let known = self.lesson.step.iter().find(|known| known.title == step.title && known.apps == step.apps);
        self.step = known.map(|step| (step, number, of));
        self.write(false)
    }

    /// A step has happened, for an app or for all.
    ///
    /// Errors: the page cannot be written.
    pub fn told(&mut self, told: &Told, results: &[Measurement]) -> Result<()> {
        self.report.told.push(told.clone());
        self.report.results = results.to_vec();
        self.write(true)
    }

    fn write(&self, told: bool) -> Result<()> {
        let full = FullReport {
            report: self.report.clone(),
            command: String::new(),
            build: Timeline::default(),
            images: Vec::new(),
        };
        let text = report::html_so_far(self.lesson, &full, Now { step: self.step, told });
        state::write_for_people(&self.workshop.root.join(page::path(self.lesson)), text.as_bytes())
    }
}
