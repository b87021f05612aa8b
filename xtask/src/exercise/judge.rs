//! Builds an answer, runs it and judges it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Task;
use crate::engine::Engine;
use crate::error::{ErrorId, Exit, Problem, Result};
use crate::messages::{self, Found};
use crate::model::{Environment, LessonId, MINE, Measurement, Outcome, VariantId, Verdict};
use crate::plan::{self, Image};
use crate::rules::Expect;
use crate::runner::{Job, Mute};
use crate::session::Session;
use crate::workshop::Workshop;

/// All that judging needs and that stays the same from one answer to the next.
pub struct Judge<'a> {
    workshop: &'a Workshop,
    session: Session<'a>,
}

/// What came of an answer.
#[derive(Debug)]
pub struct Judged {
    /// What was measured; `None` where it did not build.
    pub result: Option<Measurement>,
    /// The tags of all images that were built from it; empty where it did not build.
    pub images: Vec<String>,
    /// One entry an expectation; empty where it did not build.
    pub verdicts: Vec<Verdict>,
    /// The rules that could not be judged, each once: they are about a service that answers, and this one does not.
    pub not_judged: Vec<String>,
    /// Why it did not build, or its container is not healthy.
    pub trouble: Option<Problem>,
    /// The folder it was built from, relative to the repository.
    pub context: Option<String>,
    /// Wall time of all builds.
    pub built_in: Duration,
}

impl Judged {
    /// Whether everything held.
    pub fn passes(&self) -> bool {
        self.trouble.is_none() && self.result.is_some() && self.verdicts.iter().all(Verdict::held)
    }

    /// The rules that failed, each once, in the order of the exercise; `build` where it did not build.
    pub fn failed(&self) -> Vec<String> {
        if self.result.is_none() {
            return vec!["build".to_owned()];
        }
        let mut failed: Vec<String> = Vec::new();
        let unwell = self.trouble.is_some().then(|| "healthy".to_owned());
        let rules = self.verdicts.iter().filter(|verdict| !verdict.held()).map(|verdict| verdict.id.clone());
        for rule in unwell.into_iter().chain(rules) {
            if !failed.contains(&rule) {
                failed.push(rule);
            }
        }
        failed
    }

    /// What points at the cause, by the rules that [`Self::failed`] names: the telling line of what the build or the container printed,
    /// else the place that the verdict names.
    pub fn clues(&self) -> BTreeMap<String, String> {
        let placed = self.verdicts.iter().filter(|verdict| !verdict.held());
        let mut clues = BTreeMap::new();
        for (rule, place) in placed.filter_map(|verdict| Some((&verdict.id, verdict.place.as_ref()?))) {
            clues.entry(rule.clone()).or_insert_with(|| place.clone());
        }
        let rule = if self.result.is_none() { "build" } else { "healthy" };
        clues.extend(self.trouble.as_ref().and_then(telling).map(|found| (rule.to_owned(), found.line)));
        clues
    }

    /// The exit code it stands for.
    pub fn exit(&self) -> Exit {
        match &self.trouble {
            Some(problem) => problem.exit(),
            None if self.result.is_none() => Exit::ExpectationFailed,
            None => Verdict::exit(&self.verdicts),
        }
    }
}

impl<'a> Judge<'a> {
    /// A judge who works in a session; how long a build may take is among its options.
    pub fn new(workshop: &'a Workshop, session: Session<'a>) -> Self {
        Self { workshop, session }
    }

    /// The surroundings of what is measured.
    pub fn environment(&self) -> Environment {
        self.session.environment()
    }

