//! A command line as words, where no shell is needed to run it.

/// The words of a command that a shell would start unchanged; `None` where it does more with it: variables, pipes, several
/// commands, patterns. `exec` at the beginning is left out, since without a shell every start is one.
#[expect(clippy::match_same_arms, reason = "their order decides")]
pub fn plain(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    let mut chars = line.trim().chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('\''), c) if c != '\'' => word.push(c),
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => (quote, begun) = (Some(c), true),
            (_, '\\') => word.push(chars.next()?),
            (_, '$' | '`') => return None,
            (None, '&' | '|' | ';' | '<' | '>' | '(' | ')' | '*' | '?' | '#' | '\n' | '{' | '~') => return None,
            (None, c) if c.is_whitespace() => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (_, c) => word.push(c),
        }
    }
    if quote.is_some() {
        return None;
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    if words.first().is_some_and(|word| word == "exec") {
        words.remove(0);
    }
    // A value in front of the command is the shell's to set.
    let sets = words.first().is_some_and(|word| word.split_once('=').is_some_and(|(name, _)| is_name(name)));
    (!words.is_empty() && !sets).then_some(words)
}

/// A command with values in front of it, as in `NODE_ENV=production node app.js`: the values, and the words behind them.
pub fn with_values(line: &str) -> Option<(Values, Vec<String>)> {
    let mut rest = line.trim();
    rest = rest.strip_prefix("cross-env ").unwrap_or(rest).trim_start();
    let mut values = Vec::new();
    while let Some((first, behind)) = rest.split_once(' ') {
        let Some((name, value)) =
            first.split_once('=').filter(|(name, value)| is_name(name) && !value.contains(['$', '"', '\'']))
        else {
            break;
        };
        values.push((name.to_owned(), value.to_owned()));
        rest = behind.trim_start();
    }
    Some((values, plain(rest)?))
}

/// Values by name, in order.
pub type Values = Vec<(String, String)>;

/// Whether a path ends in a dot and these letters.
pub fn has_ending(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found == ending)
}

/// Whether this can be the name of a variable.
pub fn is_name(name: &str) -> bool {
    let first = name.chars().next();
    first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A list of words in JSON, as the exec form has it.
pub fn exec(rest: &str) -> Option<Vec<String>> {
    let rest = rest.trim();
    rest.starts_with('[').then(|| serde_json::from_str(rest).ok()).flatten()
}

/// The commands of a `RUN`, one an entry, as `&&`, `;` and newlines part them.
pub fn commands(run: &str) -> Vec<String> {
    let parts = run.split("&&").flat_map(|part| part.split([';', '\n']));
    parts.map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|part| !part.is_empty()).collect()
}

/// A text as a part of names: lower-case letters, digits and single hyphens. `service` where nothing is left.
pub fn slug(text: &str) -> String {
    let text = text.rsplit('/').next().unwrap_or(text).to_lowercase();
    let parts = text.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let slug = parts.collect::<Vec<_>>().join("-");
    if slug.is_empty() { "service".to_owned() } else { slug.chars().take(40).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_shell_has_no_words() {
        for (line, words) in [
            ("node dist/main.js", Some(vec!["node", "dist/main.js"])),
            ("  exec gunicorn 'a b' \"\" -w 2", Some(vec!["gunicorn", "a b", "", "-w", "2"])),
            ("python manage.py migrate && gunicorn x", None),
            ("gunicorn -b 0.0.0.0:$PORT x", None),
            ("FOO=1 node x", None),
            ("node *.js", None),
            ("node 'x", None),
            ("", None),
            ("java -jar app\\ 1.jar", Some(vec!["java", "-jar", "app 1.jar"])),
        ] {
            assert_eq!(plain(line), words.map(|w| w.into_iter().map(str::to_owned).collect()), "{line}");
        }
    }

    #[test]
    fn values_in_front_are_taken_off() {
        let (values, words) = with_values("cross-env NODE_ENV=production PORT=80 node a.js").unwrap();
        assert_eq!(values, [("NODE_ENV".into(), "production".into()), ("PORT".into(), "80".into())]);
        assert_eq!(words, ["node", "a.js"]);
        assert_eq!(with_values("node a.js").unwrap().0, []);
        assert!(with_values("A=$B node a.js").is_none());
    }

    #[test]
    fn names_are_made_of_letters_and_digits() {
        assert_eq!(slug("@acme/My_Service.API"), "my-service-api");
        assert_eq!((slug("…"), slug("\nRUN x")), ("service".to_owned(), "run-x".to_owned()));
        assert_eq!(
            commands("apt-get update &&\n  apt-get install -y git ; ls"),
            ["apt-get update", "apt-get install -y git", "ls"]
        );
        assert_eq!(exec(r#"["a", "b"]"#), Some(vec!["a".into(), "b".into()]));
        assert_eq!((exec("a"), exec("[a]")), (None, None));
    }
}
