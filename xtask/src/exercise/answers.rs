//! What is known of answers to an exercise: right ones in `solution/<name>/<app>/`, wrong ones in `wrong/<name>/<app>/`.

use std::fs;
use std::path::Path;

use similar::TextDiff;

use super::{Task, files};
use crate::error::Result;
use crate::lesson::{Exercise, Solution, WrongAnswer};
use crate::manifest;

/// One known answer for one app.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What it is.
    pub kind: Kind,
    /// Its folder, relative to the repository.
    pub folder: String,
    /// What a right one does and what that costs, where it is known.
    pub why: Option<String>,
}

/// What an answer is known to be.
#[derive(Clone, Debug)]
pub enum Kind {
    /// What the learner is given: it must not pass, or there would be nothing to do.
    Shipped,
    /// A right one, with its name.
    Right(String),
    /// A wrong one, with its name and what is known of it.
    Wrong(String, WrongAnswer),
}

impl Kind {
    /// Its name among the answers to one exercise in one language: `shipped`, `solution/two-stages`, `wrong/root`.
    pub fn name(&self) -> String {
        match self {
            Self::Shipped => "shipped".to_owned(),
            Self::Right(name) => format!("solution/{name}"),
            Self::Wrong(name, _) => format!("wrong/{name}"),
        }
    }

    /// As a person says it: `as shipped`, `solution/two-stages`, `wrong/root`.
    pub fn shown(&self) -> String {
        match self {
            Self::Shipped => "as shipped".to_owned(),
            _ => self.name(),
        }
    }
}

/// Every known answer to an exercise for its app: the shipped state, the wrong ones, the right ones.
///
/// Errors: an `answer.toml` that cannot be read or is not valid.
pub fn known(root: &Path, task: &Task<'_>) -> Result<Vec<Answer>> {
    let mut answers = vec![Answer { kind: Kind::Shipped, folder: task.shipped(), why: None }];
    for (name, folder) in named(root, task.exercise, "wrong") {
        let manifest = format!("{folder}/answer.toml");
        let folder = format!("{folder}/{}", task.app.id);
        if root.join(&folder).is_dir() {
            let known: WrongAnswer = manifest::load(&root.join(&manifest), &manifest)?;
            answers.push(Answer { kind: Kind::Wrong(name, known), folder, why: None });
        }
    }
    for (name, folder) in named(root, task.exercise, "solution") {
        let manifest = format!("{folder}/answer.toml");
        let folder = format!("{folder}/{}", task.app.id);
        if root.join(&folder).is_dir() {
            let known = root.join(&manifest).is_file();
            let known: Option<Solution> =
                known.then(|| manifest::load(&root.join(&manifest), &manifest)).transpose()?;
            answers.push(Answer { kind: Kind::Right(name), folder, why: known.map(|known| known.why) });
        }
    }
    Ok(answers)
}

/// The folders of answers of one kind, by name: name and path relative to the repository.
pub(crate) fn named(root: &Path, exercise: &Exercise, kind: &str) -> Vec<(String, String)> {
    let inside = format!("{}/{kind}", exercise.folder);
    let entries = fs::read_dir(root.join(&inside)).into_iter().flatten().flatten();
    let folders =
        entries.filter(|entry| entry.path().is_dir()).filter_map(|entry| entry.file_name().into_string().ok());
    let mut named: Vec<_> = folders.map(|name| (name.clone(), format!("{inside}/{name}"))).collect();
    named.sort();
    named
}

/// The right answer that is most like the learner's files.
///
/// Errors: files cannot be read.
pub fn nearest(root: &Path, task: &Task<'_>) -> Result<Option<Answer>> {
    let mine = files(&root.join(task.folder()))?;
    let mut best: Option<(f32, Answer)> = None;
    for answer in known(root, task)? {
        if !matches!(answer.kind, Kind::Right(_)) {
            continue;
        }
        let theirs = files(&root.join(&answer.folder))?;
        let names: std::collections::BTreeSet<_> = mine.keys().chain(theirs.keys()).collect();
        let text = |files: &std::collections::BTreeMap<String, Vec<u8>>, name: &str| {
            files.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
        };
        let likeness: f32 =
            names.iter().map(|name| TextDiff::from_lines(text(&mine, name), text(&theirs, name)).ratio()).sum();
        if best.as_ref().is_none_or(|(most, _)| likeness > *most) {
            best = Some((likeness, answer));
        }
    }
    Ok(best.map(|(_, answer)| answer))
}
