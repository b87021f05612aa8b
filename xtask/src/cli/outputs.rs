//! Where an audit goes besides the terminal, and whether it looks for a better Dockerfile.

use std::path::PathBuf;

use clap::Args;

/// Documents that are written to files.
#[derive(Debug, Default, Args)]
pub struct Outputs {
    /// Write a page with pictures.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub html: Option<PathBuf>,
    /// Write Markdown, e.g. for a comment on a change.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub markdown: Option<PathBuf>,
    /// Write SARIF 2.1.0, which code hosts show beside the lines of the Dockerfile.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub sarif: Option<PathBuf>,
    /// Write the image's packages as CycloneDX 1.6.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub sbom: Option<PathBuf>,
}

/// The wish for a better Dockerfile.
#[derive(Debug, Default, Args)]
pub struct Proposing {
    /// Write a multi-stage Dockerfile that does the same, below `target/`; build it, start it hardened, and compare.
    #[arg(long, conflicts_with_all = ["image", "no_build"], help_heading = "What to do")]
    pub propose: bool,
    /// Put what passed beside the present Dockerfile, under a free name.
    #[arg(long, requires = "propose", help_heading = "What to do")]
    pub write: bool,
    /// The service to propose for, where a folder holds several: its folder.
    #[arg(long, value_name = "FOLDER", requires = "propose", help_heading = "What to do")]
    pub app: Option<String>,
}
