//! Which exercise a command is about that does not name one: that of the folder it is typed in, else the one this terminal works on,
//! else the one touched last.

use std::path::Path;

use crate::cli;
use crate::error::Result;
use crate::event::Event;
use crate::exercise::{MY, Task};
use crate::lesson::Lesson;
use crate::model::{AppId, ExerciseId};
use crate::progress::Progress;
use crate::state::settings::Settings;
use crate::state::terminals::{self, Here};
use crate::workshop::Workshop;

/// The exercise that the command line means. This terminal is there from now on.
///
/// Errors: as [`Task::find`]; the state folder cannot be written.
pub(super) fn find<'w>(workshop: &'w Workshop, which: &cli::Which, progress: &Progress) -> Result<Task<'w>> {
    found(workshop, which, progress, Solved::MakesWay)
}

/// As [`find`], for a command that speaks of what was done: the exercise this terminal worked on last, also once it is solved.
pub(super) fn find_last<'w>(workshop: &'w Workshop, which: &cli::Which, progress: &Progress) -> Result<Task<'w>> {
    found(workshop, which, progress, Solved::Stays)
}

/// What becomes of an exercise that is solved when a command does not name one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Solved {
    /// The next of its lesson is meant.
    MakesWay,
    /// It is still the one that is meant.
    Stays,
}

fn found<'w>(workshop: &'w Workshop, which: &cli::Which, progress: &Progress, solved: Solved) -> Result<Task<'w>> {
    let here = std::env::current_dir().ok().and_then(|at| of_folder(&workshop.root, &workshop.lessons, &at));
    let follows = Settings::load()?.apps.unwrap_or_default();
    let here = here.or_else(terminals::here);
    let task = meant(workshop, which, (here.as_ref(), solved), progress, &follows)?;
    let exercise = Some(task.exercise.id.clone());
    terminals::note(&Here { lesson: task.lesson.id.clone(), exercise, app: Some(task.app.id.clone()) })?;
    Ok(task)
}

/// The headline of what is said of an exercise: its title, and the learner's file.
pub(super) fn headline(task: &Task<'_>) -> Event {
    let title = format!("Exercise {} · {}", task.lesson.number, task.exercise.title);
    Event::Started { title, surroundings: task.file() }
}

/// What is meant by somebody who is `here` and whose lessons follow these apps. What they type comes first.
fn meant<'w>(
    workshop: &'w Workshop,
    which: &cli::Which,
    (here, solved): (Option<&Here>, Solved),
    progress: &Progress,
    follows: &[AppId],
) -> Result<Task<'w>> {
    let find = |lesson: Option<&str>, app: Option<&str>| of_guest(workshop, (lesson, app), progress, follows);
    let (typed, app) = (which.lesson.as_deref(), which.app.as_deref());
    let known = |here: &&Here| workshop.lessons.iter().any(|l| l.id == here.lesson && !l.exercises.is_empty());
    let Some(here) = here.filter(known) else { return find(typed, app) };
    let stays = |exercise: &&ExerciseId| solved == Solved::Stays || !progress.solved(&here.lesson, exercise);
    let open = here.exercise.as_ref().filter(stays);
    let near = open.map_or_else(|| here.lesson.to_string(), |exercise| format!("{}/{exercise}", here.lesson));
    let lesson = typed.unwrap_or(&near);
    let task = find(Some(lesson), app)?;
    let (None, Some(last)) = (app, &here.app) else { return Ok(task) };
    if task.lesson.id == here.lesson && task.exercise.apps.contains(last) {
        return find(Some(lesson), Some(last.as_str()));
    }
    Ok(task)
}

/// As [`Task::find`], which knows only the apps of the workshop. This also finds a lesson's own service by its name: an exercise on one
/// has no other app, so it is the app that is found when none is named.
fn of_guest<'w>(
    workshop: &'w Workshop,
    (lesson, app): (Option<&str>, Option<&str>),
    progress: &Progress,
    follows: &[AppId],
) -> Result<Task<'w>> {
    if let Some(typed) = app {
        let task = Task::find(workshop, (lesson, None), progress, follows)?;
        if task.app.id.as_str() == typed {
            return Ok(task);
        }
    }
    Task::find(workshop, (lesson, app), progress, follows)
}

