//! What was proved, and whether it still holds: a fingerprint of all that a proof depends on, and the record of fingerprints
//! in the repository.

mod digests;
pub mod draw;
pub mod engines;
mod fingerprint;
mod page;
pub mod record;
mod rust;
mod subject;
mod tree;
pub mod watch;
pub mod witness;
mod words;

pub use digests::Digests;
pub use fingerprint::Fingerprint;
pub use page::Commands;
pub use record::{Record, Standing};
pub use subject::{Kind, Proof, Runs, Subject, Trial, all};

pub use tree::Tree;
