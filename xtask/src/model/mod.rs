//! The nouns of the workshop, parsed once and trusted afterwards. Nothing here does I/O.

mod app;
mod base;
mod contract;
mod diagnosis;
mod environment;
mod lesson;
mod measurement;
mod names;

pub use app::{App, Change, Check, Edit, Rung};
pub use base::{BaseReport, BaseRow, BaseState};
pub use contract::{Answer, Body, Contract, Expected, FieldKind, Request, Setup};
pub use diagnosis::{Diagnosis, Finding, State};
pub use environment::{Environment, Store};
pub use lesson::{Expect, Lesson, Look};
pub use measurement::{Health, LessonRef, LessonReport, Measurement, Verdict};
pub use names::{AppId, ImageName, LessonId, RungId};
