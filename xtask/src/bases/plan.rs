//! From what is needed and what is there to one bake definition. No I/O happens here.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::Choice;
use super::hash::{self, Hash};
use super::overlay::Overlay;
use super::recipe::{Recipe, Recipes};
use super::{overlay_tag, tag};
use crate::engine::bake::{CACHE_MOUNT_NAMESPACE, Definition, Target};
use crate::engine::labels;
use crate::error::Result;
use crate::model::{BaseSources, Reference, image_context};

/// Folder for what is generated, from the repository's root: git ignores it.
pub const SCRATCH: &str = "target/drydock/bases";

/// Where things are, and what they must be.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// All recipes.
    pub recipes: &'a Recipes,
    /// Where bases come from.
    pub choice: &'a Choice,
    /// What this network asks of toolchain bases.
    pub overlay: &'a Overlay,
    /// The engine's architecture in Docker's words.
    pub architecture: &'a str,
}

/// What must be built, and what Dockerfiles get in the end.
#[derive(Clone, Debug, Default)]
pub struct BasePlan {
    /// Where builds find the bases in the end.
    pub sources: BaseSources,
    /// The bases to build in one call; empty when all are there.
    pub definition: Definition,
    /// Whether mmdebstrap has to make the root filesystem first.
    pub needs_root: bool,
    /// Files to write before the build: path from the repository's root to text.
    pub files: BTreeMap<String, String>,
}

/// Plans so that every base of `needed` is there. `present` holds the tags in the engine's store with the recipe they were
/// made by. A local base without a recipe is left to the engine, which may have it.
///
/// Errors: a recipe stands on a base that has none.
pub fn plan(at: Surroundings<'_>, needed: &BTreeSet<String>, present: &BTreeMap<String, Hash>) -> Result<BasePlan> {
    let hashes = hash::recipes(at.recipes, at.architecture)?;
    let mut planner = Planner { at, hashes, present, plan: BasePlan::default() };
    for name in needed {
        if let (Choice::Local, Err(problem)) = (at.choice, at.recipes.get(name)) {
            planner.plan.sources.leave(name, problem);
        } else if let Some(image) = planner.base(&Reference::short(name))? {
            planner.plan.sources.insert(name, image);
        }
    }
    Ok(planner.plan)
}

/// Every tag that [`plan`] wants to know about.
pub fn tags(recipes: &Recipes, needed: &BTreeSet<String>) -> Vec<String> {
    let known: BTreeSet<String> = needed.iter().filter(|n| recipes.find(n).is_some()).cloned().collect();
    let closure = recipes.closure(&known).unwrap_or_default();
    let roots = recipes.overlay_parents().unwrap_or_default();
    let names: BTreeSet<&str> =
        closure.iter().map(|r| r.base.name.as_str()).chain(roots.iter().map(String::as_str)).collect();
    names.into_iter().flat_map(|name| [tag(name), overlay_tag(name)]).collect()
}

struct Planner<'a> {
    at: Surroundings<'a>,
    hashes: BTreeMap<String, Hash>,
    present: &'a BTreeMap<String, Hash>,
    plan: BasePlan,
}

