//! Takes the values of secrets out of what is shown: a rule may quote any line of a Dockerfile, and such a line may hold one.

use std::ops::Range;

use super::model::{Finding, Fix};
use super::pairs::pairs;
use super::seen::Written;
use super::shapes::{self, is_value, names_secret};

/// What stands in the place of a value.
pub const MASK: &str = "***";
/// A shorter value may be a word like any other, and is masked only where its name stands before it.
const TELLING: usize = 8;

/// What a Dockerfile holds that must not be said, wherever it turns up.
#[derive(Clone, Debug, Default)]
pub struct Masks {
    values: Vec<String>,
}

impl Masks {
    /// The values that the names of variables and labels call secrets, and the lines of private keys.
    pub fn of(written: &Written) -> Self {
        let mut values = Vec::new();
        for (_, instruction) in written.everything() {
            let named = pairs(instruction).into_iter().filter(|pair| names_secret(&pair.name));
            values.extend(named.filter_map(|pair| pair.value).filter(|value| is_telling(value)));
            values.extend(key_lines(&instruction.text));
        }
        // A longer value may begin like a shorter one.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self { values }
    }

    /// The text without any of them, and without what looks like one by its shape or by the name before it.
    pub fn masked(&self, text: &str) -> String {
        let known = self.values.iter().fold(text.to_owned(), |text, value| text.replace(value, MASK));
        masked(&known)
    }

    /// Takes them out of all that a finding says and shows. Paths stay: they are where a secret lies, not what it is.
    pub fn apply(&self, finding: &mut Finding) {
        finding.says = self.masked(&finding.says);
        for evidence in &mut finding.evidence {
            evidence.says = self.masked(&evidence.says);
        }
        let Fix { says, diff, .. } = &mut finding.fix;
        *says = self.masked(says);
        let shown: Vec<String> = diff.iter().map(|line| self.masked(line)).collect();
        if shown != *diff {
            *diff = shown;
            says.push_str(" `***` stands for a secret, which is not printed here.");
        }
    }
}

/// Whether a value is no word that could stand anywhere: digits and letters, and some length.
fn is_telling(value: &str) -> bool {
    value.len() >= TELLING
        && is_value(value)
        && value.contains(|c: char| c.is_ascii_digit())
        && value.contains(|c: char| c.is_ascii_alphabetic())
}

