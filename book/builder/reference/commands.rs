//! Every command with its help, as the command line gives it.

use std::fmt::Write as _;

use drydock::cli;

/// A heading a group and a command.
pub fn commands() -> String {
    let mut out = String::new();
    let mut command = cli::command().styles(clap::builder::Styles::plain());
    command.build();
    for (group, names) in cli::GROUPS {
        let _ = writeln!(out, "\n## {group}\n");
        for name in *names {
            let Some(sub) = command.find_subcommand_mut(name) else { continue };
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            let help = sub.render_long_help().to_string();
            // Its first lines repeat what stands above it.
            let usage = help.find("Usage:").map_or(help.as_str(), |at| &help[at..]);
            let _ = writeln!(out, "### {name}\n\n{about}.\n\n```text\n{}\n```\n", usage.trim_end());
        }
    }
    out
}
