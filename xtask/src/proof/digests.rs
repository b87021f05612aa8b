//! Takes fingerprints: finds out what each proof depends on, and makes a digest of it.

use std::collections::{BTreeMap, BTreeSet};

use super::subject::{Proof, Runs, Subject, Trial};
use super::tree::{self, Inputs, Tree};
use super::watch::{self, CRATES, Counts, For, Uses};
use super::{Fingerprint, page, witness, words};
use crate::bases::{self, Recipes};
use crate::dockerfile::{self, Dockerfile, Source, Stage};
use crate::error::Result;
use crate::exercise::{Answer, Kind, Task};
use crate::lesson::{Action, Lesson, Step};
use crate::model::{App, Reference};
use crate::rules::{Expect, Need};
use crate::tool;
use crate::workshop::Workshop;

/// What a run wrote down, in a lesson's folder: no lesson depends on it.
const RECORDED: &str = "recorded.json";
/// Counts as the architecture in hashes of bases: what was proved on one holds for all.
const ANY: &str = "any";

/// What all fingerprints of a working copy have in common, read once.
#[derive(Debug)]
pub struct Digests<'a> {
    workshop: &'a Workshop,
    tree: &'a Tree,
    recipes: Recipes,
    /// Hashes of the recipes by the bases' names.
    bases: BTreeMap<String, String>,
    /// Digests of the program's source files, and of the crates it is built from, as they were when it began to run.
    sources: BTreeMap<String, String>,
    crates: String,
}

/// What one proof depends on.
struct Depends {
    /// The files that are its own.
    own: Inputs,
    /// Folders of apps.
    apps: BTreeSet<String>,
    /// Folders with Dockerfiles besides those of the apps.
    builds: Vec<String>,
    /// What it uses of the program.
    uses: Uses,
}

impl<'a> Digests<'a> {
    /// Reads what all fingerprints share.
    ///
    /// Errors: a recipe of a base that is not valid.
    pub fn open(workshop: &'a Workshop, tree: &'a Tree) -> Result<Self> {
        let recipes = Recipes::load(&workshop.root)?;
        let bases = bases::hashes(&recipes, ANY)?;
        let watched = tree.paths().filter(|path| watch::counts(path));
        let sources =
            watched.map(|path| Ok((path.to_owned(), tree.source(path)?))).collect::<Result<BTreeMap<_, _>>>()?;
        let lock = if tree.paths().any(|path| path == LOCK) { tree.text(LOCK)? } else { String::new() };
        Ok(Self { workshop, tree, recipes, bases, sources, crates: versions(&lock) })
    }

