//! The nouns of the workshop, parsed once and trusted afterwards. Nothing here does I/O.

mod app;
mod base;
mod base_sources;
pub mod block;
mod check;
mod comparison;
mod contract;
mod diagnosis;
mod environment;
mod experiment;
mod facts;
mod finding;
mod full_report;
mod inspection;
pub(crate) mod matrix;
mod measurement;
mod names;
mod progress_report;
mod ranking;
mod reference;
mod rollout;
mod story;
mod timeline;
mod transfer;
mod value;
mod verdict;

pub use app::{App, Change, Check, Edit, ExtraFile, RunOptions, Variant};
pub use base::{BaseReport, BaseRow, BaseState};
pub use base_sources::{BaseSources, image_context};
pub use block::Block;
pub use check::{CheckReport, Mark, Marks, Trouble};
pub use comparison::{Comparison, Place, Sizes};
pub use contract::{Answer, Body, Contract, Expected, FieldKind, Request, Setup};
pub use diagnosis::{Diagnosis, Finding, State};
pub use drydock_reader::{Class, Different, FileLine, HiddenPackage, PackageLine, ProgramLine, SecretLine, Surface};
pub use environment::{Environment, Store};
pub use experiment::{
    ContractRun, EngineHealth, Experiment, HealthState, RanReadOnly, Rebuild, SentContext, Signalled, Started,
    StepCost, Stopped,
};
pub use facts::{Facts, Gate, ImageFacts, Ran, SourceFile};
pub use finding::{Finds, ToolFinding};
pub use full_report::FullReport;
pub use inspection::{Inspection, LayerLine};
pub use matrix::{Inspections, Matrix};
pub use measurement::{Cache, Cold, Health, LessonRef, LessonReport, Measurement};
pub use names::{AppId, ExerciseId, ImageKey, ImageName, LessonId, MINE, Platform, VariantId};
pub use progress_report::{LessonProgress, ProgressReport, Reached};
pub use ranking::{Ranked, Ranking};
pub use reference::Reference;
pub use rollout::{Fetched, Fleet, Forecast, Often, Pulled, Rollout, ShippedImage, Together, Upgrade};
pub use story::{Answered, Aspect, DiffLine, Ended, Guessed, Made, Prediction, Shown, Told, Tried};
pub use timeline::{BuildStep, Timeline};
pub use transfer::{Delivery, Transfer};
pub use value::{Quantity, Value};
pub use verdict::{Outcome, Subject, Verdict};
