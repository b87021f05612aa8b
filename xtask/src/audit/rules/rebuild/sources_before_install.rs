//! Sources are copied before dependencies are installed, so that every edit installs them again.

use super::{has_cache, taken};
use crate::audit::installs::{Tool, fetches, installs};
use crate::audit::measure::{brings, is_source};
use crate::audit::model::{Evidence, Finding, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Context, Seen, Written};
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
    let lists: Vec<&str> =
        tool.lists().iter().copied().filter(|list| context.is_none_or(|context| context.has(list))).collect();
    let says = "Copy the lists of dependencies first, install, and copy the sources behind that.";
    let first = first_of_run(run, tool);
    if lists.is_empty() || copy.text.lines().count() > 1 || taken(copy).len() != 1 {
        return finding.fix(says);
    }
    let mut change = written.replaced(copy.line, &[&format!("COPY {} ./", lists.join(" "))]);
    if run.line == copy.line + 1 {
        // The line behind the copy is the install, which changes as well.
        change.pop();
    } else {
        change.push(" …".to_owned());
    }
    let moved = copy.text.trim_end().to_owned();
    match first {
        // Commands of one RUN part where the sources are needed.
        Some((install, rest)) if run.text.trim_end().lines().count() == 1 => {
            change.push(format!("-{}", run.text.trim_end()));
            change.push(format!("+{install}"));
            change.push(format!("+{moved}"));
            change.extend(rest.map(|rest| format!("+{rest}")));
        }
        _ => {
            change.extend(run.text.trim_end().lines().map(|line| format!(" {line}")));
            change.push(format!("+{moved}"));
        }
    }
    finding.fix(says).diff(written.path(), change)
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