    /// The same for the files as they are now. The program stays what it was when it began to run.
    #[must_use]
    pub fn with<'b>(&self, tree: &'b Tree) -> Digests<'b>
    where
        'a: 'b,
    {
        let Self { recipes, bases, sources, crates, .. } = self;
        let (recipes, bases, sources) = (recipes.clone(), bases.clone(), sources.clone());
        Digests { workshop: self.workshop, tree, recipes, bases, sources, crates: crates.clone() }
    }

    /// The fingerprint that a proof has.
    ///
    /// Errors: [`crate::error::ErrorId::File`].
    pub fn of(&self, proof: &Proof<'_>) -> Result<Fingerprint> {
        let depends = self.depends(proof)?;
        Ok(Fingerprint {
            app: self.apps(&depends)?,
            bases: self.bases(&depends)?,
            code: self.code(&depends.uses, Counts::Some),
            core: self.code(&depends.uses, Counts::All),
            own: depends.own.digest(),
        })
    }

    /// What a proof shows of the program; see [`witness`].
    ///
    /// Errors: [`crate::error::ErrorId::File`].
    pub fn shown_by(&self, proof: &Proof<'_>) -> Result<BTreeSet<String>> {
        Ok(witness::shown_by(&proof.subject, &self.depends(proof)?.uses))
    }

    fn depends(&self, proof: &Proof<'_>) -> Result<Depends> {
        match &proof.subject {
            Subject::Lesson(lesson, app) => self.lesson(lesson, app),
            Subject::Answer(task, answer) => self.answer(task, answer),
            Subject::Page(commands) => self.page(commands),
            Subject::Trial(trial) => self.trial(trial),
            Subject::Check(app) | Subject::Contract(app) => Ok(of_app(app, &[For::Everything, For::Apps])),
        }
    }

    fn lesson(&self, lesson: &Lesson, app: &App) -> Result<Depends> {
        let (folder, mut own) = (lesson.folder(), Inputs::default());
        own.manifest(self.tree, &format!("{folder}/lesson.toml"), "lesson.toml", words::LESSON)?;
        self.files_of(lesson, app, &mut own)?;
        let applies = |expect: &&Expect| expect.app.as_ref().is_none_or(|only| *only == app.id);
        let takes = |step: &&Step| step.apps.is_empty() || step.apps.contains(&app.id);
        let uses = Uses {
            whole: &[For::Everything, For::Lessons],
            rules: lesson.expect.iter().filter(applies).map(rule).collect(),
            steps: lesson.step.iter().filter(takes).map(|step| step.action.name().to_owned()).collect(),
            tools: lesson
                .step
                .iter()
                .filter(takes)
                .filter_map(asked)
                .chain(lesson.expect.iter().filter(applies).flat_map(tools))
                .collect(),
            ..Uses::default()
        };
        let apps = BTreeSet::from([app.folder.clone()]);
        Ok(Depends { own, apps, builds: vec![format!("{folder}/{}", app.id)], uses })
    }

    /// What a lesson holds for an app: its files for that app and for all of them, neither exercises nor what runs wrote.
    fn files_of(&self, lesson: &Lesson, app: &App, own: &mut Inputs) -> Result<()> {
        let folder = lesson.folder();
        let is_others = |top: &str| {
            let of_another_app = top != app.id.as_str() && self.workshop.apps.contains_key(top);
            of_another_app || APART.contains(&top)
        };
        for path in self.tree.below(&folder) {
            let name = &path[folder.len() + 1..];
            if !is_others(name.split('/').next().unwrap_or(name)) {
                own.file(self.tree, path, name)?;
            }
        }
        // A build context may lie anywhere.
        let outside = lesson.variant.values().filter_map(|variant| variant.context.as_deref());
        for context in outside.filter(|context| !context.starts_with(&folder)) {
            own.folder(self.tree, context, context)?;
        }
        Ok(())
    }

    fn answer(&self, task: &Task<'_>, answer: &Answer) -> Result<Depends> {
        let (folder, app, mut own) = (task.lesson.folder(), task.app, Inputs::default());
        own.manifest(self.tree, &format!("{folder}/lesson.toml"), "lesson.toml", words::LESSON_FOR_EXERCISE)?;
        let manifest = format!("{}/exercise.toml", task.exercise.shipped);
        own.manifest(self.tree, &manifest, "exercise.toml", words::EXERCISE)?;
        if let Kind::Wrong(name, _) = &answer.kind {
            let manifest = format!("{}/wrong/{name}/answer.toml", task.exercise.folder);
            own.manifest(self.tree, &manifest, "answer.toml", words::ANSWER)?;
        }
        own.folder(self.tree, &answer.folder, "answer")?;
        // It may be compared with what the lesson builds.
        self.files_of(task.lesson, app, &mut own)?;
        let rules = task.expect().map(rule).collect();
        let tools = task.expect().flat_map(tools).collect();
        let uses = Uses { whole: &[For::Everything, For::Exercises], rules, tools, ..Uses::default() };
        let builds = vec![answer.folder.clone(), format!("{folder}/{}", app.id)];
        Ok(Depends { own, apps: BTreeSet::from([app.folder.clone()]), builds, uses })
    }

    /// The commands, every lesson and app they name, and of the program what these use.
    fn page(&self, commands: &page::Commands) -> Result<Depends> {
        let mut own = Inputs::default();
        own.add("commands", commands.blocks.join("\n\n").as_bytes());
        let called = commands.of_program();
        // Plain docker commands depend on files alone.
        let whole: &[For] =
            if called.is_empty() { &[For::Pages] } else { &[For::Pages, For::Everything, For::Exercises] };
        let mut uses = Uses { whole, commands: called, ..Uses::default() };
        let lessons = commands.lessons(&self.workshop.lessons);
        let of_lessons = lessons.iter().flat_map(|lesson| lesson.guests.values());
        let mut apps = commands.apps(self.workshop.apps.values().chain(of_lessons));
        if apps.is_empty() && !lessons.is_empty() {
            // A lesson without a language is one in all languages.
            apps.extend(self.workshop.apps.values());
        }
        let mut builds = Vec::new();
        for lesson in lessons {
            for app in &apps {
                let of_lesson = self.lesson(lesson, app)?;
                own.add(&format!("{}/{}", lesson.id, app.id), of_lesson.own.digest().as_bytes());
                uses.rules.extend(of_lesson.uses.rules);
                uses.steps.extend(of_lesson.uses.steps);
                uses.tools.extend(of_lesson.uses.tools);
                builds.extend(of_lesson.builds);
            }
            // Pages take what is shipped, and known answers, as learners' files.
            for exercise in &lesson.exercises {
                for folder in [exercise.folder.as_str(), exercise.shipped.as_str()] {
                    for path in self.tree.below(folder).filter(|path| is_of_answers(path, &apps)) {
                        own.file(self.tree, path, &format!("{}/{}", lesson.id, &path[lesson.folder().len() + 1..]))?;
                    }
                }
                uses.rules.extend(exercise.expect.iter().map(rule));
            }
        }
        Ok(Depends { own, apps: apps.into_iter().map(|app| app.folder.clone()).collect(), builds, uses })
    }

    /// The program as a whole, and what it runs: a lesson in all languages, or a workshop of its own.
    fn trial(&self, trial: &'static Trial) -> Result<Depends> {
        let commands = trial.commands.iter().map(|command| (*command).to_owned()).collect();
        let mut uses = Uses { whole: &[For::Everything], trial: Some(trial.name), commands, ..Uses::default() };
        let (mut own, mut apps, mut builds) = (Inputs::default(), BTreeSet::new(), Vec::new());
        if let Runs::Workshop(folder) = trial.runs {
            own.folder(self.tree, folder, "workshop")?;
            builds.push(folder.to_owned());
            uses.rules.extend(self.sources.keys().filter_map(|path| watch::rule(path)));
            uses.steps.extend(self.sources.keys().filter_map(|path| watch::step(path)));
            uses.tools.extend(tool::names().map(str::to_owned));
        }
        let runs = |lesson: &&Lesson| trial.runs == Runs::FirstLesson && lesson.number == 1;
        for lesson in self.workshop.lessons.iter().filter(runs) {
            for app in lesson.apps_of(&self.workshop.apps) {
                let of_lesson = self.lesson(lesson, app)?;
                own.add(app.id.as_str(), of_lesson.own.digest().as_bytes());
                uses.rules.extend(of_lesson.uses.rules);
                uses.steps.extend(of_lesson.uses.steps);
                uses.tools.extend(of_lesson.uses.tools);
                apps.extend(of_lesson.apps);
                builds.extend(of_lesson.builds);
            }
        }
        Ok(Depends { own, apps, builds, uses })
    }

    /// All that git knows of the apps, since their builds may copy any of it, but for what they say to people; and what they must
    /// answer.
    fn apps(&self, depends: &Depends) -> Result<String> {
        let mut inputs = Inputs::default();
        for folder in &depends.apps {
            let name = folder.rsplit('/').next().unwrap_or(folder);
            for path in self.tree.below(folder).filter(|path| path[folder.len()..] != *"/README.md") {
                inputs.file(self.tree, path, &format!("{name}{}", &path[folder.len()..]))?;
            }
            inputs.file(self.tree, "apps/contract.toml", "contract.toml")?;
        }
        Ok(inputs.digest())
    }

    /// The recipes of every base that a Dockerfile among these names, with what those stand on.
    fn bases(&self, depends: &Depends) -> Result<String> {
        let mut needed = BTreeSet::new();
        for folder in depends.apps.iter().chain(&depends.builds) {
            for path in self.tree.below(folder).filter(|path| path.ends_with("Dockerfile")) {
                let text = self.tree.text(path)?;
                let names = match dockerfile::parse(&text, path) {
                    Ok(read) => images(&read),
                    Err(_) => dockerfile::mentioned(&text),
                };
                needed.extend(names.into_iter().filter(|name| self.bases.contains_key(name)));
            }
        }
        let mut inputs = Inputs::default();
        for recipe in self.recipes.closure(&needed)? {
            inputs.add(&recipe.base.name, self.bases[&recipe.base.name].as_bytes());
        }
        if !needed.is_empty() {
            inputs.add("overlay", self.recipes.overlay.as_bytes());
        }
        Ok(inputs.digest())
    }

    /// The source files that count in this way, and with the core the versions of the crates that do.
    fn code(&self, uses: &Uses, how: Counts) -> String {
        let mut inputs = Inputs::default();
        for (path, digest) in self.sources.iter().filter(|(path, _)| uses.depends_on(path) == Some(how)) {
            inputs.add(path, digest.as_bytes());
        }
        if how == Counts::All && uses.whole.contains(&For::Everything) {
            inputs.add(LOCK, self.crates.as_bytes());
        }
        inputs.digest()
    }
}

