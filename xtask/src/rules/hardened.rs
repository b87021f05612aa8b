//! `hardened`: the container did its work with a read-only root, no capabilities and no new privileges.

use super::{Case, Judge, Judged};

pub(super) struct Hardened;

impl Judge for Hardened {
    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let expected = "healthy with a read-only root, no capabilities, no new privileges";
        if let Some(why) = &case.measured.not_run {
            return Some(Judged { measured: why.clone(), ..Judged::not_measured(expected) });
        }
        let (hardened, healthy) = (case.measured.hardened, case.measured.health.ok);
        let measured = match (hardened, healthy) {
            (true, true) => "healthy under all three",
            (true, false) => "not healthy under all three",
            (false, _) => "ran without them",
        };
        Some(Judged::new(hardened && healthy, expected, measured))
    }
}
