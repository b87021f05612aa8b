//! `non-root`: the image names a user by number, the number is not 0, and the service does not run as root all the same.
//!
//! By number, because Kubernetes' `runAsNonRoot` refuses to guess what a name means inside an image. The number does not decide alone:
//! a program with the setuid bit runs with the rights of its owner.

use super::{Case, Judge, Judged, Need};

pub(super) struct NonRoot;

impl Judge for NonRoot {
    fn needs(&self) -> Vec<Need> {
        vec![Need::User]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        const EXPECTED: &str = "a numeric user other than 0";
        let user = &case.measured.user;
        let number = user.split(':').next().and_then(|user| user.parse::<u32>().ok());
        let named = number.is_some_and(|number| number != 0);
        Some(match case.facts.user {
            Some(0) if named => Judged::new(false, EXPECTED, format!("the image says {user}, but PID 1 runs as root")),
            _ => Judged::new(named, EXPECTED, user.as_str()),
        })
    }
}
