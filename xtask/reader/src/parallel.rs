//! Work on several things at the same time.

use std::sync::{Mutex, PoisonError};

/// Does `work` for every item, up to `at_once` of them at a time, and returns the results in the items' order. Items are begun
/// in their order.
///
/// Panics where `work` does, once all others have ended.
pub fn map<T: Sync, R: Send>(items: &[T], at_once: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(items.iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take = || std::iter::from_fn(|| next().map(|(index, item)| (index, work(item)))).collect::<Vec<_>>();
    let mut done = std::thread::scope(|scope| {
        // This thread works as well.
        let others: Vec<_> = (1..at_once.min(items.len())).map(|_| scope.spawn(take)).collect();
        let mut done = take();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::map;

    #[test]
    fn results_have_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        assert_eq!(map(&items, 7, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(map(&[] as &[u32], 4, |item| *item).is_empty());
        assert_eq!(map(&[1], 0, |item| *item), [1]);
    }

    #[test]
    fn as_many_as_asked_for_are_at_work_together() {
        // Each waits for the two others: one after the other would never end.
        let together = Barrier::new(3);
        assert_eq!(map(&[1, 2, 3], 3, |item| (together.wait().is_leader(), *item).1), [1, 2, 3]);
    }
}
