//! Files of the service lie in the root folder, because no WORKDIR says otherwise.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, operands};

pub const RULE: Rule = Rule {
    id: "no-folder",
    kind: Kind::Runtime,
    looks_for: "a COPY to a relative path without a WORKDIR above it, so that files land in /",
    why: "In / the files of the service lie among those of the system. A file named `bin` or `etc` meets a folder of that name, and a base \
          with a folder of its own moves everything elsewhere.",
    find,
};

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let config = &seen.image()?.config;
    // The base may have a folder, and the image inherits it.
    if !matches!(config.working_dir.as_str(), "" | "/") {
        return Ok(Vec::new());
    }
    let shipped = written.shipped();
    let above = shipped.iter().take_while(|one| one.keyword != "WORKDIR");
    let copies = above.filter(|one| matches!(one.keyword.as_str(), "COPY" | "ADD"));
    let relative = copies.filter_map(|one| {
        let to = operands(one).pop()?;
        let plain = !to.starts_with('/') && !to.starts_with('$');
        plain.then_some((one.line, to))
    });
    let found: Vec<(usize, String)> = relative.collect();
    let Some((line, _)) = found.first() else { return Ok(Vec::new()) };
    let evidence = found.iter().map(|(line, to)| Evidence::of(format!("`{to}` is a folder of /")).line(*line));
    let finding = RULE.finding("Files of the service are copied into the root folder.").risk(Risk::Low);
    let finding = finding.with_all(evidence).fix("Name a folder for the service before the first file is copied.");
    Ok(vec![finding.diff(written.path(), written.inserted_before(*line, &["WORKDIR /app"]))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn found(file: &str, folder: &str) -> usize {
        let seen = Fixture::of(file).image().with_image(|image| image.config.working_dir = folder.to_owned());
        find(&seen.seen()).unwrap().len()
    }

    #[test]
    fn files_that_land_in_the_root_folder_are_found() {
        assert_eq!(found("FROM a\nCOPY . .\n", ""), 1);
        assert_eq!(found("FROM a\nCOPY x.py ./\nWORKDIR /\n", "/"), 1);
    }

    #[test]
    fn a_folder_of_the_file_of_the_base_or_of_the_path_is_fine() {
        assert_eq!(found("FROM a\nWORKDIR /app\nCOPY . .\n", "/app"), 0);
        assert_eq!(found("FROM a\nCOPY . .\n", "/go"), 0);
        assert_eq!(found("FROM scratch\nCOPY server /server\n", ""), 0);
        assert_eq!(found("FROM a\nARG DIR=/srv\nCOPY . $DIR\n", ""), 0);
        assert!(find(&Fixture::of("FROM a\nCOPY . .\n").seen()).is_err(), "the base may have a folder");
    }
}
