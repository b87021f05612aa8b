//! `cargo xtask inspect`: what an image is made of, or which images carry most besides their payload.

use std::path::Path;

use super::Context;
use crate::cli;
use crate::dockerfile::{self, Dockerfile};
use crate::engine::{Engine, reach};
use crate::error::{ErrorId, Exit, Problem, Result, io};
use crate::event::Event;
use crate::image::gather::{Detail, gather, is_on_disk};
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
    let given = options.dockerfile.as_deref().map(read_dockerfile).transpose()?;
    let dockerfiles = |image: &str| given.clone().or_else(|| workshop.as_ref()?.dockerfile_of(image));
    let depth = if options.quick { Depth::Headers } else { Depth::Everything };
    let files = Files { most: report::MOST_FILES, class: options.class };
    let wanted = Detail { depth, files, platform: options.platform.as_deref() };
    if let Some(file) = options.card.as_ref().filter(|file| file.extension().is_none_or(|ending| ending != "svg")) {
        let fact = format!("A card is an SVG picture, and `{}` is not named like one.", file.display());
        return Err(Problem::new(ErrorId::Usage, fact).next("--card card.svg"));
    }
    if options.quick && !is_on_disk(image) {
        let note = "--quick is about archives: what is known of an engine's image is not read again anyway.";
        sink.emit(Event::Note(note.to_owned()));
    }
    let inspection = gather(image, wanted, engine, &way, &dockerfiles)?;
    if options.json {
        report::data(report::json(&inspection));
    } else {
        report::line(report::inspect(&inspection, context.style, options.all, options.class));
    }
    if let Some(file) = &options.card {
        state::write_for_people(file, report::card(&inspection).as_bytes())?;
        report::message(format!("wrote {}", file.display()));
    }
    Ok(Exit::Pass)
}

/// A Dockerfile from anywhere, as `--dockerfile` names it.
fn read_dockerfile(file: &Path) -> Result<Dockerfile> {
    let text = std::fs::read_to_string(file).map_err(|error| io("read", file, &error))?;
    dockerfile::parse(&text, &file.display().to_string())
}

fn ranking(options: &cli::Inspect, engine: Engine<'_>, context: Context) -> Result<Exit> {
    reach::probe()?;
    let ranking = rank(engine)?;
    if options.json {
        report::data(report::json(&ranking));
    } else {
        report::line(report::ranking(&ranking, context.style));
    }
    Ok(Exit::Pass)
}
