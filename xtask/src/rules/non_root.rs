//! `non-root`: the image names a user by number, and the number is not 0.
//!
//! By number, because Kubernetes' `runAsNonRoot` refuses to guess what a name means inside an image.

use super::{Case, Judge, Judged};

pub(super) struct NonRoot;

impl Judge for NonRoot {
    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let user = &case.measured.user;
        let number = user.split(':').next().and_then(|user| user.parse::<u32>().ok());
        let held = number.is_some_and(|number| number != 0);
        Some(Judged::new(held, "a numeric user other than 0", user.as_str()))
    }
}
