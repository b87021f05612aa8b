//! Sources are copied before dependencies are installed, so that every edit installs them again.

use super::{has_cache, taken};
use crate::audit::installs::{Tool, fetches, installs};
use crate::audit::measure::{brings, is_source};
use crate::audit::model::{Evidence, Finding, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Context, Seen, Written, operands};
use crate::audit::shell::{Call, calls};
use crate::dockerfile::Instruction;

pub const RULE: Rule = Rule {
    id: "sources-before-install",
    kind: Kind::Rebuild,
    looks_for: "sources that are copied before the dependencies are installed",
    why: "A step runs again when anything before it has changed. With the sources in front, one changed letter downloads and \
          installs every package again.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let context = seen.context.as_ref().ok();
    let mut found = Vec::new();
    for stage in written.parsed.reachable(None) {
        let instructions = &written.parsed.stages[stage].instructions;
        let Some((copy, install)) = first(instructions, context) else { continue };
        let (run, call, tool) = install;
        let says = format!("Every edit of a source runs `{}` again: the sources are copied before it.", call.text());
        let mut finding =
            RULE.finding(says).with(Evidence::of(format!("`{}` comes first", copy.joined.trim())).line(copy.line));
        let again =
            seen.rebuild.as_ref().ok().and_then(|rebuild| rebuild.again.iter().find(|step| step.line == run.line));
        let cost = Evidence::of(format!("`{}` runs after it", call.text())).line(call.line);
        finding = match again {
            Some(step) => finding.saves_ms(step.ms).with(cost.ms(step.ms)),
            None => finding.with(cost),
        };
        found.push(with_fix(finding, written, context, (copy, run, tool)));
    }
    // One is enough: the same mistake in the next stage has the same cure.
    found.truncate(1);
    Ok(found)
}

type Install<'i> = (&'i Instruction, Call, Tool);

/// The first install behind a copy of sources, in one stage.
fn first<'i>(instructions: &'i [Instruction], context: Option<&Context>) -> Option<(&'i Instruction, Install<'i>)> {
    let mut copied = None;
    let mut installed = false;
    for instruction in instructions {
        if copied.is_none() && taken(instruction).iter().any(|source| brings_sources(source, context)) {
            copied = Some(instruction);
        }
        for call in calls(instruction) {
            if let Some(tool) = installs(&call) {
                match copied {
                    Some(copy) if has_dependencies(tool, context) => return Some((copy, (instruction, call, tool))),
                    _ => installed = true,
                }
            } else if let Some(tool) = fetches(&call)
                && let Some(copy) = copied.filter(|_| !installed && !has_cache(instruction))
                && has_dependencies(tool, context)
            {
                return Some((copy, (instruction, call, tool)));
            }
        }
    }
    None
}

/// Whether a source of a `COPY` brings what people edit, and not only lists of dependencies.
fn brings_sources(source: &str, context: Option<&Context>) -> bool {
    match context {
        Some(context) if context.sent().any(|file| is_source(&file.path)) => {
            context.sent().any(|file| is_source(&file.path) && brings(source, &file.path))
        }
        // Where no file is a source that we know, the name has to tell.
        _ => [".", "./", "src", "./src", "*", "app", "lib"].contains(&source),
    }
}

/// Whether a project has anything to install, as far as its own list says.
fn has_dependencies(tool: Tool, context: Option<&Context>) -> bool {
    let Some(context) = context else { return true };
    let texts = |name: &str| {
        context
            .texts
            .iter()
            .filter(|(path, _)| path.rsplit('/').next() == Some(name))
            .map(|(_, text)| text.clone())
            .collect::<Vec<_>>()
    };
    match tool {
        Tool::Go => texts("go.mod").iter().any(|text| text.contains("require")),
        Tool::Cargo => texts("Cargo.toml").iter().any(|text| has_entries(text)),
        Tool::Npm | Tool::Yarn | Tool::Pnpm => {
            let texts = texts("package.json");
            // What runs after an install may need sources.
            texts.is_empty()
                || texts.iter().any(|text| text.contains("ependencies\"") && !text.contains("\"postinstall\""))
        }
        _ => true,
    }
}

fn has_entries(manifest: &str) -> bool {
    let Ok(table) = manifest.parse::<toml::Table>() else { return true };
    let of = |table: &toml::Table| {
        table.get("dependencies").and_then(toml::Value::as_table).is_some_and(|all| !all.is_empty())
    };
    of(&table) || table.get("workspace").and_then(toml::Value::as_table).is_some_and(of)
}

