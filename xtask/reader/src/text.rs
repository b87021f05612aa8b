//! Bytes and hostile text in a form that can be shown.

use std::fmt::Write as _;

/// Characters that have no width and change what stands around them: those of Unicode's general category `Cf`, which hold the
/// bidirectional controls ("Trojan Source", CVE-2021-42574), and the two separators of lines.
const INVISIBLE: [(char, char); 20] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

/// Whether a character moves the cursor, colours the terminal, turns the order of others round or hides.
pub fn is_harmful(c: char) -> bool {
    c.is_control() || (c > '\u{7f}' && INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&c)))
}

/// Removes characters that nobody sees, so that no name, log line or label can move the cursor, colour the terminal or look like
/// another. Tabs become spaces.
pub fn printable(text: &str) -> String {
    text.chars().filter_map(|c| if c == '\t' { Some(' ') } else { (!is_harmful(c)).then_some(c) }).collect()
}

/// Two hexadecimal digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_codes_lose_their_power() {
        assert_eq!(printable("\x1b[31mred\x07\tok"), "[31mred ok");
    }

    #[test]
    fn characters_that_turn_or_hide_others_are_left_out() {
        assert_eq!(printable("a\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}\u{2028}\u{e0041}"), "agpj.exe");
        assert_eq!(printable("naïve 鲸 🐳 \u{301}"), "naïve 鲸 🐳 \u{301}");
    }

    #[test]
    fn every_byte_has_two_digits() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
