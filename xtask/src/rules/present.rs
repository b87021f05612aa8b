//! `present`: each of these paths is a file of the image. In a path `*` stands for anything without a slash, and `**` for
//! anything.

use super::absent::matches;
use super::{inspected, places};
use crate::model::{AppId, Facts, VariantId, Verdict};

pub(super) fn judge(
    facts: &Facts,
    app: Option<&AppId>,
    variant: &VariantId,
    paths: &[String],
    why: &str,
) -> Vec<Verdict> {
    let expected = paths.join(", ");
    inspected(facts, (app, variant), ("present", &expected, why), |inspection| {
        let there =
            |pattern: &&String| inspection.files.iter().any(|file| matches(std::slice::from_ref(*pattern), &file.path));
        let missing: Vec<String> = paths.iter().filter(|pattern| !there(pattern)).cloned().collect();
        let measured = if missing.is_empty() { "all there".to_owned() } else { format!("no {}", places(&missing)) };
        (missing.is_empty(), measured, None)
    })
}
