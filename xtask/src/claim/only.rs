//! A lesson with all that one claim does not need left out.

use std::collections::BTreeSet;

use super::Claim;
use crate::lesson::{Lesson, Step, Words};
use crate::model::{Value, VariantId};
use crate::rules::Expect;

impl Claim {
    /// Whether a step shows it.
    pub(super) fn is_shown_by(&self, step: &Step) -> bool {
        let fits = self.apps.is_empty() || step.apps.is_empty() || step.apps.iter().any(|app| self.apps.contains(app));
        step.title == self.step && fits
    }

    fn is_decided_by(&self, expect: &Expect) -> bool {
        self.judged.iter().any(|judged| judged.means(expect))
    }
}

/// The lesson with the steps that show the claim, the expectations that decide it, those about every image, and the variants that both
/// need.
pub fn only(lesson: &Lesson, claim: &Claim) -> Lesson {
    let mut part = lesson.clone();
    part.step.retain(|step| claim.is_shown_by(step));
    part.expect.retain(|expect| expect.variant.is_none() || claim.is_decided_by(expect));
    part.look.clear();
    if !claim.apps.is_empty() {
        part.apps.clone_from(&claim.apps);
    }
    let needed: BTreeSet<&VariantId> = {
        let of_steps = part.step.iter().flat_map(|step| {
            let values = step.means.iter().flat_map(Words::values);
            let asked = step.guess.iter().filter_map(|guess| guess.value());
            step.variants().into_iter().chain(values.chain(asked).flat_map(Value::variants))
        });
        let of_rules = part.expect.iter().flat_map(|expect| {
            let compared = expect.rule.judge().compared_with();
            expect.variant.iter().chain(compared)
        });
        of_steps.chain(of_rules).collect()
    };
    part.variants = lesson.variants.iter().filter(|variant| needed.contains(variant)).cloned().collect();
    part
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::claim;
    use crate::workshop::Workshop;

    /// The lessons that measure what was published, with what they measure.
    fn all(workshop: &Workshop) -> impl Iterator<Item = (&crate::lesson::Lesson, Vec<claim::Claim>)> {
        workshop.lessons.iter().map(|lesson| (lesson, claim::of(&workshop.root, lesson).unwrap()))
    }

    #[test]
    fn a_part_has_a_step_what_decides_it_and_fewer_variants() {
        let workshop = Workshop::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        let mut seen = 0;
        for (lesson, claims) in all(&workshop) {
            for claim in &claims {
                let part = claim::only(lesson, claim);
                let named = &claim.id;
                assert!(!part.step.is_empty() && part.step.len() < lesson.step.len(), "{named}");
                assert!(part.step.iter().all(|step| step.title == claim.step), "{named}");
                assert!(!part.variants.is_empty() && part.variants.len() < lesson.variants.len(), "{named}");
                let decided = |judged: &claim::Judged| part.expect.iter().any(|expect| judged.means(expect));
                assert!(claim.judged.iter().all(decided), "{named}");
                for expect in part.expect.iter().filter(|expect| expect.variant.is_some()) {
                    assert!(claim.judged.iter().any(|judged| judged.means(expect)), "{named}: {}", expect.why);
                }
                seen += 1;
            }
        }
        assert!(seen > 0, "no lesson measures what was published");
    }

    #[test]
    fn a_claim_that_is_not_there_is_named_with_those_that_are() {
        let workshop = Workshop::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        let (lesson, claims) = all(&workshop).find(|(_, claims)| !claims.is_empty()).unwrap();
        let known = claims[0].id.clone();
        let problem = claim::chosen(claims.clone(), lesson, "no-such-claim").unwrap_err();
        assert!(problem.fact.contains("\"no-such-claim\"") && problem.fact.contains(&known), "{}", problem.fact);
        assert_eq!(claim::chosen(claims, lesson, &known).unwrap().id, known);
        let first = &workshop.lessons[0];
        assert!(claim::chosen(Vec::new(), first, "x").unwrap_err().fact.contains("measures nothing"));
    }

    #[test]
    fn what_nothing_shows_or_decides_is_found() {
        let workshop = Workshop::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        let (lesson, mut claims) = all(&workshop).find(|(_, claims)| !claims.is_empty()).unwrap();
        assert_eq!(claim::findings(&claims, lesson), Vec::<String>::new());
        claims.push(claim::Claim { step: "No such step".to_owned(), judged: Vec::new(), ..claims[0].clone() });
        let found = claim::findings(&claims, lesson).join("\n");
        for part in ["is there twice", "\"No such step\"", "is decided by no expectation"] {
            assert!(found.contains(part), "{found}");
        }
    }
}
