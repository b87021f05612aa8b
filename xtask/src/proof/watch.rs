//! Which proofs a source file of the program counts for. This is the one table that says so.
//!
//! A row names files and folders; of several rows that fit a file, the longest path decides. Tests of the program count for
//! nothing (see [`is_test`]), and of Rust files only tokens count (see [`super::rust`]), so words may be improved at any time.
//! A file that no row fits fails a unit test: nobody adds a module that nothing watches.

use std::collections::BTreeSet;

/// Whom a source file counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Whatever is built, run, measured or judged by the program.
    Everything,
    /// Lessons and exercises with an expectation of the rule that the file is named after.
    Rule,
    /// Lessons with a step of the kind that the file is named after.
    Step,
    /// Lessons with a step of one of these kinds.
    Steps(&'static [&'static str]),
    /// Lessons and exercises with an expectation of one of these rules.
    Rules(&'static [&'static str]),
    /// Lessons with a step, lessons and exercises with an expectation, that asks one of these tools.
    Tools(&'static [&'static str]),
    /// What is told of a lesson as a whole.
    Lessons,
    /// Known answers to exercises, and pages that run the program.
    Exercises,
    /// What an app answers, and how it is checked.
    Apps,
    /// Commands on pages of the book.
    Pages,
    /// Trials of these names.
    Trials(&'static [&'static str]),
    /// Pages that run the command of `cargo xtask` that the file or its folder is named after.
    Command,
    /// No proof. It shows, prepares or administers; parts of `cargo xtask test` that always run test it, and so does
    /// lesson 1, which is always proved.
    Nothing,
}

/// Whom each source file counts for.
pub const TABLE: &[(For, &[&str])] = &[
    // What builds, runs, measures and judges.
    (
        For::Everything,
        &[
            "xtask/reader/src",
            "xtask/src/bases",
            "xtask/src/context",
            "xtask/src/dockerfile",
            "xtask/src/engine",
            "xtask/src/image",
            "xtask/src/lesson",
            "xtask/src/lesson/step/mod.rs",
            "xtask/src/manifest.rs",
            "xtask/src/messages",
            "xtask/src/model",
            "xtask/src/plan.rs",
            "xtask/src/printed.rs",
            "xtask/src/probe",
            "xtask/src/process.rs",
            "xtask/src/rules/case.rs",
            "xtask/src/rules/mod.rs",
            "xtask/src/runner",
            "xtask/src/runner/story/ahead.rs",
            "xtask/src/runner/story/came.rs",
            "xtask/src/runner/story/mod.rs",
            "xtask/src/runner/story/verdicts.rs",
            "xtask/src/session.rs",
            "xtask/src/units.rs",
            "xtask/src/workshop",
        ],
    ),
    (For::Rule, &["xtask/src/rules"]),
    (
        For::Rules(&["context-at-most", "pulls-at-most", "pushes-at-most", "stored-at-most"]),
        &["xtask/src/rules/limit.rs"],
    ),
    (For::Rules(&["absent"]), &["xtask/src/rules/absent/known.rs"]),
    (For::Rules(&["pulls-at-most", "pushes-at-most"]), &["xtask/src/rules/travel.rs"]),
    (For::Rules(&["rebuild-keeps", "rebuild-loses"]), &["xtask/src/rules/rebuild.rs"]),
    (For::Rules(&["rebuild-offline"]), &["xtask/src/runner/offline.rs"]),
    (For::Rules(&["needs-secret", "secret-kept"]), &["xtask/src/runner/withheld.rs"]),
    (For::Rules(&["secret-kept"]), &["xtask/reader/src/trace.rs", "xtask/src/runner/traces.rs"]),
    (For::Rules(&["target-stops"]), &["xtask/src/runner/gate.rs"]),
    (For::Rules(&["statically-linked", "stripped", "unpacked"]), &["xtask/src/rules/stripped.rs"]),
    (For::Step, &["xtask/src/lesson/step", "xtask/src/runner/story"]),
    (For::Steps(&["ask"]), &["xtask/src/runner/story/peer.rs", "xtask/src/runner/story/peer.sh"]),
    (For::Steps(&["pull", "push"]), &["xtask/src/runner/story/push.rs"]),
    (For::Steps(&["experiment"]), &["xtask/src/runner/story/predict.rs"]),
    (
        For::Exercises,
        &[
            "xtask/src/exercise/judge.rs",
            "xtask/src/exercise/mod.rs",
            "xtask/src/exercise/proof.rs",
            "xtask/src/exercise/prove.rs",
            "xtask/src/lesson/exercise.rs",
            "xtask/src/messages/messages.toml",
        ],
    ),
    (For::Lessons, &["xtask/src/commands/test/lesson.rs"]),
    (For::Apps, &["tests/contract.rs", "xtask/src/commands/test/app.rs"]),
    (For::Pages, &["tests/commands.rs", "book/builder/commands.rs"]),
    (For::Trials(&["oracle"]), &["tests/archive.rs", "tests/dive.rs", "tests/oracle.rs"]),
    (For::Trials(&["registry"]), &["tests/registry.rs"]),
    (For::Trials(&["rollout"]), &["tests/rollout.rs", "xtask/src/rollout"]),
    (For::Trials(&["scratch"]), &["tests/scratch.rs"]),
    (For::Trials(&["stores"]), &["tests/stores.rs"]),
    (For::Tools(&["audit"]), &["xtask/src/audit"]),
    (For::Tools(&["audit", "hadolint", "inventory"]), &["xtask/src/tool"]),
    (For::Command, &["xtask/src/commands"]),
    // How an engine is found, what is said, what is kept for a person, what a deploy sends: no proof asks for it.
    (
        For::Nothing,
        &[
            "xtask/src/bases/archive.rs",
            "xtask/src/claim",
            "xtask/src/cli",
            "xtask/src/cli.rs",
            "xtask/src/commands/mod.rs",
            "xtask/src/engine/afloat.rs",
            "xtask/src/engine/answers.rs",
            "xtask/src/desktop.rs",
            "xtask/src/engine/daemon.rs",
            "xtask/src/engine/disk.rs",
            "xtask/src/engine/endpoint.rs",
            "xtask/src/engine/private",
            "xtask/src/engine/proof.rs",
            "xtask/src/engine/reach.rs",
            "xtask/src/engine/versions.rs",
            "xtask/src/error",
            "xtask/src/event.rs",
            "xtask/src/exercise",
            "xtask/src/guard",
            "xtask/src/host",
            "xtask/src/image/compare.rs",
            "xtask/src/image/rank.rs",
            "xtask/src/interrupt.rs",
            "xtask/src/lesson/guess.rs",
            "xtask/src/lib.rs",
            "xtask/src/main.rs",
            "xtask/src/model/block.rs",
            "xtask/src/model/check.rs",
            "xtask/src/model/comparison.rs",
            "xtask/src/model/diagnosis.rs",
            "xtask/src/model/environment.rs",
            "xtask/src/model/full_report.rs",
            "xtask/src/model/matrix.rs",
            "xtask/src/model/progress_report.rs",
            "xtask/src/model/ranking.rs",
            "xtask/src/model/rollout.rs",
            "xtask/src/names.rs",
            "xtask/src/progress",
            "xtask/src/proof",
            "xtask/src/report",
            "xtask/src/runner/story/guess.rs",
            "xtask/src/scaffold",
            "xtask/src/schema.rs",
            "xtask/src/setup",
            "xtask/src/state",
            "xtask/src/tidy",
        ],
    ),
];

