//! What travels when an image is pushed or pulled.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::VariantId;

/// What the side that receives an image has already.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// These variants of the same app, and not the image.
    First(BTreeSet<VariantId>),
    /// The image as it was before this change of the app.
    After(String),
}

/// What moved, by the account of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Compressed bytes: layers, config and manifest.
    pub bytes: u64,
    /// Layers that moved.
    pub moved: usize,
    /// Layers that were there already.
    pub there: usize,
    /// Wall time of the whole command, in milliseconds: compressing or unpacking included.
    pub ms: u64,
}

impl Transfer {
    /// What moved of an image with these layers.
    pub fn of(layers: &BTreeSet<String>, moved: &BTreeMap<String, u64>, took: Duration) -> Self {
        let new = layers.iter().filter(|layer| moved.contains_key(*layer)).count();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Self { bytes: moved.values().sum(), moved: new, there: layers.len() - new, ms }
    }
}

impl Delivery {
    /// The same for this variant, which is not there before it arrives.
    #[must_use]
    pub fn to(&self, variant: &VariantId) -> Self {
        match self {
            Self::First(there) => Self::First(there.iter().filter(|other| *other != variant).cloned().collect()),
            Self::After(_) => self.clone(),
        }
    }

    /// What it is, in words: `a first push`, `a push after source`.
    pub fn words(&self, what: &str) -> String {
        match self {
            Self::First(there) if there.is_empty() => format!("a first {what}"),
            Self::First(there) => {
                let there = crate::names::list(there.iter().map(VariantId::as_str));
                format!("a first {what} where {there} is there")
            }
            Self::After(change) => format!("a {what} after {change}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_not_there_before_it_arrives() {
        let [one, other] = ["one", "other"].map(|name| VariantId::try_from(name.to_owned()).unwrap());
        let both = Delivery::First([one.clone(), other.clone()].into());
        assert_eq!(both.to(&one), Delivery::First([other].into()));
    }

    #[test]
    fn a_layer_moved_or_was_there_and_all_bytes_count() {
        let layers = ["a", "b", "c"].map(str::to_owned).into();
        let moved = [("b", 100), ("config", 7)].map(|(what, bytes)| (what.to_owned(), bytes)).into();
        let transfer = Transfer::of(&layers, &moved, Duration::from_millis(5));
        assert_eq!(transfer, Transfer { bytes: 107, moved: 1, there: 2, ms: 5 });
    }
}
