//! Which containers a job will ask, apart from those that are measured: known before anything runs, so that they can be started
//! several at the same time.

use super::facts::{hardened, needs};
use super::story::asked_in;
use super::{Bench, Job};
use crate::model::{App, AppId, Need, Setup, Step, VariantId};
use crate::plan::Image;

impl<'a> Job<'a> {
    /// The containers that steps and expectations share, each image with how it is run. Those that are changed, or started in
    /// a way of their own, are not among them.
    pub(super) fn asked_later(&self) -> Vec<(&'a Image, Setup)> {
        let mut asked = Vec::new();
        for ask in self.steps.iter().filter_map(|step| Some((step, step.ask.as_ref()?))) {
            let (step, ask) = ask;
            // A step that gives the service a peer starts it beside that.
            if ask.peer.is_none() {
                let images = self.apps_of(step).into_iter().flat_map(|app| self.named(&ask.variants, &app.id));
                asked.extend(images.map(|image| (image, asked_in(ask))));
            }
        }
        for (need, variants) in needs(self.expect) {
            let setups: Vec<Setup> = match need {
                Need::Contract => self.contract.setup.values().cloned().collect(),
                Need::ReadOnly => vec![hardened()],
                _ => continue,
            };
            for image in self.images.iter().filter(|image| variants.contains(&image.name.variant)) {
                asked.extend(setups.iter().map(|setup| (image, setup.clone())));
            }
        }
        asked
    }

    /// The apps a step is told for, in the order of the run.
    pub(super) fn apps_of(&self, step: &Step) -> Vec<App> {
        let mut apps: Vec<App> = Vec::new();
        for image in self.everything() {
            let wanted = step.apps.is_empty() || step.apps.contains(&image.name.app);
            if wanted && !apps.iter().any(|app| app.id == image.name.app) {
                apps.push(image.app.clone());
            }
        }
        let variants: Vec<&VariantId> = step.images().into_iter().chain(step.dockerfiles()).collect();
        // An app that has none of the step's variants has nothing to tell.
        apps.retain(|app| {
            let has =
                |variant: &&VariantId| self.everything().any(|i| i.name.app == app.id && i.name.variant == **variant);
            variants.is_empty() || variants.iter().any(has)
        });
        apps.truncate(if step.once || step.table.is_some() { 1 } else { apps.len() });
        apps
    }

    /// The images and Dockerfiles of an app with these variants, in their order; those it does not have are left out.
    pub(super) fn named(&self, variants: &[VariantId], app: &AppId) -> Vec<&'a Image> {
        let of = |variant: &VariantId| self.everything().find(|i| i.name.app == *app && i.name.variant == *variant);
        variants.iter().filter_map(of).collect()
    }
}

impl<'a> Bench<'a> {
    /// As [`Job::named`].
    pub(super) fn named(&self, variants: &[VariantId], app: &AppId) -> Vec<&'a Image> {
        self.job.named(variants, app)
    }
}
