//! Writes down what pages show: runs of lessons, weights of stages, what commands print.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use drydock::engine::Engine;
use drydock::error::{self, ErrorId, Problem, Result};
use drydock::event::Sink;
use drydock::lesson::Lesson;
use drydock::model::Environment;
use drydock::process::Command;
use drydock::report;
use drydock::session::{Opening, Session};
use drydock::state;
use drydock::workshop::Workshop;
use serde::Serialize;

use crate::commands::{Copy, Printed};
use crate::directive;
use crate::page;
use crate::sources::{FOLDER, printed_file, recorded_stages, stages_file};
use crate::stages;

/// What can be recorded besides the pages.
const LESSONS: &str = "lessons";
const STAGES: &str = "stages";

/// Records what is named: `lessons`, `stages`, the id of a lesson, which stands for all that its page shows, or parts of pages' paths;
/// everything when nothing is named. `runner` is the compiled `xtask`.
///
/// Errors: a lesson or a command does not end as it should, and what recording them fails with.
pub fn record(root: &Path, runner: &Path, named: &[String], sink: &dyn Sink) -> Result<()> {
    let workshop = Workshop::open(root)?;
    let session = Session::open(Opening::default(), Engine::new(sink))?;
    let environment = session.environment();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|one| one == name);
    for lesson in &workshop.lessons {
        if wanted(LESSONS) || wanted(lesson.id.as_str()) {
            record_lesson(runner, lesson.number, root)?;
        }
    }
    let pages = pages(root)?;
    let of_lesson = |path: &str| workshop.lessons.iter().any(|one| page_of(one) == path && wanted(one.id.as_str()));
    record_stages(&workshop, &session, pages.iter().filter(|(path, _)| wanted(STAGES) || of_lesson(path)))?;
    for (path, text) in &pages {
        let is_named = named.iter().any(|one| one != LESSONS && one != STAGES && path.contains(one.as_str()));
        if named.is_empty() || is_named {
            record_page(root, runner, path, text, &environment)?;
        }
    }
    Ok(())
}

/// A lesson's page, below `book/src`.
fn page_of(lesson: &Lesson) -> String {
    format!("lessons/{}.md", lesson.id)
}

/// The pages: path below `book/src`, and text.
///
/// Errors: a page cannot be read.
pub fn pages(root: &Path) -> Result<BTreeMap<String, String>> {
    let source = root.join(FOLDER).join("src");
    let mut pages = BTreeMap::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|e| error::io("read", &folder, &e))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&path).map_err(|e| error::io("read", &path, &e))?;
                let below = path.strip_prefix(&source).unwrap_or(&path);
                pages.insert(below.to_string_lossy().replace('\\', "/"), text);
            }
        }
    }
    Ok(pages)
}

fn record_lesson(runner: &Path, number: u32, root: &Path) -> Result<()> {
    let number = number.to_string();
    report::message(format!("Lesson {number}"));
    let command = Command::new(runner.display().to_string())
        .args(["lesson", &number, "--app", "all", "--predict", "skip", "--no-pause", "--record"])
        .env("CARGO_MANIFEST_DIR", root.display().to_string());
    match command.inherit()? {
        0 => Ok(()),
        status => Err(Problem::new(ErrorId::Page, format!("`{}` ended with status {status}.", command.display()))),
    }
}

/// Weighs the stages that these pages draw. What is known of others is kept, as long as some page draws it.
fn record_stages<'p>(
    workshop: &Workshop,
    session: &Session<'_>,
    of_pages: impl Iterator<Item = (&'p String, &'p String)>,
) -> Result<()> {
    let drawn = |text: &String| {
        let lines = text.lines().filter_map(|line| line.strip_prefix("{{#graph ")?.strip_suffix("}}"));
        lines.map(|path| path.trim().to_owned()).collect::<Vec<_>>()
    };
    let files = |drawn: BTreeSet<String>| -> BTreeSet<String> {
        let drawn = drawn.iter().filter(|path| *path != "PATH");
        drawn.flat_map(|path| directive::of_apps(path, workshop).into_iter().map(|(_, path)| path)).collect()
    };
    let wanted = files(of_pages.flat_map(|(_, text)| drawn(text)).collect());
    if wanted.is_empty() {
        return Ok(());
    }
    let shown = files(pages(&workshop.root)?.values().flat_map(drawn).collect());
    let mut all = recorded_stages(&workshop.root);
    all.retain(|path, _| shown.contains(path));
    for path in wanted {
        report::message(format!("Stages of {path}"));
        let measured = stages::measure(&path, workshop, session)?;
        all.insert(path, measured);
    }
    write(&stages_file(&workshop.root), &all)
}

fn record_page(root: &Path, runner: &Path, path: &str, text: &str, environment: &Environment) -> Result<()> {
    let blocks = page::blocks(text, path)
        .map_err(|faults| Problem::new(ErrorId::Page, "A page is not written as it must be.").evidence(faults))?;
    let blocks: Vec<_> = blocks.into_iter().filter(|block| !block.registry).collect();
    if blocks.is_empty() {
        return Ok(());
    }
    report::message(format!("Commands of {path}"));
    let copy = Copy::new(root, runner, &state::folder()?)?;
    let mut printed = Vec::new();
    for block in &blocks {
        let output = copy.run(block)?;
        if !block.quiet {
            printed.push(Printed { commands: block.lines.clone(), output, environment: environment.clone() });
        }
    }
    write(&printed_file(root, path), &printed)
}

fn write(path: &Path, value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_string_pretty(value).expect("plain data is always JSON");
    state::write_atomically(path, format!("{json}\n").as_bytes())
}
