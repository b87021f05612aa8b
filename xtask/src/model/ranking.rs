//! The images of an engine, by how much of each is not its application.

use serde::Serialize;

/// The document `cargo xtask inspect --json` prints where no image is named. All sizes are stored bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ranking {
    /// Version of this document's shape.
    pub schema: u32,
    /// The images whose layers are known, the one with the largest share of other things than its application first.
    pub known: Vec<Ranked>,
    /// The images of which at least one layer is not known.
    pub unknown: Vec<String>,
}

/// One image of a [`Ranking`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ranked {
    /// Its name: the first of its tags.
    pub image: String,
    /// All its tags, in order. Two builds with the same result are one image with two tags.
    pub tags: Vec<String>,
    /// Bytes of all layers.
    pub stored_bytes: u64,
    /// Those that are its application.
    pub application_bytes: u64,
}

impl Ranking {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 1;

    /// Puts images in order.
    pub fn of(mut known: Vec<Ranked>, unknown: Vec<String>) -> Self {
        known.sort_by(|a, b| {
            // Shares as fractions: a.application / a.stored against b.application / b.stored, exactly.
            let share = |one: &Ranked, other: &Ranked| {
                u128::from(one.application_bytes) * u128::from(other.stored_bytes.max(1))
            };
            share(a, b).cmp(&share(b, a)).then(b.stored_bytes.cmp(&a.stored_bytes)).then(a.image.cmp(&b.image))
        });
        Self { schema: Self::SCHEMA, known, unknown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(image: &str, stored_bytes: u64, application_bytes: u64) -> Ranked {
        Ranked { image: image.to_owned(), tags: vec![image.to_owned()], stored_bytes, application_bytes }
    }

    #[test]
    fn the_least_payload_comes_first_and_of_equal_shares_the_larger_image() {
        let known =
            vec![ranked("all", 10, 10), ranked("tenth", 100, 10), ranked("none", 5, 0), ranked("larger", 1000, 100)];
        let order: Vec<_> = Ranking::of(known, Vec::new()).known.into_iter().map(|one| one.image).collect();
        assert_eq!(order, ["none", "larger", "tenth", "all"]);
    }
}
