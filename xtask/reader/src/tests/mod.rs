//! The reader against a naive reference, against hostile archives, and against what the tools of the trade write.

mod archives;
mod hostile;
mod layers;
mod ledger;
mod packing;
mod program;
mod property;
mod reference;
