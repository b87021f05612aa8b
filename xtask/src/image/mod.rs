//! What is in an image, byte by byte, read from its layers as they stream past. Nothing is unpacked to disk, nothing is run.
//!
//! [`layer`] reads one layer, [`archive`] what `docker save` and OCI layouts hold, [`overlay`] knows what of a layer is still
//! visible under the layers above it, [`memory`] keeps what was learned, [`scale`] takes images the engine pushes, and [`weigh()`]
//! brings them together for images that are in the engine. `layer`, `overlay` and `weight` are arithmetic on what was read.

pub mod archive;
mod building;
pub mod compare;
pub mod digest;
pub mod encoding;
mod fault;
pub mod findings;
pub mod gather;
mod index;
pub mod inspect;
pub mod layer;
pub mod ledger;
pub mod memory;
pub mod origin;
pub mod overlay;
pub mod package;
mod path;
mod program;
mod python;
pub mod rank;
mod save;
pub mod scale;
mod source;
pub mod surface;
#[doc(hidden)]
pub mod testing;
mod walk;
pub mod weigh;
pub mod weight;
mod zstd;

pub use digest::Digest;
pub use fault::Fault;
pub use gather::{Dockerfiles, gather};
pub use memory::Memory;
pub use weigh::{Subject, Way, weigh};
pub use weight::{LayerWeight, Weight};

#[cfg(all(test, unix))]
mod tests;
