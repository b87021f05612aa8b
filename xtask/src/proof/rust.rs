//! What of a Rust file changes what it does: its tokens. Comments, documentation, layout and tests do not.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The tokens of a Rust file, one a line, without comments, doc comments and items under `#[cfg(test)]`.
///
/// A file that does not even consist of tokens comes back as it is: the compiler has the word on it.
pub(super) fn tokens(text: &str) -> String {
    let Ok(stream) = TokenStream::from_str(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    write(stream, &mut out);
    out
}

fn write(stream: TokenStream, out: &mut String) {
    let mut tokens = stream.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let attribute = if is_punct(&token, '#') {
            // `#![…]` speaks of what it stands in, `#[…]` of what follows.
            let inner = tokens.next_if(|next| is_punct(next, '!')).is_some();
            tokens.next_if(is_bracketed).map(|group| (inner, group))
        } else {
            None
        };
        match attribute {
            None => write_one(token, out),
            Some((_, group)) if begins_with(&group, "doc") || is_of_tests(&group, "cfg_attr") => {}
            Some((false, group)) if is_of_tests(&group, "cfg") => skip_item(&mut tokens),
            Some((inner, group)) => {
                out.push_str(if inner { "#!\n" } else { "#\n" });
                write_one(group, out);
            }
        }
    }
}

fn write_one(token: TokenTree, out: &mut String) {
    if let TokenTree::Group(group) = token {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(\n", ")\n"),
            Delimiter::Brace => ("{\n", "}\n"),
            Delimiter::Bracket => ("[\n", "]\n"),
            Delimiter::None => ("", ""),
        };
        out.push_str(open);
        write(group.stream(), out);
        out.push_str(close);
    } else {
        out.push_str(&token.to_string());
        out.push('\n');
    }
}

/// Passes over an item: up to its braces, or to its semicolon where braces are only a part of it.
fn skip_item(tokens: &mut impl Iterator<Item = TokenTree>) {
    let mut by_semicolon = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(word) if word == "fn" => by_semicolon = false,
            TokenTree::Ident(word) => {
                by_semicolon |= ["use", "const", "static", "type"].iter().any(|keyword| word == keyword);
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !by_semicolon => return,
            _ if is_punct(&token, ';') => return,
            _ => {}
        }
    }
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn is_bracketed(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

fn begins_with(group: &TokenTree, word: &str) -> bool {
    let TokenTree::Group(group) = group else { return false };
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(first)) if first == word)
}

/// Whether an attribute is `cfg(test)` or `cfg(all(test, …))`, or the same with `cfg_attr`.
fn is_of_tests(group: &TokenTree, name: &str) -> bool {
    let text = group.to_string().replace(' ', "");
    let Some(condition) = text.strip_prefix(&format!("[{name}(")) else { return false };
    ["test)", "test,", "all(test,"].iter().any(|begin| condition.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "pub fn answer() -> u32 { 42 }";

    #[test]
    fn words_and_layout_do_not_count() {
        for same in [
            "//! A room.\npub fn answer() -> u32 { 42 }",
            "/// The answer.\npub fn answer() -> u32 {\n    // Why 42?\n    42\n}\n",
            "/** The\n answer. /* nested */ */\npub fn answer()->u32{/* always */42}",
            "pub fn answer() -> u32 { 42 }\n#[cfg(test)]\nmod tests { #[test] fn holds() {} }",
            "#[cfg_attr(test, derive(Debug))]\npub fn answer() -> u32 { 42 }",
            "#[cfg(test)]\nmod tests;\npub fn answer() -> u32 { 42 }",
            "#[cfg(all(test, unix))]\n#[path = \"x.rs\"]\nmod tests;\npub fn answer() -> u32 { 42 }",
            "#[cfg(test)]\npub(crate) const fn seven() -> u32 { 7 }\npub fn answer() -> u32 { 42 }",
            "#[cfg(test)]\nconst A: B = B { c: 1 };\npub fn answer() -> u32 { 42 }",
            "#[cfg(test)]\nuse a::{B, C};\npub fn answer() -> u32 { 42 }",
        ] {
            assert_eq!(tokens(same), tokens(CODE), "{same}");
        }
    }

    #[test]
    fn everything_else_does() {
        for other in [
            "pub fn answer() -> u32 { 43 }",
            "pub fn answer() -> u64 { 42 }",
            "#[cold]\npub fn answer() -> u32 { 42 }",
            "#![cold]\npub fn answer() -> u32 { 42 }",
            "#[cfg(unix)]\npub fn answer() -> u32 { 42 }",
            "#[cfg(not(test))]\npub fn answer() -> u32 { 42 }",
            "pub fn answer() -> u32 { 4 2 }",
            "pub fn answer() -> u32 { (42) }",
        ] {
            assert_ne!(tokens(other), tokens(CODE), "{other}");
        }
        // What looks like a comment inside a text is part of the text.
        assert_ne!(tokens("let a = \"x // y\";"), tokens("let a = \"x // z\";"));
        assert_ne!(tokens("let a = r#\"/* y */\"#;"), tokens("let a = r#\"/* z */\"#;"));
        // So is a lifetime that looks like an open character.
        assert_eq!(tokens("fn f<'a>(x: &'a str) {} // '"), tokens("fn f<'a>(x: &'a str) {}"));
    }

    #[test]
    fn what_is_no_rust_counts_as_it_is() {
        assert_eq!(tokens("fn broken( {"), "fn broken( {");
    }
}
