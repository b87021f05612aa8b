//! What a step must have come to for its words to be true.

use super::Check;
use crate::lesson::{Action, Step};
use crate::model::{AppId, Outcome, Shown, Subject, Told, VariantId, Verdict};

/// The name under which these verdicts stand among those of rules.
const AS_TOLD: &str = "as-told";

/// One verdict for each thing that the step says; `checks` are those that it found out itself.
pub(super) fn of(step: &Step, told: &Told, checks: Vec<Check>) -> Vec<Verdict> {
    let Some(app) = &told.app else { return Vec::new() };
    let about = |variant: &VariantId| Subject { variant: Some(variant.clone()), ..Subject::from(app.clone()) };
    let known = |subject: Subject, outcome, expected: &str, measured: String| Verdict {
        id: AS_TOLD.to_owned(),
        subject,
        outcome,
        expected: expected.to_owned(),
        measured,
        place: Some(format!("step {}: {}", told.step + 1, step.title)),
        source: None,
        why: "A lesson shows what it says, on this machine and today.".to_owned(),
    };
    let verdict = |subject, held, expected: &str, measured| known(subject, Outcome::of(held), expected, measured);
    let works = |works: bool| if works { "works" } else { "is refused" };
    match &told.shown {
        Shown::Inside { tries } => {
            let one = |t: &crate::model::Tried| {
                let measured = format!("{}: {}", t.says, works(t.worked));
                verdict(about(&t.variant), t.as_told, works(t.worked == t.as_told), measured)
            };
            tries.iter().map(one).collect()
        }
        Shown::Ask { answers } => {
            let one = |a: &crate::model::Answered| {
                let measured = format!("{} {}", a.status, a.body);
                verdict(about(&a.variant), a.as_told, "the answer the step tells of", measured)
            };
            answers.iter().map(one).collect()
        }
        Shown::Ends { ended } => {
            let one = |e: &crate::model::Ended| {
                verdict(about(&e.variant), e.as_told, "ends, and says why", e.lines.join(" "))
            };
            ended.iter().map(one).collect()
        }
        Shown::Docker { command, as_told: false, .. } => {
            let expected = match &step.action {
                Action::Docker(docker) => docker.contains.clone().unwrap_or_default(),
                _ => String::new(),
            };
            let expected = format!("{command} shows {expected:?}");
            vec![verdict(of_app(app), false, &expected, "it does not".to_owned())]
        }
        _ => {
            let subject = |variant: Option<VariantId>| variant.map_or_else(|| of_app(app), |variant| about(&variant));
            let one = |check: Check| known(subject(check.variant), check.outcome, &check.expected, check.measured);
            checks.into_iter().map(one).collect()
        }
    }
}

fn of_app(app: &AppId) -> Subject {
    Subject::from(app.clone())
}
