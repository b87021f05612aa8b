//! From a lesson and the options of a run to what will be built and run. Pure: nothing is read and nothing is started.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::sync::Arc;

use crate::dockerfile::{self, Dockerfile, Given, Source};
use crate::engine::{bake, labels, registry};
use crate::error::{ErrorId, Problem, Result};
use crate::image::weigh::Base;
use crate::lesson::{Action, Exercise, Lesson, Step};
use crate::model::{App, AppId, BaseSources, ExtraFile, ImageName, LessonId, Platform, Variant, VariantId};
use crate::rules::{Expect, Need};
use crate::tool::ToolName;
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
    /// Its Dockerfile.
    pub dockerfile: Arc<dockerfile::File>,
    /// Folder sent as the build context, relative to the repository.
    pub context: String,
    /// How the context is made before the build; `None` where it is a folder as it is.
    pub recipe: Option<Recipe>,
}

/// A build context that is a changed copy of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    /// Paths of the folder that are left out.
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
        mut dockerfile: impl FnMut(&str) -> Result<Arc<dockerfile::File>>,
    ) -> Result<Self> {
        for variant in variants {
            if !lesson.variants.iter().any(|known| known.as_str() == variant) {
                return Err(unknown_variant(lesson, variant));
            }
        }
        let measured = |id: &VariantId| lesson.variants.contains(id);
        let built: BTreeSet<&VariantId> = lesson.step.iter().flat_map(|step| step.names().images).collect();
        let mut plan = Self { lesson: lesson.clone(), images: vec![], others: vec![], dockerfiles: vec![] };
        let all = workshop.apps.values().chain(lesson.guests.values());
        for app in all.filter(|app| apps.is_empty() || apps.contains(&app.id)) {
            for id in lesson.all_variants() {
                // Steps come along only when the whole lesson is asked for.
                if !variants.is_empty() && !variants.iter().any(|variant| variant == id.as_str()) {
                    continue;
                }
                let mut images = of_lesson(app, id, lesson, &mut dockerfile)?;
                for image in &mut images {
                    image.bases.extend(of_other_targets(image, lesson));
                }
                match (measured(id), built.contains(id)) {
                    (true, _) => plan.images.extend(images),
                    (false, true) => plan.others.extend(images),
                    (false, false) => plan.dockerfiles.extend(images),
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
        let has_peer = |action: &Action| matches!(action, Action::Ask(ask) if ask.peer.is_some());
        let peers = self.lesson.step.iter().any(|step| has_peer(&step.action));
        bases(self.all()).into_iter().chain(peers.then(|| PEER_BASE.to_owned())).collect()
    }

    /// The bases that its steps and expectations need besides; see [`helpers`].
    pub fn helpers(&self) -> BTreeSet<String> {
        helpers(&self.lesson.step, &self.lesson.expect)
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
    mut dockerfile: impl FnMut(&str) -> Result<Arc<dockerfile::File>>,
) -> Result<Vec<Image>> {
    let mut images = Vec::new();
    for app in workshop.apps.values().filter(|app| apps.is_empty() || apps.contains(&app.id)) {
        for variant in app.variant.keys() {
            images.extend(of_app(app, variant, &mut dockerfile)?);
        }
    }
    Ok(images)
}

/// The bases all these images together need.
pub fn bases<'i>(images: impl IntoIterator<Item = &'i Image>) -> BTreeSet<String> {
    images.into_iter().flat_map(|image| image.bases.iter().cloned()).collect()
}

/// The bases of what only measures: tools, a registry. Where one cannot be had, what it would measure is not measured, and all else is.
pub fn helpers<'e>(steps: &[Step], expect: impl IntoIterator<Item = &'e Expect>) -> BTreeSet<String> {
    let of_tool = |tool: &ToolName| tool.program().map(|program| program.image.clone()).into_iter().collect();
    let of_steps = steps.iter().map(|step| match &step.action {
        Action::Tool(step) => of_tool(&step.tool),
        Action::Push(_) | Action::Pull(_) => registry::bases(),
        _ => BTreeSet::new(),
    });
    let needs = expect.into_iter().flat_map(|expect| expect.rule.judge().needs());
    let of_rules = needs.map(|need| match need {
        Need::Tool(tool) => of_tool(&tool),
        Need::Push(_) | Need::Pull(_) => registry::bases(),
        _ => BTreeSet::new(),
    });
    of_steps.chain(of_rules).flatten().collect()
}

/// The bake definition of these images, which find their bases in `sources`.
pub fn definition<'i>(images: impl IntoIterator<Item = &'i Image>, sources: &BaseSources) -> bake::Definition {
    let targets = images.into_iter().map(|image| (image.name.target(), image.target(sources)));
    bake::Definition { targets: targets.collect() }
}

