//! A later step deletes what an earlier one brought: the bytes are still shipped.

use std::collections::BTreeMap;

use crate::audit::model::{Evidence, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{How, Image, Seen};
use crate::units;

pub const RULE: Rule = Rule {
    id: "deleted-later",
    kind: Kind::Bytes,
    looks_for: "files that a later step deletes, and that are shipped all the same",
    why: "Each step is a layer, and a layer keeps what a later one deletes. The files cannot be seen in the container, and every \
          machine downloads them, readable to whoever unpacks the layer.",
    find,
};

/// Fewer bytes are not worth a change.
const SMALL: u64 = 1_000_000;

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let deleted = image.hidden.iter().filter(|hidden| hidden.how == How::Deleted);
    let mut pairs: BTreeMap<(usize, usize), (u64, String)> = BTreeMap::new();
    for hidden in deleted {
        let entry = pairs.entry((hidden.file.layer, hidden.by)).or_insert((0, hidden.file.path.clone()));
        entry.0 += hidden.file.bytes;
    }
    let mut found: Vec<_> = pairs.into_iter().filter(|(_, (bytes, _))| *bytes >= SMALL).collect();
    found.sort_by_key(|(_, (bytes, _))| std::cmp::Reverse(*bytes));
    let bytes: u64 = found.iter().map(|(_, (bytes, _))| bytes).sum();
    if bytes == 0 {
        return Ok(Vec::new());
    }
    let says = format!("A later step deletes {} that the image ships all the same.", units::bytes(bytes));
    let evidence = found.iter().map(|((layer, by), (bytes, path))| evidence(image, (*layer, *by), *bytes, path));
    let finding = RULE.finding(says).saves_bytes(bytes).with_all(evidence);
    let all_of_base = found.iter().all(|((layer, _), _)| image.is_of_base(*layer));
    let fix = if all_of_base {
        "The base brought them, and no step can take them out again: choose a smaller base."
    } else {
        "Delete files in the step that makes them, in the same RUN; better, make them in an earlier stage and copy only the result."
    };
    Ok(vec![finding.fix(fix).settled_by("single-stage")])
}

fn evidence(image: &Image, (layer, by): (usize, usize), bytes: u64, path: &str) -> Evidence {
    let deletes = image.line_of(by).map_or_else(|| format!("layer {by}"), |line| format!("line {line}"));
    let evidence = Evidence::of(format!("deleted in {deletes}")).path(format!("/{path}")).layer(layer).bytes(bytes);
    match image.line_of(layer) {
        Some(line) => evidence.line(line),
        None => evidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn with(how: How, bytes: u64) -> Seen {
        Fixture::of("FROM a\nRUN x\nRUN y\n")
            .image()
            .layer(2, false)
            .layer(3, false)
            .hidden(1, "opt/big", bytes, 2, how)
            .seen()
    }

    #[test]
    fn what_a_later_layer_deletes_is_found_with_both_lines() {
        let found = find(&with(How::Deleted, 9_000_000)).unwrap();
        let evidence = &found[0].evidence[0];
        assert_eq!((found[0].bytes, evidence.line, evidence.says.as_str()), (9_000_000, Some(2), "deleted in line 3"));
    }

    #[test]
    fn what_is_replaced_and_a_few_bytes_are_not() {
        assert!(find(&with(How::Replaced, 9_000_000)).unwrap().is_empty());
        assert!(find(&with(How::Deleted, 9_000)).unwrap().is_empty());
    }
}
