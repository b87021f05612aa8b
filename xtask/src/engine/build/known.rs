//! What we know of a failed build better than the builder: a stage that is misspelt, a base that nobody has, a line that is no
//! instruction.

use crate::dockerfile;
use crate::engine::bake::{Definition, Target};
use crate::engine::record::BuildRecord;
use crate::error::{ErrorId, Problem};
use crate::model::Reference;
use crate::names::printable;

use super::classify;

/// What BuildKit calls the step in which it looks for an image.
const LOOKS_FOR: &str = "load metadata for ";

/// The failure as our own knowledge words it; `None` where the builder's words are the best there are. Those are its evidence.
pub(super) fn known(record: &BuildRecord, definition: &Definition) -> Option<Problem> {
    let Some(step) = record.failed() else { return unread(record, definition) };
    let (_, image) = step.name.split_once(LOOKS_FOR)?;
    let image = Reference::short(image);
    let target = definition.targets.get(&step.target).or_else(|| only(definition))?;
    let file = target.file.as_deref();
    let said = [printable(&step.error)];
    let problem = match target.missing.get(&image) {
        Some(missing) => missing.clone(),
        // Where a registry is asked, its silence is no sign of a slip.
        None if classify(&step.error) != ErrorId::BuildFailed => return None,
        None => {
            let fact = format!("No registry and no engine has an image `{}`.", printable(&image));
            Problem::new(ErrorId::UnknownBase, fact)
        }
    };
    let problem = file.and_then(|file| misspelt(file, &image)).unwrap_or_else(|| match file {
        Some(file) => placed(problem, file, &image),
        None => problem,
    });
    Some(problem.evidence(said))
}

fn only(definition: &Definition) -> Option<&Target> {
    definition.targets.values().next().filter(|_| definition.targets.len() == 1)
}

/// A `--from` or a `FROM` that names no stage, and nearly does.
fn misspelt(file: &dockerfile::File, image: &str) -> Option<Problem> {
    let (line, stage) = file.parsed().ok()?.meant(image)?;
    let fact = format!(
        "{}:{line}: no stage is called `{}`, and no image of that name could be found.",
        file.path,
        printable(image)
    );
    let problem = Problem::new(ErrorId::Dockerfile, fact).evidence(shown(file, line));
    Some(problem.next(format!("Did you mean the stage `{}`?", printable(stage))))
}

/// The problem with the place at which the base is named.
fn placed(mut problem: Problem, file: &dockerfile::File, image: &str) -> Problem {
    if let Some(line) = file.parsed().ok().and_then(|parsed| parsed.line_of_image(image)) {
        problem.fact = format!("{} ({}:{line}).", problem.fact.trim_end_matches('.'), file.path);
    }
    problem
}

/// A file that neither the builder nor our reader takes for a Dockerfile. Ours names the place.
fn unread(record: &BuildRecord, definition: &Definition) -> Option<Problem> {
    let problem = only(definition)?.file.as_deref()?.parsed().err()?;
    let said = record.plain().iter().rfind(|line| line.starts_with("ERROR:"))?;
    Some(problem.evidence([printable(said)]))
}

/// A line of a file, numbered as compilers do.
fn shown(file: &dockerfile::File, line: usize) -> Option<String> {
    Some(format!("{line:>4} | {}", printable(file.text.lines().nth(line.checked_sub(1)?)?)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;

    const DENIED: &str = "pull access denied, repository does not exist or may require authorization";
    const OFFLINE: &str = "failed to do request: Head: dial tcp: lookup registry-1.docker.io: no such host";

    fn definition(text: &str, missing: &[&str]) -> Definition {
        let problem =
            || Problem::new(ErrorId::UnknownBase, "There is no recipe for it.").next("cargo xtask bases list");
        let target = Target {
            file: Some(Arc::new(dockerfile::File::of("my/Dockerfile", text.to_owned()))),
            missing: missing.iter().map(|base| ((*base).to_owned(), problem())).collect(),
            ..Target::default()
        };
        Definition { targets: BTreeMap::from([("go-mine".to_owned(), target)]) }
    }

    /// A build that could not find an image.
    fn sought(image: &str, error: &str) -> BuildRecord {
        let mut record = BuildRecord::of(["go-mine".to_owned()]);
        record.line(
            &serde_json::json!({"vertexes": [{
                "digest": "a", "name": format!("[internal] load metadata for docker.io/library/{image}"), "error": error,
                "started": "2026-01-01T00:00:00Z", "completed": "2026-01-01T00:00:01Z",
            }]})
            .to_string(),
        );
        record
    }

    #[test]
    fn a_stage_that_is_misspelt_is_named_with_its_line() {
        let text = "FROM a:1 AS build\nFROM b:1\nCOPY --from=biuld /a /a\n";
        for (error, missing) in [(OFFLINE, ["biuld"].as_slice()), (DENIED, &[])] {
            let problem = known(&sought("biuld:latest", error), &definition(text, missing)).unwrap();
            assert_eq!(problem.id, ErrorId::Dockerfile);
            assert!(problem.fact.starts_with("my/Dockerfile:3: no stage is called `biuld`"), "{}", problem.fact);
            assert_eq!((problem.next[0].as_str(), problem.evidence.len()), ("Did you mean the stage `build`?", 2));
        }
    }

    #[test]
    fn a_base_that_nobody_has_is_named_with_its_line() {
        let definition = definition("FROM a:1 AS build\nFROM golagn:1\n", &["golagn:1"]);
        let problem = known(&sought("golagn:1", OFFLINE), &definition).unwrap();
        assert_eq!(
            (problem.id, problem.fact.as_str()),
            (ErrorId::UnknownBase, "There is no recipe for it (my/Dockerfile:2).")
        );
        assert_eq!(problem.evidence, [OFFLINE]);
    }

    #[test]
    fn a_registry_that_is_silent_is_not_a_slip() {
        let definition = definition("FROM a:1 AS build\nFROM b:1\nCOPY --from=biuld /a /a\n", &[]);
        assert_eq!(known(&sought("biuld:latest", OFFLINE), &definition), None);
    }

    #[test]
    fn a_file_that_is_no_dockerfile_is_told_with_its_place_and_what_the_builder_says() {
        let mut record = BuildRecord::of(["go-mine".to_owned()]);
        record.line("ERROR: failed to solve: dockerfile parse error on line 2: unknown instruction: RUNN");
        let problem = known(&record, &definition("FROM a\nRUNN x\n", &[])).unwrap();
        assert_eq!(
            (problem.id, problem.fact.as_str()),
            (ErrorId::Dockerfile, "my/Dockerfile:2:1: unknown instruction `RUNN`.")
        );
        assert!(problem.evidence[1].contains("unknown instruction: RUNN"), "{:?}", problem.evidence);
        assert_eq!(known(&record, &definition("FROM a\n", &[])), None);
    }
}
