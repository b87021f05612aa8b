//! `cargo xtask inspect`: what an image is made of, or which images carry most besides their payload.

mod unbuilt;

use std::path::Path;
use std::sync::Arc;

use super::Context;
use crate::cli;
use crate::dockerfile::File;
use crate::engine::{Engine, reach};
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::Event;
use crate::image::gather::{Detail, gather, is_on_disk};
use crate::image::rank::rank;
use crate::image::{Depth, Files, Way};
use crate::names::printable;
use crate::report;
use crate::state;
use crate::workshop::Workshop;
use unbuilt::Unbuilt;

pub fn run(options: &cli::Inspect, context: Context) -> Result<Exit> {
    let sink = report::sink(context.style, context.global.verbose);
    let engine = Engine::new(sink.as_ref());
    let Some(image) = &options.image else { return ranking(options, engine, context) };
    // An archive needs no engine, so it is only looked for when an image is in one.
    let way = || Ok(Way::to(&reach::probe()?, options.pull));
    // Any image can be looked into from anywhere; those of this workshop have a Dockerfile here.
    let workshop = Workshop::find().ok();
    let given = options.dockerfile.as_deref().map(read).transpose()?;
    let given = given.as_deref().map(File::parsed).transpose()?;
    let dockerfiles = |image: &str| given.cloned().or_else(|| workshop.as_ref()?.dockerfile_of(image));
    let depth = match (options.quick, options.pull) {
        (true, _) => Depth::Headers,
        (_, true) => Depth::Squeezed,
        _ => Depth::Everything,
    };
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
    let inspection = match gather(image, wanted, engine, &way, &dockerfiles) {
        Err(problem) if matches!(problem.id, ErrorId::UnknownImage | ErrorId::Archive) => {
            return not_an_image(image, problem, options, engine);
        }
        gathered => gathered?,
    };
    if options.json {
        report::data(report::json(&inspection));
    } else {
        report::line(report::inspect(&inspection, context.style, options.all, options.class));
    }
    if let Some(file) = &options.card {
        state::write_for_people(file, report::card(&inspection).as_bytes())?;
        report::message(format!("wrote {}", file.display()));
    }
    if let Some(file) = &options.sbom {
        let text = report::sbom(&inspection, &jiff::Timestamp::now().to_string());
        state::write_for_people(file, text.as_bytes())?;
        report::message(format!("wrote {}", file.display()));
    }
    Ok(Exit::Pass)
}

/// A Dockerfile from anywhere, as `--dockerfile` names it.
fn read(file: &Path) -> Result<Arc<File>> {
    File::read(Path::new(""), &file.display().to_string())
}

/// Where somebody names the folder that an image is built from, says how to build it.
fn not_an_image(named: &str, problem: Problem, options: &cli::Inspect, engine: Engine<'_>) -> Result<Exit> {
    let Some(unbuilt) = Unbuilt::find(Path::new(named), options.dockerfile.as_deref()) else { return Err(problem) };
    let lines = unbuilt.lines(engine)?;
    let fact = format!("`{}` is no image yet. These commands build one and look into it:", printable(named));
    if options.json {
        return Err(lines.into_iter().fold(Problem::new(problem.id, fact), Problem::next));
    }
    report::message(fact);
    lines.into_iter().for_each(report::data);
    Ok(Exit::NothingRan)
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
