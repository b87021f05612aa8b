//! Gathers the facts that expectations are judged by and nothing else has measured yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Underway;
use super::experiment::{Lab, changes};
use super::look::Looker;
use super::running::{Starter, Up};
use super::ship::Shipped;
use super::watched::Watched;
use crate::context;
use crate::dockerfile::Dockerfile;
use crate::engine::Engine;
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::interrupt;
use crate::model::block::Sign;
use crate::model::{
    ContractRun, Delivery, ImageFacts, Inspection, Outcome, PackageLine, Ran, RanReadOnly, Setup, Started, Stopped,
};
use crate::plan::Image;
use crate::probe::ending;
use crate::rules::{Expect, Need};
use crate::units;

/// How often a service is started whose readiness is compared with another's, before anything is judged.
const STARTS: usize = 5;
/// How often at most, where its starts differ too much to judge: on a machine that does other work, more would not help.
const MOST_STARTS: usize = 15;

/// How often a stop is measured that takes longer than [`LONG_STOP`].
const STOPS: usize = 3;
/// A service that ends when it is told to does so in half of this where nothing else runs.
const LONG_STOP: Duration = Duration::from_secs(1);

/// A way to end a container: its exit status, and how long it took.
type Ended = fn(Engine<'_>, &str) -> Result<(i32, Duration)>;

/// Requests that are sent for the contract belong to one of its setups.
type BySetup<'c> = BTreeMap<&'c str, Vec<&'c crate::model::Request>>;

impl Underway<'_> {
    /// Gathers what these expectations need and is not there yet.
    ///
    /// Errors: whatever building, weighing or starting fails with. A service that fails is a fact, not an error.
    pub(super) fn gather(&mut self, expect: &[Expect]) -> Result<()> {
        for need in needs(expect) {
            let wanted = |image: &&Image| asks_for(expect, &need, image) && !self.has(&need, image);
            let images: Vec<&Image> = self.job.images.iter().filter(wanted).collect();
            if images.is_empty() {
                continue;
            }
            match need {
                Need::Inspection => {
                    let tags: Vec<String> = images.iter().map(|image| image.name.tag()).collect();
                    let found = self.looking(&tags, |looker| looker.whole(&tags))?;
                    for (image, inspection) in images.iter().zip(found) {
                        self.of(image).inspection = Some(inspection);
                    }
                }
                // Measured with the images, before anything is told.
                Need::Ready => {}
                Need::Stop => self.each("Stopping", &images, Self::stop)?,
                Need::ReadOnly => self.each("Hardening", &images, Self::read_only)?,
                Need::Contract => self.each("Asking", &images, Self::contract)?,
                Need::Context => self.each("Sending", &images, |run, image| {
                    run.of(image).sent = Some(run.lab(false).sent(image)?);
                    Ok(())
                })?,
                Need::Timeline => self.each("Building", &images, |run, image| {
                    let timeline = run.lanes_of(image)?;
                    run.of(image).timeline = Some(timeline);
                    Ok(())
                })?,
                Need::Signal(signal) => self.each("Signalling", &images, |run, image| {
                    if let Some(signalled) = run.signalled(image, &signal)? {
                        run.of(image).signalled.insert(signal.clone(), signalled);
                    }
                    Ok(())
                })?,
                Need::EngineHealth => self.each("Watching", &images, |run, image| {
                    match run.health_of(image)? {
                        Watched::NotStarted => {}
                        Watched::Settled(health) => run.of(image).health = Some(health),
                        Watched::NotMeasured(why) => run.say_why(Err(why)),
                    }
                    Ok(())
                })?,
                Need::Push(Delivery::After(change)) => {
                    self.phase("Pushing", images.len());
                    let shipped = self.push_in_turn(&images, Some(&change))?;
                    self.say_why(shipped);
                }
                Need::Push(Delivery::First(has)) => self.each("Pushing", &images, |run, image| {
                    let shipped = run.push_beside(image, &has)?;
                    run.say_why(shipped);
                    Ok(())
                })?,
                Need::Pull(delivery) => {
                    self.phase("Pulling", images.len());
                    let shipped = match delivery {
                        Delivery::First(has) => self.pull_each(&images, &has, None)?,
                        Delivery::After(change) => self.pull_each(&images, &BTreeSet::new(), Some(&change))?,
                    };
                    self.say_why(shipped);
                }
                Need::Tool(tool) => self.each("Looking", &images, |run, image| {
                    // A tool that cannot be had leaves the fact missing, and the verdict says so.
                    match run.findings_of(image, &tool)? {
                        Ok(found) => drop(run.of(image).findings.insert(tool.to_string(), found)),
                        Err(why) => run.engine.sink().emit(Event::Warning(format!("{tool} could not look: {why}"))),
                    }
                    Ok(())
                })?,
                Need::Sources => self.each("Listing", &images, |run, image| {
                    let sources = context::files(&run.job.root.join(&image.context))?;
                    run.of(image).sources = Some(sources);
                    Ok(())
                })?,
                Need::User => self.each("Asking", &images, |run, image| {
                    // Of a service that does not start nothing is known but what its image says.
                    if let Ok(up) = measured(run.share(image, &Setup::default()))? {
                        run.of(image).user = run.engine.user_of(&up.id);
                    }
                    Ok(())
                })?,
                Need::Ran(command) => self.each("Running", &images, |run, image| run.ran(image, &command))?,
                Need::Answer(request) => self.each("Asking", &images, |run, image| run.answer_to(image, &request))?,
                Need::Offline(change) => self.each("Rebuilding", &images, |run, image| run.offline(image, &change))?,
                Need::Withheld(secret) => {
                    self.each("Withholding the secret from", &images, |run, image| run.withheld(image, &secret))?;
                }
                Need::Traces(secret) => {
                    self.each("Looking for the secret in", &images, |run, image| run.traces(image, &secret))?;
                }
                Need::Packages(change) => {
                    self.each("Rebuilding", &images, |run, image| run.packages_after(image, &change))?;
                }
                Need::Rebuild(change) => {
                    self.each("Rebuilding", &images, |run, image| run.rebuild(image, &change))?;
                }
                Need::Gate { target, change } => {
                    self.each("Building", &images, |run, image| run.gate(image, &target, &change))?;
                }
            }
        }
        Ok(())
    }

    fn phase(&self, name: &'static str, total: usize) {
        self.engine.sink().emit(Event::Phase { name, total, of: "images" });
    }

    /// The fact stays missing, and the verdict says so; why, is said here.
    fn say_why(&self, shipped: Shipped) {
        if let Err(why) = shipped {
            self.engine.sink().emit(Event::Warning(format!("Not measured: {why}")));
        }
    }

    fn each(
        &mut self,
        name: &'static str,
        images: &[&Image],
        one: impl Fn(&mut Self, &Image) -> Result<()>,
    ) -> Result<()> {
        self.phase(name, images.len());
        for image in images {
            interrupt::check()?;
            let item = image.called();
            self.engine.sink().emit(Event::Progress { item: item.clone(), doing: String::new() });
            let begun = Instant::now();
            one(self, image)?;
            // What came out is the verdict's to say; here it is only how long that took.
            self.engine.sink().emit(Event::Done { item, remark: units::seconds(begun.elapsed()), sign: Sign::Held });
        }
        Ok(())
    }

    /// What is known of an image so far.
    pub(super) fn of(&mut self, image: &Image) -> &mut ImageFacts {
        self.facts.entry(image.name.key())
    }

    /// Whether a fact is there already, as it is after a step that measured it.
    fn has(&self, need: &Need, image: &Image) -> bool {
        let Some(facts) = self.facts.of(&image.name.key()) else { return false };
        match need {
            Need::Inspection => facts.inspection.is_some(),
            Need::Ready => facts.started.is_some(),
            Need::Stop => facts.stopped.is_some(),
            Need::ReadOnly => facts.read_only.is_some(),
            Need::Contract => facts.contract.is_some(),
            Need::Context => facts.sent.is_some(),
            Need::Timeline => facts.timeline.is_some(),
            Need::Signal(signal) => facts.signalled.contains_key(signal),
            Need::EngineHealth => facts.health.is_some(),
            Need::Push(delivery) => facts.pushed.contains_key(&delivery.to(&image.name.variant)),
            Need::Pull(delivery) => facts.pulled.contains_key(&delivery.to(&image.name.variant)),
            Need::Tool(tool) => facts.findings.contains_key(tool.as_str()),
            Need::Sources => facts.sources.is_some(),
            Need::User => facts.user.is_some(),
            Need::Ran(command) => facts.ran.contains_key(command),
            Need::Answer(request) => facts.answers.contains_key(request),
            Need::Offline(change) => facts.offline.contains_key(change),
            Need::Packages(change) => facts.packages.contains_key(change),
            Need::Withheld(secret) => facts.withheld.contains_key(secret),
            Need::Traces(secret) => facts.traces.contains_key(secret),
            Need::Gate { target, change } => facts.gates.contains_key(&(target.clone(), change.clone())),
            Need::Rebuild(change) => {
                facts.experiment.iter().flat_map(|experiment| &experiment.rebuilds).any(|one| one.change == *change)
            }
        }
    }

    /// Looks into some images. Each has its Dockerfile among the job's, from which its layers' stages are told.
    pub(super) fn looking<T>(&self, tags: &[String], look: impl FnOnce(Looker<'_>) -> T) -> T {
        let files: BTreeMap<String, Dockerfile> = self
            .job
            .everything()
            .filter(|image| tags.contains(&image.name.tag()))
            .filter_map(|image| Some((image.name.tag(), image.stages().ok()?)))
            .collect();
        look(Looker {
            engine: self.engine,
            way: self.job.options.weigh,
            at_once: self.job.options.at_once,
            dockerfiles: &|image| files.get(image).cloned(),
            ids: self.ids,
            results: &self.facts.results(),
        })
    }

    /// A place for experiments; `told` where what they find is shown.
    pub(super) fn lab(&self, told: bool) -> Lab<'_> {
        Lab {
            sources: self.job.sources,
            options: &self.job.options.build,
            weigh: self.job.options.weigh,
            told,
            building: &self.building,
            run: self.run.id(),
            root: self.job.root,
            engine: self.engine,
        }
    }

    fn rebuild(&mut self, image: &Image, change: &String) -> Result<()> {
        if let Err(unread) = image.stages() {
            self.say_why(Err(format!("what a rebuild runs again, since our own reader stops at this: {unread}")));
            return Ok(());
        }
        let named = changes([change], self.job.changes, image)?;
        let found = self.lab(false).experiment(image, &named)?;
        match &mut self.of(image).experiment {
            Some(known) => known.rebuilds.extend(found.rebuilds),
            unknown => *unknown = Some(found),
        }
        Ok(())
    }

    /// What a command prints inside the container. Of a service that does not start the fact stays missing, and the verdict says so.
    fn ran(&mut self, image: &Image, command: &[String]) -> Result<()> {
        if let Ok(up) = measured(self.share(image, &Setup::default()))? {
            let output = self.engine.exec(&up.id, command)?;
            let ran = Ran { status: output.status, output: output.stdout + &output.stderr };
            self.of(image).ran.insert(command.to_vec(), ran);
        }
        Ok(())
    }

    fn answer_to(&mut self, image: &Image, id: &str) -> Result<()> {
        let Some(request) = image.app.contract.requests.iter().find(|request| request.id == id) else {
            let fact = format!("The contract of {} has no request `{id}`.", image.app.id);
            return Err(Problem::new(ErrorId::Manifest, fact));
        };
        let setup = image.app.contract.setup.get(&request.setup).cloned().unwrap_or_default();
        if let Ok(up) = measured(self.share(image, &setup))? {
            let answer = up.service(&image.name.to_string(), self.engine).ask(request)?;
            self.of(image).answers.insert(id.to_owned(), answer);
        }
        Ok(())
    }

    /// Which packages an image holds after a change that it did not hold before, or holds in another version.
    fn packages_after(&mut self, image: &Image, change: &String) -> Result<()> {
        let named = changes([change], self.job.changes, image)?;
        let Some(change) = named.into_iter().next() else { return Ok(()) };
        let changed = match self.lab(false).after(image, change) {
            Ok((tag, _)) => {
                let tags = [image.name.tag(), tag.clone()];
                let found = self.looking(&tags, |looker| looker.whole(&tags));
                let _ = self.engine.remove_image(&tag);
                let found = found?;
                Ok(match found.as_slice() {
                    [before, after] => other_packages(before, after),
                    _ => Vec::new(),
                })
            }
            Err(problem) if problem.id == ErrorId::BuildFailed => Err(problem.fact),
            Err(problem) => return Err(problem),
        };
        self.of(image).packages.insert(change.0.to_owned(), changed);
        Ok(())
    }

    fn stop(&mut self, image: &Image) -> Result<()> {
        // What does not start, cannot stop: the fact stays missing, and the verdict says so.
        let ended = |by: Ended| {
            let Ok(up) = self.own(image, &Setup::default()) else { return Ok(None) };
            let ended = by(self.engine, &up.id);
            self.remove(&up.id);
            ended.map(Some)
        };
        let Some((status, mut after)) = ended(ending::stop)? else { return Ok(()) };
        // A busy machine can only add to the time. So a long one is taken again, the shortest counts, and what the engine needs to
        // end a container by force is none of the service's.
        for _ in 1..STOPS {
            if status != 0 || after <= LONG_STOP {
                break;
            }
            if let Some((0, again)) = ended(ending::stop)? {
                after = after.min(again);
            }
        }
        if status == 0
            && after > LONG_STOP
            && let Some((_, engines)) = ended(ending::kill)?
        {
            after = after.saturating_sub(engines);
        }
        let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        self.of(image).stopped = Some(Stopped { after_ms, status });
        Ok(())
    }

    fn read_only(&mut self, image: &Image) -> Result<()> {
        let problem = measured(self.share(image, &hardened()))?.err().map(|problem| problem.fact);
        interrupt::check()?;
        self.of(image).read_only = Some(RanReadOnly { problem });
        Ok(())
    }

    fn contract(&mut self, image: &Image) -> Result<()> {
        let lacks = image.without();
        let mut setups = BySetup::new();
        let contract = Arc::clone(&image.app.contract);
        for request in &contract.requests {
            setups.entry(&request.setup).or_default().push(request);
        }
        let called = image.name.to_string();
        let (mut requests, mut wrong) = (0, Vec::new());
        for (name, of_setup) in setups {
            let setup = contract.setup.get(name).cloned().unwrap_or_default();
            let served = measured(self.share(image, &setup))?;
            interrupt::check()?;
            for request in of_setup {
                let Some(expected) = request.expected(&lacks) else { continue };
                requests += 1;
                let answer = match &served {
                    Ok(up) => up.service(&called, self.engine).ask(request)?,
                    Err(problem) => Err(problem.fact.clone()),
                };
                if let Err(difference) = answer.and_then(|answer| expected.judge(&answer)) {
                    wrong.push(format!("{} ({difference})", request.id));
                }
            }
        }
        self.of(image).contract = Some(ContractRun { requests, wrong });
        Ok(())
    }

    /// Starts the services whose readiness is compared several times, in turn, and takes the median for the time they need. Where
    /// that is too little to judge by, it goes on for some rounds.
    ///
    /// Errors: the run was interrupted. A service that does not start has one entry less.
    pub(super) fn start_again(&mut self) -> Result<()> {
        let wanted = |image: &&Image| asks_for(self.job.expect, &Need::Ready, image);
        let images: Vec<&Image> = self.job.images.iter().filter(wanted).collect();
        if images.is_empty() {
            return Ok(());
        }
        let mut starts: Vec<Vec<u64>> = vec![Vec::new(); images.len()];
        for done in (STARTS..=MOST_STARTS).step_by(STARTS) {
            self.start_in_turn(&images, &mut starts)?;
            for (image, ready_ms) in images.iter().zip(&starts) {
                let mut ready_ms = ready_ms.clone();
                ready_ms.sort_unstable();
                let started = Started { ready_ms };
                let median = started.median_ms();
                let facts = self.of(image);
                if let (Some(result), Some(median)) = (&mut facts.measurement, median) {
                    result.ready_ms = median;
                }
                facts.started = Some(started);
            }
            // A service that never starts will not the next time.
            if starts.iter().any(Vec::is_empty) || !self.is_unclear(&Need::Ready) {
                break;
            }
            if done < MOST_STARTS {
                let again = format!(
                    "The start times differ too much to compare them, so each service starts {STARTS} times more."
                );
                self.engine.sink().emit(Event::Note(again));
            }
        }
        Ok(())
    }

    /// Starts each of these services [`STARTS`] times, in turn and one at a time, and notes how long each took to be ready.
    fn start_in_turn(&self, images: &[&Image], starts: &mut [Vec<u64>]) -> Result<()> {
        self.engine.sink().emit(Event::Phase { name: "Starting", total: images.len() * STARTS, of: "containers" });
        for _ in 0..STARTS {
            for (image, ready) in images.iter().zip(&mut *starts) {
                let item = image.called();
                self.engine.sink().emit(Event::Progress { item: item.clone(), doing: "docker run".to_owned() });
                if let Ok(up) = self.starter().start(image, &Setup::default()) {
                    ready.push(u64::try_from(up.ready.as_millis()).unwrap_or(u64::MAX));
                    self.remove(&up.id);
                }
                interrupt::check()?;
                self.engine.sink().emit(Event::Counted { item, remark: String::new() });
            }
        }
        Ok(())
    }

    /// Whether an expectation that is judged by this kind of fact cannot be judged by what is known so far.
    fn is_unclear(&self, need: &Need) -> bool {
        let judged_by = self.job.expect.iter().filter(|expect| expect.rule.judge().needs().contains(need));
        judged_by.flat_map(|expect| expect.judge(&self.facts)).any(|one| one.outcome == Outcome::NotMeasured)
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
        Starter { run: self.run, engine: self.engine, keep: self.job.options.keep }
    }
}

