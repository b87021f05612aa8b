//! Sources are in the image beside what was made of them.

use drydock_reader::Class;

use super::carried;
use crate::audit::builds::{self, Family};
use crate::audit::model::Kind;
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::units;

pub const RULE: Rule = Rule {
    id: "sources-shipped",
    kind: Kind::Bytes,
    looks_for: "sources in the image beside what was compiled from them",
    why: "Whoever can pull the image can read them. The program does not need them once it is compiled.",
    find,
};

/// Fewer bytes are a manifest or two, which many programs read as they start.
const SMALL: u64 = 100_000;

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let written = seen.dockerfile()?;
    // Of a language that is not compiled, sources are the program.
    let built = written.built().into_iter().flat_map(|(_, instruction)| crate::audit::shell::calls(instruction));
    let compiled = built.filter_map(|call| builds::builds(&call)).any(|family| family != Family::Native);
    let carried = carried::of(image, &[Class::Source], true);
    let of_packages =
        |path: &str| path.contains("node_modules/") || path.contains("-packages/") || path.contains("go/pkg/");
    let own = image.inspection.files.iter().filter(|file| file.class == Class::Source && !image.is_of_base(file.layer));
    let own: u64 = own.filter(|file| !of_packages(&file.path)).map(|file| file.bytes).sum();
    if !compiled || own < SMALL {
        return Ok(Vec::new());
    }
    let finding =
        RULE.finding(format!("The image carries {} of sources beside what was built from them.", units::bytes(own)));
    let place = carried.largest().unwrap_or_default();
    let fix = format!("Copy only what the build made into the last stage; sources lie in {place}.");
    Ok(vec![finding.saves_bytes(own).with_all(carried.evidence(image)).fix(fix).settled_by("single-stage")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn with(build: &str, path: &str) -> Seen {
        let text = format!("FROM a\nCOPY . .\nRUN {build}\n");
        Fixture::of(&text).image().layer(2, false).layer_file(1, path, Class::Source, 400_000).seen()
    }

    #[test]
    fn sources_beside_a_program_are_found() {
        assert_eq!(find(&with("go build -o /x .", "src/main.go")).unwrap()[0].bytes, 400_000);
    }

    #[test]
    fn sources_that_are_the_program_and_those_of_packages_are_not() {
        assert!(find(&with("pip install -r requirements.txt", "app/main.py")).unwrap().is_empty());
        assert!(find(&with("npm run build", "app/node_modules/x/index.d.ts")).unwrap().is_empty());
    }
}
