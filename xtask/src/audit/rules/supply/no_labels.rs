//! The image does not say where it comes from.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::pairs::pairs;
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown};

pub const RULE: Rule = Rule {
    id: "no-labels",
    kind: Kind::Supply,
    looks_for: "an image without labels that say from which source and version it was built",
    why: "Months later, somebody looks at a running container and asks which commit it is. Labels answer that from the image alone.",
    find,
};

/// Any of these tells where an image comes from. Source: annotations of the OCI image spec, and label-schema.org before it.
const TELLS: [&str; 7] = [
    "org.opencontainers.image.source",
    "org.opencontainers.image.revision",
    "org.opencontainers.image.version",
    "org.opencontainers.image.url",
    "org.label-schema.vcs-url",
    "org.label-schema.vcs-ref",
    "org.label-schema.version",
];

fn find(seen: &Seen) -> Found {
    // Labels of the base tell of the base, so the Dockerfile decides where there is one.
    let tells = if let Ok(written) = seen.dockerfile() {
        let labels = written.shipped().into_iter().filter(|one| one.keyword == "LABEL");
        labels.flat_map(pairs).any(|pair| TELLS.contains(&pair.name.as_str()))
    } else {
        let unknown = |_| Unknown::because("There is neither a Dockerfile that could be read nor an image.");
        let image = seen.image().map_err(unknown)?;
        image.config.labels.keys().any(|name| TELLS.contains(&name.as_str()))
    };
    if tells {
        return Ok(Vec::new());
    }
    let finding = RULE
        .finding("No label says which source the image was built from.")
        .risk(Risk::Low)
        .with(Evidence::of("no org.opencontainers.image.source, revision or version in the Dockerfile"))
        .fix("Set them in CI with `--label org.opencontainers.image.revision=…`, or here. Where your CI does, switch this rule off in `.drydock.toml`.");
    let Ok(written) = seen.dockerfile() else { return Ok(vec![finding]) };
    let lines = ["ARG REVISION", "LABEL org.opencontainers.image.revision=$REVISION"];
    Ok(vec![finding.diff(written.path(), written.inserted_before_start(&lines))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn an_image_without_labels_is_found_with_the_lines_to_add() {
        let found = find(&Fixture::of("FROM a\nLABEL maintainer=x\nCMD [\"y\"]\n").seen()).unwrap();
        assert_eq!(
            found[0].fix.diff,
            [
                " LABEL maintainer=x",
                "+ARG REVISION",
                "+LABEL org.opencontainers.image.revision=$REVISION",
                " CMD [\"y\"]"
            ]
        );
    }

    #[test]
    fn labels_of_the_base_tell_of_the_base() {
        let seen = Fixture::of("FROM ubuntu:24.04\n").image().label("org.opencontainers.image.version", "24.04").seen();
        assert_eq!(find(&seen).unwrap().len(), 1);
    }

    #[test]
    fn labels_of_its_own_are_enough() {
        for file in [
            "FROM a\nLABEL org.opencontainers.image.source=\"https://x\" a=b\n",
            "FROM a AS base\nLABEL org.opencontainers.image.version=1\nFROM base\n",
        ] {
            assert!(find(&Fixture::of(file).seen()).unwrap().is_empty(), "{file}");
        }
        let image = Fixture::nothing().image().label("org.opencontainers.image.revision", "5e8f").seen();
        assert!(find(&image).unwrap().is_empty());
    }
}
