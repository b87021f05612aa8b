//! Everything the repository holds as data, loaded once: apps, lessons and the contract.

mod check;
mod lessons;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::context;
use crate::dockerfile::{self, Dockerfile};
use crate::error::{ErrorId, Problem, Result};
use crate::lesson::Lesson;
use crate::manifest::Source;
use crate::model::{App, AppId, Change, Contract, ImageName, VariantId};
use crate::names;

/// How many lessons the course will have.
pub const COURSE: u32 = 18;

/// The repository's data.
#[derive(Debug)]
pub struct Workshop {
    /// Folder of the repository.
    pub root: PathBuf,
    /// The apps by name.
    pub apps: BTreeMap<AppId, App>,
    /// The lessons in teaching order.
    pub lessons: Vec<Lesson>,
    /// The HTTP contract.
    pub contract: Arc<Contract>,
}

impl Workshop {
    /// Loads the repository this program was started in: the one Cargo names, else the nearest folder above the working
    /// directory that holds `apps/contract.toml`.
    ///
    /// Errors: [`ErrorId::NotAWorkshop`], [`ErrorId::Manifest`], [`ErrorId::File`].
    pub fn find() -> Result<Self> {
        Self::open(&root()?)
    }

    /// Loads the repository in this folder.
    ///
    /// Errors: as [`Self::find`].
    pub fn open(root: &Path) -> Result<Self> {
        let contract = Arc::new(load_contract(root, "apps/contract.toml")?);
        let mut apps = BTreeMap::new();
        for (name, shown) in folders(root, "apps")? {
            let Ok(id) = AppId::try_from(name) else { continue };
            if root.join(&shown).join("app.toml").is_file() {
                apps.insert(id.clone(), load_app(root, id, &shown, &contract)?);
            }
        }
        let lessons = lessons::load(root, &apps, &contract)?;
        Ok(Self { root: root.to_owned(), apps, lessons, contract })
    }

    /// The lesson that `typed` names: its number, its id, or a part of its id that no other lesson has.
    ///
    /// Errors: [`ErrorId::UnknownLesson`].
    pub fn lesson(&self, typed: &str) -> Result<&Lesson> {
        let by_number = typed.parse().ok().and_then(|n: u32| self.lessons.iter().find(|l| l.number == n));
        let exact = || self.lessons.iter().find(|l| l.id.as_str() == typed);
        if let Some(lesson) = by_number.or_else(exact) {
            return Ok(lesson);
        }
        let parts: Vec<_> =
            self.lessons.iter().filter(|l| !typed.is_empty() && l.id.as_str().contains(typed)).collect();
        if let [only] = parts.as_slice() {
            return Ok(only);
        }
        if let Some(number) = typed.parse().ok().filter(|number| (1..=COURSE).contains(number)) {
            return Err(self.later(number));
        }
        let problem =
            Problem::new(ErrorId::UnknownLesson, format!("There is no lesson {:?}.", names::printable(typed)));
        let nearest = names::nearest(typed, self.lessons.iter().map(|l| l.id.as_str()));
        let problem = match nearest {
            Some(id) => problem.next(format!("Did you mean `{id}`?")),
            None => problem,
        };
        Err(problem.next("cargo xtask lesson    lists the lessons"))
    }

    /// A lesson of the course that is not written yet.
    fn later(&self, number: u32) -> Problem {
        let numbers: Vec<u32> = self.lessons.iter().map(|lesson| lesson.number).collect();
        let there = match numbers.as_slice() {
            [] => "none is here".to_owned(),
            [only] => format!("lesson {only} is here"),
            _ => format!("lessons {} are here", names::list(runs(&numbers).iter().map(String::as_str))),
        };
        let fact = format!("Lesson {number} comes later: of the {COURSE} lessons planned, {there}.");
        Problem::new(ErrorId::UnknownLesson, fact).next("cargo xtask lesson    lists the lessons that are here")
    }

    /// The app that `typed` names.
    ///
    /// Errors: [`ErrorId::UnknownApp`].
    pub fn app(&self, typed: &str) -> Result<&App> {
        self.apps.get(typed).ok_or_else(|| {
            let known = names::list(self.apps.keys().map(AppId::as_str));
            let fact = format!("There is no app {:?}; there are {known}.", names::printable(typed));
            suggest(Problem::new(ErrorId::UnknownApp, fact), typed, self.apps.keys().map(AppId::as_str))
        })
    }

    /// The apps that were typed. Empty means all of them, and so does `all` among them.
    ///
    /// Errors: [`ErrorId::UnknownApp`].
    pub fn chosen(&self, typed: &[String]) -> Result<Vec<AppId>> {
        let named = typed.iter().filter(|typed| *typed != "all").map(|typed| self.app(typed).map(|app| app.id.clone()));
        let named = named.collect::<Result<Vec<_>>>()?;
        Ok(if typed.iter().any(|typed| typed == "all") { Vec::new() } else { named })
    }

