//! The lists of packages are fetched in a step of their own, and are old when packages are installed.

use crate::audit::installs::system_packages;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::audit::shell::{Call, calls};

pub const RULE: Rule = Rule {
    id: "update-apart",
    kind: Kind::Rebuild,
    looks_for: "an `apt-get update` in a step of its own",
    why: "The builder keeps the step, and with it lists of packages from the day it ran. A package that is added a month later is \
          then looked for where it no longer is, or installed without its security fixes.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let built = written.built();
    for (at, (stage, instruction)) in built.iter().enumerate() {
        let here = calls(instruction);
        let Some(update) = here.iter().find(|call| updates(call)) else { continue };
        if here.iter().any(|call| !system_packages(call).is_empty() || call.has(&["upgrade", "dist-upgrade"])) {
            continue;
        }
        let later = built[at + 1..].iter().filter(|(other, _)| other == stage);
        let install = later
            .flat_map(|(_, one)| calls(one).into_iter().map(move |call| (*one, call)))
            .find(|(_, call)| !system_packages(call).is_empty());
        let Some((run, install)) = install else { continue };
        let finding = RULE
            .finding("`apt-get update` is a step of its own, and the install behind it uses its old lists.")
            .risk(Risk::Medium);
        let finding = finding
            .with(Evidence::of(format!("`{}`", update.text())).line(update.line))
            .with(Evidence::of(format!("`{}`", install.text())).line(install.line));
        let text = run.text.trim_end();
        let rest = text.trim_start().get(3..).unwrap_or_default().trim_start();
        let text = format!("RUN {} && {rest}", update.text());
        let lines: Vec<&str> = text.lines().collect();
        let mut change = vec![format!("-{}", instruction.text.trim_end())];
        change.extend(
            written
                .replaced(run.line, &lines)
                .into_iter()
                .filter(|line| *line != format!(" {}", instruction.text.trim_end())),
        );
        return Ok(vec![finding.fix("Update and install in one RUN.").diff(written.path(), change)]);
    }
    Ok(Vec::new())
}

fn updates(call: &Call) -> bool {
    ["apt-get", "apt"].contains(&call.program()) && call.verb() == "update"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn an_update_of_its_own_is_found_with_the_one_step() {
        let found = find(&Fixture::of("FROM a\nRUN apt-get update\nRUN apt-get install -y curl\n").seen()).unwrap();
        assert_eq!(
            found[0].fix.diff,
            ["-RUN apt-get update", "-RUN apt-get install -y curl", "+RUN apt-get update && apt-get install -y curl"]
        );
    }

    #[test]
    fn both_in_one_step_and_an_update_that_nothing_follows_are_not() {
        for text in [
            "FROM a\nRUN apt-get update && apt-get install -y curl\n",
            "FROM a\nRUN apt-get update\nRUN make\n",
            "FROM a AS b\nRUN apt-get update\nFROM a\nRUN apt-get install -y curl\nCOPY --from=b /x /x\n",
            "FROM a\nRUN apk update\nRUN apk add curl\n",
        ] {
            assert!(find(&Fixture::of(text).seen()).unwrap().is_empty(), "{text}");
        }
    }
}
