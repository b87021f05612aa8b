//! Loads lessons with their guests and exercises, and finds where their files lie.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::check::Checker;
use super::{folders, load_app, suggest};
use crate::error::{ErrorId, Problem, Result};
use crate::lesson::{Exercise, Lesson};
use crate::manifest::Source;
use crate::model::{App, AppId, Contract, ExerciseId, ExtraFile, LessonId, Variant, VariantId};

/// Every lesson in `lessons/`, in teaching order.
pub(super) fn load(root: &Path, apps: &BTreeMap<AppId, App>, contract: &Arc<Contract>) -> Result<Vec<Lesson>> {
    let mut lessons: Vec<Lesson> = Vec::new();
    for (name, shown) in folders(root, "lessons")? {
        let Some((number, id)) = numbered(&name) else { continue };
        let source = Source::read(root, &format!("{shown}/lesson.toml"))?;
        let mut lesson = Lesson { id, number, ..source.parse()? };
        if root.join(&shown).join("apps").is_dir() {
            for (name, folder) in folders(root, &format!("{shown}/apps"))? {
                let Ok(id) = AppId::try_from(name) else { continue };
                lesson.guests.insert(id.clone(), load_app(root, id, &folder, contract)?);
            }
        }
        for files in lesson.files.values_mut() {
            for file in files {
                at(file, &shown);
            }
        }
        let all: BTreeMap<&AppId, &App> = apps.iter().chain(&lesson.guests).collect();
        lesson.own = own(&lesson.variant, root, &shown, &all);
        for variant in lesson.variant.values_mut() {
            variant.context = variant.context.take().map(|context| format!("{shown}/{context}"));
        }
        let checker = Checker { lesson: &lesson, apps: &all, root };
        checker.lesson(&source)?;
        let mut exercises = Vec::new();
        for (id, folder, shipped) in exercise_folders(root, &shown)? {
            let source = Source::read(root, &format!("{shipped}/exercise.toml"))?;
            let exercise = exercise(root, id, folder, shipped, &all, &source)?;
            checker.exercise(&exercise, &source)?;
            exercises.push(exercise);
        }
        lesson.exercises = exercises;
        lessons.push(lesson);
    }
    lessons.sort_by_key(|lesson| lesson.number);
    for lesson in &lessons {
        for need in &lesson.needs {
            if !lessons.iter().any(|other| other.id == *need) {
                let fact = format!("{}/lesson.toml needs the lesson `{need}`, which does not exist.", lesson.folder());
                let known = lessons.iter().map(|lesson| lesson.id.as_str());
                return Err(suggest(Problem::new(ErrorId::Manifest, fact), need.as_str(), known));
            }
        }
    }
    Ok(lessons)
}

/// Splits `01-two-stages` into number and id.
fn numbered(folder: &str) -> Option<(u32, LessonId)> {
    let (number, id) = folder.split_once('-')?;
    Some((number.parse().ok()?, LessonId::try_from(id.to_owned()).ok()?))
}

/// Makes the path of what a file takes its content from relative to the repository.
fn at(file: &mut ExtraFile, lesson: &str) {
    file.from = file.from.take().map(|from| format!("{lesson}/{from}"));
}

/// Where the Dockerfile of each variant of the lesson's own lies, for the apps that have one: in the lesson's folder of the app,
/// or else beside the app's own, where the variant builds another target of it or gives it other arguments.
fn own(
    variants: &BTreeMap<VariantId, Variant>,
    root: &Path,
    lesson: &str,
    apps: &BTreeMap<&AppId, &App>,
) -> BTreeMap<VariantId, BTreeMap<AppId, String>> {
    let of = |id: &VariantId, variant: &Variant| {
        let name = variant.dockerfile.clone().unwrap_or_else(|| format!("{id}.Dockerfile"));
        let file_of = |app: &App| {
            let places = [format!("{lesson}/{}/{name}", app.id), format!("{}/{name}", app.folder)];
            // A file of the app's that nobody named is another variant's.
            let places = places.into_iter().take(if variant.dockerfile.is_some() { 2 } else { 1 });
            places.into_iter().find(|path| root.join(path).is_file())
        };
        apps.values().filter_map(|app| Some((app.id.clone(), file_of(app)?))).collect()
    };
    variants.iter().map(|(id, variant)| (id.clone(), of(id, variant))).collect()
}

/// The exercises of a lesson: id, folder of its answers, folder of what is shipped. `exercise/` is the only one; several lie in
/// `exercises/<id>/`.
fn exercise_folders(root: &Path, lesson: &str) -> Result<Vec<(ExerciseId, String, String)>> {
    if root.join(lesson).join("exercise/exercise.toml").is_file() {
        return Ok(vec![(crate::lesson::only(), lesson.to_owned(), format!("{lesson}/exercise"))]);
    }
    let several = format!("{lesson}/exercises");
    if !root.join(&several).is_dir() {
        return Ok(Vec::new());
    }
    let all = folders(root, &several)?.into_iter().filter(|(_, path)| root.join(path).join("exercise.toml").is_file());
    let known = all.filter_map(|(name, path)| Some((ExerciseId::try_from(name).ok()?, path.clone(), path)));
    Ok(known.collect())
}

fn exercise(
    root: &Path,
    id: ExerciseId,
    folder: String,
    shipped: String,
    apps: &BTreeMap<&AppId, &App>,
    source: &Source,
) -> Result<Exercise> {
    let lesson = folder.split("/exercises/").next().unwrap_or(&folder).to_owned();
    let mut exercise = Exercise { id, folder, shipped, ..source.parse()? };
    let there = |app: &AppId| root.join(&exercise.shipped).join(app.as_str()).join("Dockerfile").is_file();
    exercise.apps = apps.keys().filter(|app| there(app)).map(|app| (*app).clone()).collect();
    exercise.apps.sort_by_key(|app| *app != exercise.first);
    for file in &mut exercise.file {
        at(file, &lesson);
    }
    exercise.mine.context = exercise.mine.context.take().map(|context| format!("{lesson}/{context}"));
    for expect in &mut exercise.expect {
        // An exercise is about one image.
        expect.variant.get_or_insert_with(VariantId::mine);
    }
    Ok(exercise)
}
