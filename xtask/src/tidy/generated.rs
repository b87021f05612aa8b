//! Text that is generated from recorded runs into hand-written files, between two marker lines.

use std::path::Path;

use super::read;
use crate::error::{ErrorId, Problem, Result};
use crate::model::LessonReport;
use crate::report;
use crate::workshop::Workshop;

/// A file with its generated parts up to date.
pub struct Generated {
    /// Path relative to the repository.
    pub path: &'static str,
    /// The whole file as it should be.
    pub content: String,
}

/// Everything that holds generated text.
pub fn files(workshop: &Workshop) -> Result<Vec<Generated>> {
    let path = "README.md";
    let mut content = read(&workshop.root.join(path))?;
    for lesson in &workshop.lessons {
        let marker = format!("lesson {}", lesson.id);
        if content.contains(&opening(&marker)) {
            let recorded = recorded(&workshop.root, lesson.number, lesson.id.as_str())?;
            let rungs = lesson.rungs.clone();
            content = replace(&content, &marker, &report::markdown(&rungs, &recorded), path)?;
        }
    }
    Ok(vec![Generated { path, content }])
}

/// Where a lesson's recorded run is kept, relative to the repository.
pub fn recorded_path(number: u32, id: &str) -> String {
    format!("lessons/{number:02}-{id}/recorded.json")
}

fn recorded(root: &Path, number: u32, id: &str) -> Result<LessonReport> {
    let shown = recorded_path(number, id);
    let text = read(&root.join(&shown))?;
    serde_json::from_str(&text).map_err(|e| {
        Problem::new(ErrorId::Manifest, format!("{shown}: {e}."))
            .next(format!("cargo xtask lesson {number} --app all --record    writes it anew"))
    })
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
    fn only_the_part_between_the_markers_changes() {
        let text = "a\n<!-- generated: x -->\nold\n<!-- /generated -->\nb\n";
        let new = replace(text, "x", "new\n", "f").unwrap();
        assert_eq!(new, "a\n<!-- generated: x -->\nnew\n<!-- /generated -->\nb\n");
        assert_eq!(replace(&new, "x", "new", "f").unwrap(), new);
        assert!(replace("<!-- generated: x -->", "x", "n", "f").is_err());
    }
}
