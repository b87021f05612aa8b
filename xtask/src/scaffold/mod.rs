//! Begins a lesson, an exercise, an app or a rung: files that load and that `cargo xtask tidy` finds nothing wrong with, but
//! for the words that are still to be written.

use std::fs;

use crate::error::{self, ErrorId, Problem, Result};
use crate::model::{AppId, LessonId, RungId};
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

/// A lesson behind the last one, with its page where the repository has a book. Returns the paths of what was written.
///
/// Errors: [`ErrorId::Usage`] for a name that is none, [`ErrorId::AlreadyThere`], [`ErrorId::File`].
pub fn lesson(workshop: &Workshop, name: &str) -> Result<Vec<String>> {
    let id = LessonId::try_from(name.to_owned()).map_err(|why| no_name(&why))?;
    if workshop.lessons.iter().any(|lesson| lesson.id == id) {
        return Err(Problem::new(ErrorId::AlreadyThere, format!("There is a lesson `{id}` already.")));
    }
    let number = workshop.lessons.last().map_or(0, |last| last.number) + 1;
    let of_apps = |rung: &&RungId| workshop.apps.values().any(|app| app.rung.contains_key(*rung));
    let last = workshop.lessons.last().into_iter().flat_map(|lesson| &lesson.rungs);
    let mut rungs: Vec<&RungId> = last.filter(of_apps).collect();
    if rungs.is_empty() {
        rungs.extend(workshop.apps.values().take(1).map(|app| &app.check.rung));
    }
    let rungs = rungs.iter().map(|rung| format!("\"{rung}\"")).collect::<Vec<_>>().join(", ");
    let path = format!("lessons/{number:02}-{id}/lesson.toml");
    let mut files = vec![(path, LESSON.replace("{rungs}", &rungs))];
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

/// The exercise of a lesson for one app: what is shipped is the lesson's first rung, the right answer its last, and the wrong
/// one what is shipped.
///
/// Errors: [`ErrorId::UnknownLesson`], [`ErrorId::UnknownApp`], [`ErrorId::UnknownRung`] where the app has none of the
/// lesson's rungs, [`ErrorId::AlreadyThere`], [`ErrorId::File`].
pub fn exercise(workshop: &Workshop, lesson: &str, app: Option<&str>) -> Result<Vec<String>> {
    let lesson = workshop.lesson(lesson)?;
    let app = match app.or_else(|| workshop.apps.keys().next().map(AppId::as_str)) {
        Some(typed) => workshop.app(typed)?,
        None => return Err(Problem::new(ErrorId::NothingToRun, "There is no app to write an exercise for.")),
    };
    let mut read = |path: &str| workshop.dockerfile(path);
    let images = lesson.rungs.iter().filter_map(|rung| plan::of_lesson(app, rung, lesson, &mut read));
    let images: Vec<Image> = images.collect::<Result<_>>()?;
    let (Some(first), Some(last)) = (images.first(), images.last()) else {
        let fact = format!("{} has none of the rungs of lesson {}.", app.id, lesson.number);
        return Err(Problem::new(ErrorId::UnknownRung, fact));
    };
    let (shipped, right) = (text(workshop, &first.dockerfile)?, text(workshop, &last.dockerfile)?);
    let folder = lesson.folder();
    let manifest = EXERCISE.replace("{app}", app.id.as_str()).replace("{rung}", last.name.rung.as_str());
    let files = vec![
        (format!("{folder}/exercise/exercise.toml"), manifest),
        (format!("{folder}/exercise/{}/Dockerfile", app.id), shipped.clone()),
        (format!("{folder}/solution/first/{}/Dockerfile", app.id), right),
        (format!("{folder}/wrong/as-it-was/answer.toml"), ANSWER.to_owned()),
        (format!("{folder}/wrong/as-it-was/{}/Dockerfile", app.id), shipped),
    ];
    write(workshop, files)
}

/// An app with one rung.
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

/// A rung of an app: a copy of the Dockerfile the app is checked with, and a table in its manifest.
///
/// Errors: [`ErrorId::UnknownApp`], [`ErrorId::Usage`] for a name that is none, [`ErrorId::AlreadyThere`], [`ErrorId::File`].
pub fn rung(workshop: &Workshop, app: &str, name: &str) -> Result<Vec<String>> {
    let app = workshop.app(app)?;
    let id = RungId::try_from(name.to_owned()).map_err(|why| no_name(&why))?;
    if app.rung.contains_key(&id) {
        return Err(Problem::new(ErrorId::AlreadyThere, format!("{} has a rung `{id}` already.", app.id)));
    }
    let copied = text(workshop, &workshop::dockerfile_path(&app.id, &app.check.rung))?;
    let path = workshop::dockerfile_path(&app.id, &id);
    let mut written = write(workshop, vec![(path, format!("# {MARK}: what this rung does otherwise.\n{copied}"))])?;
    // The manifest is the author's: it grows at its end, and nothing in it moves.
    let manifest = format!("{}/app.toml", app.folder());
    let grown = text(workshop, &manifest)?.trim_end().to_owned();
    let grown = format!("{grown}\n\n[rung.{id}]\nsummary = \"{MARK}: what it does, one sentence.\"\n");
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