fn with_fix(
    finding: Finding,
    written: &Written,
    context: Option<&Context>,
    at: (&Instruction, &Instruction, Tool),
) -> Finding {
    let (copy, run, tool) = at;
    if let Some(words) = in_words(context, run, tool) {
        return finding.fix(words);
    }
    let says = "Copy the lists of dependencies first, install, and copy the sources behind that.";
    let lists: Vec<&str> =
        tool.lists().iter().copied().filter(|list| context.is_none_or(|context| context.has(list))).collect();
    // What runs between the two may need the sources.
    let between = || {
        written.everything().into_iter().map(|(_, one)| one).filter(|one| one.line > copy.line && one.line < run.line)
    };
    let is_plain =
        copy.text.lines().count() == 1 && taken(copy).len() == 1 && !between().any(|one| one.keyword == "RUN");
    if lists.is_empty() || !is_plain {
        return finding.fix(says);
    }
    let Some((install, rest, more)) = parted(run, context, tool) else { return finding.fix(says) };
    // Behind a WORKDIR that follows the copy, `./` is another folder than before it.
    let moves = between().any(|one| one.keyword == "WORKDIR");
    let folder = operands(copy).pop().filter(|folder| !moves && folder != "." && folder != "./");
    let folder = folder.map_or_else(|| "./".to_owned(), |folder| format!("{}/", folder.trim_end_matches('/')));
    let listed = format!("COPY {} {folder}", lists.join(" "));
    let mut change = written.replaced(copy.line, &if moves { Vec::new() } else { vec![listed.as_str()] });
    if run.line == copy.line + 1 {
        // The line behind the copy is the install, which changes as well.
        change.pop();
    } else {
        change.push(" …".to_owned());
    }
    if moves {
        change.push(format!("+{listed}"));
    }
    let text = run.text.trim_end();
    if install == text {
        change.extend(text.lines().map(|line| format!(" {line}")));
    } else {
        change.extend(text.lines().map(|line| format!("-{line}")));
        change.extend(install.lines().map(|line| format!("+{line}")));
    }
    change.push(format!("+{}", copy.text.trim_end()));
    change.extend(rest.iter().flat_map(|rest| rest.lines()).map(|line| format!("+{line}")));
    finding.fix(format!("{says}{more}")).diff(written.path(), change)
}

/// What to do where the lists of one folder are not enough to install, so that a few lines would fail.
fn in_words(context: Option<&Context>, run: &Instruction, tool: Tool) -> Option<String> {
    let context = context?;
    let has_name = |name: &str| context.sent().filter(|file| file.path.rsplit('/').next() == Some(name)).count();
    let text = |name: &str| context.text(name).unwrap_or_default();
    let of_members = |list: &str| {
        format!(
            "Copy the lists of dependencies first, those of every member of the workspace included (such as `packages/api/{list}`, each \
             into its own folder), install, and copy the sources behind that."
        )
    };
    match tool {
        Tool::Npm | Tool::Yarn | Tool::Pnpm => {
            let is_workspace = context.has("pnpm-workspace.yaml") || text("package.json").contains("\"workspaces\"");
            is_workspace.then(|| of_members("package.json"))
        }
        Tool::Go => context.has("go.work").then(|| of_members("go.mod")),
        Tool::Maven => (text("pom.xml").contains("<module>")).then(|| of_members("pom.xml")),
        Tool::Gradle => {
            let is_wrapped = calls(run).iter().any(|call| call.program() == "gradlew");
            let members = has_name("build.gradle") + has_name("build.gradle.kts") > 1;
            let wrapper = "Copy `gradlew`, the folder `gradle` and the build's scripts first, run `./gradlew dependencies`, and copy the \
                           sources behind that.";
            if members { Some(of_members("build.gradle")) } else { is_wrapped.then(|| wrapper.to_owned()) }
        }
        Tool::Cargo => (!is_one_program(context)).then(|| {
            "Build the dependencies before the sources are copied, with `cargo chef` (prepare in one stage, cook in the next), and build \
             the program behind that: Cargo alone refuses to build a manifest without its sources."
                .to_owned()
        }),
        Tool::Pip => {
            let list = text("requirements.txt");
            let refers = list.lines().map(str::trim_start).any(|line| line.starts_with("-r") || line.starts_with("-e") || line.starts_with('.'));
            refers.then(|| {
                "Copy requirements.txt and the files that it names first, install, and copy the sources behind that.".to_owned()
            })
        }
        Tool::Poetry | Tool::Uv | Tool::Composer | Tool::Bundler | Tool::DotNet => None,
    }
}

