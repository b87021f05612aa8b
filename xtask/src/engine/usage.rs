//! What a container has used so far, as its engine counts it: processor time, bytes read and written, memory.
//!
//! `docker stats` rounds to hundredths of a percent and takes two seconds; the engine's API has the counters themselves, at once.
//! `docker system dial-stdio` connects to it wherever the engine is: on this machine, in Docker Desktop's, behind SSH or TLS.
//! <https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerStats>

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Engine, docker};

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
    /// Whether a process of it runs, waits for a processor or waits for a disk at this moment; `false` where the engine does not
    /// say.
    pub wants: bool,
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
        let states = self.ask(&docker(["top", container, "-eo", "pid,stat"])).ok();
        let wants = states.is_some_and(|states| states.success() && any_wants(&states.stdout));
        Some(Usage { wants, ..usage })
    }
}

/// Whether a process of a table with the columns PID and STAT is running or runnable (`R`), or waits for a disk (`D`).
fn any_wants(table: &str) -> bool {
    let states = table.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1));
    states.into_iter().any(|state| state.starts_with(['R', 'D']))
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
    };
    // Of a container that has ended, every counter is 0.
    (!usage.cpu.is_zero()).then_some(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_process_that_waits_for_a_processor_wants_something() {
        assert!(any_wants("PID                 STAT\n4606                Ss\n4607                R+\n"));
        assert!(any_wants("PID STAT\n1 D\n"));
        assert!(!any_wants("PID                 STAT\n4606                Ssl\n"));
        assert!(!any_wants(""));
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
