//! The folders of lessons: every file has its place, numbers are places in the course, answers fit their exercise.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::claim;
use crate::lesson::{Exercise, Lesson, WrongAnswer};
use crate::manifest;
use crate::model::VariantId;
use crate::scaffold::{CONTENTS, MARK, page_of};
use crate::workshop::{COURSE, Workshop};

/// One line a finding.
pub fn find(workshop: &Workshop) -> Vec<String> {
    let mut findings = numbers(&workshop.root);
    for lesson in &workshop.lessons {
        let folder = lesson.folder();
        let files = files(&workshop.root.join(&folder));
        findings.extend(files.iter().filter_map(|file| stray(workshop, lesson, file)));
        findings.extend(lesson.exercises.iter().flat_map(|exercise| answers(workshop, exercise)));
        findings.extend(published(workshop, lesson));
        findings.extend(unwritten(&workshop.root, files.iter().map(|file| format!("{folder}/{file}"))));
    }
    findings.extend(pages(workshop));
    for app in workshop.apps.values() {
        let dockerfiles = app.variant.keys().map(|variant| crate::workshop::dockerfile_path(app, variant));
        let manifest = format!("{}/app.toml", app.folder);
        findings.extend(unwritten(&workshop.root, dockerfiles.chain([manifest])));
    }
    findings
}

/// What was published and is measured here is shown and decided by the lesson; mistakes are shown somewhere in the course.
fn published(workshop: &Workshop, lesson: &Lesson) -> Vec<String> {
    let claims = claim::of(&workshop.root, lesson).map(|claims| claim::findings(&claims, lesson));
    let mistakes = claim::of_mistakes(&workshop.root, lesson)
        .map(|all| all.iter().flat_map(|mistake| mistake.findings(workshop)).collect());
    [claims, mistakes].into_iter().flat_map(|found| found.unwrap_or_else(|problem| vec![problem.fact])).collect()
}

/// Every lesson has a page in the book, which its contents list, and every page there has a lesson. Nothing where there is no
/// book.
fn pages(workshop: &Workshop) -> Vec<String> {
    let Ok(contents) = fs::read_to_string(workshop.root.join(CONTENTS)) else { return Vec::new() };
    let mut findings = Vec::new();
    let mut known = Vec::new();
    for lesson in &workshop.lessons {
        let page = page_of(&lesson.id);
        if !workshop.root.join(&page).is_file() {
            findings.push(format!("{} has no page: {page} is not there", lesson.folder()));
        } else if !contents.contains(&format!("(lessons/{}.md)", lesson.id)) {
            findings.push(format!("{page} is not in {CONTENTS}"));
        }
        findings.extend(unwritten(&workshop.root, [page.clone()]));
        known.push(page);
    }
    let folder = "book/src/lessons";
    let pages = names(&workshop.root.join(folder)).into_iter().map(|name| format!("{folder}/{name}"));
    findings.extend(pages.filter(|page| !known.contains(page)).map(|page| format!("{page} is the page of no lesson")));
    findings
}

/// Folders have the numbers of the course without a double, and are named so that they are found. A number that is missing is that of
/// a lesson which is not written yet.
fn numbers(root: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    let mut by_number: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for name in names(&root.join("lessons")) {
        let number = name.split_once('-').filter(|(number, _)| number.len() == 2).and_then(|(n, _)| n.parse().ok());
        let loaded = number.is_some() && root.join("lessons").join(&name).join("lesson.toml").is_file();
        match number.filter(|_| loaded) {
            Some(number) => by_number.entry(number).or_default().push(name),
            None => findings.push(format!("lessons/{name} is no lesson: it is not NN-name with a lesson.toml in it")),
        }
    }
    for (number, names) in by_number.iter().filter(|(number, _)| !(1..=COURSE).contains(*number)) {
        findings.push(format!("lessons/{} has the number {number}; the course has lessons 1 to {COURSE}", names[0]));
    }
    let doubles = by_number.values().filter(|names| names.len() > 1);
    findings.extend(doubles.map(|names| format!("lessons/{} have the same number", names.join(" and lessons/"))));
    findings
}

