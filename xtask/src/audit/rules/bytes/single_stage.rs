//! The stage that builds is the stage that ships.

use drydock_reader::Class;

use crate::audit::base::Base;
use crate::audit::builds::{self, Family};
use crate::audit::installs::{Tool, installs, is_compiler, system_packages};
use crate::audit::model::{Evidence, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::shell::{Call, calls};
use crate::audit::split;
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
/// Fewer bytes are not worth a second stage.
const SMALL: u64 = 5_000_000;

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let Some((family, call, says)) = built(written) else { return Ok(Vec::new()) };
    let carried = seen.image.as_ref().ok().map(|image| of_builds(&image.inspection));
    let sentence = match carried {
        // The build left nothing behind: an image without tools can be built with what was mounted or deleted in the same step.
        Some(bytes) if bytes < SMALL => return Ok(Vec::new()),
        Some(bytes) => format!(
            "The image is built and shipped in one stage: it carries {} that only the build needs.",
            units::bytes(bytes)
        ),
        None => "The image is built and shipped in one stage, with the tools of its build.".to_owned(),
    };
    let finding = RULE.finding(sentence).saves_bytes(carried.unwrap_or_default());
    let finding = finding.with(Evidence::of(says).line(call.line));
    let says = "Name this stage, begin a second one on a small base, and copy only the result into it.";
    Ok(vec![match split::split(written, seen.context.as_ref().ok(), family) {
        Some(split) => {
            let says = std::iter::once(says).chain(split.also.iter().map(String::as_str)).collect::<Vec<_>>();
            finding.fix(says.join(" ")).diff(written.path(), split.lines)
        }
        None => finding.fix(says),
    }])
}

fn of_builds(inspection: &Inspection) -> u64 {
    OF_BUILDS.into_iter().map(|class| inspection.bytes_of(class)).sum()
}

/// What shows that the stage that ships also builds: the language, the command, and how to say it.
fn built(written: &Written) -> Option<(Family, Call, String)> {
    let calls: Vec<Call> = written.shipped().into_iter().flat_map(calls).collect();
    if let Some((family, call)) = builds::shipped(written).into_iter().next() {
        // What compiles and cleans up in one step, or a library that a package compiles, leaves no stage to split off.
        let says = format!("`{}` builds in the stage that ships", call.text());
        return Some((family, call, says));
    }
    let removes = |call: &&Call| call.has(&["purge", "autoremove", "del"]);
    let compiler = calls.iter().find(|call| system_packages(call).into_iter().any(is_compiler));
    let installed = calls.iter().find_map(|call| Some((installs(call)?, call)));
    let family = installed.and_then(|(tool, _)| family(tool));
    if let (Some(call), None) = (compiler, calls.iter().find(removes)) {
        let says = "installs a compiler in the stage that ships".to_owned();
        return Some((family.unwrap_or(Family::Native), call.clone(), says));
    }
    let packages = calls.iter().find(|call| is_named_install(call));
    let (family, call) = match (installed, packages) {
        (Some((_, call)), _) => (family?, call),
        (None, Some(call)) => (if call.program().starts_with("pip") { Family::Python } else { Family::Node }, call),
        (None, None) => return None,
    };
    let installers = ["npm", "python3-pip", "pipx", "py3-pip", "yarnpkg"];
    let installed = calls.iter().any(|call| system_packages(call).into_iter().any(|name| installers.contains(&name)));
    let ships_installer = installed || ["uv", "poetry", "pipenv"].contains(&call.program());
    let base = written.base().map(Base::of);
    let is_full = base.is_some_and(|base| is_full(&base));
    (is_full || ships_installer).then(|| {
        let says = format!("`{}` runs in the stage that ships, with everything it needs", call.text());
        (family, call.clone(), says)
    })
}

/// Whether it installs packages by their names, for the whole image.
fn is_named_install(call: &Call) -> bool {
    match call.program() {
        "pip" | "pip3" => call.verb() == "install",
        "npm" => ["install", "i", "ci"].contains(&call.verb()),
        _ => false,
    }
}

/// Whether a base is the full form of a language's image, with compilers.
fn is_full(base: &Base) -> bool {
    let full = base.language().is_some() && base.distroless().is_none();
    let alpine = base.reference.tag.as_deref().is_some_and(|tag| tag.contains("alpine"));
    full && !base.has_word("slim") && !alpine
}

fn family(tool: Tool) -> Option<Family> {
    match tool {
        Tool::Npm | Tool::Yarn | Tool::Pnpm => Some(Family::Node),
        Tool::Pip | Tool::Poetry | Tool::Uv => Some(Family::Python),
        Tool::Go => Some(Family::Go),
        Tool::Cargo => Some(Family::Rust),
        Tool::Maven | Tool::Gradle => Some(Family::Jvm),
        Tool::DotNet => Some(Family::DotNet),
        // What these ship with is another server's business.
        Tool::Composer | Tool::Bundler => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    const NAIVE: &str = "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"npm\", \"start\"]\n";

    #[test]
    fn a_build_in_the_stage_that_ships_is_found_with_its_bytes() {
        let seen = Fixture::of(NAIVE).image().layer(1, true).layer_file(1, "usr/bin/gcc", Class::Toolchain, 90_000_000);
        let found = find(&seen.seen()).unwrap();
        assert_eq!((found[0].bytes, found[0].evidence[0].line), (90_000_000, Some(4)));
        assert_eq!(find(&Fixture::of(NAIVE).seen()).unwrap().len(), 1, "no image is needed to see it");
    }

    #[test]
    fn packages_on_a_full_base_a_compiler_and_an_installer_are_found() {
        for text in [
            "FROM python:3.13\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
            "FROM python:latest\nRUN pip install pandas\n",
            "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y gcc\nRUN pip install -r r.txt\n",
            "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\nRUN uv sync\n",
        ] {
            assert_eq!(find(&Fixture::of(text).seen()).unwrap().len(), 1, "{text}");
        }
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
            "FROM node:24-slim\nCOPY . .\nRUN npm ci --omit=dev\n",
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
