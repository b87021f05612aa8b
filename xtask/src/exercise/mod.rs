//! Exercises: the learner's files, how they are judged, what is known of right and wrong answers.

mod answers;
mod hints;
mod judge;
mod marks;
mod mine;
mod proof;
mod prove;

pub use answers::{Answer, Kind, known, nearest};
pub use hints::{Hints, hints};
pub use judge::{Bench, Judged};
pub use marks::marks;
pub use mine::{Backup, Stamp, begin, begin_again, files, stamp};
pub use prove::{Known, Languages, Prover, all, beside};

use crate::error::{ErrorId, Problem, Result};
use crate::model::{App, AppId, Exercise, Expect, Lesson, LessonRef, MINE};
use crate::names;
use crate::progress::{Progress, Standing};
use crate::workshop::Workshop;

/// The folder of everything that is the learner's own, relative to the repository. Git ignores it.
pub const MY: &str = "my";

/// The exercise of one lesson for one app.
#[derive(Clone, Copy, Debug)]
pub struct Task<'w> {
    /// The lesson.
    pub lesson: &'w Lesson,
    /// Its exercise.
    pub exercise: &'w Exercise,
    /// The app.
    pub app: &'w App,
}

impl<'w> Task<'w> {
    /// The exercise that is meant: of the lesson typed, else of the one the learner is in; for the app typed, else the one
    /// checked last, else the first of those the learner follows, else the exercise's first.
    ///
    /// Errors: [`ErrorId::UnknownLesson`], [`ErrorId::UnknownApp`], [`ErrorId::NoExercise`].
    pub fn find(
        workshop: &'w Workshop,
        (lesson, app): (Option<&str>, Option<&str>),
        progress: &Progress,
        follows: &[AppId],
    ) -> Result<Self> {
        let lesson = match lesson {
            Some(typed) => workshop.lesson(typed)?,
            None => here(workshop, progress)?,
        };
        let Some(exercise) = &lesson.exercise else {
            let fact = format!("Lesson {} has no exercise.", lesson.number);
            return Err(Problem::new(ErrorId::NoExercise, fact).next("cargo xtask progress    shows which have one"));
        };
        let has = |app: &&AppId| exercise.apps.contains(*app);
        let id = if let Some(typed) = app {
            let id = &workshop.app(typed)?.id;
            if !exercise.apps.contains(id) {
                let known = names::list(exercise.apps.iter().map(AppId::as_str));
                let fact = format!("The exercise of lesson {} is there for {known}, not for {id}.", lesson.number);
                return Err(Problem::new(ErrorId::NoExercise, fact));
            }
            id
        } else {
            let last = progress.lessons.get(&lesson.id).and_then(|visited| visited.app.as_ref());
            last.into_iter().chain(follows).find(has).unwrap_or(&exercise.first)
        };
        let app = workshop.apps.get(id).ok_or_else(|| crate::bug("An exercise has an app that is none"))?;
        Ok(Self { lesson, exercise, app })
    }

    /// The learner's folder, relative to the repository.
    pub fn folder(&self) -> String {
        format!("{MY}/{}/{}", self.lesson.id, self.app.id)
    }

    /// The learner's Dockerfile, relative to the repository.
    pub fn file(&self) -> String {
        format!("{}/Dockerfile", self.folder())
    }

    /// The folder the learner's files are copied from, relative to the repository.
    pub fn shipped(&self) -> String {
        format!("{}/exercise/{}", self.lesson.folder(), self.app.id)
    }

    /// What must hold for this app.
    pub fn expect(&self) -> impl Iterator<Item = &'w Expect> + use<'w> {
        let app = &self.app.id;
        self.exercise.expect.iter().filter(move |expect| expect.app().is_none_or(|only| only == app))
    }

    /// The names under which verdicts speak of the learner's image.
    pub fn subject(&self) -> String {
        format!("{}/{MINE}", self.app.id)
    }

    /// A name that is safe in a path.
    pub fn name(&self) -> String {
        format!("{}-{}", self.lesson.id, self.app.id)
    }

    /// The lesson, for a document.
    pub fn reference(&self) -> LessonRef {
        LessonRef { id: self.lesson.id.clone(), number: self.lesson.number, title: self.lesson.title.clone() }
    }

    /// A command on this exercise as the learner would type it again.
    pub fn command(&self, verb: &str) -> String {
        let app = if self.exercise.apps.len() > 1 { format!(" --app {}", self.app.id) } else { String::new() };
        format!("cargo xtask {verb} {}{app}", self.lesson.number)
    }
}

/// The lesson the learner is in, where it has an exercise, else the next one that has.
fn here<'w>(workshop: &'w Workshop, progress: &Progress) -> Result<&'w Lesson> {
    let at = Standing::of(&workshop.lessons, progress).at;
    let index = workshop.lessons.iter().position(|lesson| Some(&lesson.id) == at.as_ref()).unwrap_or(0);
    let mut from_here = workshop.lessons.iter().skip(index).chain(workshop.lessons.iter().take(index));
    from_here.find(|lesson| lesson.exercise.is_some()).ok_or_else(|| {
        Problem::new(ErrorId::NoExercise, "No lesson has an exercise.").next("cargo xtask lesson    lists the lessons")
    })
}

/// Reads a Dockerfile of the repository or of the learner, for planning.
fn dockerfile(workshop: &Workshop, path: &str) -> Result<crate::dockerfile::Dockerfile> {
    /// The longest of ours has some 80 lines.
    const LARGEST: u64 = 1 << 20;
    let size = std::fs::metadata(workshop.root.join(path)).map_or(0, |metadata| metadata.len());
    if size > LARGEST {
        let fact = format!("{path} has {size} bytes; a Dockerfile has at most {LARGEST}.");
        return Err(Problem::new(ErrorId::Dockerfile, fact));
    }
    workshop.dockerfile(path)
}

/// Path of a variant's image tag in the engine's store, whether the variant is the lesson's own or the app's.
fn tag_of(task: &Task<'_>, variant: &crate::model::VariantId) -> String {
    let own = task.lesson.variant.contains_key(variant);
    let lesson = own.then(|| task.lesson.id.clone());
    crate::model::ImageName { lesson, app: task.app.id.clone(), variant: variant.clone() }.tag()
}
