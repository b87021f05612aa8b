//! Which hints there are for what failed.

use super::Task;
use crate::lesson::Hint;
use crate::messages::{self, Found};
use crate::progress::Checked;

/// The hints for one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hints {
    /// The rule that failed; `build` where the image did not build.
    pub rule: String,
    /// What they are counted by: the rule, and the message where they are about one.
    pub about: String,
    /// What pointed at the cause when it was checked: a line of the output, or a place.
    pub clue: Option<String>,
    /// From a nudge to nearly the answer.
    pub say: Vec<String>,
}

/// The hints for the first of the rules that failed and has any. What a message means comes first; then those that the exercise has
/// for this message or this instruction, else those for the rule; those for this app before those for every app.
pub fn hints(task: &Task<'_>, last: &Checked) -> Option<Hints> {
    last.failed.iter().find_map(|rule| of(rule, last.clues.get(rule), task))
}

fn of(rule: &str, clue: Option<&String>, task: &Task<'_>) -> Option<Hints> {
    let found = clue.and_then(|line| messages::find([line.as_str()])).filter(|_| is_output(rule));
    let is = |hint: &&Hint| {
        let app = hint.app.as_ref().is_none_or(|app| *app == task.app.id);
        let message = hint.message.is_empty() || found.as_ref().is_some_and(|f| hint.message.contains(&f.message.id));
        let at = hint.at.as_deref().is_none_or(|wanted| clue.and_then(|place| instruction(place)) == Some(wanted));
        hint.when == rule && app && message && at
    };
    let mut fitting: Vec<&Hint> = task.exercise.hint.iter().filter(is).collect();
    let narrow = |hint: &&Hint| !hint.message.is_empty() || hint.at.is_some();
    if fitting.iter().any(narrow) {
        fitting.retain(narrow);
    }
    fitting.sort_by_key(|hint| hint.app.is_none());
    // Those that lead, what the message means in general, and then the others.
    let (leading, others): (Vec<&Hint>, Vec<&Hint>) = fitting.into_iter().partition(|hint| hint.leads);
    let said = |hints: Vec<&Hint>| hints.into_iter().flat_map(|hint| hint.say.clone()).collect::<Vec<_>>();
    let mut say = said(leading);
    say.extend(found.iter().flat_map(|found| [found.means(), found.look()]));
    say.extend(said(others));
    let about = found.as_ref().map_or_else(|| rule.to_owned(), |found: &Found| format!("{rule}/{}", found.message.id));
    (!say.is_empty()).then(|| Hints { rule: rule.to_owned(), about, clue: clue.cloned(), say })
}

/// Whether the clue of a rule is a line of an output, rather than a place.
fn is_output(rule: &str) -> bool {
    matches!(rule, "build" | "healthy")
}

/// The instruction that a verdict's place speaks of: `FROM` for a layer of the base.
fn instruction(place: &str) -> Option<&str> {
    if place.contains(", from the base ") {
        return Some("FROM");
    }
    place.split_once(": ")?.1.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{App, AppId};
    use crate::workshop::{self, Workshop};

    const EXERCISE: &str = r#"
title = "T"
task = "Do it."
first = "node"
mine = { summary = "Yours." }
expect = []

[[hint]]
when = "healthy"
say = ["Does it start?"]

[[hint]]
when = "healthy"
message = ["loader-missing"]
say = ["Which C library?"]

[[hint]]
when = "healthy"
app = "node"
message = ["node-package"]
say = ["Where is node_modules?"]

[[hint]]
when = "build"
app = "python"
leads = true
say = ["Is that a base at all?"]

[[hint]]
when = "rebuild-keeps"
say = ["In which order?"]

[[hint]]
when = "rebuild-keeps"
at = "COPY"
say = ["What does it copy?"]
"#;

    fn said(app: &str, rule: &str, clue: Option<&str>) -> Option<Vec<String>> {
        let workshop = Workshop::open(&workshop::root().unwrap()).unwrap();
        let id = AppId::try_from(app.to_owned()).unwrap();
        let app: &App = &workshop.apps[&id];
        let exercise = toml::from_str(EXERCISE).unwrap();
        let task = Task { lesson: &workshop.lessons[0], exercise: &exercise, app };
        let clues: BTreeMap<_, _> = clue.map(|clue| (rule.to_owned(), clue.to_owned())).into_iter().collect();
        let last = Checked { failed: vec![rule.to_owned()], clues, ..Checked::default() };
        hints(&task, &last).map(|hints| hints.say)
    }

    #[test]
    fn what_the_message_says_comes_first_and_other_messages_say_nothing() {
        let missing = "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'fastify' imported from /app/dist/main.js";
        let all = said("node", "healthy", Some(missing)).unwrap();
        assert!(all[0].contains("`fastify`") && all[1].contains("node_modules"), "{all:?}");
        assert_eq!(all[2..], ["Where is node_modules?"]);
        let python = said("python", "healthy", Some(missing)).unwrap();
        assert_eq!(python[2..], ["Does it start?"], "a hint for another app is none");
        let loader = said("go", "healthy", Some("exec /server: no such file or directory")).unwrap();
        assert_eq!(loader[2..], ["Which C library?"]);
        assert_eq!(said("go", "healthy", None).unwrap(), ["Does it start?"]);
    }

    #[test]
    fn a_hint_for_an_instruction_takes_the_place_of_those_for_the_rule() {
        let place = |instruction: &str| format!("line 12: {instruction} (its layer of 8.1 MB is new after the edit)");
        let copy = place("COPY --from=build /app .");
        assert_eq!(said("python", "rebuild-keeps", Some(&copy)).unwrap(), ["What does it copy?"]);
        assert_eq!(said("python", "rebuild-keeps", Some(&place("RUN npm ci"))).unwrap(), ["In which order?"]);
        assert_eq!(instruction("layer 1, from the base golang:1 (line 2)"), Some("FROM"));
        assert_eq!(instruction("layer 3"), None);
    }

    #[test]
    fn a_hint_that_leads_comes_before_what_the_message_says() {
        let all = said("python", "build", Some("/bin/sh: 1: [go,: not found")).unwrap();
        assert_eq!((all.len(), all[0].as_str()), (3, "Is that a base at all?"));
    }

    #[test]
    fn a_message_has_hints_where_the_exercise_has_none() {
        let all = said("go", "build", Some("/bin/sh: 1: [go,: not found")).unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(said("go", "build", None), None);
    }
}
