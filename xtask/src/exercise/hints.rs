//! Which hints there are for what failed.

use super::Task;
use crate::lesson::Hint;

/// The hints for one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hints<'w> {
    /// The rule that failed; `build` where the image did not build.
    pub rule: &'w str,
    /// From a nudge to nearly the answer.
    pub say: Vec<&'w str>,
}

/// The hints for the first of the failed rules that has any; those for this app before those for every app.
pub fn hints<'w>(task: &Task<'w>, failed: &[String]) -> Option<Hints<'w>> {
    let of = |rule: &String| -> Option<Hints<'w>> {
        let fitting = |own: bool| {
            let app = &task.app.id;
            let fits = move |hint: &&Hint| {
                hint.when == *rule && if own { hint.app.as_ref() == Some(app) } else { hint.app.is_none() }
            };
            task.exercise.hint.iter().filter(fits).flat_map(|hint| &hint.say)
        };
        let say: Vec<&str> = fitting(true).chain(fitting(false)).map(String::as_str).collect();
        let rule = task.exercise.hint.iter().find(|hint| hint.when == *rule)?.when.as_str();
        (!say.is_empty()).then_some(Hints { rule, say })
    };
    failed.iter().find_map(of)
}
