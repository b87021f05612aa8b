//! Pushes and pulls that are measured: to a registry of the run's own, and by an engine of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::Underway;
use super::experiment::changes;
use crate::engine::docker;
use crate::engine::empty::{self, EmptyEngine};
use crate::engine::registry::Registry;
use crate::error::Result;
use crate::event::Event;
use crate::interrupt;
use crate::model::block::Sign;
use crate::model::{Delivery, Store, Transfer, VariantId};
use crate::plan::Image;
use crate::units;

/// What moved, or why that could not be measured.
pub(super) type Shipped = std::result::Result<Vec<(VariantId, Delivery, Transfer)>, String>;

/// The images of changed apps, by the tags of those they were built beside, and for each of their layers whether the change leaves
/// it as it was. Dropping it removes them.
struct Changed<'u> {
    underway: &'u Underway<'u>,
    tags: BTreeMap<String, (String, Vec<bool>)>,
}

impl Underway<'_> {
    /// Pushes images in turn to one registry, which has nothing at first; then, after a change, each again.
    ///
    /// What moved is kept as facts. Errors: an image of a changed app does not build; the run was interrupted.
    pub(super) fn push_in_turn(&mut self, images: &[&Image], change: Option<&str>) -> Result<Shipped> {
        let shipped = {
            let changed = self.changed_images(images, change)?;
            as_reason(self.with_registry(|registry| {
                let (mut moved, mut there) = (Vec::new(), BTreeSet::new());
                for image in images {
                    let transfer = self.receive(registry, image, (&image.name.tag(), &[]), None)?;
                    moved.push((*image, Delivery::First(there.clone()), transfer));
                    there.insert(image.name.variant.clone());
                }
                for (image, change) in images.iter().filter_map(|image| change.map(|change| (image, change))) {
                    let transfer = self.receive(registry, image, changed.of(image), Some(change))?;
                    moved.push((*image, Delivery::After(change.to_owned()), transfer));
                }
                Ok(moved)
            }))?
        };
        Ok(shipped.map(|moved| {
            for (image, delivery, transfer) in &moved {
                self.of(image).pushed.insert(delivery.clone(), *transfer);
            }
            moved.into_iter().map(|(image, delivery, one)| (image.name.variant.clone(), delivery, one)).collect()
        }))
    }

    /// Pushes one image to a registry that has some variants of the same app.
    ///
    /// Errors: the run was interrupted.
    pub(super) fn push_beside(&mut self, image: &Image, has: &BTreeSet<VariantId>) -> Result<Shipped> {
        let delivery = Delivery::First(has.clone()).to(&image.name.variant);
        let others = self.others(image, has);
        let shipped = as_reason(self.with_registry(|registry| {
            for other in &others {
                registry.push(&other.name.tag(), &name(other, None), self.engine)?;
            }
            self.receive(registry, image, (&image.name.tag(), &[]), None)
        }))?;
        Ok(shipped.map(|transfer| {
            self.of(image).pushed.insert(delivery.clone(), transfer);
            vec![(image.name.variant.clone(), delivery, transfer)]
        }))
    }

    /// Lets an engine of its own pull each image. Before each it has nothing but these variants or, with a change, the image
    /// as it was.
    ///
    /// What moved is kept as facts. Errors: an image of a changed app does not build; the run was interrupted.
    pub(super) fn pull_each(
        &mut self,
        images: &[&Image],
        has: &BTreeSet<VariantId>,
        change: Option<&str>,
    ) -> Result<Shipped> {
        if let Err(problem) = empty::require() {
            let cause = problem.cause.map(|cause| format!(" {cause}")).unwrap_or_default();
            return Ok(Err(format!("{}{cause}", problem.fact)));
        }
        let shipped = {
            let changed = self.changed_images(images, change)?;
            as_reason(self.with_registry(|registry| {
                for image in images {
                    for other in self.others(image, has).into_iter().chain([*image]) {
                        registry.push(&other.name.tag(), &name(other, None), self.engine)?;
                    }
                    if change.is_some() {
                        registry.push(changed.of(image).0, &name(image, change), self.engine)?;
                    }
                }
                let store = if self.job.options.index { Store::Containerd } else { Store::Classic };
                let node = EmptyEngine::start(registry.pid, store, &self.job.root.join("target/drydock"))?;
                let pull = |image: &&'_ Image| {
                    let mut there: Vec<String> =
                        self.others(image, has).into_iter().map(|other| name(other, None)).collect();
                    there.extend(change.map(|_| name(image, None)));
                    self.pull(registry, &node, (image, changed.of(image).1), &there, change)
                };
                images.iter().map(|image| Ok((*image, pull(image)?))).collect()
            }))?
        };
        Ok(shipped.map(|moved: Vec<(&Image, Transfer)>| {
            let delivery = change.map_or_else(|| Delivery::First(has.clone()), |c| Delivery::After(c.to_owned()));
            let keep = |(image, transfer): (&Image, Transfer)| {
                let delivery = delivery.to(&image.name.variant);
                self.of(image).pulled.insert(delivery.clone(), transfer);
                (image.name.variant.clone(), delivery, transfer)
            };
            moved.into_iter().map(keep).collect()
        }))
    }

    fn receive(
        &self,
        registry: &Registry,
        image: &Image,
        (tag, kept): (&str, &[bool]),
        change: Option<&str>,
    ) -> Result<Transfer> {
        interrupt::check()?;
        let item = image.called();
        self.engine.sink().emit(Event::Progress { item: item.clone(), doing: "docker push".to_owned() });
        let transfer = registry.receive(tag, &name(image, change), kept, self.engine)?;
        self.engine.sink().emit(Event::Done { item, remark: units::bytes(transfer.bytes), sign: Sign::Held });
        Ok(transfer)
    }

    fn pull(
        &self,
        registry: &Registry,
        node: &EmptyEngine,
        (image, kept): (&Image, &[bool]),
        there: &[String],
        change: Option<&str>,
    ) -> Result<Transfer> {
        interrupt::check()?;
        let item = image.called();
        self.engine.sink().emit(Event::Progress { item: item.clone(), doing: "docker pull".to_owned() });
        for name in there {
            node.pull(&Registry::inside(name), self.engine)?;
        }
        let own = name(image, change);
        let transfer = registry.send(&own, node, kept, self.engine)?;
        // No layer of it may help the next.
        for name in there.iter().chain([&own]) {
            node.forget(&Registry::inside(name), self.engine)?;
        }
        self.engine.sink().emit(Event::Done { item, remark: units::bytes(transfer.bytes), sign: Sign::Held });
        Ok(transfer)
    }

    /// Does something with a registry that has nothing, and removes it.
    fn with_registry<T>(&self, work: impl FnOnce(&Registry) -> Result<T>) -> Result<T> {
        let registry = Registry::start(self.job.sources, self.run, self.engine)?;
        let done = work(&registry);
        self.remove(&registry.id);
        done
    }

    /// Those of some variants that are others than the image, of the same app and for the same platform.
    fn others(&self, image: &Image, variants: &BTreeSet<VariantId>) -> Vec<&Image> {
        let variants: Vec<VariantId> = variants.iter().cloned().collect();
        let all = self.named(&variants, &image.name.app).into_iter();
        all.filter(|other| other.name.platform == image.name.platform && other.name != image.name).collect()
    }

    fn changed_images(&self, images: &[&Image], change: Option<&str>) -> Result<Changed<'_>> {
        let mut changed = Changed { underway: self, tags: BTreeMap::new() };
        for (image, name) in images.iter().filter_map(|image| change.map(|name| (image, name.to_owned()))) {
            let named = changes([&name], self.job.changes, image)?;
            for change in named {
                let built = self.lab(false).shipped(image, change)?;
                changed.tags.insert(image.name.tag(), built);
            }
        }
        Ok(changed)
    }
}