    /// The engine that builds and runs what is judged.
    pub fn engine(&self) -> Engine<'a> {
        self.session.engine
    }

    /// Judges the answer whose files are in `folder`, relative to the repository. `named` stands for the lesson's id in the
    /// names of image and build context, so that a proof does not take the place of the learner's image.
    ///
    /// What is wrong with the answer is part of the result.
    ///
    /// Errors: what is wrong with anything else.
    pub fn judge(&self, task: &Task<'_>, folder: &str, named: Option<&LessonId>) -> Result<Judged> {
        match self.run(task, folder, named) {
            Err(problem) if of_the_answer(&problem) => Ok(Judged {
                result: None,
                images: Vec::new(),
                verdicts: Vec::new(),
                not_judged: Vec::new(),
                trouble: Some(problem),
                context: self.context(task, folder, named),
                built_in: Duration::ZERO,
            }),
            other => other,
        }
    }

    fn run(&self, task: &Task<'_>, folder: &str, named: Option<&LessonId>) -> Result<Judged> {
        let read = |path: &str| self.workshop.dockerfile(path);
        let named = named.unwrap_or(&task.lesson.id);
        let mut images = plan::answer(task.app, named, task.exercise, folder, read)?;
        let expect: Vec<Expect> = task.expect().cloned().collect();
        images.extend(self.compared(task, &expect)?);
        let sources = self.session.ensure_with(&plan::bases(&images), &plan::helpers(&[], &expect))?;
        let job = Job {
            images: &images,
            others: &[],
            dockerfiles: &[],
            steps: &[],
            changes: &task.lesson.change,
            expect: &expect,
            sources: &sources,
            options: &self.session.options(),
            root: &self.workshop.root,
        };
        let outcome = job.run(&mut Mute, self.session.engine)?;
        if let Some(problem) = outcome.problems.iter().find(|problem| problem.id == ErrorId::StillAtWork) {
            return Err(problem.clone());
        }
        let mut verdicts = outcome.verdicts;
        verdicts.retain(|verdict| task.is_subject(&verdict.subject));
        let rules: BTreeSet<&str> = expect.iter().map(|expect| expect.rule.name()).collect();
        if let Some(rule) = rules.iter().find(|rule| !verdicts.iter().any(|verdict| verdict.id == **rule)) {
            // It would pass for want of anything to judge.
            return Err(Problem::new(ErrorId::Manifest, format!("The rule `{rule}` came to no verdict.")).cause(
                format!("{}/exercise names a variant that {} does not have.", task.lesson.folder(), task.app.id),
            ));
        }
        // Of several images of the learner's, a problem does not say whose it is in a way that leads to a line.
        let [mine, also @ ..] = images.as_slice() else { return Err(crate::bug("An answer has an image")) };
        let alone = !also.iter().any(|image| image.name.variant.is_mine());
        let trouble = outcome.problems.into_iter().next();
        let trouble = trouble.map(|problem| if alone { placed(problem, mine) } else { problem });
        let mut not_judged = BTreeSet::new();
        if trouble.is_some() {
            // Of a service that does not run little is measured; what was not says nothing about the answer.
            let unknown = |verdict: &Verdict| verdict.outcome == Outcome::NotMeasured;
            not_judged.extend(verdicts.iter().filter(|verdict| unknown(verdict)).map(|verdict| verdict.id.clone()));
            verdicts.retain(|verdict| !unknown(verdict));
        }
        let not_judged = not_judged.into_iter().collect();
        let result = outcome.facts.results().into_iter().find(|measured| measured.variant.as_str() == MINE);
        let context = Some(mine.context.clone());
        let own = images.iter().filter(|image| image.name.variant.is_mine());
        Ok(Judged {
            result,
            images: own.map(|image| image.name.tag()).collect(),
            verdicts,
            not_judged,
            trouble,
            context,
            built_in: outcome.built_in + outcome.built_besides,
        })
    }

    /// The folder that an answer is built from, also where it does not build.
    fn context(&self, task: &Task<'_>, folder: &str, named: Option<&LessonId>) -> Option<String> {
        let read = |path: &str| self.workshop.dockerfile(path);
        let images = plan::answer(task.app, named.unwrap_or(&task.lesson.id), task.exercise, folder, read).ok()?;
        images.into_iter().next().map(|image| image.context)
    }

    /// The images of the variants that the expectations compare the answer with.
    fn compared(&self, task: &Task<'_>, expect: &[Expect]) -> Result<Vec<Image>> {
        let mut variants: Vec<&VariantId> = Vec::new();
        for variant in expect.iter().flat_map(|expect| expect.variant.iter().chain(expect.rule.judge().compared_with()))
        {
            if !variant.is_mine() && !variants.contains(&variant) {
                variants.push(variant);
            }
        }
        let mut read = |path: &str| self.workshop.dockerfile(path);
        let mut images = Vec::new();
        for variant in variants {
            images.extend(plan::of_lesson(task.app, variant, task.lesson, &mut read)?);
        }
        Ok(images)
    }
}

