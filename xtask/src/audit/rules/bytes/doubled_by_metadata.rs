//! A step that only changes owners, permissions or places stores the files a second time.

use std::collections::BTreeMap;

use crate::audit::model::{Evidence, Kind};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{How, Seen, Written};
use crate::audit::shell::calls;
use crate::units;

pub const RULE: Rule = Rule {
    id: "doubled-by-metadata",
    kind: Kind::Bytes,
    looks_for: "files that are stored twice, since a step changed only their owner, permissions or place",
    why: "A layer cannot change a file, it can only hold another one. `chown -R`, `chmod -R` and `mv` in a step of their own store \
          every byte again.",
    find,
};

/// Fewer bytes are not worth a change.
const SMALL: u64 = 1_000_000;

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let mut by: BTreeMap<usize, (u64, String)> = BTreeMap::new();
    for hidden in image.hidden.iter().filter(|hidden| matches!(hidden.how, How::Same | How::Moved)) {
        by.entry(hidden.by).or_insert((0, hidden.file.path.clone())).0 += hidden.file.bytes;
    }
    let mut found: Vec<_> = by.into_iter().filter(|(_, (bytes, _))| *bytes >= SMALL).collect();
    found.sort_by_key(|(_, (bytes, _))| std::cmp::Reverse(*bytes));
    let bytes: u64 = found.iter().map(|(_, (bytes, _))| bytes).sum();
    if bytes == 0 {
        return Ok(Vec::new());
    }
    let evidence = found.iter().map(|(layer, (bytes, path))| {
        let evidence = Evidence::of("stored again").path(format!("/{path}")).layer(*layer).bytes(*bytes);
        match image.line_of(*layer) {
            Some(line) => evidence.line(line),
            None => evidence,
        }
    });
    let line = found.first().and_then(|(layer, _)| image.line_of(*layer));
    let fix = seen.dockerfile.as_ref().ok().zip(line).and_then(|(written, line)| fix(written, line));
    let fix = fix.unwrap_or_else(|| "Give files their owner and mode where they come in: `COPY --chown=… --chmod=…`, or in the RUN that makes them.".to_owned());
    let finding = RULE.finding(format!(
        "{} are stored twice, since a step changed only what they are called or whose they are.",
        units::bytes(bytes)
    ));
    Ok(vec![finding.saves_bytes(bytes).with_all(evidence).fix(fix)])
}

/// What to write in place of the `chown`, `chmod` or `mv` on a line.
fn fix(written: &Written, line: usize) -> Option<String> {
    let run = written.at(line)?;
    let call = calls(run).into_iter().find(|call| ["chown", "chmod", "mv"].contains(&call.program()))?;
    let value = call.arguments().iter().find(|word| !word.starts_with('-'))?;
    Some(match call.program() {
        "chown" => format!("Write `COPY --chown={value}` where the files come in, and drop `{}`.", call.text()),
        "chmod" => format!("Write `COPY --chmod={value}` where the files come in, and drop `{}`.", call.text()),
        _ => format!("Copy the files to where they belong at once, and drop `{}`.", call.text()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn with(run: &str, how: How) -> Seen {
        let text = format!("FROM a\nCOPY . /app\nRUN {run}\n");
        Fixture::of(&text).image().layer(2, false).layer(3, false).hidden(1, "app/lib", 30_000_000, 2, how).seen()
    }

    #[test]
    fn an_owner_that_is_changed_later_is_found_with_what_to_write() {
        let found = find(&with("chown -R node:node /app", How::Same)).unwrap();
        assert_eq!((found[0].bytes, found[0].evidence[0].line), (30_000_000, Some(3)));
        assert!(found[0].fix.says.starts_with("Write `COPY --chown=node:node`"), "{}", found[0].fix.says);
        assert_eq!(find(&with("mv /app /srv", How::Moved)).unwrap().len(), 1);
    }

    #[test]
    fn a_file_with_another_content_is_not() {
        assert!(find(&with("sed -i s/a/b/ /app/lib", How::Replaced)).unwrap().is_empty());
    }
}
