//! Gathers the facts that expectations are judged by and nothing else has measured yet.

use std::collections::{BTreeMap, BTreeSet};

use super::experiment::{Lab, changes};
use super::{Bench, look, start};
use crate::dockerfile::Dockerfile;
use crate::error::{Problem, Result};
use crate::event::Event;
use crate::interrupt;
use crate::model::{ContractRun, Expect, Inspection, Need, RanReadOnly, RungId, Setup, Stopped};
use crate::plan::Image;
use crate::probe;

/// Requests that are sent for the contract belong to one of its setups.
type BySetup<'c> = BTreeMap<&'c str, Vec<&'c crate::model::Request>>;

impl Bench<'_> {
    /// Gathers what these expectations need and is not there yet.
    ///
    /// Errors: whatever building, weighing or starting fails with. A service that fails is a fact, not an error.
    pub(super) fn gather(&mut self, expect: &[Expect]) -> Result<()> {
        for (need, rungs) in needs(expect) {
            let images: Vec<&Image> = self.job.images.iter().filter(|i| rungs.contains(&&i.name.rung)).collect();
            let images: Vec<&Image> = images.into_iter().filter(|image| !self.has(&need, image)).collect();
            if images.is_empty() {
                continue;
            }
            match need {
                Need::Inspection => {
                    let tags: Vec<String> = images.iter().map(|image| image.name.tag()).collect();
                    let found = self.look(&tags)?;
                    self.facts.inspections.extend(found);
                }
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
        let (app, rung) = (&image.name.app, &image.name.rung);
        let facts = &self.facts;
        match need {
            Need::Inspection => facts.inspections.iter().any(|i| i.image == image.name.tag()),
            Need::Stop => facts.stops.iter().any(|f| f.app == *app && f.rung == *rung),
            Need::ReadOnly => facts.read_only.iter().any(|f| f.app == *app && f.rung == *rung),
            Need::Contract => facts.contracts.iter().any(|f| f.app == *app && f.rung == *rung),
            Need::Context => facts.sent.iter().any(|f| f.app == *app && f.rung == *rung),
            Need::Rebuild(change) => {
                let of = facts.experiments.iter().filter(|e| e.app == *app && e.rung == *rung);
                of.flat_map(|e| &e.rebuilds).any(|rebuild| rebuild.change == *change)
            }
        }
    }

    /// What these images are made of, in their order.
    pub(super) fn look(&self, tags: &[String]) -> Result<Vec<Inspection>> {
        let (weigh, at_once) = (self.job.options.weigh, self.job.options.at_once);
        // Each has its Dockerfile among the job's, from which its layers' stages are told.
        let files: BTreeMap<String, Dockerfile> = self
            .job
            .everything()
            .filter(|image| tags.contains(&image.name.tag()))
            .filter_map(|image| Some((image.name.tag(), self.lab(false).dockerfile(image).ok()?)))
            .collect();
        look(tags, self.engine, weigh, at_once, &|image| files.get(image).cloned())
    }

    /// A place for experiments; `whole` where the time of a whole cold build is told.
    pub(super) fn lab(&self, whole: bool) -> Lab<'_> {
        Lab {
            contexts: self.job.contexts,
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
        let same = self.facts.experiments.iter_mut().find(|e| e.app == found.app && e.rung == found.rung);
        match same {
            Some(known) => known.rebuilds.extend(found.rebuilds),
            None => self.facts.experiments.push(found),
        }
        Ok(())
    }

    fn stop(&mut self, image: &Image) -> Result<()> {
        // What does not start, cannot stop: the fact stays missing, and the verdict says so.
        if let Ok((id, _)) = self.healthy(image, &Setup::default()) {
            let (after, status) = self.engine.stop(&id)?;
            let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
            self.facts.stops.push(Stopped {
                app: image.name.app.clone(),
                rung: image.name.rung.clone(),
                after_ms,
                status,
            });
            self.remove(&id);
        }
        Ok(())
    }

    fn read_only(&mut self, image: &Image) -> Result<()> {
        let setup = Setup { read_only: true, ..Setup::default() };
        let problem = match self.healthy(image, &setup) {
            Ok((id, _)) => {
                self.remove(&id);
                None
            }
            Err(problem) => Some(problem.fact),
        };
        interrupt::check()?;
        let (app, rung) = (image.name.app.clone(), image.name.rung.clone());
        self.facts.read_only.push(RanReadOnly { app, rung, problem });
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
            let served = self.healthy(image, &setup);
            interrupt::check()?;
            for request in of_setup {
                let Some(expected) = request.expected(&lacks) else { continue };
                requests += 1;
                let answer = match &served {
                    Ok((_, address)) => probe::send(request, address),
                    Err(problem) => Err(problem.fact.clone()),
                };
                if let Err(difference) = answer.and_then(|answer| expected.judge(&answer)) {
                    wrong.push(format!("{} ({difference})", request.id));
                }
            }
            if let Ok((id, _)) = served {
                self.remove(&id);
            }
        }
        let (app, rung) = (image.name.app.clone(), image.name.rung.clone());
        self.facts.contracts.push(ContractRun { app, rung, requests, wrong });
        Ok(())
    }

    /// Starts a container and waits for its health. One that never gets there is removed.
    pub(super) fn healthy(&self, image: &Image, setup: &Setup) -> Result<(String, String)> {
        let began = std::time::Instant::now();
        let (id, address) = start(image, setup, self.run, self.engine)?;
        let health = self
            .job
            .contract
            .health()
            .ok_or_else(|| Problem::new(crate::error::ErrorId::Manifest, "The contract has no health request."))?;
        let waited = probe::wait_until_healthy(self.engine, &id, &address, health, image.app.ready_within, began);
        if let Err(problem) = waited {
            self.remove(&id);
            return Err(problem);
        }
        Ok((id, address))
    }

    /// Removes a container of this run. One that cannot be removed now is counted when the run ends.
    pub(super) fn remove(&self, id: &str) {
        if self.engine.remove_containers(&[id.to_owned()]).is_ok() {
            self.run.forget(id);
        }
    }
}

/// Which rungs each kind of fact is needed of.
fn needs(expect: &[Expect]) -> BTreeMap<Need, BTreeSet<&RungId>> {
    let mut needs: BTreeMap<Need, BTreeSet<&RungId>> = BTreeMap::new();
    for expect in expect {
        for need in expect.needs() {
            needs.entry(need).or_default().extend(expect.rung().into_iter().chain(expect.compared_with()));
        }
    }
    needs
}