/// In a lesson's folder: exercises and their answers, services of its own, and what is added apart from the rest.
const APART: [&str; 7] = ["exercise", "exercises", "solution", "wrong", "apps", "lesson.toml", RECORDED];

fn rule(expect: &Expect) -> String {
    expect.rule.name().to_owned()
}

/// The tool that a step asks.
fn asked(step: &Step) -> Option<String> {
    match &step.action {
        Action::Tool(step) => Some(step.tool.to_string()),
        _ => None,
    }
}

/// The tools that an expectation asks.
fn tools(expect: &Expect) -> Vec<String> {
    let of = |need| match need {
        Need::Tool(tool) => Some(tool.to_string()),
        _ => None,
    };
    expect.rule.judge().needs().into_iter().filter_map(of).collect()
}

/// Whether a file below an exercise's folder belongs to an answer for one of these apps, or is a manifest.
fn is_of_answers(path: &str, apps: &[&App]) -> bool {
    let mut parts = path.split('/').skip(2);
    let of_answers = parts.next().is_some_and(|top| ["exercise", "exercises", "solution", "wrong"].contains(&top));
    let of_app = apps.iter().any(|app| parts.clone().any(|part| part == app.id.as_str()));
    of_answers && (of_app || tree::ends_with(path, "toml"))
}

fn of_app(app: &App, whole: &'static [For]) -> Depends {
    let uses = Uses { whole, ..Uses::default() };
    Depends { own: Inputs::default(), apps: BTreeSet::from([app.folder.clone()]), builds: Vec::new(), uses }
}

/// The images that any stage names, each by its shortest name.
fn images(file: &Dockerfile) -> BTreeSet<String> {
    let sources = file.stages.iter().flat_map(Stage::sources);
    let names = sources.filter_map(|source| match source {
        Source::Image(name) => Some(Reference::short(name)),
        _ => None,
    });
    names.collect()
}

/// The lockfile of the program.
const LOCK: &str = "Cargo.lock";

/// Names and versions of the crates that count, from a lockfile.
fn versions(lock: &str) -> String {
    let lock = lock.parse::<toml::Table>().unwrap_or_default();
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let text = |package: &toml::Value, key: &str| package.get(key)?.as_str().map(str::to_owned);
    let named = packages.filter_map(|package| Some((text(package, "name")?, text(package, "version")?)));
    let counting = named.filter(|(name, _)| CRATES.contains(&name.as_str()));
    counting.map(|(name, version)| format!("{name} {version}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
#[path = "digests_tests.rs"]
mod tests;