impl Changed<'_> {
    /// The tag of the changed image, and which of its layers stay; of none where nothing changes.
    fn of(&self, image: &Image) -> (&str, &[bool]) {
        self.tags.get(&image.name.tag()).map_or(("", &[]), |(tag, kept)| (tag, kept))
    }
}

impl Drop for Changed<'_> {
    fn drop(&mut self) {
        if !self.tags.is_empty() {
            let tags = self.tags.values().map(|(tag, _)| tag.clone());
            let remove = docker(["image", "rm", "--force"]).args(tags);
            // `clean` finds what stays behind by its label.
            let _ = self.underway.engine.ask(&remove);
        }
    }
}

/// One repository for all variants of an app, as a registry shares layers within one.
fn name(image: &Image, change: Option<&str>) -> String {
    let platform = image.name.platform.as_ref().map(|platform| format!(".{}", platform.slug())).unwrap_or_default();
    let change = change.map(|change| format!(".{change}")).unwrap_or_default();
    format!("{}:{}{platform}{change}", image.name.app, image.name.variant)
}

/// A registry or an engine that cannot be had is no failure of the run: it is why something was not measured.
fn as_reason<T>(result: Result<T>) -> Result<std::result::Result<T, String>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(problem) => {
            interrupt::check()?;
            let last = problem.evidence.last().map(|line| format!(" {}", crate::names::printable(line)));
            Ok(Err(problem.fact + &last.unwrap_or_default()))
        }
    }
}
