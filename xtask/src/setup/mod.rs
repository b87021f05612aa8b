//! `--setup`: gets what is missing, says what it does before it does it, and changes nothing that is already fine.

mod apt;
pub mod emulation;
mod platform;
mod power;
mod source;
mod start;
mod unpacked;

use std::time::{Duration, Instant};

pub use unpacked::unpacked;

use crate::engine::proof::{self, Proof};
use crate::engine::reach::{self, ChosenBy, Endpoint, Findings};
use crate::engine::{Engine, sweep};
use crate::error::{ErrorId, Problem, Result};
use crate::event::{Event, Sink};
use crate::host;
use crate::interrupt;
use crate::state::runs::Run;
use platform::Platform;
use power::Power;

/// How long a started engine may take to answer.
const STARTING: Duration = Duration::from_mins(5);

/// A program that a step of Drydock needs on this machine, beside the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Makes the root of the local bases from Debian packages.
    Mmdebstrap,
    /// A browser, for the book's own tests.
    Chromium,
}

impl Tool {
    /// The program it is found by.
    pub fn program(self) -> &'static str {
        match self {
            Self::Mmdebstrap => "mmdebstrap",
            Self::Chromium => "chromium",
        }
    }

    /// The packages that bring it. Ubuntu's mmdebstrap does not bring the keys of Debian's archive.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Mmdebstrap => &["mmdebstrap", "debian-archive-keyring"],
            Self::Chromium => &["chromium"],
        }
    }
}

/// Makes sure that a tool is there, without installing anything.
///
/// Errors: [`ErrorId::ToolMissing`], with the command that gets it.
pub fn ensure_tool(tool: Tool) -> Result<()> {
    let program = tool.program();
    if host::find(program).is_some() {
        return Ok(());
    }
    let problem = Problem::new(ErrorId::ToolMissing, format!("`{program}` is not installed on this machine."));
    Err(match Platform::observe() {
        Ok(_) => problem
            .next("Add --setup to the command: it installs what is missing.")
            .next(format!("sudo apt-get install {}", tool.packages().join(" "))),
        Err(_) => problem.cause("It is a tool of Debian and Ubuntu."),
    })
}

/// Installs the tools that are missing.
///
/// Errors: [`ErrorId::SetupUnsupported`], [`ErrorId::SetupFailed`].
pub fn tools(tools: &[Tool], sink: &dyn Sink) -> Result<()> {
    let missing: Vec<Tool> = tools.iter().copied().filter(|tool| host::find(tool.program()).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let platform = Platform::observe()?;
    let power = Power::find(sink)?;
    let packages: Vec<&str> = missing.iter().flat_map(|tool| tool.packages().iter().copied()).collect();
    apt::install(&packages, &platform, power, sink)?;
    missing.into_iter().try_for_each(ensure_tool)
}

/// Makes sure that an engine answers, with a buildx plugin: installs and starts what is missing, then waits until the engine
/// really runs a container. Does nothing where all is well.
///
/// Errors: what is wrong where `--setup` must not meddle (another endpoint, a denied socket, an old engine),
/// [`ErrorId::SetupUnsupported`], [`ErrorId::SetupFailed`].
pub fn engine(sink: &dyn Sink) -> Result<()> {
    let lacking = lacking(reach::look(), |program| host::find(program).is_some())?;
    if lacking.parts.is_empty() && lacking.runs {
        return Ok(());
    }
    let platform = Platform::observe()?;
    let power = Power::find(sink)?;
    if !lacking.parts.is_empty() {
        apt::install_parts(&lacking.parts, &platform, power, sink)?;
    }
    if !lacking.runs && reach::look().is_ok_and(|findings| absent(&findings)) {
        start::Daemon::system().start(power, sink)?;
    }
    wait(sink)
}

/// A part of Docker that can be missing on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Engine,
    Command,
    Buildx,
}

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
struct Lacking {
    parts: Vec<Part>,
    /// Whether an engine answers.
    runs: bool,
}

