//! The JSON document `cargo xtask progress --json` prints.

use serde::{Deserialize, Serialize};

use super::{AppId, ExerciseId, LessonRef, Marks};

/// How far the learner has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProgressReport {
    /// Version of this document's shape.
    pub schema: u32,
    /// The lessons in teaching order.
    pub lessons: Vec<LessonProgress>,
    /// What to type next; `null` when every lesson is done.
    pub next: Option<String>,
}

impl ProgressReport {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 1;
}

/// One lesson.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LessonProgress {
    /// The lesson.
    pub lesson: LessonRef,
    /// Whether it has an exercise.
    pub exercise: bool,
    /// Whether it is done: its exercises solved, or, where it has none, the lesson run.
    pub done: bool,
    /// One entry an app whose exercise was checked.
    pub reached: Vec<Reached>,
}

/// What was reached in an exercise for one app.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reached {
    /// The exercise; left out where it is the only one of its lesson.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercise: Option<ExerciseId>,
    /// The app.
    pub app: AppId,
    /// When it was first solved, RFC 3339; `null` where it was not.
    pub solved: Option<String>,
    /// The rules that failed in the last check.
    pub failed: Vec<String>,
    /// Fewest stored bytes of an answer that solved it.
    pub best_bytes: Option<u64>,
    /// What its size is compared with.
    pub marks: Marks,
}
