//! All that a run found out of its images, kept by image: what expectations are judged by.

use std::collections::BTreeMap;

use drydock_reader::FileLine;

use super::{
    Answer, ContractRun, Delivery, EngineHealth, Experiment, ImageKey, Inspection, Measurement, RanReadOnly,
    SentContext, Signalled, Started, Stopped, Timeline, ToolFinding, Transfer,
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
    /// The files of its build context.
    pub sources: Option<Vec<SourceFile>>,
    /// The number of the user whose rights PID 1 of its container has, as the engine's machine counts; `None` also where the engine
    /// does not say.
    pub user: Option<u32>,
    /// What commands printed inside its service's container.
    pub ran: BTreeMap<Vec<String>, Ran>,
    /// What its service answered to requests of the contract, by their ids, or why there was no answer.
    pub answers: BTreeMap<String, Result<Answer, String>>,
    /// Whether a build after a change, by its name, did without a network, or where it stopped.
    pub offline: BTreeMap<String, Result<(), String>>,
    /// Packages that are others after a change, by its name, e.g. `anyio 4.16.0 → 4.15.0`, or why it does not build then.
    pub packages: BTreeMap<String, Result<Vec<String>, String>>,
    /// Whether a build without a secret, by its id, passed all the same, or where it stopped.
    pub withheld: BTreeMap<String, Result<(), String>>,
    /// Places where a build left the value of a secret, by its id, or why nobody could search.
    pub traces: BTreeMap<String, Result<Vec<String>, String>>,
    /// What became of builds of a target, as the app is and after a change of it, by target and change.
    pub gates: BTreeMap<(String, String), Gate>,
}

/// Two builds of a target: whether each passed, or where it stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Of the app as it is.
    pub before: Result<(), String>,
    /// After a change.
    pub after: Result<(), String>,
}

/// A file of a build context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path from the context's root, with slashes.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
    /// The fingerprint of its content; see [`drydock_reader::fingerprint`].
    pub print: u64,
}

impl SourceFile {
    /// A shorter file tells nothing by its bytes alone: it may be an empty line or `{}`.
    const TELLING: u64 = 32;

    /// Whether a file of an image is this one. By its path: it lies in the same folders under the same name. A file at the root of
    /// the context has no folder, and every package may have a `main.py`, so that one is not told by its path. By its bytes: it
    /// holds the same, under whatever name.
    pub fn is(&self, file: &FileLine) -> bool {
        let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
        let before = file.path.strip_suffix(&self.path).filter(|_| self.path.contains('/'));
        let same_path = before.is_some_and(|before| before.is_empty() || before.ends_with('/'));
        let same_name = name(&file.path) == name(&self.path);
        let same_bytes = self.bytes > 0
            && file.bytes == self.bytes
            // Of a file with holes nobody has read the content.
            && file.print.map_or(same_name, |print| print == self.print && (same_name || self.bytes >= Self::TELLING));
        same_path || same_bytes
    }
}

/// What a command inside a container came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Its status; 126 or 127 where there is no such program.
    pub status: i32,
    /// What it printed to both streams.
    pub output: String,
}

impl Ran {
    /// The first line that says something, safe to print.
    pub fn first_line(&self) -> String {
        let line = self.output.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        crate::names::printable(line)
    }
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
