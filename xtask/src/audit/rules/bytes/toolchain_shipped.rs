//! Compilers and what belongs to them are in the image.

use drydock_reader::Class;

use super::carried;
use crate::audit::installs::{is_compiler, system_packages};
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::shell::{Call, calls};
use crate::units;

pub const RULE: Rule = Rule {
    id: "toolchain-shipped",
    kind: Kind::Bytes,
    looks_for: "compilers and build tools in the image",
    why: "A service that runs compiles nothing. Compilers are large, scanners report their packages, and they are what an intruder \
          would otherwise have to bring along.",
    find,
};

/// Fewer bytes are no compiler.
const SMALL: u64 = 20_000_000;

fn find(seen: &Seen) -> Found {
    let installed = seen.dockerfile.as_ref().ok().and_then(installed);
    let image = match seen.image() {
        Ok(image) => image,
        Err(unknown) => {
            // Who installs a compiler into the stage that ships, ships it: no image is needed to know.
            let (call, packages) = installed.ok_or(unknown)?;
            let names = crate::names::list(packages.iter().map(String::as_str));
            let finding = RULE.finding(format!("The stage that ships installs {names}.")).risk(Risk::Low);
            let finding = finding.with(Evidence::of(format!("`{}`", call.text())).line(call.line));
            return Ok(vec![finding.fix(FIX).settled_by("single-stage")]);
        }
    };
    let carried = carried::of(image, &[Class::Toolchain], false);
    let compilers = image.inspection.surface.different.compilers;
    if carried.bytes < SMALL || compilers == 0 {
        return Ok(Vec::new());
    }
    let says = format!("The image carries {} of compilers and build tools.", units::bytes(carried.bytes));
    let finding = RULE.finding(says).saves_bytes(carried.bytes).risk(Risk::Low).with_all(carried.evidence(image));
    let of_base = carried::of(image, &[Class::Toolchain], true).bytes * 2 < carried.bytes;
    let by = if seen.dockerfile.as_ref().is_ok_and(is_single) { "single-stage" } else { "base-larger-than-needed" };
    let fix = match seen.dockerfile.as_ref().ok().and_then(Written::base).filter(|_| of_base) {
        Some(base) => {
            format!("They come with `{}`: end with a stage on a base without them.", crate::names::printable(base))
        }
        None => FIX.to_owned(),
    };
    Ok(vec![finding.fix(fix).settled_by(by)])
}

const FIX: &str = "Compile in an earlier stage, and copy only the result into the one that ships.";

fn is_single(written: &Written) -> bool {
    !written.has_stages()
}

/// The first command of the stage that ships which installs compilers and leaves them there.
fn installed(written: &Written) -> Option<(Call, Vec<String>)> {
    written.shipped().into_iter().find_map(|instruction| {
        let calls = calls(instruction);
        let removes = |call: &Call| call.has(&["purge", "remove", "autoremove", "del"]);
        if calls.iter().any(removes) {
            return None;
        }
        calls.into_iter().find_map(|call| {
            let packages: Vec<String> =
                system_packages(&call).into_iter().filter(|name| is_compiler(name)).map(str::to_owned).collect();
            (!packages.is_empty()).then_some((call, packages))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_compiler_in_the_image_is_found() {
        let seen = Fixture::of("FROM node:24\nCOPY . .\n")
            .image()
            .layer(1, true)
            .layer_file(1, "usr/lib/gcc/cc1", Class::Toolchain, 90_000_000)
            .surface(|surface| surface.different.compilers = 3)
            .seen();
        assert_eq!(find(&seen).unwrap()[0].bytes, 90_000_000);
    }

    #[test]
    fn who_installs_a_compiler_ships_it() {
        let text = "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y gcc libpq-dev\n";
        assert_eq!(find(&Fixture::of(text).seen()).unwrap()[0].evidence[0].line, Some(2));
    }

    #[test]
    fn a_compiler_that_is_removed_in_the_same_step_or_stays_in_another_stage_is_not_shipped() {
        for text in [
            "FROM a\nRUN apt-get install -y gcc && make && apt-get purge -y gcc\n",
            "FROM a AS build\nRUN apt-get install -y gcc\nFROM b\nCOPY --from=build /x /x\n",
            "FROM a\nRUN apt-get install -y curl\n",
        ] {
            assert!(find(&Fixture::of(text).seen()).is_err(), "without an image nobody knows: {text}");
        }
        let slim = Fixture::of("FROM a\n")
            .image()
            .layer(1, true)
            .layer_file(1, "usr/bin/perl", Class::Toolchain, 900_000)
            .seen();
        assert!(find(&slim).unwrap().is_empty());
    }
}
