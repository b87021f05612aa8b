//! `same-contract`: the service answers every request of `apps/contract.toml` as the contract says, in every setup that the
//! contract runs it in. Getting smaller must not mean doing less.

use super::case::places;
use super::{Case, Judge, Judged, Need};

pub(super) struct SameContract;

impl Judge for SameContract {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Contract]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = "the contract's answer to every request";
        Some(match &case.facts.contract {
            Some(run) if run.requests > 0 => {
                let (wrong, all) = (run.wrong.len(), run.requests);
                let measured = match wrong {
                    0 => format!("{all} of {all} requests right"),
                    _ => format!("{wrong} of {all} requests wrong:{}", listed(&by_cause(&run.wrong))),
                };
                Judged::new(wrong == 0, expected, measured)
            }
            _ => Judged::not_measured(expected),
        })
    }
}

/// One cause stays on the line; of several each begins its own.
fn listed(causes: &[String]) -> String {
    match causes {
        [one] => format!(" {one}"),
        several => several.iter().map(|cause| format!("\n- {cause}")).collect::<Vec<_>>().join(";"),
    }
}

/// What a wrong answer is told with, before the answer itself.
const ANSWER: &str = "the answer was ";

/// Wrong answers, each as `request (difference)`, gathered where their causes are alike: the requests, and the first one's difference.
fn by_cause(wrong: &[String]) -> Vec<String> {
    let mut groups: Vec<(String, &str, Vec<&str>)> = Vec::new();
    for one in wrong {
        let (request, difference) = one.split_once(" (").unwrap_or((one, ""));
        let difference = difference.strip_suffix(')').unwrap_or(difference);
        let cause = cause(difference);
        match groups.iter_mut().find(|(known, ..)| *known == cause) {
            Some((.., requests)) => requests.push(request),
            None => groups.push((cause, difference, vec![request])),
        }
    }
    let shown = |(_, difference, requests): &(String, &str, Vec<&str>)| {
        let requests: Vec<String> = requests.iter().map(|request| (*request).to_owned()).collect();
        let said = told(difference);
        if said.is_empty() { places(&requests) } else { format!("{} ({said})", places(&requests)) }
    };
    groups.iter().map(shown).collect()
}

/// A difference in one line. Where the status is another one, that and the answer say why; what the answer lacks besides follows from it.
fn told(difference: &str) -> String {
    let lines: Vec<&str> = difference.lines().collect();
    match lines.as_slice() {
        [status, .., answer] if status.starts_with("status ") => match answer.strip_prefix(ANSWER) {
            Some(answer) => format!("{status}: {}", answer.split_once(' ').map_or(answer, |(_, body)| body)),
            None => lines.join(", "),
        },
        _ => lines.join(", "),
    }
}

/// What answers to different requests have in common when they go wrong for one reason: the status and the words of the answer, without
/// what the request named.
fn cause(difference: &str) -> String {
    let answer = difference.lines().find_map(|line| line.strip_prefix(ANSWER)).unwrap_or(difference);
    let common = |word: &&str| !word.contains('/') && !word.chars().skip(1).any(|c| c.is_ascii_digit());
    let (status, body) = answer.split_once(' ').unwrap_or((answer, ""));
    // A JSON string has no spaces around its quotes.
    let words = body.split(|c: char| c.is_whitespace() || "\"',:{}".contains(c)).filter(|word| !word.is_empty());
    format!("{status} {}", words.filter(common).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_that_fail_for_one_reason_are_told_together() {
        let zone = |request: &str, zone: &str| {
            format!(
                "{request} (status 404 instead of 200\n`zone` is missing\nthe answer was 404 {{\"error\":\"unknown zone {zone}\"}})"
            )
        };
        let upload =
            "upload (status 500 instead of 200\nthe answer was 500 {\"error\":\"no temporary file\"})".to_owned();
        let wrong = [
            zone("time-now", "Europe/Paris"),
            zone("time-winter", "America/New_York"),
            upload.clone(),
            zone("time-summer", "Asia/Tokyo"),
            zone("time-spring", "Asia/Kolkata"),
        ];
        assert_eq!(
            by_cause(&wrong),
            [
                "time-now, time-winter, time-summer and 1 more (status 404 instead of 200: \
                 {\"error\":\"unknown zone Europe/Paris\"})",
                "upload (status 500 instead of 200: {\"error\":\"no temporary file\"})",
            ]
        );
        assert_eq!(listed(&["a".to_owned(), "b".to_owned()]), "\n- a;\n- b");
        let silent = ["a (no answer, and the service is idle)", "b (no answer, and the service is idle)"];
        assert_eq!(by_cause(&silent.map(str::to_owned)), ["a, b (no answer, and the service is idle)"]);
    }
}
