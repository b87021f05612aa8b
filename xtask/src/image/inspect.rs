//! All that is known of one image, brought together: the document `cargo xtask inspect --json` prints.

use drydock_reader::{Digest, Look, Weight};

use super::origin::Origins;
use crate::model::{Inspection, LayerLine};

/// What is known of an image besides what its layers hold.
#[derive(Debug)]
pub struct Known {
    /// The name it is shown under.
    pub name: String,
    /// What its layers weigh; pull bytes included where they are known.
    pub weight: Weight,
    /// How each layer came to be, as far as it is told.
    pub origins: Origins,
    /// Digest of each layer's blob, where it is known.
    pub blobs: Vec<Option<Digest>>,
}

/// The document of an image whose digests were checked.
pub fn document(known: Known, look: Look) -> Inspection {
    let Known { name, weight, origins, blobs } = known;
    let lines = weight.layers.iter().zip(origins.layers).zip(blobs);
    Inspection {
        schema: Inspection::SCHEMA,
        image: name,
        digests_checked: true,
        pull_bytes: weight.pull_bytes,
        pull_exact: weight.pull_exact,
        stored_bytes: weight.stored_bytes,
        visible_bytes: weight.visible_bytes,
        wasted_bytes: weight.wasted_bytes,
        layers: lines
            .map(|((layer, origin), digest)| LayerLine {
                digest: digest.map(|digest| digest.to_string()),
                diff_id: layer.diff_id.to_string(),
                instruction: origin.instruction,
                line: origin.line,
                stage: origin.stage,
                of_base: origin.of_base,
                pull_bytes: layer.pull_bytes,
                stored_bytes: layer.stored_bytes,
                wasted_bytes: layer.wasted_bytes,
            })
            .collect(),
        unmatched: origins.unmatched,
        classes: look.classes.iter().map(|(class, bytes)| (class.name(), *bytes)).collect(),
        packages: look.packages,
        hidden_packages: look.hidden_packages,
        programs: look.programs,
        surface: look.surface,
        secrets: look.secrets,
        oversized: look.oversized,
        files: look.files,
    }
}
