//! The images of an engine, by how much of each is not its application.

use serde::Serialize;

/// The document `cargo xtask inspect --json` prints where no image is named. All sizes are stored bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Ranking {
    /// Version of this document's shape.
    pub schema: u32,
    /// The images whose layers are known, the one that carries the most bytes besides its application first.
    pub known: Vec<Ranked>,
    /// The images of which at least one layer is not known.
    pub unknown: Vec<String>,
}

/// One image of a [`Ranking`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

impl Ranked {
    /// Stored bytes that are not its application.
    pub fn besides(&self) -> u64 {
        self.stored_bytes.saturating_sub(self.application_bytes)
    }
}

impl Ranking {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 1;

    /// Puts images in order.
    pub fn of(mut known: Vec<Ranked>, unknown: Vec<String>) -> Self {
        known.sort_by(|a, b| b.besides().cmp(&a.besides()).then_with(|| a.image.cmp(&b.image)));
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
    fn what_carries_the_most_besides_its_application_comes_first() {
        let known =
            vec![ranked("all", 10, 10), ranked("tenth", 100, 10), ranked("none", 5, 0), ranked("larger", 1000, 100)];
        let order: Vec<_> = Ranking::of(known, Vec::new()).known.into_iter().map(|one| one.image).collect();
        assert_eq!(order, ["larger", "tenth", "none", "all"]);
    }
}
