//! A step downloads or compiles everything again each time it runs.

use super::has_cache;
use crate::audit::installs::{Tool, fetches, installs};
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::audit::shell::{Call, calls};

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
    for (_, instruction) in written.built() {
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
        let mut targets = vec![tool.cache()];
        if tool == Tool::Go && fetches(&call).is_some() {
            targets.push("/root/.cache/go-build");
        }
        let mounts: Vec<String> = targets.iter().map(|target| format!("--mount=type=cache,target={target}")).collect();
        let text = instruction.text.trim_end();
        let rest = text.trim_start().get(3..).unwrap_or_default().trim_start();
        let text = format!("RUN {} {rest}", mounts.join(" "));
        let lines: Vec<&str> = text.lines().collect();
        let fix = format!(
            "Mount a cache where {} keeps what it downloads. Its folder is another one for another user than root.",
            tool.name()
        );
        return Ok(vec![finding.fix(fix).diff(written.path(), written.replaced(instruction.line, &lines))]);
    }
    Ok(Vec::new())
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
