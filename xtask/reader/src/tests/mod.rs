//! The reader against a naive reference, against hostile archives, and against what the tools of the trade write.

mod archives;
mod hostile;
mod layers;
mod ledger;
mod packing;
mod program;
// Unpacking makes symbolic links and asks for inodes, which only Unix lets anybody do.
#[cfg(unix)]
mod property;
#[cfg(unix)]
mod reference;
