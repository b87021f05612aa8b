//! Puts measured values into the texts that say what to look at.

use crate::model::{Look, Measurement};
use crate::units;

/// The text with its values: `{stored:RUNG}`, `{files:RUNG}`, `{times:RUNG/RUNG}`. `None` when the app or a rung it speaks of
/// was not measured, or a placeholder is not known.
pub fn fill(look: &Look, results: &[Measurement]) -> Option<String> {
    let of = |rung: &str| results.iter().find(|m| m.app == look.app && m.rung.as_str() == rung);
    let mut text = String::new();
    let mut rest = look.text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (placeholder, after) = after.split_once('}')?;
        let (kind, argument) = placeholder.split_once(':')?;
        text.push_str(before);
        text.push_str(&match kind {
            "stored" => units::bytes(of(argument)?.stored_bytes),
            "files" => count(of(argument)?.files),
            "times" => {
                let (large, small) = argument.split_once('/')?;
                let times = units::times(of(large)?.stored_bytes, of(small)?.stored_bytes);
                units::factor(times).trim_end_matches(" ×").to_owned()
            }
            _ => return None,
        });
        rest = after;
    }
    Some(text + rest)
}

/// Small numbers as words, as prose has them.
pub(super) fn count(number: u64) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    usize::try_from(number)
        .ok()
        .and_then(|n| WORDS.get(n))
        .map_or_else(|| number.to_string(), |word| (*word).to_owned())
}
