//! Packages that only a build or a test needs are in the image.

use drydock_reader::Class;

use super::carried;
use crate::audit::installs::{Tool, installs};
use crate::audit::model::{Evidence, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written, flag};
use crate::audit::shell::{Call, calls};
use crate::dockerfile::Source;
use crate::units;

pub const RULE: Rule = Rule {
    id: "dev-dependencies-shipped",
    kind: Kind::Bytes,
    looks_for: "packages in the image that only a build or a test needs",
    why: "Compilers of languages, test frameworks and linters come with hundreds of packages. None of them runs in production, and \
          each can be the next one with a hole.",
    find,
};

/// Fewer bytes are not worth a change.
const SMALL: u64 = 1_000_000;

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let carried = carried::of(image, &[Class::DevDependencies], true);
    if carried.bytes < SMALL {
        return Ok(Vec::new());
    }
    let says =
        format!("The image carries {} of packages that only a build or a test needs.", units::bytes(carried.bytes));
    let mut finding = RULE.finding(says).saves_bytes(carried.bytes).with_all(carried.evidence(image));
    let installed = seen.dockerfile.as_ref().ok().and_then(installed);
    if let Some((_, call)) = &installed {
        finding = finding.with(Evidence::of(format!("`{}` installs them", call.text())).line(call.line));
    }
    Ok(vec![finding.fix(fix(installed.as_ref(), is_locked(seen))).settled_by("single-stage")])
}

/// Whether npm has a list of what it installed: `npm ci` refuses to work without one.
fn is_locked(seen: &Seen) -> bool {
    let locks = ["package-lock.json", "npm-shrinkwrap.json"];
    seen.context.as_ref().is_ok_and(|context| {
        context.sent().any(|file| locks.contains(&file.path.rsplit('/').next().unwrap_or_default()))
    })
}

fn fix(installed: Option<&(Tool, Call)>, is_locked: bool) -> String {
    let Some((tool, call)) = installed else {
        return "Install without them in a stage of their own, and copy the packages from there.".to_owned();
    };
    let without = match tool {
        // Where no folder is known, the command that was there says that there is one.
        Tool::Npm if is_locked || call.verb() != "install" => "npm ci --omit=dev",
        Tool::Npm => "npm install --omit=dev",
        Tool::Pnpm => "pnpm install --frozen-lockfile --prod",
        Tool::Yarn => "yarn install --frozen-lockfile --production",
        Tool::Poetry => "poetry install --only main",
        Tool::Uv => "uv sync --locked --no-dev",
        _ => return format!("Leave them out of what `{}` installs in the stage that ships.", call.text()),
    };
    format!(
        "Install for production in a stage of its own: `{without}` in place of `{}`, and copy the packages from there.",
        call.text()
    )
}

/// The command that installed what ships: in the stage that ships, or in one that it copies packages from.
fn installed(written: &Written) -> Option<(Tool, Call)> {
    let of = |stage: usize| {
        let runs = written.parsed.stages[stage].instructions.iter().flat_map(calls);
        runs.filter_map(|call| Some((installs(&call)?, call))).next_back()
    };
    of(written.parsed.target).or_else(|| {
        let copies = written
            .shipped()
            .into_iter()
            .filter(|one| flag(one, "from").next().is_some() && one.joined.contains("modules"));
        let mut stages = copies.filter_map(|copy| {
            let take = written.target().takes.iter().find(|take| take.line == copy.line)?;
            if let Source::Stage(stage) = take.from { Some(stage) } else { None }
        });
        stages.find_map(of)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    const COPIED: &str =
        "FROM node:24 AS build\nRUN npm ci\nFROM node:24-slim\nCOPY --from=build /app/node_modules ./node_modules\n";

    #[test]
    fn packages_of_a_build_are_found_with_the_command_that_brought_them() {
        let seen = Fixture::of(COPIED)
            .image()
            .layer(4, false)
            .layer_file(1, "app/node_modules/typescript/x", Class::DevDependencies, 60_000_000)
            .seen();
        let found = find(&seen).unwrap();
        assert!(found[0].fix.says.contains("npm ci --omit=dev"), "{}", found[0].fix.says);
        assert_eq!(found[0].evidence.last().unwrap().line, Some(2));
    }

    #[test]
    fn without_a_lockfile_npm_ci_would_fail() {
        let text = COPIED.replace("npm ci", "npm install");
        let seen = Fixture::of(&text).file("package.json", 9).image().layer(4, false);
        let seen = seen.layer_file(1, "app/node_modules/typescript/x", Class::DevDependencies, 60_000_000);
        assert!(find(&seen.seen()).unwrap()[0].fix.says.contains("npm install --omit=dev"));
    }

    #[test]
    fn packages_that_run_are_not() {
        let seen = Fixture::of(COPIED)
            .image()
            .layer(4, false)
            .layer_file(1, "app/node_modules/fastify/x", Class::Dependencies, 60_000_000)
            .seen();
        assert!(find(&seen).unwrap().is_empty());
    }
}