impl Planner<'_> {
    /// Sees to a base as Dockerfiles need it: with the overlay where there is one. Returns the image that is it.
    fn base(&mut self, name: &str) -> Result<Option<String>> {
        let toolchain = self.at.recipes.find(name).and_then(|r| r.base.toolchain.as_ref());
        let dockerfile = toolchain.and_then(|t| self.at.overlay.dockerfile(&self.at.recipes.overlay, t));
        let Some(dockerfile) = dockerfile else {
            self.origin(name)?;
            return Ok(self.at.choice.image(name));
        };
        self.overlaid(name, dockerfile)?;
        Ok(Some(overlay_tag(name)))
    }

    /// Sees to a base without overlay. Returns what another target of the same bake call may name as its context; `None`
    /// where the official name itself is right.
    fn origin(&mut self, name: &str) -> Result<Option<String>> {
        let image = || self.at.choice.image(name).map(|image| image_context(&image));
        if *self.at.choice != Choice::Local {
            return Ok(image());
        }
        let recipe = self.at.recipes.get(name)?;
        let hash = self.hashes[name].clone();
        if self.present.get(&tag(name)) == Some(&hash) {
            return Ok(image());
        }
        let id = target_id(name);
        if !self.plan.definition.targets.contains_key(&id) {
            let contexts = self.contexts(&recipe.parents)?;
            self.plan.needs_root |= recipe.base.root;
            let target = Target {
                contexts,
                labels: image_labels(name, hash),
                tags: vec![tag(name)],
                ..self.recipe_target(recipe)
            };
            self.plan.definition.targets.insert(id.clone(), target);
        }
        Ok(Some(format!("target:{id}")))
    }

    fn recipe_target(&mut self, recipe: &Recipe) -> Target {
        let base = &recipe.base;
        let mut args = base.args.clone();
        args.insert(CACHE_MOUNT_NAMESPACE.0.to_owned(), CACHE_MOUNT_NAMESPACE.1.to_owned());
        args.extend(base.parent.iter().map(|parent| ("PARENT".to_owned(), parent.clone())));
        let mut secrets = Vec::new();
        if let Some(wheel) = &base.wheel {
            args.insert("WHEEL".to_owned(), wheel.line());
            // The stage that downloads the wheel is thrown away, so that even an address with a password stays here.
            let index = self.at.overlay.mirrors.get("PIP_INDEX_URL");
            args.extend(index.map(|index| ("PIP_INDEX_URL".to_owned(), index.clone())));
            if !self.at.overlay.certificates.is_empty() {
                secrets.push(format!("id=ca,src={}", self.certificates()));
            }
        }
        let (context, dockerfile) = if base.root {
            let context = format!("{SCRATCH}/root");
            let dockerfile = format!("{}/{}/{}", up(&context), super::recipe::FOLDER, base.dockerfile);
            (context, dockerfile)
        } else {
            (super::recipe::FOLDER.to_owned(), base.dockerfile.clone())
        };
        Target { context, dockerfile, target: base.target.clone(), args, secrets, ..Target::default() }
    }

    fn overlaid(&mut self, name: &str, dockerfile: String) -> Result<()> {
        let mut stands_on = self.at.recipes.overlay_parents()?;
        stands_on.insert(name.to_owned());
        let ids: Vec<String> = stands_on.iter().map(|parent| self.identity(parent)).collect::<Result<_>>()?;
        let hash = hash::overlay(&dockerfile, &self.at.overlay.certificates, &ids, self.at.architecture);
        if self.present.get(&overlay_tag(name)) == Some(&hash) {
            return Ok(());
        }
        let id = format!("ca-{}", target_id(name));
        let contexts = self.contexts(&stands_on)?;
        self.certificates();
        let file = format!("{id}.Dockerfile");
        self.plan.files.insert(format!("{SCRATCH}/overlay/{file}"), dockerfile);
        let target = Target {
            context: format!("{SCRATCH}/overlay"),
            dockerfile: file,
            contexts,
            args: BTreeMap::from([("PARENT".to_owned(), name.to_owned())]),
            labels: image_labels(name, hash),
            tags: vec![overlay_tag(name)],
            ..Target::default()
        };
        self.plan.definition.targets.insert(id, target);
        Ok(())
    }

    /// What an overlay's hash says about an image it stands on.
    fn identity(&self, name: &str) -> Result<String> {
        match self.at.choice {
            Choice::Local => self.at.recipes.get(name).map(|r| self.hashes[&r.base.name].clone()),
            Choice::Registry { .. } => Ok(self.at.choice.image(name).unwrap_or_else(|| name.to_owned())),
        }
    }

    fn contexts(&mut self, names: &BTreeSet<String>) -> Result<BTreeMap<String, String>> {
        let mut contexts = BTreeMap::new();
        for name in names {
            if let Some(context) = self.origin(name)? {
                contexts.insert(name.clone(), context);
            }
        }
        Ok(contexts)
    }

    /// The file of this network's certificates, written before the build.
    fn certificates(&mut self) -> String {
        let path = format!("{SCRATCH}/overlay/host-ca.pem");
        self.plan.files.insert(path.clone(), self.at.overlay.certificates.clone());
        path
    }
}

fn image_labels(name: &str, hash: Hash) -> BTreeMap<String, String> {
    BTreeMap::from([
        (labels::ROLE.to_owned(), "base".to_owned()),
        (labels::BASE.to_owned(), name.to_owned()),
        (labels::RECIPE.to_owned(), hash),
    ])
}

