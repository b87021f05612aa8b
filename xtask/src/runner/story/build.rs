//! `build`: one build that has to pass or to fail, and what became of each instruction.

use super::{Came, Check, Underway};
use crate::engine::build::Ended;
use crate::engine::instructions::{self, Fate, Place};
use crate::error::Result;
use crate::event::Event;
use crate::lesson::Build;
use crate::model::block::{Cell, Column, Output, Sign, Table};
use crate::model::{AppId, Block};
use crate::names::printable;
use crate::plan::Image;
use crate::printed;
use crate::runner::once::Otherwise;
use crate::units;

impl Underway<'_> {
    pub(super) fn build(&self, step: &Build, app: &AppId) -> Result<Came> {
        let mut came = Came::default();
        let images = self.named(std::slice::from_ref(&step.variant), app);
        self.engine.sink().emit(Event::Phase { name: "Building", total: images.len(), of: "images" });
        for image in images {
            self.build_one(step, image, &mut came)?;
        }
        Ok(came)
    }

    fn build_one(&self, step: &Build, image: &Image, came: &mut Came) -> Result<()> {
        let lab = self.lab(false);
        let target = step.target.as_deref().or(image.variant.target.as_deref());
        let places = instructions::places(image.dockerfile.parsed()?, target);
        let otherwise = Otherwise {
            target: step.target.clone(),
            args: step.args.clone(),
            secrets: step.secrets.clone(),
            withhold: step.withhold.clone(),
            no_cache: step.no_cache,
        };
        let ended = lab.once(image, &otherwise)?;
        let fates = match &ended {
            Ended::Built(built) => instructions::fates(&places, built.steps()),
            Ended::Failed(failed) => failed.fates(&places),
        };
        let all: Vec<(&Place, Fate)> = places.iter().zip(fates).collect();
        let outcome = check_outcome(step, &ended);
        let (how, said, remark) = match &ended {
            Ended::Built(built) => {
                (format!("built in {}", units::seconds(built.took)), String::new(), "passed".to_owned())
            }
            Ended::Failed(failed) => {
                let at = failed.step().and_then(|step| step.instruction()).map(|step| step.words.as_str());
                let [how, remark] = failure(failed.line(), at, outcome.held());
                (how, failed.said(), remark)
            }
        };
        self.engine.sink().emit(Event::Done { item: image.called(), remark, sign: outcome.outcome.into() });
        let lines = printed::lines(&said);
        let words = step.fails.as_ref().map_or("", |failure| &failure.contains);
        came.blocks.push(Block::Output(Output {
            title: format!("{}: {how}", image.name.variant),
            sign: Sign::of(outcome.held()),
            command: None,
            lines: telling(&lines, step.lines, words).to_vec(),
            of: lines.len(),
            status: None,
        }));
        came.blocks.push(Block::Table(fates_table(&all)));
        came.checks.push(outcome);
        for (beginnings, must_run) in [(&step.runs, true), (&step.never_runs, false)] {
            came.checks.extend(beginnings.iter().map(|beginning| check_fate(beginning, must_run, &all)));
        }
        came.checks.iter_mut().for_each(|check| check.variant = Some(image.name.variant.clone()));
        Ok(())
    }
}

/// Where a build failed, in words with the instruction and without. A failure that the step asks for is none of the build's.
fn failure(line: Option<usize>, at: Option<&str>, as_it_must: bool) -> [String; 2] {
    let line = line.map(|line| format!(" in line {line}")).unwrap_or_default();
    let failed = format!("failed{line}{}", if as_it_must { ", as it must" } else { "" });
    let at = at.map(|words| format!(": {}", printable(&squeezed(words)))).unwrap_or_default();
    [format!("{failed}{at}"), failed]
}

/// The lines that are shown: the last `count`, or those from the expected words on. npm prints its whole usage below its message.
fn telling<'l>(lines: &'l [String], count: usize, words: &str) -> &'l [String] {
    let last = lines.len().saturating_sub(count);
    let told = lines.iter().rposition(|line| !words.is_empty() && line.contains(words));
    let first = told.map_or(last, |told| told.min(last));
    &lines[first..(first + count).min(lines.len())]
}