    /// Reads the Dockerfile at a path relative to the repository.
    ///
    /// Errors: [`ErrorId::File`].
    pub fn dockerfile(&self, shown: &str) -> Result<Arc<dockerfile::File>> {
        dockerfile::File::read(&self.root, shown)
    }

    /// The Dockerfile that an image of this workshop is built from, by the image's tag. `None` for other images, and where the
    /// Dockerfile cannot be read.
    pub fn dockerfile_of(&self, tag: &str) -> Option<Dockerfile> {
        let image = ImageName::of_tag(tag)?;
        let path = match &image.lesson {
            None => dockerfile_path(self.apps.get(&image.app)?, &image.variant),
            Some(id) => {
                let lesson = self.lessons.iter().find(|lesson| lesson.id == *id)?;
                lesson.own.get(&image.variant)?.get(&image.app)?.clone()
            }
        };
        self.dockerfile(&path).ok()?.parsed().ok().cloned()
    }
}

/// Folder of the repository this program was started in; see [`Workshop::find`].
///
/// Errors: [`ErrorId::NotAWorkshop`].
pub fn root() -> Result<PathBuf> {
    let from_cargo = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let start = from_cargo.or_else(|| std::env::current_dir().ok()).unwrap_or_default();
    let root = start.ancestors().find(|dir| dir.join("apps/contract.toml").is_file());
    root.map(Path::to_owned).ok_or_else(|| {
        Problem::new(ErrorId::NotAWorkshop, "This is not a Drydock repository: there is no apps/contract.toml.")
            .next("Change into the folder you cloned and try again.")
    })
}

/// Path of the Dockerfile of an app's variant, relative to the repository.
pub fn dockerfile_path(app: &App, variant: &VariantId) -> String {
    let named = app.variant.get(variant).and_then(|variant| variant.dockerfile.clone());
    format!("{}/{}", app.folder, named.unwrap_or_else(|| format!("{variant}.Dockerfile")))
}

/// Loads the app in a folder. It keeps the common contract, unless it has one of its own beside its manifest.
fn load_app(root: &Path, id: AppId, folder: &str, contract: &Arc<Contract>) -> Result<App> {
    let source = Source::read(root, &format!("{folder}/app.toml"))?;
    let app: App = source.parse()?;
    for (name, change) in &app.change {
        check_change(&format!("change.{name}"), change, &source)?;
    }
    let own = format!("{folder}/contract.toml");
    let contract = if root.join(&own).is_file() { Arc::new(load_contract(root, &own)?) } else { Arc::clone(contract) };
    Ok(App { id, folder: folder.to_owned(), contract, ..app })
}

/// Adds "Did you mean" when a candidate is near.
pub fn suggest<'a>(problem: Problem, typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Problem {
    match names::nearest(typed, candidates) {
        Some(name) => problem.next(format!("Did you mean `{name}`?")),
        None => problem,
    }
}

/// The folders inside a folder of the repository: name and path relative to the root, sorted.
fn folders(root: &Path, inside: &str) -> Result<Vec<(String, String)>> {
    let path = root.join(inside);
    let entries = fs::read_dir(&path).map_err(|_| {
        Problem::new(ErrorId::NotAWorkshop, format!("This repository has no folder {inside}/."))
            .next("git status    shows whether files are missing")
    })?;
    let mut names: Vec<String> = entries
        .filter_map(std::result::Result::ok)
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names.into_iter().map(|name| (name.clone(), format!("{inside}/{name}"))).collect())
}

fn load_contract(root: &Path, shown: &str) -> Result<Contract> {
    let source = Source::read(root, shown)?;
    let mut contract: Contract = source.parse()?;
    contract.settle();
    if contract.health().is_none() {
        return Err(Problem::new(ErrorId::Manifest, format!("{shown}: no request has role = \"health\".")));
    }
    for (index, request) in contract.requests.iter().enumerate() {
        if !contract.setup.contains_key(&request.setup) {
            let message = format!("request `{}` names a setup that is not defined", request.id);
            let known = contract.setup.keys().map(String::as_str);
            return Err(source.wrong(&format!("request.{index}"), &request.setup, &message, known));
        }
    }
    Ok(contract)
}

/// A change that is the same in every run would be in the build cache from the second run on, and then cost nothing.
fn check_change(place: &str, change: &Change, source: &Source) -> Result<()> {
    if change.replacements().any(|text| text.contains(context::RUN)) {
        return Ok(());
    }
    let message = format!("no replacement of this change has `{}` in it", context::RUN);
    let name = place.rsplit('.').next().unwrap_or(place);
    Err(source
        .wrong("change", name, &message, [])
        .next("Put it into a comment or a text, where it changes the build and breaks nothing."))
}

/// Numbers in order, neighbours together: `1 to 6`, `10`.
fn runs(numbers: &[u32]) -> Vec<String> {
    let parts = numbers.chunk_by(|one, next| one + 1 == *next).filter_map(|run| Some((run.first()?, run.last()?)));
    parts.map(|(first, last)| if first == last { first.to_string() } else { format!("{first} to {last}") }).collect()
}

#[cfg(test)]
mod tests;
