//! From `BuildKit`'s record of a build to the instructions of the Dockerfile it was built from.

use std::collections::BTreeMap;

use super::progress::Step;
use crate::dockerfile::Dockerfile;

/// Instructions that become steps of a build; the others only change the image's config.
const STEPS: [&str; 4] = ["RUN", "COPY", "ADD", "WORKDIR"];

/// An instruction that a build of the last stage runs or takes from the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Position of its stage in the file, from 0.
    pub stage: usize,
    /// Its place among the steps of its stage, from 0.
    pub number: usize,
    /// Line in the file, from 1.
    pub line: usize,
    /// The stage as the builder names it.
    pub stage_name: String,
    /// The instruction, on one line.
    pub text: String,
}

/// What a build did with an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    /// How long it ran, in milliseconds; 0 from the cache.
    pub ms: u64,
    /// Whether it came from the build cache. An instruction the record does not speak of was not needed, and counts as such.
    pub cached: bool,
}

/// The instructions that a build of the last stage needs, in the file's order.
pub fn places(file: &Dockerfile) -> Vec<Place> {
    let mut places = Vec::new();
    for stage in file.reachable(None) {
        let steps = file.stages[stage].instructions.iter().filter(|i| STEPS.contains(&i.keyword.as_str()));
        places.extend(steps.enumerate().map(|(index, instruction)| Place {
            stage,
            number: index,
            line: instruction.line,
            stage_name: stage_name(file, stage),
            text: one_line(&instruction.text),
        }));
    }
    places
}

/// What a build did with each place.
///
/// Steps are told apart by their stage and their order in it, not by the builder's numbers: it counts the `FROM` as the first
/// step where it pulls an image, and not where a named context takes the image's place.
pub fn ran(places: &[Place], steps: &[Step]) -> Vec<Ran> {
    let mut of_stage: BTreeMap<String, Vec<(u32, &Step)>> = BTreeMap::new();
    for step in steps {
        if let Some((stage, number)) = numbered(step) {
            of_stage.entry(stage.to_owned()).or_default().push((number, step));
        }
    }
    for steps in of_stage.values_mut() {
        steps.sort_by_key(|(number, _)| *number);
    }
    let of = |place: &Place| {
        let names = [place.stage_name.clone(), format!("stage-{}", place.stage), String::new()];
        let steps = names.iter().find_map(|name| of_stage.get(name));
        let step = steps.and_then(|steps| steps.get(place.number)).map(|(_, step)| *step);
        let ms = step.and_then(|step| {
            let (start, end) = step.started.zip(step.completed)?;
            u64::try_from(end.duration_since(start).as_millis()).ok()
        });
        let cached = step.is_none_or(|step| step.cached);
        Ran { ms: if cached { 0 } else { ms.unwrap_or_default() }, cached }
    };
    places.iter().map(of).collect()
}

/// Stage and number of a step that is an instruction other than `FROM`: `[build 4/6] RUN …` is number 4 of the stage `build`.
fn numbered(step: &Step) -> Option<(&str, u32)> {
    let (bracket, words) = step.name.strip_prefix('[')?.split_once("] ")?;
    let (stage, count) = bracket.rsplit_once(' ').unwrap_or(("", bracket));
    let number = count.split_once('/')?.0.parse().ok()?;
    (!words.starts_with("FROM ")).then_some((stage.trim(), number))
}

fn stage_name(file: &Dockerfile, stage: usize) -> String {
    match &file.stages[stage].name {
        // BuildKit compares names without regard to case, and shows them in lower case.
        Some(name) => name.to_lowercase(),
        None => format!("stage-{stage}"),
    }
}

/// An instruction without the breaks between its lines.
fn one_line(text: &str) -> String {
    text.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    const FILE: &str = "FROM a AS Tools\nWORKDIR /x\nCOPY . .\nENV A=1\nRUN make \\\n    all\nFROM b AS idle\nRUN never\n\
                        FROM c\nCOPY --from=tools /x /x\nUSER 1\n";

    #[test]
    fn only_what_the_last_stage_needs_is_listed() {
        let file = crate::dockerfile::parse(FILE, "f").unwrap();
        let seen: Vec<_> = places(&file).into_iter().map(|p| (p.stage_name, p.number, p.line, p.text)).collect();
        let text = |text: &str| text.to_owned();
        assert_eq!(
            seen,
            [
                (text("tools"), 0, 2, text("WORKDIR /x")),
                (text("tools"), 1, 3, text("COPY . .")),
                (text("tools"), 2, 5, text("RUN make all")),
                (text("stage-2"), 0, 10, text("COPY --from=tools /x /x")),
            ]
        );
    }

    #[test]
    fn a_step_is_matched_by_its_stage_and_order() {
        let file = crate::dockerfile::parse(FILE, "f").unwrap();
        let at = |ms| Timestamp::from_millisecond(ms).ok();
        let step = |name: &str, cached| Step {
            name: name.to_owned(),
            started: at(100),
            completed: at(350),
            cached,
            ..Step::default()
        };
        let cached = Ran { ms: 0, cached: true };
        let fresh = Ran { ms: 250, cached: false };
        let pulled = [
            step("[tools 1/4] FROM a", false),
            step("[tools 3/4] COPY . .", false),
            step("[tools 2/4] WORKDIR /x", true),
            step("[tools 4/4] RUN make     all", false),
            step("[stage-2 2/2] COPY --from=tools /x /x", false),
        ];
        assert_eq!(ran(&places(&file), &pulled), [cached, fresh, fresh, fresh]);
        let named = [
            step("[context a] drydock.local/a", true),
            step("[tools 1/4] WORKDIR /x", true),
            step("[tools 2/4] COPY . .", true),
            step("[tools 3/4] RUN make     all", false),
            step("[stage-2 1/2] COPY --from=tools /x /x", false),
        ];
        assert_eq!(ran(&places(&file), &named), [cached, cached, fresh, fresh]);
        // The only stage of a file has no name in the record of some builders.
        let file = crate::dockerfile::parse("FROM a\nRUN make\n", "f").unwrap();
        assert_eq!(ran(&places(&file), &[step("[2/2] RUN make", false)]), [fresh]);
        assert_eq!(ran(&places(&file), &[step("[stage-0 1/2] RUN make", false)]), [fresh]);
        // What the record does not speak of was not needed.
        assert_eq!(ran(&places(&file), &[]), [cached]);
    }
}
