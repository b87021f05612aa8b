//! `ADD` where `COPY` does.

use super::taken;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;

pub const RULE: Rule = Rule {
    id: "add-for-copy",
    kind: Kind::Rebuild,
    looks_for: "ADD for plain files, where COPY does",
    why: "ADD unpacks archives and downloads addresses. Where a plain file is meant, one with another name or content one day does \
          something else; COPY never does.",
    find,
};

/// Endings of what `ADD` unpacks.
const ARCHIVES: [&str; 8] = [".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".txz", ".tbz2", ".tar.zst"];

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile()?;
    let plain = |sources: &[String]| !sources.is_empty() && sources.iter().all(|source| is_plain(source));
    let adds: Vec<_> = written
        .built()
        .into_iter()
        .map(|(_, one)| one)
        .filter(|one| one.keyword == "ADD" && plain(&taken(one)))
        .collect();
    let Some(first) = adds.first() else { return Ok(Vec::new()) };
    let finding = RULE.finding(if adds.len() == 1 {
        "ADD copies plain files.".to_owned()
    } else {
        format!("ADD copies plain files in {} places.", adds.len())
    });
    let evidence = adds.iter().map(|one| Evidence::of(format!("`{}`", one.joined.trim())).line(one.line));
    let text = first.text.trim_end();
    let text = format!("COPY{}", text.trim_start().get(3..).unwrap_or_default());
    let lines: Vec<&str> = text.lines().collect();
    let finding = finding.risk(Risk::Low).with_all(evidence).fix("Write COPY.");
    Ok(vec![finding.diff(written.path(), written.replaced(first.line, &lines))])
}

fn is_plain(source: &str) -> bool {
    let special = source.contains("://") || source.starts_with("git@") || source.contains('$');
    let lower = source.to_ascii_lowercase();
    !special && !ARCHIVES.iter().any(|ending| lower.ends_with(ending)) && !lower.contains(".tar")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn plain_files_are_found() {
        let found = find(&Fixture::of("FROM a\nADD --chown=1 . /srv\n").seen()).unwrap();
        assert_eq!(found[0].fix.diff.last().unwrap(), "+COPY --chown=1 . /srv");
    }

    #[test]
    fn archives_addresses_and_what_nobody_can_tell_are_not() {
        for add in ["root.tar.xz /", "https://x/y.bin /y", "git@x:y/z.git /z", "$FILE /f", "*.tar.gz /x"] {
            assert!(find(&Fixture::of(&format!("FROM a\nADD {add}\n")).seen()).unwrap().is_empty(), "{add}");
        }
        assert!(find(&Fixture::of("FROM a\nCOPY . /srv\n").seen()).unwrap().is_empty());
    }
}
