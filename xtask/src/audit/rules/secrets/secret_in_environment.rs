//! A variable of the image has a secret as its value.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::pairs::pairs;
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown};
use crate::audit::shapes::{is_value, is_variable, names_secret, shape};

use super::called;

pub const RULE: Rule = Rule {
    id: "secret-in-environment",
    kind: Kind::Secrets,
    looks_for: "an ENV whose value is a key, a token or a password",
    why: "The image's config keeps every ENV in plain text. `docker inspect` shows it, every process of the container inherits it, and \
          it gets into logs and crash reports.",
    find,
};

fn find(seen: &Seen) -> Found {
    let mut evidence = Vec::new();
    let mut first = None;
    if let Ok(written) = seen.dockerfile() {
        // A stage that does not ship keeps its variables to itself; its value is in the Dockerfile all the same.
        for instruction in written.shipped().into_iter().filter(|one| one.keyword == "ENV") {
            for pair in pairs(instruction) {
                if let Some(what) = what(&pair.name, pair.value()) {
                    first.get_or_insert((pair.name.clone(), instruction.line));
                    evidence.push(Evidence::of(format!("{}: {what}", pair.name)).line(instruction.line));
                }
            }
        }
    } else {
        let image = seen
            .image()
            .map_err(|_| Unknown::because("There is neither a Dockerfile that could be read nor an image."))?;
        for (name, value) in image.config.env.iter().filter_map(|variable| variable.split_once('=')) {
            evidence.extend(what(name, value).map(|what| Evidence::of(format!("{name}: {what}"))));
        }
    }
    let Some(one) = evidence.first() else { return Ok(Vec::new()) };
    let name = one.says.split(':').next().unwrap_or_default().to_owned();
    let says = match evidence.len() {
        1 => format!("The image's environment holds a secret: {name}."),
        count => format!("The image's environment holds {count} secrets, {name} among them."),
    };
    let fix = "Leave it out of the image, and set it when the container starts: as a file in /run/secrets, or with `--env-file`. Revoke \
               the value that is in there now.";
    let finding = RULE.finding(says).risk(Risk::High).with_all(evidence).fix(fix);
    let change = first.and_then(|(_, line)| {
        let written = seen.dockerfile().ok()?;
        let instruction = written.at(line)?;
        // With other variables in the same instruction, only the reader knows how the lines should be.
        (pairs(instruction).len() == 1).then(|| finding.clone().diff(written.path(), written.replaced(line, &[])))
    });
    Ok(vec![change.unwrap_or(finding)])
}

/// Why a variable holds a secret, if it does.
fn what(name: &str, value: &str) -> Option<String> {
    if let Some(kind) = shape(value) {
        return Some(called(kind));
    }
    let named = names_secret(name);
    if named && is_variable(value) {
        return Some("the value of a build argument".to_owned());
    }
    (named && is_value(value)).then(|| "a value, and its name says what it is".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn count(file: &str) -> usize {
        find(&Fixture::of(file).seen()).unwrap().first().map_or(0, |finding| finding.evidence.len())
    }

    #[test]
    fn names_shapes_and_arguments_are_found_and_no_value_is_said() {
        let file = "FROM a\nARG NPM_TOKEN\nENV DB_PASSWORD=Hafen-7 LOG=info\nENV NPM_TOKEN=$NPM_TOKEN\n\
                    ENV DATABASE_URL=postgresql://crew:Anker-19@db/x\n";
        let found = find(&Fixture::of(file).seen()).unwrap();
        assert_eq!(found[0].evidence.iter().map(|e| e.line.unwrap()).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(!format!("{found:?}").contains("Hafen") && !format!("{found:?}").contains("Anker"));
        let alone = find(&Fixture::of("FROM a\nENV API_KEY=abc123def\nUSER 1\n").seen()).unwrap();
        assert_eq!(alone[0].fix.diff, [" FROM a", "-ENV API_KEY=abc123def", " USER 1"]);
    }

    #[test]
    fn an_image_alone_is_read() {
        let seen = Fixture::nothing().image().env("JWT_SECRET=a-long-one").env("PATH=/bin").seen();
        assert_eq!(find(&seen).unwrap()[0].evidence.len(), 1);
    }

    #[test]
    fn what_only_looks_like_a_secret() {
        for line in [
            "ENV SECRET_KEY_FILE=/run/secrets/key",
            "ENV DB_PASSWORD=",
            "ENV TOKEN_URL=https://x.example/token TOKEN_LIFETIME=3600",
            "ENV NEXT_PUBLIC_MAP_KEY=pk.1 VITE_API_KEY=x9",
            "ENV DB_PASSWORD=changeme",
            "ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
            "ENV DATABASE_URL=postgresql://db/x",
        ] {
            assert_eq!(count(&format!("FROM a\n{line}\n")), 0, "{line}");
        }
        assert_eq!(
            count("FROM a AS build\nENV NPM_TOKEN=abc-1-def\nFROM b\nCOPY --from=build /x /x\n"),
            0,
            "it does not ship"
        );
    }

    #[test]
    fn without_anything_nobody_knows() {
        assert!(find(&Fixture::nothing().seen()).is_err());
    }
}