/// Tells what is missing from what was found; what is wrong in another way is an error.
fn lacking(found: Result<Findings>, installed: impl Fn(&str) -> bool) -> Result<Lacking> {
    let engine_part = || if installed("dockerd") { None } else { Some(Part::Engine) };
    let findings = match found {
        Ok(findings) => findings,
        Err(problem) if problem.id == ErrorId::DockerCommandMissing => {
            // Whether an engine runs cannot be told without the command; it is looked at again once that is there.
            let parts = engine_part().into_iter().chain([Part::Command, Part::Buildx]).collect();
            return Ok(Lacking { parts, runs: false });
        }
        Err(problem) => return Err(problem),
    };
    let mut parts = Vec::new();
    let runs = match findings.engine {
        Ok(_) => true,
        Err(problem) if problem.id == ErrorId::EngineAbsent && is_own(&findings.endpoint) => {
            parts.extend(engine_part());
            false
        }
        Err(problem) => return Err(problem),
    };
    match findings.buildx {
        Some(Err(problem)) if problem.id == ErrorId::BuildxMissing => parts.push(Part::Buildx),
        Some(Err(problem)) => return Err(problem),
        Some(Ok(_)) | None => {}
    }
    Ok(Lacking { parts, runs })
}

/// Whether the docker command looks where this machine's own engine is. Whoever pointed it elsewhere wants that engine, not
/// one that is installed behind their back.
fn is_own(endpoint: &Endpoint) -> bool {
    endpoint.chosen_by == ChosenBy::Context && endpoint.context == "default"
}

fn absent(findings: &Findings) -> bool {
    matches!(&findings.engine, Err(problem) if problem.id == ErrorId::EngineAbsent)
}

/// Waits until the engine answers, then proves it.
fn wait(sink: &dyn Sink) -> Result<()> {
    let began = Instant::now();
    let daemon = start::Daemon::system();
    let reached = loop {
        interrupt::check()?;
        match reach::probe() {
            Ok(reached) => break reached,
            Err(problem) if problem.id == ErrorId::EngineAbsent || problem.id == ErrorId::EngineSilent => {
                daemon.check_alive(began.elapsed())?;
                if began.elapsed() > STARTING {
                    return Err(problem);
                }
            }
            Err(problem) => return Err(problem),
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    let run = Run::begin()?;
    let engine = Engine::new(sink);
    let proof = proof::prove(engine, run.id(), &reached.arch);
    sweep::end(&run, engine);
    let proven = match proof? {
        Proof::Afloat(_) => "and runs containers",
        Proof::NoProgram => "(no test container for its architecture)",
    };
    sink.emit(Event::Note(format!("The engine {} answers {proven}.", reached.engine)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::builder::Current;
    use crate::engine::versions::Version;

    fn found(engine: ErrorId, endpoint: Endpoint, buildx: Option<Result<Version>>) -> Findings {
        Findings { endpoint, engine: Err(Problem::new(engine, "")), buildx, builder: Current::Engine }
    }

    fn own() -> Endpoint {
        Endpoint { host: "unix:///var/run/docker.sock".into(), context: "default".into(), chosen_by: ChosenBy::Context }
    }

    fn problem(id: ErrorId) -> Result<Version> {
        Err(Problem::new(id, ""))
    }

    #[test]
    fn an_engine_that_is_only_stopped_is_only_started() {
        let found = found(ErrorId::EngineAbsent, own(), Some(Ok(Version(0, 13, 1))));
        assert_eq!(lacking(Ok(found), |_| true).unwrap(), Lacking { parts: vec![], runs: false });
    }

    #[test]
    fn only_what_is_missing_is_installed() {
        let found = found(ErrorId::EngineAbsent, own(), Some(problem(ErrorId::BuildxMissing)));
        assert_eq!(
            lacking(Ok(found), |_| false).unwrap(),
            Lacking { parts: vec![Part::Engine, Part::Buildx], runs: false }
        );
    }

    #[test]
    fn without_the_command_all_of_it_is_looked_for() {
        let found = Err(Problem::new(ErrorId::DockerCommandMissing, ""));
        let parts = vec![Part::Engine, Part::Command, Part::Buildx];
        assert_eq!(lacking(found, |_| false).unwrap().parts, parts);
    }

    #[test]
    fn an_engine_that_somebody_chose_is_not_replaced_by_another() {
        let elsewhere = Endpoint { chosen_by: ChosenBy::HostVariable, ..own() };
        let problem = lacking(Ok(found(ErrorId::EngineAbsent, elsewhere, None)), |_| false).unwrap_err();
        assert_eq!(problem.id, ErrorId::EngineAbsent);
    }

    #[test]
    fn what_is_wrong_in_another_way_is_left_alone() {
        for id in [ErrorId::EngineDenied, ErrorId::EngineTooOld, ErrorId::EngineSilent] {
            assert_eq!(lacking(Ok(found(id, own(), None)), |_| false).unwrap_err().id, id);
        }
        let broken = found(ErrorId::EngineAbsent, own(), Some(problem(ErrorId::BuildxBroken)));
        assert_eq!(lacking(Ok(broken), |_| true).unwrap_err().id, ErrorId::BuildxBroken);
    }
}
