//! The known answers to exercises, and whether each fares as it should: what is shipped fails, each wrong answer fails for the
//! reason it declares, each right one passes.

use super::proof::fault;
use super::{Answer, Judge, Kind, Task, known};
use crate::error::{ErrorId, Problem, Result};
use crate::model::LessonId;
use crate::names;
use crate::workshop::Workshop;

/// The fewest wrong answers the first language of an exercise has: one is a slip, three are a picture of how people think.
const WRONG: usize = 3;
/// The fewest different right answers of the first language, so that no expectation asks for one particular text.
const RIGHT: usize = 2;

/// The known answers to the exercises of all lessons.
#[derive(Debug)]
pub struct Known<'w> {
    /// In the order of the lessons, with the exercise each belongs to.
    pub answers: Vec<(Task<'w>, Answer)>,
    /// What there should be more of, one line each.
    pub missing: Vec<String>,
}

/// Every known answer to every exercise.
///
/// Errors: an `answer.toml` that cannot be read.
pub fn all(workshop: &Workshop) -> Result<Known<'_>> {
    let (mut answers, mut missing) = (Vec::new(), Vec::new());
    for lesson in &workshop.lessons {
        for exercise in &lesson.exercises {
            for id in &exercise.apps {
                let Some(app) = workshop.apps.get(id).or_else(|| lesson.guests.get(id)) else { continue };
                let task = Task { lesson, exercise, app };
                let of_it = known(&workshop.root, &task)?;
                missing.extend(too_few(&task, &of_it));
                answers.extend(of_it.into_iter().map(|answer| (task, answer)));
            }
        }
    }
    Ok(Known { answers, missing })
}

/// What there should be more of.
fn too_few(task: &Task<'_>, answers: &[Answer]) -> Vec<String> {
    let (exercise, app) = (task.exercise, &task.app.id);
    let count = |wanted: fn(&Kind) -> bool| answers.iter().filter(|answer| wanted(&answer.kind)).count();
    let wrong = count(|kind| matches!(kind, Kind::Wrong(..)));
    let right = count(|kind| matches!(kind, Kind::Right(_)));
    let (least_wrong, least_right) = if *app == exercise.first { (WRONG, RIGHT) } else { (0, 1) };
    let mut missing = Vec::new();
    if wrong < least_wrong {
        let there = format!("{}/wrong has {wrong} wrong answers for {app}", exercise.folder);
        missing.push(format!("{there}; the first language has at least {least_wrong}"));
    }
    if right < least_right {
        let there = format!("{}/solution has {right} right answers for {app}", exercise.folder);
        missing.push(format!("{there}; it needs at least {least_right}"));
    }
    missing
}

/// Judges a known answer, and removes its image. Returns in words how it fared, e.g. `fails non-root`.
///
/// Errors: [`ErrorId::TestFailed`] where that is not as it should be; the machine lacks something.
pub fn prove(judge: &Judge<'_>, task: &Task<'_>, answer: &Answer) -> Result<String> {
    let judged = judge.judge(task, &answer.folder, Some(&beside(&task.lesson.id)))?;
    for image in &judged.images {
        // The next answer takes the same tag: this one would stay as an image without a name.
        judge.engine().remove_image(image)?;
    }
    if let Some(fault) = fault(&answer.kind, &judged) {
        let fact = format!("{}: {}: {fault}", task.shown(), answer.kind.shown());
        return Err(Problem::new(ErrorId::TestFailed, fact));
    }
    let failed = judged.failed();
    Ok(match failed.len() {
        0 => "passes".to_owned(),
        _ => format!("fails {}", names::list(failed.iter().map(String::as_str))),
    })
}

/// The name that stands for a lesson's id in images and contexts of a proof, so that they are nobody's own.
pub fn beside(lesson: &LessonId) -> LessonId {
    /// An identifier has at most 40 characters.
    const ROOM: usize = 32;
    let short: String = lesson.as_str().chars().take(ROOM).collect();
    LessonId::try_from(format!("{short}-proof")).expect("an identifier with letters behind it is one")
}