/// A name that bake takes for a target: letters, digits, hyphens and underscores.
pub fn target_id(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// The way from a folder back to the repository's root.
fn up(folder: &str) -> String {
    vec![".."; folder.split('/').count()].join("/")
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::{ours, set};
    use super::*;

    const GO: &str = "golang:1.27-trixie";
    const STATIC: &str = "gcr.io/distroless/static-debian13:nonroot";

    struct Scene {
        recipes: Recipes,
        choice: Choice,
        overlay: Overlay,
    }

    fn scene(choice: Choice, certificates: &str) -> Scene {
        let overlay = Overlay { certificates: certificates.to_owned(), ..Overlay::default() };
        Scene { recipes: ours(), choice, overlay }
    }

    impl Scene {
        fn plan(&self, needed: &[&str], present: &BTreeMap<String, Hash>) -> BasePlan {
            let Self { recipes, choice, overlay } = self;
            plan(Surroundings { recipes, choice, overlay, architecture: "amd64" }, &set(needed), present).unwrap()
        }

        fn all_present(plan: &BasePlan) -> BTreeMap<String, Hash> {
            let targets = plan.definition.targets.values();
            targets.map(|t| (t.tags[0].clone(), t.labels[labels::RECIPE].clone())).collect()
        }
    }

    fn targets(plan: &BasePlan) -> Vec<&str> {
        plan.definition.targets.keys().map(String::as_str).collect()
    }

    #[test]
    fn an_empty_store_gets_the_base_with_everything_under_it() {
        let plan = scene(Choice::Local, "").plan(&[GO], &BTreeMap::new());
        assert_eq!(targets(&plan), ["buildpack-deps-trixie-scm", "debian-trixie-slim", "golang-1-27-trixie"]);
        assert!(plan.needs_root);
        let go = &plan.definition.targets["golang-1-27-trixie"];
        assert_eq!(go.contexts["debian:trixie-slim"], "target:debian-trixie-slim");
        assert_eq!(go.args["BUILDKIT_CACHE_MOUNT_NS"], "drydock");
        assert!(go.secrets.is_empty());
        assert_eq!(plan.sources.image(GO), "drydock.local/golang:1.27-trixie");
        assert_eq!(
            plan.definition.targets["debian-trixie-slim"].dockerfile,
            "../../../../xtask/bases/debian.Dockerfile"
        );
    }

    #[test]
    fn what_is_there_is_used_and_nothing_is_built() {
        let scene = scene(Choice::Local, "CA");
        let first = scene.plan(&[GO, STATIC], &BTreeMap::new());
        let second = scene.plan(&[GO, STATIC], &Scene::all_present(&first));
        assert_eq!(targets(&second), Vec::<&str>::new());
        assert!(!second.needs_root);
        assert_eq!(second.sources, first.sources);
    }

    #[test]
    fn one_outdated_base_stands_on_what_is_there() {
        let scene = scene(Choice::Local, "");
        let mut present = Scene::all_present(&scene.plan(&[GO], &BTreeMap::new()));
        present.insert("drydock.local/golang:1.27-trixie".to_owned(), "other".to_owned());
        let plan = scene.plan(&[GO], &present);
        assert_eq!(targets(&plan), ["golang-1-27-trixie"]);
        let contexts = &plan.definition.targets["golang-1-27-trixie"].contexts;
        assert_eq!(contexts["debian:trixie-slim"], "docker-image://drydock.local/debian:trixie-slim");
        assert!(!plan.needs_root);
    }

    #[test]
    fn a_ca_reaches_the_toolchain_and_no_other_base() {
        let plan = scene(Choice::Local, "CA").plan(&[GO, STATIC], &BTreeMap::new());
        assert_eq!(plan.sources.image(GO), "drydock.local/ca/golang:1.27-trixie");
        assert_eq!(plan.sources.image(STATIC), format!("drydock.local/{STATIC}"));
        let overlay = &plan.definition.targets["ca-golang-1-27-trixie"];
        assert_eq!(overlay.contexts[GO], "target:golang-1-27-trixie");
        assert_eq!(plan.files["target/drydock/bases/overlay/host-ca.pem"], "CA");
        let secrets = &plan.definition.targets["golang-1-27-trixie"].secrets;
        assert_eq!(secrets, &["id=ca,src=target/drydock/bases/overlay/host-ca.pem"]);
    }

    #[test]
    fn another_ca_makes_another_overlay_of_the_same_base() {
        let before = scene(Choice::Local, "CA");
        let present = Scene::all_present(&before.plan(&[GO], &BTreeMap::new()));
        let plan = scene(Choice::Local, "another CA").plan(&[GO], &present);
        assert_eq!(targets(&plan), ["ca-golang-1-27-trixie"]);
    }

    #[test]
    fn a_registry_needs_nothing_built_but_overlays() {
        let pulled = scene(Choice::Registry { host: None }, "").plan(&[GO, "alpine:3"], &BTreeMap::new());
        assert!(pulled.sources.is_empty() && targets(&pulled).is_empty());
        let mirror = Choice::Registry { host: Some("h:5000".to_owned()) };
        let plan = scene(mirror, "CA").plan(&[GO, STATIC], &BTreeMap::new());
        assert_eq!(targets(&plan), ["ca-golang-1-27-trixie"]);
        let overlay = &plan.definition.targets["ca-golang-1-27-trixie"];
        assert_eq!(overlay.contexts[GO], "docker-image://h:5000/docker.io/library/golang:1.27-trixie");
        assert_eq!(plan.sources.image(STATIC), format!("h:5000/{STATIC}"));
    }

    #[test]
    fn every_base_of_ours_can_be_planned() {
        let recipes = ours();
        let all: BTreeSet<String> = recipes.all().map(|r| r.base.name.clone()).collect();
        let (choice, overlay) = (Choice::Local, Overlay::default());
        let at = Surroundings { recipes: &recipes, choice: &choice, overlay: &overlay, architecture: "arm64" };
        let plan = plan(at, &all, &BTreeMap::new()).unwrap();
        assert_eq!(plan.definition.targets.len(), all.len());
        let parents_only = tags(&recipes, &set(&[GO]));
        assert!(parents_only.contains(&"drydock.local/debian:trixie-slim".to_owned()), "{parents_only:?}");
    }
}