/// The lines between the marks of private keys.
fn key_lines(text: &str) -> Vec<String> {
    if shapes::shape(text) != Some("private-key") {
        return Vec::new();
    }
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.contains("-----BEGIN") || line.contains("-----END") {
            inside = line.contains("-----BEGIN");
        } else if inside && line.len() >= TELLING {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// A text without what looks like a secret by its shape or by the name before it.
fn masked(text: &str) -> String {
    let mut spans = shapes::spans(text);
    spans.extend(named(text));
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut shown = String::new();
    let mut at = 0;
    for span in spans.into_iter().filter(|span| !span.is_empty()) {
        if span.start >= at {
            shown.push_str(&text[at..span.start]);
            shown.push_str(MASK);
        }
        at = at.max(span.end);
    }
    shown.push_str(&text[at..]);
    shown
}

/// The values that the words before them call secrets: `NAME=value`, `--name value`, `ENV NAME value`, `curl -u name:value`.
fn named(text: &str) -> Vec<Range<usize>> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut spans = Vec::new();
    for (at, _) in text.match_indices('=') {
        let before = text[..at].trim_end_matches(['"', '\'']);
        let start = before.rfind(|c: char| !is_of_name(c)).map_or(0, |last| last + char_len(before, last));
        if names_secret(&before[start..]) {
            spans.extend(value_at(text, at + 1));
        }
    }
    let words = words(text);
    let word = |at: usize| words.get(at).map(|span| &text[span.clone()]);
    let signs = |word: &str| word.trim_start_matches(['+', '-']).to_owned();
    for at in 0..words.len() {
        let Some(name) = word(at) else { continue };
        let is_option = name.starts_with("--") && names_secret(name);
        let is_login = ["-u", "--user"].contains(&name) && (text.contains("curl ") || text.contains("wget "));
        let of_old = at > 0
            && word(at - 1).is_some_and(|before| ["ENV", "LABEL"].contains(&signs(before).as_str()))
            && names_secret(name);
        let Some(next) = words.get(at + 1).filter(|_| !name.contains('=')) else { continue };
        if is_login {
            // The name before the colon is no secret.
            let colon = text[next.clone()].find(':').map(|colon| next.start + colon + 1);
            spans.extend(colon.and_then(|colon| value_at(text, colon)));
        } else if of_old {
            let rest = text[next.start..].trim_end();
            spans.extend(is_value(rest).then_some(next.start..next.start + rest.len()));
        } else if is_option && !text[next.clone()].starts_with('-') {
            spans.extend(value_at(text, next.start));
        }
    }
    spans
}

fn char_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// The words of a text, with where they stand.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, c.is_whitespace()) {
            (None, false) => start = Some(at),
            (Some(begin), true) => {
                words.push(begin..at);
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// The value that begins here, without its quotes; `None` where it is none that could be a secret.
fn value_at(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let (from, end) = match rest.chars().next()? {
        quote @ ('"' | '\'') => (1, rest[1..].find(quote).map_or(rest.len(), |end| end + 1)),
        _ => (0, rest.find(|c: char| c.is_whitespace() || ";&|)`\"'".contains(c)).unwrap_or(rest.len())),
    };
    is_value(&rest[from..end]).then_some(start + from..start + end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::Evidence;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn values_go_and_names_stay() {
        for (text, shown) in [
            (
                "-ENV DATABASE_URL=\"postgresql://harbour:Anker-19-wirf@db:5432/harbour\"",
                "-ENV DATABASE_URL=\"postgresql://harbour:***@db:5432/harbour\"",
            ),
            ("-ENV A=b DB_PASSWORD='Hafen 7' C=d", "-ENV A=b DB_PASSWORD='***' C=d"),
            (" ENV API_KEY abc 123 def", " ENV API_KEY ***"),
            ("+ARG NPM_TOKEN=npm-abc1", "+ARG NPM_TOKEN=***"),
            ("-LABEL deploy.token=\"s3cr3t-and-l0ng\"", "-LABEL deploy.token=\"***\""),
            ("RUN login --password Segel-4 && x", "RUN login --password *** && x"),
            ("RUN curl -u crew:Segel-4 https://x.example", "RUN curl -u crew:*** https://x.example"),
        ] {
            assert_eq!(masked(text), shown);
            assert_eq!(masked(shown), shown, "once is enough");
        }
        let token = format!("{}{}", "ghp_", "a1".repeat(18));
        assert_eq!(masked(&format!("RUN x {token} y")), "RUN x *** y");
    }

    #[test]
    fn what_is_no_value_stays() {
        for text in [
            "+    export NPM_TOKEN=\"$(cat /run/secrets/npm-token)\" && \\",
            "RUN --mount=type=secret,id=npm-token npm ci",
            "ENV SECRET_KEY_FILE=/run/secrets/key PORT=8080",
            "ARG NPM_TOKEN",
            "RUN npm ci --omit=dev && useradd -u 1000:1000 crew",
            "USER 65532:65532",
            "http://db:5432/x@y – größer = ä",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn a_finding_shows_no_value_and_says_what_the_mark_is() {
        let key = format!("-----BEGIN {} KEY-----", "PRIVATE");
        let file = format!("FROM a\nARG API_TOKEN=Kran-77-hebt\nRUN <<X\n{key}\nMIIEvQIBADANBgkq\n-----END\nX\n");
        let seen = Fixture::of(&file).seen();
        let masks = Masks::of(seen.dockerfile.as_ref().unwrap());
        let mut finding = Finding::default()
            .with(Evidence::of("`x Kran-77-hebt` runs"))
            .fix("Leave it out.")
            .diff("Dockerfile", vec!["-RUN x Kran-77-hebt".into(), "-MIIEvQIBADANBgkq".into()]);
        masks.apply(&mut finding);
        assert_eq!(finding.evidence[0].says, "`x ***` runs");
        assert_eq!(finding.fix.diff, ["-RUN x ***", "-***"]);
        assert!(finding.fix.says.ends_with("which is not printed here."));
    }
}
