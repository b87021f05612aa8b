//! `cargo xtask audit`: what to look at, how to build and start it, what to show.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{BaseOptions, Outputs, Proposing};
use crate::audit::job::Job;

/// `cargo xtask audit`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Audit {
    /// A folder with a Dockerfile, or the Dockerfile. Its commands are run, as any build of it runs them.
    #[arg(default_value = ".", hide_default_value = true)]
    pub path: PathBuf,
    /// Look into this image instead, and build nothing: one of the engine, or an archive.
    #[arg(
        long,
        value_name = "IMAGE",
        conflicts_with_all = ["path", "target", "build_arg", "secret", "touch", "no_build"],
        help_heading = "What to look at"
    )]
    pub image: Option<String>,
    /// Another Dockerfile than the folder's own.
    #[arg(long, short = 'f', value_name = "FILE", help_heading = "What to look at")]
    pub dockerfile: Option<PathBuf>,
    /// The stage to build.
    #[arg(long, value_name = "STAGE", help_heading = "How to build")]
    pub target: Option<String>,
    /// A build argument; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, help_heading = "How to build")]
    pub build_arg: Vec<(String, String)>,
    /// A secret of the build, as `docker build` takes it; may be given several times.
    #[arg(long, value_name = "id=ID,src=FILE", help_heading = "How to build")]
    pub secret: Vec<String>,
    /// The platform to build for, or the one to choose of an archive.
    #[arg(long, value_name = "OS/ARCH", help_heading = "How to build")]
    pub platform: Option<String>,
    /// Where the images named in FROM come from.
    #[command(flatten)]
    pub bases: BaseOptions,
    /// The source file that is touched for the second build; the likeliest one where none is named.
    #[arg(long, value_name = "FILE", help_heading = "How to build")]
    pub touch: Option<String>,
    /// How long a build may take, e.g. `90s` or `20m`.
    #[arg(long, value_name = "TIME", value_parser = super::exercises::duration, help_heading = "How to build")]
    pub timeout: Option<Duration>,
    /// Build and start nothing: say what the files alone tell.
    #[arg(long, help_heading = "What to do")]
    pub no_build: bool,
    /// The port to ask; that of EXPOSE where none is named.
    #[arg(long, value_name = "PORT", help_heading = "How to start")]
    pub port: Option<u16>,
    /// The path that tells whether the service is well; that of HEALTHCHECK, or the first of the usual ones that answers.
    #[arg(long, value_name = "PATH", help_heading = "How to start")]
    pub health: Option<String>,
    /// A variable for the container; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, help_heading = "How to start")]
    pub env: Vec<(String, String)>,
    /// A file with variables for the container.
    #[arg(long, value_name = "FILE", help_heading = "How to start")]
    pub env_file: Option<PathBuf>,
    /// A further request, e.g. 'GET /x'; may be given several times.
    #[arg(long, value_name = "REQUEST", help_heading = "How to start")]
    pub request: Vec<String>,
    /// The network of the container, such as the one its database is in.
    #[arg(long, value_name = "NETWORK", help_heading = "How to start")]
    pub network: Option<String>,
    /// Every finding, with the lines to change.
    #[arg(long, help_heading = "Output")]
    pub all: bool,
    /// Compare with an earlier result, which `--json` printed, instead of the last run.
    #[arg(long, value_name = "JSON", help_heading = "What to compare with")]
    pub baseline: Option<PathBuf>,
    /// Write a .drydock.toml into the folder: thresholds that the figures of today just keep.
    #[arg(long, conflicts_with = "image", help_heading = "What to compare with")]
    pub init: bool,
    /// Print one JSON document.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    /// Further documents.
    #[command(flatten)]
    pub outputs: Outputs,
    /// A better Dockerfile.
    #[command(flatten)]
    pub proposing: Proposing,
}

impl Audit {
    /// What was asked for.
    pub fn job(&self) -> Job {
        Job {
            path: self.path.clone(),
            dockerfile: self.dockerfile.clone(),
            image: self.image.clone(),
            target: self.target.clone(),
            build_args: self.build_arg.iter().cloned().collect(),
            secrets: self.secret.clone(),
            platform: self.platform.clone(),
            port: self.port,
            health: self.health.clone(),
            environment: self.env.iter().cloned().collect(),
            env_file: self.env_file.clone(),
            requests: self.request.clone(),
            network: self.network.clone(),
            timeout: self.timeout,
            touch: self.touch.clone(),
            tmpfs: Vec::new(),
        }
    }
}

/// `NAME=VALUE`; without a value, that of this process, as docker takes it.
fn pair(typed: &str) -> Result<(String, String), String> {
    match typed.split_once('=') {
        Some(("", _)) => Err("expected NAME=VALUE".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => std::env::var(typed)
            .map(|value| (typed.to_owned(), value))
            .map_err(|_| format!("expected NAME=VALUE; this shell has no variable {}", crate::names::printable(typed))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_as_docker_reads_them() {
        assert_eq!(pair("A=b=c").unwrap(), ("A".to_owned(), "b=c".to_owned()));
        assert_eq!(pair("A=").unwrap(), ("A".to_owned(), String::new()));
        assert!(pair("=x").is_err() && pair("DRYDOCK_NOBODY_HAS_THIS").is_err());
    }
}
