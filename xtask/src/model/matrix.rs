//! Every app by every variant, and the JSON document that says it.

use serde::{Deserialize, Serialize};

use super::{AppId, Environment, Inspection, Measurement, VariantId};

/// The document `cargo xtask compare --json` prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Matrix {
    /// Version of this document's shape.
    pub schema: u32,
    /// Where it was measured.
    pub environment: Environment,
    /// Wall time of the build of all images together, in milliseconds.
    pub build_ms: u64,
    /// One entry an image.
    pub results: Vec<Measurement>,
    /// Containers of this run that could not be removed. Always 0 unless something went wrong.
    pub leftovers: usize,
}

/// The document `cargo xtask compare --image A --image B --json` prints: images of anybody's, side by side.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Inspections {
    /// Version of this document's shape.
    pub schema: u32,
    /// What each image is made of, in the order they were named in.
    pub images: Vec<Inspection>,
}

impl Inspections {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 1;
}

impl Matrix {
    /// Version of the document's shape.
    pub const SCHEMA: u32 = 1;

    /// The apps, in the order they were measured in.
    pub fn apps(&self) -> Vec<&AppId> {
        let mut apps: Vec<_> = self.results.iter().map(|m| &m.app).collect();
        apps.dedup();
        apps
    }

    /// The variants, from the one whose images are the largest down. Sizes of different apps do not compare, so each image
    /// counts as a share of the largest of its app, and a variant as the mean of its shares.
    pub fn variants(&self) -> Vec<&VariantId> {
        let mut variants: Vec<_> = self.results.iter().map(|m| &m.variant).collect();
        variants.sort();
        variants.dedup();
        variants.sort_by(|a, b| self.mean_share(b).total_cmp(&self.mean_share(a)));
        variants
    }

    /// What was measured of one image.
    pub fn of(&self, app: &AppId, variant: &VariantId) -> Option<&Measurement> {
        self.results.iter().find(|m| m.app == *app && m.variant == *variant)
    }

    /// The images of an app, in the order of [`Self::variants`].
    pub fn row(&self, app: &AppId) -> Vec<&Measurement> {
        self.variants().into_iter().filter_map(|variant| self.of(app, variant)).collect()
    }

    /// The matrix with one more variant, which another run measured: each image stands with the others of its app, and what
    /// this matrix has no app for is left out.
    ///
    /// Errors: what both runs measured differs by more than one byte in fifty, so the two describe different images and must
    /// not stand side by side; or the other run has no such variant.
    pub fn beside(mut self, other: &[Measurement], variant: &VariantId) -> Result<Self, String> {
        for theirs in other {
            let Some(ours) = self.of(&theirs.app, &theirs.variant) else { continue };
            if ours.stored_bytes.abs_diff(theirs.stored_bytes) > ours.stored_bytes / 50 {
                let Measurement { app, variant, .. } = theirs;
                return Err(format!(
                    "{app}/{variant} has another size in each of two recorded runs: record both again"
                ));
            }
        }
        let mut added = 0;
        for image in other.iter().filter(|m| m.variant == *variant) {
            if let Some(last) = self.results.iter().rposition(|m| m.app == image.app) {
                self.results.insert(last + 1, image.clone());
                added += 1;
            }
        }
        if added == 0 { Err(format!("no recorded run has the variant `{variant}`")) } else { Ok(self) }
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes are only put in order")]
    fn mean_share(&self, variant: &VariantId) -> f64 {
        let share = |m: &Measurement| {
            let sizes = self.results.iter().filter(|other| other.app == m.app).map(|other| other.stored_bytes);
            m.stored_bytes as f64 / sizes.max().unwrap_or_default().max(1) as f64
        };
        let shares: Vec<f64> = self.results.iter().filter(|m| m.variant == *variant).map(share).collect();
        shares.iter().sum::<f64>() / shares.len() as f64
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::{Health, Store};

    /// A matrix of images given as app, variant and stored bytes.
    pub fn matrix(images: &[(&str, &str, u64)]) -> Matrix {
        let measurement = |(app, variant, stored_bytes): &(&str, &str, u64)| Measurement {
            app: AppId::try_from((*app).to_owned()).unwrap(),
            variant: VariantId::try_from((*variant).to_owned()).unwrap(),
            platform: None,
            image: format!("drydock.local/app/{app}:{variant}"),
            stored_bytes: *stored_bytes,
            files: 1,
            pull_bytes: None,
            layers: 1,
            build_ms: 0,
            parallel: true,
            cached: true,
            ready_ms: 400,
            health: Health { ok: true, status: 200, attempts: 1 },
            user: "65532:65532".to_owned(),
            hardened: true,
            not_run: None,
        };
        let environment = Environment {
            engine: "26.1.5".to_owned(),
            buildx: "0.13.1".to_owned(),
            store: Store::Classic,
            arch: "amd64".to_owned(),
            os: "Debian".to_owned(),
            cpus: 2,
            memory_bytes: 0,
            bases: "local".to_owned(),
            date: "2026-11-20T16:30:17Z".to_owned(),
        };
        let results = images.iter().map(measurement).collect();
        Matrix { schema: Matrix::SCHEMA, environment, build_ms: 0, results, leftovers: 0 }
    }

    #[test]
    fn variants_go_from_large_to_small_whatever_an_app_weighs() {
        // By plain sums the one large image of `b` would put `slim` last but one; `bare` is missing in `b`.
        let matrix =
            matrix(&[("a", "bare", 1), ("a", "full", 100), ("a", "slim", 10), ("b", "full", 1000), ("b", "slim", 900)]);
        let variants: Vec<_> = matrix.variants().iter().map(|variant| variant.as_str()).collect();
        assert_eq!(variants, ["full", "slim", "bare"]);
        let b = matrix.apps()[1];
        assert_eq!(matrix.row(b).iter().map(|m| m.stored_bytes).collect::<Vec<_>>(), [1000, 900]);
        assert!(matrix.of(b, variants_named(&matrix, "bare")).is_none());
    }

    fn variants_named<'m>(matrix: &'m Matrix, name: &str) -> &'m VariantId {
        matrix.variants().into_iter().find(|variant| variant.as_str() == name).unwrap()
    }

    #[test]
    fn a_variant_of_another_run_stands_with_its_app() {
        let sample = || matrix(&[("a", "full", 1000), ("a", "bare", 1), ("b", "full", 500)]);
        let other = |full| matrix(&[("a", "full", full), ("a", "split", 100), ("c", "split", 1)]).results;
        let split = VariantId::try_from("split".to_owned()).unwrap();
        let both = sample().beside(&other(1010), &split).unwrap();
        assert_eq!(both.apps().len(), 2, "an app stands once, and `c` is not one of them");
        assert_eq!(both.row(both.apps()[0]).iter().map(|m| m.stored_bytes).collect::<Vec<_>>(), [1000, 100, 1]);
        assert!(sample().beside(&other(1100), &split).unwrap_err().starts_with("a/full has another size"));
        let none = VariantId::try_from("none".to_owned()).unwrap();
        assert!(sample().beside(&other(1000), &none).is_err());
    }
}
