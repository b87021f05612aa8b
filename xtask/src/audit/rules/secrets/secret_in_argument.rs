//! A build argument is a secret.

use crate::audit::installs::installs;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::pairs::pairs;
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::shapes::{is_value, names_secret, shape};
use crate::audit::shell::calls;
use crate::dockerfile::Instruction;

pub const RULE: Rule = Rule {
    id: "secret-in-argument",
    kind: Kind::Secrets,
    looks_for: "a key, a token or a password that is handed to the build as an ARG",
    why: "The builder writes the arguments of a stage beside each of its commands: in the image's history where the stage ships, and in \
          the build cache and the record of the build in any case.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let shipped: Vec<usize> = written.shipped().iter().map(|instruction| instruction.line).collect();
    let mut evidence = Vec::new();
    let mut first = None;
    let mut ships = false;
    for (stage, instruction) in written.everything().into_iter().filter(|(_, one)| one.keyword == "ARG") {
        for pair in pairs(instruction) {
            let written_out = pair.value.as_deref().and_then(shape).is_some();
            // A default that only holds the place shows that the build needs no secret there.
            let named = names_secret(&pair.name)
                && pair.value.as_deref().is_none_or(|value| value.is_empty() || is_value(value));
            if named || written_out {
                ships |= shipped.contains(&instruction.line);
                let whose =
                    if shipped.contains(&instruction.line) { "in a stage that ships" } else { "in a build stage" };
                evidence.push(Evidence::of(format!("{} {whose}", pair.name)).line(instruction.line));
                first.get_or_insert((stage, instruction, pair.name));
            }
        }
    }
    let Some((stage, argument, name)) = first else { return Ok(Vec::new()) };
    let says = if ships {
        format!("The secret {name} is a build argument, so the image's history shows it.")
    } else {
        format!(
            "The secret {name} is a build argument of a stage that does not ship; the build cache and the build's record keep it."
        )
    };
    let finding = RULE.finding(says).risk(if ships { Risk::High } else { Risk::Medium }).with_all(evidence);
    let lend =
        format!("Lend it to the one RUN that needs it, and build with `--secret id={},env={name}`.", id_of(&name));
    let uses = uses(seen, written, stage, argument, &name);
    let (fix, change) = match uses.as_slice() {
        [] => (
            format!(
                "Delete it: nothing in its stage names {name}. Where a program reads it without being told, lend it to that one RUN with \
                 `--mount=type=secret,id={}`.",
                id_of(&name)
            ),
            deleted(written, argument),
        ),
        // An ENV or a COPY of it puts it into the image, and no mount helps there.
        [one] if one.keyword == "RUN" => (lend, lent(written, argument, one, &name)),
        [one] => (format!("{lend} Line {} also keeps it in the stage: take it out there.", one.line), None),
        [_, ..] => {
            let lines: Vec<String> = uses.iter().map(|one| one.line.to_string()).collect();
            let lines = crate::names::list(lines.iter().map(String::as_str));
            (
                format!(
                    "Lend it to each RUN that needs it (it is used on lines {lines}), and build with `--secret id={},env={name}`.",
                    id_of(&name)
                ),
                None,
            )
        }
    };
    let finding = finding.fix(fix);
    Ok(vec![match change {
        Some(lines) => finding.diff(written.path(), lines),
        None => finding,
    }])
}

/// The instructions behind the argument that use it, in its stage: they name it, or install with a list that does.
fn uses<'w>(
    seen: &Seen,
    written: &'w Written,
    stage: usize,
    argument: &Instruction,
    name: &str,
) -> Vec<&'w Instruction> {
    let lists = [".npmrc", ".yarnrc.yml", ".yarnrc", "pip.conf"];
    let by_list = seen
        .context
        .as_ref()
        .is_ok_and(|context| lists.iter().any(|list| context.text(list).is_some_and(|text| text.contains(name))));
    let is_used = |one: &&Instruction| {
        let is_named = one.text.match_indices(name).any(|(at, _)| {
            let before = one.text[..at].ends_with(['$', '{']);
            let end = one.text[at + name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            before && !end
        });
        is_named || (by_list && calls(one).iter().any(|call| installs(call).is_some()))
    };
    let after = written.parsed.stages[stage].instructions.iter().filter(|one| one.line > argument.line);
    after.filter(is_used).collect()
}

