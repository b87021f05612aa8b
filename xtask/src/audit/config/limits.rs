//! What figures may be at most.

use serde::Deserialize;

use crate::audit::model::Figures;
use crate::units;

/// What each figure may be at most. A figure that is not named may be anything, and one that was not measured breaks nothing and is
/// said.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Thresholds {
    /// Bytes of all layers as unpacked, e.g. `"60 MB"`.
    pub stored: Option<Bytes>,
    /// Bytes that a machine fetches.
    pub pull: Option<Bytes>,
    /// Stored bytes that a later layer hides.
    pub wasted: Option<Bytes>,
    /// Bytes of the build context.
    pub context: Option<Bytes>,
    /// Installed packages.
    pub packages: Option<u64>,
    /// Files with the set-user-id or set-group-id bit.
    pub setuid_files: Option<u64>,
    /// Layers.
    pub layers: Option<u64>,
    /// How long a build takes to which nothing comes from the cache, e.g. `"90 s"`.
    pub build: Option<Millis>,
    /// How long a build takes after one source file was touched.
    pub rebuild: Option<Millis>,
    /// The share of a build's steps, by their time, that run again after that: from 0 to 1.
    pub rebuild_share: Option<Share>,
    /// Stored bytes of the layers that are new after that.
    pub rebuild_bytes: Option<Bytes>,
    /// From `docker run` to the first good answer.
    pub ready: Option<Millis>,
    /// From the signal to stop to the end.
    pub stop: Option<Millis>,
    /// Findings that count.
    pub findings: Option<u64>,
}

/// Bytes, as people write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "Written"))]
#[serde(try_from = "Written")]
pub struct Bytes(pub u64);

/// Milliseconds, as people write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "Written"))]
#[serde(try_from = "Written")]
pub struct Millis(pub u64);

/// A share of a whole, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "f64"))]
#[serde(try_from = "f64")]
pub struct Share(pub f64);

/// A number with a unit, or one in the smallest unit.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum Written {
    /// In bytes or milliseconds.
    Number(u64),
    /// With its unit, e.g. `60 MB` or `2 s`.
    Text(String),
}

impl Written {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "numbers that people type, never negative"
    )]
    fn number(self, units: &[&str], example: &str) -> Result<u64, String> {
        let text = match self {
            Self::Number(number) => return Ok(number),
            Self::Text(text) => text,
        };
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ')).to_lowercase();
        let number = units::parse(&text).filter(|_| units.contains(&unit.as_str()));
        let minutes = || text.trim().strip_suffix("min").filter(|_| units.contains(&"min"))?.trim().parse::<f64>().ok();
        let number = number.or_else(|| Some(minutes()? * 60_000.0));
        number
            .map(|number| number.round() as u64)
            .ok_or_else(|| format!("`{text}` is no such number; write it like `{example}`"))
    }
}

impl TryFrom<Written> for Bytes {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        written.number(&["b", "kb", "mb", "gb"], "60 MB").map(Self)
    }
}

impl TryFrom<Written> for Millis {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        written.number(&["ms", "s", "min"], "2 s").map(Self)
    }
}

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(share: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&share) {
            Ok(Self(share))
        } else {
            Err(format!("a share is from 0 to 1, and {share} is not"))
        }
    }
}

/// A figure that is more than it may be, or that nobody measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The threshold's key.
    pub name: &'static str,
    /// What was measured, as it is shown; `None` where nothing was.
    pub is: Option<String>,
    /// What it may be at most, as it is shown.
    pub at_most: String,
}

impl Thresholds {
    /// The thresholds that these figures break, and those that could not be judged, which have no figure. `findings` is how many
    /// count.
    pub fn broken(&self, figures: &Figures, findings: u64) -> Vec<Broken> {
        let bytes = |name, limit: Option<Bytes>, is| judge(name, limit.map(|limit| limit.0), is, units::bytes);
        let millis = |name, limit: Option<Millis>, is| judge(name, limit.map(|limit| limit.0), is, units::millis);
        let count = |name, limit, is| judge(name, limit, is, |number| number.to_string());
        let share = self.rebuild_share.and_then(|limit| {
            let shown = |share: f64| format!("{share:.2}");
            let broken = |is| Broken { name: "rebuild-share", is, at_most: shown(limit.0) };
            match figures.rebuild_share {
                Some(share) => (share > limit.0).then(|| broken(Some(shown(share)))),
                None => Some(broken(None)),
            }
        });
        [
            bytes("stored", self.stored, figures.stored_bytes),
            bytes("pull", self.pull, figures.pull_bytes),
            bytes("wasted", self.wasted, figures.wasted_bytes),
            bytes("context", self.context, figures.context_bytes),
            count("packages", self.packages, figures.packages),
            count("setuid-files", self.setuid_files, figures.setuid_files),
            count("layers", self.layers, figures.layers),
            millis("build", self.build, figures.build_ms),
            millis("rebuild", self.rebuild, figures.rebuild_ms),
            share,
            bytes("rebuild-bytes", self.rebuild_bytes, figures.rebuild_bytes),
            millis("ready", self.ready, figures.ready_ms),
            millis("stop", self.stop, figures.stop_ms),
            count("findings", self.findings, Some(findings)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn judge(name: &'static str, limit: Option<u64>, is: Option<u64>, shown: fn(u64) -> String) -> Option<Broken> {
    let limit = limit?;
    if is.is_some_and(|is| is <= limit) {
        return None;
    }
    Some(Broken { name, is: is.map(shown), at_most: shown(limit) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thresholds(text: &str) -> Thresholds {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn numbers_are_read_with_their_units_and_no_others() {
        let read = thresholds("stored = \"60 MB\"\npull = 100\nstop = \"1.5 s\"\nbuild = \"2 min\"\nready = 300\n");
        assert_eq!((read.stored, read.pull), (Some(Bytes(60_000_000)), Some(Bytes(100))));
        assert_eq!((read.stop, read.build, read.ready), (Some(Millis(1500)), Some(Millis(120_000)), Some(Millis(300))));
        for text in [
            "stored = \"2 s\"",
            "stop = \"2 MB\"",
            "stored = \"60\"",
            "stored = -1",
            "stop = \"x min\"",
            "rebuild-share = 1.1",
        ] {
            assert!(toml::from_str::<Thresholds>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn more_breaks_as_much_does_not_and_what_was_not_measured_is_said() {
        let limits = thresholds(
            "stored = \"60 MB\"\nlayers = 3\npackages = 5\nrebuild-share = 0.3\nstop = \"1 s\"\nfindings = 0\n",
        );
        let figures = Figures {
            stored_bytes: Some(60_000_001),
            layers: Some(3),
            packages: Some(6),
            rebuild_share: Some(0.3),
            ..Figures::default()
        };
        let broken = limits.broken(&figures, 2);
        let names: Vec<_> = broken.iter().map(|broken| (broken.name, broken.is.is_some())).collect();
        assert_eq!(names, [("stored", true), ("packages", true), ("stop", false), ("findings", true)]);
        assert!(Thresholds::default().broken(&figures, 99).is_empty());
    }
}
