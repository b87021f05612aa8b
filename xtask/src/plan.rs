//! From a lesson and the options of a run to what will be built and run. Pure: nothing is read and nothing is started.

use std::collections::{BTreeMap, BTreeSet};

use crate::dockerfile::{Dockerfile, Source};
use crate::engine::{bake, labels};
use crate::error::{ErrorId, Problem, Result};
use crate::image::weigh::Base;
use crate::model::{App, AppId, BaseSources, Exercise, ExtraFile, ImageName, Lesson, MINE, Step, Variant, VariantId};
use crate::workshop::{self, Workshop};

/// The base whose containers serve HTTPS beside a service; any image with Python and OpenSSL would do.
pub const PEER_BASE: &str = "python:3.13-trixie";

/// One image of a plan.
#[derive(Clone, Debug)]
pub struct Image {
    /// Its name.
    pub name: ImageName,
    /// What its app says about it.
    pub app: App,
    /// What its variant says about it.
    pub variant: Variant,
    /// The images its build starts from or copies from.
    pub bases: BTreeSet<String>,
    /// Whether it stands on nothing: the last stage, or the one it goes back to, is `FROM scratch`.
    pub on_scratch: bool,
    /// Its Dockerfile, relative to the repository.
    pub dockerfile: String,
    /// Folder sent as the build context, relative to the repository.
    pub context: String,
    /// How the context is made before the build; `None` where it is the app's own folder.
    pub recipe: Option<Recipe>,
}

/// A build context that is a changed copy of the app's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    /// Paths of the app's folder that are left out.
    pub remove: Vec<String>,
    /// Files besides.
    pub files: Vec<ExtraFile>,
    /// Folder, relative to the repository, whose files are laid over everything.
    pub overlay: Option<String>,
}

/// What a run of a lesson will do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The lesson.
    pub lesson: Lesson,
    /// The images that are measured, by app and in the lesson's order of variants.
    pub images: Vec<Image>,
    /// Images that only steps need: built with the others, started where a step starts them.
    pub others: Vec<Image>,
    /// Dockerfiles that steps build themselves, or only show.
    pub dockerfiles: Vec<Image>,
}

impl Plan {
    /// Plans a lesson for these apps and variants; empty lists mean all of them.
    ///
    /// `dockerfile` reads the Dockerfile at a path relative to the repository.
    ///
    /// Errors: [`ErrorId::UnknownVariant`] for a variant the lesson does not have, [`ErrorId::NothingToRun`] when no image is
    /// left, and whatever `dockerfile` fails with.
    pub fn of_lesson(
        workshop: &Workshop,
        lesson: &Lesson,
        apps: &[AppId],
        variants: &[String],
        mut dockerfile: impl FnMut(&str) -> Result<Dockerfile>,
    ) -> Result<Self> {
        for variant in variants {
            if !lesson.variants.iter().any(|r| r.as_str() == variant) {
                return Err(unknown_variant(lesson, variant));
            }
        }
        let measured = |id: &VariantId| lesson.variants.contains(id);
        let built: BTreeSet<&VariantId> = lesson.step.iter().flat_map(Step::images).collect();
        let mut plan = Self { lesson: lesson.clone(), images: vec![], others: vec![], dockerfiles: vec![] };
        for app in workshop.apps.values().filter(|app| apps.is_empty() || apps.contains(&app.id)) {
            for id in lesson.all_variants() {
                // Steps come along only when the whole lesson is asked for.
                if !variants.is_empty() && !variants.iter().any(|r| r == id.as_str()) {
                    continue;
                }
                let Some(image) = of_lesson(app, id, lesson, &mut dockerfile).transpose()? else { continue };
                match (measured(id), built.contains(id)) {
                    (true, _) => plan.images.push(image),
                    (false, true) => plan.others.push(image),
                    (false, false) => plan.dockerfiles.push(image),
                }
            }
        }
        if plan.images.is_empty() && plan.others.is_empty() && plan.dockerfiles.is_empty() {
            let fact = format!("Lesson {} has no image for what was asked.", lesson.number);
            return Err(Problem::new(ErrorId::NothingToRun, fact).next("cargo xtask lesson --help"));
        }
        Ok(plan)
    }

    /// Takes out the images that need a registry, for a run on bases that were built here. Returns their names.
    pub fn without_registry(&mut self) -> Vec<ImageName> {
        let mut out = Vec::new();
        for list in [&mut self.images, &mut self.others, &mut self.dockerfiles] {
            out.extend(list.iter().filter(|image| image.variant.registry_only).map(|image| image.name.clone()));
            list.retain(|image| !image.variant.registry_only);
        }
        out
    }

    /// The bases that all of it needs.
    pub fn bases(&self) -> BTreeSet<String> {
        let peers = self.lesson.step.iter().any(|step| step.ask.as_ref().is_some_and(|ask| ask.peer.is_some()));
        bases(self.all()).into_iter().chain(peers.then(|| PEER_BASE.to_owned())).collect()
    }

    /// Every image and Dockerfile of the plan.
    pub fn all(&self) -> impl Iterator<Item = &Image> {
        self.images.iter().chain(&self.others).chain(&self.dockerfiles)
    }
}

/// Every variant of these apps; an empty list means all of them.
///
/// Errors: whatever `dockerfile` fails with.
pub fn everything(
    workshop: &Workshop,
    apps: &[AppId],
    mut dockerfile: impl FnMut(&str) -> Result<Dockerfile>,
) -> Result<Vec<Image>> {
    let mut images = Vec::new();
    for app in workshop.apps.values().filter(|app| apps.is_empty() || apps.contains(&app.id)) {
        for variant in app.variant.keys() {
            images.extend(of_app(app, variant, &mut dockerfile).transpose()?);
        }
    }
    Ok(images)
}

