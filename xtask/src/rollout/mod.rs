//! What it costs to ship: the bytes nodes fetch, measured by pushing, and what they come to in a fleet.
//!
//! [`transfer`] and [`forecast`] are arithmetic; [`changed`] plans the builds, [`measure`] runs them, [`pulls`] times what a
//! new node would wait for. [`upgrade`] is about images that are there already.

mod changed;
pub mod forecast;
mod measure;
pub mod pulls;
pub mod transfer;
pub mod upgrade;

pub use measure::{Shipment, measure};
