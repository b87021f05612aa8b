//! `no-secret`: no layer, label, variable or history entry of the image holds what looks like a secret: private keys, `.env`
//! files, tokens. A file that a later layer deletes is still in its own layer, and counts. Values are never shown.

use super::absent::layer_place;
use super::{inspected, places};
use crate::model::{Facts, VariantId, Verdict};

pub(super) fn judge(facts: &Facts, variant: &VariantId, why: &str) -> Vec<Verdict> {
    inspected(
        facts,
        (None, variant),
        ("no-secret", "no secret in any layer, label, variable or history", why),
        |inspection| {
            let found: Vec<String> =
                inspection.secrets.iter().map(|secret| format!("{} in {}", secret.rule, secret.path)).collect();
            let place = inspection.secrets.iter().find_map(|secret| secret.layer);
            let measured = if found.is_empty() { "none found".to_owned() } else { places(&found) };
            (found.is_empty(), measured, place.map(|layer| layer_place(inspection, layer)))
        },
    )
}
