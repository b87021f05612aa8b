//! The build asks for rights that it has.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::dockerfile::Instruction;

pub const RULE: Rule = Rule {
    id: "sudo-in-build",
    kind: Kind::Supply,
    looks_for: "a RUN that calls sudo",
    why: "A RUN is root until USER says otherwise, so sudo gains nothing. In the final stage it leaves a program that makes anybody root.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let calling: Vec<(usize, &Instruction)> =
        written.built().into_iter().filter(|(_, run)| run.keyword == "RUN" && has_sudo(&run.text)).collect();
    let Some((stage, first)) = calling.first() else { return Ok(Vec::new()) };
    let evidence = calling.iter().map(|(_, run)| Evidence::of("RUN calls sudo").line(run.line));
    let fix = if is_root(written, *stage, first) {
        "Leave sudo out: this RUN is root already."
    } else {
        "Move what needs root above the USER, and leave sudo out."
    };
    Ok(vec![RULE.finding("The build calls sudo.").risk(Risk::Low).with_all(evidence).fix(fix)])
}

/// Whether sudo stands where a command begins: at the front, or behind `&&`, `||`, `;`, `|` or a new line.
fn has_sudo(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "\\").collect();
    words.windows(2).any(|pair| {
        let begins = pair[0].eq_ignore_ascii_case("run")
            || pair[0].starts_with("--")
            || matches!(pair[0], "&&" | "||" | "|" | "then" | "do")
            || pair[0].ends_with(';');
        pair[1] == "sudo" && begins
    })
}

fn is_root(written: &Written, stage: usize, run: &Instruction) -> bool {
    let above = written.parsed.stages[stage].instructions.iter().take_while(|one| one.line < run.line);
    !above.into_iter().any(|one| one.keyword == "USER")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn fix(file: &str) -> Option<String> {
        find(&Fixture::of(file).seen()).unwrap().pop().map(|finding| finding.fix.says)
    }

    #[test]
    fn sudo_is_found_where_a_command_begins() {
        assert!(fix("FROM a\nRUN sudo apt-get update\n").unwrap().contains("root already"));
        assert!(fix("FROM a\nRUN true && \\\n    sudo true\n").is_some());
        assert!(fix("FROM a\nRUN --network=none true && sudo make install\n").is_some());
        assert!(fix("FROM a\nUSER 1000\nRUN sudo make install\n").unwrap().contains("above the USER"));
    }

    #[test]
    fn a_package_or_a_word_of_that_name_is_none() {
        for file in [
            "FROM a\nRUN apt-get install -y sudo\n",
            "FROM a\nRUN apt-get install -y \\\n    curl sudo\n",
            "FROM a\nRUN apt-get install -y \\\n    sudo\n",
            "FROM a\nRUN echo no sudo here\n",
            "FROM a AS unused\nRUN sudo true\nFROM a\nRUN true\n",
        ] {
            assert_eq!(fix(file), None, "{file}");
        }
    }
}
