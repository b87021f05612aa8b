//! The proof that an engine builds images and runs containers: it does so, once, with a program of 160 bytes.

use std::time::{Duration, Instant};

use super::{Engine, afloat, docker, labels};
use crate::error::{ErrorId, Problem, Result};
use crate::process::Output;

/// How long each step may take. Well under a second where all is well; a cold disk needs longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// The only file in the image. Its name finds the build cache's record again.
const FILE: &str = "drydock-afloat";

/// How the proof ended, where it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The image was built, its container ran, printed what it should and exited with 0; this took so long.
    Afloat(Duration),
    /// There is no program for the engine's architecture: nothing was tried.
    NoProgram,
}

/// Builds the image, runs a container of it on the default network, and removes both, also when something fails.
///
/// `run` is the id of the run that is to blame for what a kill may leave behind; `arch` is the engine's architecture in
/// Docker's words.
///
/// Errors: [`ErrorId::EngineBroken`] or [`ErrorId::DiskFull`], with what the engine said.
pub fn prove(engine: Engine<'_>, run: &str, arch: &str) -> Result<Proof> {
    let Some(program) = afloat::program(arch) else { return Ok(Proof::NoProgram) };
    let context =
        context(&program).map_err(|e| Problem::new(ErrorId::Bug, format!("The build context failed: {e}.")))?;
    let tag = tag(run);
    let before = cache_records(engine);
    let began = Instant::now();
    let result = build_and_run(engine, &tag, run, context);
    let took = began.elapsed();
    let _ = engine.ask(&docker(["image", "rm", "--force", &tag]));
    forget_cache(engine, &before);
    result.map(|()| Proof::Afloat(took))
}

/// The name of a run's image.
pub fn tag(run: &str) -> String {
    format!("drydock.local/proof:{run}")
}

fn build_and_run(engine: Engine<'_>, tag: &str, run: &str, context: Vec<u8>) -> Result<()> {
    let build = docker(["buildx", "build", "--load", "--provenance=false", "--progress=plain"])
        .args(["--label".to_owned(), format!("{}=proof", labels::ROLE)])
        .args(["--tag", tag, "-"])
        .stdin(context);
    let image = engine.ask_within(PATIENCE, &build)?;
    if !image.success() {
        return Err(refused("could not build an image with a single small file", &image));
    }
    let start = docker(["run", "--rm", "--pull=never", "--name", &labels::container(run)])
        .args(["--label".to_owned(), format!("{}={run}", labels::RUN)])
        .args(["--label".to_owned(), format!("{}=proof", labels::ROLE), tag.to_owned()]);
    let ran = engine.ask_within(PATIENCE, &start)?;
    if !ran.success() {
        return Err(refused("built an image, but could not run a container of it", &ran));
    }
    if ran.stdout != afloat::SAYS {
        return Err(refused("ran a container, but lost what it printed", &ran));
    }
    Ok(())
}

fn refused(what: &str, output: &Output) -> Problem {
    let said: Vec<&str> = output.stderr.lines().filter(|line| !line.trim().is_empty()).collect();
    let id = if output.stderr.contains("no space left on device") { ErrorId::DiskFull } else { ErrorId::EngineBroken };
    let problem = Problem::new(id, format!("The engine {what}."))
        .evidence(said[said.len().saturating_sub(6)..].iter().copied())
        .next("docker buildx ls    which builder is in use");
    if id == ErrorId::DiskFull { problem.next("docker system df    what fills the disk") } else { problem }
}

/// The build context as a tar archive: a Dockerfile and the program.
fn context(program: &[u8]) -> std::io::Result<Vec<u8>> {
    let dockerfile = format!("FROM scratch\nCOPY {FILE} /{FILE}\nENTRYPOINT [\"/{FILE}\"]\n");
    let mut archive = tar::Builder::new(Vec::new());
    for (name, mode, bytes) in [("Dockerfile", 0o644, dockerfile.as_bytes()), (FILE, 0o755, program)] {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(mode);
        header.set_mtime(0);
        archive.append_data(&mut header, name, bytes)?;
    }
    archive.into_inner()
}

/// Removes the build cache's records of the proof: of the copied file, also where a proof that was killed has left it, and of the
/// upload of the context. Those of an upload carry no name of ours; that they are new and that nothing can ever use them again makes
/// them safe to remove.
fn forget_cache(engine: Engine<'_>, before: &[CacheRecord]) {
    for record in cache_records(engine).iter().filter(|record| record.is_ours(before)) {
        let _ = engine.ask(&docker(["buildx", "prune", "--force", "--filter", &format!("id={}", record.id)]));
    }
}

/// One record of the build cache.
#[derive(Debug, PartialEq, Eq)]
struct CacheRecord {
    id: String,
    description: String,
}

impl CacheRecord {
    fn is_ours(&self, before: &[Self]) -> bool {
        let upload =
            self.description.starts_with("http url http://buildkit-session/") || self.description == "copy /context /";
        self.description.contains(FILE) || upload && !before.contains(self)
    }
}

fn cache_records(engine: Engine<'_>) -> Vec<CacheRecord> {
    let output = engine.ask(&docker(["buildx", "du", "--verbose"]));
    output.map(|output| records(&output.stdout)).unwrap_or_default()
}

/// Reads `docker buildx du --verbose`: paragraphs of `Name:<tabs>value` lines.
fn records(printed: &str) -> Vec<CacheRecord> {
    let value = |paragraph: &str, name: &str| {
        paragraph.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
    };
    let paragraphs = printed.split("\n\n");
    paragraphs
        .filter_map(|p| Some(CacheRecord { id: value(p, "ID:")?, description: value(p, "Description:")? }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_of_the_cache_are_read() {
        let printed = "ID:\t\tdh5a2oq\nCreated at:\t2026-11-20\nDescription:\t[1/1] COPY drydock-afloat /drydock-afloat\n\
            Usage count:\t1\n\nID:\t\tl4fbs1\nDescription:\thttp url http://buildkit-session/ijaqd7\n\nID:\t\tx9\n\
            Description:\tlocal source for context\n\nReclaimable:\t10.61kB\nTotal:\t\t10.61kB\n";
        let records = records(printed);
        let ours = |before: &[CacheRecord]| records.iter().map(|r| r.is_ours(before)).collect::<Vec<bool>>();
        assert_eq!(records.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["dh5a2oq", "l4fbs1", "x9"]);
        assert_eq!(ours(&[]), [true, true, false]);
        assert_eq!(
            ours(&records),
            [true, false, false],
            "a proof that was killed left its file, and uploads may be another's"
        );
    }

    #[test]
    fn a_full_disk_is_told_apart_from_a_broken_engine() {
        let output = |stderr: &str| Output { status: 1, stdout: String::new(), stderr: stderr.to_owned() };
        let full = refused("x", &output("write /var/lib/docker/tmp/x: no space left on device"));
        assert_eq!(full.id, ErrorId::DiskFull);
        assert_eq!(refused("x", &output("exec format error")).id, ErrorId::EngineBroken);
    }
}
