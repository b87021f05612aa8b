//! Builds the book: Markdown pages in `book/src/` in which directives stand for what is built, measured or generated.
//!
//! mdBook renders the pages and makes the search index. Its own includes are not used, since an anchor that does not exist
//! would render as nothing; what a page names here and what is not there stops the build, with page and line.
//!
//! `build` builds the whole, `page` finds the directives in a page, `directive` has a file for each kind of them, `sources` holds
//! what they draw from, `commands` runs the commands of pages, `record` writes down what is shown, `serve` shows the book while
//! it is written.

mod agenda;
mod build;
pub mod commands;
mod directive;
pub mod page;
pub mod record;
mod reference;
pub mod serve;
mod sources;
mod stages;

pub use build::{build, build_for};
pub use sources::{FOLDER, Missing, Sources};
