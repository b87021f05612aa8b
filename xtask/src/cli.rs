//! The command line: names, options and help. What a command does is in its file under `commands/`.

mod audit;
mod exercises;
mod outputs;

pub use audit::Audit;
pub use exercises::{Check, Hint, New, NewWhat, Progress, Reset, Solution, Which};
pub use outputs::{Outputs, Proposing};

use crate::bases::BasesOption;
use crate::model::{Class, Fleet, Often};
use crate::report;
use crate::session::Opening;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

/// Drydock: a hands-on workshop on Docker multi-stage builds.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    disable_help_subcommand = true,
    styles = STYLES,
    max_term_width = report::WIDEST_HELP
)]
pub struct Cli {
    /// What to do; without it, where you are and what to type next.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options every command understands.
    #[command(flatten)]
    pub global: Global,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Blue.on_default().bold())
    .usage(AnsiColor::Blue.on_default().bold())
    .literal(AnsiColor::Cyan.on_default());

/// Options every command understands.
#[derive(Clone, Copy, Debug, Args)]
pub struct Global {
    /// Show every docker command and every expectation.
    #[arg(long, short, global = true, help_heading = "Output")]
    pub verbose: bool,
    /// Colour: auto, always or never; auto looks at the terminal and at `NO_COLOR`.
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true,
        help_heading = "Output"
    )]
    pub color: Color,
    /// Plain lines of words: no moving progress bars, no symbols.
    #[arg(long, global = true, help_heading = "Output")]
    pub accessible: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether colour was asked for or forbidden; `None` where that depends.
    pub fn forced(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::Always => Some(true),
            Self::Never => Some(false),
        }
    }
}

/// Everything the runner can do. The group of each is in [`GROUPS`].
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the lessons, or run one: build, start, ask, measure, judge.
    Lesson(Lesson),
    /// Build and judge your answer to a lesson's exercise; the first time it gives you the files.
    Check(Check),
    /// One more hint for what failed in the last check.
    Hint(Hint),
    /// Compare your answer with a right one, when you have solved the exercise.
    Solution(Solution),
    /// Begin an exercise again; what you had is kept beside.
    Reset(Reset),
    /// What you have done, what is next, and how small you got it.
    Progress(Progress),
    /// Explain an error, a rule of the audit or an expectation of a lesson by its id.
    Explain(Explain),
    /// Say what an image is made of, byte by byte; without a name, which images carry most besides their payload.
    Inspect(Inspect),
    /// Say where the bytes went between two images.
    Diff(Diff),
    /// Build every service in every way, start them all, and compare them.
    Compare(Compare),
    /// Say what should change in a Dockerfile of your own: builds, starts and measures it.
    Audit(Box<Audit>),
    /// Say what it costs to ship: bytes a deploy sends, and what a fleet of nodes makes of them.
    Rollout(Rollout),
    /// Say what this machine has and lacks, and prove the engine with a real container.
    Doctor(Doctor),
    /// The base images: list, build, save to a file, load from one.
    Bases(Bases),
    /// Remove what Drydock made: containers, images, remembered state.
    Clean(Clean),
    /// Run every check of the repository.
    Test(Test),
    /// Build the book; with --open, read it in a browser.
    Book(Book),
    /// Check, and with --fix correct, what must agree: manifests, Dockerfiles, words, what the README shows.
    Tidy(Tidy),
    /// Begin a lesson, an exercise, an app or a variant: writes files to fill in.
    New(New),
}

/// Commands by who needs them. Help shows them in this order, and a test sees to it that none is missing.
pub const GROUPS: &[(&str, &[&str])] = &[
    (
        "Learn",
        &[
            "lesson", "check", "hint", "solution", "reset", "progress", "explain", "inspect", "diff", "compare",
            "rollout", "audit",
        ],
    ),
    ("Prepare", &["doctor", "bases", "clean"]),
    ("Maintain", &["book", "test", "tidy", "new"]),
];