/// Folders of which every file has to be in the table.
pub const WATCHED: &[&str] = &["xtask/src", "xtask/reader/src"];

/// Crates whose versions count for everything: they read images and manifests, and talk to the engine and to services.
pub const CRATES: &[&str] = &[
    "bzip2",
    "duct",
    "flate2",
    "glob",
    "httparse",
    "lzma-rust2",
    "object",
    "ruzstd",
    "serde",
    "serde_json",
    "sha2",
    "tar",
    "toml",
    "ureq",
    "zlib-rs",
];

/// What a proof uses of the program.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// The rows that count for it as a whole, [`For::Everything`] among them where it runs the program at all.
    pub whole: &'static [For],
    /// Names of the rules that judge.
    pub rules: BTreeSet<String>,
    /// Kinds of the steps that are taken.
    pub steps: BTreeSet<String>,
    /// Names of the tools that look.
    pub tools: BTreeSet<String>,
    /// The trial that it is.
    pub trial: Option<&'static str>,
    /// Commands of the program that are run.
    pub commands: BTreeSet<String>,
}

/// How a source file counts for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// For this proof and others that use the same rule, step, command or trial.
    Some,
    /// For every proof of its kind: the core.
    All,
}

impl Uses {
    /// Whether a change of this source file may change the outcome, and how.
    pub fn depends_on(&self, path: &str) -> Option<Counts> {
        if is_test(path) {
            return None;
        }
        let some = match of(path).map(|(whom, _)| whom)? {
            For::Rule => self.rules.contains(&stem(path)),
            For::Step => self.steps.contains(&stem(path)),
            For::Steps(kinds) => kinds.iter().any(|kind| self.steps.contains(*kind)),
            For::Rules(rules) => rules.iter().any(|rule| self.rules.contains(*rule)),
            For::Tools(names) => names.iter().any(|name| self.tools.contains(*name)),
            For::Trials(names) => self.trial.is_some_and(|trial| names.contains(&trial)),
            For::Command => self.commands.contains(&command(path)),
            For::Nothing => false,
            whole => return self.whole.contains(&whole).then_some(Counts::All),
        };
        some.then_some(Counts::Some)
    }
}

/// The rule whose file this is.
pub fn rule(path: &str) -> Option<String> {
    matches!(of(path), Some((For::Rule, _)) if !is_test(path)).then(|| stem(path))
}

