//! The way out of an engine's own network: a link into it, and the rules that let it out and the answers in.

use std::time::Duration;

use crate::error::{ErrorId, Problem, Result};
use crate::process::Command;

const QUESTION: Duration = Duration::from_secs(10);

/// The end of the link on this machine. The name of a device has at most 15 bytes.
const OUTSIDE: &str = "drydock-out";
/// Its end in the engine's network.
const INSIDE: &str = "drydock-in";
/// Addresses of both, from a block that no network uses (RFC 2544 keeps it for benchmarks).
const NETWORK: &str = "198.18.28.0/30";
const GATEWAY: &str = "198.18.28.1";
const ENGINE: &str = "198.18.28.2";

/// The rules: table, chain, what they say. They stand before those of another engine, which let nothing through that they do
/// not know.
const RULES: [(&str, &str, &[&str]); 3] = [
    ("nat", "POSTROUTING", &["--source", NETWORK, "!", "--out-interface", OUTSIDE, "--jump", "MASQUERADE"]),
    ("filter", "FORWARD", &["--in-interface", OUTSIDE, "--jump", "ACCEPT"]),
    (
        "filter",
        "FORWARD",
        &["--out-interface", OUTSIDE, "--match", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "--jump", "ACCEPT"],
    ),
];

/// Connects the network of a process.
///
/// Errors: [`ErrorId::NoEmptyEngine`] with what the system said.
pub(super) fn connect(pid: u32) -> Result<()> {
    let pid = pid.to_string();
    run(&Command::new("ip").args(["link", "add", OUTSIDE, "type", "veth", "peer", "name", INSIDE, "netns", &pid]))?;
    let on_both_sides = |side: &[&str], device: &str, address: &str| {
        let ip = |words: &[&str]| {
            let mut all = side.iter().chain(&["ip"]).chain(words).copied();
            Command::new(all.next().unwrap_or_default()).args(all)
        };
        run(&ip(&["address", "add", &format!("{address}/30"), "dev", device]))?;
        run(&ip(&["link", "set", device, "up"]))
    };
    let inside = ["nsenter", "--target", &pid, "--net"];
    on_both_sides(&[], OUTSIDE, GATEWAY)?;
    on_both_sides(&inside, INSIDE, ENGINE)?;
    let in_there = |words: &[&str]| run(&Command::new(inside[0]).args(inside[1..].iter().chain(words).copied()));
    in_there(&["ip", "link", "set", "lo", "up"])?;
    in_there(&["ip", "route", "add", "default", "via", GATEWAY])?;
    RULES.iter().try_for_each(|(table, chain, says)| run(&rule(table, "--insert", chain, says)))
}

/// Removes link and rules, as far as they are there.
pub(super) fn disconnect() {
    let quietly = |command: Command| command.output(QUESTION).is_ok_and(|output| output.success());
    for (table, chain, says) in RULES {
        // As often as it is there: a start that was killed may have come so far more than once.
        while quietly(rule(table, "--delete", chain, says)) {}
    }
    // The other end goes with it.
    quietly(Command::new("ip").args(["link", "delete", OUTSIDE]));
}

fn rule(table: &str, action: &str, chain: &str, says: &[&str]) -> Command {
    Command::new("iptables").args(["--wait", "--table", table, action, chain]).args(says.iter().copied())
}

fn run(command: &Command) -> Result<()> {
    let output = command.output(QUESTION)?;
    if output.success() {
        return Ok(());
    }
    let fact = format!("`{}` failed with status {}.", command.display(), output.status);
    Err(Problem::new(ErrorId::NoEmptyEngine, fact)
        .evidence(output.stderr.lines())
        .cause("The engine's own network could not be connected to this machine's."))
}