/// `cargo xtask lesson`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Lesson {
    /// Number of the lesson, its id, or a part of its id. Without it the lessons are listed.
    pub lesson: Option<String>,
    /// Only this app, i.e. language; may be given several times. `all` for all of them. Without a lesson: from now on.
    #[arg(long, value_name = "APP", help_heading = "What to run")]
    pub app: Vec<String>,
    /// Only this variant, i.e. Dockerfile; may be given several times.
    #[arg(long, value_name = "VARIANT", help_heading = "What to run")]
    pub variant: Vec<String>,
    /// Only what measures this claim, in a lesson on published figures.
    #[arg(long, value_name = "ID", conflicts_with_all = ["variant", "all", "record"], requires = "lesson", help_heading = "What to run")]
    pub claim: Option<String>,
    /// Where the images named in FROM come from.
    #[command(flatten)]
    pub bases: BaseOptions,
    /// Another buildx builder than the engine's own.
    #[arg(long, value_name = "NAME", help_heading = "How to build")]
    pub builder: Option<String>,
    /// Build from nothing, without the build cache.
    #[arg(long, help_heading = "How to build")]
    pub no_cache: bool,
    /// Every lesson, one after the other.
    #[arg(long, conflicts_with_all = ["lesson", "dry_run", "keep"], help_heading = "What to run")]
    pub all: bool,
    /// A prediction for the lesson's experiment, e.g. `5,6:small`: lines that will come from the cache, and how many bytes of
    /// new layers (small, medium, large); `skip` for none. Without it, a terminal asks.
    #[arg(long, value_name = "LINES:BYTES", help_heading = "What to do")]
    pub predict: Option<String>,
    /// Do not wait for Enter between the steps. Off a terminal nothing waits.
    #[arg(long, help_heading = "What to do")]
    pub no_pause: bool,
    /// Show the report in a browser from the first step on; it follows while you go on here.
    #[arg(long, conflicts_with_all = ["json", "dry_run", "all"], help_heading = "What to do")]
    pub open: bool,
    /// Leave the containers running and print their addresses.
    #[arg(long, help_heading = "What to do")]
    pub keep: bool,
    /// Print the docker commands and do nothing.
    #[arg(long, conflicts_with_all = ["keep", "json"], help_heading = "What to do")]
    pub dry_run: bool,
    /// Get what is missing first: engine, tools. Says what it does before it does it.
    #[arg(long, help_heading = "What to do")]
    pub setup: bool,
    /// Keep the result as the lesson's recorded run, from which README and book are generated.
    #[arg(long, hide = true, help_heading = "What to do")]
    pub record: bool,
    /// Print one JSON document instead of the table.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

/// Where bases come from.
#[derive(Clone, Debug, Default, Args)]
pub struct BaseOptions {
    /// auto, local, registry or registry=HOST: official images from a registry or a mirror of it, or stand-ins built here.
    #[arg(long, value_name = "WHERE", help_heading = "How to build")]
    pub bases: Option<BasesOption>,
    /// Certificate of a network that intercepts TLS, given to the toolchain bases only. Found by itself where the system keeps it.
    #[arg(long, value_name = "FILE", help_heading = "How to build")]
    pub ca_file: Vec<std::path::PathBuf>,
}

impl BaseOptions {
    /// A session on these bases.
    pub fn opening(&self, setup: bool) -> Opening {
        Opening { setup, bases: self.bases.clone(), ca_files: self.ca_file.clone(), ..Opening::default() }
    }
}

/// `cargo xtask explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The id printed in brackets behind an error or a finding, or at the head of a verdict. Without it all are listed.
    pub id: Option<String>,
}

/// `cargo xtask inspect`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Inspect {
    /// An image of the engine; an archive that `docker save` wrote, as it is or unpacked; or an OCI layout in a tar or a folder.
    /// Of a folder with a Dockerfile it prints the `docker build` line that makes an image. Without it, the images that have been weighed are ranked by what in them is not the application.
    pub image: Option<String>,
    /// Show more: fifty files, whole instructions, packages, the whole surface.
    #[arg(long, requires = "image", help_heading = "Output")]
    pub all: bool,
    /// List the largest files of one class, such as tests, instead of the largest of all.
    #[arg(long, value_name = "CLASS", requires = "image", value_parser = class, help_heading = "Output")]
    pub class: Option<Class>,
    /// Measure pull bytes too; the first time the engine has to compress the whole base. Of an archive, layers that are not
    /// compressed are compressed here.
    #[arg(long, requires = "image")]
    pub pull: bool,
    /// Of an archive with images for several machines, look into the one for these.
    #[arg(long, value_name = "OS/ARCH", requires = "image")]
    pub platform: Option<String>,
    /// Tell which lines of this Dockerfile brought the layers. The Dockerfiles of this workshop are found by the image's name.
    #[arg(long, value_name = "FILE", requires = "image")]
    pub dockerfile: Option<std::path::PathBuf>,
    /// Of an archive, step over the contents instead of reading them: five times as fast, and digests are not checked.
    #[arg(long, requires = "image", conflicts_with = "pull")]
    pub quick: bool,
    /// Write the first line as a small picture to share, too.
    #[arg(long, value_name = "FILE.svg", requires = "image", help_heading = "Output")]
    pub card: Option<std::path::PathBuf>,
    /// Write the packages as CycloneDX 1.6, which scanners read, too.
    #[arg(long, value_name = "FILE", requires = "image", help_heading = "Output")]
    pub sbom: Option<std::path::PathBuf>,
    /// Print one JSON document.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

