//! What fetched bytes come to in a fleet. A pure model: it knows bandwidth and counting, and nothing of registries that are
//! slow, disks that unpack, or nodes that come and go.

use crate::model::{Fetched, Fleet, Forecast};

/// What the fleet makes of what one node fetches.
pub fn forecast(fetched: &Fetched, fleet: &Fleet) -> Forecast {
    Forecast {
        first_ms: wait_ms(fetched.first, fleet),
        changes_ms: fetched.changes.iter().map(|(name, bytes)| (name.clone(), wait_ms(*bytes, fleet))).collect(),
        day_bytes: day(fetched, fleet),
    }
}

/// What all nodes fetch on a day: the rarer changes first, as often as they come, then the usual one for all other deploys.
fn day(fetched: &Fetched, fleet: &Fleet) -> Option<u64> {
    let (usual, rare): (Vec<_>, Vec<_>) = fleet.changes.iter().partition(|often| often.every.is_none());
    let (mut left, mut one_node) = (fleet.deploys, 0_u64);
    for often in rare.into_iter().chain(usual) {
        let deploys = often.every.map_or(left, |every| (fleet.deploys / every.max(1)).min(left));
        left -= deploys;
        one_node = one_node.saturating_add(fetched.changes.get(&often.change)?.saturating_mul(deploys));
    }
    Some(one_node.saturating_mul(fleet.nodes))
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
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::Often;

    fn fleet(every: u64) -> Fleet {
        let often = |change: &str, every| Often { change: change.to_owned(), every };
        let changes = vec![often("source", None), often("dependency", Some(every))];
        Fleet { nodes: 50, mbps: 200, parallel: 13, deploys: 40, changes }
    }

    fn changes(source: u64, dependency: u64) -> BTreeMap<String, u64> {
        BTreeMap::from([("source".to_owned(), source), ("dependency".to_owned(), dependency)])
    }

    fn fetched(first: u64, change: u64) -> Fetched {
        Fetched { first, base_there: None, changes: changes(change, 2 * change) }
    }

    #[test]
    fn a_fleet_by_hand() {
        let forecast = forecast(&fetched(250_000_000, 1_000_000), &fleet(10));
        // 250 MB at 25 MB/s take 10 s, and 50 nodes have their turn in four rounds of 13.
        assert_eq!(forecast.first_ms, 40_000);
        // 36 deploys of 1 MB and 4 of 2 MB, 50 times.
        assert_eq!(forecast.day_bytes, Some(50 * (36 + 8) * 1_000_000));
    }

    #[test]
    fn what_is_not_known_is_not_forecast() {
        let unknown = Fetched { changes: BTreeMap::from([("dependency".to_owned(), 2)]), ..fetched(1, 1) };
        let forecast = forecast(&unknown, &fleet(10));
        assert_eq!((forecast.changes_ms.get("source"), forecast.day_bytes), (None, None));
        assert!(forecast.changes_ms.contains_key("dependency"));
    }

    #[test]
    fn rare_changes_never_make_more_deploys_than_there_are() {
        let mut fleet = fleet(1);
        fleet.changes.push(Often { change: "security".to_owned(), every: Some(2) });
        let bytes = changes(1, 10).into_iter().chain([("security".to_owned(), 100)]).collect();
        let forecast = forecast(&Fetched { changes: bytes, ..fetched(0, 0) }, &fleet);
        assert_eq!(forecast.day_bytes, Some(50 * 40 * 10));
    }

    prop_compose! {
        fn some_fleet()(nodes in 1..2000_u64, mbps in 1..10_000_u64, parallel in 1..3000_u64, deploys in 0..1000_u64,
                        every in 1..100_u64) -> Fleet {
            Fleet { nodes, mbps, parallel, deploys, ..fleet(every) }
        }
    }

    proptest! {
        #[test]
        fn fewer_bytes_never_cost_more(fleet in some_fleet(), a in 0..1u64 << 40, b in 0..1u64 << 40) {
            let (less, more) = (a.min(b), a.max(b));
            let (less, more) = (forecast(&fetched(less, less), &fleet), forecast(&fetched(more, more), &fleet));
            prop_assert!(less.first_ms <= more.first_ms && less.changes_ms["source"] <= more.changes_ms["source"]);
            prop_assert!(less.day_bytes <= more.day_bytes);
        }

        #[test]
        fn more_at_a_time_is_never_slower_and_beyond_the_fleet_no_faster(fleet in some_fleet(), bytes in 0..1u64 << 40) {
            let wait = |parallel| wait_ms(bytes, &Fleet { parallel, ..fleet.clone() });
            prop_assert!(wait(fleet.parallel + 1) <= wait(fleet.parallel));
            prop_assert_eq!(wait(fleet.nodes), wait(fleet.nodes * 2));
            // One node alone takes what all together take when they pull at once.
            prop_assert_eq!(wait(fleet.nodes), wait_ms(bytes, &Fleet { nodes: 1, ..fleet.clone() }));
        }

        #[test]
        fn twice_the_bandwidth_is_half_the_wait(fleet in some_fleet(), bytes in 0..1u64 << 40) {
            let (slow, fast) = (wait_ms(bytes, &fleet), wait_ms(bytes, &Fleet { mbps: fleet.mbps * 2, ..fleet.clone() }));
            let rounds = fleet.nodes.div_ceil(fleet.parallel);
            // Up to a millisecond of rounding in each round.
            prop_assert!(fast * 2 >= slow && fast * 2 <= slow + 2 * rounds, "{} {}", slow, fast);
        }

        #[test]
        fn a_day_is_the_sum_of_its_deploys(fleet in some_fleet(), bytes in 0..1u64 << 30) {
            let same = Fetched { changes: changes(bytes, bytes), ..fetched(0, 0) };
            prop_assert_eq!(forecast(&same, &fleet).day_bytes, Some(bytes * fleet.nodes * fleet.deploys));
        }

        #[test]
        fn the_largest_numbers_do_not_overflow(bytes in any::<u64>(), nodes in any::<u64>(), deploys in any::<u64>()) {
            let fleet = Fleet { nodes, mbps: 1, parallel: 1, deploys, ..fleet(1) };
            let _ = forecast(&fetched(bytes, bytes / 2), &fleet);
        }
    }
}