/// A bake target for each variant that is built for several platforms: all of them in one index, under the tag without a
/// platform. What the targets of the single platforms built is in the cache.
pub fn indexes(images: &[&Image], sources: &BaseSources) -> BTreeMap<String, bake::Target> {
    let mut indexes: BTreeMap<String, bake::Target> = BTreeMap::new();
    for image in images {
        let Some(platform) = &image.name.platform else { continue };
        let all = image.name.of_all_platforms();
        let target = indexes.entry(format!("{}-index", all.target())).or_insert_with(|| bake::Target {
            called: format!("{}, for all platforms", Image { name: all.clone(), ..(*image).clone() }.called()),
            tags: vec![all.tag()],
            platforms: Vec::new(),
            ..image.target(sources)
        });
        target.platforms.push(platform.to_string());
    }
    indexes.retain(|_, target| target.platforms.len() > 1);
    indexes
}

/// One variant of an app, an image for each of its platforms; none where the app does not have it.
fn of_app(
    app: &App,
    id: &VariantId,
    dockerfile: &mut impl FnMut(&str) -> Result<Arc<dockerfile::File>>,
) -> Result<Vec<Image>> {
    let Some(variant) = app.variant.get(id) else { return Ok(Vec::new()) };
    let path = workshop::dockerfile_path(app, id);
    let draft = Draft { app, variant, lesson: None, id, files: Vec::new(), remove: &variant.remove, overlay: None };
    draft.images(&dockerfile(&path)?)
}

/// A variant of a lesson for an app, an image for each of its platforms: the lesson's own Dockerfile, else the app's; none where
/// neither has it.
///
/// Errors: whatever `dockerfile` fails with.
pub fn of_lesson(
    app: &App,
    id: &VariantId,
    lesson: &Lesson,
    dockerfile: &mut impl FnMut(&str) -> Result<Arc<dockerfile::File>>,
) -> Result<Vec<Image>> {
    let Some(variant) = lesson.variant.get(id) else { return of_app(app, id, dockerfile) };
    let Some(path) = lesson.own.get(id).and_then(|apps| apps.get(&app.id)) else { return Ok(Vec::new()) };
    let files: Vec<_> = variant.with.iter().filter_map(|group| lesson.files.get(group)).flatten().cloned().collect();
    let lesson = Some(&lesson.id);
    Draft { app, variant, lesson, id, files, remove: &variant.remove, overlay: None }.images(&dockerfile(path)?)
}

/// The learner's answer to an exercise: the files in `folder`, relative to the repository, laid over the app's. First the image that
/// is the answer, then those that the exercise builds from the same Dockerfile besides. `named` stands in for the lesson in the names
/// of image and context, so that a proof does not take the place of the learner's image.
///
/// Errors: whatever `dockerfile` fails with.
pub fn answer(
    app: &App,
    named: &LessonId,
    exercise: &Exercise,
    folder: &str,
    mut dockerfile: impl FnMut(&str) -> Result<Arc<dockerfile::File>>,
) -> Result<Vec<Image>> {
    let written = dockerfile(&format!("{folder}/Dockerfile"))?;
    let mine = VariantId::mine();
    let mut images: Vec<Image> = Vec::new();
    for (id, variant) in iter::once((&mine, &exercise.mine)).chain(&exercise.also) {
        let (files, remove) = (exercise.file.clone(), &exercise.remove);
        let draft = Draft { app, variant, lesson: Some(named), id, files, remove, overlay: Some(folder) };
        let mut more = draft.images(&written)?;
        for image in &mut more {
            // One context for all: from two, the builder could make the same stage twice.
            if let Some(first) = images.first() {
                image.context.clone_from(&first.context);
            }
            let needs = exercise.expect.iter().flat_map(|expect| expect.rule.judge().needs());
            let besides: Vec<String> =
                needs.filter_map(Need::target).flat_map(|target| image.bases_of(&target)).collect();
            image.bases.extend(besides);
        }
        images.extend(more);
    }
    Ok(images)
}

/// The bases that a step or an expectation of a lesson needs besides, since it builds another target of the image's Dockerfile.
fn of_other_targets(image: &Image, lesson: &Lesson) -> BTreeSet<String> {
    let of_steps = lesson.step.iter().filter_map(|step| match &step.action {
        Action::Build(build) if build.variant == image.name.variant => build.target.clone(),
        _ => None,
    });
    let about = lesson.expect.iter().filter(|expect| expect.is_about(&image.name.key()));
    let of_rules = about.flat_map(|expect| expect.rule.judge().needs()).filter_map(Need::target);
    of_steps.chain(of_rules).flat_map(|target| image.bases_of(&target)).collect()
}

/// What all images of one variant of one app have in common.
struct Draft<'a> {
    app: &'a App,
    variant: &'a Variant,
    lesson: Option<&'a LessonId>,
    id: &'a VariantId,
    files: Vec<ExtraFile>,
    remove: &'a [String],
    overlay: Option<&'a str>,
}

