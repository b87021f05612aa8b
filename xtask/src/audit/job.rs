//! What an audit is asked to look at, as the command line says it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// What to look at, and how to build and start it.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// The folder that is sent to the builder, or a Dockerfile in it; the current one where none was named. Not used where `image` is
    /// named.
    pub path: PathBuf,
    /// Another Dockerfile than the folder's own.
    pub dockerfile: Option<PathBuf>,
    /// An image of the engine or an archive, in place of a build.
    pub image: Option<String>,
    /// The stage to build.
    pub target: Option<String>,
    /// Build arguments.
    pub build_args: BTreeMap<String, String>,
    /// Secrets of the build, in the form of `--secret`.
    pub secrets: Vec<String>,
    /// Platform to build for and to run.
    pub platform: Option<String>,
    /// The port to ask; that of `EXPOSE` where none is named.
    pub port: Option<u16>,
    /// The path that tells whether the service is well.
    pub health: Option<String>,
    /// Environment of the container, `NAME=value` by name.
    pub environment: BTreeMap<String, String>,
    /// A file with more of it.
    pub env_file: Option<PathBuf>,
    /// Further requests, e.g. `GET /x`.
    pub requests: Vec<String>,
    /// The network of the container.
    pub network: Option<String>,
    /// Where a container with a read-only root gets folders in memory, as `--tmpfs` takes them; `/tmp` where none is named.
    pub tmpfs: Vec<String>,
    /// How long the build may take, and how long a start.
    pub timeout: Option<Duration>,
    /// The source file that is touched for the second build.
    pub touch: Option<String>,
}
