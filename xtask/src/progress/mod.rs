//! How far the learner has come: what was solved, how small it got, what failed last, which hints were given.
//!
//! Kept by the ids of lesson and exercise, since numbers change. Nothing here judges anything; `exercise` does, and tells it.

mod book;
mod earlier;
mod standing;
mod turn;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use book::Book;
pub use standing::{Row, Standing};
pub use turn::Turn;

use crate::lesson::{Exercise, Lesson};
use crate::model::{AppId, ExerciseId, LessonId};

/// Everything that is remembered of one learner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    version: u32,
    /// The lesson that was run or checked last.
    pub at: Option<LessonId>,
    /// By lesson; one that nobody touched is missing.
    #[serde(default)]
    pub lessons: BTreeMap<LessonId, Visited>,
}

/// What is known of one lesson.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visited {
    /// When it was last run to its end, RFC 3339.
    pub ran: Option<String>,
    /// The exercise that was checked last.
    pub exercise: Option<ExerciseId>,
    /// The app it was checked for.
    pub app: Option<AppId>,
    /// Its exercises, by app.
    #[serde(default)]
    pub attempts: BTreeMap<ExerciseId, BTreeMap<AppId, Attempt>>,
}

/// One exercise for one app: what progress is kept by.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// The lesson.
    pub lesson: &'a LessonId,
    /// Its exercise.
    pub exercise: &'a ExerciseId,
    /// The app.
    pub app: &'a AppId,
}

/// How an exercise stands for one app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// When it was first solved, RFC 3339.
    pub solved: Option<String>,
    /// Fewest stored bytes of an answer that solved it.
    pub best_bytes: Option<u64>,
    /// The last check.
    pub last: Option<Checked>,
    /// How many hints were given, by the rule they are for.
    #[serde(default)]
    pub hints: BTreeMap<String, usize>,
}

/// One check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// When, RFC 3339.
    pub date: String,
    /// Stored bytes, where it built.
    pub stored_bytes: Option<u64>,
    /// The rules that failed, in the exercise's order; `build` where it did not build. Empty when it was solved.
    pub failed: Vec<String>,
    /// What points at the cause, by rule: the telling line of what a build or a container printed, else the place that a verdict names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clues: BTreeMap<String, String>,
    /// Why nothing was judged, where the check ended before: a download that failed, an engine that stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broke_off: Option<String>,
}

impl Progress {
    /// Version of the file's shape.
    pub const VERSION: u32 = 2;

    /// Notes that a lesson was run to its end.
    pub fn ran(&mut self, lesson: &LessonId, date: &str) {
        self.at = Some(lesson.clone());
        self.lessons.entry(lesson.clone()).or_default().ran = Some(date.to_owned());
    }

    /// Notes a check.
    pub fn checked(&mut self, spot: Spot<'_>, check: Checked) {
        self.at = Some(spot.lesson.clone());
        let visited = self.lessons.entry(spot.lesson.clone()).or_default();
        visited.app = Some(spot.app.clone());
        visited.exercise = Some(spot.exercise.clone());
        let attempt = self.begin(spot);
        if check.failed.is_empty() {
            attempt.solved.get_or_insert_with(|| check.date.clone());
            attempt.best_bytes = attempt.best_bytes.into_iter().chain(check.stored_bytes).min();
        }
        attempt.last = Some(check);
    }

    /// Notes a check that ended before anything was judged.
    pub fn broke_off(&mut self, spot: Spot<'_>, date: &str, why: &str) {
        self.at = Some(spot.lesson.clone());
        let visited = self.lessons.entry(spot.lesson.clone()).or_default();
        visited.app = Some(spot.app.clone());
        visited.exercise = Some(spot.exercise.clone());
        let broke_off = Some(why.to_owned());
        self.begin(spot).last = Some(Checked { date: date.to_owned(), broke_off, ..Checked::default() });
    }

    /// Gives one more hint for a rule. Returns how many that makes, at most `there_are`.
    pub fn hint(&mut self, spot: Spot<'_>, rule: &str, there_are: usize) -> usize {
        let given = self.begin(spot).hints.entry(rule.to_owned()).or_default();
        *given = (*given + 1).min(there_are);
        *given
    }

    /// Forgets the last check and the hints, as for files that are new. What was reached stays reached.
    pub fn begin_again(&mut self, spot: Spot<'_>) {
        if self.attempt(spot).is_some() {
            let attempt = self.begin(spot);
            attempt.last = None;
            attempt.hints.clear();
        }
    }

    fn begin(&mut self, spot: Spot<'_>) -> &mut Attempt {
        let visited = self.lessons.entry(spot.lesson.clone()).or_default();
        visited.attempts.entry(spot.exercise.clone()).or_default().entry(spot.app.clone()).or_default()
    }

    /// How an exercise stands for an app.
    pub fn attempt(&self, spot: Spot<'_>) -> Option<&Attempt> {
        self.lessons.get(spot.lesson)?.attempts.get(spot.exercise)?.get(spot.app)
    }

    /// Whether a lesson was run to its end, or one of its exercises solved.
    pub fn knows(&self, lesson: &LessonId) -> bool {
        let solved =
            |visited: &Visited| visited.attempts.values().flat_map(BTreeMap::values).any(|a| a.solved.is_some());
        self.lessons.get(lesson).is_some_and(|visited| visited.ran.is_some() || solved(visited))
    }

    /// Whether an exercise was ever solved, for whatever app.
    pub fn solved(&self, lesson: &LessonId, exercise: &ExerciseId) -> bool {
        let attempts = self.lessons.get(lesson).and_then(|visited| visited.attempts.get(exercise));
        attempts.is_some_and(|attempts| attempts.values().any(|attempt| attempt.solved.is_some()))
    }

    /// The exercises of a lesson that nobody has solved yet, in their order.
    pub fn open<'l>(&self, lesson: &'l Lesson) -> impl Iterator<Item = &'l Exercise> {
        lesson.exercises.iter().filter(|exercise| !self.solved(&lesson.id, &exercise.id))
    }
}

#[cfg(test)]
mod tests;
