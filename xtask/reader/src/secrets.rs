//! Secrets told by content. Their shapes are data, in `secrets.toml`; a secret's value is never kept.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};
use serde::Deserialize;

use crate::path;

/// Everything in `secrets.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Shapes {
    largest: u64,
    skip_under: Vec<String>,
    skip_within: Vec<String>,
    whole_under: Vec<String>,
    armour: Vec<Armour>,
    token: Vec<Token>,
    address: Vec<Address>,
}

/// Keys between two lines of dashes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Armour {
    rule: String,
    texts: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

/// A text with a token behind it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    rule: String,
    texts: Vec<String>,
    more: usize,
    #[serde(default)]
    of: Alphabet,
    #[serde(default)]
    gap: bool,
    #[serde(rename = "source")]
    _source: String,
}

/// Addresses that may have a password in them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    rule: String,
    names: Vec<String>,
    texts: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Alphabet {
    #[default]
    Token,
    Upper,
    Base64,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Token => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_'),
        }
    }
}

static SHAPES: LazyLock<Shapes> =
    LazyLock::new(|| toml::from_str(include_str!("secrets.toml")).expect("a test parses the shapes"));

/// The tokens' texts, made ready for many files.
static TOKENS: LazyLock<Vec<(Finder, &Token)>> = LazyLock::new(|| {
    let texts = SHAPES.token.iter().flat_map(|token| token.texts.iter().map(move |text| (text, token)));
    texts.map(|(text, token)| (Finder::new(text.as_bytes()), token)).collect()
});

/// What all keys in armour have in their first line.
static PRIVATE_KEY: LazyLock<Finder> = LazyLock::new(|| Finder::new("PRIVATE KEY"));
/// A line of a key in armour has 64 or 70 characters, the only one of a short key about as many.
const BODY: usize = 40;
/// What may stand between the first line and the body: a few lines such as `Proc-Type: 4,ENCRYPTED`.
const BEFORE_BODY: usize = 400;

/// Whether a file is searched, by its path and size.
pub(crate) fn is_searched(path: &[u8], bytes: u64) -> bool {
    let within = |folder: &String| {
        let mut found = memmem::find_iter(path, folder.as_bytes());
        found.any(|at| at > 0 && path[at - 1] == b'/' && path.get(at + folder.len()) == Some(&b'/'))
    };
    let skipped =
        || SHAPES.skip_under.iter().any(|folder| under(path, folder)) || SHAPES.skip_within.iter().any(within);
    bytes > 0 && bytes <= SHAPES.largest && !skipped()
}

/// The rule by which a file holds a secret, if it does.
pub(crate) fn in_file(path: &[u8], content: &[u8]) -> Option<&'static str> {
    let whole = SHAPES.whole_under.iter().any(|folder| under(path, folder));
    let name = path::file_name(path);
    let addresses = SHAPES.address.iter().filter(|address| address.names.iter().any(|known| known.as_bytes() == name));
    armour_in(content, whole).or_else(|| token_in(content)).or_else(|| password_in(content, addresses))
}

/// The rule by which a text outside of the layers holds a secret, if it does.
pub(crate) fn in_words(text: &[u8]) -> Option<&'static str> {
    let speaks = |address: &&Address| address.texts.iter().any(|words| memmem::find(text, words.as_bytes()).is_some());
    armour_in(text, false)
        .or_else(|| token_in(text))
        .or_else(|| password_in(text, SHAPES.address.iter().filter(speaks)))
}

fn under(path: &[u8], folder: &str) -> bool {
    path.strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
}

/// A private key; where `whole` is asked for, the line it begins with is not enough.
fn armour_in(content: &[u8], whole: bool) -> Option<&'static str> {
    for at in PRIVATE_KEY.find_iter(content) {
        for armour in &SHAPES.armour {
            let begins = |text: &String| {
                let before = memmem::find(text.as_bytes(), b"PRIVATE KEY")?;
                let rest = content[at.checked_sub(before)?..].strip_prefix(text.as_bytes())?;
                (!whole || has_a_body(rest)).then_some(())
            };
            if armour.texts.iter().any(|text| begins(text).is_some()) {
                return Some(&armour.rule);
            }
        }
    }
    None
}

fn has_a_body(rest: &[u8]) -> bool {
    let near = &rest[..rest.len().min(BEFORE_BODY)];
    near.split(|&byte| !Alphabet::Base64.has(byte)).any(|run| run.len() >= BODY)
}

