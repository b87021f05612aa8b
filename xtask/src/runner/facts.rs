//! Gathers the facts that expectations are judged by and nothing else has measured yet.

use std::collections::{BTreeMap, BTreeSet};

use super::experiment::{Lab, changes};
use super::look::Looker;
use super::running::{Starter, Up};
use super::{Bench, Job};
use crate::dockerfile::Dockerfile;
use crate::error::Result;
use crate::event::Event;
use crate::interrupt;
use crate::model::{ContractRun, Expect, Need, RanReadOnly, Setup, Started, Stopped, VariantId};
use crate::plan::Image;
use crate::probe;

/// How often a service is started whose readiness is compared with another's.
const STARTS: usize = 5;

/// Requests that are sent for the contract belong to one of its setups.
type BySetup<'c> = BTreeMap<&'c str, Vec<&'c crate::model::Request>>;

impl Bench<'_> {
    /// Gathers what these expectations need and is not there yet.
    ///
    /// Errors: whatever building, weighing or starting fails with. A service that fails is a fact, not an error.
    pub(super) fn gather(&mut self, expect: &[Expect]) -> Result<()> {
        for (need, variants) in needs(expect) {
            let images: Vec<&Image> = self.job.images.iter().filter(|i| variants.contains(&&i.name.variant)).collect();
            let images: Vec<&Image> = images.into_iter().filter(|image| !self.has(&need, image)).collect();
            if images.is_empty() {
                continue;
            }
            match need {
                Need::Inspection => {
                    let tags: Vec<String> = images.iter().map(|image| image.name.tag()).collect();
                    let found = self.looking(&tags, |looker| looker.whole(&tags))?;
                    self.facts.inspections.extend(found);
                }
                // Measured with the images, before anything is told.
                Need::Ready => {}
                Need::Stop => self.each("Stopping", &images, Self::stop)?,
                Need::ReadOnly => self.each("Hardening", &images, Self::read_only)?,
                Need::Contract => self.each("Asking", &images, Self::contract)?,
                Need::Context => self.each("Sending", &images, |bench, image| {
                    let sent = bench.lab(false).sent(image)?;
                    bench.facts.sent.push(sent);
                    Ok(())
                })?,
                Need::Rebuild(change) => {
                    self.each("Rebuilding", &images, |bench, image| bench.rebuild(image, &change))?;
                }
            }
        }
        Ok(())
    }

    fn each(
        &mut self,
        name: &'static str,
        images: &[&Image],
        one: impl Fn(&mut Self, &Image) -> Result<()>,
    ) -> Result<()> {
        self.engine.sink().emit(Event::Phase { name, total: images.len(), of: "images" });
        for image in images {
            interrupt::check()?;
            let item = image.name.to_string();
            self.engine.sink().emit(Event::Progress { item: item.clone(), doing: String::new() });
            one(self, image)?;
            self.engine.sink().emit(Event::Done { item, remark: String::new() });
        }
        Ok(())
    }

    /// Whether a fact is there already, as it is after a step that measured it.
    fn has(&self, need: &Need, image: &Image) -> bool {
        let (app, variant) = (&image.name.app, &image.name.variant);
        let facts = &self.facts;
        match need {
            Need::Inspection => facts.inspections.iter().any(|i| i.image == image.name.tag()),
            Need::Ready => facts.starts.iter().any(|f| f.app == *app && f.variant == *variant),
            Need::Stop => facts.stops.iter().any(|f| f.app == *app && f.variant == *variant),
            Need::ReadOnly => facts.read_only.iter().any(|f| f.app == *app && f.variant == *variant),
            Need::Contract => facts.contracts.iter().any(|f| f.app == *app && f.variant == *variant),
            Need::Context => facts.sent.iter().any(|f| f.app == *app && f.variant == *variant),
            Need::Rebuild(change) => {
                let of = facts.experiments.iter().filter(|e| e.app == *app && e.variant == *variant);
                of.flat_map(|e| &e.rebuilds).any(|rebuild| rebuild.change == *change)
            }
        }
    }

    /// Looks into some images. Each has its Dockerfile among the job's, from which its layers' stages are told.
    pub(super) fn looking<T>(&self, tags: &[String], look: impl FnOnce(Looker<'_>) -> T) -> T {
        let files: BTreeMap<String, Dockerfile> = self
            .job
            .everything()
            .filter(|image| tags.contains(&image.name.tag()))
            .filter_map(|image| Some((image.name.tag(), self.lab(false).dockerfile(image).ok()?)))
            .collect();
        look(Looker {
            engine: self.engine,
            way: self.job.options.weigh,
            at_once: self.job.options.at_once,
            dockerfiles: &|image| files.get(image).cloned(),
            ids: self.ids,
            results: &self.facts.results,
        })
    }

    /// A place for experiments; `whole` where the time of a whole cold build is told.
    pub(super) fn lab(&self, whole: bool) -> Lab<'_> {
        Lab {
            sources: self.job.sources,
            options: &self.job.options.build,
            weigh: self.job.options.weigh,
            whole,
            run: self.run.id(),
            root: self.job.root,
            engine: self.engine,
        }
    }

    fn rebuild(&mut self, image: &Image, change: &String) -> Result<()> {
        let named = changes([change], self.job.changes, image)?;
        let found = self.lab(false).experiment(image, &named)?;
        let same = self.facts.experiments.iter_mut().find(|e| e.app == found.app && e.variant == found.variant);
        match same {
            Some(known) => known.rebuilds.extend(found.rebuilds),
            None => self.facts.experiments.push(found),
        }
        Ok(())
    }

    fn stop(&mut self, image: &Image) -> Result<()> {
        // What does not start, cannot stop: the fact stays missing, and the verdict says so.
        if let Ok(up) = self.own(image, &Setup::default()) {
            let (after, status) = self.engine.stop(&up.id)?;
            let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
            self.facts.stops.push(Stopped {
                app: image.name.app.clone(),
                variant: image.name.variant.clone(),
                after_ms,
                status,
            });
            self.remove(&up.id);
        }
        Ok(())
    }

    fn read_only(&mut self, image: &Image) -> Result<()> {
        let problem = self.share(image, &hardened()).err().map(|problem| problem.fact);
        interrupt::check()?;
        let (app, variant) = (image.name.app.clone(), image.name.variant.clone());
        self.facts.read_only.push(RanReadOnly { app, variant, problem });
        Ok(())
    }

    fn contract(&mut self, image: &Image) -> Result<()> {
        let lacks = image.without();
        let mut setups = BySetup::new();
        for request in &self.job.contract.requests {
            setups.entry(&request.setup).or_default().push(request);
        }
        let (mut requests, mut wrong) = (0, Vec::new());
        for (name, of_setup) in setups {
            let setup = self.job.contract.setup.get(name).cloned().unwrap_or_default();
            let served = self.share(image, &setup);
            interrupt::check()?;
            for request in of_setup {
                let Some(expected) = request.expected(&lacks) else { continue };
                requests += 1;
                let answer = match &served {
                    Ok(up) => probe::send(request, &up.address),
                    Err(problem) => Err(problem.fact.clone()),
                };
                if let Err(difference) = answer.and_then(|answer| expected.judge(&answer)) {
                    wrong.push(format!("{} ({difference})", request.id));
                }
            }
        }
        let (app, variant) = (image.name.app.clone(), image.name.variant.clone());
        self.facts.contracts.push(ContractRun { app, variant, requests, wrong });
        Ok(())
    }

    /// Starts the services whose readiness is compared several times, in turn, and takes the median for the time they need.
    ///
    /// Errors: the run was interrupted. A service that does not start has one entry less.
    pub(super) fn start_again(&mut self) -> Result<()> {
        let needs = needs(self.job.expect);
        let Some(variants) = needs.get(&Need::Ready) else { return Ok(()) };
        let images: Vec<&Image> =
            self.job.images.iter().filter(|image| variants.contains(&image.name.variant)).collect();
        let mut starts: Vec<Vec<u64>> = vec![Vec::new(); images.len()];
        self.engine.sink().emit(Event::Phase { name: "Starting", total: images.len() * STARTS, of: "containers" });
        for _ in 0..STARTS {
            for (image, ready) in images.iter().zip(&mut starts) {
                let item = image.name.to_string();
                self.engine.sink().emit(Event::Progress { item: item.clone(), doing: "docker run".to_owned() });
                if let Ok(up) = self.starter().start(image, &Setup::default()) {
                    ready.push(u64::try_from(up.ready.as_millis()).unwrap_or(u64::MAX));
                    self.remove(&up.id);
                }
                interrupt::check()?;
                self.engine.sink().emit(Event::Counted { item, remark: String::new() });
            }
        }
        for (image, mut ready_ms) in images.into_iter().zip(starts) {
            ready_ms.sort_unstable();
            let (app, variant) = (image.name.app.clone(), image.name.variant.clone());
            let started = Started { app, variant, ready_ms };
            let result = self.facts.results.iter_mut().find(|m| m.app == started.app && m.variant == started.variant);
            if let (Some(result), Some(median)) = (result, started.median_ms()) {
                result.ready_ms = median;
            }
            self.facts.starts.push(started);
        }
        Ok(())
    }

    /// A container for questions that leave it as it is. It may be one that others ask as well.
    pub(super) fn share(&self, image: &Image, setup: &Setup) -> Result<Up> {
        self.running.share(image, setup, self.starter())
    }

    /// A container for the caller alone, who may change it and removes it.
    pub(super) fn own(&self, image: &Image, setup: &Setup) -> Result<Up> {
        // What is to be kept is not given away.
        let free = if self.job.options.keep { None } else { self.running.take(image, setup) };
        free.map_or_else(|| self.starter().start(image, setup), Ok)
    }

    /// Removes a container of this run. One that cannot be removed now is counted when the run ends.
    pub(super) fn remove(&self, id: &str) {
        self.starter().remove(id);
    }

    /// Removes all containers but those that the images were measured with.
    pub(super) fn leave_only(&self, images: &[Image]) {
        let kept: Vec<_> = images.iter().map(|image| (image, Setup::default())).collect();
        let others = self.running.others_than(&kept);
        if self.engine.remove_containers(&others).is_ok() {
            for id in &others {
                self.run.forget(id);
            }
        }
    }

    fn starter(&self) -> Starter<'_> {
        let Job { contract, options, .. } = self.job;
        Starter { contract, run: self.run, engine: self.engine, keep: options.keep }
    }
}

/// The setup in which a service has to bear a root file system that it cannot change.
pub(super) fn hardened() -> Setup {
    Setup { read_only: true, ..Setup::default() }
}

/// Which variants each kind of fact is needed of.
pub(super) fn needs(expect: &[Expect]) -> BTreeMap<Need, BTreeSet<&VariantId>> {
    let mut needs: BTreeMap<Need, BTreeSet<&VariantId>> = BTreeMap::new();
    for expect in expect {
        for need in expect.needs() {
            needs.entry(need).or_default().extend(expect.variant().into_iter().chain(expect.compared_with()));
        }
    }
    needs
}
