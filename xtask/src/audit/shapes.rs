//! What looks like a secret, by its shape or by the name of what holds it. The shapes are the reader's, for texts that no image
//! holds yet. A value is looked at and never kept.

use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;

/// The part of the reader's table that is of use outside of files.
#[derive(Debug, Deserialize)]
struct Shapes {
    armour: Vec<Armour>,
    token: Vec<Token>,
}

#[derive(Debug, Deserialize)]
struct Armour {
    rule: String,
    texts: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Token {
    rule: String,
    texts: Vec<String>,
    more: usize,
    #[serde(default)]
    of: String,
    #[serde(default)]
    gap: bool,
}

static SHAPES: LazyLock<Shapes> =
    LazyLock::new(|| toml::from_str(include_str!("../../reader/src/secrets.toml")).expect("a test parses the shapes"));

/// Where a text has secrets in it, by their shape alone. What stands between the marks of a private key is the caller's.
pub fn spans(text: &str) -> Vec<Range<usize>> {
    let tokens = SHAPES.token.iter().flat_map(|token| token.texts.iter().flat_map(|words| token.spans(text, words)));
    tokens.chain(passwords(text)).collect()
}

/// What kind of secret a text has in it, by its shape alone: the rule's name.
pub fn shape(text: &str) -> Option<&'static str> {
    let armour = SHAPES.armour.iter().find(|armour| armour.texts.iter().any(|words| text.contains(words.as_str())));
    let token = || SHAPES.token.iter().find(|token| token.texts.iter().any(|words| token.is_in(text, words)));
    armour
        .map(|armour| armour.rule.as_str())
        .or_else(|| token().map(|token| token.rule.as_str()))
        .or_else(|| has_password(text).then_some("password-in-address"))
}

impl Token {
    fn is_in(&self, text: &str, words: &str) -> bool {
        !self.spans(text, words).is_empty()
    }

    /// Where it stands in a text: with the words that it begins with, unless those are a name before it.
    fn spans(&self, text: &str, words: &str) -> Vec<Range<usize>> {
        let found = text.match_indices(words).filter_map(|(at, _)| {
            let in_a_word = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
            let mut rest = &text[at + words.len()..];
            if self.gap {
                rest = rest.trim_start_matches([' ', '\t', '"', '\'', '=', ':']);
            }
            let is_part = |c: char| match self.of.as_str() {
                "upper" => c.is_ascii_uppercase() || c.is_ascii_digit(),
                "base64" => c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_'),
                _ => c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
            };
            // Every part is one byte long.
            let count = rest.chars().take_while(|c| is_part(*c)).count();
            let start = text.len() - rest.len();
            let is_token = (!in_a_word || self.gap) && count >= self.more;
            is_token.then(|| if self.gap { start..start + count } else { at..start + count })
        });
        found.collect()
    }
}

/// An address such as `postgres://user:password@host`. A variable in the place of the password is none, and neither is a word that
/// only holds the place.
fn has_password(text: &str) -> bool {
    !passwords(text).is_empty()
}

/// Where passwords stand in the addresses of a text.
fn passwords(text: &str) -> Vec<Range<usize>> {
    let found = text.match_indices("://").filter_map(|(at, mark)| {
        let from = at + mark.len();
        let rest = &text[from..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?' | '#'));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let (login, _) = authority.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        let is_written = !password.contains(['$', '{', '<', '*', '%', '[']);
        let start = from + user.len() + 1;
        (is_written && user != password && is_value(password)).then(|| start..start + password.len())
    });
    found.collect()
}

/// Words at the end of a name that say that its value is a secret.
const LAST: [&str; 8] = ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "CREDENTIALS", "CREDENTIAL"];
/// Words before `KEY` with which it is one.
const OF_KEY: [&str; 9] = ["API", "PRIVATE", "SECRET", "ACCESS", "ENCRYPTION", "SIGNING", "MASTER", "AUTH", "LICENSE"];

/// Whether the name of a variable says that its value is a secret: `DB_PASSWORD` does, `PASSWORD_FILE` does not.
pub fn names_secret(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> = upper.split(['_', '-', '.']).filter(|word| !word.is_empty()).collect();
    // Frameworks put variables with these beginnings into what browsers get.
    let is_public = words.contains(&"PUBLIC") || words.first().is_some_and(|word| *word == "VITE");
    if is_public {
        return false;
    }
    match words.as_slice() {
        [.., before, "KEY"] => OF_KEY.contains(before),
        [.., "SECRET", "KEY", "BASE"] => true,
        [.., last] => LAST.contains(last),
        [] => false,
    }
}

