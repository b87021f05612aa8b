//! Loads lessons and their exercises, and says where a manifest contradicts what is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{folders, suggest};
use crate::error::{ErrorId, Problem, Result};
use crate::manifest;
use crate::model::{App, AppId, Exercise, Expect, Lesson, LessonId, MINE, Step, VariantId};

/// Every lesson in `lessons/`, in teaching order.
pub(super) fn load(root: &Path, apps: &BTreeMap<AppId, App>) -> Result<Vec<Lesson>> {
    let mut lessons: Vec<Lesson> = Vec::new();
    for (name, shown) in folders(root, "lessons")? {
        let Some((number, id)) = numbered(&name) else { continue };
        let manifest = Manifest::read(root, &format!("{shown}/lesson.toml"))?;
        let mut lesson = Lesson { id, number, ..manifest.parse()? };
        lesson.own = own(&lesson, root, apps);
        check(&lesson, apps, &manifest)?;
        if root.join(&shown).join("exercise/exercise.toml").is_file() {
            lesson.exercise = Some(exercise(root, &shown, &lesson, apps)?);
        }
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

/// A manifest's text, kept to point into it.
struct Manifest {
    text: String,
    shown: String,
}

impl Manifest {
    fn read(root: &Path, shown: &str) -> Result<Self> {
        // Loading as a table checks size and syntax; the text is needed again for the place of a contradiction.
        let _: toml::Table = manifest::load(&root.join(shown), shown)?;
        let text = fs::read_to_string(root.join(shown)).unwrap_or_default();
        Ok(Self { text, shown: shown.to_owned() })
    }

    fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        manifest::parse(&self.text, &self.shown)
    }

    /// A complaint about the first place where `needle` stands, with the nearest of what would have been right.
    fn wrong<'a>(&self, needle: &str, message: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
        suggest(self.at(needle, message), needle, known)
    }

    /// A complaint about the first place where `needle` stands.
    fn at(&self, needle: &str, message: &str) -> Problem {
        manifest::contradiction(&self.text, &self.shown, needle, message)
    }

    /// How an expectation writes the name of a variant: the first key of a table of its own that has this value.
    fn quoted(&self, variant: &str) -> String {
        let value = format!("\"{variant}\"");
        let of_a_key = |line: &&str| line.split_once('=').is_some_and(|(_, after)| after.trim() == value);
        let line = self.text.lines().find(of_a_key);
        line.map_or(value.clone(), str::to_owned)
    }
}

/// Splits `01-two-stages` into number and id.
fn numbered(folder: &str) -> Option<(u32, LessonId)> {
    let (number, id) = folder.split_once('-')?;
    Some((number.parse().ok()?, LessonId::try_from(id.to_owned()).ok()?))
}

/// Which apps have a Dockerfile for each variant of the lesson's own.
fn own(lesson: &Lesson, root: &Path, apps: &BTreeMap<AppId, App>) -> BTreeMap<VariantId, Vec<AppId>> {
    let folder = root.join(lesson.folder());
    let of = |variant: &VariantId| {
        let there = |app: &&AppId| folder.join(app.as_str()).join(format!("{variant}.Dockerfile")).is_file();
        apps.keys().filter(there).cloned().collect()
    };
    lesson.variant.keys().map(|variant| (variant.clone(), of(variant))).collect()
}

/// A lesson may only name variants, apps, changes and groups of files that exist, and a step does exactly one thing.
fn check(lesson: &Lesson, apps: &BTreeMap<AppId, App>, manifest: &Manifest) -> Result<()> {
    let variants =
        || apps.values().flat_map(|app| app.variant.keys()).chain(lesson.variant.keys()).map(VariantId::as_str);
    for variant in lesson.all_variants() {
        let owned = lesson.own.get(variant).is_some_and(|apps| !apps.is_empty());
        if lesson.variant.contains_key(variant) && !owned {
            let message = format!("there is no {}/<app>/{variant}.Dockerfile", lesson.folder());
            return Err(manifest.wrong(variant.as_str(), &message, []));
        }
        if !owned && !apps.values().any(|app| app.variant.contains_key(variant)) {
            return Err(manifest.wrong(variant.as_str(), &format!("no app has a variant `{variant}`"), variants()));
        }
    }
    for app in lesson.apps.iter().chain(lesson.step.iter().flat_map(|step| &step.apps)) {
        if !apps.contains_key(app) {
            let known = apps.keys().map(AppId::as_str);
            return Err(manifest.wrong(app.as_str(), &format!("there is no app `{app}`"), known));
        }
    }
    for group in lesson.variant.values().flat_map(|variant| &variant.with) {
        if !lesson.files.contains_key(group) {
            let known = lesson.files.keys().map(String::as_str);
            return Err(manifest.wrong(group, &format!("the lesson has no files `{group}`"), known));
        }
    }
    for step in &lesson.step {
        check_step(step, manifest)?;
    }
    check_measured(lesson, manifest)?;
    check_expectations(&lesson.expect, apps, manifest)
}

