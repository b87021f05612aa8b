//! The same file lies in two places.

use std::collections::BTreeMap;

use crate::audit::model::{Evidence, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::model::FileLine;
use crate::units;

pub const RULE: Rule = Rule {
    id: "same-file-twice",
    kind: Kind::Bytes,
    looks_for: "large files that lie in the image twice under different names",
    why: "Layers know no copies: two files with the same bytes are stored and downloaded twice. Often a COPY takes a folder, and \
          another one a part of it.",
    find,
};

/// Smaller files are not looked at; in all, fewer bytes are not worth a change.
const SMALL: u64 = 1_000_000;
const SHOWN: usize = 200;

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let mut by_content: BTreeMap<(u64, u64), Vec<&FileLine>> = BTreeMap::new();
    for file in image.visible().filter(|file| file.bytes >= SMALL) {
        if let Some(print) = file.print {
            by_content.entry((file.bytes, print)).or_default().push(file);
        }
    }
    // What the base has twice, nobody can change here.
    let twice = by_content
        .into_values()
        .filter(|files| files.len() > 1 && files.iter().any(|file| !image.is_of_base(file.layer)));
    let mut twice: Vec<Vec<&FileLine>> = twice.collect();
    twice.sort_by_key(|files| std::cmp::Reverse(files[0].bytes * (files.len() as u64 - 1)));
    let bytes: u64 = twice.iter().map(|files| files[0].bytes * (files.len() as u64 - 1)).sum();
    if bytes == 0 {
        return Ok(Vec::new());
    }
    let evidence = twice.iter().take(SHOWN).map(|files| {
        let last = files[files.len() - 1];
        let evidence = Evidence::of(format!("the same as /{}", files[0].path)).path(format!("/{}", last.path));
        let evidence = evidence.layer(last.layer).bytes(last.bytes);
        match image.line_of(last.layer) {
            Some(line) => evidence.line(line),
            None => evidence,
        }
    });
    let finding = RULE.finding(format!("{} lie in the image twice under different names.", units::bytes(bytes)));
    let fix = "Copy each file once; where two names are needed, make the second one a link in the stage before.";
    Ok(vec![finding.saves_bytes(bytes).with_all(evidence).fix(fix)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::How;
    use crate::audit::seen::fixture::Fixture;
    use drydock_reader::Class;

    fn two(second: u64, of_base: bool) -> Fixture {
        let fixture = Fixture::of("FROM a\nCOPY a /a\nCOPY b /b\n").image().layer(2, of_base).layer(3, of_base);
        fixture.layer_file(1, "a/lib.so", Class::Application, 8_000_000).layer_file(
            2,
            "b/lib.so",
            Class::Application,
            second,
        )
    }

    #[test]
    fn a_copy_is_found_with_the_line_that_made_it() {
        let found = find(&two(8_000_000, false).seen()).unwrap();
        assert_eq!((found[0].bytes, found[0].evidence[0].line), (8_000_000, Some(3)));
    }

    #[test]
    fn others_those_of_the_base_and_those_that_cannot_be_seen_are_not() {
        assert!(find(&two(8_000_001, false).seen()).unwrap().is_empty());
        assert!(find(&two(8_000_000, true).seen()).unwrap().is_empty());
        let hidden = Fixture::of("FROM a\n").image().layer(1, false).layer(1, false);
        let hidden = hidden.hidden(1, "a", 8_000_000, 2, How::Same).layer_file(2, "a", Class::Other, 8_000_000);
        assert!(find(&hidden.seen()).unwrap().is_empty(), "another rule is about these");
    }
}
