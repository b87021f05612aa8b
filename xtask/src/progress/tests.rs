use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::*;
use crate::event::{Event, Silent, Sink};
use crate::lesson::Lesson;

fn lesson_id(name: &str) -> LessonId {
    LessonId::try_from(name.to_owned()).unwrap()
}

fn app(name: &str) -> AppId {
    AppId::try_from(name.to_owned()).unwrap()
}

fn exercise() -> ExerciseId {
    crate::lesson::only()
}

/// The only exercise of a lesson.
fn spot<'a>(lesson: &'a LessonId, exercise: &'a ExerciseId, app: &'a AppId) -> Spot<'a> {
    Spot { lesson, exercise, app }
}

fn checked(date: &str, bytes: u64, failed: &[&str]) -> Checked {
    let failed = failed.iter().map(|rule| (*rule).to_owned()).collect();
    Checked { date: date.to_owned(), stored_bytes: Some(bytes), failed, ..Checked::default() }
}

/// Lessons of these ids, numbered from 1, without exercises.
fn lessons(ids: &[&str]) -> Vec<Lesson> {
    let one = |(index, id): (usize, &&str)| {
        let text = "title='T'\nquestion='Q'\nable-to='a'\nanswer='A'\nvariants=['naive']\n\
                    minutes={talk=1,machine=1,exercise=1}";
        let number = u32::try_from(index).unwrap() + 1;
        Lesson { id: lesson_id(id), number, ..toml::from_str(text).unwrap() }
    };
    ids.iter().enumerate().map(one).collect()
}

/// Keeps what was warned of.
#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Sink for Warnings {
    fn emit(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.0.lock().unwrap().push(text);
        }
    }
}

#[test]
fn the_smallest_right_answer_is_the_best_one() {
    let mut progress = Progress::default();
    let (id, only, go) = (lesson_id("a"), exercise(), app("go"));
    let spot = spot(&id, &only, &go);
    progress.checked(spot, checked("1", 5, &["non-root"]));
    assert!(!progress.solved(&id, &only));
    progress.checked(spot, checked("2", 9, &[]));
    progress.checked(spot, checked("3", 7, &[]));
    progress.checked(spot, checked("4", 8, &[]));
    let attempt = progress.attempt(spot).unwrap();
    // Five bytes were fewer, and wrong.
    assert_eq!((attempt.best_bytes, attempt.solved.as_deref()), (Some(7), Some("2")));
    assert_eq!(attempt.last.as_ref().unwrap().date, "4");
}

#[test]
fn a_hint_more_is_given_each_time_until_there_are_no_more() {
    let mut progress = Progress::default();
    let (id, only, go) = (lesson_id("a"), exercise(), app("go"));
    let spot = spot(&id, &only, &go);
    assert_eq!([1, 2, 3, 3], std::array::from_fn(|_| progress.hint(spot, "non-root", 3)));
    assert_eq!(progress.hint(spot, "absent", 2), 1);
    progress.begin_again(spot);
    assert_eq!(progress.hint(spot, "non-root", 3), 1);
}

#[test]
fn next_is_the_first_open_lesson_also_where_it_was_skipped() {
    let lessons = lessons(&["a", "b", "c"]);
    let mut progress = Progress::default();
    let stands = |progress: &Progress| Standing::of(&lessons, progress);
    assert_eq!(stands(&progress).command().as_deref(), Some("cargo xtask lesson 1"));
    progress.ran(&lesson_id("b"), "1");
    assert_eq!(stands(&progress).at, Some(lesson_id("b")));
    // The gap that was left behind.
    assert_eq!(stands(&progress).command().as_deref(), Some("cargo xtask lesson 1"));
    // Who left it out on purpose can go on from here.
    assert_eq!(stands(&progress).further(), Some(3));
    progress.ran(&lesson_id("a"), "2");
    assert_eq!(stands(&progress).further(), None);
    assert_eq!(stands(&progress).command().as_deref(), Some("cargo xtask lesson 3"));
    progress.ran(&lesson_id("c"), "3");
    assert_eq!((stands(&progress).command(), stands(&progress).done()), (None, 3));
    assert_eq!(stands(&progress).further(), None);
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let book = Book::below(folder.path());
    let (id, only, go) = (lesson_id("a"), exercise(), app("go"));
    book.update(&Silent, |p| p.checked(spot(&id, &only, &go), checked("1", 5, &["absent"]))).unwrap();
    let progress = Book::below(folder.path()).load(&Silent).unwrap();
    assert_eq!(progress.attempt(spot(&id, &only, &go)).unwrap().last, Some(checked("1", 5, &["absent"])));
}

