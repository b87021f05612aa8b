//! All that a run found out of its images, kept by image: what expectations are judged by.

use std::collections::BTreeMap;

use super::{
    ContractRun, Delivery, EngineHealth, Experiment, ImageKey, Inspection, Measurement, RanReadOnly, SentContext,
    Signalled, Started, Stopped, Timeline, ToolFinding, Transfer,
};

/// The facts of a run.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The images in the order they were first spoken of, which is that of the table.
    order: Vec<ImageKey>,
    images: BTreeMap<ImageKey, ImageFacts>,
}

/// What is known of one image. What nobody needed was not looked for, and is `None`.
#[derive(Clone, Debug, Default)]
pub struct ImageFacts {
    /// What every image of the table is measured for; `None` for one that only a step builds.
    pub measurement: Option<Measurement>,
    /// What it is made of.
    pub inspection: Option<Inspection>,
    /// What its builds did after changes.
    pub experiment: Option<Experiment>,
    /// How much of its context a first build sends.
    pub sent: Option<SentContext>,
    /// How long its service took to be ready, start after start.
    pub started: Option<Started>,
    /// How its service ended when it was told to.
    pub stopped: Option<Stopped>,
    /// Its service's answers to the whole contract.
    pub contract: Option<ContractRun>,
    /// Whether its service answered when it ran hardened.
    pub read_only: Option<RanReadOnly>,
    /// When each step of a build without cache ran.
    pub timeline: Option<Timeline>,
    /// What its container did on signals, by their names.
    pub signalled: BTreeMap<String, Signalled>,
    /// What the engine found of its container's health.
    pub health: Option<EngineHealth>,
    /// What pushes of it sent.
    pub pushed: BTreeMap<Delivery, Transfer>,
    /// What pulls of it fetched.
    pub pulled: BTreeMap<Delivery, Transfer>,
    /// What tools found in it or its Dockerfile, by their names.
    pub findings: BTreeMap<String, Vec<ToolFinding>>,
}

impl Facts {
    /// What is known of an image; `None` where nothing is.
    pub fn of(&self, key: &ImageKey) -> Option<&ImageFacts> {
        self.images.get(key)
    }

    /// The place for what is found out of an image.
    pub fn entry(&mut self, key: ImageKey) -> &mut ImageFacts {
        if !self.images.contains_key(&key) {
            self.order.push(key.clone());
        }
        self.images.entry(key).or_default()
    }

    /// The images that were measured, in the order of the table.
    pub fn measured(&self) -> impl Iterator<Item = (&ImageKey, &Measurement)> {
        self.order.iter().filter_map(|key| Some((key, self.images.get(key)?.measurement.as_ref()?)))
    }

    /// The measurements, in the order of the table.
    pub fn results(&self) -> Vec<Measurement> {
        self.measured().map(|(_, measurement)| measurement.clone()).collect()
    }

    /// Every look into an image, in the order of the table.
    pub fn inspections(&self) -> Vec<Inspection> {
        self.order.iter().filter_map(|key| self.images.get(key)?.inspection.clone()).collect()
    }
}
