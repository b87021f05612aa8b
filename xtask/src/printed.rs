//! What other programs printed, as it may be shown: control characters made harmless, and no more of it than helps.

use crate::names::printable;

/// The lines that hold something, without the spaces at their ends.
pub fn lines(printed: &str) -> Vec<String> {
    printed.lines().map(|line| printable(line).trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// The last `count` of [`lines`]: where programs say why they gave up.
pub fn last_lines(printed: &str, count: usize) -> Vec<String> {
    let lines = lines(printed);
    lines[lines.len().saturating_sub(count)..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_do_not_take_the_place_of_those_that_say_something() {
        assert_eq!(last_lines("one\ntwo \x1b[31m\n\n   \nthree\n\n", 2), ["two [31m", "three"]);
        assert_eq!(last_lines("one", 5), ["one"]);
        assert!(last_lines("", 5).is_empty());
    }
}
