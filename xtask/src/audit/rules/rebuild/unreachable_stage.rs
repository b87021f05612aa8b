//! A stage that no build of this target runs, and that is no target of its own.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Context, Seen};
use crate::dockerfile::Stage;
use crate::names::printable;

pub const RULE: Rule = Rule {
    id: "unreachable-stage",
    kind: Kind::Rebuild,
    looks_for: "a stage that nothing is copied from, and that no build runs",
    why: "The builder runs only what the last stage needs. A stage that nothing depends on is skipped in silence: tests in it stop \
          nothing, and what it makes is made for nobody.",
    find,
};

/// Names of stages that people build by `--target`.
const TARGETS: [&str; 14] = [
    "dev", "debug", "test", "lint", "check", "ci", "audit", "scan", "export", "artifact", "prod", "final", "watch",
    "docs",
];

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    // Whoever names a target leaves other stages out on purpose.
    if written.parsed.target + 1 != written.parsed.stages.len() {
        return Ok(Vec::new());
    }
    let context = seen.context.as_ref().ok();
    let reached = written.parsed.reachable(None);
    let stages = written.parsed.stages.iter().enumerate().filter(|(at, _)| !reached.contains(at));
    // One that another stage stands on is as unreachable as that one, and told with it.
    let used = |at: usize| {
        written
            .parsed
            .stages
            .iter()
            .any(|stage| stage.sources().any(|source| *source == crate::dockerfile::Source::Stage(at)))
    };
    let mut stages = stages.filter(|(at, stage)| !used(*at) && !is_target(stage, context));
    let Some((at, stage)) = stages.next() else { return Ok(Vec::new()) };
    let name = printable(&written.parsed.stage_name(at));
    let finding = RULE.finding(format!("Nothing needs the stage `{name}`, so no build runs it.")).risk(Risk::Low);
    let finding = finding.with(Evidence::of(format!("`{}`", stage.instructions[0].joined.trim())).line(stage.line));
    let fix = "Remove it; or let the last stage copy something from it, if its commands are to run; or build it by `--target` where it counts.";
    Ok(vec![finding.fix(fix)])
}

/// Whether a stage looks like one that is built by itself.
fn is_target(stage: &Stage, context: Option<&Context>) -> bool {
    let starts = stage.instructions.iter().any(|one| ["CMD", "ENTRYPOINT"].contains(&one.keyword.as_str()));
    let Some(name) = &stage.name else { return starts };
    let lower = name.to_ascii_lowercase();
    let named = TARGETS.iter().any(|target| lower.contains(target));
    let mentioned = context.is_some_and(|context| {
        context.texts.iter().any(|(path, text)| !path.ends_with("ockerfile") && text.contains(name.as_str()))
    });
    starts || named || mentioned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_stage_that_nothing_needs_is_found() {
        let found = find(&Fixture::of("FROM a AS tools\nRUN x\nFROM b\nRUN y\n").seen()).unwrap();
        assert_eq!((found.len(), found[0].evidence[0].line), (1, Some(1)));
    }

    #[test]
    fn a_target_and_what_is_used_are_not() {
        for text in [
            "FROM a AS test\nRUN x\nFROM b\n",
            "FROM a AS api\nCMD [\"x\"]\nFROM b AS web\nCMD [\"y\"]\n",
            "FROM a AS build\nFROM b\nCOPY --from=build /x /x\n",
            "FROM a AS base\nFROM base\n",
        ] {
            assert!(find(&Fixture::of(text).seen()).unwrap().is_empty(), "{text}");
        }
        let named = Fixture::of("FROM a AS migrate\nRUN x\nFROM b\n").text("compose.yaml", "target: migrate\n").seen();
        assert!(find(&named).unwrap().is_empty());
        let target = Fixture::of("FROM a AS one\nFROM b AS two\n").target("one").seen();
        assert!(find(&target).unwrap().is_empty());
    }
}