/// Whether a project of Cargo is one program that an empty one can stand for while its dependencies are built.
fn is_one_program(context: &Context) -> bool {
    let manifest = context.text("Cargo.toml").unwrap_or_default();
    let own = ["[workspace", "[lib]", "[[bin]]", "build =", "path ="].iter().any(|part| manifest.contains(part));
    context.has("src/main.rs") && !context.has("src/lib.rs") && !context.has("build.rs") && !own
}

/// A `RUN` as the part that installs by the lists alone, what comes behind the sources, and what should be said of it.
fn parted(run: &Instruction, context: Option<&Context>, tool: Tool) -> Option<(String, Option<String>, &'static str)> {
    let text = run.text.trim_end();
    let is_one_line = text.lines().count() == 1;
    match tool {
        Tool::Cargo => {
            // Nobody knows the targets without the folder.
            context?;
            let line = text.strip_prefix("RUN ").filter(|_| is_one_line)?;
            let at = line.find("cargo build")?;
            let (before, build) = line.split_at(at);
            // Only what is given to the one command runs before the sources.
            if before.contains("&&") || before.contains(';') || build.contains("&&") || build.contains(';') {
                return None;
            }
            let dummy = format!("RUN {before}mkdir src && echo 'fn main() {{}}' > src/main.rs && {build} && rm -r src");
            let dummy =
                if before.trim().is_empty() || before.trim_start().starts_with("--") { dummy } else { return None };
            let more = " Cargo builds nothing without a source: an empty program stands for yours until the dependencies are built. \
                        `touch` makes Cargo see that yours is another one.";
            Some((dummy, Some(format!("RUN {before}touch src/main.rs && {build}")), more))
        }
        Tool::Uv | Tool::Poetry => {
            let package = context.and_then(|context| context.text("pyproject.toml")).unwrap_or_default();
            let (command, option) =
                if tool == Tool::Uv { ("uv sync", "--no-install-project") } else { ("poetry install", "--no-root") };
            // Installed with the project itself, its sources are needed.
            let needs = (tool == Tool::Poetry || package.contains("[build-system]")) && text.contains(command);
            if !needs || text.contains(option) {
                return first_of_run(run, tool)
                    .filter(|_| is_one_line)
                    .map(|(install, rest)| (install, rest, ""))
                    .or_else(|| Some((text.to_owned(), None, "")));
            }
            let first = text.replacen(command, &format!("{command} {option}"), 1);
            is_one_line.then(|| (first, Some(text.to_owned()), " The project itself is installed behind its sources."))
        }
        _ if !is_one_line => {
            // Where installing and building are one command over several lines, a reader has to part them.
            let only_installs = calls(run).iter().all(|call| installs(call).is_some());
            only_installs.then(|| (text.to_owned(), None, ""))
        }
        _ => first_of_run(run, tool).map(|(install, rest)| (install, rest, "")),
    }
}

