//! Which lesson teaches what a rule is about. Data, since no code names a lesson.

use std::collections::BTreeMap;

use super::model::Audit;

const TABLE: &str = include_str!("lessons.toml");

/// Lessons by the id of the rule.
fn table() -> BTreeMap<String, String> {
    toml::from_str(TABLE).expect("a test reads this table")
}

/// The lesson that teaches what a rule is about, which may not be there.
pub fn of(rule: &str) -> Option<String> {
    table().remove(rule)
}

/// Names the lesson of each finding, of those that exist.
pub fn name(audit: &mut Audit, exists: impl Fn(&str) -> bool) {
    let table = table();
    for finding in &mut audit.findings {
        // A rule may find several things.
        finding.lesson = table.get(&finding.id).filter(|lesson| exists(lesson)).cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules;
    use super::*;

    #[test]
    fn every_rule_has_a_lesson() {
        let table = table();
        let without: Vec<_> = rules::all().map(|rule| rule.id).filter(|id| !table.contains_key(*id)).collect();
        assert!(without.is_empty(), "{without:?}");
    }
}
