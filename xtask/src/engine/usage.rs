//! What a container has used so far, as its engine counts it: processor time, bytes read and written, memory.
//!
//! `docker stats` rounds to hundredths of a percent and takes two seconds; the engine's API has the counters themselves, at once.
//! `docker system dial-stdio` connects to it wherever the engine is: on this machine, in Docker Desktop's, behind SSH or TLS.
//! <https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerStats>

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::container::State;
use super::{Engine, docker};
use crate::process::Output;

/// The counters of a running container. All of them only grow, but for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// When they were read, by the engine's clock.
    pub at: Timestamp,
    /// Processor time of all its processes; two busy processors use two seconds in a second.
    pub cpu: Duration,
    /// Bytes read from and written to disks; 0 where the engine does not count them.
    pub disk: u64,
    /// Bytes of memory in use.
    pub memory: u64,
    /// Processors of the engine's machine.
    pub processors: u32,
    /// Whether a process of its own runs, waits for a processor or waits for a disk at this moment; `false` where the engine does
    /// not say.
    pub wants: bool,
    /// When a program that the engine runs in it, such as its `HEALTHCHECK`, was last at work: the counters above count it as the
    /// container's. `None` where there was none.
    pub visited: Option<Timestamp>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
struct Stats {
    read: Timestamp,
    cpu_stats: Cpu,
    #[serde(default)]
    blkio_stats: Disk,
    #[serde(default)]
    memory_stats: Memory,
}

#[derive(Deserialize)]
struct Cpu {
    cpu_usage: CpuUsage,
    #[serde(default)]
    online_cpus: u32,
}

#[derive(Deserialize)]
struct CpuUsage {
    total_usage: u64,
}

#[derive(Default, Deserialize)]
struct Disk {
    io_service_bytes_recursive: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    value: u64,
}

#[derive(Default, Deserialize)]
struct Memory {
    #[serde(default)]
    usage: u64,
}

impl Engine<'_> {
    /// What a container has used so far; `None` where the engine does not say, as of one that has ended.
    pub fn usage(&self, container: &str) -> Option<Usage> {
        // Without a version in the path, the engine takes its own. HTTP/1.0 has the answer in one piece.
        let request =
            format!("GET /containers/{container}/stats?stream=false&one-shot=true HTTP/1.0\r\nHost: docker\r\n\r\n");
        let output = self.ask(&docker(["system", "dial-stdio"]).stdin(request)).ok()?;
        let usage = read(&output.stdout)?;
        // A process that gets nothing of a busy machine uses nothing, and is not idle: its state tells (ps(1), `STAT`).
        let table = self.ask(&docker(["top", container, "-eo", "pid,ppid,stat"])).ok().filter(Output::success);
        let table = table.as_ref().map(|table| processes(&table.stdout)).unwrap_or_default();
        // Last, since a check stands in the engine's log once it has ended: what was at work above and is not there yet, the table
        // has.
        let state = self.inspect_container(container).ok().flatten().map(|inspected| inspected.state);
        let (own, visitors) = told_apart(&table, state.as_ref().map_or(0, |state| state.pid));
        let checked = state.as_ref().and_then(State::checked);
        Some(Usage {
            wants: own.iter().any(|process| process.state.starts_with(['R', 'D'])),
            visited: if visitors == 0 { checked } else { Some(usage.at) },
            ..usage
        })
    }

    /// The number of the user whose rights PID 1 of a container has, as the engine's machine counts: with a name space of users, as in
    /// a rootless engine, 0 inside is another number here. `None` where the engine does not say, as of a container that has ended.
    pub fn user_of(&self, container: &str) -> Option<u32> {
        let first = self.inspect_container(container).ok().flatten()?.state.pid;
        let table = self.ask(&docker(["top", container, "-eo", "pid,euid"])).ok().filter(Output::success)?;
        user(&table.stdout, first)
    }
}

/// The user of a process, of a table with the columns PID and EUID.
fn user(table: &str, process: u32) -> Option<u32> {
    let mut rows = table.lines().skip(1).filter_map(|row| row.trim().split_once(char::is_whitespace));
    let (_, user) = rows.find(|(id, _)| id.parse() == Ok(process))?;
    user.trim().parse().ok()
}

/// A row of `docker top`.
#[derive(Debug, PartialEq, Eq)]
struct Process<'t> {
    id: u32,
    parent: u32,
    /// `R` where it runs or could, `D` where it waits for a disk, and so on.
    state: &'t str,
}

