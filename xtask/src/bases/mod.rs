//! Bases: the images that Dockerfiles name in `FROM`, and where they come from.
//!
//! Dockerfiles name official images. Builds get them as named contexts, so that the same file builds with images pulled
//! from a registry, with images of a mirror, and with stand-ins made on this machine from Debian packages and language
//! wheels, where no registry answers. Recipes are data: `xtask/bases/`.

mod archive;
mod build;
mod choice;
mod hash;
mod overlay;
mod plan;
mod recipe;
mod rootfs;
mod store;
mod weigh;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub use archive::{contents, load, save};
pub use choice::{BasesOption, Choice, Decision, remember};
pub(crate) use hash::recipes as hashes;
pub use overlay::Overlay;
pub use plan::{BasePlan, Surroundings};
pub use recipe::Recipes;
pub use store::list;

use crate::engine::builder::Builder;
use crate::engine::labels::IMAGES;
use crate::engine::{Engine, docker};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::model::BaseSources;
use crate::workshop;

/// The tag of a local base, e.g. `drydock.local/golang:1.27-trixie`.
pub fn tag(name: &str) -> String {
    format!("{IMAGES}{name}")
}

/// The tag of a base with this network's CA and mirrors laid over it.
pub fn overlay_tag(name: &str) -> String {
    format!("{IMAGES}ca/{name}")
}

/// Everything that decides which images builds get for the official names.
#[derive(Clone, Debug)]
pub struct Bases {
    repository: PathBuf,
    /// All recipes.
    pub recipes: Recipes,
    /// Where bases come from, and why.
    pub decision: Decision,
    /// What this network asks of toolchain bases.
    pub overlay: Overlay,
}

/// Reads the recipes, decides where bases come from, says so, and looks for this network's CA.
///
/// Errors: an invalid recipe, a named file of certificates that holds none, no `docker` command.
pub fn choose(wanted: Option<&BasesOption>, ca_files: &[PathBuf], engine: Engine<'_>) -> Result<Bases> {
    let repository = workshop::root()?;
    let recipes = Recipes::load(&repository)?;
    let decision = choice::decide(wanted, recipes.probe())?;
    let variables: BTreeSet<&str> = recipes.mirror_variables().collect();
    let overlay = Overlay::of_this_host(ca_files, variables)?;
    if decision.fresh {
        engine.sink().emit(Event::Note(format!("Bases: {}, because {}.", decision.choice, decision.why)));
    }
    for name in overlay.withheld() {
        let warning = format!("{name} holds a password and is not passed on: every image would carry it.");
        engine.sink().emit(Event::Warning(warning));
    }
    Ok(Bases { repository, recipes, decision, overlay })
}

/// Where builds will find these bases, whether or not they are there yet. Asks nobody.
///
/// Errors: as [`Bases::plan`].
pub fn sources(needed: &BTreeSet<String>, bases: &Bases) -> Result<BaseSources> {
    // Which recipe an image was made by depends on the architecture; where it is does not.
    let at = bases.surroundings("any");
    Ok(plan::plan(at, needed, &BTreeMap::new())?.sources)
}

/// Sees to it that every base of `needed` is there, and returns where builds find them. With `setup`, a missing mmdebstrap
/// is installed.
///
/// Errors: as [`Bases::plan`] and [`Plan::carry_out`].
pub fn ensure(needed: &BTreeSet<String>, bases: &Bases, setup: bool, engine: Engine<'_>) -> Result<BaseSources> {
    let architecture = architecture(engine)?;
    let plan = bases.plan(needed, &architecture, engine)?;
    plan.carry_out(bases.surroundings(&architecture), &bases.repository, setup, engine)?;
    if !plan.is_empty() && !bases.are_pulled() {
        let is_final = |name: &str| bases.recipes.find(name).is_some_and(|recipe| recipe.base.toolchain.is_none());
        weigh::push(plan.sources.iter().filter(|(name, _)| is_final(name)).map(|(_, image)| image), engine)?;
    }
    Ok(plan.sources)
}

/// Weighs bases by pushing them, toolchains too: then no later weighing waits for one of them.
///
/// Errors: the engine does not answer.
pub fn weigh_all(sources: &BaseSources, engine: Engine<'_>) -> Result<()> {
    weigh::push(sources.iter().map(|(_, image)| image), engine)
}

