//! `cargo xtask rollout`: what it costs to ship an image to a fleet.

use std::collections::BTreeSet;

use super::Context;
use crate::cli;
use crate::engine::{Engine, empty, registry};
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::event::{Event, Sink};
use crate::model::{AppId, Often, Rollout, ShippedImage, VariantId};
use crate::plan::{self, Image};
use crate::report;
use crate::rollout::{self, forecast::forecast};
use crate::session::{Opening, Session};
use crate::state::settings::Settings;
use crate::workshop::{self, Workshop};

pub fn run(options: &cli::Rollout, context: Context) -> Result<Exit> {
    if let [before, after] = options.image.as_slice() {
        return upgrade(before, after, options, context);
    }
    let workshop = Workshop::find()?;
    let followed = Settings::load()?.apps.unwrap_or_default();
    let images = images(&workshop, options, &followed)?;
    check_changes(&options.change, &images)?;
    let sink = report::sink(context.style, context.global.verbose);
    let rollout = measure(&workshop, &images, options, sink.as_ref())?;
    if options.json {
        report::data(report::json(&rollout));
    } else {
        report::line(report::rollout(&rollout, context.style));
    }
    Ok(Exit::Pass)
}

/// The images that were asked for, each app's in the order of the variants. Without a choice the apps are those that the learner's
/// lessons follow, and the variants those of the first lesson that apps have: what people write first, and what an expert ships.
fn images(workshop: &Workshop, options: &cli::Rollout, followed: &[AppId]) -> Result<Vec<Image>> {
    let mut apps = workshop.chosen(&options.app)?;
    if options.app.is_empty() {
        apps.extend(followed.iter().filter(|app| workshop.apps.contains_key(*app)).cloned());
    }
    let all = plan::everything(workshop, &apps, |path| workshop.dockerfile(path))?;
    let known = || all.iter().map(|image| image.name.variant.as_str());
    let variants: Vec<&str> = if options.variant.is_empty() {
        let first = workshop.lessons.first().into_iter().flat_map(|lesson| &lesson.variants).map(VariantId::as_str);
        first.filter(|variant| known().any(|known| known == *variant)).collect()
    } else {
        options.variant.iter().map(String::as_str).collect()
    };
    if let Some(unknown) = variants.iter().find(|variant| !known().any(|known| known == **variant)) {
        let fact = format!("No app that was asked for has a variant {:?}.", crate::names::printable(unknown));
        return Err(workshop::suggest(Problem::new(ErrorId::UnknownVariant, fact), unknown, known()));
    }
    let mut images: Vec<(usize, Image)> = Vec::new();
    for image in &all {
        let place = variants.iter().position(|variant| *variant == image.name.variant.as_str());
        images.extend(place.map(|place| (place, image.clone())));
    }
    images.sort_by(|(a, first), (b, second)| first.name.app.cmp(&second.name.app).then(a.cmp(b)));
    if images.is_empty() {
        return Err(Problem::new(ErrorId::NothingToRun, "There is no image to roll out."));
    }
    Ok(images.into_iter().map(|(_, image)| image).collect())
}

/// Makes sure that an app describes each change that was asked for, and that it is clear what most deploys bring.
///
/// Errors: [`ErrorId::Usage`].
fn check_changes(changes: &[Often], images: &[Image]) -> Result<()> {
    let usual = changes.iter().filter(|often| often.every.is_none()).count();
    if usual != 1 && !changes.is_empty() {
        let fact = format!("Most deploys bring one change, the one without `=N`; --change names {usual} of that kind.");
        return Err(Problem::new(ErrorId::Usage, fact).next("--change source --change dependency=10"));
    }
    let known: BTreeSet<&str> = images.iter().flat_map(|image| image.app.change.keys()).map(String::as_str).collect();
    let Some(unknown) = changes.iter().find(|often| !known.contains(often.change.as_str())) else { return Ok(()) };
    let name = crate::names::printable(&unknown.change);
    let fact = format!(
        "No app that was asked for describes a change {name:?}; they describe {}.",
        crate::names::list(known.iter().copied())
    );
    Err(workshop::suggest(Problem::new(ErrorId::Usage, fact), &unknown.change, known))
}

