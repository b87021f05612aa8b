//! What is generated from recorded runs: text in hand-written files, between two marker lines, and pictures.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::read;
use crate::error::{ErrorId, Problem, Result};
use crate::model::{AppId, LessonReport, Matrix, VariantId};
use crate::report;
use crate::workshop::Workshop;

/// The recorded run of `cargo xtask compare`, relative to the repository.
pub const MATRIX: &str = "apps/recorded.json";
/// Its picture, relative to the repository.
const PICTURE: &str = "apps/compare.svg";
/// The file that shows both.
const README: &str = "README.md";

/// A file with its generated parts up to date.
pub struct Generated {
    /// Path relative to the repository.
    pub path: &'static str,
    /// The whole file as it should be.
    pub content: String,
}

/// Everything that holds generated text or is generated as a whole.
pub fn files(workshop: &Workshop) -> Result<Vec<Generated>> {
    let mut files = Vec::new();
    let mut content = read(&workshop.root.join(README))?;
    for lesson in &workshop.lessons {
        let marker = format!("lesson {}", lesson.id);
        if content.contains(&opening(&marker)) {
            let shown = recorded_path(lesson.number, lesson.id.as_str());
            let again = format!("cargo xtask lesson {} --app all --record", lesson.number);
            let run: LessonReport = recorded(&workshop.root, &shown, &again)?;
            content = replace(&content, &marker, &report::markdown(&lesson.variants, &run), README)?;
        }
    }
    if let Some(marker) = named(&content, "compare") {
        let mut matrix: Matrix = recorded(&workshop.root, MATRIX, "cargo xtask compare --record")?;
        if let Some(beside) = marker.strip_prefix("compare ") {
            matrix = with_variant(workshop, matrix, beside)?;
        }
        let title = |id: &AppId| workshop.apps.get(id).map_or_else(|| id.to_string(), |app| app.title.clone());
        content = replace(&content, &marker, &report::matrix_markdown(&matrix), README)?;
        files.push(Generated { path: PICTURE, content: report::matrix_picture(&matrix, &title) });
    }
    files.push(Generated { path: README, content });
    Ok(files)
}

/// The comparison with one variant more, `LESSON/VARIANT`, from the recorded run of that lesson.
fn with_variant(workshop: &Workshop, matrix: Matrix, beside: &str) -> Result<Matrix> {
    let wrong = |why: String| Problem::new(ErrorId::TestFailed, format!("{README}: {beside}: {why}."));
    let (lesson, variant) = beside.split_once('/').ok_or_else(|| wrong("this is not LESSON/VARIANT".to_owned()))?;
    let lesson = workshop.lessons.iter().find(|known| known.id.as_str() == lesson);
    let lesson = lesson.ok_or_else(|| wrong("there is no such lesson".to_owned()))?;
    let variant = VariantId::try_from(variant.to_owned()).map_err(wrong)?;
    let again = format!("cargo xtask lesson {} --app all --record", lesson.number);
    let run: LessonReport = recorded(&workshop.root, &recorded_path(lesson.number, lesson.id.as_str()), &again)?;
    matrix.beside(&run.results, &variant).map_err(wrong)
}

/// Where a lesson's recorded run is kept, relative to the repository.
pub fn recorded_path(number: u32, id: &str) -> String {
    format!("lessons/{number:02}-{id}/recorded.json")
}

fn recorded<T: DeserializeOwned>(root: &Path, shown: &str, again: &str) -> Result<T> {
    let text = read(&root.join(shown))?;
    serde_json::from_str(&text).map_err(|e| {
        Problem::new(ErrorId::Manifest, format!("{shown}: {e}.")).next(format!("{again}    writes it again"))
    })
}

/// The first marker that begins with this word, with what stands behind it.
fn named(text: &str, word: &str) -> Option<String> {
    let found = text.lines().filter_map(|line| line.strip_prefix("<!-- generated: ")?.strip_suffix(" -->"));
    found.filter(|marker| marker.split(' ').next() == Some(word)).map(str::to_owned).next()
}

fn opening(marker: &str) -> String {
    format!("<!-- generated: {marker} -->")
}

/// Replaces what stands between a marker's opening and the next closing line.
fn replace(text: &str, marker: &str, new: &str, path: &str) -> Result<String> {
    const CLOSING: &str = "<!-- /generated -->";
    let opening = opening(marker);
    let start = text.find(&opening).map(|at| at + opening.len());
    let end = start.and_then(|start| text[start..].find(CLOSING).map(|at| start + at));
    let (Some(start), Some(end)) = (start, end) else {
        return Err(Problem::new(ErrorId::TestFailed, format!("{path}: {opening} has no {CLOSING} behind it.")));
    };
    Ok(format!("{}\n{}\n{}", &text[..start], new.trim_end(), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_with_what_stands_behind_its_word() {
        let text = "a\n<!-- generated: compared -->\n<!-- generated: compare x/y -->\n";
        assert_eq!(named(text, "compare").as_deref(), Some("compare x/y"));
        assert_eq!(named("<!-- generated: compare -->", "compare").as_deref(), Some("compare"));
        assert_eq!(named(text, "lesson"), None);
    }

    #[test]
    fn only_the_part_between_the_markers_changes() {
        let text = "a\n<!-- generated: x -->\nold\n<!-- /generated -->\nb\n";
        let new = replace(text, "x", "new\n", "f").unwrap();
        assert_eq!(new, "a\n<!-- generated: x -->\nnew\n<!-- /generated -->\nb\n");
        assert_eq!(replace(&new, "x", "new", "f").unwrap(), new);
        assert!(replace("<!-- generated: x -->", "x", "n", "f").is_err());
    }
}
