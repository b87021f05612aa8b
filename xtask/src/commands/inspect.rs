//! `cargo xtask inspect`: what an image is made of, or which images carry most besides their payload.

use std::path::Path;

use super::Context;
use crate::cli;
use crate::engine::{Engine, reach};
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::Event;
use crate::image::gather::{Detail, gather};
use crate::image::rank::rank;
use crate::image::{Depth, Files, Way};
use crate::report;
use crate::state;
use crate::workshop::Workshop;

pub fn run(options: &cli::Inspect, context: Context) -> Result<Exit> {
    let sink = report::sink(context.style, context.global.verbose);
    let engine = Engine::new(sink.as_ref());
    let Some(image) = &options.image else { return ranking(options, engine, context) };
    // An archive needs no engine, so it is only looked for when an image is in one.
    let way = || Ok(Way::to(&reach::probe()?, options.pull));
    // Any image can be looked into from anywhere; those of this workshop have a Dockerfile here.
    let workshop = Workshop::find().ok();
    let dockerfiles = |image: &str| workshop.as_ref()?.dockerfile_of(image);
    let depth = if options.quick { Depth::Headers } else { Depth::Everything };
    let wanted = Detail { depth, files: Files { most: report::MOST_FILES, class: options.class } };
    if let Some(file) = options.card.as_ref().filter(|file| file.extension().is_none_or(|ending| ending != "svg")) {
        let fact = format!("A card is an SVG picture, and `{}` is not named like one.", file.display());
        return Err(Problem::new(ErrorId::Usage, fact).next("--card card.svg"));
    }
    if options.quick && !Path::new(image).exists() {
        let note = "--quick is about archives: what is known of an engine's image is not read again anyway.";
        sink.emit(Event::Note(note.to_owned()));
    }
    let inspection = gather(image, wanted, engine, &way, &dockerfiles)?;
    report::line(if options.json {
        serde_json::to_string_pretty(&inspection).expect("plain data is always JSON")
    } else {
        report::inspect(&inspection, context.style, options.all, options.class)
    });
    if let Some(file) = &options.card {
        state::write_atomically(file, report::card(&inspection).as_bytes())?;
        report::message(format!("wrote {}", file.display()));
    }
    Ok(Exit::Pass)
}

fn ranking(options: &cli::Inspect, engine: Engine<'_>, context: Context) -> Result<Exit> {
    reach::probe()?;
    let ranking = rank(engine)?;
    report::line(if options.json {
        serde_json::to_string_pretty(&ranking).expect("plain data is always JSON")
    } else {
        report::ranking(&ranking, context.style)
    });
    Ok(Exit::Pass)
}
