//! Options of the commands around exercises.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::BaseOptions;

/// Which exercise.
#[derive(Clone, Debug, Args)]
pub struct Which {
    /// Number, id or part of the id of the lesson. When left out: that of the folder in `my/` you are in, else the one this terminal
    /// worked on last.
    pub lesson: Option<String>,
    /// The app, i.e. language; the one checked last when left out.
    #[arg(long, value_name = "APP", help_heading = "What to run")]
    pub app: Option<String>,
}

/// `cargo xtask check`
#[derive(Debug, Args)]
pub struct Check {
    /// Which exercise.
    #[command(flatten)]
    pub which: Which,
    /// Check again whenever a file is saved, until Ctrl-C.
    #[arg(long, conflicts_with = "json", help_heading = "What to do")]
    pub watch: bool,
    /// Where the images named in FROM come from.
    #[command(flatten)]
    pub bases: BaseOptions,
    /// How long the build may take, e.g. `10m` or `90s`.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration, help_heading = "How to build")]
    pub timeout: Duration,
    /// Get what is missing first: engine, tools. Says what it does before it does it.
    #[arg(long, help_heading = "What to do")]
    pub setup: bool,
    /// Print one JSON document.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

/// `cargo xtask hint`
#[derive(Debug, Args)]
pub struct Hint {
    /// Which exercise.
    #[command(flatten)]
    pub which: Which,
}

/// `cargo xtask solution`
#[derive(Debug, Args)]
pub struct Solution {
    /// Which exercise.
    #[command(flatten)]
    pub which: Which,
    /// Show it although the exercise is not solved yet.
    #[arg(long)]
    pub anyway: bool,
    /// Where the images named in FROM come from.
    #[command(flatten)]
    pub bases: BaseOptions,
    /// How long the build may take, e.g. `10m` or `90s`.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration, help_heading = "How to build")]
    pub timeout: Duration,
}

/// `cargo xtask reset`
#[derive(Debug, Args)]
pub struct Reset {
    /// Which exercise.
    #[command(flatten)]
    pub which: Which,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// `cargo xtask progress`
#[derive(Debug, Args)]
pub struct Progress {
    /// Print one JSON document.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

/// `cargo xtask new`
#[derive(Debug, Args)]
pub struct New {
    /// What is new.
    #[command(subcommand)]
    pub what: NewWhat,
}

/// What can be begun.
#[derive(Debug, Subcommand)]
pub enum NewWhat {
    /// A lesson, behind the last one.
    Lesson {
        /// Its id: lower-case letters, digits and hyphens. Permanent.
        name: String,
    },
    /// The exercise of a lesson, with a right answer and a wrong one.
    Exercise {
        /// Number, id or part of the id of the lesson.
        lesson: String,
        /// The app it is written for first; the first one when left out.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
    },
    /// An app with one variant.
    App {
        /// Its name: lower-case letters, digits and hyphens.
        name: String,
    },
    /// A variant of an app, beginning as a copy of its first.
    Variant {
        /// The app.
        app: String,
        /// Its name: lower-case letters, digits and hyphens.
        name: String,
    },
}

/// Reads `10m`, `90s` or `1m 30s`; nothing that is zero.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let parsed: Result<jiff::SignedDuration, _> = text.parse();
    let parsed = parsed.ok().and_then(|signed| Duration::try_from(signed).ok()).filter(|time| !time.is_zero());
    parsed.ok_or_else(|| "not a time like `10m` or `90s`".to_owned())
}
