//! `unpacked`: no program of the application was packed, as UPX does it, in any layer. A packed file is small, and its program takes
//! the more memory: it is unpacked at each start, and no two containers share its pages. A pull compresses the file anyway.

use super::stripped::programs;
use super::{Case, Judge, Judged, Need};

pub(super) struct Unpacked;

impl Judge for Unpacked {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        Some(case.inspected("the application's programs as the linker wrote them", |inspection| {
            let (held, found, place) = programs(inspection, "all are", |program| program.made.packed);
            (held, if held { found } else { format!("packed: {found}") }, place)
        }))
    }
}
