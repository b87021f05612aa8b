//! Which apps a lesson runs for.

use crate::cli;
use crate::error::Result;
use crate::lesson::Lesson;
use crate::model::{App, AppId};
use crate::names::list;
use crate::report;
use crate::state::settings::Settings;
use crate::workshop::Workshop;

/// What was chosen.
pub(super) struct Chosen {
    /// The apps; empty means all of them.
    pub apps: Vec<AppId>,
    /// What the learner is told about the choice.
    pub note: Option<String>,
}

/// The apps to run: those named, else those the learner follows, else all; of these, the ones the lesson is about. A learner
/// who follows none of them borrows the lesson's first. A lesson that only has services of its own is about no language.
pub(super) fn choose(workshop: &Workshop, lesson: &Lesson, options: &cli::Lesson) -> Result<Chosen> {
    if lesson.apps.is_empty() && !lesson.guests.is_empty() {
        return Ok(Chosen { apps: guests(workshop, lesson, &options.app)?, note: None });
    }
    let Chosen { apps, note } = followed(workshop, options)?;
    if lesson.apps.is_empty() {
        return Ok(Chosen { apps, note });
    }
    let fitting: Vec<AppId> = lesson.apps.iter().filter(|app| apps.is_empty() || apps.contains(app)).cloned().collect();
    if !fitting.is_empty() {
        return Ok(Chosen { apps: fitting, note });
    }
    Ok(Chosen { apps: lesson.apps.iter().take(1).cloned().collect(), note: lesson.borrow.clone() })
}

/// The services of its own that were named, else all of them, which is what an empty list means.
fn guests(workshop: &Workshop, lesson: &Lesson, typed: &[String]) -> Result<Vec<AppId>> {
    let is = |guest: &&AppId, typed: &String| guest.as_str() == typed;
    let others: Vec<String> =
        typed.iter().filter(|typed| !lesson.guests.keys().any(|guest| is(&guest, typed))).cloned().collect();
    // A language that there is does no harm; a slip of the pen is told.
    workshop.chosen(&others)?;
    Ok(lesson.guests.keys().filter(|guest| typed.iter().any(|typed| is(guest, typed))).cloned().collect())
}

/// Makes these the apps that lessons follow. Says so.
///
/// Errors: there is no such app, or what is remembered cannot be written.
pub(super) fn follow(workshop: &Workshop, typed: &[String]) -> Result<()> {
    let apps = workshop.chosen(typed)?;
    Settings::update(|memory| memory.apps = Some(apps.clone()))?;
    report::message(format!("Your lessons follow {} from now on.\n", named(&apps)));
    Ok(())
}

/// Those named, else those the learner chose, else all. Asked once, on a terminal; the first that are named there are chosen.
fn followed(workshop: &Workshop, options: &cli::Lesson) -> Result<Chosen> {
    let plainly = |apps| Ok(Chosen { apps, note: None });
    let remembered = Settings::load()?.apps;
    if !options.app.is_empty() {
        let chosen = workshop.chosen(&options.app)?;
        let Some(remembered) = remembered else {
            if report::terminal() {
                Settings::update(|memory| memory.apps = Some(chosen.clone()))?;
            }
            return plainly(chosen);
        };
        let note = format!(
            "This run only: your lessons follow {}. `cargo xtask lesson --app {}` changes that.",
            named(&remembered),
            if chosen.is_empty() { "all".to_owned() } else { options.app.join(" --app ") },
        );
        return Ok(Chosen { note: (remembered != chosen).then_some(note), apps: chosen });
    }
    if let Some(remembered) = remembered {
        return plainly(remembered.into_iter().filter(|id| workshop.apps.contains_key(id)).collect());
    }
    if !report::terminal() || options.json {
        return Ok(Chosen { apps: Vec::new(), note: unasked(workshop.apps.keys()) });
    }
    let titles: Vec<&str> = workshop.apps.values().map(|app: &App| app.title.as_str()).collect();
    let chosen: Vec<AppId> = match report::choose(
        "Which language do you write? The lessons follow it.",
        &titles,
        "all of them",
        &report::always,
    )? {
        Some(index) => workshop.apps.keys().nth(index).cloned().into_iter().collect(),
        None => Vec::new(),
    };
    Settings::update(|memory| memory.apps = Some(chosen.clone()))?;
    plainly(chosen)
}

/// What is said where nobody can be asked for a language: there are several, and all of them run.
fn unasked<'a>(mut apps: impl ExactSizeIterator<Item = &'a AppId>) -> Option<String> {
    let all = apps.len();
    let first = apps.next().filter(|_| all > 1)?;
    Some(format!(
        "No language is chosen, so this runs all {all}. `cargo xtask lesson --app {first}` chooses one for all lessons."
    ))
}

fn named(apps: &[AppId]) -> String {
    if apps.is_empty() { "all languages".to_owned() } else { list(apps.iter().map(AppId::as_str)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nobody_can_be_asked_it_says_how_to_choose() {
        let apps = ["go", "node"].map(|name| AppId::try_from(name.to_owned()).unwrap());
        let said = unasked(apps.iter()).unwrap();
        assert!(said.contains("runs all 2.") && said.contains("`cargo xtask lesson --app go`"), "{said}");
        assert_eq!(unasked(apps[..1].iter()), None);
    }
}
