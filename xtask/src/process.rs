//! The one place that starts processes.
//!
//! A [`Command`] is a value: it can be shown, so that a learner can repeat it by hand, before or instead of being run.
//! Every running child is known to [`stop_all`], which Ctrl-C calls.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, mpsc};
use std::time::Duration;

use crate::error::{ErrorId, Problem, Result};
use crate::host;

/// A program with its arguments, environment and working directory, not yet started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    program: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    dir: Option<PathBuf>,
    stdin: Option<Vec<u8>>,
}

/// What a finished process left behind.
#[derive(Clone, Debug)]
pub struct Output {
    /// Exit status; 128 + signal number where a signal ended it.
    pub status: i32,
    /// Captured standard output, invalid UTF-8 replaced.
    pub stdout: String,
    /// Captured standard error, invalid UTF-8 replaced.
    pub stderr: String,
}

impl Output {
    /// Whether the process exited with status 0.
    pub fn success(&self) -> bool {
        self.status == 0
    }
}

type Killer = Arc<dyn Fn() + Send + Sync>;
static RUNNING: LazyLock<Mutex<BTreeMap<u64, Killer>>> = LazyLock::new(Mutex::default);
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Ends every child that is still running. Used when the program itself is told to stop.
pub fn stop_all() {
    let killers: Vec<Killer> = RUNNING.lock().map(|r| r.values().cloned().collect()).unwrap_or_default();
    for kill in killers {
        kill();
    }
}

/// Hears of each docker command's process, when it was started (`true`) and when it has ended.
pub type OnChild = fn(u32, bool);
static ON_CHILD: Mutex<Option<OnChild>> = Mutex::new(None);

/// Says who hears of children from now on.
pub fn on_children(hears: Option<OnChild>) {
    if let Ok(mut on_child) = ON_CHILD.lock() {
        *on_child = hears;
    }
}

/// Keeps a child in the list of running ones for as long as it lives.
struct Registered {
    id: u64,
    /// Those that somebody hears of.
    pids: Vec<u32>,
}

impl Registered {
    fn new(command: &Command, pids: Vec<u32>, kill: Killer) -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut running) = RUNNING.lock() {
            running.insert(id, kill);
        }
        let pids = if command.program == "docker" { pids } else { Vec::new() };
        tell(&pids, true);
        Self { id, pids }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        if let Ok(mut running) = RUNNING.lock() {
            running.remove(&self.id);
        }
        tell(&self.pids, false);
    }
}

fn tell(pids: &[u32], alive: bool) {
    let hears = ON_CHILD.lock().ok().and_then(|on_child| *on_child);
    if let Some(hears) = hears {
        for &pid in pids {
            hears(pid, alive);
        }
    }
}

/// A process that runs until this is dropped.
#[derive(Debug)]
pub struct Background(duct::Handle);

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A process that lives beside this one, and is meant to outlive it.
#[derive(Debug)]
pub struct Beside(duct::Handle);

impl Beside {
    /// Waits for its end, but not for one that hangs: it is not this process's business any more.
    pub fn wait(&self) {
        let _ = self.0.wait_timeout(Duration::from_secs(5));
    }
}

impl Command {
    /// A program, looked up on PATH.
    pub fn new(program: impl Into<String>) -> Self {
        Self { program: program.into(), args: Vec::new(), env: Vec::new(), dir: None, stdin: None }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds several arguments.
    #[must_use]
    pub fn args<A: Into<String>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable for the child; the last value given counts.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.env.retain(|(other, _)| *other != name);
        self.env.push((name, value.into()));
        self
    }

    /// Sets the child's working directory.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Gives the child these bytes on standard input; without this it gets none.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// The command as a POSIX shell would take it.
    pub fn display(&self) -> String {
        let env = self.env.iter().map(|(name, value)| format!("{name}={}", quote(value)));
        env.chain([quote(&self.program)]).chain(self.args.iter().map(|a| quote(a))).collect::<Vec<_>>().join(" ")
    }

