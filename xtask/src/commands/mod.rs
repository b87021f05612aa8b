//! One file a command.

mod audit;
mod bases;
mod book;
mod check;
mod clean;
mod compare;
mod diff;
mod doctor;
mod emulated;
mod explain;
mod hint;
mod inspect;
mod lesson;
mod new;
mod progress;
mod reset;
mod rollout;
mod solution;
mod start;
mod test;
mod tidy;
mod which;

use crate::cli::{Cli, Command, Global};
use crate::error::{Exit, Result};
use crate::report::Style;

/// What every command is given besides its own options.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Options every command understands.
    pub global: Global,
    /// How output may be dressed.
    pub style: Style,
}

/// Runs the command that was asked for.
///
/// Errors: whatever the command fails with.
pub fn run(cli: Cli) -> Result<Exit> {
    let context = Context { global: cli.global, style: Style::of(cli.global.color.forced(), cli.global.accessible) };
    match cli.command {
        None => start::run(context),
        Some(Command::Lesson(options)) => {
            let _lent = emulated::lesson(&options, context);
            lesson::run(&options, context)
        }
        Some(Command::Check(options)) => {
            let _lent = emulated::check(&options, context);
            check::run(&options, context)
        }
        Some(Command::Hint(options)) => hint::run(&options, context),
        Some(Command::Solution(options)) => {
            let _lent = emulated::solution(&options, context);
            solution::run(&options, context)
        }
        Some(Command::Reset(options)) => reset::run(&options, context),
        Some(Command::Progress(options)) => progress::run(&options, context),
        Some(Command::New(options)) => new::run(&options, context),
        Some(Command::Explain(options)) => explain::run(&options, context),
        Some(Command::Inspect(options)) => inspect::run(&options, context),
        Some(Command::Audit(options)) => audit::run(&options, context),
        Some(Command::Diff(options)) => diff::run(&options, context),
        Some(Command::Compare(options)) => compare::run(&options, context),
        Some(Command::Rollout(options)) => rollout::run(&options, context),
        Some(Command::Book(options)) => book::run(&options, context),
        Some(Command::Bases(options)) => bases::run(&options, context),
        Some(Command::Clean(options)) => clean::run(&options, context),
        Some(Command::Test(options)) => test::run(&options, context),
        Some(Command::Tidy(options)) => tidy::run(&options, context),
        Some(Command::Doctor(options)) => doctor::run(&options, context),
    }
}
