//! Begins a lesson, an exercise, an app or a variant: files that load and that `cargo xtask tidy` finds nothing wrong with, but
//! for the words that are still to be written.

use std::fs;

use crate::error::{self, ErrorId, Problem, Result};
use crate::model::{AppId, LessonId, VariantId};
use crate::plan::{self, Image};
use crate::workshop::{self, Workshop};

/// Stands where words are still to be written.
pub const MARK: &str = "TO WRITE";

const LESSON: &str = include_str!("lesson.toml");
const PAGE: &str = include_str!("page.md");
const EXERCISE: &str = include_str!("exercise.toml");
const ANSWER: &str = include_str!("answer.toml");
const APP: &str = include_str!("app.toml");
const DOCKERFILE: &str = include_str!("naive.Dockerfile");

/// The book's table of contents, relative to the repository.
pub const CONTENTS: &str = "book/src/SUMMARY.md";

/// Files to be written: path relative to the repository, and content.
type Files = Vec<(String, String)>;

/// A lesson with the first number that is free, with its page where the repository has a book. Returns the paths of what was written.
///
/// Errors: [`ErrorId::Usage`] for a name that is none, [`ErrorId::AlreadyThere`], [`ErrorId::File`].
pub fn lesson(workshop: &Workshop, name: &str) -> Result<Vec<String>> {
    let id = LessonId::try_from(name.to_owned()).map_err(|why| no_name(&why))?;
    if workshop.lessons.iter().any(|lesson| lesson.id == id) {
        return Err(Problem::new(ErrorId::AlreadyThere, format!("There is a lesson `{id}` already.")));
    }
    let is_free = |number: &u32| workshop.lessons.iter().all(|lesson| lesson.number != *number);
    let last = workshop.lessons.last().map_or(0, |last| last.number);
    let number = (1..=last).find(is_free).unwrap_or(last + 1);
    let of_apps = |variant: &&VariantId| workshop.apps.values().any(|app| app.variant.contains_key(*variant));
    let last = workshop.lessons.last().into_iter().flat_map(|lesson| &lesson.variants);
    let mut variants: Vec<&VariantId> = last.filter(of_apps).collect();
    if variants.is_empty() {
        variants.extend(workshop.apps.values().take(1).map(|app| &app.check.variant));
    }
    let variants = variants.iter().map(|variant| format!("\"{variant}\"")).collect::<Vec<_>>().join(", ");
    let path = format!("lessons/{number:02}-{id}/lesson.toml");
    let mut files = vec![(path, LESSON.replace("{variants}", &variants))];
    let contents = workshop.root.join(CONTENTS);
    if !contents.is_file() {
        return write(workshop, files);
    }
    files.push((page_of(&id), PAGE.replace("{id}", id.as_str())));
    let mut written = write(workshop, files)?;
    // The contents are the author's: a line is added behind the last lesson's, and nothing else moves.
    let listed = text(workshop, CONTENTS)?;
    let mut lines: Vec<String> = listed.lines().map(str::to_owned).collect();
    let last = lines.iter().rposition(|line| line.starts_with("- ") && line.contains("](lessons/"));
    lines.insert(last.map_or(lines.len(), |last| last + 1), format!("- [{MARK}](lessons/{id}.md)"));
    fs::write(&contents, lines.join("\n") + "\n").map_err(|e| error::io("write", &contents, &e))?;
    written.push(CONTENTS.to_owned());
    Ok(written)
}

/// The page of a lesson in the book, relative to the repository.
pub fn page_of(lesson: &LessonId) -> String {
    format!("book/src/lessons/{lesson}.md")
}

