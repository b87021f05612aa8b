//! From a lesson and the options of a run to what will be built and run. Pure: nothing is read and nothing is started.

use std::collections::{BTreeMap, BTreeSet};

use crate::dockerfile::Dockerfile;
use crate::engine::{bake, labels};
use crate::error::{ErrorId, Problem, Result};
use crate::model::{App, AppId, ImageName, Lesson, Rung, RungId};
use crate::workshop::{self, Workshop};

/// One image of a plan.
#[derive(Clone, Debug)]
pub struct Image {
    /// Its name.
    pub name: ImageName,
    /// What its app says about it.
    pub app: App,
    /// What its rung says about it.
    pub rung: Rung,
    /// The images its build starts from or copies from.
    pub bases: BTreeSet<String>,
}

/// What a run of a lesson will do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The lesson.
    pub lesson: Lesson,
    /// The images, by app and in the lesson's order of rungs.
    pub images: Vec<Image>,
}

impl Plan {
    /// Plans a lesson for these apps and rungs; empty lists mean all of them.
    ///
    /// `dockerfile` reads the Dockerfile of a rung.
    ///
    /// Errors: [`ErrorId::UnknownRung`] for a rung the lesson does not have, [`ErrorId::NothingToRun`] when no image is
    /// left, and whatever `dockerfile` fails with.
    pub fn of_lesson(
        workshop: &Workshop,
        lesson: &Lesson,
        apps: &[AppId],
        rungs: &[String],
        mut dockerfile: impl FnMut(&AppId, &RungId) -> Result<Dockerfile>,
    ) -> Result<Self> {
        for rung in rungs {
            if !lesson.rungs.iter().any(|r| r.as_str() == rung) {
                return Err(unknown_rung(lesson, rung));
            }
        }
        let mut images = Vec::new();
        for app in workshop.apps.values().filter(|app| apps.is_empty() || apps.contains(&app.id)) {
            for id in lesson.rungs.iter().filter(|id| rungs.is_empty() || rungs.iter().any(|r| r == id.as_str())) {
                images.extend(image(app, id, &mut dockerfile).transpose()?);
            }
        }
        if images.is_empty() {
            let fact = format!("Lesson {} has no image for what was asked.", lesson.number);
            return Err(Problem::new(ErrorId::NothingToRun, fact).next("cargo xtask lesson --help"));
        }
        Ok(Self { lesson: lesson.clone(), images })
    }
}

/// Every rung of these apps; an empty list means all of them.
///
/// Errors: whatever `dockerfile` fails with.
pub fn everything(
    workshop: &Workshop,
    apps: &[AppId],
    mut dockerfile: impl FnMut(&AppId, &RungId) -> Result<Dockerfile>,
) -> Result<Vec<Image>> {
    let mut images = Vec::new();
    for app in workshop.apps.values().filter(|app| apps.is_empty() || apps.contains(&app.id)) {
        for rung in app.rung.keys() {
            images.extend(image(app, rung, &mut dockerfile).transpose()?);
        }
    }
    Ok(images)
}

/// The bases all these images together need.
pub fn bases(images: &[Image]) -> BTreeSet<String> {
    images.iter().flat_map(|image| image.bases.iter().cloned()).collect()
}

/// The bake definition of these images, with the given sources of bases.
pub fn definition(images: &[Image], contexts: &BTreeMap<String, String>) -> bake::Definition {
    let targets = images.iter().map(|image| (image.name.target(), image.target(contexts)));
    bake::Definition { targets: targets.collect() }
}

/// One rung of an app; `None` where the app does not have it.
fn image(
    app: &App,
    id: &RungId,
    dockerfile: &mut impl FnMut(&AppId, &RungId) -> Result<Dockerfile>,
) -> Option<Result<Image>> {
    let rung = app.rung.get(id)?.clone();
    Some(dockerfile(&app.id, id).map(|file| Image {
        name: ImageName { app: app.id.clone(), rung: id.clone() },
        app: app.clone(),
        rung,
        bases: file.images(None),
    }))
}

impl Image {
    /// This image as a bake target. `contexts` says where each base comes from; a base it does not name is left to the
    /// engine to find.
    pub fn target(&self, contexts: &BTreeMap<String, String>) -> bake::Target {
        let (namespace, value) = bake::CACHE_MOUNT_NAMESPACE;
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        bake::Target {
            context: format!("apps/{}", self.name.app),
            dockerfile: format!("{}.Dockerfile", self.name.rung),
            contexts: self.bases.iter().filter_map(|b| Some((b.clone(), contexts.get(b)?.clone()))).collect(),
            args: BTreeMap::from([label(namespace, value)]),
            labels: BTreeMap::from([
                label(labels::ROLE, "app"),
                label(labels::APP, self.name.app.as_str()),
                label(labels::RUNG, self.name.rung.as_str()),
            ]),
            tags: vec![self.name.tag()],
            ..bake::Target::default()
        }
    }

    /// The Dockerfile's path, relative to the repository.
    pub fn dockerfile(&self) -> String {
        workshop::dockerfile_path(&self.name.app, &self.name.rung)
    }

    /// Capabilities of the contract that this image lacks.
    pub fn without(&self) -> Vec<String> {
        self.app.without.iter().chain(&self.rung.without).cloned().collect()
    }
}

fn unknown_rung(lesson: &Lesson, typed: &str) -> Problem {
    let known = || lesson.rungs.iter().map(RungId::as_str);
    let fact = format!(
        "Lesson {} has no rung {:?}; it has {}.",
        lesson.number,
        crate::names::printable(typed),
        crate::names::list(known())
    );
    workshop::suggest(Problem::new(ErrorId::UnknownRung, fact), typed, known())
}