    /// The command with its standard input, as lines a POSIX shell would take.
    pub fn script(&self) -> String {
        match &self.stdin {
            None => self.display(),
            Some(bytes) => {
                format!("{} <<'INPUT'\n{}\nINPUT", self.display(), String::from_utf8_lossy(bytes).trim_end())
            }
        }
    }

    /// Runs to the end and captures both streams. A status other than 0 is not an error here: the caller knows what it means.
    ///
    /// Errors: the program cannot be started ([`ErrorId::ToolMissing`]), or `limit` passes ([`ErrorId::ToolSilent`]; the child
    /// is killed). Both name the program.
    pub fn output(&self, limit: Duration) -> Result<Output> {
        self.output_while(limit, 1, || false)
    }

    /// As [`Self::output`], but each time that `limit` passes, and at most `turns` times, `goes_on` says whether to wait once more.
    ///
    /// Errors: as [`Self::output`].
    pub fn output_while(&self, limit: Duration, turns: u32, goes_on: impl Fn() -> bool) -> Result<Output> {
        let handle = Arc::new(
            self.expression()
                .stdout_capture()
                .stderr_capture()
                .unchecked()
                .start()
                .map_err(|e| self.not_started(&e))?,
        );
        let killer = Arc::clone(&handle);
        let _registered = Registered::new(
            self,
            handle.pids(),
            Arc::new(move || {
                let _ = killer.kill();
            }),
        );
        let mut turn = 1;
        let output = loop {
            if let Some(output) = handle.wait_timeout(limit).map_err(|e| self.not_started(&e))? {
                break output;
            }
            if turn >= turns || !goes_on() {
                let _ = handle.kill();
                let fact = format!("`{}` did not finish within {} s.", self.display(), (limit * turn).as_secs());
                return Err(Problem::new(ErrorId::ToolSilent, fact));
            }
            turn += 1;
        };
        Ok(Output {
            status: host::status(output.status),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs to the end and hands each line of both streams, merged, to `on_line` as it appears. Returns the exit status.
    ///
    /// Errors: the program cannot be started ([`ErrorId::ToolMissing`]).
    pub fn lines(&self, on_line: impl FnMut(&str)) -> Result<i32> {
        Ok(self.lines_within(None, on_line)?.unwrap_or(-1))
    }

    /// As [`Self::lines`], but the child is killed when `limit` passes: then there is no status.
    ///
    /// Errors: the program cannot be started ([`ErrorId::ToolMissing`]).
    pub fn lines_within(&self, limit: Option<Duration>, mut on_line: impl FnMut(&str)) -> Result<Option<i32>> {
        let reader =
            Arc::new(self.expression().stderr_to_stdout().unchecked().reader().map_err(|e| self.not_started(&e))?);
        let killer = Arc::clone(&reader);
        let _registered = Registered::new(
            self,
            reader.pids(),
            Arc::new(move || {
                let _ = killer.kill();
            }),
        );
        let late = AtomicBool::new(false);
        let (done, ended) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            if let Some(limit) = limit {
                let (killer, late) = (Arc::clone(&reader), &late);
                scope.spawn(move || {
                    if ended.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                        late.store(true, Ordering::Relaxed);
                        let _ = killer.kill();
                    }
                });
            }
            let mut buffered = BufReader::new(reader.as_ref());
            let mut line = Vec::new();
            loop {
                line.clear();
                // A killed child makes the read fail; that is the end of its output, not a fault of ours.
                let more = buffered.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0);
                // The last line may have no end, and is then the one that says where the child was when it was killed.
                if !line.is_empty() {
                    on_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
                }
                if !more {
                    break;
                }
            }
            // The watch over the limit ends with the channel.
            drop(done);
        });
        if late.into_inner() {
            return Ok(None);
        }
        match reader.try_wait() {
            Ok(Some(output)) => Ok(Some(host::status(output.status))),
            _ => Ok(Some(-1)),
        }
    }

    /// Runs to the end and hands the standard output to `consume` as a stream of bytes; standard error goes to the caller's
    /// own. Returns what `consume` returned, and the exit status.
    ///
    /// Errors: the program cannot be started ([`ErrorId::ToolMissing`]).
    pub fn stream<T>(&self, consume: impl FnOnce(&mut dyn std::io::Read) -> T) -> Result<(T, Output)> {
        let errors = tempfile::NamedTempFile::new()
            .map_err(|e| crate::error::io("create a file in", &std::env::temp_dir(), &e))?;
        let reader = Arc::new(
            self.expression().stderr_path(errors.path()).unchecked().reader().map_err(|e| self.not_started(&e))?,
        );
        let killer = Arc::clone(&reader);
        let _registered = Registered::new(
            self,
            reader.pids(),
            Arc::new(move || {
                let _ = killer.kill();
            }),
        );
        let value = consume(&mut reader.as_ref());
        // The consumer may stop early: a child that still writes would wait for ever.
        let code = if let Ok(Some(output)) = reader.try_wait() {
            host::status(output.status)
        } else {
            let _ = reader.kill();
            -1
        };
        let stderr = std::fs::read_to_string(errors.path()).unwrap_or_default();
        Ok((value, Output { status: code, stdout: String::new(), stderr }))
    }

    /// Runs with the terminal's own streams: for tools that talk to the user themselves. Returns the exit status.
    ///
    /// Errors: the program cannot be started ([`ErrorId::ToolMissing`]).
    pub fn inherit(&self) -> Result<i32> {
        let handle = Arc::new(self.expression().unchecked().start().map_err(|e| self.not_started(&e))?);
        let killer = Arc::clone(&handle);
        let _registered = Registered::new(
            self,
            handle.pids(),
            Arc::new(move || {
                let _ = killer.kill();
            }),
        );
        handle.wait().map(|o| host::status(o.status)).map_err(|e| self.not_started(&e))
    }

    /// Starts the program on its own, apart from this process: it lives on when this one ends. Both its streams go to `log`.
    ///
    /// Errors: the program or the log cannot be opened.
    pub fn detach(&self, log: &std::path::Path) -> Result<()> {
        // The inner redirection sees what the outer one has done: standard error follows into the log.
        let expression = self.expression().stderr_to_stdout().stdout_path(log).unchecked();
        let expression = expression.before_spawn(|command| {
            host::set_apart(command);
            Ok(())
        });
        expression.start().map(drop).map_err(|e| self.not_started(&e))
    }

    /// Starts the program and lets it run; nobody hears what it says. A Ctrl-C reaches it as well as this process.
    ///
    /// Errors: the program cannot be started.
    pub fn background(&self) -> Result<Background> {
        let expression = self.expression().stdout_null().stderr_null().unchecked();
        expression.start().map(Background).map_err(|e| self.not_started(&e))
    }

    /// Starts the program on its own, apart from this process, with `input` as its standard input and nobody to hear what it says.
    ///
    /// Errors: the program cannot be started.
    pub fn beside(&self, input: std::io::PipeReader) -> Result<Beside> {
        let expression = self.bare().stdin_file(input).stdout_null().stderr_null().unchecked();
        let expression = expression.before_spawn(|command| {
            host::set_apart(command);
            Ok(())
        });
        expression.start().map(Beside).map_err(|e| self.not_started(&e))
    }

    fn expression(&self) -> duct::Expression {
        let expression = self.bare();
        match &self.stdin {
            Some(bytes) => expression.stdin_bytes(bytes.clone()),
            None => expression.stdin_null(),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that starts processes")]
    fn bare(&self) -> duct::Expression {
        let mut expression = duct::cmd(&self.program, self.args.iter().map(OsString::from));
        for (name, value) in &self.env {
            expression = expression.env(name, value);
        }
        if let Some(dir) = &self.dir {
            expression = expression.dir(dir);
        }
        expression
    }

    fn not_started(&self, error: &std::io::Error) -> Problem {
        let problem = Problem::new(ErrorId::ToolMissing, format!("`{}` could not be started: {error}.", self.program));
        if error.kind() == std::io::ErrorKind::NotFound {
            problem.cause(format!("There is no program `{}` on PATH.", self.program))
        } else {
            problem
        }
    }
}

/// Quotes one word for a POSIX shell, and leaves words alone that need no quotes.
fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When a test counts as hanging.
    const SOON: Duration = Duration::from_mins(2);

    #[test]
    fn a_command_is_shown_as_a_shell_would_take_it() {
        let command = Command::new("docker").args(["run", "--label", "a b", "it's"]).env("X", "1 2");
        assert_eq!(command.display(), r"X='1 2' docker run --label 'a b' 'it'\''s'");
    }

    #[test]
    fn both_streams_and_the_status_are_kept() {
        let output = Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]).output(SOON).unwrap();
        assert_eq!((output.status, output.stdout.as_str(), output.stderr.as_str()), (3, "out\n", "err\n"));
    }

    #[test]
    fn a_silent_process_is_ended_when_its_time_is_over() {
        let problem = Command::new("sleep").arg("30").output(Duration::from_millis(50)).unwrap_err();
        assert_eq!((problem.id, problem.fact.as_str()), (ErrorId::ToolSilent, "`sleep 30` did not finish within 0 s."));
    }

    #[test]
    fn a_slow_process_is_waited_for_while_there_is_a_reason_to() {
        let command = Command::new("sh").args(["-c", "read line < \"$0\"; echo $line"]);
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe").display().to_string();
        assert!(Command::new("mkfifo").arg(&pipe).output(SOON).unwrap().success());
        let asked = std::cell::Cell::new(0);
        // It ends when it is told to, which is when it has been asked about for the third time.
        let goes_on = || {
            asked.set(asked.get() + 1);
            asked.get() < 3 || std::fs::write(&pipe, "done\n").is_ok()
        };
        let output = command.arg(&pipe).output_while(Duration::from_millis(20), u32::MAX, goes_on).unwrap();
        assert_eq!(output.stdout, "done\n");
        assert!(asked.get() >= 3);
    }

    #[test]
    fn a_missing_program_is_named() {
        let problem = Command::new("no-such-program-here").output(SOON).unwrap_err();
        assert_eq!(problem.id, ErrorId::ToolMissing);
        assert!(problem.cause.unwrap().contains("no-such-program-here"));
    }

    #[test]
    fn both_streams_of_a_detached_process_go_to_its_log() {
        let log = tempfile::NamedTempFile::new().unwrap();
        Command::new("sh").args(["-c", "echo out; echo err >&2"]).detach(log.path()).unwrap();
        let text = || std::fs::read_to_string(log.path()).unwrap();
        let began = std::time::Instant::now();
        while text() != "out\nerr\n" {
            assert!(began.elapsed() < SOON, "{:?}", text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn lines_arrive_one_by_one() {
        let mut seen = Vec::new();
        let status = Command::new("sh").args(["-c", "echo a; echo b >&2; exit 1"]).lines(|l| seen.push(l.to_owned()));
        assert_eq!((status.unwrap(), seen), (1, vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn lines_end_when_their_time_is_over() {
        let command = Command::new("sh").args(["-c", "echo a; printf b; exec sleep 300"]);
        let began = std::time::Instant::now();
        let mut seen = Vec::new();
        let status = command.lines_within(Some(Duration::from_millis(300)), |line| seen.push(line.to_owned())).unwrap();
        assert_eq!((status, seen), (None, vec!["a".to_owned(), "b".to_owned()]));
        assert!(began.elapsed() < SOON);
        assert_eq!(Command::new("true").lines_within(Some(SOON), |_| ()).unwrap(), Some(0));
    }
}
