//! What each terminal works on, so that a command that names no lesson goes on with it, whatever other terminals do meanwhile.
//!
//! Each terminal has a file of its own, so none waits for another. A lost file costs nothing: progress knows the lesson that was
//! touched last.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{folder, write_atomically};
use crate::error::Result;
use crate::host;
use crate::model::{AppId, ExerciseId, LessonId};

/// How long a terminal is remembered. After a start of the machine, another terminal can get the same name.
const KEPT: Duration = Duration::from_hours(24);

/// Where a terminal is in the course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    /// The lesson that was run, or whose exercise was worked on.
    pub lesson: LessonId,
    /// The exercise; `None` after a lesson was run.
    pub exercise: Option<ExerciseId>,
    /// The app; `None` where a lesson was run for several.
    pub app: Option<AppId>,
}

/// Where this terminal is; `None` where nobody knows, or no terminal is there.
pub fn here() -> Option<Here> {
    here_in(&kept_in().ok()?, &host::terminal()?)
}

/// Notes where this terminal is. Without a terminal there is nothing to note.
///
/// Errors: the state folder cannot be written.
pub fn note(here: &Here) -> Result<()> {
    match host::terminal() {
        Some(terminal) => note_in(&kept_in()?, &terminal, here),
        None => Ok(()),
    }
}

fn kept_in() -> Result<PathBuf> {
    Ok(folder()?.join("terminals"))
}

fn here_in(folder: &Path, terminal: &str) -> Option<Here> {
    let path = folder.join(terminal);
    if is_old(&path) {
        return None;
    }
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

fn note_in(folder: &Path, terminal: &str, here: &Here) -> Result<()> {
    // Terminals that were closed leave their files behind.
    for old in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|p| is_old(p))
    {
        let _ = std::fs::remove_file(old);
    }
    let json = serde_json::to_string(here).expect("plain data is always JSON");
    write_atomically(&folder.join(terminal), json.as_bytes())
}

fn is_old(path: &Path) -> bool {
    let written = path.metadata().and_then(|metadata| metadata.modified());
    written.is_ok_and(|written| SystemTime::now().duration_since(written).is_ok_and(|age| age > KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lesson: &str, app: &str) -> Here {
        let (lesson, app) = (lesson.to_owned().try_into().unwrap(), app.to_owned().try_into().unwrap());
        Here { lesson, exercise: None, app: Some(app) }
    }

    #[test]
    fn each_terminal_stays_where_it_was_whatever_another_does() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("terminals");
        assert_eq!(here_in(&folder, "1-34816"), None);
        note_in(&folder, "1-34816", &at("first", "one")).unwrap();
        note_in(&folder, "2-34817", &at("second", "two")).unwrap();
        assert_eq!(here_in(&folder, "1-34816"), Some(at("first", "one")));
        assert_eq!(here_in(&folder, "2-34817"), Some(at("second", "two")));
        assert_eq!(here_in(&folder, "3-34818"), None);
    }

    #[test]
    fn a_terminal_of_another_day_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        note_in(folder.path(), "old", &at("first", "one")).unwrap();
        let file = std::fs::File::options().write(true).open(folder.path().join("old")).unwrap();
        file.set_modified(SystemTime::now() - KEPT - Duration::from_mins(1)).unwrap();
        assert_eq!(here_in(folder.path(), "old"), None);
        note_in(folder.path(), "new", &at("second", "two")).unwrap();
        assert!(!folder.path().join("old").exists());
    }
}