/// The bases all these images together need.
pub fn bases<'i>(images: impl IntoIterator<Item = &'i Image>) -> BTreeSet<String> {
    images.into_iter().flat_map(|image| image.bases.iter().cloned()).collect()
}

/// The bake definition of these images, which find their bases in `sources`.
pub fn definition<'i>(images: impl IntoIterator<Item = &'i Image>, sources: &BaseSources) -> bake::Definition {
    let targets = images.into_iter().map(|image| (image.name.target(), image.target(sources)));
    bake::Definition { targets: targets.collect() }
}

/// One variant of an app; `None` where the app does not have it.
fn of_app(app: &App, id: &VariantId, dockerfile: &mut impl FnMut(&str) -> Result<Dockerfile>) -> Option<Result<Image>> {
    let variant = app.variant.get(id)?.clone();
    let path = workshop::dockerfile_path(&app.id, id);
    Some(dockerfile(&path).map(|file| Image {
        name: ImageName { lesson: None, app: app.id.clone(), variant: id.clone() },
        app: app.clone(),
        variant,
        bases: file.images(None),
        on_scratch: file.stands_on() == Some(&Source::Scratch),
        dockerfile: path,
        context: app.folder(),
        recipe: None,
    }))
}

/// A variant of a lesson for an app: the lesson's own Dockerfile, else the app's; `None` where neither has it.
///
/// Errors: whatever `dockerfile` fails with.
pub fn of_lesson(
    app: &App,
    id: &VariantId,
    lesson: &Lesson,
    dockerfile: &mut impl FnMut(&str) -> Result<Dockerfile>,
) -> Option<Result<Image>> {
    let Some(variant) = lesson.variant.get(id) else { return of_app(app, id, dockerfile) };
    if !lesson.own.get(id).is_some_and(|apps| apps.contains(&app.id)) {
        return None;
    }
    let path = format!("{}/{}/{id}.Dockerfile", lesson.folder(), app.id);
    let files: Vec<_> = variant.with.iter().filter_map(|group| lesson.files.get(group)).flatten().cloned().collect();
    let recipe = Recipe { remove: variant.remove.clone(), files, overlay: None };
    let name = ImageName { lesson: Some(lesson.id.clone()), app: app.id.clone(), variant: id.clone() };
    Some(dockerfile(&path).map(|file| Image {
        context: if recipe == Recipe::default() { app.folder() } else { context_folder(&name) },
        recipe: (recipe != Recipe::default()).then_some(recipe),
        name,
        app: app.clone(),
        variant: variant.clone(),
        bases: file.images(None),
        on_scratch: file.stands_on() == Some(&Source::Scratch),
        dockerfile: path,
    }))
}

/// The learner's answer to an exercise: the files in `folder`, relative to the repository, laid over the app's.
///
/// Errors: whatever `dockerfile` fails with.
pub fn answer(
    app: &App,
    lesson: &Lesson,
    exercise: &Exercise,
    folder: &str,
    mut dockerfile: impl FnMut(&str) -> Result<Dockerfile>,
) -> Result<Image> {
    let path = format!("{folder}/Dockerfile");
    let variant = VariantId::try_from(MINE.to_owned()).expect("a valid name");
    let name = ImageName { lesson: Some(lesson.id.clone()), app: app.id.clone(), variant };
    let file = dockerfile(&path)?;
    Ok(Image {
        bases: file.images(None),
        on_scratch: file.stands_on() == Some(&Source::Scratch),
        context: context_folder(&name),
        name,
        app: app.clone(),
        variant: exercise.mine.clone(),
        dockerfile: path,
        recipe: Some(Recipe {
            remove: exercise.remove.clone(),
            files: exercise.file.clone(),
            overlay: Some(folder.to_owned()),
        }),
    })
}

/// Where the changed copy of a build context lies, relative to the repository.
fn context_folder(name: &ImageName) -> String {
    format!("target/drydock/contexts/{}", name.target())
}

impl Image {
    /// What it stands on, when it has these layers: nothing, or the longest of `bases` it begins with.
    pub fn base(&self, layers: &[String], bases: &[Vec<String>]) -> Base {
        if self.on_scratch { Base::Scratch } else { Base::among(bases, layers) }
    }

    /// This image as a bake target that finds its bases in `sources`.
    pub fn target(&self, sources: &BaseSources) -> bake::Target {
        let (namespace, value) = bake::CACHE_MOUNT_NAMESPACE;
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        bake::Target {
            context: self.context.clone(),
            dockerfile: bake::relative(&self.context, &self.dockerfile),
            contexts: sources.contexts(&self.bases),
            args: BTreeMap::from([label(namespace, value)]),
            labels: BTreeMap::from([
                label(labels::ROLE, "app"),
                label(labels::APP, self.name.app.as_str()),
                label(labels::VARIANT, self.name.variant.as_str()),
            ]),
            tags: vec![self.name.tag()],
            ..bake::Target::default()
        }
    }

    /// Capabilities of the contract that this image lacks.
    pub fn without(&self) -> Vec<String> {
        self.app.without.iter().chain(&self.variant.without).cloned().collect()
    }
}

fn unknown_variant(lesson: &Lesson, typed: &str) -> Problem {
    let known = || lesson.variants.iter().map(VariantId::as_str);
    let fact = format!(
        "Lesson {} has no variant {:?}; it has {}.",
        lesson.number,
        crate::names::printable(typed),
        crate::names::list(known())
    );
    workshop::suggest(Problem::new(ErrorId::UnknownVariant, fact), typed, known())
}