impl Draft<'_> {
    /// One image for each platform of the variant, or for the engine's own.
    ///
    /// Errors: [`ErrorId::Dockerfile`] where the file has nothing to build, or no stage of the variant's target.
    fn images(&self, written: &Arc<dockerfile::File>) -> Result<Vec<Image>> {
        if let Some(problem) = written.hopeless() {
            return Err(problem.clone());
        }
        let platforms = self.variant.platforms.iter().cloned().map(Some);
        let platforms: Vec<_> = if self.variant.platforms.is_empty() { vec![None] } else { platforms.collect() };
        platforms.into_iter().map(|platform| self.image(written, platform)).collect()
    }

    fn image(&self, written: &Arc<dockerfile::File>, platform: Option<Platform>) -> Result<Image> {
        let target = self.variant.target.as_deref();
        let (bases, on_scratch) = match written.read_for(&given(self.variant, platform.as_ref())) {
            Ok(file) => match file.up_to(target) {
                Some(file) => (file.images(None), file.stands_on() == Some(&Source::Scratch)),
                None => return Err(self.no_such_target(written, &file)),
            },
            // The engine is the judge of it, and may know what our reader does not.
            Err(_) => (dockerfile::mentioned(&written.text), false),
        };
        let name =
            ImageName { lesson: self.lesson.cloned(), app: self.app.id.clone(), variant: self.id.clone(), platform };
        let recipe = Recipe {
            remove: self.remove.to_vec(),
            files: self.files.clone(),
            overlay: self.overlay.map(str::to_owned),
        };
        let recipe = (recipe != Recipe::default()).then_some(recipe);
        let folder = self.variant.context.clone().unwrap_or_else(|| self.app.folder.clone());
        Ok(Image {
            context: if recipe.is_some() { context_folder(&name) } else { folder },
            recipe,
            name,
            app: self.app.clone(),
            variant: self.variant.clone(),
            bases,
            on_scratch,
            dockerfile: Arc::clone(written),
        })
    }

    fn no_such_target(&self, written: &dockerfile::File, file: &Dockerfile) -> Problem {
        let target = self.variant.target.as_deref().unwrap_or_default();
        let fact = format!("{} has no stage `{target}`, which `{}` is built to.", written.path, self.id);
        let names = file.stages.iter().filter_map(|stage| stage.name.as_deref());
        workshop::suggest(Problem::new(ErrorId::Dockerfile, fact), target, names)
    }
}

/// What a build of a variant is given.
fn given<'g>(variant: &'g Variant, platform: Option<&'g Platform>) -> Given<'g> {
    Given { args: Some(&variant.args), platform, target: variant.target.as_deref() }
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

    /// The stages of its Dockerfile up to its target.
    ///
    /// Errors: [`ErrorId::Dockerfile`] where our own reader cannot read the file.
    pub fn stages(&self) -> Result<Dockerfile> {
        let file = self.dockerfile.read_for(&self.given())?;
        Ok(file.up_to(self.variant.target.as_deref()).unwrap_or(file))
    }

    /// The bases that a build of another target of its Dockerfile needs; none where our own reader cannot read the file.
    fn bases_of(&self, target: &str) -> BTreeSet<String> {
        self.dockerfile.read_for(&self.given()).map(|file| file.images(Some(target))).unwrap_or_default()
    }

    /// What its build is given.
    fn given(&self) -> Given<'_> {
        given(&self.variant, self.name.platform.as_ref())
    }

    /// What a person calls it: the app's title and the variant, with the platform where it is built for several. A known answer,
    /// which is built in the place of the learner's, is called by its folders: `solution/split`.
    pub fn called(&self) -> String {
        let own = self.name.variant.is_mine();
        let known = own.then(|| self.dockerfile.path.rsplitn(5, '/').skip(2).take(2).collect::<Vec<_>>());
        let mine = match known.as_deref() {
            Some([name, kind @ ("solution" | "wrong")]) => format!("{kind}/{name}"),
            _ => "your answer".to_owned(),
        };
        let variant = match (own, self.name.variant.also_mine()) {
            (_, Some(also)) => format!("{mine}, {also}"),
            (true, None) => mine,
            (false, None) => self.name.variant.to_string(),
        };
        let platform = self.name.platform.as_ref().map(|platform| format!(" ({platform})")).unwrap_or_default();
        format!("{}, {variant}{platform}", self.app.title)
    }

    /// The folder its build context is, or is made from.
    pub fn source(&self) -> &str {
        self.variant.context.as_deref().unwrap_or(&self.app.folder)
    }

    /// Where the value of one of its secrets lies while it is built, relative to the repository.
    pub fn secret_file(&self, id: &str) -> String {
        format!("target/drydock/secrets/{}/{id}", self.name.target())
    }

    /// This image as a bake target that finds its bases in `sources`.
    pub fn target(&self, sources: &BaseSources) -> bake::Target {
        let (namespace, value) = bake::CACHE_MOUNT_NAMESPACE;
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut args = self.variant.args.clone();
        args.extend([label(namespace, value)]);
        let secret = |id: &String| format!("type=file,id={id},src={}", self.secret_file(id));
        bake::Target {
            called: self.called(),
            target: self.variant.target.clone(),
            platforms: self.name.platform.iter().map(ToString::to_string).collect(),
            secrets: self.variant.secrets.keys().map(secret).collect(),
            context: self.context.clone(),
            dockerfile: bake::relative(&self.context, &self.dockerfile.path),
            file: Some(Arc::clone(&self.dockerfile)),
            contexts: sources.contexts(&self.bases),
            missing: sources.missing(&self.bases),
            args,
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