/// The exercise whose files are in the folder `at`, or above it.
fn of_folder(root: &Path, lessons: &[Lesson], at: &Path) -> Option<Here> {
    let (at, mine) = (at.canonicalize().ok()?, root.join(MY).canonicalize().ok()?);
    let inside = at.strip_prefix(mine).ok()?.iter().map(|part| part.to_str().unwrap_or_default());
    let mut inside = inside.collect::<Vec<_>>().into_iter();
    let named = inside.next()?;
    let lesson = lessons.iter().find(|lesson| lesson.id.as_str() == named)?;
    let further: Vec<&str> = inside.collect();
    let exercises = || lesson.exercises.iter();
    Some(Here {
        lesson: lesson.id.clone(),
        exercise: exercises().map(|e| &e.id).find(|id| further.first() == Some(&id.as_str())).cloned(),
        app: exercises().flat_map(|e| &e.apps).find(|app| further.contains(&app.as_str())).cloned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workshop() -> Workshop {
        Workshop::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap()
    }

    fn typed(lesson: Option<&str>, app: Option<&str>) -> cli::Which {
        cli::Which { lesson: lesson.map(str::to_owned), app: app.map(str::to_owned) }
    }

    #[test]
    fn a_folder_of_the_learners_says_which_exercise_is_meant() {
        let workshop = workshop();
        let lesson = workshop.lessons.iter().rfind(|lesson| lesson.exercises.first().is_some_and(|e| e.apps.len() > 1));
        let lesson = lesson.unwrap();
        let app = lesson.exercises[0].apps.last().unwrap();
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join(MY).join(lesson.id.as_str()).join(app.as_str()).join("src");
        std::fs::create_dir_all(&inside).unwrap();
        let here = |at: &Path| of_folder(root.path(), &workshop.lessons, at);
        let expected = Here { lesson: lesson.id.clone(), exercise: None, app: Some(app.clone()) };
        assert_eq!(here(&inside), Some(expected.clone()));
        assert_eq!(here(inside.parent().unwrap()), Some(expected));
        assert_eq!(here(&root.path().join(MY)), None);
        assert_eq!(here(root.path()), None);
    }

    #[test]
    fn a_terminal_goes_on_with_its_own_exercise_and_what_is_typed_comes_first() {
        let workshop = workshop();
        let with = |lesson: &&Lesson| lesson.exercises.first().is_some_and(|e| e.apps.len() > 1);
        let two: Vec<&Lesson> = workshop.lessons.iter().filter(with).take(2).collect();
        let [first, second] = two[..] else { panic!("there are two lessons with exercises for several apps") };
        // Another terminal works on the first lesson; this one works on the second, in its last app.
        let mut progress = Progress::default();
        progress.ran(&first.id, "2026-01-01T00:00:00Z");
        let app = second.exercises[0].apps.last().unwrap();
        let here = Here { lesson: second.id.clone(), exercise: None, app: Some(app.clone()) };
        let find = |which: &cli::Which, here: Option<&Here>| {
            let task = meant(&workshop, which, (here, Solved::MakesWay), &progress, &[]).unwrap();
            (task.lesson.id.clone(), task.app.id.clone())
        };
        assert_eq!(find(&typed(None, None), None).0, first.id);
        assert_eq!(find(&typed(None, None), Some(&here)), (second.id.clone(), app.clone()));
        assert_eq!(find(&typed(Some(second.id.as_str()), None), Some(&here)).1, *app);
        assert_eq!(find(&typed(Some(first.id.as_str()), None), Some(&here)).0, first.id);
        let other = second.exercises[0].apps.first().unwrap();
        assert_eq!(find(&typed(None, Some(other.as_str())), Some(&here)), (second.id.clone(), other.clone()));
        let gone = Here { lesson: "no-lesson-has-this-id".to_owned().try_into().unwrap(), ..here };
        assert_eq!(find(&typed(None, None), Some(&gone)).0, first.id);
    }

    #[test]
    fn of_several_exercises_the_language_chooses_and_a_solved_one_is_still_spoken_of() {
        let workshop = workshop();
        let several = |lesson: &&Lesson| lesson.exercises.len() > 2;
        let lesson = workshop.lessons.iter().find(several).expect("a lesson has several exercises");
        let of = |app: &AppId| lesson.exercises.iter().filter(|e| e.apps.contains(app)).collect::<Vec<_>>();
        let app = lesson.exercises.iter().map(|e| &e.first).find(|app| of(app).len() > 1).expect("two for one app");
        let [first, second] = of(app)[..2] else { unreachable!("there are two") };
        let mut progress = Progress::default();
        let found = |which: &cli::Which, solved, here: Option<&Here>, progress: &Progress, follows: &[AppId]| {
            meant(&workshop, which, (here, solved), progress, follows).unwrap().exercise.id.clone()
        };
        let id = Some(lesson.id.as_str());
        let named = typed(id, Some(app.as_str()));
        let follows = [app.clone()];
        assert_eq!(found(&named, Solved::MakesWay, None, &progress, &[]), first.id);
        assert_eq!(found(&typed(id, None), Solved::MakesWay, None, &progress, &follows), first.id);
        let check = crate::progress::Checked { date: "2026-01-01T00:00:00Z".to_owned(), ..Default::default() };
        let spot = crate::progress::Spot { lesson: &lesson.id, exercise: &first.id, app };
        progress.checked(spot, check);
        assert!(progress.solved(&lesson.id, &first.id));
        let here = Here { lesson: lesson.id.clone(), exercise: Some(first.id.clone()), app: Some(app.clone()) };
        for which in [typed(None, None), typed(id, None), named] {
            assert_eq!(found(&which, Solved::MakesWay, Some(&here), &progress, &follows), second.id, "{which:?}");
        }
        assert_eq!(found(&typed(None, None), Solved::Stays, Some(&here), &progress, &follows), first.id);
    }

    #[test]
    fn a_service_of_the_lessons_own_can_be_named() {
        let workshop = workshop();
        let with = |lesson: &&Lesson| lesson.exercises.first().is_some_and(|e| lesson.guests.contains_key(&e.first));
        let lesson = workshop.lessons.iter().find(with).expect("a lesson has an exercise on its own service");
        let (id, guest) = (lesson.id.as_str(), lesson.exercises[0].first.as_str());
        let other = workshop.lessons.iter().find(|other| other.id != lesson.id && !other.exercises.is_empty()).unwrap();
        let there = |lesson: &Lesson, app: Option<&AppId>| {
            Some(Here { lesson: lesson.id.clone(), exercise: None, app: app.cloned() })
        };
        let find = |which: &cli::Which, here: Option<Here>| {
            let task = meant(&workshop, which, (here.as_ref(), Solved::MakesWay), &Progress::default(), &[])?;
            Ok((task.lesson.id.to_string(), task.app.id.to_string()))
        };
        let same = |found: Result<(String, String)>| assert_eq!(found.unwrap(), (id.to_owned(), guest.to_owned()));
        // With the lesson, from a terminal that was nowhere, there, or elsewhere.
        same(find(&typed(Some(id), Some(guest)), None));
        same(find(&typed(Some(id), Some(guest)), there(lesson, Some(&lesson.exercises[0].first))));
        same(find(&typed(Some(id), Some(guest)), there(other, Some(&other.exercises[0].first))));
        // Without it, in a terminal that is there.
        same(find(&typed(None, Some(guest)), there(lesson, None)));
        same(find(&typed(None, None), there(lesson, Some(&lesson.exercises[0].first))));
        // Another lesson does not have it, and this one has nothing else.
        assert!(find(&typed(Some(other.id.as_str()), Some(guest)), None).is_err());
        let app = workshop.apps.keys().next().unwrap();
        assert!(find(&typed(Some(id), Some(app.as_str())), None).is_err());
    }
}