/// What is wrong with a file's place in its lesson; `None` where it belongs there.
fn stray(workshop: &Workshop, lesson: &Lesson, file: &str) -> Option<String> {
    let shown = format!("{}/{file}", lesson.folder());
    if matches!(file, "lesson.toml" | "recorded.json" | "README.md")
        || claim::FILES.contains(&file)
        || is_taken(lesson, &shown)
    {
        return None;
    }
    if let Some(exercise) = lesson.exercises.iter().find(|exercise| is_part(exercise, &shown)) {
        return of_exercise(exercise, &shown);
    }
    let parts: Vec<&str> = file.split('/').collect();
    match parts.as_slice() {
        ["exercise" | "exercises" | "solution" | "wrong", ..] => {
            Some(format!("{shown} belongs to an exercise, and there is no such exercise.toml"))
        }
        ["apps", app, _, ..] if lesson.guests.contains_key(*app) => None,
        [app, _] if workshop.apps.contains_key(*app) || lesson.guests.contains_key(*app) => {
            let file = shown.strip_suffix(".dockerignore").unwrap_or(&shown);
            let is = |path: &String| path == file;
            let of = lesson.own.iter().filter(|(_, apps)| apps.values().any(is)).map(|(variant, _)| variant);
            let variants: Vec<&VariantId> = of.collect();
            if variants.is_empty() {
                return Some(format!("{shown} is no variant of {}/lesson.toml", lesson.folder()));
            }
            let used = lesson.all_variants().into_iter().any(|used| variants.contains(&used));
            (!used).then(|| format!("{shown} is used by no table and no step of its lesson"))
        }
        _ => Some(format!("{shown} belongs to nothing")),
    }
}

/// Whether a variant of the lesson has a file in its build context.
fn is_taken(lesson: &Lesson, shown: &str) -> bool {
    let of_lesson = lesson.files.values().flatten();
    let of_exercises = lesson.exercises.iter().flat_map(|exercise| &exercise.file);
    let taken = of_lesson.chain(of_exercises).filter_map(|file| file.from.as_deref());
    let mine = lesson.exercises.iter().map(|exercise| &exercise.mine);
    let contexts = lesson.variant.values().chain(mine).filter_map(|variant| variant.context.as_deref());
    taken.chain(contexts).any(|path| shown == path || shown.starts_with(&format!("{path}/")))
}

/// Whether a file lies where the files of an exercise do.
fn is_part(exercise: &Exercise, shown: &str) -> bool {
    let folders =
        [exercise.shipped.clone(), format!("{}/solution", exercise.folder), format!("{}/wrong", exercise.folder)];
    folders.into_iter().any(|folder| shown.starts_with(&format!("{folder}/")))
}

fn of_exercise(exercise: &Exercise, shown: &str) -> Option<String> {
    let below = |folder: &str| shown.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    let answer = ["solution", "wrong"].into_iter().find_map(|kind| below(&format!("{}/{kind}", exercise.folder)));
    let parts: Vec<&str> = answer.or_else(|| below(&exercise.shipped)).unwrap_or_default().split('/').collect();
    let app = match (answer, parts.as_slice()) {
        (None, ["exercise.toml"]) | (Some(_), [_, "answer.toml"]) => return None,
        (None, [app, _, ..]) | (Some(_), [_, app, _, ..]) => app,
        _ => return Some(format!("{shown} belongs to nothing")),
    };
    let known = exercise.apps.iter().any(|known| known.as_str() == *app);
    (!known).then(|| format!("{shown} is for {app}, for which the exercise has no Dockerfile"))
}

/// An answer has a Dockerfile for at least one app; a wrong one says which rules of the exercise it breaks.
fn answers(workshop: &Workshop, exercise: &Exercise) -> Vec<String> {
    let mut findings = Vec::new();
    for kind in ["solution", "wrong"] {
        for name in names(&workshop.root.join(&exercise.folder).join(kind)) {
            let folder = format!("{}/{kind}/{name}", exercise.folder);
            if !files(&workshop.root.join(&folder)).iter().any(|file| file.ends_with("/Dockerfile")) {
                findings.push(format!("{folder}/ has a Dockerfile for no app"));
            }
            if kind == "wrong" {
                findings.extend(known_wrong(workshop, exercise, &name));
            }
        }
    }
    findings
}

fn known_wrong(workshop: &Workshop, exercise: &Exercise, name: &str) -> Option<String> {
    let shown = format!("{}/wrong/{name}/answer.toml", exercise.folder);
    let known: WrongAnswer = match manifest::load(&workshop.root.join(&shown), &shown) {
        Ok(known) => known,
        Err(problem) => return Some(problem.fact),
    };
    if known.fails.is_empty() {
        return Some(format!("{shown} breaks no rule, so it is not wrong"));
    }
    let rules: Vec<&str> =
        exercise.expect.iter().map(|expect| expect.rule.name()).chain(["build", "healthy"]).collect();
    let unknown = known.fails.iter().find(|rule| !rules.contains(&rule.as_str()))?;
    Some(format!("{shown} fails `{unknown}`, which is no rule of its exercise"))
}

/// Files that still have words to be written.
fn unwritten(root: &Path, files: impl IntoIterator<Item = String>) -> Vec<String> {
    let line = |path: &String| {
        let text = fs::read_to_string(root.join(path)).unwrap_or_default();
        text.lines().position(|line| line.contains(MARK)).map(|index| index + 1)
    };
    let found = files.into_iter().filter_map(|path| line(&path).map(|line| (path, line)));
    found.map(|(path, line)| format!("{path}:{line} has words that are still to be written")).collect()
}

/// Paths of all files below a folder, relative to it, sorted.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            found.push(name);
        }
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}
