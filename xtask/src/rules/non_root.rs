//! `non-root`: the image names a user by number, and the number is not 0.
//!
//! By number, because Kubernetes' `runAsNonRoot` refuses to guess what a name means inside an image.

use super::{of, verdict};
use crate::model::{Measurement, VariantId, Verdict};

pub(super) fn judge(results: &[Measurement], variant: &VariantId, why: &str) -> Vec<Verdict> {
    let judged = of(results, None, variant).map(|m| {
        let number = m.user.split(':').next().and_then(|user| user.parse::<u32>().ok());
        let pass = number.is_some_and(|number| number != 0);
        verdict("non-root", m, pass, "a numeric user other than 0".to_owned(), m.user.clone(), why)
    });
    judged.collect()
}
