//! What is said before the learner waits: what is built, and how long that usually takes.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::engine::Engine;
use crate::error::Result;
use crate::lesson::Lesson;
use crate::model::{AppId, Experiment, LessonReport, Shown, Told};
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
    experiments_of(&recorded, runs)
}

/// How many times as long as in its recorded run the experiments of a lesson took here; `None` where there is none that takes long.
pub(super) fn pace(root: &Path, lesson: &Lesson, told: &[Told]) -> Option<f64> {
    /// What is shorter says little about longer builds.
    const LONG: Duration = Duration::from_secs(10);
    let runs = |app: &AppId| told.iter().any(|told| told.app.as_ref() == Some(app));
    let recorded = experiments(root, lesson, runs);
    let here = experiments_of(told, |_| true);
    let both = here.iter().filter_map(|(step, here)| Some((*here, *recorded.get(step)?)));
    let (here, recorded) = both.fold((Duration::ZERO, Duration::ZERO), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    (recorded >= LONG && !here.is_zero()).then(|| here.as_secs_f64() / recorded.as_secs_f64())
}

fn experiments_of(told: &[Told], runs: impl Fn(&AppId) -> bool) -> BTreeMap<usize, Duration> {
    let mut took = BTreeMap::new();
    for told in told {
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

/// What is said before an experiment that took so long when it was recorded; `None` where that is next to nothing. Where this
/// machine's `pace` is known, that is what it will take here.
pub(super) fn before_experiment(took: Duration, pace: Option<f64>) -> Option<String> {
    let seconds = took.mul_f64(pace.unwrap_or(1.0).clamp(0.05, 50.0)).as_secs();
    let about = match seconds {
        0..20 => return None,
        20..90 => format!("{} seconds", seconds.next_multiple_of(10)),
        _ => format!("{} minutes", (seconds + 30) / 60),
    };
    let took = if pace.is_some() { "On this machine, they take" } else { "Recorded, they took" };
    Some(format!("These builds run one after the other, so that their times compare. {took} about {about}."))
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
        let said = |seconds, pace| before_experiment(Duration::from_secs(seconds), pace);
        assert_eq!(said(19, None), None);
        assert!(said(41, None).unwrap().ends_with("Recorded, they took about 50 seconds."));
        assert!(said(100, None).unwrap().ends_with("about 2 minutes."));
        // A machine that was seen to be four times as fast, and one that is slower.
        assert!(said(90, Some(0.25)).unwrap().ends_with("On this machine, they take about 30 seconds."));
        assert!(said(90, Some(2.0)).unwrap().ends_with("about 3 minutes."));
        let experiment: Experiment = serde_json::from_value(serde_json::json!({
            "app": "go", "variant": "naive", "cold_ms": 1000, "cold_from": null, "steps": [],
            "rebuilds": [{ "change": "source", "summary": "", "took_ms": 10, "turns": 3, "ran": [], "new_layers": 0,
                "new_stored_bytes": 0, "new_pull_bytes": null, "stored_bytes": 0 }],
        }))
        .unwrap();
        assert_eq!(whole(&experiment), Duration::from_millis(1030));
    }
}
