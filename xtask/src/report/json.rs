//! Documents for programs, which people see on a terminal too.

use std::fmt::Write as _;

use drydock_reader::is_harmful;
use serde::Serialize;

/// A document as JSON. Characters that hide or turn the order of others stand in it as escapes: a name in an image is anybody's.
pub fn json(document: &impl Serialize) -> String {
    let plain = serde_json::to_string_pretty(document).expect("plain data is always JSON");
    let mut text = String::with_capacity(plain.len());
    for c in plain.chars() {
        // Outside of strings there is nothing but ASCII, and line feeds between the lines.
        if c != '\n' && is_harmful(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_harmful_is_escaped_and_comes_back() {
        let name = "a\u{202e}b\u{7f}\u{9b}\u{e0041}\u{1b}\n🐳";
        let text = json(&[name]);
        assert!(text.chars().all(|c| c == '\n' || !is_harmful(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), [name]);
    }
}
