//! What is said before the learner waits: what is built, and how long that usually takes.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::engine::Engine;
use crate::error::Result;
use crate::lesson::Lesson;
use crate::model::{AppId, Experiment, LessonReport, Shown};
use crate::plan::Plan;
use crate::session::Session;
use crate::tidy;

/// What all local bases together take at most to make, in minutes: seen on two processors, with a Debian mirror near by.
const BASES: u32 = 3;

/// What will be built before the first result is there; `None` where next to nothing is.
///
/// Errors: the engine does not answer.
pub(super) fn words(session: &Session<'_>, plan: &Plan, lesson: &Lesson, no_cache: bool) -> Result<Option<String>> {
    let bases = missing_bases(session, plan)?;
    let images = missing_images(session.engine, plan, no_cache)?;
    Ok(said(bases, images, lesson.minutes.machine))
}

/// Local bases that are not there yet. What comes from a registry is the engine's business, and takes what the network takes.
fn missing_bases(session: &Session<'_>, plan: &Plan) -> Result<usize> {
    if session.bases.are_pulled() {
        return Ok(0);
    }
    let plan = session.bases.plan(&plan.bases(), &session.reached.arch, session.engine)?;
    Ok(plan.definition.targets.len())
}

/// Images whose build may take long: an image that is there is in the build cache too.
fn missing_images(engine: Engine<'_>, plan: &Plan, no_cache: bool) -> Result<usize> {
    let tags: Vec<String> = plan.images.iter().chain(&plan.others).map(|image| image.name.tag()).collect();
    let there = if no_cache { 0 } else { engine.inspect_images(&tags)?.len() };
    Ok(tags.len().saturating_sub(there))
}

/// How long each experiment of a lesson took in its recorded run, by the position of its step: cold builds and all rebuilds of the
/// apps that `runs` names. Empty where nothing was recorded.
pub(super) fn experiments(root: &Path, lesson: &Lesson, runs: impl Fn(&AppId) -> bool) -> BTreeMap<usize, Duration> {
    let path = tidy::recorded_path(lesson.number, lesson.id.as_str());
    let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
    let recorded = serde_json::from_str::<LessonReport>(&text).map(|report| report.told).unwrap_or_default();
    let mut took = BTreeMap::new();
    for told in &recorded {
        if let Shown::Experiment { experiments, .. } = &told.shown
            && told.app.as_ref().is_some_and(&runs)
        {
            *took.entry(told.step).or_default() += experiments.iter().map(whole).sum::<Duration>();
        }
    }
    took
}

fn whole(experiment: &Experiment) -> Duration {
    let rebuilds = experiment.rebuilds.iter().map(|one| one.took_ms * u64::try_from(one.turns).unwrap_or(1));
    Duration::from_millis(experiment.cold_ms + rebuilds.sum::<u64>())
}

/// What is said before an experiment that takes so long; `None` where that is next to nothing.
pub(super) fn before_experiment(took: Duration) -> Option<String> {
    let seconds = took.as_secs();
    let about = match seconds {
        0..20 => return None,
        20..90 => format!("{} seconds", seconds.next_multiple_of(10)),
        _ => format!("{} minutes", (seconds + 30) / 60),
    };
    Some(format!(
        "These builds run one after the other, so that their times compare. Recorded, they took about {about}."
    ))
}

fn said(bases: usize, images: usize, minutes: u32) -> Option<String> {
    let counted = |count: usize, of: &str| if count == 1 { format!("1 {of}") } else { format!("{count} {of}s") };
    let bases = (bases > 0).then(|| {
        let bases = counted(bases, "missing base image");
        format!("First Drydock makes {bases}, which usually takes up to {BASES} minutes, once. ")
    });
    let images = (images > 0).then(|| {
        let minutes = counted(minutes as usize, "minute");
        format!(
            "It builds and starts {}. The whole lesson usually keeps the machine busy for {minutes} the first time, more \
             where downloads are slow.",
            counted(images, "image")
        )
    });
    let said = format!("{}{}", bases.unwrap_or_default(), images.unwrap_or_default());
    (!said.is_empty()).then(|| said.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_takes_long_is_announced() {
        assert_eq!(said(0, 0, 4), None);
        let said = |bases, images| said(bases, images, 4).unwrap();
        assert!(said(0, 4).starts_with(
            "It builds and starts 4 images. The whole lesson usually keeps the machine busy for 4 minutes"
        ));
        assert_eq!(said(1, 0), "First Drydock makes 1 missing base image, which usually takes up to 3 minutes, once.");
        assert!(said(2, 1).contains("once. It builds and starts 1 image."));
    }

    #[test]
    fn an_experiment_says_how_long_it_took_when_it_was_recorded() {
        let said = |seconds| before_experiment(Duration::from_secs(seconds));
        assert_eq!(said(19), None);
        assert!(said(41).unwrap().ends_with("about 50 seconds."));
        assert!(said(100).unwrap().ends_with("about 2 minutes."));
        let experiment: Experiment = serde_json::from_value(serde_json::json!({
            "app": "go", "variant": "naive", "cold_ms": 1000, "cold_from": null, "steps": [],
            "rebuilds": [{ "change": "source", "summary": "", "took_ms": 10, "turns": 3, "ran": [], "new_layers": 0,
                "new_stored_bytes": 0, "new_pull_bytes": null, "stored_bytes": 0 }],
        }))
        .unwrap();
        assert_eq!(whole(&experiment), Duration::from_millis(1030));
    }
}
