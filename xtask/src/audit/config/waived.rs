//! Rules that do not count: at all, or for a path until a day.

use jiff::civil::Date;
use serde::Deserialize;

use super::Config;
use crate::audit::model::{Audit, Finding};

/// A rule that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Off {
    /// The rule's id.
    pub rule: String,
    /// Why it does not count, for whoever reads the file next.
    pub reason: String,
}

/// A rule that does not count for a path, until a day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Waived {
    /// The rule's id.
    pub rule: String,
    /// A path in the image or in the build context, or a pattern of paths, e.g. `app/test/*.pem`. `*` is any path, and also what has
    /// none.
    pub path: String,
    /// Why it does not count there.
    pub reason: String,
    /// The last day on which it does not count, e.g. `2027-01-31`.
    pub until: Day,
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "toml::value::Datetime")]
pub struct Day(pub Date);

impl TryFrom<toml::value::Datetime> for Day {
    type Error = String;

    fn try_from(written: toml::value::Datetime) -> Result<Self, String> {
        let fault = || format!("`{written}` is no day; write it like 2027-01-31");
        let day = written.date.filter(|_| written.time.is_none()).ok_or_else(fault)?;
        let (month, number) = (i8::try_from(day.month), i8::try_from(day.day));
        let (Ok(year), Ok(month), Ok(number)) = (i16::try_from(day.year), month, number) else { return Err(fault()) };
        Date::new(year, month, number).map(Self).map_err(|_| fault())
    }
}

impl Config {
    /// Takes out what does not count, and says so among the notes. What a waiver covered is said again from the day after.
    pub fn apply(&self, audit: &mut Audit, today: Date) {
        for off in &self.settings.off {
            let before = audit.findings.len();
            audit.findings.retain(|finding| finding.id != off.rule);
            audit.not_measured.retain(|one| one.rule != off.rule);
            if audit.findings.len() < before {
                audit.notes.push(format!("The rule {} is off here: {}", off.rule, off.reason));
            }
        }
        for waived in &self.settings.waived {
            let matching = audit
                .findings
                .iter()
                .any(|finding| finding.id == waived.rule && covers(waived, finding) != Covered::Nothing);
            let about = format!("The waiver of {} for {}", waived.rule, waived.path);
            let is_over = waived.until.0 < today;
            if !matching {
                // What could not look found nothing either, and that tells nothing of the waiver.
                if is_over {
                    audit
                        .notes
                        .push(format!("{about} expired on {}, and nothing needs it: take it out.", waived.until.0));
                } else if !audit.not_measured.iter().any(|one| one.rule == waived.rule) {
                    audit.notes.push(format!("{about} matches nothing that was found."));
                }
                continue;
            }
            if is_over {
                audit.notes.push(format!("{about} expired on {}: it counts again.", waived.until.0));
                continue;
            }
            audit.notes.push(format!(
                "{} is waived for {} until {}: {}",
                waived.rule, waived.path, waived.until.0, waived.reason
            ));
            audit.findings.retain_mut(|finding| {
                if finding.id != waived.rule {
                    return true;
                }
                match covers(waived, finding) {
                    Covered::Nothing => true,
                    Covered::Everything => false,
                    Covered::Some => {
                        finding
                            .evidence
                            .retain(|evidence| !evidence.path.as_deref().is_some_and(|path| is_for(waived, path)));
                        true
                    }
                }
            });
        }
    }
}

/// How much of a finding's evidence a waiver covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Covered {
    Nothing,
    Some,
    Everything,
}

fn covers(waived: &Waived, finding: &Finding) -> Covered {
    if waived.path == "*" {
        return Covered::Everything;
    }
    let paths: Vec<&str> = finding.evidence.iter().filter_map(|evidence| evidence.path.as_deref()).collect();
    match paths.iter().filter(|path| is_for(waived, path)).count() {
        0 => Covered::Nothing,
        some if some == paths.len() => Covered::Everything,
        _ => Covered::Some,
    }
}

fn is_for(waived: &Waived, path: &str) -> bool {
    let plain = |path: &str| path.trim_start_matches('/').to_owned();
    glob::Pattern::new(&plain(&waived.path)).is_ok_and(|pattern| pattern.matches(&plain(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::config::Settings;
    use crate::audit::model::Evidence;
    use jiff::civil::date;

    fn config(text: &str) -> Config {
        let settings: Settings = toml::from_str(text).unwrap();
        Config { path: ".drydock.toml".into(), settings }
    }

    fn audit() -> Audit {
        let finding = |id: &str, paths: &[&str]| Finding {
            id: id.to_owned(),
            evidence: paths.iter().map(|path| Evidence::of("x").path(*path)).collect(),
            ..Finding::default()
        };
        let findings = vec![finding("secret-in-layer", &["app/test/a.pem", "app/key.pem"]), finding("no-labels", &[])];
        Audit { findings, ..Audit::default() }
    }

    fn left(text: &str, today: Date) -> (Vec<(String, usize)>, usize) {
        let mut audit = audit();
        config(text).apply(&mut audit, today);
        let left = audit.findings.iter().map(|finding| (finding.id.clone(), finding.evidence.len())).collect();
        (left, audit.notes.len())
    }

    fn findings(left: &[(&str, usize)]) -> Vec<(String, usize)> {
        left.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
    }

    const WAIVED: &str = "[[waived]]\nrule = \"secret-in-layer\"\npath = \"/app/test/*.pem\"\nreason = \"A key of the tests.\"\nuntil = 2026-11-28\n";

    #[test]
    fn a_rule_that_is_off_does_not_count_and_that_is_said() {
        let off = "[[off]]\nrule = \"no-labels\"\nreason = \"CI sets them.\"\n";
        assert_eq!(left(off, date(2026, 11, 28)), (findings(&[("secret-in-layer", 2)]), 1));
    }

    #[test]
    fn a_waiver_is_for_its_path_and_until_its_day() {
        let both = findings(&[("secret-in-layer", 2), ("no-labels", 0)]);
        assert_eq!(left(WAIVED, date(2026, 11, 28)), (findings(&[("secret-in-layer", 1), ("no-labels", 0)]), 1));
        assert_eq!(left(WAIVED, date(2026, 11, 29)), (both.clone(), 1), "it counts again, and that is said");
        let elsewhere = WAIVED.replace("/app/test/*.pem", "srv/*");
        assert_eq!(left(&elsewhere, date(2026, 11, 28)), (both.clone(), 1), "it matches nothing, and that is said");
        let mut late = audit();
        config(WAIVED).apply(&mut late, date(2026, 11, 29));
        assert!(late.notes[0].contains("expired on 2026-11-28"), "{:?}", late.notes);
        let all = WAIVED.replace("/app/test/*.pem", "app/**");
        assert_eq!(left(&all, date(2026, 11, 28)).0, findings(&[("no-labels", 0)]));
        let any = WAIVED.replace("secret-in-layer", "no-labels").replace("/app/test/*.pem", "*");
        assert_eq!(left(&any, date(2026, 11, 28)).0, findings(&[("secret-in-layer", 2)]));
        let pathless = WAIVED.replace("secret-in-layer", "no-labels");
        assert_eq!(left(&pathless, date(2026, 11, 28)).0, both, "it has no path");
    }
}
