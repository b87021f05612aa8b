//! Writes a first `.drydock.toml` from today's figures.

use std::fmt::Write as _;

use crate::audit::model::{Audit, Figures};
use crate::units;

/// How much above today's figure a threshold is put, in percent.
const ROOM: u64 = 10;
/// The file is part of the build context itself, and of the image where everything is copied, and grows with what people write into
/// it. In bytes.
const ROOM_FOR_ITSELF: u64 = 4096;
/// What an edit may add in any case: the layers of an edit are small where all is well, and a few more sources are no fault. An
/// install that got into them has megabytes. In bytes.
const ROOM_FOR_EDITS: u64 = 256 * 1024;

/// The text of a file that today's figures just pass.
pub fn init(audit: &Audit) -> String {
    let figures = &audit.figures;
    let mut text = String::from(
        "# What an audit of this folder must not exceed: `cargo xtask audit` ends with status 1 when a figure is above its threshold.\n\
         # Written from the figures of one day: bytes with 10 % and 4 kB of room, `rebuild-bytes` with 256 kB more, counts with none.\n\
         # Lower them whenever you can.\n\n[thresholds]\n",
    );
    let mut line = |name: &str, value: Option<String>| match value {
        Some(value) => drop(writeln!(text, "{name} = {value}")),
        None => drop(writeln!(text, "# {name} was not measured.")),
    };
    let itself = |value: Option<u64>| value.map(|value| bytes(value.saturating_add(ROOM_FOR_ITSELF)));
    line("stored", itself(figures.stored_bytes));
    line("pull", itself(figures.pull_bytes));
    line("wasted", itself(figures.wasted_bytes));
    line("context", itself(figures.context_bytes));
    line("packages", figures.packages.map(|number| number.to_string()));
    line("setuid-files", figures.setuid_files.map(|number| number.to_string()));
    line("layers", figures.layers.map(|number| number.to_string()));
    line("rebuild-bytes", itself(figures.rebuild_bytes.map(|value| value.saturating_add(ROOM_FOR_EDITS))));
    line("findings", Some(audit.findings.len().to_string()));
    text.push_str(&times(figures));
    text.push_str(
        "\n# A rule that does not count here, and why:\n#\n# [[off]]\n# rule = \"no-labels\"\n# reason = \"CI sets them.\"\n\n\
         # A rule that does not count for a path, until a day:\n#\n# [[waived]]\n# rule = \"secret-in-layer\"\n\
         # path = \"app/test/*.pem\"\n# reason = \"A key that only the tests know.\"\n# until = 2027-01-31\n",
    );
    text
}

/// Times as comments: a busy machine would break a threshold although nobody changed anything.
fn times(figures: &Figures) -> String {
    let mut text = String::from(
        "\n# Times differ from run to run and from machine to machine, so none is a threshold until you make it one, with the room that\n\
         # your slowest machine needs. Measured on that day:\n#\n",
    );
    let mut line = |name: &str, value: Option<u64>, what: &str| {
        if let Some(value) = value {
            let _ = writeln!(text, "# {name} = \"{}\"    {what}", millis(value));
        }
    };
    line("build", figures.build_ms, "the RUN steps without the cache");
    line("rebuild", figures.rebuild_ms, "after an edit, from call to end");
    line("ready", figures.ready_ms, "from the start to the first good answer");
    line("stop", figures.stop_ms, "from the signal to the end");
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
    if ms < 1000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1000, ms % 1000 / 100) }
}

fn above(number: u64, percent: u64) -> u64 {
    number.saturating_add(number.saturating_mul(percent) / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::config::Settings;
    use crate::audit::model::Finding;

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

    #[test]
    fn the_next_audit_passes_although_the_file_is_in_the_image_and_the_machine_is_busy() {
        let figures = |more: u64, slower: u64| Figures {
            stored_bytes: Some(1000 + more),
            rebuild_bytes: Some(488 + more),
            build_ms: Some(900 * slower),
            rebuild_ms: Some(210 * slower),
            rebuild_share: Some(if slower > 1 { 1.0 } else { 0.1 }),
            ready_ms: Some(800 * slower),
            stop_ms: Some(100 * slower),
            ..Figures::default()
        };
        let text = init(&Audit { figures: figures(0, 1), ..Audit::default() });
        let settings: Settings = toml::from_str(&text).unwrap();
        assert!(settings.thresholds.broken(&figures(text.len() as u64, 5), 0).is_empty(), "{text}");
        assert_eq!(
            settings.thresholds.broken(&figures(2_000_000, 1), 0).len(),
            2,
            "an install in the layers of an edit"
        );
    }
}