/// Words that only hold the place of a value.
const PLACES: [&str; 24] = [
    "changeme",
    "change-me",
    "change_me",
    "changeit",
    "dummy",
    "example",
    "placeholder",
    "test",
    "testing",
    "none",
    "null",
    "todo",
    "fake",
    "unused",
    "build",
    "xxx",
    "default",
    "replace-me",
    "replaceme",
    "your-token",
    "not-a-secret",
    "notasecret",
    "unset",
    "ignored",
];

/// Whether a value could be a secret: it is neither empty nor a path, a number, a word that only holds its place, nor a variable.
pub fn is_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_path = value.starts_with('/') || value.starts_with("./") || value.starts_with("file:");
    let is_plain = value.bytes().all(|b| b.is_ascii_digit()) && value.len() < 6;
    let is_flag = matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off");
    let holds_place = PLACES.contains(&lower.as_str())
        || lower.starts_with("dummy")
        || lower.starts_with("only-for")
        || lower.starts_with("only_for")
        || lower.bytes().all(|b| b == b'x' || b == b'*' || b == b'.');
    !value.is_empty() && !value.contains('$') && !is_path && !is_plain && !is_flag && !holds_place
}

/// Whether a value is the value of another variable.
pub fn is_variable(value: &str) -> bool {
    value.starts_with('$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_the_reader_are_known_here() {
        assert_eq!(shape(&format!("X={}{}", "AKIA", "Q3EGRS7ZK2MXW5TB")), Some("aws-access-key"));
        assert_eq!(shape(&format!("{}{}", "ghp_", "a1".repeat(18))), Some("github-token"));
        assert_eq!(shape(&format!("-----BEGIN {} KEY-----", "PRIVATE")), Some("private-key"));
        assert_eq!(shape("postgres://crew:Anker-19@db/harbour"), Some("password-in-address"));
        assert_eq!(shape("RUN git clone https://crew:Segel-4@git.example/x.git"), Some("password-in-address"));
    }

    #[test]
    fn what_only_looks_like_a_shape_is_none() {
        for text in [
            "ghp_short",
            "xAKIAQ3EGRS7ZK2MXW5TB",
            "//r.test/:_authToken=${NPM_TOKEN}",
            "postgres://crew:$PASSWORD@db/x",
            "postgres://crew:${PASSWORD}@db/x",
            "postgres://postgres:postgres@db/x",
            "postgres://crew:changeme@db/x",
            "http://db:5432/x@y",
            "http://user@host/",
            "-----BEGIN PUBLIC KEY-----",
        ] {
            assert_eq!(shape(text), None, "{text}");
        }
    }

    #[test]
    fn names_that_say_secret() {
        for name in [
            "DB_PASSWORD",
            "NPM_TOKEN",
            "JWT_SECRET",
            "STRIPE_API_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "SECRET_KEY",
            "SECRET_KEY_BASE",
            "token",
            "PRIVATE_KEY",
            "deploy.token",
        ] {
            assert!(names_secret(name), "{name}");
        }
        for name in [
            "PASSWORD_FILE",
            "TOKEN_URL",
            "TOKEN_LIFETIME",
            "PASSWORD_MIN_LENGTH",
            "MONKEY",
            "GPG_KEY",
            "JWT_PUBLIC_KEY",
            "NEXT_PUBLIC_API_KEY",
            "VITE_API_KEY",
            "AWS_ACCESS_KEY_ID",
            "KEY",
            "SECRETS_DIR",
            "SECRET_KEY_BASE_DUMMY",
            "PWD",
            "",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }

    #[test]
    fn values_that_could_be_one() {
        assert!(is_value("Hafen-7-kran") && is_value("postgres") && is_value("123456"));
        for value in [
            "",
            "$X",
            "${X:-}",
            "/run/secrets/x",
            "true",
            "12",
            "changeme",
            "only-for-collectstatic",
            "xxxx",
            "dummy-key",
        ] {
            assert!(!is_value(value), "{value}");
        }
    }
}
