//! Bytes and hostile text in a form that can be shown.

use std::fmt::Write as _;

/// Removes control characters, so that no name, log line or label can move the cursor or colour the terminal. Tabs become
/// spaces.
pub fn printable(text: &str) -> String {
    text.chars().filter_map(|c| if c == '\t' { Some(' ') } else { (!c.is_control()).then_some(c) }).collect()
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
    fn every_byte_has_two_digits() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