/// A `RUN` of one line as the part that installs, and the rest; `None` where the build itself installs.
fn first_of_run(run: &Instruction, tool: Tool) -> Option<(String, Option<String>)> {
    let text = run.text.trim_end();
    let parts: Vec<&str> = text.split(" && ").collect();
    let installs_in = |part: &str| {
        crate::audit::shell::of_text(part.trim_start_matches("RUN "), 1).iter().any(|call| installs(call).is_some())
    };
    if let Some(at) = parts.iter().position(|part| installs_in(part)) {
        let rest = parts[at + 1..].join(" && ");
        return Some((parts[..=at].join(" && "), (!rest.is_empty()).then(|| format!("RUN {rest}"))));
    }
    let fetch = match tool {
        Tool::Go => "go mod download",
        Tool::Maven => "mvn dependency:go-offline",
        Tool::Gradle => "./gradlew --no-daemon dependencies",
        _ => return None,
    };
    Some((format!("RUN {fetch}"), Some(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    const NAIVE: &str = "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n";

    fn node(text: &str) -> Fixture {
        let list = "{\"dependencies\": {\"fastify\": \"5\"}}";
        Fixture::of(text).text("package.json", list).file("package-lock.json", 9).file("src/main.ts", 9)
    }

    #[test]
    fn sources_in_front_are_found_with_the_lines_in_another_order() {
        let found = find(&node(NAIVE).rebuild(9000, &[(4, "RUN npm ci && npm run build", 8000)], 0).seen()).unwrap();
        assert_eq!((found[0].ms, found[0].evidence[0].line), (8000, Some(3)));
        assert_eq!(
            found[0].fix.diff,
            [
                " WORKDIR /app",
                "-COPY . .",
                "+COPY package.json package-lock.json ./",
                "-RUN npm ci && npm run build",
                "+RUN npm ci",
                "+COPY . .",
                "+RUN npm run build",
            ]
        );
    }

    #[test]
    fn a_build_that_fetches_is_found_unless_a_cache_keeps_what_it_fetched() {
        let go = |run: &str| Fixture::of(&format!("FROM golang:1\nCOPY . .\nRUN {run}\n")).file("main.go", 9);
        let with = |fixture: Fixture| find(&fixture.text("go.mod", "module x\nrequire a v1\n").seen()).unwrap().len();
        assert_eq!(with(go("go build .")), 1);
        assert_eq!(with(go("--mount=type=cache,target=/go/pkg/mod go build .")), 0);
        assert!(find(&go("go build .").text("go.mod", "module x\n").seen()).unwrap().is_empty(), "nothing to fetch");
    }

    #[test]
    fn cargo_gets_an_empty_program_or_words() {
        let rust = |manifest: &str| {
            let file = "FROM rust:1\nWORKDIR /x\nCOPY . .\nRUN cargo build --release\n";
            let seen =
                Fixture::of(file).text("Cargo.toml", manifest).file("Cargo.lock", 9).file("src/main.rs", 9).seen();
            find(&seen).unwrap().remove(0).fix
        };
        let one = rust("[package]\nname = \"x\"\n[dependencies]\na = \"1\"\n");
        assert_eq!(
            one.diff[1..],
            [
                "-COPY . .",
                "+COPY Cargo.toml Cargo.lock ./",
                "-RUN cargo build --release",
                "+RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release && rm -r src",
                "+COPY . .",
                "+RUN touch src/main.rs && cargo build --release",
            ]
        );
        let many = rust("[workspace]\nmembers = [\"a\"]\n[workspace.dependencies]\na = \"1\"\n");
        assert!(many.diff.is_empty() && many.says.contains("cargo chef"), "{many:?}");
    }

    #[test]
    fn the_lists_go_where_the_install_looks_for_them() {
        let diff = |text: &str| find(&node(text).seen()).unwrap().remove(0).fix.diff;
        assert_eq!(
            diff("FROM node:24\nCOPY . /app\nWORKDIR /app\nRUN npm ci\n"),
            [
                " FROM node:24",
                "-COPY . /app",
                " WORKDIR /app",
                " …",
                "+COPY package.json package-lock.json ./",
                " RUN npm ci",
                "+COPY . /app",
            ]
        );
        let named = diff("FROM node:24\nWORKDIR /app\nCOPY . /app\nRUN npm ci\n");
        assert_eq!(named[2], "+COPY package.json package-lock.json /app/");
        let uv = "FROM a\nCOPY . /app\nWORKDIR /app\nRUN uv sync\n";
        let uv = Fixture::of(uv).text("pyproject.toml", "[build-system]\n").file("uv.lock", 9).file("x.py", 9).seen();
        let uv = find(&uv).unwrap().remove(0).fix.diff;
        assert_eq!(uv[5..], ["-RUN uv sync", "+RUN uv sync --no-install-project", "+COPY . /app", "+RUN uv sync"]);
    }

    #[test]
    fn a_workspace_has_more_lists_than_its_own() {
        let seen = node(NAIVE).text("pnpm-workspace.yaml", "packages: [a]\n").file("packages/a/package.json", 9);
        let fix = find(&seen.seen()).unwrap().remove(0).fix;
        assert!(fix.diff.is_empty() && fix.says.contains("every member"), "{fix:?}");
    }

    #[test]
    fn lists_in_front_are_as_it_should_be() {
        for text in [
            "FROM node:24\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n",
            "FROM node:24\nRUN --mount=type=bind,source=package.json,target=package.json npm ci\nCOPY . .\n",
            "FROM node:24 AS b\nCOPY . .\nFROM node:24\nCOPY package.json .\nRUN npm ci\n",
            "FROM node:24\nCOPY . .\nRUN npm run build\n",
        ] {
            assert!(find(&node(text).seen()).unwrap().is_empty(), "{text}");
        }
        let none = Fixture::of(NAIVE).text("package.json", "{}").file("src/main.ts", 9);
        assert!(find(&none.seen()).unwrap().is_empty(), "there is nothing to install");
    }
}
