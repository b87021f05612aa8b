//! The history of the sources is in the image.

use drydock_reader::Class;

use super::carried;
use crate::audit::measure::brings;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, flag, operands};
use crate::units;

pub const RULE: Rule = Rule {
    id: "version-control-shipped",
    kind: Kind::Bytes,
    looks_for: "the history of the sources in the image",
    why: "`.git` holds every version of every file, also what was deleted since because it should never have been there. Whoever \
          pulls the image has all of it.",
    find,
};

fn find(seen: &Seen) -> Found {
    let copied = copied(seen);
    let Ok(image) = seen.image() else {
        let unknown = seen.image().err();
        let Some(evidence) = copied else { return unknown.map_or(Ok(Vec::new()), Err) };
        let finding = RULE.finding("The image gets `.git`, the whole history of the sources.").risk(Risk::Medium);
        return Ok(vec![finding.with(evidence).fix(FIX).diff(".dockerignore", vec!["+.git".to_owned()])]);
    };
    let is_history = |path: &str| path.split('/').any(|part| [".git", ".hg", ".svn"].contains(&part));
    let own = image.inspection.files.iter().filter(|file| is_history(&file.path) && !image.is_of_base(file.layer));
    let (count, bytes) = own.fold((0, 0), |(count, bytes), file| (count + 1, bytes + file.bytes));
    // A single file of that name is the mark of a submodule.
    if count < 2 {
        return Ok(Vec::new());
    }
    let finding = RULE.finding(format!("The image carries the history of the sources, {}.", units::bytes(bytes)));
    let carried = carried::of(image, &[Class::Vcs], true);
    let finding = finding.saves_bytes(bytes).risk(Risk::Medium).with_all(carried.evidence(image)).with_all(copied);
    Ok(vec![finding.fix(FIX).diff(".dockerignore", vec!["+.git".to_owned()])])
}

const FIX: &str = "Name `.git` in .dockerignore, so that no build sees it.";

/// The instruction of the stage that ships which copies the history.
fn copied(seen: &Seen) -> Option<Evidence> {
    let (written, context) = (seen.dockerfile().ok()?, seen.context().ok()?);
    let file = context.sent().find(|file| file.path == ".git/HEAD" || file.path == ".git/config")?;
    let copy = written.shipped().into_iter().find(|one| {
        let words = operands(one);
        let copies =
            matches!(one.keyword.as_str(), "COPY" | "ADD") && flag(one, "from").next().is_none() && words.len() > 1;
        copies && words[..words.len() - 1].iter().any(|source| brings(source, &file.path))
    })?;
    Some(Evidence::of("copies `.git` with everything else").line(copy.line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_history_that_is_copied_is_found() {
        let found = find(&Fixture::of("FROM a\nCOPY . .\n").file(".git/HEAD", 20).seen()).unwrap();
        assert_eq!(found[0].evidence[0].line, Some(2));
    }

    #[test]
    fn one_that_is_left_out_or_only_a_builder_sees_is_not() {
        let out = Fixture::of("FROM a\nCOPY . .\n").ignored(".git/HEAD", 20).image().seen();
        assert!(find(&out).unwrap().is_empty());
        let builder =
            Fixture::of("FROM a AS b\nCOPY . .\nFROM a\nCOPY --from=b /x /x\n").file(".git/HEAD", 20).image().seen();
        assert!(find(&builder).unwrap().is_empty());
        let ignores = Fixture::of("FROM a\nCOPY . .\n")
            .image()
            .layer(2, false)
            .layer_file(1, "app/.gitignore", Class::Vcs, 90)
            .seen();
        assert!(find(&ignores).unwrap().is_empty(), "a list of ignored files is no history");
    }
}
