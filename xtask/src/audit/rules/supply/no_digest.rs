//! A base is named without a digest.

use super::images;
use crate::audit::base::Base;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;

pub const RULE: Rule = Rule {
    id: "no-digest",
    kind: Kind::Supply,
    looks_for: "a base that is named by a tag alone",
    why: "The people who push to a repository can put another image behind a tag. A digest names one image for ever, so that a build next \
          month stands on what you tested.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let without: Vec<_> =
        images(written).into_iter().filter(|(name, _)| Base::of(name).reference.digest.is_none()).collect();
    let Some((name, _)) = without.iter().min_by_key(|(_, line)| *line) else { return Ok(Vec::new()) };
    let says = match without.as_slice() {
        [_] => format!("{name} is named by a tag, and a tag can be moved."),
        all => format!("{} images are named by tags, and a tag can be moved.", all.len()),
    };
    let evidence = without.iter().map(|(name, line)| Evidence::of(*name).line(*line));
    let fix = format!(
        "Add the digest that `docker buildx imagetools inspect {name}` prints, as in `{name}@sha256:…`, and let a bot such as Renovate or \
         Dependabot raise it."
    );
    Ok(vec![RULE.finding(says).risk(Risk::Low).with_all(evidence).fix(fix)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn tags_are_found_on_every_line() {
        let seen =
            Fixture::of("FROM node:24 AS b\nFROM debian:13\nCOPY --from=b /x /x\nCOPY --from=busybox:1 /y /y\n").seen();
        let lines: Vec<_> = find(&seen).unwrap()[0].evidence.iter().map(|e| e.line).collect();
        assert_eq!(lines, [Some(4), Some(2), Some(1)]);
    }

    #[test]
    fn digests_stages_and_scratch_are_fixed() {
        for file in [
            "FROM a:1@sha256:11\n",
            "FROM scratch\n",
            "FROM a@sha256:11 AS b\nFROM b\nCOPY --from=b /x /x\n",
            "FROM $UNSET\n",
        ] {
            assert!(find(&Fixture::of(file).seen()).unwrap().is_empty(), "{file}");
        }
    }
}
