//! `statically-linked`: no program of the application asks for a dynamic loader, in any layer, so none needs a C library from the image. Where
//! the loader and the libraries lie, and what they are called, is no matter.

use super::stripped::programs;
use super::{Case, Judge, Judged, Need};

pub(super) struct StaticallyLinked;

impl Judge for StaticallyLinked {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        Some(case.inspected("statically linked programs of the application", |inspection| {
            let (held, found, place) = programs(inspection, "all are", |program| program.made.loader);
            (held, if held { found } else { format!("linked to libraries: {found}") }, place)
        }))
    }
}