fn class(typed: &str) -> Result<Class, String> {
    let names = || Class::ALL.iter().map(|class| class.name());
    let found = Class::ALL.into_iter().find(|class| class.name() == typed);
    found.ok_or_else(|| format!("the classes are {}", crate::names::list(names())))
}

/// `cargo xtask diff`
#[derive(Debug, Args)]
pub struct Diff {
    /// The image before: as for inspect.
    pub before: String,
    /// The image after.
    pub after: String,
    /// Of archives with images for several machines, compare those for these.
    #[arg(long, value_name = "OS/ARCH")]
    pub platform: Option<String>,
    /// Print one JSON document.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

/// `cargo xtask compare`
#[derive(Debug, Args)]
pub struct Compare {
    /// Only this app, i.e. language; may be given several times.
    #[arg(long, value_name = "APP", help_heading = "What to run")]
    pub app: Vec<String>,
    /// Compare these images instead, and build nothing; give it once for each. Names an image of the engine, or an archive.
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["app", "record", "setup"], help_heading = "What to run")]
    pub image: Vec<String>,
    /// Where the images named in FROM come from.
    #[command(flatten)]
    pub bases: BaseOptions,
    /// Get what is missing first: engine, tools. Says what it does before it does it.
    #[arg(long, help_heading = "What to do")]
    pub setup: bool,
    /// Keep the result as the recorded run, from which table and picture in the README are generated.
    #[arg(long, hide = true, conflicts_with = "app", help_heading = "What to do")]
    pub record: bool,
    /// Print one JSON document instead of the tables.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

