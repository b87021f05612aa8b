//! Tests and their data are in the image.

use drydock_reader::Class;

use super::carried;
use crate::audit::model::{Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::units;

pub const RULE: Rule = Rule {
    id: "tests-shipped",
    kind: Kind::Bytes,
    looks_for: "tests and their data in the image",
    why: "Nothing in production runs them. They are downloaded with every deploy, and test data often holds what nobody meant to publish.",
    find,
};

/// Fewer bytes of tests that packages brought are not worth a change. One's own are told of in any case: they are there by mistake.
const SMALL: u64 = 500_000;

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let carried = carried::of(image, &[Class::Tests], true);
    let of_packages = |path: &str| {
        ["node_modules/", "-packages/", "go/pkg/", "vendor/", "cargo/registry/"].iter().any(|part| path.contains(part))
    };
    // What a command made is a package's or a tool's; what a COPY brought is the project's own.
    let is_copied = |layer: usize| {
        let written = seen.dockerfile().ok();
        let instruction = written.and_then(|written| written.at(image.line_of(layer)?));
        instruction.is_some_and(|one| matches!(one.keyword.as_str(), "COPY" | "ADD"))
    };
    let own = image.inspection.files.iter().find(|file| {
        file.class == Class::Tests && !image.is_of_base(file.layer) && is_copied(file.layer) && !of_packages(&file.path)
    });
    if carried.bytes < SMALL && own.is_none() {
        return Ok(Vec::new());
    }
    let says = format!("The image carries {} of tests.", units::bytes(carried.bytes));
    let place = match own {
        Some(own) if carried.bytes < SMALL => format!("/{}", own.path),
        _ => carried.largest().unwrap_or_default(),
    };
    let fix = format!(
        "Name the tests in .dockerignore, or copy only what the service needs into the last stage; most of them lie in {place}."
    );
    let finding = RULE.finding(says).saves_bytes(carried.bytes).with_all(carried.evidence(image));
    // A second stage copies the project's own folder whole, where nothing is compiled.
    let finding = if own.is_some() { finding.risk(Risk::Low) } else { finding.settled_by("single-stage") };
    Ok(vec![finding.fix(fix)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn at(path: &str, class: Class, bytes: u64, of_base: bool) -> Seen {
        Fixture::of("FROM a\nCOPY . /app\n").image().layer(2, of_base).layer_file(1, path, class, bytes).seen()
    }

    fn with(class: Class, bytes: u64, of_base: bool) -> Seen {
        at("app/node_modules/x/test/y", class, bytes, of_base)
    }

    #[test]
    fn what_is_carried_is_found_with_its_line() {
        let found = find(&with(Class::Tests, 40_000_000, false)).unwrap();
        assert_eq!((found[0].bytes, found[0].evidence[0].line), (40_000_000, Some(2)));
    }

    #[test]
    fn little_of_it_and_what_the_base_brings_are_left_alone() {
        assert!(find(&with(Class::Tests, SMALL - 1, false)).unwrap().is_empty());
        assert!(find(&with(Class::Tests, 40_000_000, true)).unwrap().is_empty());
        assert!(find(&with(Class::Application, 40_000_000, false)).unwrap().is_empty());
    }

    #[test]
    fn ones_own_tests_are_found_however_small() {
        let found = find(&at("app/tests/test_app.py", Class::Tests, 300, false)).unwrap();
        assert_eq!((found[0].risk, found[0].settled_by.as_deref()), (Risk::Low, None));
        assert!(found[0].fix.says.contains("/app/tests/test_app.py"));
        assert!(find(&at("usr/lib/python3/test/x.py", Class::Tests, 300, true)).unwrap().is_empty());
    }
}
