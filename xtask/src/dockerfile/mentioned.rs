//! What a Dockerfile that our reader cannot read seems to stand on.

use std::collections::BTreeSet;

use crate::model::Reference;

/// The names that seem to be images: the first word behind each `FROM`, and what `from=` says. The engine gets to see these under
/// the names it looks for; of one that is none, it never asks.
pub fn mentioned(text: &str) -> BTreeSet<String> {
    let plain = |name: &str| {
        let name = name.trim_matches(['"', '\'']);
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-/:@".contains(c));
        is_name.then(|| Reference::short(name))
    };
    let mut names = BTreeSet::new();
    for line in text.lines() {
        let mut words = line.split_whitespace().skip_while(|word| word.starts_with("--"));
        if words.next().is_some_and(|word| word.eq_ignore_ascii_case("FROM")) {
            names.extend(words.find(|word| !word.starts_with("--")).and_then(plain));
        }
        let froms = line.match_indices("from=").map(|(at, from)| &line[at + from.len()..]);
        names.extend(froms.filter_map(|rest| plain(rest.split([',', ' ', '\t', '\\']).next().unwrap_or_default())));
    }
    names.remove("scratch");
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_without_a_grammar() {
        let text = "FROM --platform=x docker.io/library/a:1 AS b\nfrom 'c'\nNEW --from=d:2 <x>\nRUN --mount=\"from=e\",x\nFROM $X\n";
        let names: Vec<_> = mentioned(text).into_iter().collect();
        assert_eq!(names, ["a:1", "c", "d:2", "e"]);
    }
}
