//! What is proved: lessons, known answers to exercises, commands on pages, apps.

use std::fmt;

use super::page::Commands;
use super::tree::{self, Tree};
use crate::error::Result;
use crate::exercise::{self, Answer, Task};
use crate::lesson::Lesson;
use crate::model::App;
use crate::workshop::Workshop;

/// Something that can be proved.
#[derive(Clone, Debug)]
pub struct Proof<'w> {
    /// What it is about.
    pub subject: Subject<'w>,
    /// Whether it is proved by default when something it depends on has changed. Languages after the first one only repeat
    /// what that one shows.
    pub first: bool,
    /// Whether every run proves it: the first lesson is everybody's first minute, in whatever language.
    pub always: bool,
}

/// The kinds of proofs, in the order in which a run takes them on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An app's own checks.
    Check,
    /// The HTTP contract of an app.
    Contract,
    /// A lesson.
    Lesson,
    /// A known answer.
    Answer,
    /// A page's commands.
    Page,
    /// A trial of the program as a whole.
    Trial,
}

/// A test program in `tests/` that takes long and proves the program as a whole. It stands on the record as long as nothing has
/// changed that it runs.
#[derive(Debug)]
pub struct Trial {
    /// Its name, and its file's.
    pub name: &'static str,
    /// The commands of `cargo xtask` that it runs.
    pub commands: &'static [&'static str],
    /// What it runs besides.
    pub runs: Runs,
}

/// What a trial runs besides commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// Fixtures of its own file.
    Nothing,
    /// The first lesson.
    FirstLesson,
    /// A workshop of its own in this folder, with steps of every kind and expectations of every rule.
    Workshop(&'static str),
}

/// Every such trial.
pub const TRIALS: &[Trial] = &[
    Trial { name: "oracle", commands: &["inspect"], runs: Runs::Nothing },
    Trial { name: "registry", commands: &["lesson"], runs: Runs::FirstLesson },
    Trial { name: "rollout", commands: &["rollout"], runs: Runs::Nothing },
    Trial { name: "scratch", commands: &["check", "lesson", "progress"], runs: Runs::Workshop("tests/scratch") },
    Trial { name: "stores", commands: &["inspect"], runs: Runs::Nothing },
];

/// What a proof is about.
#[derive(Clone, Debug)]
pub enum Subject<'w> {
    /// A lesson runs to its end in a language, and its expectations hold.
    Lesson(&'w Lesson, &'w App),
    /// A known answer to an exercise fares as it should: what is shipped fails, a wrong one fails for its reason, a right
    /// one passes.
    Answer(Task<'w>, Answer),
    /// The commands on a page of the book do what the page says.
    Page(Commands),
    /// An app's own formatter, linter and tests pass inside its build.
    Check(&'w App),
    /// Every image of an app keeps the HTTP contract.
    Contract(&'w App),
    /// What a trial says of the program holds.
    Trial(&'static Trial),
}

impl Proof<'_> {
    /// Its permanent key, e.g. `exercise/two-stages/go/wrong/same-base`.
    pub fn key(&self) -> String {
        self.subject.to_string()
    }
}

impl Subject<'_> {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Check(_) => Kind::Check,
            Self::Contract(_) => Kind::Contract,
            Self::Lesson(..) => Kind::Lesson,
            Self::Answer(..) => Kind::Answer,
            Self::Page(_) => Kind::Page,
            Self::Trial(_) => Kind::Trial,
        }
    }
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lesson(lesson, app) => write!(f, "lesson/{}/{}", lesson.id, app.id),
            Self::Answer(task, answer) => write!(f, "exercise/{}/{}", task.shown(), answer.kind.name()),
            Self::Page(commands) => write!(f, "page/{}", commands.page),
            Self::Trial(trial) => write!(f, "trial/{}", trial.name),
            Self::Check(app) => write!(f, "app/{}/check", app.id),
            Self::Contract(app) => write!(f, "app/{}/contract", app.id),
        }
    }
}

/// Everything that can be proved: apps, lessons, exercises, pages, trials, in this order.
///
/// Errors: an `answer.toml` that cannot be read, a page that cannot.
pub fn all<'w>(workshop: &'w Workshop, files: &Tree) -> Result<Vec<Proof<'w>>> {
    let of = |subject: Subject<'w>, first: bool| Proof { subject, first, always: false };
    let mut proofs = Vec::new();
    for app in workshop.apps.values() {
        proofs.push(of(Subject::Check(app), true));
        proofs.push(of(Subject::Contract(app), true));
    }
    for lesson in &workshop.lessons {
        let apps: Vec<&App> = lesson.apps_of(&workshop.apps).collect();
        let first = lesson.exercises.first().map(|exercise| &exercise.first).or(apps.first().map(|app| &app.id));
        proofs.extend(apps.into_iter().map(|app| Proof {
            always: lesson.number == 1,
            ..of(Subject::Lesson(lesson, app), first == Some(&app.id))
        }));
    }
    for (task, answer) in exercise::all(workshop)?.answers {
        let first = task.exercise.first == task.app.id;
        proofs.push(of(Subject::Answer(task, answer), first));
    }
    for path in files.below(PAGES).filter(|path| tree::ends_with(path, "md")) {
        let name = path.trim_start_matches(PAGES).trim_start_matches('/').trim_end_matches(".md");
        let commands = Commands::of(name, &files.text(path)?);
        if !commands.blocks.is_empty() {
            proofs.push(of(Subject::Page(commands), true));
        }
    }
    proofs.extend(TRIALS.iter().map(|trial| of(Subject::Trial(trial), true)));
    Ok(proofs)
}

/// The folder of the book's pages.
const PAGES: &str = "book/src";
