//! Whole folders go to the builder, and no list says what does not.

use super::taken;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Context, Seen};
use crate::units;

pub const RULE: Rule = Rule {
    id: "no-dockerignore",
    kind: Kind::Rebuild,
    looks_for: "a folder that is copied whole, with no .dockerignore beside it",
    why: "Everything in the folder goes into the build: `.git`, passwords in `.env`, packages of another system. Each change of any \
          of it runs the following steps again.",
    find,
};

/// What a list begins with, where it is there, and what every project has sooner or later.
const ALWAYS: [&str; 3] = [".git", ".env*", "*.log"];
const OFTEN: [&str; 11] = [
    "node_modules",
    "target",
    "dist",
    "build",
    "__pycache__",
    ".venv",
    "venv",
    "coverage",
    ".idea",
    ".vscode",
    ".next",
];

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let context = seen.context()?;
    if context.ignore.is_some() {
        return Ok(Vec::new());
    }
    let whole = written.built().into_iter().find(|(_, one)| taken(one).iter().any(|source| is_folder(source, context)));
    let Some((_, copy)) = whole else { return Ok(Vec::new()) };
    let junk: Vec<(&str, u64)> = junk(context);
    let bytes: u64 = junk.iter().map(|(_, bytes)| bytes).sum();
    let says = if bytes > 0 {
        format!("There is no .dockerignore: {} go to the builder that no image needs.", units::bytes(bytes))
    } else {
        "There is no .dockerignore: whatever comes to lie in this folder goes into the build.".to_owned()
    };
    let finding = RULE.finding(says).risk(Risk::Low);
    let finding = finding.with(Evidence::of(format!("`{}` copies a whole folder", copy.joined.trim())).line(copy.line));
    let evidence =
        junk.iter().filter(|(_, bytes)| *bytes > 0).map(|(path, bytes)| Evidence::default().path(*path).bytes(*bytes));
    let present = OFTEN.into_iter().filter(|name| has(context, name));
    let list = ALWAYS.into_iter().chain(present).map(|name| format!("+{name}")).collect();
    Ok(vec![finding.with_all(evidence).fix("Write a .dockerignore beside the Dockerfile.").diff(".dockerignore", list)])
}

/// Whether a source of a `COPY` is a folder. One file is sent alone, whatever lies beside it.
fn is_folder(source: &str, context: &Context) -> bool {
    let source = source.trim_start_matches("./").trim_end_matches('/');
    let below = format!("{source}/");
    source.is_empty() || source == "." || context.files.iter().any(|file| file.path.starts_with(&below))
}

fn has(context: &Context, name: &str) -> bool {
    context.files.iter().any(|file| file.path == name || file.path.starts_with(&format!("{name}/")))
}

fn junk(context: &Context) -> Vec<(&'static str, u64)> {
    let names = [".git"].into_iter().chain(OFTEN);
    names
        .filter(|name| has(context, name))
        .map(|name| (name, context.sent_below(name).map(|file| file.bytes).sum()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_folder_that_is_copied_whole_is_found_with_the_list_to_write() {
        let seen = Fixture::of("FROM a\nCOPY . .\n").file("node_modules/x/y.js", 5_000_000).file("main.js", 5).seen();
        let found = find(&seen).unwrap();
        assert_eq!(found[0].fix.diff, ["+.git", "+.env*", "+*.log", "+node_modules"]);
        assert_eq!(found[0].evidence[1].bytes, Some(5_000_000));
        assert_eq!(find(&Fixture::of("FROM a\nADD src /src\n").file("src/a.py", 5).seen()).unwrap().len(), 1);
    }

    #[test]
    fn single_files_need_no_list_and_a_list_is_a_list() {
        for text in
            ["FROM a\nCOPY main.js package.json ./\n", "FROM a AS b\nFROM a\nCOPY --from=b /x /x\n", "FROM a\nRUN x\n"]
        {
            assert!(
                find(&Fixture::of(text).file("main.js", 5).file("package.json", 5).seen()).unwrap().is_empty(),
                "{text}"
            );
        }
        let listed = Fixture::of("FROM a\nCOPY . .\n").file("main.js", 5).dockerignore(".git\n").seen();
        assert!(find(&listed).unwrap().is_empty());
    }
}
