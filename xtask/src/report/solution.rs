//! A right answer beside the learner's: what differs in the files, and what differs in what they come to.

use std::collections::{BTreeMap, BTreeSet};

use console::Term;
use similar::TextDiff;

use super::Style;
use super::lines::{diff_line, hanging, limit, paragraph, takes_backslash};
use super::table::{Cell, Table, left, right, wraps};
use crate::names::{self, printable};
use crate::units;

/// The files of an answer by path, with the folder they are in.
type Files<'a> = (&'a str, &'a BTreeMap<String, Vec<u8>>);

/// How the files of one answer differ from another's, as a unified diff.
pub fn changes(mine: Files<'_>, theirs: Files<'_>, style: Style) -> String {
    let paths: BTreeSet<&String> = mine.1.keys().chain(theirs.1.keys()).collect();
    let text = |files: Files<'_>, path: &str| {
        files.1.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    };
    let shown = |files: Files<'_>, path: &str| {
        if files.1.contains_key(path) { format!("{}/{path}", files.0) } else { "/dev/null".to_owned() }
    };
    let mut lines = Vec::new();
    for path in paths {
        let (old, new) = (text(mine, path), text(theirs, path));
        let diff = TextDiff::from_lines(&old, &new);
        let mut unified = diff.unified_diff();
        let unified = unified.context_radius(3).header(&shown(mine, path), &shown(theirs, path)).to_string();
        let columns = limit(&Term::stdout()).unwrap_or(usize::MAX);
        let splits = path.ends_with("Dockerfile") && takes_backslash(&old) && takes_backslash(&new);
        for line in unified.lines().map(printable) {
            // What is wrapped has the colour of its first line.
            let paint = painted(&line);
            let wrapped = if splits { diff_line(&line, columns) } else { hanging(&line, columns, "      ") };
            lines.extend(wrapped.iter().map(|line| paint(style, line)));
        }
    }
    if lines.is_empty() {
        "Your files are the same as those of this right answer.".to_owned()
    } else {
        lines.join("\n")
    }
}

fn painted(line: &str) -> fn(Style, &str) -> String {
    match line.as_bytes().first() {
        _ if line.starts_with("+++") || line.starts_with("---") => Style::bold,
        Some(b'+') => Style::good,
        Some(b'-') => Style::bad,
        Some(b'@') => Style::dim,
        _ => |_, line| line.to_owned(),
    }
}

/// Stored bytes and the rules that failed.
type Came<'a> = (Option<u64>, &'a [String]);

/// What the learner's answer came to in the last check, and what the right one comes to now.
pub fn beside(yours: Option<Came<'_>>, (name, theirs): (&str, Came<'_>), style: Style) -> String {
    let mut table = Table::new([left(""), left(""), right(""), wraps("")]).named_by(1);
    let row = |name: &str, (stored, failed): Came<'_>| {
        let size = stored.map_or_else(|| "–".to_owned(), units::bytes);
        let words = match failed {
            [] => "every expectation holds".to_owned(),
            failed => format!("failed: {}", names::list(failed.iter().map(String::as_str))),
        };
        [Cell::mark(failed.is_empty()), name.into(), size.into(), words.into()]
    };
    table.row(yours.map_or_else(|| ["", "yours", "", "not checked yet"].map(Cell::from), |came| row("yours", came)));
    table.row(row(name, theirs));
    format!("\n{}", table.text(2, style))
}

/// Stored bytes of two answers within this share of each other count as the same.
const ALIKE: u64 = 50;

/// Which of the two answers is the better one, and what the right one does.
pub fn better(yours: Option<Came<'_>>, (name, theirs): (&str, Came<'_>), why: Option<&str>) -> String {
    let list = |rules: &[String]| names::list(rules.iter().map(String::as_str));
    let said = match (yours, theirs) {
        (_, (_, failed)) if !failed.is_empty() => format!("{name} failed {} here: trust it with care.", list(failed)),
        (None, _) => format!("{name} holds every expectation."),
        (Some((_, failed)), _) if !failed.is_empty() => {
            format!("{name} is better: it holds {}, and yours does not.", list(failed))
        }
        (Some((Some(yours), _)), (Some(theirs), _)) if yours.abs_diff(theirs) * ALIKE > theirs => {
            let by = units::bytes(yours.abs_diff(theirs));
            if yours < theirs {
                format!("Yours is better: it holds everything too, and stores {by} less.")
            } else {
                format!("{name} is better: it holds everything as yours does, and stores {by} less.")
            }
        }
        _ => "Both hold everything at about the same size: keep the one that you would rather explain.".to_owned(),
    };
    match why {
        Some(why) => paragraph(&format!("{said} {why}")),
        None => paragraph(&said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { color: false, live: false, symbols: false };

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_file_that_only_one_of_them_has_is_shown_as_a_whole() {
        let mine = files(&[("Dockerfile", "FROM a\nCOPY . .\n"), ("same", "x\n")]);
        let theirs = files(&[(".dockerignore", ".git\n"), ("Dockerfile", "FROM b\nCOPY . .\n"), ("same", "x\n")]);
        assert_eq!(
            changes(("my/x", &mine), ("lessons/x", &theirs), PLAIN),
            "--- /dev/null\n+++ lessons/x/.dockerignore\n@@ -0,0 +1 @@\n+.git\n\
             --- my/x/Dockerfile\n+++ lessons/x/Dockerfile\n@@ -1,2 +1,2 @@\n-FROM a\n+FROM b\n COPY . ."
        );
        assert!(changes(("a", &mine), ("b", &mine), PLAIN).starts_with("Your files are the same"));
    }

    #[test]
    fn the_better_answer_is_named_with_its_reason() {
        let failed = ["non-root".to_owned()];
        let of = |yours, why| {
            let text = better(yours, ("solution/static", (Some(6_000_000), &[])), why);
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert!(of(Some((Some(7), &failed)), None).contains("solution/static is better: it holds non-root"));
        assert!(of(Some((Some(7_400_000), &[])), Some("It links statically.")).contains("1.40 MB less. It links"));
        assert!(of(Some((Some(5_000_000), &[])), None).contains("Yours is better"));
        assert!(of(Some((Some(6_010_000), &[])), None).contains("Both hold everything"));
        assert!(of(None, None).contains("solution/static holds every expectation."));
    }

    #[test]
    fn both_results_stand_below_each_other() {
        let failed = ["non-root".to_owned()];
        let text = beside(Some((Some(7_400_000), &failed)), ("solution/static", (Some(6_000_000), &[])), PLAIN);
        assert_eq!(
            text,
            "\n  failed  yours            7.40 MB  failed: non-root\n  ok      solution/static  6.00 MB  every expectation holds"
        );
    }
}
