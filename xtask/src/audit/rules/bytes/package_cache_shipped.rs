//! What package managers and compilers keep to be faster the next time is in the image.

use drydock_reader::Class;

use super::carried;
use crate::audit::installs::{installs, system_packages};
use crate::audit::model::{Finding, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written};
use crate::audit::shell::calls;
use crate::units;

pub const RULE: Rule = Rule {
    id: "package-cache-shipped",
    kind: Kind::Bytes,
    looks_for: "what package managers keep to be faster the next time, in the image",
    why: "A cache only helps the next build, and the image is not there then. A cache mount keeps it on the builder, where it does help.",
    find,
};

/// Fewer bytes are not worth a change.
const SMALL: u64 = 1_000_000;

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let carried = carried::of(image, &[Class::PackageCache], true);
    if carried.bytes < SMALL {
        return Ok(Vec::new());
    }
    let finding =
        RULE.finding(format!("The image carries {} of package and build caches.", units::bytes(carried.bytes)));
    let finding = finding.saves_bytes(carried.bytes).with_all(carried.evidence(image)).settled_by("single-stage");
    let place = carried.largest().unwrap_or_default();
    let line = finding.evidence.first().and_then(|evidence| evidence.line);
    let finding =
        finding.fix(format!("Mount a cache at {place} in the step that fills it, so that it stays on the builder."));
    Ok(vec![match (seen.dockerfile(), line) {
        (Ok(written), Some(line)) => mounted(finding, written, line),
        _ => finding,
    }])
}

/// The change that gives the `RUN` on a line its cache mount.
fn mounted(finding: Finding, written: &Written, line: usize) -> Finding {
    let Some(run) = written.at(line).filter(|instruction| instruction.keyword == "RUN") else { return finding };
    let apt = calls(run).iter().any(|call| call.program().starts_with("apt") && !system_packages(call).is_empty());
    let tool = calls(run).iter().find_map(installs);
    let mounts: Vec<&str> = match tool {
        Some(tool) => vec![tool.cache()],
        None if apt => vec!["/var/cache/apt,sharing=locked", "/var/lib/apt/lists,sharing=locked"],
        None => return finding,
    };
    let mounts: Vec<String> = mounts.iter().map(|target| format!("--mount=type=cache,target={target}")).collect();
    let first = run.text.lines().next().unwrap_or_default().trim_start();
    let rest = first.get(3..).unwrap_or_default().trim_start();
    let mut lines = vec![format!("RUN {} {rest}", mounts.join(" "))];
    lines.extend(run.text.lines().skip(1).map(str::to_owned));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    finding.diff(written.path(), written.replaced(line, &lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_cache_is_found_with_the_mount_for_it() {
        let text = "FROM node:24\nRUN npm ci\n";
        let seen = Fixture::of(text)
            .image()
            .layer(2, false)
            .layer_file(1, "root/.npm/_cacache/a", Class::PackageCache, 9_000_000)
            .seen();
        let found = find(&seen).unwrap();
        assert_eq!(
            found[0].fix.diff,
            [" FROM node:24", "-RUN npm ci", "+RUN --mount=type=cache,target=/root/.npm npm ci"]
        );
    }

    #[test]
    fn a_cache_of_the_base_and_a_small_one_are_left_alone() {
        let of = |bytes, of_base| {
            Fixture::of("FROM a\n")
                .image()
                .layer(1, of_base)
                .layer_file(1, "var/cache/apt/x", Class::PackageCache, bytes)
                .seen()
        };
        assert!(find(&of(9_000_000, true)).unwrap().is_empty() && find(&of(900, false)).unwrap().is_empty());
    }
}
