//! When to go on waiting for a container, and when to stop: decided by what the container does, not by a clock alone.
//!
//! A machine under load can stretch any start and any answer to many times its length. So a container that works is waited for.
//! It is given up where waiting is pointless: it has been idle at one look after another, or it has used more processor time
//! than its own limit has room for. A clock decides only two things. Nothing is given up before the container's own limit has
//! passed, since it may sleep for a while on purpose; and a wait that comes to neither end is cut off, and told as not measured.

use std::time::Duration;

use crate::engine::usage::Usage;

/// Looks in a row at which the container has to be idle. Each look starts two processes, so that on a machine under load they
/// lie further apart of themselves.
pub const LOOKS: u32 = 10;
/// Share of one processor that still counts as idle. An event loop that wakes ten times a second (uvicorn) uses 0.2 %. All
/// containers together may get as little as one other process does: of two processors and thirty that want them, one among ten
/// containers gets 0.7 %.
const IDLE: f64 = 0.004;
/// The same where every look is a request that the container answers.
const ANSWERING: f64 = 0.05;
/// Bytes by which memory may grow between two looks at an idle container.
const GROWTH: u64 = 256 * 1024;
/// How many times the processor time of its limit a container may use. The machine may be slower than the one that the limit
/// was written on.
const SLOWER: u32 = 3;
/// A wait is cut off after this many times the limit, and not before [`LEAST`].
const CUT_OFF: u32 = 30;
const LEAST: Duration = Duration::from_mins(5);

/// What the looks so far come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It works, or may do so again.
    Going,
    /// Its limit has passed, and it has been idle ever since [`LOOKS`] looks.
    Idle,
    /// It has used more processor time than its limit has room for on all processors.
    Spent,
    /// Neither in all the time there is.
    CutOff,
}

/// Looks at one container, from the start of what is waited for.
#[derive(Clone, Debug)]
pub struct Patience {
    limit: Duration,
    /// Processor time that was used before the wait.
    before: Option<Duration>,
    last: Option<Usage>,
    idle: u32,
}

impl Patience {
    /// For something that takes at most `limit` where nothing else runs.
    pub fn new(limit: Duration) -> Self {
        Self { limit, before: None, last: None, idle: 0 }
    }

    /// For the start of a container: on a busy machine the first look comes late, and what it used until then counts.
    pub fn of_start(limit: Duration) -> Self {
        Self { before: Some(Duration::ZERO), ..Self::new(limit) }
    }

    /// Takes what the container has used so far, `since` the beginning of the wait; `None` where the engine does not say.
    /// `answers` where it answers a request at each look.
    pub fn look(&mut self, since: Duration, usage: Option<Usage>, answers: bool) -> Seen {
        let idle = match (self.last, usage) {
            (Some(last), Some(now)) => is_idle(&last, &now, if answers { ANSWERING } else { IDLE }),
            _ => Some(false),
        };
        self.idle = idle.map_or(self.idle, |idle| if idle { self.idle + 1 } else { 0 });
        self.before = self.before.or(usage.map(|usage| usage.cpu));
        self.last = usage;
        let room = self.last.map_or(Duration::MAX, |last| self.limit * last.processors * SLOWER);
        if since <= self.limit {
            Seen::Going
        } else if self.idle >= LOOKS {
            Seen::Idle
        } else if self.used() > room {
            Seen::Spent
        } else if since > self.cut_off() {
            Seen::CutOff
        } else {
            Seen::Going
        }
    }

    /// Processor time that the container used during the wait.
    pub fn used(&self) -> Duration {
        self.before.zip(self.last).map_or(Duration::ZERO, |(before, last)| last.cpu.saturating_sub(before))
    }

    /// Whether the engine says what the container uses.
    pub fn sees(&self) -> bool {
        self.last.is_some()
    }

    /// When the wait ends in any case.
    pub fn cut_off(&self) -> Duration {
        LEAST.max(self.limit * CUT_OFF)
    }
}

