//! The parts of a test run: the one table that says what there is, in the order in which it happens.

use super::lesson::{self, Machine};
use super::programs::{Programs, cargo};
use super::proofs::{Proofs, is_trial};
use super::{app, busy, today};
use crate::engine::Engine;
use crate::error::{ErrorId, Problem, Result};
use crate::event::{Silent, Sink};
use crate::exercise::{self, Judge, Known};
use crate::model::Platform;
use crate::proof::{Kind, Subject};
use crate::report::Style;
use crate::session::{Opening, Session};
use crate::setup::{Tool, emulation};
use crate::tidy;
use crate::workshop::Workshop;

/// One part.
pub(super) struct Part {
    pub name: &'static str,
    /// What it shows, as a clause.
    pub shows: &'static str,
    /// Whether it needs an engine.
    pub engine: bool,
    /// Whether it takes so long that it runs only with `--full`, or when it is named.
    pub rare: bool,
    /// Whether keys that are named beside it are of proofs on an engine that it starts.
    pub elsewhere: bool,
    /// Programs it needs on this machine.
    pub tools: &'static [Tool],
    pub does: Does,
}

/// What a part does.
pub(super) enum Does {
    /// Looks whether everything stands on the record.
    Record,
    /// Something of its own, every time.
    Own(fn(&mut Rig<'_>) -> Result<()>),
    /// Takes on proofs: which, and how.
    Proofs(fn(&Subject<'_>) -> bool, fn(&mut Rig<'_>, &mut Proofs<'_>) -> Result<()>),
}

/// What parts work with.
pub(super) struct Rig<'w> {
    pub workshop: &'w Workshop,
    pub sink: &'w dyn Sink,
    pub style: Style,
    /// Whether what single builds say is wanted.
    pub verbose: bool,
    pub programs: Programs,
    /// Keys of proofs that were asked for beside a part that proves elsewhere.
    pub keys: Vec<String>,
    /// Whether everything is proved, so that what passes on an engine is written down.
    pub full: bool,
    /// Whether what is missing may be fetched.
    pub setup: bool,
}

impl Rig<'_> {
    /// Runs a test program with these arguments.
    pub fn program(&mut self, name: &str, arguments: &[&str]) -> Result<()> {
        self.programs.run(name, arguments, self.sink)
    }

    /// Runs cargo with its output going straight to the terminal.
    fn cargo(&self, arguments: &[&str]) -> Result<()> {
        match cargo(&self.workshop.root, arguments).inherit()? {
            0 => Ok(()),
            status => {
                let fact = format!("cargo {} ended with status {status}.", arguments.join(" "));
                Err(Problem::new(ErrorId::TestFailed, fact))
            }
        }
    }

    /// A session in which builds are heard only where that is wanted: it would drown what is proved.
    pub fn session(&self) -> Result<Session<'_>> {
        /// When a build of a proof counts as one that hangs, on a machine that does much else.
        const LIMIT: std::time::Duration = std::time::Duration::from_hours(1);
        let sink: &dyn Sink = if self.verbose { self.sink } else { &Silent };
        Session::open(Opening::default().within(LIMIT), Engine::new(sink))
    }
}

/// Every part.
pub(super) const PARTS: &[Part] = &[
    quick("format", "the code is formatted", |rig| rig.cargo(&["fmt", "--all", "--check"])),
    quick("tidy", "manifests, Dockerfiles and generated tables agree", |rig| tidy::check(rig.workshop)),
    Part {
        does: Does::Record,
        ..quick("record", "what was proved still holds: nothing it depends on has changed", |_| Ok(()))
    },
    quick("lint", "clippy has nothing to say", |rig| {
        rig.cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"])
    }),
    quick("compile", "the tests compile", |rig| rig.programs.compile(rig.sink)),
    quick("unit", "the rooms of runner and book keep their promises", |rig| rig.programs.units(QUIET, rig.sink)),
    quick("cli", "the command line says what it should", |rig| rig.program("cli", QUIET)),
    quick("hostile", "archives that lie are refused, in bounded time and memory", |rig| rig.program("hostile", QUIET)),
    quick(
        "audit",
        "each rule of the audit finds what it must in others' projects, and nothing that it must not",
        |rig| rig.program("audit", &["--quiet", "static::"]),
    ),
    quick("formats", "what is written for other programs is what their schemas say", |rig| {
        rig.program("formats", QUIET)
    }),
    quick("book", "the book builds, leads nowhere that is not there, and is spelled right", |rig| {
        rig.program("book", QUIET)
    }),
    engine("engines", "each engine that cannot be used gets an error of its own", |rig| rig.program("engines", QUIET)),
    engine("faults", "each engine and container that misbehaves gets an error of its own", |rig| {
        rig.program("faults", QUIET)
    }),
    engine("paced", "at a terminal a lesson goes at the learner's pace", |rig| rig.program("paced", QUIET)),
    engine("killed", "a runner that is killed leaves nothing behind", |rig| rig.program("killed", QUIET)),
    engine("dockerfiles", "a Dockerfile is read as BuildKit reads it", |rig| rig.program("dockerfiles", QUIET)),
    engine("answers", "what a learner may hand in is judged, and what cannot be judged is said", |rig| {
        rig.program("exercises", QUIET)
    }),
    engine("audit-built", "projects that are built, started and measured for an audit are judged right, too", |rig| {
        rig.program("audit", &["--quiet", "built::"])
    }),
    proofs("apps", "each app's own formatter, linter and tests pass inside its build", is_check, apps),
    proofs("contract", "every image of every app keeps the HTTP contract", is_contract, contract),
    proofs("lessons", "every lesson runs from start to end and its expectations hold", is_lesson, lessons),
    engine("results", "what a result offers to do next can be done", |rig| rig.program("results", QUIET)),
    proofs("exercises", "every exercise tells right answers from wrong ones", is_answer, exercises),
    proofs("commands", "every command on a page of the book does what the page says", is_page, pages),
    Part {
        tools: &[Tool::Chromium],
        ..engine("pages", "what is written to be read in a browser reads well in one", |rig| {
            rig.program("pages", QUIET)
        })
    },
    proofs(
        "oracle",
        "what our reader says of an image, dive or the file system says too",
        |subject| is_trial(subject, "oracle"),
        |rig, proofs| trial(rig, proofs, "oracle"),
    ),
    proofs(
        "registry",
        "a lesson builds on bases of a registry",
        |subject| is_trial(subject, "registry"),
        |rig, proofs| trial(rig, proofs, "registry"),
    ),
    proofs(
        "rollout",
        "what a deploy sends is measured, whatever the build cache holds",
        |subject| is_trial(subject, "rollout"),
        |rig, proofs| trial(rig, proofs, "rollout"),
    ),
    proofs(
        "scratch",
        "a lesson of data alone uses all that a manifest can say",
        |subject| is_trial(subject, "scratch"),
        |rig, proofs| trial(rig, proofs, "scratch"),
    ),
    proofs(
        "stores",
        "an image weighs the same in both stores",
        |subject| is_trial(subject, "stores"),
        |rig, proofs| trial(rig, proofs, "stores"),
    ),
    Part {
        rare: true,
        ..engine("member", "a member of the group docker, who is not root, learns as root does", |rig| {
            rig.program("member", QUIET)
        })
    },
    engine("podman", "podman is named, and what works beside it works", |rig| rig.program("podman", QUIET)),
    Part { rare: true, ..engine("busy", "a busy machine changes times and no verdict", busy::prove) },
    Part {
        rare: true,
        elsewhere: true,
        ..engine("engine-of-today", "lessons and exercises hold on the newest engine that Debian has", today::prove)
    },
];

/// Test programs say little while all is well.
const QUIET: &[&str] = &["--quiet"];

const fn quick(name: &'static str, shows: &'static str, run: fn(&mut Rig<'_>) -> Result<()>) -> Part {
    Part { name, shows, engine: false, rare: false, elsewhere: false, tools: &[], does: Does::Own(run) }
}

const fn engine(name: &'static str, shows: &'static str, run: fn(&mut Rig<'_>) -> Result<()>) -> Part {
    Part { engine: true, ..quick(name, shows, run) }
}

const fn proofs(
    name: &'static str,
    shows: &'static str,
    which: fn(&Subject<'_>) -> bool,
    run: fn(&mut Rig<'_>, &mut Proofs<'_>) -> Result<()>,
) -> Part {
    Part { name, shows, engine: true, rare: false, elsewhere: false, tools: &[], does: Does::Proofs(which, run) }
}

fn is_check(subject: &Subject<'_>) -> bool {
    subject.kind() == Kind::Check
}

fn is_contract(subject: &Subject<'_>) -> bool {
    subject.kind() == Kind::Contract
}

fn is_lesson(subject: &Subject<'_>) -> bool {
    subject.kind() == Kind::Lesson
}

fn is_answer(subject: &Subject<'_>) -> bool {
    subject.kind() == Kind::Answer
}

fn is_page(subject: &Subject<'_>) -> bool {
    subject.kind() == Kind::Page
}

/// What a part that takes on proofs of one kind says to a subject of another.
fn stray(subject: &Subject<'_>) -> Problem {
    crate::bug(&format!("{subject} is not of this part"))
}

fn apps(rig: &mut Rig<'_>, proofs: &mut Proofs<'_>) -> Result<()> {
    let session = rig.session()?;
    proofs.take(is_check, (rig.sink, rig.style), |subject| match subject {
        Subject::Check(app) => app::check(rig.workshop, app, &session),
        other => Err(stray(other)),
    })
}

fn contract(rig: &mut Rig<'_>, proofs: &mut Proofs<'_>) -> Result<()> {
    let (sink, style) = (rig.sink, rig.style);
    proofs.take(is_contract, (sink, style), |subject| match subject {
        Subject::Contract(app) => {
            rig.program("contract", &["--quiet", &format!("app::{}::", app.id)])?;
            Ok(format!("{} images", app.variant.len()))
        }
        other => Err(stray(other)),
    })
}

fn lessons(rig: &mut Rig<'_>, proofs: &mut Proofs<'_>) -> Result<()> {
    proofs.take(is_lesson, (rig.sink, rig.style), |subject| match subject {
        Subject::Lesson(lesson, app) => {
            // The run of the lesson finds it lent, and need not know where it was fetched to.
            let platforms = lesson.variant.values().flat_map(|variant| &variant.platforms).map(Platform::as_str);
            let _lent = emulation::lend(platforms, rig.setup, rig.sink)?;
            lesson::prove(rig.workshop, lesson, app, Machine::Calm)
        }
        other => Err(stray(other)),
    })
}

fn exercises(rig: &mut Rig<'_>, proofs: &mut Proofs<'_>) -> Result<()> {
    let Known { missing, .. } = exercise::all(rig.workshop)?;
    if !missing.is_empty() {
        return Err(Problem::new(ErrorId::TestFailed, "Exercises have too few known answers.").evidence(missing));
    }
    let judge = Judge::new(rig.workshop, rig.session()?);
    proofs.take(is_answer, (rig.sink, rig.style), |subject| match subject {
        Subject::Answer(task, answer) => {
            let platforms = task.exercise.mine.platforms.iter().map(Platform::as_str);
            let _lent = emulation::lend(platforms, rig.setup, rig.sink)?;
            exercise::prove(&judge, task, answer)
        }
        other => Err(stray(other)),
    })
}

fn pages(rig: &mut Rig<'_>, proofs: &mut Proofs<'_>) -> Result<()> {
    let (sink, style) = (rig.sink, rig.style);
    proofs.take(is_page, (sink, style), |subject| match subject {
        Subject::Page(commands) => {
            rig.program("commands", &["--quiet", "--exact", &commands.page])?;
            Ok(format!("{} blocks ran", commands.blocks.len()))
        }
        other => Err(stray(other)),
    })
}

fn trial(rig: &mut Rig<'_>, proofs: &mut Proofs<'_>, name: &'static str) -> Result<()> {
    let (sink, style) = (rig.sink, rig.style);
    proofs.take(
        |subject| is_trial(subject, name),
        (sink, style),
        |_| {
            rig.program(name, QUIET)?;
            Ok("passed".to_owned())
        },
    )
}