/// Expectations are judged by what is measured: the variants of the table. About any other nothing would be said, and it would
/// look as if everything held.
fn check_measured(lesson: &Lesson, manifest: &Manifest) -> Result<()> {
    let measured = || lesson.variants.iter().map(VariantId::as_str);
    for expect in &lesson.expect {
        for variant in expect.variant().into_iter().chain(expect.compared_with()) {
            let place = manifest.quoted(variant.as_str());
            if !lesson.variants.contains(variant) {
                let message = format!(
                    "`{}` is judged by what `variants` lists, and `{variant}` is not among them",
                    expect.rule()
                );
                return Err(suggest(manifest.at(&place, &message), variant.as_str(), measured()));
            }
        }
    }
    Ok(())
}

fn check_step(step: &Step, manifest: &Manifest) -> Result<()> {
    match step.actions().as_slice() {
        [_] => Ok(()),
        [] => {
            Err(manifest.wrong(&step.title, "this step does nothing: it needs a key such as `table` or `inside`", []))
        }
        several => {
            let message = format!("a step does one thing, and this one has {}", several.join(" and "));
            Err(manifest.wrong(&step.title, &message, []))
        }
    }
}

fn check_expectations(expect: &[Expect], apps: &BTreeMap<AppId, App>, manifest: &Manifest) -> Result<()> {
    for expect in expect {
        if let Some(app) = expect.app().filter(|app| !apps.contains_key(app.as_str())) {
            let known = apps.keys().map(AppId::as_str);
            return Err(manifest.wrong(app.as_str(), &format!("there is no app `{app}`"), known));
        }
        let unlimited = match expect {
            Expect::StoredAtMost { bytes, times, of, .. } | Expect::ContextAtMost { bytes, times, of, .. } => {
                bytes.is_none() && (times.is_none() || of.is_none())
            }
            Expect::RebuildKeeps { run_share_at_most, new_share_at_most, .. } => {
                run_share_at_most.is_none() && new_share_at_most.is_none()
            }
            Expect::Absent { paths, packages, classes, .. } => {
                paths.is_empty() && packages.is_empty() && classes.is_empty()
            }
            _ => false,
        };
        if unlimited {
            return Err(manifest.wrong(expect.rule(), "this expectation has no limit that anything could exceed", []));
        }
    }
    Ok(())
}

/// Loads the exercise of a lesson.
fn exercise(root: &Path, folder: &str, lesson: &Lesson, apps: &BTreeMap<AppId, App>) -> Result<Exercise> {
    let manifest = Manifest::read(root, &format!("{folder}/exercise/exercise.toml"))?;
    let mut exercise: Exercise = manifest.parse()?;
    let there = |app: &&AppId| root.join(folder).join("exercise").join(app.as_str()).join("Dockerfile").is_file();
    exercise.apps = apps.keys().filter(there).cloned().collect();
    exercise.apps.sort_by_key(|app| *app != exercise.first);
    if exercise.apps.first() != Some(&exercise.first) {
        let message = format!("there is no {folder}/exercise/{}/Dockerfile", exercise.first);
        return Err(manifest.wrong(exercise.first.as_str(), &message, exercise.apps.iter().map(AppId::as_str)));
    }
    let of_lesson = |variant: &VariantId| {
        lesson.variant.contains_key(variant) || apps.values().any(|app| app.variant.contains_key(variant))
    };
    for expect in &exercise.expect {
        let named = expect.variant().into_iter().chain(expect.compared_with());
        if let Some(variant) = named.filter(|variant| variant.as_str() != MINE).find(|variant| !of_lesson(variant)) {
            return Err(manifest.wrong(variant.as_str(), &format!("there is no variant `{variant}`"), []));
        }
    }
    let rules: Vec<&str> = exercise.expect.iter().map(Expect::rule).chain(["build"]).collect();
    for hint in &exercise.hint {
        if !rules.contains(&hint.when.as_str()) {
            let message = format!("no expectation of this exercise has the rule `{}`", hint.when);
            return Err(manifest.wrong(&hint.when, &message, rules.iter().copied()));
        }
    }
    check_expectations(&exercise.expect, apps, &manifest)?;
    Ok(exercise)
}
