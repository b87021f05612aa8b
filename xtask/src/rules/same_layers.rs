//! `same-layers`: an image has the layers of another variant, digest by digest, and nothing else; or, with `then-more`, it has them at
//! the bottom and more on top.
//!
//! A layer's digest is that of its unpacked tar (OCI image specification, `rootfs.diff_ids`): equal digests are equal bytes, times
//! and owners included. So two images hold the same, not only as many bytes.

use serde::Deserialize;

use super::case::layer_place;
use super::{Case, Judge, Judged, Need};
use crate::model::{Inspection, VariantId};

/// Whose layers an image must have.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SameLayers {
    /// Of which variant of the same app.
    #[serde(rename = "as")]
    pub other: VariantId,
    /// Whether further layers have to lie on top, as in a stage that goes on from another one.
    #[serde(default)]
    pub then_more: bool,
}

impl Judge for SameLayers {
    fn compared_with(&self) -> Vec<&VariantId> {
        vec![&self.other]
    }

    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let (other, more) = (&self.other, if self.then_more { "more on top" } else { "no other" });
        let expected = format!("the layers of {other}, and {more}");
        let Some(theirs) = &case.other(other)?.inspection else { return Some(Judged::not_measured(expected)) };
        let theirs: Vec<&str> = theirs.layers.iter().map(|layer| layer.diff_id.as_str()).collect();
        Some(case.inspected(expected, |inspection| self.compared(inspection, &theirs)))
    }
}

impl SameLayers {
    fn compared(&self, image: &Inspection, theirs: &[&str]) -> (bool, String, Option<String>) {
        let ours: Vec<&str> = image.layers.iter().map(|layer| layer.diff_id.as_str()).collect();
        let (other, many) = (&self.other, theirs.len());
        let same = ours.iter().zip(theirs).take_while(|(our, their)| our == their).count();
        if same < many.min(ours.len()) {
            let place = layer_place(image, same + 1);
            return (false, format!("{same} of {many} layers of {other}, then another one"), Some(place));
        }
        if same < many {
            return (false, format!("{same} of {many} layers of {other}"), None);
        }
        // An image without a layer lies below every other one.
        let more = ours.len() - same;
        let held = many > 0 && (more > 0) == self.then_more;
        let place = (!held && more > 0).then(|| layer_place(image, same + 1));
        (held, format!("all {many} layers of {other}, and {more} more"), place)
    }
}
