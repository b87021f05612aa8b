//! Which proofs bear witness for the others when the core of the program has changed.
//!
//! The core is what every proof runs: code that builds, starts, reads and judges. To prove everything again after each edit of
//! it takes longer than a working day has room for. So a few proofs are chosen that together show all that the program does: each
//! lesson once, a right and a wrong answer to each exercise, each rule as it holds and as it fails, each kind of step, each app,
//! each command. These have to be proved with today's core. The others stand if nothing but the core has changed since they were
//! proved, and those come round first in the samples that commits draw.

use std::collections::{BTreeMap, BTreeSet};

use super::subject::Subject;
use super::watch::Uses;
use crate::exercise::Kind;

/// What a proof shows of the program, in words that are equal for equal things.
pub fn shown_by(subject: &Subject<'_>, uses: &Uses) -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    match subject {
        Subject::Lesson(lesson, app) => {
            shown.extend([format!("lesson {}", lesson.id), format!("a lesson in {}", app.id)]);
            shown.extend(uses.rules.iter().map(|rule| format!("{rule} holds")));
            shown.extend(uses.steps.iter().map(|step| format!("step {step}")));
        }
        Subject::Answer(task, answer) => {
            let exercise = format!("{}/{}", task.lesson.id, task.exercise.id);
            shown.insert(format!("an answer in {}", task.app.id));
            match &answer.kind {
                Kind::Right(_) => {
                    shown.insert(format!("{exercise} is solved"));
                    shown.extend(uses.rules.iter().map(|rule| format!("{rule} holds")));
                }
                Kind::Shipped => shown.extend([format!("{exercise} refuses")]),
                Kind::Wrong(_, known) => {
                    shown.insert(format!("{exercise} refuses"));
                    shown.extend(known.fails.iter().map(|rule| format!("{rule} fails")));
                }
            }
        }
        Subject::Page(_) => shown.extend(uses.commands.iter().map(|command| format!("command {command}"))),
        Subject::Check(_) | Subject::Contract(_) | Subject::Trial(_) => shown.extend([subject.to_string()]),
    }
    shown
}

/// A choice among all proofs, by key, that shows everything that any of them shows: again and again the proof that adds most, and of
/// several the one whose key comes first. Few are enough, and everybody who has the same proofs chooses the same.
pub fn choose(shown: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut left: BTreeSet<&str> = shown.values().flatten().map(String::as_str).collect();
    let mut chosen = BTreeSet::new();
    while !left.is_empty() {
        let adds = |shows: &BTreeSet<String>| shows.iter().filter(|what| left.contains(what.as_str())).count();
        // Of equals, `max_by_key` takes the last.
        let Some((key, added)) = shown.iter().rev().max_by_key(|(_, shows)| adds(shows)) else { break };
        chosen.insert(key.clone());
        for what in added {
            left.remove(what.as_str());
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proofs(all: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
        let set = |shows: &[&str]| shows.iter().map(|what| (*what).to_owned()).collect();
        all.iter().map(|(key, shows)| ((*key).to_owned(), set(shows))).collect()
    }

    #[test]
    fn a_few_show_what_all_show() {
        let all = proofs(&[
            ("a", &["1", "2"]),
            ("b", &["2", "3", "4"]),
            ("c", &["2", "3", "4"]),
            ("d", &["3"]),
            ("e", &["5"]),
        ]);
        assert_eq!(choose(&all), BTreeSet::from(["a", "b", "e"].map(str::to_owned)));
        assert_eq!(choose(&proofs(&[("a", &[])])), BTreeSet::new());
    }

    #[test]
    fn another_proof_that_shows_nothing_new_changes_nothing() {
        let few = proofs(&[("a", &["1", "2"]), ("b", &["2", "3"])]);
        let mut more = few.clone();
        more.extend(proofs(&[("c", &["1", "2"])]));
        assert_eq!(choose(&few), choose(&more));
    }
}
