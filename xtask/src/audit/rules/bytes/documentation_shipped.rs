//! Documentation is in the image.

use drydock_reader::Class;

use super::carried;
use crate::audit::model::Kind;
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::units;

pub const RULE: Rule = Rule {
    id: "documentation-shipped",
    kind: Kind::Bytes,
    looks_for: "manuals and other documentation in the image",
    why: "Nobody reads a manual in a container. Packages bring it along, and every machine downloads it.",
    find,
};

/// Fewer bytes are not worth a change.
const SMALL: u64 = 2_000_000;

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let carried = carried::of(image, &[Class::Docs], true);
    if carried.bytes < SMALL {
        return Ok(Vec::new());
    }
    let says = format!("The image carries {} of documentation.", units::bytes(carried.bytes));
    let place = carried.largest().unwrap_or_default();
    let fix = format!(
        "Install packages in an earlier stage and copy only what the service needs out of it; most documentation lies in {place}."
    );
    let finding = RULE.finding(says).saves_bytes(carried.bytes).with_all(carried.evidence(image));
    Ok(vec![finding.fix(fix).settled_by("single-stage")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn with(class: Class, bytes: u64, of_base: bool) -> Seen {
        Fixture::of("FROM a\nCOPY . /app\n").image().layer(2, of_base).layer_file(1, "app/x/y", class, bytes).seen()
    }

    #[test]
    fn what_is_carried_is_found_with_its_line() {
        let found = find(&with(Class::Docs, 40_000_000, false)).unwrap();
        assert_eq!((found[0].bytes, found[0].evidence[0].line), (40_000_000, Some(2)));
    }

    #[test]
    fn little_of_it_and_what_the_base_brings_are_left_alone() {
        assert!(find(&with(Class::Docs, SMALL - 1, false)).unwrap().is_empty());
        assert!(find(&with(Class::Docs, 40_000_000, true)).unwrap().is_empty());
        assert!(find(&with(Class::Application, 40_000_000, false)).unwrap().is_empty());
    }
}
