//! A download is piped into a program, and nobody would notice that it failed.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::shell::{Call, calls, is_shell};
use crate::dockerfile::Instruction;

pub const RULE: Rule = Rule {
    id: "failure-hidden-by-pipe",
    kind: Kind::Supply,
    looks_for: "a download that is piped into a program, where its failure goes unnoticed",
    why: "A shell goes by the last command of a pipe. If the download fails or breaks off, the step may pass all the same, and the cache keeps \
          what it made.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let mut evidence = Vec::new();
    let mut first = None;
    for (stage, run) in written.built() {
        if notices(written, stage, run) {
            continue;
        }
        for (line, from, into) in piped(run) {
            evidence.push(Evidence::of(format!("`{from}` is piped into `{into}`")).line(line));
            first.get_or_insert(run);
        }
    }
    let Some(run) = first else { return Ok(Vec::new()) };
    let says = match evidence.len() {
        1 => "One download could fail without failing the build.".to_owned(),
        count => format!("{count} downloads could fail without failing the build."),
    };
    let fix = "Let the shell fail with any part of a pipe, or fetch into a file first. The default /bin/sh of some bases does not know \
               pipefail; bash does.";
    let line = "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]";
    let finding = RULE.finding(says).risk(Risk::Low).with_all(evidence).fix(fix);
    Ok(vec![finding.diff(written.path(), written.inserted_before(run.line, &[line]))])
}

/// Downloads of a `RUN` whose output another program reads: line, and both programs. What runs it as a script is another rule's.
fn piped(run: &Instruction) -> Vec<(usize, String, String)> {
    let calls: Vec<Call> = calls(run).iter().map(Call::behind_options).collect();
    let pairs = calls.windows(2).filter(|pair| pair[1].piped && fetches(&pair[0]) && !is_shell(pair[1].program()));
    pairs.map(|pair| (pair[0].line, pair[0].program().to_owned(), pair[1].program().to_owned())).collect()
}

fn fetches(call: &Call) -> bool {
    matches!(call.program(), "curl" | "wget")
}

/// Whether the shell of a `RUN` fails with any part of a pipe: it says so itself, or the last `SHELL` above it does.
fn notices(written: &Written, stage: usize, run: &Instruction) -> bool {
    let above = written.parsed.stages[stage].instructions.iter().take_while(|one| one.line < run.line);
    let shell = above.filter(|one| one.keyword == "SHELL").last();
    run.text.contains("pipefail") || shell.is_some_and(|shell| shell.text.contains("pipefail"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn count(file: &str) -> usize {
        let found = find(&Fixture::of(file).seen()).unwrap();
        found.first().map_or(0, |finding| finding.evidence.len())
    }

    #[test]
    fn a_download_that_may_fail_unseen_is_found() {
        assert_eq!(count("FROM a\nRUN curl -fsSL https://x.example/a.tgz | tar -xz\n"), 1);
        assert_eq!(count("FROM a\nRUN mkdir b && wget -qO- $URL | tar -xzC b && curl $KEY | gpg --dearmor > k\n"), 2);
        // The shell of one stage is not that of another.
        let two = "FROM a AS b\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN true\nFROM a\nCOPY --from=b /x /x\n\
                   RUN curl $URL | tar -xz\n";
        assert_eq!(count(two), 1);
    }

    #[test]
    fn shells_that_notice_and_other_pipes_are_fine() {
        for file in [
            "FROM a\nRUN set -o pipefail && curl $URL | tar -xz\n",
            "FROM a\nSHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN curl $URL | tar -xz\n",
            "FROM a\nRUN curl -fsSLo /tmp/a $URL && tar -xzf /tmp/a\n",
            "FROM a\nRUN cat a.tgz | tar -xz\n",
            "FROM a\nRUN curl $URL | sh\n",
            "FROM a\nRUN curl $URL | sudo -E bash -\n",
            "FROM a\nRUN curl $URL || tar -xz\n",
            "FROM a AS unused\nRUN curl $URL | tar -xz\nFROM a\nRUN true\n",
        ] {
            assert_eq!(count(file), 0, "{file}");
        }
    }
}
