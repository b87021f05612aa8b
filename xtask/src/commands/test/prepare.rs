//! What the parts of a run need on the engine: bases, and every image that more than one proof looks at, built together.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::Engine;
use crate::error::Result;
use crate::event::Sink;
use crate::plan::{self, Image, Plan};
use crate::proof::{Commands, Proof, Subject};
use crate::runner::{Job, Mute, NO_CHANGES};
use crate::session::{Opening, Session};
use crate::workshop::Workshop;

/// So many images are built at the same time. More would keep more compilers in memory than machines have room for.
const AT_ONCE: usize = 24;

/// Gets an engine and the bases that everything needs.
///
/// Errors: there is no engine; a base cannot be had.
pub(super) fn bases(workshop: &Workshop, setup: bool, sink: &dyn Sink) -> Result<()> {
    let images = plan::everything(workshop, &[], |path| workshop.dockerfile(path))?;
    let session = Session::open(Opening { setup, ..Opening::default() }, Engine::new(sink))?;
    session.ensure(&plan::bases(&images)).map(drop)
}

/// Builds the images that some proofs look at. A proof that looks at others builds them itself.
///
/// Errors: an image does not build.
pub(super) fn images(workshop: &Workshop, proofs: &[&Proof<'_>], sink: &dyn Sink) -> Result<()> {
    let mut images: BTreeMap<String, Image> = BTreeMap::new();
    let mut bases: BTreeSet<String> = BTreeSet::new();
    let read = |path: &str| workshop.dockerfile(path);
    for proof in proofs {
        let needed = match &proof.subject {
            Subject::Lesson(lesson, app) => {
                let mut plan = Plan::of_lesson(workshop, lesson, std::slice::from_ref(&app.id), &[], read)?;
                plan.without_registry();
                bases.extend(plan.bases());
                plan.images.into_iter().chain(plan.others).collect()
            }
            Subject::Contract(app) => plan::everything(workshop, std::slice::from_ref(&app.id), read)?,
            Subject::Page(commands) => of_page(workshop, commands)?,
            Subject::Answer(..) | Subject::Check(_) | Subject::Trial(_) => Vec::new(),
        };
        images.extend(needed.into_iter().map(|image| (image.name.target(), image)));
    }
    if images.is_empty() {
        return Ok(());
    }
    let images: Vec<Image> = images.into_values().collect();
    bases.extend(plan::bases(&images));
    let session = Session::open(Opening::default(), Engine::new(sink))?;
    let sources = session.ensure(&bases)?;
    for some in images.chunks(AT_ONCE) {
        let job = Job {
            images: &[],
            others: some,
            dockerfiles: &[],
            steps: &[],
            changes: &NO_CHANGES,
            expect: &[],
            sources: &sources,
            options: &session.options(),
            root: &workshop.root,
        };
        job.run(&mut Mute, session.engine)?;
    }
    Ok(())
}

/// The images of the apps and lessons that a page's commands name.
fn of_page(workshop: &Workshop, commands: &Commands) -> Result<Vec<Image>> {
    let read = |path: &str| workshop.dockerfile(path);
    let apps: Vec<_> = commands.apps(workshop.apps.values()).into_iter().map(|app| app.id.clone()).collect();
    if apps.is_empty() {
        return Ok(Vec::new());
    }
    let mut images = plan::everything(workshop, &apps, read)?;
    for lesson in commands.lessons(&workshop.lessons) {
        if lesson.apps_of(&workshop.apps).any(|app| apps.contains(&app.id)) {
            let mut plan = Plan::of_lesson(workshop, lesson, &apps, &[], read)?;
            plan.without_registry();
            images.extend(plan.images.into_iter().chain(plan.others));
        }
    }
    Ok(images)
}
