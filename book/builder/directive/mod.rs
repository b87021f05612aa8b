//! What the directives of a page stand for, a file a kind. Each goes from its arguments and the sources to Markdown or markup.

mod commands;
mod compare;
mod dockerfile;
mod exercise;
mod files;
mod graph;
mod lesson;
mod measured;
mod term;

pub use commands::run;
pub use dockerfile::annotated;

use drydock::model::{Environment, Store};

use crate::sources::{Outcome, Sources};
use crate::{agenda, reference};

/// A directive inside a sentence, `name arguments`; `None` where it is not one of these. `page` is relative to `book/src`.
pub fn inside(text: &str, page: &str, sources: &Sources) -> Option<Outcome> {
    match text.split_once(' ')? {
        ("value", arguments) => Some(measured::value(arguments, sources)),
        ("term", arguments) => Some(term::term(arguments, page, sources)),
        _ => None,
    }
}

/// A directive on a line of its own: `name arguments`. `page` is relative to `book/src`.
///
/// Errors: one line that says what is wrong with it.
pub fn expand(text: &str, page: &str, sources: &Sources) -> Outcome {
    let (name, arguments) = text.split_once(' ').unwrap_or((text, ""));
    let arguments = arguments.trim();
    match name {
        "lesson" => lesson::head(arguments, sources),
        "step" => lesson::step(arguments, page, sources),
        "result" => measured::result(arguments, sources),
        "verdicts" => measured::verdicts(arguments, sources),
        "exercise" => exercise::exercise(arguments, sources),
        "graph" => graph::graph(arguments, sources),
        "dockerfile" => dockerfile::plain(arguments, sources),
        "include" => files::include(arguments, sources),
        "compare" => compare::compare(arguments, sources),
        "reference" => reference::reference(arguments, sources),
        "troubleshooting" => Ok(reference::troubleshooting()),
        "agenda" => agenda::agenda(arguments, sources),
        _ => Err(format!("`{name}` is no directive; `contributing/writing.md` lists them")),
    }
}

/// Markup as a block of a Markdown page. A blank line would end the block, so line ends are written as what they stand for.
fn block(markup: &str) -> String {
    format!("\n{}\n", markup.replace('\n', "&#10;"))
}

/// What stands where a recording will be.
fn not_yet(what: &str) -> String {
    block(&format!("<p class=\"quiet\">{what} was not recorded yet.</p>"))
}

/// When and on which engine something was recorded: the same command prints something else on another store.
fn recorded_on(environment: &Environment) -> String {
    let day = environment.date.split('T').next().unwrap_or_default();
    let store = match environment.store {
        Store::Classic => "classic",
        Store::Containerd => "containerd",
    };
    format!("Recorded on {day}, engine {} ({store} store)", environment.engine)
}