#[test]
fn what_cannot_be_read_is_set_aside_and_said() {
    for (text, why) in [
        ("{\"version\": 2, \"less", "cannot be read as a whole"),
        ("{\"version\": 2, \"at\": null, \"lessons\": {}, \"stars\": 3}", "cannot be read as a whole"),
        ("{\"version\": 1, \"stars\": 3}", "was written by another version of Drydock (its form is 1, not 2)"),
        ("{\"version\": 3, \"stars\": 3}", "was written by another version of Drydock (its form is 3, not 2)"),
        ("", "cannot be read as a whole"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("progress.json"), text).unwrap();
        let warnings = Warnings::default();
        let book = Book::below(folder.path());
        assert_eq!(book.load(&warnings).unwrap(), Progress::default());
        let said = warnings.0.into_inner().unwrap().concat();
        assert!(said.contains(why), "{said}");
        book.update(&Silent, |p| p.ran(&lesson_id("a"), "1")).unwrap();
        let aside = std::fs::read_dir(folder.path()).unwrap().flatten().map(|e| e.path());
        let aside: Vec<_> = aside.filter(|p| p.to_string_lossy().contains("progress.json.")).collect();
        assert_eq!(aside.len(), 1, "{aside:?}");
        assert_eq!(std::fs::read_to_string(&aside[0]).unwrap(), text);
        assert!(Book::keeps(aside[0].file_name().unwrap().to_str().unwrap()));
    }
}

#[test]
fn two_who_write_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for who in ["go", "rust"] {
            let book = Book::below(folder.path());
            scope.spawn(move || {
                for turn in 0..20 {
                    let id = lesson_id(&format!("lesson-{turn}"));
                    book.update(&Silent, |p| p.checked(spot(&id, &exercise(), &app(who)), checked("1", 5, &[])))
                        .unwrap();
                }
            });
        }
    });
    let progress = Book::below(folder.path()).load(&Silent).unwrap();
    assert_eq!(progress.lessons.len(), 20);
    assert!(progress.lessons.values().all(|visited| visited.attempts[&exercise()].len() == 2));
}

#[test]
fn a_second_check_waits_for_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = Turn::wait_in(folder.path(), "a-go", &Silent).unwrap();
    Turn::wait_in(folder.path(), "a-rust", &Silent).unwrap();
    let began = Instant::now();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| Turn::wait_in(folder.path(), "a-go", &Silent).map(|_| began.elapsed()));
        std::thread::sleep(Duration::from_millis(300));
        drop(first);
        assert!(second.join().unwrap().unwrap() >= Duration::from_millis(300));
    });
}

#[test]
fn what_the_first_version_wrote_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"{"version": 1, "at": "a", "lessons": {"a": {"ran": "1", "app": "go", "attempts": {"go":
        {"solved": "2", "best_bytes": 7, "last": null, "hints": {"absent": 1}}}}, "b": {"ran": "3", "app": null}}}"#;
    std::fs::write(folder.path().join("progress.json"), text).unwrap();
    let progress = Book::below(folder.path()).load(&Silent).unwrap();
    let (id, only, go) = (lesson_id("a"), exercise(), app("go"));
    let attempt = progress.attempt(spot(&id, &only, &go)).unwrap();
    assert_eq!((attempt.best_bytes, attempt.hints["absent"]), (Some(7), 1));
    assert!(progress.solved(&id, &only) && progress.knows(&lesson_id("b")));
    assert_eq!(progress.lessons[&lesson_id("b")].exercise, None);
}

#[test]
fn a_lesson_of_several_exercises_is_done_when_all_are_solved() {
    let mut lesson = lessons(&["a"]).remove(0);
    let exercise = |id: &str| -> Exercise {
        let text = "title='T'\ntask='t'\nfirst='go'\nmine.summary='m'\nexpect=[]";
        Exercise { id: ExerciseId::try_from(id.to_owned()).unwrap(), ..toml::from_str(text).unwrap() }
    };
    lesson.exercises = vec![exercise("one"), exercise("two")];
    let mut progress = Progress::default();
    let go = app("go");
    for (solved, left) in [("two", vec!["one"]), ("one", vec![])] {
        let id = ExerciseId::try_from(solved.to_owned()).unwrap();
        progress.checked(spot(&lesson.id, &id, &go), checked("1", 5, &[]));
        assert_eq!(progress.open(&lesson).map(|exercise| exercise.id.as_str()).collect::<Vec<_>>(), left);
        assert_eq!(Standing::of(std::slice::from_ref(&lesson), &progress).rows[0].done, left.is_empty());
    }
}

#[test]
fn a_check_that_broke_off_is_neither_solved_nor_failed() {
    let mut progress = Progress::default();
    let (id, only, go) = (lesson_id("a"), exercise(), app("go"));
    let spot = spot(&id, &only, &go);
    progress.broke_off(spot, "1", "A download failed. [download]");
    assert!(!progress.solved(&id, &only));
    let last = progress.attempt(spot).unwrap().last.clone().unwrap();
    assert_eq!((last.failed.len(), last.broke_off.as_deref()), (0, Some("A download failed. [download]")));
}