/// The line of a problem's evidence that tells the cause.
fn telling(problem: &Problem) -> Option<Found> {
    messages::find(problem.evidence.iter().map(|line| line.trim_start()))
}

/// Adds the instruction that is at fault when a container does not start, where the message points at one.
fn placed(problem: Problem, image: &Image) -> Problem {
    let Some(found) = telling(&problem) else { return problem };
    let Ok(stages) = image.stages() else { return problem };
    let steps = stages.steps();
    // The last one of a kind counts, and an ENTRYPOINT decides before a CMD.
    let last = |keyword: &String| steps.iter().rev().find(|step| step.instruction.keyword == *keyword);
    match found.blames().iter().find_map(last) {
        Some(step) => {
            let (file, line) = (&image.dockerfile.path, step.instruction.line);
            problem.evidence([format!("{file}:{line}: {}", step.instruction.joined)])
        }
        None => problem,
    }
}

/// Whether a problem is about what the learner wrote, rather than about the machine.
fn of_the_answer(problem: &Problem) -> bool {
    matches!(
        problem.id,
        ErrorId::Dockerfile
            | ErrorId::UnknownBase
            | ErrorId::Context
            | ErrorId::StaleEdit
            | ErrorId::BuildFailed
            | ErrorId::BuildTooLong
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(id: &str, pass: bool) -> Verdict {
        let text = || String::new();
        Verdict {
            id: id.to_owned(),
            subject: crate::model::Subject::from(crate::model::AppId::try_from("go".to_owned()).unwrap()),
            outcome: Outcome::of(pass),
            expected: text(),
            measured: text(),
            place: None,
            source: None,
            why: text(),
        }
    }

    fn built(verdicts: Vec<Verdict>, trouble: Option<Problem>) -> Judged {
        let matrix = crate::model::matrix::tests::matrix(&[("a", "mine", 10)]);
        let result = matrix.results.into_iter().next();
        let images = Vec::new();
        Judged { result, images, verdicts, not_judged: Vec::new(), trouble, context: None, built_in: Duration::ZERO }
    }

    #[test]
    fn what_failed_is_named_once_and_decides_the_status() {
        let well = built(vec![verdict("non-root", true)], None);
        assert_eq!((well.passes(), well.failed(), well.exit()), (true, vec![], Exit::Pass));
        let ill = built(vec![verdict("absent", false), verdict("non-root", true), verdict("absent", false)], None);
        assert_eq!((ill.passes(), ill.exit()), (false, Exit::ExpectationFailed));
        assert_eq!(ill.failed(), ["absent"]);
        let silent = Problem::new(ErrorId::NeverListened, "Nothing answered.");
        // It may have no expectation of its own for health.
        let silent = built(vec![verdict("absent", false)], Some(silent));
        assert_eq!(
            (silent.failed(), silent.exit()),
            (vec!["healthy".to_owned(), "absent".to_owned()], Exit::Unhealthy)
        );
        let broken = Problem::new(ErrorId::BuildFailed, "A step failed.");
        let broken = Judged { result: None, ..built(vec![], Some(broken)) };
        assert_eq!((broken.failed(), broken.exit()), (vec!["build".to_owned()], Exit::BuildFailed));
    }

    #[test]
    fn a_machine_that_lacks_something_is_not_the_learners_fault() {
        for (id, theirs) in [
            (ErrorId::BuildFailed, true),
            (ErrorId::Dockerfile, true),
            (ErrorId::UnknownBase, true),
            (ErrorId::EngineAbsent, false),
            (ErrorId::DiskFull, false),
            (ErrorId::Download, false),
            (ErrorId::Interrupted, false),
        ] {
            assert_eq!(of_the_answer(&Problem::new(id, "x")), theirs, "{}", id.name());
        }
    }
}
