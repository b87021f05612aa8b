//! A command runs a script that it has just fetched, unseen.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::shell::{Call, calls, is_shell};
use crate::dockerfile::Instruction;

pub const RULE: Rule = Rule {
    id: "script-from-network",
    kind: Kind::Supply,
    looks_for: "a script that is fetched and run in one go, such as `curl … | sh`",
    why: "An attacker who controls that address, or the way to it, runs any command in your build. The next build may get another script, and \
          nothing shows that it did. A download that breaks off runs half of one.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let needed: Vec<usize> = written.built().iter().map(|(_, one)| one.line).collect();
    let mut evidence = Vec::new();
    let mut first = None;
    for run in written
        .everything()
        .into_iter()
        .map(|(_, one)| one)
        .filter(|one| one.keyword == "RUN" && needed.contains(&one.line))
    {
        for (line, address, interpreter) in fetched(run) {
            let from = address.as_deref().unwrap_or("an address that a variable names");
            evidence.push(Evidence::of(format!("{interpreter} runs what {from} sends")).line(line));
            first.get_or_insert((run, address, interpreter));
        }
    }
    let Some((run, address, interpreter)) = first else { return Ok(Vec::new()) };
    let says = match evidence.len() {
        1 => "The build runs a script from the network without looking at it.".to_owned(),
        count => format!("The build runs {count} scripts from the network without looking at them."),
    };
    let fix = "Name a version of it, keep its digest beside it, and run it only if they match. A package of the distribution, or \
               `COPY --from` an image of the tool, needs no script.";
    let finding = RULE.finding(says).risk(Risk::Medium).with_all(evidence).fix(fix);
    Ok(vec![match address {
        Some(address) => finding.diff(written.path(), change(written, run, &address, &interpreter)),
        None => finding,
    }])
}

/// What is fetched and run at once: line, address where it is written out, and what runs it.
fn fetched(run: &Instruction) -> Vec<(usize, Option<String>, String)> {
    let calls = calls(run);
    let mut found = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        let call = &call.behind_options();
        let before = index.checked_sub(1).map(|before| &calls[before]).filter(|_| call.piped);
        if let Some(fetch) = before.filter(|before| fetches(before))
            && runs_input(call)
        {
            found.push((fetch.line, address(fetch), call.program().to_owned()));
        }
        // sh -c "$(curl …)"
        if is_shell(call.program())
            && let Some(inner) =
                call.arguments().iter().find(|word| word.contains("$(curl ") || word.contains("$(wget "))
        {
            let address = inner.split(|c: char| c.is_whitespace() || c == ')').find(|word| word.contains("://"));
            found.push((call.line, address.map(str::to_owned), call.program().to_owned()));
        }
    }
    found
}

fn fetches(call: &Call) -> bool {
    matches!(call.program(), "curl" | "wget") && address(call).is_none_or(|address| !is_own(&address))
}

/// Whether an address is of the machine itself.
fn is_own(address: &str) -> bool {
    ["://localhost", "://127.", "://[::1]"].iter().any(|own| address.contains(own))
}

fn address(call: &Call) -> Option<String> {
    call.arguments().iter().find(|word| word.contains("://")).cloned()
}

/// Whether a program runs what it reads: an interpreter without a script of its own. `python -c` and `perl -ne` have one.
fn runs_input(call: &Call) -> bool {
    let mut arguments = call.arguments().iter().map(String::as_str);
    if is_shell(call.program()) {
        // `sh -s -- --yes`, `bash -`, `bash -ex`
        return arguments
            .next()
            .is_none_or(|first| first.starts_with('-') && !first.starts_with("--") && !first.ends_with('c'));
    }
    let interpreter = call.program().trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    matches!(interpreter, "python" | "perl" | "ruby" | "node" | "php")
        && arguments.next().is_none_or(|first| first == "-")
}

/// The fetching apart from the running, with a digest between them.
fn change(written: &Written, run: &Instruction, address: &str, interpreter: &str) -> Vec<String> {
    let mut lines: Vec<String> = written.lines_of(run).map(|at| format!("-{}", written.line(at))).collect();
    lines.push(format!("+RUN curl -fsSLo /tmp/script {address} \\"));
    lines.push("+    && echo \"DIGEST  /tmp/script\" | sha256sum -c - \\".to_owned());
    lines.push(format!("+    && {interpreter} /tmp/script && rm /tmp/script"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn count(run: &str) -> usize {
        let found = find(&Fixture::of(&format!("FROM a\nRUN {run}\n")).seen()).unwrap();
        found.first().map_or(0, |finding| finding.evidence.len())
    }

    #[test]
    fn scripts_that_run_as_they_come_are_found() {
        for run in [
            "curl -fsSL https://x.example/i.sh | sh",
            "apt-get update && wget -qO- https://x.example/setup | sudo -E bash -",
            "curl https://x.example | sh -s -- -y",
            "curl -sSL https://x.example/poetry | python3 -",
            "bash -c \"$(curl -fsSL https://x.example/two.sh)\"",
            "set -o pipefail; curl $URL | bash",
        ] {
            assert_eq!(count(run), 1, "{run}");
        }
        let found = find(&Fixture::of("FROM a\nRUN curl https://x/i | sh\n").seen()).unwrap();
        assert_eq!(found[0].fix.diff[0], "-RUN curl https://x/i | sh");
        assert!(found[0].fix.diff[1].contains("https://x/i"));
    }

    #[test]
    fn what_is_fetched_and_not_run_is_none() {
        for run in [
            "curl -fsSL https://x.example/a.tar.gz | tar -xz",
            "curl -fsSL https://x.example/key | gpg --dearmor > /k",
            "curl -fsSLo /tmp/x https://x.example/x && echo 'a  /tmp/x' | sha256sum -c - && sh /tmp/x",
            "echo 'curl https://x | sh' > /motd",
            "cat install.sh | sh",
            "curl https://x.example/a.json | python3 -c 'import sys'",
            "curl https://x.example/a.json | jq .",
            "curl -f http://localhost:8080/x | sh",
        ] {
            assert_eq!(count(run), 0, "{run}");
        }
        assert!(find(&Fixture::of("FROM a AS b\nRUN curl https://x | sh\nFROM c\n").seen()).unwrap().is_empty());
    }

    #[test]
    fn without_a_dockerfile_nobody_knows() {
        assert!(find(&Fixture::nothing().image().seen()).is_err());
    }
}
