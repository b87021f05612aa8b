//! Which apps a lesson runs for.

use crate::cli;
use crate::error::Result;
use crate::model::{App, AppId, Lesson};
use crate::report;
use crate::state::memory::Memory;
use crate::workshop::Workshop;

/// What was chosen.
pub(super) struct Chosen {
    /// The apps; empty means all of them.
    pub apps: Vec<AppId>,
    /// What the learner is told about the choice.
    pub note: Option<String>,
}

/// The apps to run: those named, else those the learner follows, else all; of these, the ones the lesson is about. A learner
/// who follows none of them borrows the lesson's first.
pub(super) fn choose(workshop: &Workshop, lesson: &Lesson, options: &cli::Lesson) -> Result<Chosen> {
    let apps = followed(workshop, options)?;
    if lesson.apps.is_empty() {
        return Ok(Chosen { apps, note: None });
    }
    let fitting: Vec<AppId> = lesson.apps.iter().filter(|app| apps.is_empty() || apps.contains(app)).cloned().collect();
    if !fitting.is_empty() {
        return Ok(Chosen { apps: fitting, note: None });
    }
    Ok(Chosen { apps: lesson.apps.iter().take(1).cloned().collect(), note: lesson.borrow.clone() })
}

/// Those named, else those the learner chose, else all. Asked once, on a terminal.
fn followed(workshop: &Workshop, options: &cli::Lesson) -> Result<Vec<AppId>> {
    if !options.app.is_empty() {
        let chosen = workshop.chosen(&options.app)?;
        if report::terminal() {
            Memory::update(|memory| memory.apps = Some(chosen.clone()))?;
        }
        return Ok(chosen);
    }
    if !report::terminal() || options.json {
        return Ok(Vec::new());
    }
    if let Some(remembered) = Memory::load()?.apps {
        return Ok(remembered.into_iter().filter(|id| workshop.apps.contains_key(id)).collect());
    }
    let titles: Vec<&str> = workshop.apps.values().map(|app: &App| app.title.as_str()).collect();
    let chosen: Vec<AppId> =
        match report::choose("Which language do you write? The lessons follow it.", &titles, "all of them")? {
            Some(index) => workshop.apps.keys().nth(index).cloned().into_iter().collect(),
            None => Vec::new(),
        };
    Memory::update(|memory| memory.apps = Some(chosen.clone()))?;
    Ok(chosen)
}
