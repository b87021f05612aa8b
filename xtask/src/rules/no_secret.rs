//! `no-secret`: no layer, label, variable or history entry of the image holds what looks like a secret: private keys, `.env`
//! files, tokens. A file that a later layer deletes is still in its own layer, and counts. Values are never shown.

use super::case::{found, layer_place, secrets};
use super::{Case, Judge, Judged, Need};

pub(super) struct NoSecret;

impl Judge for NoSecret {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        Some(case.inspected("no secret in any layer, label, variable or history", |inspection| {
            let secrets = secrets(inspection);
            let place = inspection.secrets.iter().find_map(|secret| secret.layer);
            let place = place.map(|layer| layer_place(inspection, layer));
            (secrets.is_empty(), found(&secrets, "none found"), place)
        }))
    }
}
