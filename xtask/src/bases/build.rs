//! Carrying out a plan: mmdebstrap where the root is missing, then one bake call.

use std::path::Path;
use std::time::Instant;

use super::plan::{BasePlan, SCRATCH, Surroundings};
use super::rootfs;
use crate::dockerfile;
use crate::engine::bake::{Options, Target};
use crate::engine::{Engine, build};
use crate::error::{self, ErrorId, Problem, Result};
use crate::event::Event;
use crate::model::block::Sign;
use crate::names::printable;
use crate::process::Command;
use crate::setup::{self, Tool};
use crate::{interrupt, units};

/// How many of mmdebstrap's lines are shown when it fails.
const EVIDENCE: usize = 20;

/// What mmdebstrap's progress is shown under.
const ROOT: &str = "root filesystem";

impl BasePlan {
    /// Whether everything is there already.
    pub fn is_empty(&self) -> bool {
        self.definition.targets.is_empty()
    }

    /// Makes what is missing. `repository` is the root of the working copy; with `setup`, mmdebstrap is installed where it
    /// is needed and missing. Nothing happens when all is there.
    ///
    /// Errors: mmdebstrap is missing ([`ErrorId::ToolMissing`]) or fails, or a base cannot be built
    /// ([`ErrorId::BuildFailed`], [`ErrorId::Download`], [`ErrorId::DiskFull`]).
    pub fn carry_out(&self, at: Surroundings<'_>, repository: &Path, setup: bool, engine: Engine<'_>) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        self.write_files(repository)?;
        if self.needs_root {
            make_root(engine, &root_command(at).dir(repository), setup)?;
        }
        let mut definition = self.definition.clone();
        for target in definition.targets.values_mut() {
            target.file = Some(dockerfile::File::read(repository, &repository_path(target))?);
        }
        let built = build::build("bases", &definition, &Options::default(), repository, engine).map(drop);
        // 80 MB that BuildKit has in its own store by now.
        let _ = std::fs::remove_file(repository.join(SCRATCH).join("root/root.tar"));
        built
    }

    fn write_files(&self, repository: &Path) -> Result<()> {
        for (path, text) in &self.files {
            let path = repository.join(path);
            let folder = path.parent().unwrap_or(repository);
            std::fs::create_dir_all(folder).map_err(|e| error::io("create", folder, &e))?;
            std::fs::write(&path, text).map_err(|e| error::io("write", &path, &e))?;
        }
        let root = repository.join(SCRATCH).join("root");
        std::fs::create_dir_all(&root).map_err(|e| error::io("create", &root, &e))
    }
}

fn root_command(at: Surroundings<'_>) -> Command {
    let (root, output) = (&at.recipes.root, format!("{SCRATCH}/root/root.tar"));
    let sources = rootfs::sources_of_this_host(&root.suite);
    rootfs::command(root, &at.recipes.folder, at.architecture, &sources, Path::new(&output))
}

/// Path of a target's Dockerfile from the repository's root.
fn repository_path(target: &Target) -> String {
    let mut parts: Vec<&str> = target.context.split('/').collect();
    for part in target.dockerfile.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

fn make_root(engine: Engine<'_>, command: &Command, setup: bool) -> Result<()> {
    if setup {
        setup::tools(&[Tool::Mmdebstrap], engine.sink())?;
    }
    engine.announce(command);
    engine.sink().emit(Event::Phase { name: "Preparing", total: 1, of: "bases" });
    let start = Instant::now();
    let mut lines: Vec<String> = Vec::new();
    let status = command.lines(|line| {
        if let Some(doing) = line.strip_prefix("I: ") {
            engine.sink().emit(Event::Progress { item: ROOT.to_owned(), doing: printable(doing) });
        }
        lines.push(line.to_owned());
    });
    let status =
        status.map_err(|problem| if problem.id == ErrorId::ToolMissing { no_mmdebstrap(setup) } else { problem })?;
    if status != 0 {
        interrupt::check()?;
        let id = build::classify(&lines.join("\n"));
        let evidence = lines.split_off(lines.len().saturating_sub(EVIDENCE));
        let fact = format!("mmdebstrap could not make the root filesystem (status {status}).");
        return Err(Problem::new(id, fact).evidence(evidence));
    }
    let remark = units::seconds(start.elapsed());
    engine.sink().emit(Event::Done { item: ROOT.to_owned(), remark, sign: Sign::Held });
    Ok(())
}

/// Local bases were asked for on a machine without mmdebstrap.
fn no_mmdebstrap(setup: bool) -> Problem {
    let problem = Problem::new(ErrorId::ToolMissing, "Local bases need mmdebstrap, which is not installed.");
    let file = "cargo xtask bases load FILE    takes bases that `bases save` wrote on another machine";
    if cfg!(target_os = "linux") {
        let install = "sudo apt-get install mmdebstrap debian-archive-keyring    on Debian and Ubuntu";
        let install = if setup { install.to_owned() } else { format!("{install}, which --setup does for you") };
        problem.next(install).next(file)
    } else {
        problem.cause("mmdebstrap runs on Linux only.").next(file).next("cargo xtask … --bases registry")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_outside_its_context_is_found() {
        let target = |context: &str, dockerfile: &str| {
            repository_path(&Target { context: context.into(), dockerfile: dockerfile.into(), ..Target::default() })
        };
        assert_eq!(target("xtask/bases", "go.Dockerfile"), "xtask/bases/go.Dockerfile");
        assert_eq!(target("target/a/b", "../../../xtask/bases/x.Dockerfile"), "xtask/bases/x.Dockerfile");
    }
}
