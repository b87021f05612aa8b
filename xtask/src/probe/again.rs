//! When to say again that a service is still starting: at once, and then ever less often, also where a container of it was already
//! waited for.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// From the first time to the second; each further pause is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// When something was said last, and how long it is not to be said again.
struct Said {
    last: Instant,
    pause: Duration,
}

static SAID: Mutex<BTreeMap<String, Said>> = Mutex::new(BTreeMap::new());

/// Whether it is time to say so of a service with this name. Who asks says it then.
pub(super) fn is_due(name: &str, now: Instant) -> bool {
    due(&mut SAID.lock().unwrap_or_else(PoisonError::into_inner), name, now)
}

fn due(said: &mut BTreeMap<String, Said>, name: &str, now: Instant) -> bool {
    match said.get_mut(name) {
        Some(said) if now.duration_since(said.last) < said.pause => false,
        Some(said) => {
            *said = Said { last: now, pause: said.pause * 2 };
            true
        }
        None => said.insert(name.to_owned(), Said { last: now, pause: FIRST_PAUSE }).is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_start_is_told_ever_less_often() {
        let (mut said, begin) = (BTreeMap::new(), Instant::now());
        let mut due = |name: &str, second| due(&mut said, name, begin + Duration::from_secs(second));
        let told: Vec<u64> = (10..300).filter(|second| due("Go, naive", *second)).collect();
        assert_eq!(told, [10, 40, 100, 220]);
        assert!(due("Go, slim", 11) && !due("Go, slim", 12));
    }
}
