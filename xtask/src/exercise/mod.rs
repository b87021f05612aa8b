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
pub use judge::{Judge, Judged};
pub use marks::marks;
pub use mine::{Backup, Stamp, begin, begin_again, files, stamp};
pub use prove::{Known, all, beside, prove};

use crate::error::{ErrorId, Problem, Result};
use crate::lesson::{self, Exercise, Lesson};
use crate::model::{App, AppId, ImageName, LessonRef, Subject, VariantId};
use crate::names;
use crate::progress::{Progress, Spot, Standing};
use crate::rules::Expect;
use crate::workshop::{self, Workshop};

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
        // `16/libc` names one of several exercises.
        let (lesson, named) = match lesson.map(|typed| typed.split_once('/').unwrap_or((typed, ""))) {
            Some((typed, named)) => (workshop.lesson(typed)?, Some(named).filter(|named| !named.is_empty())),
            None => (here(workshop, progress)?, None),
        };
        let visited = progress.lessons.get(&lesson.id);
        let exercise = if let Some(named) = named {
            Some(of_name(lesson, named)?)
        } else {
            let last = visited.and_then(|visited| visited.exercise.as_ref());
            let last = lesson.exercises.iter().find(|exercise| Some(&exercise.id) == last);
            let fits = |exercise: &&Exercise| app.is_none_or(|app| exercise.apps.iter().any(|id| id.as_str() == app));
            let followed = |exercise: &&Exercise| exercise.apps.iter().any(|app| follows.contains(app));
            // The one at hand as long as it is not solved, then the next that is not, in the learner's language if there is one.
            let open = |exercise: &&Exercise| fits(exercise) && !progress.solved(&lesson.id, &exercise.id);
            let next =
                || progress.open(lesson).filter(fits).find(followed).or_else(|| progress.open(lesson).find(fits));
            let of_app = || lesson.exercises.iter().find(fits);
            last.filter(open).or_else(next).or(last.filter(fits)).or_else(of_app).or(lesson.exercises.first())
        };
        let Some(exercise) = exercise else {
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
            let last = visited.and_then(|visited| visited.app.as_ref());
            last.into_iter().chain(follows).find(has).unwrap_or(&exercise.first)
        };
        let app = workshop
            .apps
            .get(id)
            .or_else(|| lesson.guests.get(id))
            .ok_or_else(|| crate::bug("An exercise has an app that is none"))?;
        Ok(Self { lesson, exercise, app })
    }

    /// The learner's folder, relative to the repository.
    pub fn folder(&self) -> String {
        if self.is_only() {
            return format!("{MY}/{}/{}", self.lesson.id, self.app.id);
        }
        format!("{MY}/{}/{}/{}", self.lesson.id, self.exercise.id, self.app.id)
    }

    /// The learner's Dockerfile, relative to the repository.
    pub fn file(&self) -> String {
        format!("{}/Dockerfile", self.folder())
    }

    /// The folder the learner's files are copied from, relative to the repository.
    pub fn shipped(&self) -> String {
        format!("{}/{}", self.exercise.shipped, self.app.id)
    }

    /// What must hold for this app.
    pub fn expect(&self) -> impl Iterator<Item = &'w Expect> + use<'w> {
        let app = &self.app.id;
        self.exercise.expect.iter().filter(move |expect| expect.app.as_ref().is_none_or(|only| only == app))
    }

    /// Whether verdicts with this subject speak of an image of the learner's.
    pub fn is_subject(&self, subject: &Subject) -> bool {
        subject.app == self.app.id && subject.variant.as_ref().is_some_and(VariantId::is_mine)
    }

    /// What its progress is kept by.
    pub fn spot(&self) -> Spot<'w> {
        Spot { lesson: &self.lesson.id, exercise: &self.exercise.id, app: &self.app.id }
    }

    /// A name that is safe in a path.
    pub fn name(&self) -> String {
        if self.is_only() {
            return format!("{}-{}", self.lesson.id, self.app.id);
        }
        format!("{}-{}-{}", self.lesson.id, self.exercise.id, self.app.id)
    }

    /// The exercise and its language, as a line of a proof names them: `two-stages/go`, `clinic/libc/go`.
    pub fn shown(&self) -> String {
        if self.is_only() {
            return format!("{}/{}", self.lesson.id, self.app.id);
        }
        format!("{}/{}/{}", self.lesson.id, self.exercise.id, self.app.id)
    }

    /// Whether it is the only exercise of its lesson, so that nobody has to say which.
    fn is_only(&self) -> bool {
        self.exercise.id == lesson::only()
    }

    /// The lesson, for a document.
    pub fn reference(&self) -> LessonRef {
        LessonRef { id: self.lesson.id.clone(), number: self.lesson.number, title: self.lesson.title.clone() }
    }

    /// A command on this exercise as the learner would type it again.
    pub fn command(&self, verb: &str) -> String {
        let app = if self.exercise.apps.len() > 1 { format!(" --app {}", self.app.id) } else { String::new() };
        let exercise = if self.is_only() { String::new() } else { format!("/{}", self.exercise.id) };
        format!("cargo xtask {verb} {}{exercise}{app}", self.lesson.number)
    }
}

/// The lesson the learner is in, where it has an exercise, else the next one that has.
fn here<'w>(workshop: &'w Workshop, progress: &Progress) -> Result<&'w Lesson> {
    let at = Standing::of(&workshop.lessons, progress).at;
    let index = workshop.lessons.iter().position(|lesson| Some(&lesson.id) == at.as_ref()).unwrap_or(0);
    let mut from_here = workshop.lessons.iter().skip(index).chain(workshop.lessons.iter().take(index));
    from_here.find(|lesson| !lesson.exercises.is_empty()).ok_or_else(|| {
        Problem::new(ErrorId::NoExercise, "No lesson has an exercise.").next("cargo xtask lesson    lists the lessons")
    })
}

/// The exercise of a lesson that was typed.
fn of_name<'w>(lesson: &'w Lesson, typed: &str) -> Result<&'w Exercise> {
    let known = || lesson.exercises.iter().map(|exercise| exercise.id.as_str());
    lesson.exercises.iter().find(|exercise| exercise.id.as_str() == typed).ok_or_else(|| {
        let fact = format!("Lesson {} has no exercise {:?}.", lesson.number, names::printable(typed));
        let problem = Problem::new(ErrorId::NoExercise, fact);
        let problem = workshop::suggest(problem, typed, known());
        if lesson.exercises.len() < 2 { problem } else { problem.next(format!("It has {}.", names::list(known()))) }
    })
}

/// Path of a variant's image tag in the engine's store, whether the variant is the lesson's own or the app's.
fn tag_of(task: &Task<'_>, variant: &VariantId) -> String {
    let own = task.lesson.variant.contains_key(variant);
    let lesson = own.then(|| task.lesson.id.clone());
    ImageName { lesson, app: task.app.id.clone(), variant: variant.clone(), platform: None }.tag()
}
