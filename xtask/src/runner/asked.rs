//! Which containers a job will ask, apart from those that are measured: known before anything runs, so that they can be started
//! several at the same time.

use super::facts::{asks_for, hardened, needs};
use super::story::asked_in;
use super::{Job, Underway};
use crate::lesson::{Action, Step};
use crate::model::{App, AppId, Setup, VariantId};
use crate::plan::Image;
use crate::rules::Need;

impl<'a> Job<'a> {
    /// The containers that steps and expectations share, each image with how it is run. Those that are changed, or started in
    /// a way of their own, are not among them.
    pub(super) fn asked_later(&self) -> Vec<(&'a Image, Setup)> {
        let mut asked = Vec::new();
        for step in self.steps {
            // A step that gives the service a peer starts it beside that.
            if let Action::Ask(ask) = &step.action
                && ask.peer.is_none()
            {
                let images = self.apps_of(step).into_iter().flat_map(|app| self.named(&ask.variants, &app.id));
                asked.extend(images.map(|image| (image, asked_in(ask))));
            }
        }
        for need in needs(self.expect) {
            for image in self.images.iter().filter(|image| asks_for(self.expect, &need, image)) {
                let setups: Vec<Setup> = match need {
                    Need::Contract => image.app.contract.setup.values().cloned().collect(),
                    Need::ReadOnly => vec![hardened()],
                    _ => continue,
                };
                asked.extend(setups.into_iter().map(|setup| (image, setup)));
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
        let variants = step.variants();
        // An app that has none of the step's variants has nothing to tell.
        apps.retain(|app| {
            let has =
                |variant: &&VariantId| self.everything().any(|i| i.name.app == app.id && i.name.variant == **variant);
            variants.is_empty() || variants.iter().any(has)
        });
        apps.truncate(if step.once || step.of_all() { 1 } else { apps.len() });
        apps
    }

    /// The images and Dockerfiles of an app with these variants, in their order; those it does not have are left out.
    pub(super) fn named(&self, variants: &[VariantId], app: &AppId) -> Vec<&'a Image> {
        let of = |variant: &VariantId| {
            let variant = variant.clone();
            self.everything().filter(move |image| image.name.app == *app && image.name.variant == variant)
        };
        variants.iter().flat_map(of).collect()
    }
}

impl<'a> Underway<'a> {
    /// As [`Job::named`].
    pub(super) fn named(&self, variants: &[VariantId], app: &AppId) -> Vec<&'a Image> {
        self.job.named(variants, app)
    }
}
