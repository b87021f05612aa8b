//! What is said before the learner waits: what is built, and how long that usually takes.

use crate::engine::Engine;
use crate::error::Result;
use crate::lesson::Lesson;
use crate::plan::Plan;
use crate::session::Session;

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
}
