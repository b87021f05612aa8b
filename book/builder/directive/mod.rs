//! What the directives of a page stand for, a file a kind. Each goes from its arguments and the sources to Markdown or markup.

mod claims;
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

use std::fmt::Write as _;

use drydock::model::{AppId, Environment, Store};
use drydock::workshop::Workshop;

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
        "claims" => claims::claims(arguments, sources),
        "mistakes" => claims::mistakes(arguments, sources),
        "exercise" => exercise::exercise(arguments, sources),
        "graph" => for_each_app(arguments, sources, graph::graph),
        "dockerfile" => for_each_app(arguments, sources, dockerfile::plain),
        "include" => files::include(arguments, sources),
        "compare" => compare::compare(arguments, sources),
        "reference" => reference::reference(arguments, sources),
        "troubleshooting" => Ok(reference::troubleshooting()),
        "agenda" => agenda::agenda(arguments, sources),
        _ => Err(format!("`{name}` is no directive; `contributing/writing.md` lists them")),
    }
}

/// What stands for the language in a path that means a file of each language.
const APP: &str = "{app}";

/// The paths that a directive's arguments mean: as they are, or once for each app that has the file where they hold `{app}`.
pub fn of_apps(arguments: &str, workshop: &Workshop) -> Vec<(Option<AppId>, String)> {
    if !arguments.contains(APP) {
        return vec![(None, arguments.to_owned())];
    }
    let of = |app: &AppId| (Some(app.clone()), arguments.replace(APP, app.as_str()));
    let is_there = |path: &str| path.split(' ').next().is_some_and(|path| workshop.root.join(path).is_file());
    workshop.apps.keys().map(of).filter(|(_, path)| is_there(path)).collect()
}

/// What a directive shows of a file; where its path holds `{app}`, of the file of the reader's language.
fn for_each_app(arguments: &str, sources: &Sources, mut show: impl FnMut(&str, bool, &Sources) -> Outcome) -> Outcome {
    let paths = of_apps(arguments, &sources.workshop);
    let mut shown = String::new();
    for (app, path) in &paths {
        let one = show(path, app.is_some(), sources)?;
        let Some(app) = app else { return Ok(one) };
        let _ = write!(shown, "<div data-app=\"{app}\">{}</div>", one.trim());
    }
    if shown.is_empty() {
        return Err(format!("no language has a file {arguments}"));
    }
    Ok(block(&format!("<div class=\"apps\">{shown}</div>")))
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