/// Whether the build ended as the step says.
fn check_outcome(step: &Build, ended: &Ended) -> Check {
    match (&step.fails, ended) {
        (None, Ended::Built(_)) => Check::new(true, "the build passes", "it passed"),
        (None, Ended::Failed(failed)) => Check::new(false, "the build passes", failed.problem().fact),
        (Some(_), Ended::Built(_)) => Check::new(false, "the build fails", "it passed"),
        (Some(failure), Ended::Failed(failed)) => {
            let words = failed.step().and_then(|step| step.instruction()).map(|step| step.words.clone());
            let words = words.unwrap_or_default();
            let at = failure.at.as_ref().is_none_or(|at| squeezed(&words).starts_with(&squeezed(at)));
            let line = failure.line.is_none_or(|line| failed.line() == Some(line));
            let said = failed.said().contains(&failure.contains);
            let place = failure.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
            let expected = format!("the build fails{place} with {:?}", failure.contains);
            let missing = if said { "" } else { ", without these words" };
            let measured =
                format!("it failed at {}{missing}", if words.is_empty() { "no instruction" } else { &words });
            Check::new(at && line && said, expected, measured)
        }
    }
}

/// Whether an instruction ran, or never did.
fn check_fate(beginning: &str, must_run: bool, all: &[(&Place, Fate)]) -> Check {
    let wanted = squeezed(beginning);
    let found = all.iter().find(|(place, _)| squeezed(&place.text).starts_with(&wanted));
    let expected = format!("{beginning} {}", if must_run { "runs" } else { "never runs" });
    match found {
        // What the target does not reach is no part of its build, so that it never runs.
        None => Check::new(!must_run, expected, "it is no part of this build"),
        Some((_, fate)) => {
            let ran = matches!(fate, Fate::Ran(_) | Fate::Cached | Fate::Failed | Fate::GivenUp);
            Check::new(ran == must_run, expected, word(*fate))
        }
    }
}

fn fates_table(all: &[(&Place, Fate)]) -> Table {
    let columns = [Column::right("line"), Column::code("instruction"), Column::left("what became of it")];
    let mut table = Table::new("What became of each instruction", columns);
    for (place, fate) in all {
        table.row([Cell::from(place.line.to_string()), Cell::from(printable(&place.text)), Cell::from(word(*fate))]);
    }
    table
}

fn word(fate: Fate) -> String {
    match fate {
        Fate::Ran(ms) => format!("ran, {}", units::seconds(std::time::Duration::from_millis(ms))),
        Fate::Cached => "from the build cache".to_owned(),
        Fate::Failed => "failed".to_owned(),
        Fate::GivenUp => "given up when another failed".to_owned(),
        Fate::NeverRan => "never ran".to_owned(),
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        Place { stage: 0, number: 0, line: 1, stage_name: "build".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_message_is_shown_whatever_is_printed_below_it() {
        let lines = ["npm error code EUSAGE", "out of sync", "usage", "options", "aliases"].map(str::to_owned);
        assert_eq!(telling(&lines, 2, "sync"), ["out of sync", "usage"]);
        assert_eq!(telling(&lines, 2, "options"), ["options", "aliases"]);
        assert_eq!(telling(&lines, 2, "aliases"), ["options", "aliases"], "as many lines as there is room for");
        assert_eq!(telling(&lines, 2, ""), ["options", "aliases"]);
        assert_eq!(telling(&lines[..1], 2, "EUSAGE"), ["npm error code EUSAGE"]);
    }

    #[test]
    fn an_instruction_is_known_by_how_it_begins() {
        let (test, copy) = (place("RUN npm   test"), place("COPY . ."));
        let all = [(&test, Fate::Failed), (&copy, Fate::NeverRan)];
        let held = |beginning: &str, must_run| check_fate(beginning, must_run, &all).held();
        assert!(held("RUN npm test", true) && !held("RUN npm test", false));
        assert!(held("COPY", false) && !held("COPY", true));
        // Another stage's instruction is none of this build's.
        assert!(held("RUN audit", false) && !held("RUN audit", true));
    }

    #[test]
    fn a_build_that_must_fail_and_does_is_no_error() {
        let asked_for = failure(Some(20), Some("RUN go test ./..."), true);
        assert_eq!(asked_for, ["failed in line 20, as it must: RUN go test ./...", "failed in line 20, as it must"]);
        assert_eq!(failure(Some(20), Some("RUN make"), false), ["failed in line 20: RUN make", "failed in line 20"]);
        assert_eq!(failure(None, None, true), ["failed, as it must", "failed, as it must"]);
    }
}