/// A service that did not get well is a fact; one that was still at work is none.
pub(super) fn measured<T>(served: Result<T>) -> Result<Result<T>> {
    match served {
        Err(problem) if problem.id == ErrorId::StillAtWork => Err(problem),
        served => Ok(served),
    }
}

/// What of the packages after a change is not among those before it, e.g. `anyio 4.16.0 → 4.15.0`.
fn other_packages(before: &Inspection, after: &Inspection) -> Vec<String> {
    let new = after.packages.iter().filter(|package| !before.packages.contains(package));
    let of = |new: &PackageLine| {
        let old = before.packages.iter().find(|old| (&old.ecosystem, &old.name) == (&new.ecosystem, &new.name));
        old.map_or_else(
            || format!("{} {} is new", new.name, new.version),
            |old| format!("{} {} → {}", new.name, old.version, new.version),
        )
    };
    new.map(of).collect()
}

/// The setup in which a service has to bear a root file system that it cannot change.
pub(super) fn hardened() -> Setup {
    Setup { read_only: true, ..Setup::default() }
}

/// The kinds of facts that these expectations are judged by, each once.
pub(super) fn needs(expect: &[Expect]) -> BTreeSet<Need> {
    expect.iter().flat_map(|expect| expect.rule.judge().needs()).collect()
}

/// Whether an expectation is judged by this kind of fact of this image.
pub(super) fn asks_for(expect: &[Expect], need: &Need, image: &Image) -> bool {
    let key = image.name.key();
    expect.iter().any(|expect| expect.looks_at(&key) && expect.rule.judge().needs().contains(need))
}