/// The kind of step whose file this is.
pub fn step(path: &str) -> Option<String> {
    matches!(of(path), Some((For::Step, _)) if !is_test(path)).then(|| stem(path))
}

/// Whether a source file counts for any proof.
pub fn counts(path: &str) -> bool {
    !is_test(path) && of(path).is_some_and(|(whom, _)| whom != For::Nothing)
}

/// The row that decides about a file: whom it counts for, and the path in the table.
fn of(path: &str) -> Option<(For, &'static str)> {
    let rows = TABLE.iter().flat_map(|(whom, paths)| paths.iter().map(|row| (*whom, *row)));
    let fits = |row: &str| path.strip_prefix(row).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    rows.filter(|(_, row)| fits(row)).max_by_key(|(_, row)| row.len())
}

/// Whether a file holds tests of the program: they prove it, and no proof runs them.
pub fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("xtask/")
        && (name == "tests.rs" || name.ends_with("_tests.rs") || path.contains("/tests/") || path.contains("/testing/"))
}

/// What a file of a rule or a step is named after, as manifests write it.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).replace('_', "-")
}

/// The command that a file below `commands/` belongs to.
fn command(path: &str) -> String {
    let inside = path.split("/commands/").nth(1).unwrap_or_default();
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs").replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::*;
    use crate::workshop;

    #[test]
    fn every_source_file_is_in_the_table_and_every_row_has_files() {
        let tree = Tree::open(&workshop::root().unwrap()).unwrap();
        let watched = |path: &&str| WATCHED.iter().any(|folder| path.starts_with(&format!("{folder}/")));
        let unwatched: Vec<&str> =
            tree.paths().filter(watched).filter(|path| !is_test(path) && of(path).is_none()).collect();
        assert!(unwatched.is_empty(), "say in TABLE which proofs these count for: {unwatched:#?}");
        let used: BTreeSet<&str> = tree.paths().filter_map(of).map(|(_, row)| row).collect();
        let rows = TABLE.iter().flat_map(|(_, paths)| *paths);
        let stale: Vec<&&str> = rows.filter(|row| !used.contains(**row)).collect();
        assert!(stale.is_empty(), "no file is there for these rows of TABLE: {stale:#?}");
    }

    /// A file that serves several rules needs a row of its own: named after none, it would count for nothing.
    #[test]
    fn files_of_rules_and_steps_are_named_after_them() {
        let tree = Tree::open(&workshop::root().unwrap()).unwrap();
        let rules = tree.text("xtask/src/rules/mod.rs").unwrap();
        let steps = tree.text("xtask/src/lesson/step/mod.rs").unwrap();
        let is_known = |names: &str, name: &str| names.contains(&format!("\"{name}\""));
        let unknown = |path: &&str| {
            rule(path).is_some_and(|name| !is_known(&rules, &name))
                || step(path).is_some_and(|name| !is_known(&steps, &name))
        };
        let stray: Vec<&str> = tree.paths().filter(unknown).collect();
        assert!(stray.is_empty(), "say in TABLE which rules or steps these serve: {stray:#?}");
        assert!(tree.paths().filter_map(rule).count() > 10 && tree.paths().filter_map(step).count() > 10);
    }

    #[test]
    fn a_rule_and_a_step_count_where_they_are_used() {
        let uses = Uses {
            whole: &[For::Everything],
            rules: BTreeSet::from(["no-shell".to_owned()]),
            steps: BTreeSet::from(["ask".to_owned()]),
            ..Uses::default()
        };
        for path in
            ["rules/no_shell.rs", "rules/mod.rs", "lesson/step/ask.rs", "runner/story/ask.rs", "runner/story/peer.sh"]
        {
            assert!(uses.depends_on(&format!("xtask/src/{path}")).is_some(), "{path}");
        }
        for path in
            ["rules/absent.rs", "runner/story/ends.rs", "report/lesson.rs", "rules/tests.rs", "commands/lesson/mod.rs"]
        {
            assert!(uses.depends_on(&format!("xtask/src/{path}")).is_none(), "{path}");
        }
        let page = Uses { whole: &[For::Pages], commands: BTreeSet::from(["lesson".to_owned()]), ..Uses::default() };
        assert_eq!(page.depends_on("xtask/src/commands/lesson/mod.rs"), Some(Counts::Some));
        assert_eq!(page.depends_on("tests/commands.rs"), Some(Counts::All));
        assert_eq!(page.depends_on("xtask/src/commands/check.rs"), None);
        assert_eq!(page.depends_on("xtask/src/plan.rs"), None);
    }

    #[test]
    fn crates_that_count_are_there() {
        let tree = Tree::open(&workshop::root().unwrap()).unwrap();
        let lock = tree.text("Cargo.lock").unwrap();
        let gone: Vec<&&str> = CRATES.iter().filter(|name| !lock.contains(&format!("name = \"{name}\"\n"))).collect();
        assert!(gone.is_empty(), "{gone:?}");
    }
}