/// Without the argument. One of several in an instruction is for a reader to take out.
fn deleted(written: &Written, argument: &Instruction) -> Option<Vec<String>> {
    (pairs(argument).len() == 1).then(|| written.replaced(argument.line, &[]))
}

/// The argument goes, and the command that uses it gets a mount.
fn lent(written: &Written, argument: &Instruction, run: &Instruction, name: &str) -> Option<Vec<String>> {
    if pairs(argument).len() != 1 {
        return None;
    }
    let first = written.line(run.line);
    let rest = first.trim_start().get(3..)?.trim_start();
    if rest.starts_with('[') || rest.starts_with("<<") || rest.starts_with("--") {
        return None;
    }
    let id = id_of(name);
    Some(vec![
        format!("-{}", written.line(argument.line)),
        format!("-{first}"),
        format!("+RUN --mount=type=secret,id={id} \\"),
        format!("+    export {name}=\"$(cat /run/secrets/{id})\" && \\"),
        format!("+    {rest}"),
    ])
}

fn id_of(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_token_in_the_stage_that_ships_is_found_with_a_mount_in_its_place() {
        let found =
            find(&Fixture::of("FROM a\nARG NPM_TOKEN\nCOPY . .\nRUN x $NPM_TOKEN && \\\n    npm ci\n").seen()).unwrap();
        assert_eq!((found[0].risk, found[0].evidence[0].line), (Risk::High, Some(2)));
        assert_eq!(
            found[0].fix.diff,
            [
                "-ARG NPM_TOKEN",
                "-RUN x $NPM_TOKEN && \\",
                "+RUN --mount=type=secret,id=npm-token \\",
                "+    export NPM_TOKEN=\"$(cat /run/secrets/npm-token)\" && \\",
                "+    x $NPM_TOKEN && \\"
            ]
        );
    }

    #[test]
    fn it_is_lent_to_a_command_that_uses_it_or_to_none() {
        let unused = "FROM a\nARG NPM_TOKEN\nRUN apt-get update\nRUN npm ci\n";
        let found = find(&Fixture::of(unused).seen()).unwrap();
        assert_eq!(found[0].fix.diff, [" FROM a", "-ARG NPM_TOKEN", " RUN apt-get update"]);
        assert!(found[0].fix.says.starts_with("Delete it"), "{}", found[0].fix.says);
        let by_list = Fixture::of(unused).text(".npmrc", "//r.example/:_authToken=${NPM_TOKEN}\n").seen();
        assert!(find(&by_list).unwrap()[0].fix.diff.contains(&"-RUN npm ci".to_owned()));
        let other = "FROM a\nARG NPM_TOKEN\nRUN x $NPM_TOKEN_FILE\n";
        assert!(find(&Fixture::of(other).seen()).unwrap()[0].fix.says.starts_with("Delete it"));
        let kept = "FROM a\nARG NPM_TOKEN\nENV NPM_TOKEN=$NPM_TOKEN\nRUN npm ci\n";
        let found = find(&Fixture::of(kept).seen()).unwrap();
        assert!(found[0].fix.diff.is_empty() && found[0].fix.says.contains("Line 3"), "{}", found[0].fix.says);
    }

    #[test]
    fn in_a_build_stage_it_is_less_bad() {
        let seen = Fixture::of("FROM a AS b\nARG GITHUB_TOKEN\nRUN x\nFROM c\nCOPY --from=b /x /x\n").seen();
        assert_eq!(find(&seen).unwrap()[0].risk, Risk::Medium);
    }

    #[test]
    fn what_only_looks_like_a_secret() {
        for line in [
            "ARG TOKEN_URL=https://x.example",
            "ARG NPM_TOKEN_FILE=/run/secrets/npm",
            "ARG SECRET_KEY=dummy",
            "ARG VERSION=1",
            "ARG VITE_API_KEY",
            "ARG AWS_ACCESS_KEY_ID",
            "ARG NPM_TOKEN=$OTHER",
        ] {
            assert!(find(&Fixture::of(&format!("FROM a\n{line}\nRUN x\n")).seen()).unwrap().is_empty(), "{line}");
        }
    }

    #[test]
    fn without_a_dockerfile_nobody_knows() {
        assert!(find(&Fixture::nothing().image().seen()).is_err());
    }
}
