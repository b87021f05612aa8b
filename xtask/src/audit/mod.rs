//! The audit: what is wrong with an image of anybody's, how much it costs, and how to write it better.
//!
//! [`seen::Seen`] holds all that was read and measured. Each rule in [`rules`] is a function from that to findings, and reads and
//! starts nothing. [`judge`] asks all rules and puts what they found in order, and [`model`] is the document that comes of it.
//!
//! A finding that is none costs the reader's trust, so a rule that is not sure is silent, and one that could not look says why.

pub mod base;
mod builds;
mod compose;
pub mod config;
mod elsewhere;
mod ignore;
pub mod installs;
pub mod job;
pub mod judge;
pub mod lessons;
pub mod masked;
pub mod measure;
pub mod model;
pub mod pairs;
pub mod propose;
pub mod read;
pub mod rules;
pub mod seen;
pub mod shapes;
pub mod shell;
mod split;
pub mod stack;
pub mod start;
pub mod support;

/// The day on which an audit happens, where the machine's clock is.
pub fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}
