//! An installer of a language's packages is in the image, and nothing there uses it.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Image, Seen};
use crate::units;

pub const RULE: Rule = Rule {
    id: "package-manager-shipped",
    kind: Kind::Bytes,
    looks_for: "an installer of a language's packages in the image, such as npm or pip",
    why: "A container installs nothing. The installer is bytes to download, has packages of its own for scanners to report, and \
          fetches whatever an intruder wants.",
    find,
};

/// Installers, and the folders that hold them.
const KNOWN: [(&str, &[&str]); 7] = [
    ("npm", &["usr/local/lib/node_modules/npm/", "usr/lib/node_modules/npm/", "usr/share/nodejs/npm/"]),
    ("corepack", &["usr/local/lib/node_modules/corepack/", "usr/lib/node_modules/corepack/"]),
    ("yarn", &["opt/yarn"]),
    ("pip", &["site-packages/pip/", "dist-packages/pip/"]),
    ("maven", &["usr/share/maven/"]),
    ("gradle", &["opt/gradle/"]),
    ("cargo", &["usr/local/cargo/bin/", "usr/local/rustup/"]),
];
/// Fewer bytes are not worth another base.
const SMALL: u64 = 5_000_000;

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let found: Vec<(&str, u64)> =
        KNOWN.iter().map(|(name, folders)| (*name, bytes_in(image, folders))).filter(|(_, bytes)| *bytes > 0).collect();
    let bytes: u64 = found.iter().map(|(_, bytes)| bytes).sum();
    if bytes < SMALL || starts_with_one(image) {
        return Ok(Vec::new());
    }
    let names = crate::names::list(found.iter().map(|(name, _)| *name));
    let finding = RULE.finding(format!("The image carries {names}: {} that nothing in it uses.", units::bytes(bytes)));
    let mut finding = finding.saves_bytes(bytes).risk(Risk::Low);
    // The slim images that a second stage of Node or Python stands on bring npm and pip themselves.
    if !found.iter().any(|(name, _)| ["npm", "corepack", "yarn", "pip"].contains(name)) {
        finding = finding.settled_by("single-stage");
    }
    let evidence = found.iter().map(|(name, bytes)| Evidence::of(*name).bytes(*bytes));
    let base = seen.dockerfile.as_ref().ok().and_then(|written| written.base()).map(crate::names::printable);
    let fix = match base {
        Some(base) => format!(
            "End with a base that holds only what runs, such as a distroless one, in place of `{base}`. Removing it in a later step saves no byte."
        ),
        None => "End with a base that holds only what runs, such as a distroless one.".to_owned(),
    };
    Ok(vec![finding.with_all(evidence).fix(fix)])
}

fn bytes_in(image: &Image, folders: &[&str]) -> u64 {
    let is_in = |path: &str| {
        folders
            .iter()
            .any(|folder| path.starts_with(folder) || (folder.contains("-packages/") && path.contains(folder)))
    };
    image.inspection.files.iter().filter(|file| is_in(&file.path)).map(|file| file.bytes).sum()
}

/// An image that starts an installer needs it, wise or not: another rule is about that.
fn starts_with_one(image: &Image) -> bool {
    let line = image.start().join(" ");
    ["npm", "npx", "yarn", "pnpm", "pip", "mvn", "gradle", "cargo"]
        .iter()
        .any(|name| line.split([' ', '/', '"']).any(|word| word == *name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;
    use drydock_reader::Class;

    fn with(path: &str, bytes: u64, cmd: &[&str]) -> Seen {
        Fixture::of("FROM node:24-slim\n")
            .image()
            .layer(1, true)
            .layer_file(1, path, Class::Toolchain, bytes)
            .starts(&[], cmd)
            .seen()
    }

    #[test]
    fn an_installer_that_nothing_uses_is_found() {
        let seen = with("usr/local/lib/node_modules/npm/x", 14_000_000, &["node", "x.js"]);
        assert_eq!(find(&seen).unwrap()[0].bytes, 14_000_000);
        assert_eq!(find(&seen).unwrap()[0].settled_by, None, "the slim image has npm, too");
        let maven = with("usr/share/maven/x", 14_000_000, &["java", "-jar", "x.jar"]);
        assert_eq!(find(&maven).unwrap()[0].settled_by.as_deref(), Some("single-stage"));
    }

    #[test]
    fn one_that_the_image_starts_and_another_distributions_are_not() {
        assert!(find(&with("usr/local/lib/node_modules/npm/x", 14_000_000, &["npm", "start"])).unwrap().is_empty());
        assert!(find(&with("usr/bin/apt-get", 14_000_000, &["node"])).unwrap().is_empty());
        assert!(find(&with("app/node_modules/npmlog/x", 14_000_000, &["node"])).unwrap().is_empty());
    }
}
