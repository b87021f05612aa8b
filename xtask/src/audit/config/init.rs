//! Writes a first `.drydock.toml` from today's figures.

use std::fmt::Write as _;

use crate::audit::model::Audit;
use crate::units;

/// How much above today's figure a threshold is put, in percent: builds and starts take different times on different days.
const ROOM: u64 = 10;
const ROOM_FOR_TIMES: u64 = 100;
/// The file is part of the build context itself, and grows with what people write into it.
const ROOM_FOR_ITSELF: u64 = 4096;

/// The text of a file that today's figures just pass.
pub fn init(audit: &Audit) -> String {
    let figures = &audit.figures;
    let mut text = String::from(
        "# What an audit of this folder must not exceed: `cargo xtask audit` ends with status 1 when a figure is above its threshold.\n\
         # Written from the figures of one day. Lower them whenever you can.\n\n[thresholds]\n",
    );
    let mut line = |name: &str, value: Option<String>| match value {
        Some(value) => drop(writeln!(text, "{name} = {value}")),
        None => drop(writeln!(text, "# {name} was not measured.")),
    };
    line("stored", figures.stored_bytes.map(bytes));
    line("pull", figures.pull_bytes.map(bytes));
    line("wasted", figures.wasted_bytes.map(bytes));
    line("context", figures.context_bytes.map(|context| bytes(context.saturating_add(ROOM_FOR_ITSELF))));
    line("packages", figures.packages.map(|number| number.to_string()));
    line("setuid-files", figures.setuid_files.map(|number| number.to_string()));
    line("layers", figures.layers.map(|number| number.to_string()));
    line("rebuild", figures.rebuild_ms.map(millis));
    line("rebuild-share", figures.rebuild_share.map(share));
    line("rebuild-bytes", figures.rebuild_bytes.map(bytes));
    line("ready", figures.ready_ms.map(millis));
    line("stop", figures.stop_ms.map(millis));
    line("findings", Some(audit.findings.len().to_string()));
    text.push_str(
        "\n# A rule that does not count here, and why:\n#\n# [[off]]\n# rule = \"no-labels\"\n# reason = \"CI sets them.\"\n\n\
         # A rule that does not count for a path, until a day:\n#\n# [[waived]]\n# rule = \"secret-in-layer\"\n\
         # path = \"app/test/*.pem\"\n# reason = \"A key that only the tests know.\"\n# until = 2027-01-31\n",
    );
    text
}

/// Bytes with some room, rounded up to three digits, so that they are read back as at least as much.
fn bytes(bytes: u64) -> String {
    let wanted = above(bytes, ROOM);
    if wanted < 1000 {
        return format!("\"{wanted} B\"");
    }
    let digits = wanted.ilog10();
    let step = 10_u64.pow(digits.saturating_sub(2));
    let rounded = wanted.div_ceil(step) * step;
    let shown = units::bytes(rounded);
    format!("\"{shown}\"")
}

fn millis(ms: u64) -> String {
    let wanted = above(ms, ROOM_FOR_TIMES).max(100);
    if wanted < 1000 {
        format!("\"{} ms\"", wanted.div_ceil(100) * 100)
    } else {
        format!("\"{} s\"", wanted.div_ceil(1000))
    }
}

fn share(share: f64) -> String {
    let wanted = (share * 1.1 * 100.0).ceil() / 100.0;
    format!("{:.2}", wanted.clamp(0.05, 1.0))
}

fn above(number: u64, percent: u64) -> u64 {
    number.saturating_add(number.saturating_mul(percent) / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::config::Settings;
    use crate::audit::model::{Figures, Finding};

    #[test]
    fn the_file_can_be_read_and_today_passes() {
        for scale in [0, 1, 7, 999, 1000, 12_345, 999_999, 52_400_001, 3_999_999_999] {
            let figures = Figures {
                stored_bytes: Some(scale),
                pull_bytes: None,
                wasted_bytes: Some(scale),
                packages: Some(88),
                setuid_files: Some(0),
                layers: Some(9),
                rebuild_ms: Some(scale % 100_000),
                rebuild_share: Some(0.871),
                ready_ms: Some(312),
                stop_ms: Some(10_204),
                ..Figures::default()
            };
            let audit = Audit { figures: figures.clone(), findings: vec![Finding::default()], ..Audit::default() };
            let text = init(&audit);
            let settings: Settings = toml::from_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
            let broken = settings.thresholds.broken(&figures, 1);
            assert!(broken.is_empty(), "{scale}: {broken:?}\n{text}");
            assert!(text.contains("# pull was not measured."));
            assert_eq!(settings.thresholds.broken(&figures, 2).len(), 1, "one finding more");
        }
    }
}
