//! What is in an image, byte by byte, read from its layers as they stream past. Nothing is unpacked to disk, nothing is run.
//!
//! [`layer`] reads one layer, [`archive`] what `docker save` and OCI layouts hold, [`overlay`] knows what of a layer is still
//! visible under the layers above it, [`memory`] keeps what was learned, and [`weigh`] brings them together for images that
//! are in the engine. `layer`, `overlay` and the sums in `weigh` are arithmetic on what was read: no I/O of their own.

pub mod archive;
pub mod digest;
pub mod encoding;
mod fault;
mod index;
pub mod layer;
pub mod memory;
pub mod overlay;
mod path;
mod walk;
pub mod weigh;
mod zstd;

pub use digest::Digest;
pub use fault::Fault;
pub use memory::Memory;
pub use weigh::{LayerWeight, Subject, Weight, weigh};

#[cfg(all(test, unix))]
mod tests;
