//! A manifest without the words that are only shown, so that they can be improved without proving anything again.

use toml::Value;

/// Where the words of a lesson stand. `*` stands for any key or place in a list. Its list of apps says which proofs there are, and
/// nothing about any of them.
pub(super) const LESSON: &[&str] = &[
    "apps",
    "title",
    "question",
    "able-to",
    "minutes",
    "needs",
    "borrow",
    "answer",
    "look",
    "variant.*.summary",
    "step.*.title",
    "step.*.text",
    "step.*.means",
    "step.*.guess",
    "expect.*.why",
];

/// What an exercise takes from the manifest of its lesson is what the lesson builds, not what it shows or expects.
pub(super) const LESSON_FOR_EXERCISE: &[&str] = &[
    "apps",
    "title",
    "question",
    "able-to",
    "minutes",
    "needs",
    "borrow",
    "answer",
    "look",
    "variants",
    "variant.*.summary",
    "step",
    "expect",
];

/// Where the words of an exercise stand.
pub(super) const EXERCISE: &[&str] = &["title", "task", "hint", "mine.summary", "also.*.summary", "expect.*.why"];

/// Where the words of a known wrong answer stand.
pub(super) const ANSWER: &[&str] = &["why"];

/// The manifest in one canonical form, without comments and without what stands at `left_out`.
///
/// A text that is no TOML comes back as it is: the loader has the word on it.
pub(super) fn without(text: &str, left_out: &[&str]) -> String {
    let Ok(table) = text.parse::<toml::Table>() else { return text.to_owned() };
    let mut value = Value::Table(table);
    for path in left_out {
        remove(&mut value, &path.split('.').collect::<Vec<_>>());
    }
    serde_json::to_string(&value).expect("TOML has no key that is not a text")
}

fn remove(value: &mut Value, path: &[&str]) {
    match (value, path) {
        (Value::Table(table), [last]) => drop(table.remove(*last)),
        (Value::Table(table), ["*", rest @ ..]) => table.iter_mut().for_each(|(_, inner)| remove(inner, rest)),
        (Value::Table(table), [first, rest @ ..]) => {
            if let Some(inner) = table.get_mut(*first) {
                remove(inner, rest);
            }
        }
        (Value::Array(items), ["*", rest @ ..]) => items.iter_mut().for_each(|inner| remove(inner, rest)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "title = \"A\"\n[[step]]\ntitle = \"B\"\ndo.ask.text = \"B\"\n[[expect]]\nrule = \"r\"\nwhy = \"C\"\n";

    #[test]
    fn only_words_that_are_shown_are_left_out() {
        let same = |text: &str| without(text, LESSON) == without(TEXT, LESSON);
        assert!(same(&TEXT.replace("title = \"A\"", "# A comment.\ntitle   = \"Other\"")));
        assert!(same(&TEXT.replace("title = \"B\"", "title = \"Other\"\ntext = \"New\"")));
        assert!(same(&TEXT.replace("\"C\"", "\"Other\"")));
        assert!(!same(&TEXT.replace("\"r\"", "\"other\"")));
        assert!(!same(&TEXT.replace("do.ask.text = \"B\"", "do.ask.text = \"Other\"")), "not the step's own text");
        assert!(!same(&TEXT.replace("[[expect]]", "[[step]]\n[[expect]]")));
    }

    #[test]
    fn an_exercise_does_not_depend_on_the_story() {
        let with_step = format!("{TEXT}[[step]]\ntitle = \"D\"\n");
        assert_eq!(without(&with_step, LESSON_FOR_EXERCISE), without(TEXT, LESSON_FOR_EXERCISE));
        let with_change = format!("{TEXT}[change.source]\nedits = []\n");
        assert_ne!(without(&with_change, LESSON_FOR_EXERCISE), without(TEXT, LESSON_FOR_EXERCISE));
    }

    #[test]
    fn what_is_no_manifest_counts_as_it_is() {
        assert_eq!(without("= what", LESSON), "= what");
    }
}