/// The exercise of a lesson for one app: what is shipped is the lesson's first variant, the right answer its last, and the wrong
/// one what is shipped.
///
/// Errors: [`ErrorId::UnknownLesson`], [`ErrorId::UnknownApp`], [`ErrorId::UnknownVariant`] where the app has none of the
/// lesson's variants, [`ErrorId::AlreadyThere`], [`ErrorId::File`].
pub fn exercise(workshop: &Workshop, lesson: &str, app: Option<&str>) -> Result<Vec<String>> {
    let lesson = workshop.lesson(lesson)?;
    let app = match app.or_else(|| workshop.apps.keys().next().map(AppId::as_str)) {
        Some(typed) => workshop.app(typed)?,
        None => return Err(Problem::new(ErrorId::NothingToRun, "There is no app to write an exercise for.")),
    };
    let mut read = |path: &str| workshop.dockerfile(path);
    let mut images: Vec<Image> = Vec::new();
    for variant in &lesson.variants {
        images.extend(plan::of_lesson(app, variant, lesson, &mut read)?);
    }
    let (Some(first), Some(last)) = (images.first(), images.last()) else {
        let fact = format!("{} has none of the variants of lesson {}.", app.id, lesson.number);
        return Err(Problem::new(ErrorId::UnknownVariant, fact));
    };
    let (shipped, right) = (first.dockerfile.text.clone(), last.dockerfile.text.clone());
    let folder = lesson.folder();
    let manifest = EXERCISE.replace("{app}", app.id.as_str()).replace("{variant}", last.name.variant.as_str());
    let files = vec![
        (format!("{folder}/exercise/exercise.toml"), manifest),
        (format!("{folder}/exercise/{}/Dockerfile", app.id), shipped.clone()),
        (format!("{folder}/solution/first/{}/Dockerfile", app.id), right),
        (format!("{folder}/wrong/as-it-was/answer.toml"), ANSWER.to_owned()),
        (format!("{folder}/wrong/as-it-was/{}/Dockerfile", app.id), shipped),
    ];
    write(workshop, files)
}

/// An app with one variant.
///
/// Errors: [`ErrorId::Usage`] for a name that is none, [`ErrorId::AlreadyThere`], [`ErrorId::File`].
pub fn app(workshop: &Workshop, name: &str) -> Result<Vec<String>> {
    let id = AppId::try_from(name.to_owned()).map_err(|why| no_name(&why))?;
    let files = vec![
        (format!("apps/{id}/app.toml"), APP.replace("{app}", id.as_str())),
        (format!("apps/{id}/naive.Dockerfile"), DOCKERFILE.to_owned()),
    ];
    write(workshop, files)
}

/// A variant of an app: a copy of the Dockerfile the app is checked with, and a table in its manifest.
///
/// Errors: [`ErrorId::UnknownApp`], [`ErrorId::Usage`] for a name that is none, [`ErrorId::AlreadyThere`], [`ErrorId::File`].
pub fn variant(workshop: &Workshop, app: &str, name: &str) -> Result<Vec<String>> {
    let app = workshop.app(app)?;
    let id = VariantId::try_from(name.to_owned()).map_err(|why| no_name(&why))?;
    if app.variant.contains_key(&id) {
        return Err(Problem::new(ErrorId::AlreadyThere, format!("{} has a variant `{id}` already.", app.id)));
    }
    let copied = text(workshop, &workshop::dockerfile_path(app, &app.check.variant))?;
    let path = workshop::dockerfile_path(app, &id);
    let mut written = write(workshop, vec![(path, format!("# {MARK}: what this variant does otherwise.\n{copied}"))])?;
    // The manifest is the author's: it grows at its end, and nothing in it moves.
    let manifest = format!("{}/app.toml", app.folder);
    let grown = text(workshop, &manifest)?.trim_end().to_owned();
    let grown = format!("{grown}\n\n[variant.{id}]\nsummary = \"{MARK}: what it does, one sentence.\"\n");
    let path = workshop.root.join(&manifest);
    fs::write(&path, grown).map_err(|e| error::io("write", &path, &e))?;
    written.push(manifest);
    Ok(written)
}

fn no_name(why: &str) -> Problem {
    Problem::new(ErrorId::Usage, format!("{why}."))
}

fn text(workshop: &Workshop, path: &str) -> Result<String> {
    let path = workshop.root.join(path);
    fs::read_to_string(&path).map_err(|e| error::io("read", &path, &e))
}

/// Writes files that are not there yet; none of them when one is.
fn write(workshop: &Workshop, files: Files) -> Result<Vec<String>> {
    if let Some((path, _)) = files.iter().find(|(path, _)| workshop.root.join(path).exists()) {
        return Err(Problem::new(ErrorId::AlreadyThere, format!("{path} is there already.")));
    }
    for (path, content) in &files {
        let path = workshop.root.join(path);
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder).map_err(|e| error::io("create", folder, &e))?;
        fs::write(&path, content).map_err(|e| error::io("write", &path, &e))?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}