/// Whether a container was idle between two looks. `None` where a check of its health was at work, whose use the engine counts as
/// the container's: that look says nothing, and the next one may.
fn is_idle(last: &Usage, now: &Usage, share: f64) -> Option<bool> {
    let passed = Duration::try_from(now.at.duration_since(last.at)).unwrap_or_default();
    let used = now.cpu.saturating_sub(last.cpu);
    let idle = !passed.is_zero()
        && !now.wants
        && used.as_secs_f64() <= passed.as_secs_f64() * share
        && now.disk == last.disk
        && now.memory <= last.memory + GROWTH;
    let visited = now.visited.is_some_and(|at| at >= last.at);
    (idle || now.wants || !visited).then_some(idle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    const LIMIT: Duration = Duration::from_secs(10);

    /// A container whose looks lie `apart` ms and which uses so much processor time, in ms, between them, until the end.
    fn waited(apart: u64, used: impl Fn(u64) -> u64) -> (Seen, Duration) {
        let mut patience = Patience::new(LIMIT);
        let mut cpu = 30;
        for look in 1.. {
            cpu += used(look);
            let since = Duration::from_millis(apart * look);
            let usage = Usage {
                at: Timestamp::from_millisecond(i64::try_from(apart * look).unwrap()).unwrap(),
                cpu: Duration::from_millis(cpu),
                disk: 0,
                memory: 1 << 20,
                processors: 2,
                wants: false,
                visited: None,
            };
            match patience.look(since, Some(usage), false) {
                Seen::Going => {}
                seen => return (seen, since),
            }
        }
        unreachable!()
    }

    #[test]
    fn one_that_idles_is_given_up_as_soon_as_its_limit_has_passed() {
        assert_eq!(waited(500, |_| 0), (Seen::Idle, Duration::from_millis(10_500)));
        assert_eq!(waited(500, |_| 1), (Seen::Idle, Duration::from_millis(10_500)));
    }

    #[test]
    fn one_that_gets_little_of_a_busy_machine_is_waited_for() {
        // A thirtieth of a processor, until a second of work is done after half a minute; then it sleeps.
        let (seen, since) = waited(500, |look| if look <= 60 { 16 } else { 0 });
        assert_eq!((seen, since), (Seen::Idle, Duration::from_secs(35)));
    }

    #[test]
    fn a_pause_is_no_end() {
        let (seen, since) = waited(500, |look| if look % 9 == 0 { 20 } else { 0 });
        assert_eq!((seen, since), (Seen::CutOff, Duration::from_millis(300_500)));
    }

    #[test]
    fn one_that_works_for_ever_is_given_up_by_what_it_has_used() {
        let (seen, since) = waited(500, |_| 500);
        assert_eq!((seen, since), (Seen::Spent, Duration::from_secs(61)));
        // A fifth of a processor takes five times as long to come to the same, and the cut-off comes first.
        assert_eq!(waited(500, |_| 100).0, Seen::CutOff);
    }

    #[test]
    fn where_the_engine_does_not_say_only_the_cut_off_ends_it() {
        let mut patience = Patience::new(LIMIT);
        assert_eq!(patience.look(Duration::from_mins(4), None, false), Seen::Going);
        assert_eq!(patience.look(Duration::from_mins(6), None, false), Seen::CutOff);
        assert!(!patience.sees());
    }

    #[test]
    fn reading_a_slow_disk_taking_memory_and_waiting_for_a_processor_are_work() {
        let at = |second: i64, disk, memory| Usage {
            at: Timestamp::from_second(second).unwrap(),
            cpu: Duration::from_secs(1),
            disk,
            memory,
            processors: 1,
            wants: false,
            visited: None,
        };
        let idle = |now| is_idle(&at(1, 0, 0), &now, IDLE);
        assert_eq!(idle(at(2, 0, 4096)), Some(true));
        assert_eq!(idle(at(2, 4096, 0)), Some(false));
        assert_eq!(idle(at(2, 0, 1 << 20)), Some(false));
        // One that gets nothing of a busy machine.
        assert_eq!(idle(Usage { wants: true, ..at(2, 0, 0) }), Some(false));
        // A check of its health was at work: before the last look, since then, and beside work of its own.
        let visited = |at: i64, now| Usage { visited: Timestamp::from_millisecond(at).ok(), ..now };
        assert_eq!(idle(visited(900, at(2, 4096, 0))), Some(false));
        assert_eq!(idle(visited(1500, at(2, 4096, 0))), None);
        assert_eq!(idle(visited(1500, at(2, 0, 0))), Some(true));
        assert_eq!(idle(visited(1500, Usage { wants: true, ..at(2, 4096, 0) })), Some(false));
    }

    #[test]
    fn a_check_every_second_hides_no_idle_container_and_no_work() {
        let waited = |own: u64| {
            let mut patience = Patience::new(LIMIT);
            let mut cpu = 30;
            for look in 1_i64.. {
                let now = look * 500;
                // Every other look has seen a check, of 60 ms.
                let checked = look % 2 == 0;
                cpu += own + if checked { 60 } else { 0 };
                let usage = Usage {
                    at: Timestamp::from_millisecond(now).unwrap(),
                    cpu: Duration::from_millis(cpu),
                    disk: 0,
                    memory: 1 << 20,
                    processors: 2,
                    wants: false,
                    visited: Timestamp::from_millisecond(if checked { now - 100 } else { now - 600 }).ok(),
                };
                let since = Duration::from_millis(now.unsigned_abs());
                match patience.look(since, Some(usage), false) {
                    Seen::Going => {}
                    seen => return (seen, since),
                }
            }
            unreachable!()
        };
        assert_eq!(waited(0), (Seen::Idle, Duration::from_millis(10_500)));
        assert_eq!(waited(20), (Seen::CutOff, Duration::from_millis(300_500)));
    }
}
