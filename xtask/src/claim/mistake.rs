//! Mistakes in circulation, and where the course shows that they are some.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::FILES;
use crate::error::Result;
use crate::lesson::Lesson;
use crate::manifest;
use crate::scaffold::page_of;
use crate::workshop::Workshop;

/// `mistakes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistakes {
    mistake: Vec<Mistake>,
}

/// Something that many posts get wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// What they say or do.
    pub says: String,
    /// What is right.
    pub right: String,
    /// Where the course demonstrates it.
    pub shown: Vec<Place>,
}

/// Where something is demonstrated.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Place {
    /// A step of a lesson.
    Step {
        /// The lesson's id.
        lesson: String,
        /// The step's title.
        step: String,
    },
    /// A known answer to the exercise of a lesson, which the tests prove to be right or wrong.
    Answer {
        /// The lesson's id.
        lesson: String,
        /// `wrong/NAME` or `solution/NAME`, in the folder of the lesson.
        answer: String,
    },
    /// A command on a lesson's page, which the tests run.
    Page {
        /// The lesson's id.
        lesson: String,
        /// Text inside the block of the command.
        runs: String,
    },
    /// A rule of the audit, with its tests.
    Audit {
        /// Its name.
        audit: String,
    },
}

/// The mistakes that a lesson lists; empty where it lists none.
///
/// Errors: [`crate::error::ErrorId::Manifest`].
pub fn of_mistakes(root: &Path, lesson: &Lesson) -> Result<Vec<Mistake>> {
    let shown = format!("{}/{}", lesson.folder(), FILES[1]);
    let path = root.join(&shown);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    manifest::load::<Mistakes>(&path, &shown).map(|mistakes| mistakes.mistake)
}

impl Mistake {
    /// What is wrong with the places that it names; one at least is needed.
    pub(crate) fn findings(&self, workshop: &Workshop) -> Vec<String> {
        let missing = self.shown.iter().filter_map(|place| place.missing(workshop));
        let missing = missing.map(|what| format!("{:?} is shown by {what}, which is not there", self.says));
        let nowhere = self.shown.is_empty().then(|| format!("{:?} is shown nowhere", self.says));
        missing.chain(nowhere).collect()
    }
}

impl Place {
    /// What is missing; `None` where it is there.
    fn missing(&self, workshop: &Workshop) -> Option<String> {
        let of = |id: &str| workshop.lessons.iter().find(|lesson| lesson.id.as_str() == id);
        let (is_there, what) = match self {
            Self::Step { lesson, step } => {
                let is_there = of(lesson).is_some_and(|lesson| lesson.step.iter().any(|one| one.title == *step));
                (is_there, format!("the step {step:?} of `{lesson}`"))
            }
            Self::Answer { lesson, answer } => {
                let folder = |lesson: &Lesson| workshop.root.join(lesson.folder()).join(answer).join("answer.toml");
                (
                    of(lesson).is_some_and(|lesson| folder(lesson).is_file()),
                    format!("the answer {answer} of `{lesson}`"),
                )
            }
            Self::Page { lesson, runs } => {
                let page = |lesson: &Lesson| fs::read_to_string(workshop.root.join(page_of(&lesson.id))).ok();
                let is_there = of(lesson).and_then(page).is_some_and(|page| is_run(&page, runs));
                (is_there, format!("a command with {runs:?} on the page of `{lesson}`"))
            }
            Self::Audit { audit } => {
                let is_there = crate::audit::rules::find(audit).is_some();
                (is_there, format!("the rule `{audit}` of the audit"))
            }
        };
        (!is_there).then_some(what)
    }
}

/// Whether a block of commands on a page has this text.
fn is_run(page: &str, text: &str) -> bool {
    page.split("```run").skip(1).any(|block| block.split("```").next().is_some_and(|block| block.contains(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_run_counts_as_a_command() {
        let page = "talk of go vet\n```run quiet\ngo build -a\n```\nmore of go test\n";
        assert!(is_run(page, "go build -a"));
        assert!(!is_run(page, "go vet") && !is_run(page, "go test"));
    }

    #[test]
    fn every_place_is_there_and_one_that_is_not_is_found() {
        let workshop = Workshop::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        let of = |lesson| of_mistakes(&workshop.root, lesson).unwrap();
        let all: Vec<Mistake> = workshop.lessons.iter().flat_map(of).collect();
        assert!(!all.is_empty(), "no lesson lists mistakes");
        assert_eq!(all.iter().flat_map(|one| one.findings(&workshop)).collect::<Vec<_>>(), Vec::<String>::new());
        let lesson = || workshop.lessons[0].id.to_string();
        let places = [
            Place::Step { lesson: lesson(), step: "No such step".to_owned() },
            Place::Step { lesson: "no-such-lesson".to_owned(), step: workshop.lessons[0].step[0].title.clone() },
            Place::Answer { lesson: lesson(), answer: "wrong/no-such-answer".to_owned() },
            Place::Page { lesson: lesson(), runs: "no such command".to_owned() },
            Place::Audit { audit: "no-such-rule".to_owned() },
        ];
        for place in places {
            let wrong = Mistake { shown: vec![place], ..all[0].clone() };
            assert_eq!(wrong.findings(&workshop).len(), 1, "{wrong:?}");
        }
        assert_eq!(Mistake { shown: Vec::new(), ..all[0].clone() }.findings(&workshop).len(), 1);
    }
}
