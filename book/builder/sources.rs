//! What pages draw from: the repository's data, recorded runs, and what commands printed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use drydock::error::Result;
use drydock::lesson::Lesson;
use drydock::model::{LessonReport, Matrix, Measurement};
use drydock::tidy::{MATRIX, recorded_path};
use drydock::workshop::Workshop;

use crate::commands::Printed;
use crate::stages::Stages;

/// Folder of the book, relative to the repository.
pub const FOLDER: &str = "book";

/// What a directive comes to, or what is wrong with it.
pub type Outcome = std::result::Result<String, String>;

/// What to do about a recording that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The build stops.
    Stops,
    /// The page says so in its place: for whoever writes pages before they record.
    IsShown,
}

/// All of it, read when it is first needed.
pub struct Sources {
    /// The repository's data.
    pub workshop: Workshop,
    /// What to do about missing recordings.
    pub missing: Missing,
    lessons: RefCell<BTreeMap<String, Option<LessonReport>>>,
    matrix: Option<Matrix>,
    stages: BTreeMap<String, Stages>,
    printed: RefCell<BTreeMap<String, Vec<Printed>>>,
    glossary: String,
}

impl Sources {
    /// The sources of the repository in `root`.
    ///
    /// Errors: a manifest of the repository is not valid.
    pub fn open(root: &Path, missing: Missing) -> Result<Self> {
        Ok(Self {
            workshop: Workshop::open(root)?,
            missing,
            lessons: RefCell::default(),
            matrix: read(&root.join(MATRIX)),
            stages: recorded_stages(root),
            printed: RefCell::default(),
            glossary: fs::read_to_string(root.join(FOLDER).join("src/glossary.md")).unwrap_or_default(),
        })
    }

    /// The lesson with this id.
    pub fn lesson(&self, id: &str) -> std::result::Result<&Lesson, String> {
        self.workshop.lessons.iter().find(|lesson| lesson.id.as_str() == id).ok_or_else(|| {
            let known = self.workshop.lessons.iter().map(|lesson| lesson.id.as_str()).collect::<Vec<_>>().join(", ");
            format!("there is no lesson `{id}`; there are {known}")
        })
    }

    /// The recorded run of a lesson; `None` where there is none and that is shown in its place.
    pub fn recorded(&self, lesson: &Lesson) -> std::result::Result<Option<LessonReport>, String> {
        let id = lesson.id.as_str();
        let path = recorded_path(lesson.number, id);
        let mut lessons = self.lessons.borrow_mut();
        let report = lessons.entry(id.to_owned()).or_insert_with(|| read(&self.workshop.root.join(&path)));
        self.or_missing(report.clone(), &format!("lesson {} --app all --record", lesson.number))
    }

    /// The recorded comparison of all services.
    pub fn compared(&self) -> std::result::Result<&Matrix, String> {
        self.matrix.as_ref().ok_or_else(|| not_recorded("compare --record"))
    }

    /// What was measured, in the run of a lesson or the comparison.
    pub fn measured(&self, of: &str) -> std::result::Result<Option<Vec<Measurement>>, String> {
        if of == "compare" {
            return self.compared().map(|matrix| Some(matrix.results.clone()));
        }
        Ok(self.recorded(self.lesson(of)?)?.map(|report| report.results))
    }

    /// The weights of the stages of a Dockerfile.
    pub fn stages(&self, path: &str) -> std::result::Result<Option<Stages>, String> {
        self.or_missing(self.stages.get(path).cloned(), "book --record stages")
    }

    /// What the commands of a page printed.
    pub fn printed(&self, page: &str) -> Vec<Printed> {
        let mut pages = self.printed.borrow_mut();
        let root = &self.workshop.root;
        pages.entry(page.to_owned()).or_insert_with(|| read(&printed_file(root, page)).unwrap_or_default()).clone()
    }

    /// The text of the glossary; empty where a workshop has none.
    pub fn glossary(&self) -> &str {
        &self.glossary
    }

    /// A recording, or what is done where there is none.
    pub fn or_missing<T>(&self, recording: Option<T>, again: &str) -> std::result::Result<Option<T>, String> {
        match (recording, self.missing) {
            (None, Missing::Stops) => Err(not_recorded(again)),
            (recording, _) => Ok(recording),
        }
    }
}

fn not_recorded(again: &str) -> String {
    format!("this was not recorded yet: cargo xtask {again}")
}

/// The weights of stages that were recorded, by the paths of their Dockerfiles.
pub fn recorded_stages(root: &Path) -> BTreeMap<String, Stages> {
    read(&stages_file(root)).unwrap_or_default()
}

/// Where the weights of stages are kept.
pub fn stages_file(root: &Path) -> PathBuf {
    root.join(FOLDER).join("recorded/stages.json")
}

/// Where is kept what the commands of a page printed. `page` is relative to `book/src`.
pub fn printed_file(root: &Path, page: &str) -> PathBuf {
    root.join(FOLDER).join("recorded").join(page.replace('/', "-")).with_extension("json")
}

/// A recording; `None` where it is not there or from another version of the program.
fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}
