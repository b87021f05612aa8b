//! `changed`: how one Dockerfile differs from another.

use similar::{ChangeTag, TextDiff};

use crate::lesson::Changed;
use crate::model::{AppId, DiffLine, Shown, VariantId};
use crate::runner::Job;

/// Lines that stayed the same and are shown around those that did not.
const AROUND: usize = 2;

impl Job<'_> {
    pub(super) fn changed(&self, step: &Changed, app: &AppId) -> Shown {
        let (from, before) = self.text(&step.from, app);
        let (to, after) = self.text(&step.to, app);
        let (lines, changed) = difference(&before, &after);
        Shown::Changed { from, to, lines, changed }
    }

    fn text(&self, variant: &VariantId, app: &AppId) -> (String, String) {
        let named = self.named(std::slice::from_ref(variant), app);
        let Some(image) = named.first() else { return (variant.to_string(), String::new()) };
        (image.dockerfile.path.clone(), image.dockerfile.text.clone())
    }
}

/// The lines that differ, with some around them, and how many are new or gone.
pub fn difference(before: &str, after: &str) -> (Vec<DiffLine>, usize) {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    let mut changed = 0;
    for (position, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if position > 0 {
            lines.push(DiffLine { sign: ' ', text: "…".to_owned() });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Insert => '+',
                ChangeTag::Delete => '-',
            };
            changed += usize::from(sign != ' ');
            lines.push(DiffLine { sign, text: crate::names::printable(change.value().trim_end()) });
        }
    }
    (lines, changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_counted() {
        let (lines, changed) = difference("a\nb\nc\nd\ne\nf\n", "a\nb\nX\nd\ne\nf\n");
        let shown: Vec<String> = lines.iter().map(|line| format!("{}{}", line.sign, line.text)).collect();
        assert_eq!(shown, [" a", " b", "-c", "+X", " d", " e"]);
        assert_eq!(changed, 2);
    }
}
