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
    why: "With `COPY . .`, everything in the folder goes into the build: `.git`, passwords in `.env`, packages of another system. Each \
          change of any of it runs the following steps again.",
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
    let copies =
        || written.built().into_iter().flat_map(|(_, one)| taken(one).into_iter().map(move |source| (one, source)));
    let folders: Vec<_> = copies().filter(|(_, source)| is_folder(source, context)).collect();
    let Some((copy, _)) = folders.first() else { return Ok(Vec::new()) };
    let is_whole = folders.iter().any(|(_, source)| plain(source).is_empty());
    let junk: Vec<(&str, u64)> = junk(context, &folders.iter().map(|(_, source)| plain(source)).collect::<Vec<_>>());
    let bytes: u64 = junk.iter().map(|(_, bytes)| bytes).sum();
    let named: Vec<String> = folders.iter().map(|(_, source)| format!("`{}`", plain(source))).collect();
    let says = if bytes > 0 {
        format!("There is no .dockerignore: {} go to the builder that no image needs.", units::bytes(bytes))
    } else if is_whole {
        "There is no .dockerignore: whatever comes to lie in this folder goes into the build.".to_owned()
    } else {
        let named = crate::names::list(named.iter().map(String::as_str));
        format!("There is no .dockerignore: whatever comes to lie in {named} goes into the build.")
    };
    let mut finding = RULE.finding(says).risk(Risk::Low);
    if !is_whole {
        // BuildKit sends what is asked for, and nothing asks for the rest.
        let why = "The builder gets what COPY and ADD name, and all that lies in the folders among it: an `.env`, a cache, what an \
                       editor left. Each change of any of it runs the following steps again.";
        why.clone_into(&mut finding.why);
    }
    let finding = finding.with(Evidence::of(format!("`{}` copies a whole folder", copy.joined.trim())).line(copy.line));
    let evidence =
        junk.iter().filter(|(_, bytes)| *bytes > 0).map(|(path, bytes)| Evidence::default().path(*path).bytes(*bytes));
    // What the Dockerfile asks for by its name must not be left out.
    let is_asked = |name: &str| copies().any(|(_, source)| plain(&source).split('/').next() == Some(name));
    let mut list: Vec<&str> = ALWAYS.to_vec();
    let present = OFTEN.into_iter().filter(|name| has(context, name));
    for name in of_stack(context).into_iter().chain(present) {
        if !list.contains(&name) && !is_asked(name) {
            list.push(name);
        }
    }
    let list = list.into_iter().map(|name| format!("+{name}")).collect();
    Ok(vec![finding.with_all(evidence).fix("Write a .dockerignore beside the Dockerfile.").diff(".dockerignore", list)])
}

/// What the tools of a project's languages leave in its folder.
fn of_stack(context: &Context) -> Vec<&'static str> {
    let mut names = Vec::new();
    let ends = |ending: &str| context.files.iter().any(|file| file.path.ends_with(ending));
    if let Some(package) = context.text("package.json") {
        names.push("node_modules");
        // Without a build, a folder of this name is somebody's own.
        if package.contains("\"build\"") {
            names.push("dist");
        }
        names.push("coverage");
    }
    if ["requirements.txt", "pyproject.toml", "setup.py"].iter().any(|name| context.has(name)) {
        names.extend(["**/__pycache__", ".venv", ".pytest_cache"]);
    }
    if context.has("Cargo.toml") || context.has("pom.xml") {
        names.push("target");
    }
    if context.has("build.gradle") || context.has("build.gradle.kts") {
        names.extend([".gradle", "build"]);
    }
    if ends(".csproj") || ends(".fsproj") {
        names.extend(["**/bin", "**/obj"]);
    }
    names
}

/// A source of a `COPY` without what does not count; empty for the whole folder.
fn plain(source: &str) -> &str {
    let source = source.trim_start_matches("./").trim_end_matches('/');
    if source == "." { "" } else { source }
}

/// Whether a source of a `COPY` is a folder. One file is sent alone, whatever lies beside it.
fn is_folder(source: &str, context: &Context) -> bool {
    let source = plain(source);
    let below = format!("{source}/");
    source.is_empty() || context.files.iter().any(|file| file.path.starts_with(&below))
}

fn has(context: &Context, name: &str) -> bool {
    context.files.iter().any(|file| file.path == name || file.path.starts_with(&format!("{name}/")))
}

/// What nobody's image needs of these folders, with its bytes; an empty one is the whole.
fn junk(context: &Context, folders: &[&str]) -> Vec<(&'static str, u64)> {
    let is_sent = |path: &str| {
        folders.iter().any(|folder| {
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let names = [".git"].into_iter().chain(OFTEN);
    let bytes = |name: &'static str| -> u64 {
        context.sent_below(name).filter(|file| is_sent(&file.path)).map(|file| file.bytes).sum()
    };
    // A folder that a COPY names is what the image is for.
    names.filter(|name| has(context, name) && !folders.contains(name)).map(|name| (name, bytes(name))).collect()
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
    fn only_what_is_asked_for_is_sent() {
        let seen = Fixture::of("FROM golang:1\nCOPY cmd ./cmd\nCOPY go.mod ./\n")
            .file("cmd/main.go", 5)
            .file(".git/x", 9)
            .seen();
        let found = find(&seen).unwrap();
        assert!(
            found[0].says.contains("in `cmd` goes") && found[0].why.contains("what COPY and ADD name"),
            "{found:?}"
        );
        assert_eq!(found[0].evidence.len(), 1, "nobody sends .git");
    }

    #[test]
    fn the_list_has_what_the_stack_leaves() {
        let list = |fixture: Fixture| find(&fixture.file("x", 1).seen()).unwrap().remove(0).fix.diff[3..].join(" ");
        let of = || Fixture::of("FROM a\nCOPY . .\n");
        assert_eq!(
            list(of().text("package.json", "{\"scripts\": {\"build\": \"x\"}}")),
            "+node_modules +dist +coverage"
        );
        assert_eq!(list(of().file("requirements.txt", 5)), "+**/__pycache__ +.venv +.pytest_cache");
        assert_eq!(list(of().file("Cargo.toml", 5)), "+target");
        let asked = Fixture::of("FROM a\nCOPY . .\nCOPY target/x.jar /\n").file("pom.xml", 5);
        assert_eq!(list(asked), "", "the Dockerfile asks for it");
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