/// `cargo xtask rollout`
#[derive(Debug, Args)]
pub struct Rollout {
    /// Only this app, i.e. language; may be given several times, `all` for every one. Without it, those that your lessons follow.
    #[arg(long, value_name = "APP", help_heading = "What to run")]
    pub app: Vec<String>,
    /// Only this variant, i.e. Dockerfile; may be given several times. Without it, those of the first lesson
    /// that apps have.
    #[arg(long, value_name = "VARIANT", help_heading = "What to run")]
    pub variant: Vec<String>,
    /// Images of your own instead, and build nothing: the one that the machines run, then the one that takes its place. Each is an
    /// image of the engine, or an archive.
    #[arg(long, value_names = ["OLD", "NEW"], num_args = 2, conflicts_with_all = ["app", "variant", "change", "measure_pulls", "setup"], help_heading = "What to run")]
    pub image: Vec<String>,
    /// Machines that run the service.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..), help_heading = "The fleet")]
    pub nodes: u64,
    /// What each receives while it pulls, in 10⁶ bits a second.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..), help_heading = "The fleet")]
    pub mbps: u64,
    /// How many pull at a time; a quarter of them where not given, as in a rolling update of Kubernetes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "The fleet")]
    pub parallel: Option<u64>,
    /// Deploys a day.
    #[arg(long, value_name = "N", default_value_t = 40, help_heading = "The fleet")]
    pub deploys: u64,
    /// Also measure how long an engine that has nothing takes to pull each image from a registry on this machine. Needs
    /// Linux and root.
    #[arg(long, help_heading = "What to do")]
    pub measure_pulls: bool,
    /// What deploys change, by the names in app.toml: with `=N` one deploy in N brings it, without it all others do. May be given
    /// several times; source and dependency=10 where it is not.
    #[arg(long, value_name = "CHANGE[=N]", help_heading = "The fleet")]
    pub change: Vec<Often>,
    /// Where the images named in FROM come from.
    #[command(flatten)]
    pub bases: BaseOptions,
    /// Get what is missing first: engine, tools. Says what it does before it does it.
    #[arg(long, help_heading = "What to do")]
    pub setup: bool,
    /// Print one JSON document instead of the tables.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

impl Rollout {
    /// The fleet that was described.
    pub fn fleet(&self) -> Fleet {
        let parallel = self.parallel.unwrap_or_else(|| self.nodes.div_ceil(4)).min(self.nodes);
        let Self { nodes, mbps, deploys, .. } = *self;
        let often = |change: &str, every| Often { change: change.to_owned(), every };
        let customary = || vec![often("source", None), often("dependency", Some(10))];
        let changes = if self.change.is_empty() { customary() } else { self.change.clone() };
        Fleet { nodes, mbps, parallel, deploys, changes }
    }
}

/// `cargo xtask doctor`
#[derive(Debug, Args)]
pub struct Doctor {
    /// Get what is missing.
    #[arg(long)]
    pub setup: bool,
    /// Print one JSON document.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

/// `cargo xtask bases`
#[derive(Debug, Args)]
pub struct Bases {
    /// What to do with them; lists them when left out.
    #[command(subcommand)]
    pub command: Option<BasesCommand>,
}

/// What can be done with bases.
#[derive(Debug, Subcommand)]
pub enum BasesCommand {
    /// List them: where from, how large, how they differ from the official images.
    List {
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Build the ones named, or all.
    Build {
        /// Official names, e.g. `golang:1.27-trixie`.
        names: Vec<String>,
        /// Get what is missing first.
        #[arg(long)]
        setup: bool,
        /// Certificate of a network that intercepts TLS.
        #[arg(long, value_name = "FILE")]
        ca_file: Vec<std::path::PathBuf>,
    },
    /// Save those that are here to a file, for a machine that cannot build them.
    Save {
        /// The file to write.
        file: std::path::PathBuf,
    },
    /// Load them from such a file.
    Load {
        /// The file to read.
        file: std::path::PathBuf,
    },
}

/// `cargo xtask clean`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Clean {
    /// Only say what would be removed.
    #[arg(long)]
    pub dry_run: bool,
    /// Only containers, such as those `--keep` left running.
    #[arg(long, conflicts_with = "bases")]
    pub containers: bool,
    /// The base images too; building them again takes some minutes.
    #[arg(long)]
    pub bases: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// `cargo xtask book`
#[derive(Debug, Args)]
pub struct Book {
    /// Serve it, open a browser in your language, and build again whenever a page changes.
    #[arg(long)]
    pub open: bool,
    /// Build although recordings are missing.
    #[arg(long)]
    pub draft: bool,
    /// Record what pages show, then build: `lessons`, `stages`, a lesson's id for all that its page shows, or a part of a page's path;
    /// everything when nothing is named.
    #[arg(long, num_args = 0.., value_name = "WHAT")]
    pub record: Option<Vec<String>>,
}

/// `cargo xtask test`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Test {
    /// Get what is missing first.
    #[arg(long)]
    pub setup: bool,
    /// Only what needs no engine; says what it leaves out.
    #[arg(long, conflicts_with_all = ["full", "record"])]
    pub fast: bool,
    /// Prove what does not stand on the record, in every language, and write it down.
    #[arg(long, conflicts_with = "full")]
    pub record: bool,
    /// Everything, also what stands on the record; writes it down.
    #[arg(long)]
    pub full: bool,
    /// Only the parts whose name contains this; or with a slash the proofs whose key begins with it, e.g. `lesson/two-stages`.
    #[arg(value_name = "PART")]
    pub parts: Vec<String>,
}

/// `cargo xtask tidy`
#[derive(Debug, Args)]
pub struct Tidy {
    /// Write what is generated instead of comparing it.
    #[arg(long)]
    pub fix: bool,
}

/// The clap command with its subcommands listed by group.
pub fn command() -> clap::Command {
    let command = Cli::command();
    let mut listed = String::new();
    // What each does begins in one column in all groups.
    let longest = GROUPS.iter().flat_map(|(_, names)| names.iter()).map(|name| name.len()).max().unwrap_or_default();
    for (group, names) in GROUPS {
        use std::fmt::Write as _;
        let header = STYLES.get_header();
        let _ = writeln!(listed, "\n{header}{group}:{header:#}");
        let literal = STYLES.get_literal();
        let about = |name: &str| command.find_subcommand(name)?.get_about().map(ToString::to_string);
        let entry = |name: &&str| (format!("{literal}{name:<longest$}{literal:#}"), about(name).unwrap_or_default());
        let _ = writeln!(listed, "{}", report::entries(names.iter().map(entry)));
    }
    command.help_template(format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{listed}\n{{options}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_command_is_in_exactly_one_group() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let command = command();
        let mut all: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }
}
