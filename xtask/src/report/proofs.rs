//! What came of a test run: how each part ended and how long it took, what was proved and what stands on the record.

use std::time::Duration;

use super::Style;
use crate::proof::Standing;
use crate::{names, units};

/// How one part of a test run ended.
#[derive(Clone, Copy, Debug)]
pub struct PartOutcome {
    /// Its name.
    pub name: &'static str,
    /// Wall time.
    pub took: Duration,
    /// Whether all was well.
    pub passed: bool,
}

/// The line below a part.
pub fn part(outcome: &PartOutcome, style: Style) -> String {
    let PartOutcome { name, took, passed } = outcome;
    let took = units::seconds(*took);
    if *passed {
        format!("{} {name} in {took}", style.ok_mark())
    } else {
        format!("{} {name} after {took}", style.fail_mark())
    }
}

/// The end of a test run: the time of each part, what was left out, what was proved, what failed.
pub fn parts(outcomes: &[PartOutcome], left_out: &[(&str, Vec<&str>)], proved: Option<String>, style: Style) -> String {
    let times = outcomes.iter().map(|outcome| format!("{} {}", outcome.name, units::seconds(outcome.took)));
    let all: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    let mut lines =
        vec![String::new(), times.collect::<Vec<_>>().join(" · "), format!("{} in all", units::seconds(all))];
    lines.extend(proved);
    let not_run =
        |(why, parts): &(&str, Vec<&str>)| format!("not run, since {why}: {}", names::list(parts.iter().copied()));
    lines.extend(left_out.iter().map(not_run));
    for PartOutcome { name, .. } in outcomes.iter().filter(|outcome| !outcome.passed) {
        lines.push(style.bad(&format!("failed: {name}")) + &format!("    cargo xtask test {name}    runs it alone"));
    }
    lines.join("\n")
}

/// What does not stand on the record, with the reason, a line each; of many only the first ones.
pub fn out_of_date(proofs: &[(&str, Standing)]) -> Vec<String> {
    const SHOWN: usize = 12;
    let why = |standing: &Standing| match standing {
        Standing::Holds => "it holds".to_owned(),
        Standing::EarlierCore => "proved with an earlier core".to_owned(),
        Standing::Missing => "nobody has proved it".to_owned(),
        Standing::Changed(parts) => format!("{} changed", names::list(parts.iter().copied())),
    };
    let mut lines: Vec<String> =
        proofs.iter().take(SHOWN).map(|(key, standing)| format!("{key}: {}", why(standing))).collect();
    if proofs.len() > SHOWN {
        lines.push(format!("and {} more", proofs.len() - SHOWN));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { color: false, live: false, symbols: false };

    #[test]
    fn the_end_names_every_time_and_what_failed() {
        let of = |name, seconds, passed| PartOutcome { name, took: Duration::from_secs(seconds), passed };
        let outcomes = [of("lint", 40, true), of("lessons", 70, false)];
        let left_out = [("--fast needs no engine", vec!["pages"])];
        let end = parts(&outcomes, &left_out, Some("3 proved now".to_owned()), STYLE);
        assert_eq!(
            end,
            "\nlint 40.0 s · lessons 70.0 s\n1 min 50 s in all\n3 proved now\n\
             not run, since --fast needs no engine: pages\nfailed: lessons    cargo xtask test lessons    runs it alone"
        );
        assert_eq!(part(&outcomes[1], STYLE), "failed lessons after 70.0 s");
    }

    #[test]
    fn what_is_out_of_date_says_why() {
        let changed = Standing::Changed(vec!["the app", "the program"]);
        let many: Vec<(&str, Standing)> = (0..20).map(|_| ("lesson/a/go", changed.clone())).collect();
        let lines = out_of_date(&many);
        assert_eq!(lines[0], "lesson/a/go: the app and the program changed");
        assert_eq!(lines.last().unwrap(), "and 8 more");
        assert_eq!(out_of_date(&[("page/a", Standing::Missing)]), ["page/a: nobody has proved it"]);
    }
}
