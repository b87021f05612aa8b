//! Getting hold of what is in an image. Reading it is the business of the crate `drydock-reader`; here is what talks to the
//! engine and remembers.
//!
//! [`gather()`] looks into an image wherever it is, [`weigh()`] weighs images of the engine, [`scale`] takes those it pushes,
//! [`cache`] keeps what was learned of layers between runs and [`looks`] what came of whole images, and [`origin`] finds the instruction behind each layer.

pub mod cache;
pub mod compare;
pub mod gather;
pub mod inspect;
pub mod looks;
pub mod origin;
pub mod rank;
pub mod save;
pub mod scale;
mod started;
mod way;
pub mod weigh;

pub use drydock_reader::{Depth, Digest, Files, LayerWeight, Weight};
pub use gather::{Dockerfiles, gather};
pub use way::Way;
pub use weigh::weigh;

#[cfg(all(test, unix))]
mod tests;
