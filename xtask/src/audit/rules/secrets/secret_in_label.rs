//! A label of the image has a secret in it.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::pairs::pairs;
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown};
use crate::audit::shapes::{is_value, names_secret, shape};

use super::called;

pub const RULE: Rule = Rule {
    id: "secret-in-label",
    kind: Kind::Secrets,
    looks_for: "a label with a key, a token or a password in it",
    why: "Registries show labels to everybody who may list the image, before anybody pulls it.",
    find,
};

/// A word that is short or has letters alone is a name or a sentence rather than a secret.
const SHORTEST: usize = 12;

fn find(seen: &Seen) -> Found {
    let mut evidence = Vec::new();
    let mut line = None;
    if let Ok(written) = seen.dockerfile() {
        for instruction in written.shipped().into_iter().filter(|one| one.keyword == "LABEL") {
            for pair in pairs(instruction) {
                if let Some(what) = what(&pair.name, pair.value()) {
                    line.get_or_insert(instruction.line);
                    evidence.push(Evidence::of(format!("{}: {what}", pair.name)).line(instruction.line));
                }
            }
        }
    } else {
        let image = seen
            .image()
            .map_err(|_| Unknown::because("There is neither a Dockerfile that could be read nor an image."))?;
        for (name, value) in &image.config.labels {
            evidence.extend(what(name, value).map(|what| Evidence::of(format!("{name}: {what}"))));
        }
    }
    let Some(one) = evidence.first() else { return Ok(Vec::new()) };
    let says = format!("The label {} holds a secret.", one.says.split(": ").next().unwrap_or_default());
    let fix = "Take the label out, and revoke the secret: it counts as published.";
    Ok(vec![RULE.finding(says).risk(Risk::High).with_all(evidence).fix(fix)])
}

fn what(name: &str, value: &str) -> Option<String> {
    if let Some(kind) = shape(value) {
        return Some(called(kind));
    }
    let random = value.len() >= SHORTEST
        && !value.contains(char::is_whitespace)
        && value.contains(|c: char| c.is_ascii_digit())
        && value.contains(|c: char| c.is_ascii_alphabetic());
    (names_secret(name) && random && is_value(value)).then(|| "a value, and its name says what it is".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn tokens_in_labels_are_found_and_not_said() {
        let token = format!("{}{}", "ghp_", "a1".repeat(18));
        let found = find(&Fixture::of(&format!("FROM a\nLABEL x=1 deploy=\"{token}\"\n")).seen()).unwrap();
        assert_eq!(found[0].evidence[0].line, Some(2));
        assert!(!format!("{found:?}").contains(&token));
        let found = find(&Fixture::nothing().image().label("deploy.token", "s3cr3t-and-l0ng").seen()).unwrap();
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn policies_and_digests_are_no_secrets() {
        let file = "FROM a\nLABEL secret.policy=none vault.token=\"see the manual\" sha=0a1b2c3d4e5f6a7b8c9d auth.token=none1\n";
        assert!(find(&Fixture::of(file).seen()).unwrap().is_empty());
    }

    #[test]
    fn without_anything_nobody_knows() {
        assert!(find(&Fixture::nothing().seen()).is_err());
    }
}
