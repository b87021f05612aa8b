//! Whether a known answer fared as it should.

use std::collections::BTreeSet;

use super::{Judged, Kind};
use crate::error::ErrorId;
use crate::model::Outcome;
use crate::names;

/// What is wrong with how an answer fared; `None` where nothing is.
pub(super) fn fault(kind: &Kind, judged: &Judged) -> Option<String> {
    if let Some(problem) = judged.trouble.as_ref().filter(|problem| problem.id == ErrorId::BuildTooLong) {
        return Some(format!("its build was cut off, which proves nothing: {}", problem.fact));
    }
    // A rule that could not be judged says nothing of the answer. One that lacks what it takes to judge it fails another rule, too.
    let of = |outcome: Outcome| judged.verdicts.iter().find(move |verdict| verdict.outcome == outcome);
    let failed = judged.trouble.is_some() || of(Outcome::Failed).is_some();
    if let Some(verdict) = of(Outcome::NotMeasured).filter(|_| !failed) {
        return Some(format!("{} was not judged, which proves nothing: {}", verdict.id, verdict.measured));
    }
    match kind {
        Kind::Shipped => judged.passes().then(|| "it passes as it is shipped: there is nothing to do".to_owned()),
        Kind::Right(_) => (!judged.passes()).then(|| format!("it should pass, and: {}", told(judged).join("; "))),
        Kind::Wrong(_, known) => {
            let failed: BTreeSet<String> = judged.failed().into_iter().collect();
            if failed != known.fails {
                let list = |rules: &BTreeSet<String>| match rules.len() {
                    0 => "nothing".to_owned(),
                    _ => names::list(rules.iter().map(String::as_str)),
                };
                let said = told(judged);
                let said = if said.is_empty() { String::new() } else { format!(": {}", said.join("; ")) };
                return Some(format!("{} failed, and {} should{said}", list(&failed), list(&known.fails)));
            }
            let said = told(judged);
            let for_that = !known.says.is_empty() && said.iter().any(|line| line.contains(&known.says));
            (!for_that).then(|| format!("no failure says {:?}: {}", known.says, said.join("; ")))
        }
    }
}

/// What was measured of each rule that failed, and what the build or the container said.
fn told(judged: &Judged) -> Vec<String> {
    let verdicts = judged.verdicts.iter().filter(|verdict| !verdict.held());
    let mut said: Vec<String> = verdicts
        .map(|v| {
            let place = v.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
            format!("{}: {}{place}", v.id, v.measured)
        })
        .collect();
    if let Some(problem) = &judged.trouble {
        said.push(format!("{} {}", problem.fact, problem.evidence.join(" ")));
    }
    said
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::error::Problem;
    use crate::lesson::WrongAnswer;
    use crate::model::{AppId, Subject, Verdict};

    fn judged(failing: &[(&str, &str)]) -> Judged {
        let verdict = |(id, measured): &(&str, &str)| Verdict {
            id: (*id).to_owned(),
            subject: Subject::from(AppId::try_from("go".to_owned()).unwrap()),
            outcome: Outcome::Failed,
            expected: String::new(),
            measured: (*measured).to_owned(),
            place: None,
            source: None,
            why: String::new(),
        };
        let result = crate::model::matrix::tests::matrix(&[("a", "mine", 10)]).results.into_iter().next();
        let verdicts = failing.iter().map(verdict).collect();
        let (images, not_judged) = (Vec::new(), Vec::new());
        Judged { result, images, verdicts, not_judged, trouble: None, context: None, built_in: Duration::ZERO }
    }

    fn wrong(fails: &[&str], says: &str) -> Kind {
        let fails = fails.iter().map(|rule| (*rule).to_owned()).collect();
        Kind::Wrong("x".to_owned(), WrongAnswer { why: "w".to_owned(), fails, says: says.to_owned() })
    }

    #[test]
    fn the_shipped_state_must_fail_and_a_right_answer_must_not() {
        let right = Kind::Right("x".to_owned());
        assert!(fault(&Kind::Shipped, &judged(&[])).is_some());
        assert!(fault(&right, &judged(&[])).is_none());
        let ill = judged(&[("non-root", "root")]);
        assert!(fault(&Kind::Shipped, &ill).is_none());
        assert_eq!(fault(&right, &ill).unwrap(), "it should pass, and: non-root: root");
    }

    #[test]
    fn a_wrong_answer_fails_for_what_it_declares_and_nothing_else() {
        let ill = judged(&[("non-root", "runs as root")]);
        assert!(fault(&wrong(&["non-root"], "as root"), &ill).is_none());
        for (kind, said) in [
            (wrong(&["absent"], "as root"), "non-root failed, and absent should: non-root: runs as root"),
            (
                wrong(&["absent", "non-root"], "as root"),
                "non-root failed, and absent and non-root should: non-root: runs as root",
            ),
            (wrong(&["non-root"], "as toor"), "no failure says \"as toor\": non-root: runs as root"),
            (wrong(&["non-root"], ""), "no failure says \"\": non-root: runs as root"),
        ] {
            assert_eq!(fault(&kind, &ill).unwrap(), said);
        }
        assert_eq!(fault(&wrong(&["absent"], "x"), &judged(&[])).unwrap(), "nothing failed, and absent should");
    }

    #[test]
    fn a_build_that_fails_is_a_failure_of_its_own_name() {
        let problem = Problem::new(ErrorId::BuildFailed, "The step failed.").evidence(["ld: cannot find -lc"]);
        let broken = Judged { result: None, trouble: Some(problem), ..judged(&[]) };
        assert!(fault(&wrong(&["build"], "cannot find -lc"), &broken).is_none());
        assert!(fault(&wrong(&["healthy"], "cannot find -lc"), &broken).is_some());
        assert!(fault(&Kind::Shipped, &broken).is_none());
    }

    #[test]
    fn a_build_that_was_cut_off_proves_nothing() {
        let problem = Problem::new(ErrorId::BuildTooLong, "After 10 min the step still ran.").evidence(["ld: waits"]);
        let cut_off = Judged { result: None, trouble: Some(problem), ..judged(&[]) };
        for kind in [Kind::Shipped, Kind::Right("x".to_owned()), wrong(&["build"], "ld: waits")] {
            let said = "its build was cut off, which proves nothing: After 10 min the step still ran.";
            assert_eq!(fault(&kind, &cut_off).as_deref(), Some(said));
        }
    }

    #[test]
    fn a_rule_that_was_not_judged_proves_nothing() {
        let mut unclear = judged(&[("ready-at-most", "it was not measured")]);
        unclear.verdicts[0].outcome = Outcome::NotMeasured;
        let said = "ready-at-most was not judged, which proves nothing: it was not measured";
        for kind in [Kind::Shipped, Kind::Right("x".to_owned()), wrong(&["ready-at-most"], "not measured")] {
            assert_eq!(fault(&kind, &unclear).as_deref(), Some(said));
        }
        // What is shipped fails for sure where another rule does.
        unclear.verdicts.extend(judged(&[("non-root", "root")]).verdicts);
        assert!(fault(&Kind::Shipped, &unclear).is_none());
    }
}
