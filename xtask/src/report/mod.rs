//! How things are shown. Renderers know events and the model, and nothing of how either came about.

mod audit;
mod audit_markdown;
mod audit_proposal;
mod bases;
mod blocks;
mod check;
mod choose;
mod diff;
mod dockerfiles;
mod doctor;
mod done;
mod experiment;
mod held;
mod help;
mod html;
mod images;
mod inspect;
mod json;
mod lanes;
mod lesson;
mod lines;
mod live;
mod look;
mod markdown;
mod matrix;
mod out;
mod picture;
mod plain;
mod problem;
mod proofs;
mod ranking;
mod rollout;
mod rule;
mod sarif;
mod sbom;
#[cfg(test)]
mod screens;
mod solution;
mod standing;
mod story;
mod style;
mod table;
mod told;
mod typed;
mod verdict;

pub use audit::audit;
pub use audit_markdown::audit_markdown;
pub use audit_proposal::audit_proposal;
pub use bases::bases;
pub use check::{begun, check, hint};
pub use choose::{ask, choose, confirm, tick};
pub use diff::diff;
pub use dockerfiles::{Shown as ShownDockerfile, dockerfiles};
pub use doctor::doctor;
pub use held::Held;
pub use help::{WIDEST as WIDEST_HELP, entries};
pub use html::{
    FRAGMENT_STYLE, Now, PALETTE, audit_html, html, html_so_far, sizes_of, step_of, surroundings_of, verdicts_of,
};
pub use images::{inspections, upgrade};
pub use inspect::{MOST_FILES, inspect};
pub use json::json;
pub use lesson::{Finish, lesson, listing, table};
pub use lines::next;
pub use markdown::markdown;
pub use matrix::{matrix, matrix_markdown};
pub use out::{attended, data, line, message, terminal, usage, written};
pub use picture::{card, matrix as matrix_picture};
pub use problem::{errors, explained, problem};
pub use proofs::{PartOutcome, out_of_date, part, parts};
pub use ranking::ranking;
pub use rollout::rollout;
pub use rule::{expectation_explained, expectations, rule_explained, rules};
pub use sarif::sarif;
pub use sbom::sbom;
pub use solution::{beside, better, changes};
pub use standing::{here, standing};
pub use story::{after, before, opening, waits};
pub use style::Style;
pub use typed::{Wanted, always, call, pause};

use crate::event::Sink;

/// The renderer of events on standard error: moving lines on a terminal, plain lines elsewhere.
pub fn sink(style: Style, verbose: bool) -> Box<dyn Sink> {
    if style.live { Box::new(live::Live::new(style, verbose)) } else { Box::new(plain::Plain::new(style, verbose)) }
}

/// As [`sink`], where a person is asked while something is at work.
pub fn held(style: Style, verbose: bool) -> Held {
    Held::new(sink(style, verbose))
}
