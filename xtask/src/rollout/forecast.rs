//! What fetched bytes come to in a fleet. A pure model: it knows bandwidth and counting, and nothing of registries that are
//! slow, disks that unpack, or nodes that come and go.

use crate::model::{Fetched, Fleet, Forecast};

/// What the fleet makes of what one node fetches.
pub fn forecast(fetched: &Fetched, fleet: &Fleet) -> Forecast {
    Forecast {
        first_ms: wait_ms(fetched.first, fleet),
        source_ms: fetched.source_change.map(|bytes| wait_ms(bytes, fleet)),
        dependency_ms: fetched.dependency_change.map(|bytes| wait_ms(bytes, fleet)),
        day_bytes: fetched.source_change.zip(fetched.dependency_change).map(|(source, dependency)| {
            let with_dependency = fleet.deploys / fleet.dependency_every.max(1);
            let alone = fleet.deploys - with_dependency;
            let one_node = source.saturating_mul(alone).saturating_add(dependency.saturating_mul(with_dependency));
            one_node.saturating_mul(fleet.nodes)
        }),
    }
}

/// Milliseconds from the first byte until the last node has `bytes`, rounded up: as many rounds as it takes for all nodes
/// to have had their turn, each as long as one node needs.
fn wait_ms(bytes: u64, fleet: &Fleet) -> u64 {
    let rounds = u128::from(fleet.nodes.div_ceil(fleet.parallel.max(1)));
    // Bits by bits a millisecond.
    let one_node = (u128::from(bytes) * 8).div_ceil(u128::from(fleet.mbps.max(1)) * 1000);
    u64::try_from(rounds * one_node).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FLEET: Fleet = Fleet { nodes: 50, mbps: 200, parallel: 13, deploys: 40, dependency_every: 10 };

    fn fetched(first: u64, change: u64) -> Fetched {
        Fetched { first, base_there: None, source_change: Some(change), dependency_change: Some(2 * change) }
    }

    #[test]
    fn a_fleet_by_hand() {
        let forecast = forecast(&fetched(250_000_000, 1_000_000), &FLEET);
        // 250 MB at 25 MB/s take 10 s, and 50 nodes have their turn in four rounds of 13.
        assert_eq!(forecast.first_ms, 40_000);
        // 36 deploys of 1 MB and 4 of 2 MB, 50 times.
        assert_eq!(forecast.day_bytes, Some(50 * (36 + 8) * 1_000_000));
    }

    #[test]
    fn what_is_not_known_is_not_forecast() {
        let unknown = Fetched { source_change: None, ..fetched(1, 1) };
        let forecast = forecast(&unknown, &FLEET);
        assert_eq!((forecast.source_ms, forecast.day_bytes), (None, None));
        assert!(forecast.dependency_ms.is_some());
    }

    prop_compose! {
        fn some_fleet()(nodes in 1..2000_u64, mbps in 1..10_000_u64, parallel in 1..3000_u64, deploys in 0..1000_u64,
                        dependency_every in 1..100_u64) -> Fleet {
            Fleet { nodes, mbps, parallel, deploys, dependency_every }
        }
    }

    proptest! {
        #[test]
        fn fewer_bytes_never_cost_more(fleet in some_fleet(), a in 0..1u64 << 40, b in 0..1u64 << 40) {
            let (less, more) = (a.min(b), a.max(b));
            let (less, more) = (forecast(&fetched(less, less), &fleet), forecast(&fetched(more, more), &fleet));
            prop_assert!(less.first_ms <= more.first_ms && less.source_ms <= more.source_ms);
            prop_assert!(less.day_bytes <= more.day_bytes);
        }

        #[test]
        fn more_at_a_time_is_never_slower_and_beyond_the_fleet_no_faster(fleet in some_fleet(), bytes in 0..1u64 << 40) {
            let wait = |parallel| wait_ms(bytes, &Fleet { parallel, ..fleet });
            prop_assert!(wait(fleet.parallel + 1) <= wait(fleet.parallel));
            prop_assert_eq!(wait(fleet.nodes), wait(fleet.nodes * 2));
            // One node alone takes what all together take when they pull at once.
            prop_assert_eq!(wait(fleet.nodes), wait_ms(bytes, &Fleet { nodes: 1, ..fleet }));
        }

        #[test]
        fn twice_the_bandwidth_is_half_the_wait(fleet in some_fleet(), bytes in 0..1u64 << 40) {
            let (slow, fast) = (wait_ms(bytes, &fleet), wait_ms(bytes, &Fleet { mbps: fleet.mbps * 2, ..fleet }));
            let rounds = fleet.nodes.div_ceil(fleet.parallel);
            // Up to a millisecond of rounding in each round.
            prop_assert!(fast * 2 >= slow && fast * 2 <= slow + 2 * rounds, "{} {}", slow, fast);
        }

        #[test]
        fn a_day_is_the_sum_of_its_deploys(fleet in some_fleet(), bytes in 0..1u64 << 30) {
            let same = Fetched { source_change: Some(bytes), dependency_change: Some(bytes), ..fetched(0, 0) };
            prop_assert_eq!(forecast(&same, &fleet).day_bytes, Some(bytes * fleet.nodes * fleet.deploys));
        }

        #[test]
        fn the_largest_numbers_do_not_overflow(bytes in any::<u64>(), nodes in any::<u64>(), deploys in any::<u64>()) {
            let fleet = Fleet { nodes, mbps: 1, parallel: 1, deploys, dependency_every: 1 };
            let _ = forecast(&fetched(bytes, bytes / 2), &fleet);
        }
    }
}
