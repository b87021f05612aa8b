//! Times whole processes in turn.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use drydock::report;
use drydock::units;
use wait4::Wait4;

/// What one process took.
#[derive(Clone, Copy)]
struct Run {
    wall: Duration,
    /// User and system time.
    cpu: Duration,
    /// Largest resident set, in bytes.
    peak: u64,
}

/// Several commands that do the same work; the last is the yardstick.
pub struct Contest<const N: usize> {
    names: [&'static str; N],
    runs: [Vec<Run>; N],
}

impl<const N: usize> Contest<N> {
    /// Begins without a run.
    pub fn new(names: [&'static str; N]) -> Self {
        Self { names, runs: std::array::from_fn(|_| Vec::new()) }
    }

    /// Runs each command once; the first round warms up and does not count.
    pub fn round(&mut self, commands: &mut [Command; N], warm_up: bool) {
        for (command, runs) in commands.iter_mut().zip(&mut self.runs) {
            let run = run(command);
            if !warm_up {
                runs.push(run);
            }
        }
    }

    /// Says the medians, and how many times as much the yardstick took: the median of the rounds' own ratios.
    pub fn tell(&self) {
        for (name, runs) in self.names.iter().zip(&self.runs) {
            let ratios = runs
                .iter()
                .zip(&self.runs[N - 1])
                .map(|(own, other)| other.wall.as_secs_f64() / own.wall.as_secs_f64());
            let wall = median(runs.iter().map(|run| run.wall.as_secs_f64()));
            let cpu = median(runs.iter().map(|run| run.cpu.as_secs_f64()));
            let mut peaks: Vec<_> = runs.iter().map(|run| run.peak).collect();
            peaks.sort_unstable();
            let peak = units::bytes(peaks[peaks.len() / 2]);
            report::line(format!(
                "  {name:<16} {wall:>7.3} s   processor {cpu:>7.3} s   peak {peak:>8}   {:>6.2} ×",
                median(ratios)
            ));
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A command of the house as one whose process can be waited for with its account.
#[expect(clippy::disallowed_methods, reason = "the house's own way to start a process keeps no account of it")]
pub fn shell(command: &drydock::process::Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec env {}", command.display())]).stdin(Stdio::null()).stdout(Stdio::null());
    shell
}

fn run(command: &mut Command) -> Run {
    let began = Instant::now();
    let mut child = command.spawn().expect("sh can be started");
    let ended = child.wait4().expect("a child can be waited for");
    let wall = began.elapsed();
    assert!(ended.status.success(), "{command:?} ended with {}", ended.status);
    Run { wall, cpu: ended.rusage.utime + ended.rusage.stime, peak: ended.rusage.maxrss }
}
