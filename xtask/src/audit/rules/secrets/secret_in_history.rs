//! A command has a secret written out in it.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown};
use crate::audit::shapes::shape;

use super::called;

pub const RULE: Rule = Rule {
    id: "secret-in-history",
    kind: Kind::Secrets,
    looks_for: "a key, a token or a password that is written out in a command of the Dockerfile",
    why: "The image's history repeats every command of its own stages, so `docker history` shows the secret to everybody who has the \
          image. A reader of the Dockerfile needs no image.",
    find,
};

fn find(seen: &Seen) -> Found {
    let mut evidence = Vec::new();
    let mut shipped = false;
    if let Ok(written) = seen.dockerfile() {
        let lines: Vec<usize> = written.shipped().iter().map(|instruction| instruction.line).collect();
        for (_, run) in written.everything() {
            if let Some(kind) = Some(run).filter(|run| run.keyword == "RUN").and_then(|run| shape(&run.text)) {
                shipped |= lines.contains(&run.line);
                evidence.push(Evidence::of(called(kind)).line(run.line));
            }
        }
    } else {
        let image = seen
            .image()
            .map_err(|_| Unknown::because("There is neither a Dockerfile that could be read nor an image."))?;
        // ENV, LABEL and ARG have rules of their own.
        let has_own =
            |line: &str| ["ENV ", "LABEL ", "ARG "].iter().any(|keyword| line.trim_start().starts_with(keyword));
        for line in image.history.iter().filter(|line| !has_own(line)) {
            if let Some(kind) = shape(line) {
                shipped = true;
                evidence.push(Evidence::of(format!("{} in the image's history", called(kind))));
            }
        }
    }
    if evidence.is_empty() {
        return Ok(Vec::new());
    }
    let says = if shipped {
        "A command has a secret in it, and the image's history repeats it."
    } else {
        "A command of a build stage has a secret in it."
    };
    let fix = "Revoke it first: it counts as published. Then hand it to the command with `RUN --mount=type=secret,id=NAME`, and read it \
               from /run/secrets/NAME.";
    Ok(vec![RULE.finding(says).risk(Risk::High).with_all(evidence).fix(fix)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_password_in_an_address_is_found_and_not_said() {
        let seen = Fixture::of("FROM a\nRUN git clone https://crew:Segel-4@git.example/x.git\n").seen();
        let found = find(&seen).unwrap();
        assert_eq!(found[0].evidence[0].line, Some(2));
        assert!(!format!("{found:?}").contains("Segel"));
    }

    #[test]
    fn the_history_of_an_image_alone_is_read() {
        let token = format!("RUN x {}{}", "ghp_", "a1".repeat(18));
        let found = find(&Fixture::nothing().image().history(&[&token, "ENV X=1"]).seen()).unwrap();
        assert!(found[0].says.contains("history"));
    }

    #[test]
    fn variables_mounts_and_comments_are_no_secrets() {
        let seen = Fixture::of(
            "# https://crew:Segel-4@git.example\nFROM a\nRUN --mount=type=secret,id=t git clone https://crew:$(cat /run/secrets/t)@git.example/x\n\
             RUN git clone https://crew:${TOKEN}@git.example/x && curl http://localhost:8080/a@b\n",
        );
        assert!(find(&seen.seen()).unwrap().is_empty());
    }

    #[test]
    fn without_anything_nobody_knows() {
        assert!(find(&Fixture::nothing().seen()).is_err());
    }
}
