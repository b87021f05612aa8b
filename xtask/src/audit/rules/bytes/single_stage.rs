//! The stage that builds is the stage that ships.

use drydock_reader::Class;

use crate::audit::builds::{self, Family};
use crate::audit::model::{Evidence, Finding, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::model::Inspection;
use crate::units;

pub const RULE: Rule = Rule {
    id: "single-stage",
    kind: Kind::Bytes,
    looks_for: "an image that is built and shipped in the same stage",
    why: "Everything the build needed is in the image: compilers, package managers, sources. Every machine downloads it, every \
          scanner reports it, and an intruder finds tools there.",
    find,
};

/// What only a build needs.
const OF_BUILDS: [Class; 7] = [
    Class::Toolchain,
    Class::PackageCache,
    Class::DevDependencies,
    Class::Tests,
    Class::Source,
    Class::Vcs,
    Class::Docs,
];

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let builds = builds::shipped(written);
    let Some((family, call)) = builds.first() else { return Ok(Vec::new()) };
    let carried = seen.image.as_ref().ok().map(|image| of_builds(&image.inspection));
    let says = match carried {
        // The build left nothing behind: an image without tools can be built with what was mounted or deleted in the same step.
        Some(bytes) if bytes < SMALL => return Ok(Vec::new()),
        Some(bytes) => format!(
            "The image is built and shipped in one stage: it carries {} of build tools and sources.",
            units::bytes(bytes)
        ),
        None => "The image is built and shipped in one stage, with all its build tools.".to_owned(),
    };
    let finding = RULE.finding(says).saves_bytes(carried.unwrap_or_default());
    let finding =
        finding.with(Evidence::of(format!("`{}` builds in the stage that ships", call.text())).line(call.line));
    Ok(vec![with_fix(finding, written, *family)])
}

/// Fewer bytes are not worth a second stage.
const SMALL: u64 = 5_000_000;

fn of_builds(inspection: &Inspection) -> u64 {
    OF_BUILDS.into_iter().map(|class| inspection.bytes_of(class)).sum()
}

fn with_fix(finding: Finding, written: &Written, _family: Family) -> Finding {
    let from = &written.target().instructions[0];
    let named = format!("{} AS build", from.joined.trim_end());
    let lines = written.replaced(from.line, &[&named]);
    finding
        .fix("Name this stage, begin a second one with a small base, and copy only the result into it.")
        .diff(written.path(), lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    const NAIVE: &str = "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"npm\", \"start\"]\n";

    #[test]
    fn a_build_in_the_stage_that_ships_is_found_with_its_bytes() {
        let seen =
            Fixture::of(NAIVE).image().layer(1, true).layer_file(1, "usr/bin/gcc", Class::Toolchain, 90_000_000).seen();
        let found = find(&seen).unwrap();
        assert_eq!((found[0].bytes, found[0].evidence[0].line), (90_000_000, Some(4)));
        assert_eq!(find(&Fixture::of(NAIVE).seen()).unwrap().len(), 1, "no image is needed to see it");
    }

    #[test]
    fn two_stages_are_not_one() {
        let text = "FROM node:24 AS build\nCOPY . .\nRUN npm run build\nFROM node:24-slim\nCOPY --from=build /d /d\n";
        assert!(find(&Fixture::of(text).seen()).unwrap().is_empty());
        assert_eq!(find(&Fixture::of(text).target("build").seen()).unwrap().len(), 1, "unless the first one ships");
    }

    #[test]
    fn a_stage_that_builds_nothing_is_none_too_many() {
        for text in [
            "FROM nginx:1\nCOPY dist /usr/share/nginx/html\n",
            "FROM alpine:3\nRUN apk add --no-cache curl\nCOPY run.sh /\nCMD [\"/run.sh\"]\n",
            "FROM python:3.13-slim\nCOPY . .\nRUN pip install -r requirements.txt\n",
        ] {
            assert!(find(&Fixture::of(text).seen()).unwrap().is_empty(), "{text}");
        }
    }

    #[test]
    fn a_build_that_cleans_up_in_its_own_step_leaves_nothing_to_split() {
        let text = "FROM alpine:3\nRUN apk add --virtual .b gcc && make && apk del .b\n";
        let seen = Fixture::of(text).image().layer(1, true).layer_file(1, "bin/busybox", Class::Os, 900_000).seen();
        assert!(find(&seen).unwrap().is_empty());
    }
}
