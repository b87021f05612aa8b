//! What it costs to put one image in the place of another, whoever built them.

use std::collections::{BTreeMap, BTreeSet};

use super::forecast::forecast;
use crate::error::{ErrorId, Problem, Result};
use crate::model::{Fetched, Fleet, Inspection, LayerLine, Often, Upgrade};

/// What a fleet that runs `before` fetches to run `after`, with every deploy as large as this one.
///
/// Errors: the compressed bytes of a layer are not known ([`ErrorId::PullUnknown`]).
pub fn upgrade(before: &Inspection, after: &Inspection, fleet: &Fleet) -> Result<Upgrade> {
    let often = Often { change: Upgrade::UPDATE.to_owned(), every: None };
    let fleet = Fleet { changes: vec![often], ..fleet.clone() };
    let there: BTreeSet<&str> = before.layers.iter().map(|layer| layer.diff_id.as_str()).collect();
    let is_there = |layer: &&LayerLine| there.contains(layer.diff_id.as_str());
    let unknown = || {
        Problem::new(ErrorId::PullUnknown, format!("How many bytes a node fetches for {} is not known.", after.image))
            .cause("Only an engine that pushes to this machine's loopback address, or an archive that keeps its layers compressed, tells.")
            .next("Run the command on the engine's own machine.")
    };
    let first = once(after.layers.iter()).ok_or_else(unknown)?;
    let update = once(after.layers.iter().filter(|layer| !is_there(layer))).ok_or_else(unknown)?;
    let changes = BTreeMap::from([(Upgrade::UPDATE.to_owned(), update)]);
    let fetched = Fetched { first, base_there: None, changes };
    Ok(Upgrade {
        schema: Upgrade::SCHEMA,
        before: before.image.clone(),
        after: after.image.clone(),
        layers_there: after.layers.iter().filter(is_there).count(),
        layers: after.layers.len(),
        forecast: forecast(&fetched, &fleet),
        fleet,
        fetched,
        exact: after.pull_exact,
    })
}

/// Compressed bytes of layers, each counted once; `None` where one is not known.
fn once<'l>(layers: impl Iterator<Item = &'l LayerLine>) -> Option<u64> {
    let each: BTreeMap<&str, Option<u64>> = layers.map(|layer| (layer.diff_id.as_str(), layer.pull_bytes)).collect();
    each.into_values().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(name: &str, layers: &[(&str, Option<u64>)]) -> Inspection {
        let layers = layers.iter().map(|(diff_id, pull_bytes)| {
            serde_json::json!({"digest": null, "diff_id": diff_id, "instruction": null, "line": null, "stage": null,
                "pull_bytes": pull_bytes, "stored_bytes": 0, "wasted_bytes": 0})
        });
        let layers: Vec<_> = layers.collect();
        serde_json::from_value(serde_json::json!({
            "schema": 1, "image": name, "digests_checked": true, "pull_bytes": null, "pull_exact": true, "stored_bytes": 0,
            "visible_bytes": 0, "wasted_bytes": 0, "layers": layers, "classes": {}, "packages": [], "secrets": [],
            "surface": drydock_reader::Surface::default(),
        }))
        .unwrap()
    }

    fn fleet() -> Fleet {
        Fleet { nodes: 10, mbps: 8, parallel: 5, deploys: 3, changes: vec![] }
    }

    #[test]
    fn only_new_layers_travel_and_each_once() {
        let before = image("old", &[("a", Some(1000)), ("b", Some(50))]);
        let after = image("new", &[("a", Some(1000)), ("c", Some(70)), ("c", Some(70)), ("d", Some(30))]);
        let told = upgrade(&before, &after, &fleet()).unwrap();
        assert_eq!((told.fetched.first, told.fetched.changes[Upgrade::UPDATE]), (1100, 100));
        assert_eq!((told.layers_there, told.layers, told.forecast.day_bytes), (1, 4, Some(3000)));
    }

    #[test]
    fn the_unknown_is_not_guessed() {
        let (before, after) = (image("old", &[("a", None)]), image("new", &[("a", None), ("b", Some(1))]));
        assert_eq!(upgrade(&before, &after, &fleet()).unwrap_err().id, ErrorId::PullUnknown);
    }
}