/// Reads a table with the columns PID, PPID and STAT.
fn processes<'t>(table: &'t str) -> Vec<Process<'t>> {
    let rows = table.lines().skip(1).map(str::split_whitespace);
    let read = |mut words: std::str::SplitWhitespace<'t>| {
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?))
    };
    rows.filter_map(read).map(|(id, parent, state)| Process { id, parent, state }).collect()
}

/// The processes that PID 1 of a container has begun, itself included; and how many are none of these. What the engine runs in a
/// container, such as a check of its health, has its parent outside. Where PID 1 is not in the table, all count as its own.
fn told_apart<'t>(table: &'t [Process<'t>], first: u32) -> (Vec<&'t Process<'t>>, usize) {
    let mut own: Vec<&Process<'_>> = table.iter().filter(|process| process.id == first).collect();
    if own.is_empty() {
        return (table.iter().collect(), 0);
    }
    let mut next = 0;
    while let Some(parent) = own.get(next).map(|process| process.id) {
        own.extend(table.iter().filter(|process| process.parent == parent && process.id != first));
        next += 1;
    }
    let others = table.len() - own.len();
    (own, others)
}

fn read(answer: &str) -> Option<Usage> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    if head.split_whitespace().nth(1) != Some("200") {
        return None;
    }
    let stats: Stats = serde_json::from_str(body.trim()).ok()?;
    let disk = stats.blkio_stats.io_service_bytes_recursive.unwrap_or_default();
    let usage = Usage {
        at: stats.read,
        cpu: Duration::from_nanos(stats.cpu_stats.cpu_usage.total_usage),
        disk: disk.iter().map(|entry| entry.value).sum(),
        memory: stats.memory_stats.usage,
        processors: stats.cpu_stats.online_cpus.max(1),
        wants: false,
        visited: None,
    };
    // Of a container that has ended, every counter is 0.
    (!usage.cpu.is_zero()).then_some(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_of_a_process_is_read() {
        let table = "PID                 EUID\n4711                65532\n4712                0\n";
        assert_eq!([4711, 4712, 47].map(|process| user(table, process)), [Some(65532), Some(0), None]);
    }

    #[test]
    fn the_counters_of_a_running_container_are_read() {
        let answer = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"read\":\"2026-11-27T22:28:24.877425183Z\",\
            \"pids_stats\":{\"current\":1},\"blkio_stats\":{\"io_service_bytes_recursive\":[{\"major\":8,\"minor\":0,\
            \"op\":\"read\",\"value\":4096},{\"op\":\"write\",\"value\":512}]},\"cpu_stats\":{\"cpu_usage\":\
            {\"total_usage\":28239587},\"online_cpus\":2},\"memory_stats\":{\"usage\":761856}}\n";
        let usage = read(answer).unwrap();
        assert_eq!((usage.cpu, usage.disk), (Duration::from_nanos(28_239_587), 4608));
        assert_eq!((usage.memory, usage.processors), (761_856, 2));
    }

    #[test]
    fn what_the_engine_runs_in_a_container_is_not_its_own() {
        let table = "PID    PPID   STAT\n4606   4580   Ss\n4607   4606   R+\n4650   4607   D\n4700   4580   Rs\n4701   4700   R\n";
        let table = processes(table);
        let (own, others) = told_apart(&table, 4606);
        let own: Vec<_> = own.into_iter().map(|process| (process.id, process.state)).collect();
        assert_eq!((own, others), (vec![(4606, "Ss"), (4607, "R+"), (4650, "D")], 2));
        // An engine whose numbers are others than its table's.
        assert_eq!(told_apart(&table, 1).1, 0);
        assert_eq!(told_apart(&[], 4606), (vec![], 0));
        assert_eq!(processes("PID PPID STAT\nx y z\n"), []);
    }

    #[test]
    fn an_engine_that_does_not_say_is_no_usage_of_nothing() {
        let ended = "HTTP/1.0 200 OK\r\n\r\n{\"read\":\"0001-01-01T00:00:00Z\",\"cpu_stats\":{\"cpu_usage\":\
            {\"total_usage\":0}},\"blkio_stats\":{\"io_service_bytes_recursive\":null},\"memory_stats\":{}}";
        for answer in ["", "HTTP/1.0 404 Not Found\r\n\r\n{\"message\":\"No such container\"}", ended] {
            assert_eq!(read(answer), None, "{answer}");
        }
    }
}
