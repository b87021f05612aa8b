//! Every command of every page of the book is run, in a copy of the repository with a memory of its own: a trial a page.
//!
//! `cargo xtask test commands` has built the images that they look at.

use std::sync::Arc;

use drydock::report;
use drydock::workshop::Workshop;
use drydock_book::commands::Copy;
use drydock_book::{page, record};
use drydock_tests::{runner, state_folder, told};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let mut arguments = Arguments::from_args();
    // They share one engine.
    arguments.test_threads = Some(1);
    let workshop = Arc::new(Workshop::find().unwrap_or_else(|p| panic!("{}", told(&p))));
    let pages = record::pages(&workshop.root).unwrap_or_else(|p| panic!("{}", told(&p)));
    let mut trials = Vec::new();
    for (path, text) in pages {
        let blocks = page::blocks(&text, &path).unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
        let (blocks, registry): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| !block.registry);
        for block in registry {
            report::message(format!("not run, needs a registry: {path}: {}", block.lines));
        }
        if blocks.is_empty() {
            continue;
        }
        let workshop = Arc::clone(&workshop);
        let run = move || -> Result<(), Failed> {
            let copy = Copy::new(&workshop.root, runner(), &state_folder()).map_err(|p| told(&p))?;
            for block in &blocks {
                copy.run(block).map_err(|p| told(&p))?;
            }
            Ok(())
        };
        trials.push(Trial::test(path.trim_end_matches(".md").to_owned(), run));
    }
    // A page that is asked for and not there must not pass for one whose commands all ran.
    let asked = arguments.filter.as_ref().filter(|_| arguments.exact);
    if let Some(page) = asked.filter(|page| !trials.iter().any(|trial| trial.name() == page.as_str())) {
        panic!("no page {page} has commands");
    }
    libtest_mimic::run(&arguments, trials).exit();
}