fn token_in(content: &[u8]) -> Option<&'static str> {
    let found =
        TOKENS.iter().find(|(finder, token)| finder.find_iter(content).any(|at| is_token(content, at, finder, token)));
    found.map(|(_, token)| token.rule.as_str())
}

/// Whether what stands at a place of the content is the text with enough of a token behind it.
fn is_token(content: &[u8], at: usize, finder: &Finder<'_>, token: &Token) -> bool {
    // In the middle of a longer word the text is chance.
    if at > 0 && !token.gap && Alphabet::Token.has(content[at - 1]) {
        return false;
    }
    let mut rest = &content[at + finder.needle().len()..];
    if token.gap {
        let gap = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'=' | b':')).count();
        rest = &rest[gap..];
    }
    rest.len() >= token.more && rest[..token.more].iter().all(|&byte| token.of.has(byte))
}

/// An address such as `https://user:password@host`. A variable in the place of the password is none.
fn password_in<'s>(content: &[u8], mut addresses: impl Iterator<Item = &'s Address>) -> Option<&'s str> {
    let address = addresses.next()?;
    let is_one = |at: usize| {
        let rest = &content[at + 3..];
        let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\''));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let Some(host) = authority.iter().rposition(|&byte| byte == b'@') else { return false };
        let Some(colon) = authority[..host].iter().position(|&byte| byte == b':') else { return false };
        let password = &authority[colon + 1..host];
        !password.is_empty() && !password.iter().any(|byte| matches!(byte, b'$' | b'{' | b'<' | b'*' | b'%'))
    };
    memmem::find_iter(content, b"://").any(is_one).then_some(address.rule.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY_OF_A_KEY: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";

    #[test]
    fn every_shape_is_found_and_none_is_empty() {
        for armour in &SHAPES.armour {
            for text in &armour.texts {
                assert_eq!(in_file(b"app/x", format!("a\n{text}\n").as_bytes()), Some(armour.rule.as_str()), "{text}");
                let whole = format!("{text}\n{BODY_OF_A_KEY}\n");
                assert_eq!(in_file(b"usr/share/x/y", whole.as_bytes()), Some(armour.rule.as_str()), "{text}");
                assert_eq!(in_file(b"usr/share/x/y", format!("a = \"{text}\";").as_bytes()), None, "{text}");
            }
        }
        for token in &SHAPES.token {
            let of = if matches!(token.of, Alphabet::Upper) { "A" } else { "x" };
            for text in &token.texts {
                let more = of.repeat(token.more);
                assert_eq!(in_words(format!("X={text}{more}").as_bytes()), Some(token.rule.as_str()), "{text}");
                let less = of.repeat(token.more - 1);
                assert_eq!(in_words(format!("X={text}{less}").as_bytes()), None, "{text}");
            }
        }
    }

    #[test]
    fn configuration_of_package_managers() {
        let found = |name: &str, text: &str| in_file(format!("root/{name}").as_bytes(), text.as_bytes());
        assert_eq!(found(".npmrc", "//r.test/:_authToken = \"0123456789ab\""), Some("npm-token"));
        assert_eq!(found(".npmrc", "//r.test/:_authToken=${NPM_TOKEN_OF_CI}"), None);
        assert_eq!(
            found("pip.conf", "[global]\nindex-url = https://me:s3cret@r.test/simple"),
            Some("password-in-address")
        );
        assert_eq!(found("pip.conf", "index-url = https://me:$TOKEN@r.test/simple\nx = http://r.test:80/"), None);
        assert_eq!(found("notes.txt", "https://me:s3cret@r.test/simple"), None);
        assert_eq!(in_words(b"RUN pip install --index-url https://me:s3cret@r.test/ x"), Some("password-in-address"));
        let kubeconfig = format!("users:\n- user:\n    client-key-data: {BODY_OF_A_KEY}\n");
        assert_eq!(found("config.yaml", &kubeconfig), Some("kubernetes-key"));
    }

    #[test]
    fn certificates_and_public_keys_are_public() {
        for text in
            ["-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "-----BEGIN PGP PUBLIC KEY BLOCK-----"]
        {
            assert_eq!(in_file(b"app/x", format!("{text}\n{BODY_OF_A_KEY}\n").as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn where_files_are_searched() {
        assert!(is_searched(b"usr/share/x/y", 10) && is_searched(b"etc/x", 65536));
        assert!(!is_searched(b"usr/lib/x", 10) && !is_searched(b"app/node_modules/x", 10));
        assert!(!is_searched(b"etc/x", 0) && !is_searched(b"etc/x", 65537));
    }
}
