//! How far the learner has come: what was solved, how small it got, what failed last, which hints were given.
//!
//! Kept by lesson id, since numbers change. Nothing here judges anything; `exercise` does, and tells it.

mod book;
mod standing;
mod turn;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use book::Book;
pub use standing::{Row, Standing};
pub use turn::Turn;

use crate::model::{AppId, LessonId};

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
    /// The app whose exercise was checked last.
    pub app: Option<AppId>,
    /// Its exercise, by app.
    #[serde(default)]
    pub attempts: BTreeMap<AppId, Attempt>,
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// When, RFC 3339.
    pub date: String,
    /// Stored bytes, where it built.
    pub stored_bytes: Option<u64>,
    /// The rules that failed, in the exercise's order; `build` where it did not build. Empty when it was solved.
    pub failed: Vec<String>,
}

impl Progress {
    /// Version of the file's shape.
    pub const VERSION: u32 = 1;

    /// Notes that a lesson was run to its end.
    pub fn ran(&mut self, lesson: &LessonId, date: &str) {
        self.at = Some(lesson.clone());
        self.lessons.entry(lesson.clone()).or_default().ran = Some(date.to_owned());
    }

    /// Notes a check.
    pub fn checked(&mut self, lesson: &LessonId, app: &AppId, check: Checked) {
        self.at = Some(lesson.clone());
        let visited = self.lessons.entry(lesson.clone()).or_default();
        visited.app = Some(app.clone());
        let attempt = visited.attempts.entry(app.clone()).or_default();
        if check.failed.is_empty() {
            attempt.solved.get_or_insert_with(|| check.date.clone());
            attempt.best_bytes = attempt.best_bytes.into_iter().chain(check.stored_bytes).min();
        }
        attempt.last = Some(check);
    }

    /// Gives one more hint for a rule. Returns how many that makes, at most `there_are`.
    pub fn hint(&mut self, lesson: &LessonId, app: &AppId, rule: &str, there_are: usize) -> usize {
        let attempt = self.lessons.entry(lesson.clone()).or_default().attempts.entry(app.clone()).or_default();
        let given = attempt.hints.entry(rule.to_owned()).or_default();
        *given = (*given + 1).min(there_are);
        *given
    }

    /// Forgets the last check and the hints, as for files that are new. What was reached stays reached.
    pub fn begin_again(&mut self, lesson: &LessonId, app: &AppId) {
        if let Some(attempt) = self.lessons.get_mut(lesson).and_then(|visited| visited.attempts.get_mut(app)) {
            attempt.last = None;
            attempt.hints.clear();
        }
    }

    /// How the exercise of a lesson stands for an app.
    pub fn attempt(&self, lesson: &LessonId, app: &AppId) -> Option<&Attempt> {
        self.lessons.get(lesson)?.attempts.get(app)
    }

    /// Whether a lesson was run to its end, or its exercise solved.
    pub fn knows(&self, lesson: &LessonId) -> bool {
        self.solved(lesson) || self.lessons.get(lesson).is_some_and(|visited| visited.ran.is_some())
    }

    /// Whether the exercise of a lesson was ever solved, for whatever app.
    pub fn solved(&self, lesson: &LessonId) -> bool {
        self.lessons.get(lesson).is_some_and(|visited| visited.attempts.values().any(|a| a.solved.is_some()))
    }
}

#[cfg(test)]
mod tests;
