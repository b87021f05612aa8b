//! Puts measured values into the texts that say what to look at.

use crate::lesson::{Look, Step};
use crate::model::{AppId, LessonReport, Measurement, Outcome, Told, Verdict};

/// The text of a look with its values. `None` when its app did not run, or a variant it speaks of was not measured.
pub fn fill(look: &Look, report: &LessonReport) -> Option<String> {
    let ran = |app: &AppId| {
        report.results.iter().any(|m| m.app == *app) || report.told.iter().any(|told| told.app.as_ref() == Some(app))
    };
    let fits = look.app.as_ref().is_none_or(ran);
    fits.then(|| look.text.filled(look.app.as_ref(), &report.results)).flatten()
}

/// What a step means for an app, with its values. Words without any are the same for every app and come with the `last`.
///
/// They explain what the step expects. Where something else happened, that is said in their place; where it could not be measured,
/// they are introduced as an expectation.
pub fn means(step: &Step, told: &Told, last: bool, results: &[Measurement]) -> Option<String> {
    let otherwise: Vec<&Verdict> = told.amiss.iter().filter(|one| one.outcome == Outcome::Failed).collect();
    if !otherwise.is_empty() {
        let seen = otherwise.into_iter().map(|one| {
            format!("{}: expected {}; measured {}.", one.subject, one.expected, one.measured.trim_end_matches('.'))
        });
        let head = "This is not what the lesson says happens, so its explanation is left out.".to_owned();
        return Some(std::iter::once(head).chain(seen).collect::<Vec<_>>().join("\n\n"));
    }
    let means = step.means.as_ref().filter(|means| last || means.values().next().is_some())?;
    let words = means.filled(told.app.as_ref(), results)?;
    Some(match told.amiss.first() {
        None => words,
        Some(one) => {
            format!("Not measured here ({}). Where it can be measured, the lesson expects this: {words}", one.measured)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_came_out_otherwise_does_not_claim_that_it_did() {
        let step: Step = toml::from_str("title = 'Ask'\nmeans = 'Both answer.'\ndo = 'table'\n").unwrap();
        let verdict = |outcome| Verdict {
            id: "as-told".to_owned(),
            subject: "go/tiny".parse().unwrap(),
            outcome,
            source: None,
            expected: "the answer the step tells of".to_owned(),
            measured: "0 no answer".to_owned(),
            place: None,
            why: String::new(),
        };
        let said = |amiss: Vec<Verdict>| {
            let told = Told { step: 0, app: None, shown: crate::model::Shown::Table, guessed: None, amiss };
            means(&step, &told, true, &[]).unwrap()
        };
        assert_eq!(said(vec![]), "Both answer.");
        let failed = said(vec![verdict(Outcome::NotMeasured), verdict(Outcome::Failed)]);
        assert!(!failed.contains("Both answer"), "{failed}");
        assert!(failed.ends_with("go/tiny: expected the answer the step tells of; measured 0 no answer."), "{failed}");
        let unknown = said(vec![verdict(Outcome::NotMeasured)]);
        assert!(unknown.starts_with("Not measured here (0 no answer).") && unknown.ends_with("this: Both answer."));
    }
}
