//! Where the learner stands: which lessons are done, and what comes next.

use super::Progress;
use crate::lesson::Lesson;
use crate::model::LessonId;

/// The lessons in teaching order with what was reached in each.
#[derive(Clone, Debug)]
pub struct Standing {
    /// One row a lesson.
    pub rows: Vec<Row>,
    /// The lesson the learner is in: the one touched last, else the first.
    pub at: Option<LessonId>,
    /// What to do next; `None` when every lesson is done.
    pub next: Option<LessonId>,
}

/// One lesson.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub lesson: LessonId,
    /// Its place.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Whether it has an exercise.
    pub exercise: bool,
    /// Whether it is done: its exercises solved, or, where it has none, the lesson run.
    pub done: bool,
    /// Whether it was run or its exercise checked.
    pub begun: bool,
}

impl Standing {
    /// What progress comes to with these lessons.
    pub fn of(lessons: &[Lesson], progress: &Progress) -> Self {
        let rows: Vec<Row> = lessons.iter().map(|lesson| row(lesson, progress)).collect();
        let at = rows.iter().position(|row| progress.at.as_ref() == Some(&row.lesson));
        let open = |row: &&Row| !row.done;
        // The lesson at hand is brought to its end; then comes the first that is open, also where it was skipped.
        let here = at.map(|index| &rows[index]).filter(|row| row.begun);
        let next = here.filter(open).or_else(|| rows.iter().find(open));
        let next = next.map(|row| row.lesson.clone());
        let at = at.or_else(|| (!rows.is_empty()).then_some(0)).map(|index| rows[index].lesson.clone());
        Self { rows, at, next }
    }

    /// How many lessons are done.
    pub fn done(&self) -> usize {
        self.rows.iter().filter(|row| row.done).count()
    }

    /// The number of the first open lesson behind the one at hand, where an earlier one comes next by its place: for somebody who left
    /// that out on purpose.
    pub fn further(&self) -> Option<u32> {
        let place = |id: &LessonId| self.rows.iter().position(|row| row.lesson == *id);
        let (at, next) = (self.at.as_ref().and_then(place)?, self.next.as_ref().and_then(place)?);
        let later = self.rows.get(at + 1..).unwrap_or_default().iter().find(|row| !row.done)?;
        (next < at).then_some(later.number)
    }

    /// What to type next: run a lesson that was not begun, check one that was; `None` when everything is done.
    pub fn command(&self) -> Option<String> {
        let row = self.rows.iter().find(|row| Some(&row.lesson) == self.next.as_ref())?;
        let verb = if row.begun && row.exercise { "check" } else { "lesson" };
        Some(format!("cargo xtask {verb} {}", row.number))
    }
}

fn row(lesson: &Lesson, progress: &Progress) -> Row {
    let visited = progress.lessons.get(&lesson.id);
    let exercise = !lesson.exercises.is_empty();
    Row {
        lesson: lesson.id.clone(),
        number: lesson.number,
        title: lesson.title.clone(),
        exercise,
        done: if exercise { progress.open(lesson).next().is_none() } else { visited.is_some_and(|v| v.ran.is_some()) },
        begun: visited.is_some(),
    }
}
