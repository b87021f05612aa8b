//! A step downloads or compiles everything again each time it runs.

use super::has_cache;
use crate::audit::installs::{Tool, fetches, installs};
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, flag};
use crate::audit::shell::{Call, calls};
use crate::dockerfile::Instruction;

pub const RULE: Rule = Rule {
    id: "no-cache-mount",
    kind: Kind::Rebuild,
    looks_for: "a step that installs or compiles without a cache mount",
    why: "When one package changes, the step runs from nothing: all packages are downloaded and compiled again. A cache mount keeps \
          what has not changed, on the builder and not in the image.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    for (stage, instruction) in written.built() {
        if has_cache(instruction) {
            continue;
        }
        let Some((call, tool)) = calls(instruction)
            .into_iter()
            .find_map(|call| Some((wants_one(&call)?, call)).map(|(tool, call)| (call, tool)))
        else {
            continue;
        };
        let again = seen
            .rebuild
            .as_ref()
            .ok()
            .and_then(|rebuild| rebuild.again.iter().find(|step| step.line == instruction.line));
        let evidence = Evidence::of(format!("`{}`", call.text())).line(call.line);
        let says = format!("`{}` starts from nothing each time it runs: no cache is mounted.", call.text());
        let finding = RULE.finding(says).risk(Risk::Low);
        // What compiles as it fetches does so after each edit; of others the sources decide, and another rule.
        let finding = match again.filter(|_| fetches(&call).is_some()) {
            Some(step) => finding.saves_ms(step.ms).with(evidence.ms(step.ms)),
            None => finding.with(evidence),
        };
        let mut lines = written.replaced(instruction.line, &strs(&mounted(instruction, tool)));
        // What was downloaded lies in the cache and in no layer: whoever reads it behind that needs the same mount.
        let behind = written.parsed.stages[stage].instructions.iter().filter(|one| one.line > instruction.line);
        let behind: Vec<&Instruction> = behind.filter(|one| reads(one, tool) && !is_mounted(one, tool)).collect();
        for one in &behind {
            lines.push(" …".to_owned());
            lines.extend(written.replaced(one.line, &strs(&mounted(one, tool))));
        }
        let also = match behind.len() {
            0 => "",
            _ => ", in every step of the stage that reads it: what lies in a cache lies in no layer",
        };
        let fix = format!(
            "Mount a cache where {} keeps what it downloads{also}. Its folder is another one for another user than root.",
            tool.name()
        );
        return Ok(vec![finding.fix(fix).diff(written.path(), lines)]);
    }
    Ok(Vec::new())
}

fn strs(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// A `RUN` with the caches that the tool's commands in it want.
fn mounted(instruction: &Instruction, tool: Tool) -> String {
    let mut targets = vec![tool.cache()];
    if tool == Tool::Go && calls(instruction).iter().any(|call| call.program() == "go" && call.verb() != "mod") {
        targets.push("/root/.cache/go-build");
    }
    let mounts: Vec<String> = targets
        .iter()
        .filter(|target| !instruction.joined.contains(**target))
        .map(|target| format!("--mount=type=cache,target={target}"))
        .collect();
    let rest = instruction.text.trim_end().trim_start().get(3..).unwrap_or_default().trim_start();
    format!("RUN {} {rest}", mounts.join(" "))
}

/// Whether a `RUN` reads what a tool downloaded. Node's and Python's packages are installed into folders of their own, and only an
/// installer reads the cache.
fn reads(instruction: &Instruction, tool: Tool) -> bool {
    let uses = |call: &Call| match tool {
        Tool::Go => {
            call.program() == "go"
                && ["build", "install", "test", "run", "vet", "generate", "list", "mod"].contains(&call.verb())
        }
        Tool::Cargo => {
            call.program() == "cargo"
                && ["build", "b", "install", "test", "t", "run", "check", "clippy", "chef", "fetch"]
                    .contains(&call.verb())
        }
        Tool::Maven => ["mvn", "mvnw"].contains(&call.program()),
        Tool::Gradle => ["gradle", "gradlew"].contains(&call.program()),
        _ => wants_one(call) == Some(tool),
    };
    calls(instruction).iter().any(uses)
}

fn is_mounted(instruction: &Instruction, tool: Tool) -> bool {
    flag(instruction, "mount").any(|mount| mount.contains("type=cache") && mount.contains(tool.cache()))
}

/// The tool of a command that downloads or compiles much, and was not told to keep nothing.
fn wants_one(call: &Call) -> Option<Tool> {
    let named_pip = ["pip", "pip3"].contains(&call.program()) && call.verb() == "install";
    let tool = installs(call).or_else(|| fetches(call)).or_else(|| named_pip.then_some(Tool::Pip))?;
    // Who forbids the cache has seen it.
    let forbids = call.has_option(&["--no-cache-dir", "--no-cache"]);
    let covered = matches!(tool, Tool::DotNet | Tool::Composer | Tool::Bundler);
    (!forbids && !covered).then_some(tool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn found(run: &str) -> Vec<crate::audit::model::Finding> {
        find(&Fixture::of(&format!("FROM a\nRUN {run}\n")).seen()).unwrap()
    }

    #[test]
    fn an_install_without_a_cache_is_found_with_the_mount() {
        assert_eq!(found("npm ci")[0].fix.diff.last().unwrap(), "+RUN --mount=type=cache,target=/root/.npm npm ci");
        assert!(found("go build .")[0].fix.diff.last().unwrap().contains("go-build"));
        assert_eq!(found("pip install pandas").len(), 1);
    }

    #[test]
    fn whoever_reads_what_was_downloaded_gets_the_mount_as_well() {
        let file = "FROM golang:1\nCOPY go.mod ./\nRUN go mod download\nCOPY . .\nRUN CGO_ENABLED=0 go build .\nFROM b\nRUN go version\n";
        let added = |file: &str| {
            let diff = find(&Fixture::of(file).seen()).unwrap().remove(0).fix.diff;
            diff.into_iter().filter(|line| line.starts_with('+')).collect::<Vec<_>>()
        };
        // The stage that compiles does not ship here, so it is made the target.
        let target = |file: &str| file.replace("FROM b\nRUN go version\n", "");
        assert_eq!(
            added(&target(file)),
            [
                "+RUN --mount=type=cache,target=/go/pkg/mod go mod download",
                "+RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build ."
            ]
        );
        let chef = "FROM rust:1\nRUN cargo chef cook --release\nCOPY . .\nRUN cargo build --release\n";
        assert_eq!(added(chef).len(), 2);
        assert_eq!(added("FROM node:24\nRUN npm ci\nRUN npm run build\n").len(), 1, "node_modules lies in the layer");
    }

    #[test]
    fn one_with_a_cache_and_one_that_downloads_nothing_is_not() {
        for run in [
            "--mount=type=cache,target=/root/.npm npm ci",
            "pip install --no-cache-dir -r requirements.txt",
            "npm run build",
            "go install google.golang.org/protobuf/cmd/protoc-gen-go@latest",
            "apt-get update && apt-get install -y curl",
        ] {
            assert!(found(run).is_empty(), "{run}");
        }
    }
}
