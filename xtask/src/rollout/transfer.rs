//! Which bytes travel: arithmetic on weighed layers.

use std::collections::{BTreeMap, BTreeSet};

use crate::image::{Digest, LayerWeight};

/// Compressed bytes that a node fetches for these images when it has these layers; a layer is fetched once, however often
/// it is in the images. `None` where the bytes of a layer that travels are not known.
pub fn fetched(images: &[&[LayerWeight]], there: &[LayerWeight]) -> Option<u64> {
    let there: BTreeSet<&Digest> = there.iter().map(|layer| &layer.diff_id).collect();
    let travelling = images.iter().flat_map(|layers| layers.iter()).filter(|layer| !there.contains(&layer.diff_id));
    let once: BTreeMap<&Digest, Option<u64>> = travelling.map(|layer| (&layer.diff_id, layer.pull_bytes)).collect();
    once.into_values().sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn layer(name: u8, bytes: Option<u64>) -> LayerWeight {
        LayerWeight { diff_id: Digest::of(&[name]), stored_bytes: 0, wasted_bytes: 0, files: 0, pull_bytes: bytes }
    }

    /// Layers by name; a layer's bytes follow from its name.
    fn image(names: &[u8]) -> Vec<LayerWeight> {
        names.iter().map(|name| layer(*name, Some(u64::from(*name) + 1))).collect()
    }

    fn some_image() -> impl Strategy<Value = Vec<LayerWeight>> {
        proptest::collection::vec(0..20_u8, 0..12).prop_map(|names| image(&names))
    }

    #[test]
    fn what_is_there_does_not_travel_and_the_unknown_is_not_guessed() {
        assert_eq!(fetched(&[&image(&[1, 2, 3])], &image(&[1, 2])), Some(4));
        let unknown = [layer(1, None), layer(2, Some(7))];
        assert_eq!(fetched(&[&unknown], &[]), None);
        assert_eq!(fetched(&[&unknown], &image(&[1])), Some(7));
    }

    proptest! {
        #[test]
        fn shared_layers_are_counted_once(a in some_image(), b in some_image()) {
            let one = |image: &[LayerWeight]| fetched(&[image], &[]).unwrap();
            let both = fetched(&[&a, &b], &[]).unwrap();
            prop_assert!(both <= one(&a) + one(&b));
            prop_assert!(both >= one(&a).max(one(&b)));
            // First the one and then what the other lacks is the same as both.
            prop_assert_eq!(both, one(&a) + fetched(&[&b], &a).unwrap());
        }

        #[test]
        fn an_image_that_is_there_costs_nothing(a in some_image()) {
            prop_assert_eq!(fetched(&[&a], &a), Some(0));
        }
    }
}
