//! The nouns of the workshop, parsed once and trusted afterwards. Nothing here does I/O.

mod app;
mod base;
mod comparison;
mod contract;
mod diagnosis;
mod environment;
mod full_report;
mod inspection;
mod lesson;
pub(crate) mod matrix;
mod measurement;
mod names;
mod ranking;
mod timeline;

pub use app::{App, Change, Check, Edit, Rung};
pub use base::{BaseReport, BaseRow, BaseState};
pub use comparison::{Comparison, Place, Sizes};
pub use contract::{Answer, Body, Contract, Expected, FieldKind, Request, Setup};
pub use diagnosis::{Diagnosis, Finding, State};
pub use environment::{Environment, Store};
pub use full_report::FullReport;
pub use inspection::{Class, FileLine, Inspection, LayerLine, PackageLine, SecretLine, Surface};
pub use lesson::{Expect, Lesson, Look};
pub use matrix::Matrix;
pub use measurement::{Cache, Health, LessonRef, LessonReport, Measurement, Verdict};
pub use names::{AppId, ImageName, LessonId, RungId};
pub use ranking::{Ranked, Ranking};
pub use timeline::{BuildStep, Timeline};