fn measure(workshop: &Workshop, images: &[Image], options: &cli::Rollout, sink: &dyn Sink) -> Result<Rollout> {
    let title = Some("What it costs to ship".to_owned());
    let opening = Opening { title, ..options.bases.opening(options.setup) };
    let session = Session::open(opening, Engine::new(sink))?;
    if options.measure_pulls {
        empty::require()?;
    }
    let sources = session.ensure(&plan::bases(images))?;
    let fleet = options.fleet();
    let changes: Vec<String> = fleet.changes.iter().map(|often| often.change.clone()).collect();
    sink.emit(Event::Note(ahead(images, &changes)));
    let shipment = rollout::measure(images, &changes, &sources, session.way(true), &workshop.root, session.engine)?;
    let names: Vec<_> = images.iter().map(|image| image.name.clone()).collect();
    let pulled: Vec<_> = if options.measure_pulls {
        let sources = session.ensure(&registry::bases())?;
        let (store, engine) = (session.reached.store, session.engine);
        let pulled = rollout::pulls::measure(&names, &sources, store, &workshop.root, engine)?;
        pulled.into_iter().map(Some).collect()
    } else {
        vec![None; names.len()]
    };
    let images = shipment.images.into_iter().zip(pulled).map(|((name, fetched, exact), pulled)| ShippedImage {
        app: name.app,
        variant: name.variant,
        forecast: forecast(&fetched, &fleet),
        fetched,
        exact,
        pulled,
    });
    let images = images.collect();
    Ok(Rollout {
        schema: Rollout::SCHEMA,
        environment: session.environment(),
        fleet,
        images,
        together: shipment.together,
    })
}

/// The way from one image to another; nothing is built for it.
fn upgrade(before: &str, after: &str, options: &cli::Rollout, context: Context) -> Result<Exit> {
    let sink = report::sink(context.style, context.global.verbose);
    let images = super::compare::inspected(&[before, after], Engine::new(sink.as_ref()))?;
    let [before, after] = images.as_slice() else { return Err(crate::bug("two images were named")) };
    let told = rollout::upgrade::upgrade(before, after, &options.fleet())?;
    if options.json {
        report::data(report::json(&told));
    } else {
        report::line(report::upgrade(&told, context.style));
    }
    Ok(Exit::Pass)
}

/// What is about to be built, and what makes it short.
fn ahead(images: &[Image], changes: &[String]) -> String {
    let apps: BTreeSet<&str> = images.iter().map(|image| image.name.app.as_str()).collect();
    let after = |image: &Image| changes.iter().filter(|change| image.app.change.contains_key(*change)).count();
    let (plain, edited) = (images.len(), images.iter().map(after).sum::<usize>());
    format!(
        "{} images: {plain} of {}, and {edited} after a change of their app. What the build cache has is not built again. \
         `--app` and `--variant` choose others, `--app all` every language.",
        plain + edited,
        crate::names::list(apps)
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn deploys_bring_what_an_app_describes_and_one_change_most_of_the_time() {
        let workshop = Workshop::find().unwrap();
        let images = plan::everything(&workshop, &[], |path| workshop.dockerfile(path)).unwrap();
        let said = |typed: &[&str]| {
            let changes: Vec<Often> = typed.iter().map(|often| often.parse().unwrap()).collect();
            check_changes(&changes, &images).map_err(|problem| format!("{} {:?}", problem.fact, problem.next))
        };
        assert_eq!((said(&[]), said(&["source", "dependency=3"])), (Ok(()), Ok(())));
        assert!(said(&["source", "dependency"]).unwrap_err().contains("names 2 of that kind"));
        assert!(said(&["source=2"]).unwrap_err().contains("names 0 of that kind"));
        assert!(said(&["sorce"]).unwrap_err().contains("Did you mean `source`?"));
    }

    #[test]
    fn without_a_choice_the_apps_that_lessons_follow_are_shipped_as_first_written_and_as_an_expert_does() {
        let cli::Command::Rollout(options) = cli::Cli::parse_from(["xtask", "rollout"]).command.unwrap() else {
            panic!("another command");
        };
        let workshop = Workshop::find().unwrap();
        let all = images(&workshop, &options, &[]).unwrap();
        let variants: Vec<_> = all.iter().map(|image| image.name.variant.as_str()).collect();
        assert_eq!(variants, ["naive", "multi-stage"].repeat(workshop.apps.len()));
        let last = workshop.apps.keys().next_back().cloned().unwrap();
        let followed = images(&workshop, &options, std::slice::from_ref(&last)).unwrap();
        assert!(followed.len() == 2 && followed.iter().all(|image| image.name.app == last));
        let changes = ["source", "dependency"].map(str::to_owned);
        assert!(ahead(&followed, &changes).starts_with(&format!("6 images: 2 of {last}, and 4 after a change")));
    }
}
