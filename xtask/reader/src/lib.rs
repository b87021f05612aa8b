//! What is in an image, byte by byte, read from its layers as they stream past. Nothing is unpacked to disk, nothing is run.
//!
//! [`layer`] reads one layer into [`LayerFacts`], [`archive`] what `docker save` and OCI layouts hold. All else is arithmetic on
//! facts: [`overlay`] knows what of a layer is still visible under the layers above it, [`Weight`] what layers weigh, [`ledger`]
//! what bytes are there for, and [`look()`] brings together what one image holds. [`Kept`] is how facts are kept.
//!
//! A crate of its own, because whole images run through it: it is compiled for speed, and the program around it is not. So that
//! its code is compiled here and nowhere else, whoever calls it hands over a `&mut dyn Read`, and nothing public is generic.

pub mod archive;
mod building;
mod class;
mod digest;
pub mod encoding;
mod facts;
pub mod fault;
mod findings;
mod fingerprint;
mod kept;
pub mod layer;
pub mod ledger;
mod look;
pub mod overlay;
mod package;
pub mod parallel;
mod path;
mod pax;
mod program;
mod python;
mod rules;
mod secrets;
mod source;
mod squeeze;
mod surface;
mod symlinks;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod testing;
mod text;
pub mod trace;
mod walk;
mod weight;
mod zstd;

pub use class::Class;
pub use digest::{Digest, Hashing, NotADigest};
pub use facts::{LayerFacts, Node, Paths, Removals, What};
pub use fault::Fault;
pub use findings::Findings;
pub use fingerprint::{UNKNOWN, fingerprint};
pub use kept::{Kept, VERSION};
pub use layer::{Blob, Depth, ReadLayer};
pub use look::{
    FileLine, Files, HiddenPackage, Look, OversizedLine, PackageLine, ProgramLine, SecretLine, Subject, look,
};
pub use package::Package;
pub use source::PIECE;
pub use surface::{Different, Surface};
pub use text::{hex, is_harmful, printable};
pub use weight::{LayerWeight, Weight};

#[cfg(all(test, unix))]
mod tests;
