//! The scale: an image is weighed by pushing it, to an endpoint of ours that keeps nothing.
//!
//! It listens on 127.0.0.1 for the life of one command. The engine compresses and sends only layers that it does not
//! remember to have sent, or that we do not know; of each the bytes are counted and the content is read as it streams past.

pub mod http;
mod push;
pub mod registry;
pub mod server;

pub use push::{Outcome, is_name, push};
pub use registry::Pushed;