/// The engine's architecture in Docker's words, e.g. `amd64`.
///
/// Errors: the engine does not answer.
pub fn architecture(engine: Engine<'_>) -> Result<String> {
    Ok(engine.tell(&docker(["version", "--format", "{{.Server.Arch}}"]))?.trim().to_owned())
}

impl Bases {
    /// As the last build had them; `None` where nothing has been built on this machine. Asks nobody, and says nothing.
    ///
    /// Errors: an invalid recipe; settings or this machine's certificates that cannot be read.
    pub fn remembered() -> Result<Option<Self>> {
        let repository = workshop::root()?;
        let recipes = Recipes::load(&repository)?;
        let Some(decision) = choice::remembered()? else { return Ok(None) };
        let variables: BTreeSet<&str> = recipes.mirror_variables().collect();
        let overlay = Overlay::of_this_host(&[], variables)?;
        Ok(Some(Self { repository, recipes, decision, overlay }))
    }

    /// What a table says about the bases its numbers were measured on.
    pub fn described(&self) -> String {
        match &self.decision.choice {
            Choice::Local => format!("local (Debian {})", self.recipes.root.release),
            choice @ Choice::Registry { .. } => choice.to_string(),
        }
    }

    /// Whether they come from a registry, rather than being made here.
    pub fn are_pulled(&self) -> bool {
        self.decision.choice != Choice::Local
    }

    /// Where things are, for planning. `architecture` is the engine's in Docker's words.
    pub fn surroundings<'a>(&'a self, architecture: &'a str) -> Surroundings<'a> {
        Surroundings { recipes: &self.recipes, choice: &self.decision.choice, overlay: &self.overlay, architecture }
    }

    /// Makes sure that a builder named on the command line can use these bases. A builder with a driver other than `docker`
    /// has a store of its own and sees no image of the engine's: neither local bases nor those that this network's
    /// certificates or mirrors are laid over. `context` is the docker context in use.
    ///
    /// Errors: [`ErrorId::Usage`] for such a builder, for another engine's, and for one that does not exist.
    pub fn require_builder(&self, name: &str, context: &str, engine: Engine<'_>) -> Result<()> {
        let inspected = engine.ask(&docker(["buildx", "inspect", name]))?;
        let Some(builder) = Builder::parse(&inspected.stdout).filter(|_| inspected.success()) else {
            let fact = format!("There is no builder {:?}.", crate::names::printable(name));
            let problem = Problem::new(ErrorId::Usage, fact).evidence(inspected.stderr.lines());
            return Err(problem.next("docker buildx ls    lists the builders"));
        };
        let unseen = match (&self.decision.choice, self.overlay.is_empty()) {
            _ if builder.is_of(context) => return Ok(()),
            _ if builder.driver == "docker" => {
                let fact =
                    format!("The builder {name} belongs to another engine: to that of context {}.", builder.endpoint);
                let use_it = format!("docker context use {}    to run everything on that engine", builder.endpoint);
                return Err(Problem::new(ErrorId::Usage, fact).next(use_it));
            }
            (Choice::Registry { .. }, true) => return Ok(()),
            (Choice::Registry { .. }, false) => "bases with this network's certificates",
            (Choice::Local, _) => "local bases",
        };
        let driver = builder.driver;
        let fact = format!("The builder {name} (driver {driver}) cannot see {unseen}: it has a store of its own.");
        let problem = Problem::new(ErrorId::Usage, fact).next("Leave --builder out: the engine builds by itself.");
        Err(if self.overlay.is_empty() {
            problem.next("--bases registry    or a mirror: --bases registry=HOST")
        } else {
            problem
        })
    }

    /// What would have to be built for `needed`, and where builds find it in the end. Asks the engine one question.
    ///
    /// Errors: a recipe stands on a base that has none; the engine does not answer.
    pub fn plan(&self, needed: &BTreeSet<String>, architecture: &str, engine: Engine<'_>) -> Result<BasePlan> {
        let present = store::present(engine, &plan::tags(&self.recipes, needed))?;
        plan::plan(self.surroundings(architecture), needed, &present)
    }
}
