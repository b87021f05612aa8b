//! From BuildKit's record of a build to the instructions of the Dockerfile it was built from.

use super::record::Step;
use crate::dockerfile::Dockerfile;

/// Instructions that become steps of a build; the others only change the image's config.
const STEPS: [&str; 4] = ["RUN", "COPY", "ADD", "WORKDIR"];

/// An instruction that a build runs or takes from the cache.
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
pub enum Fate {
    /// It ran to its end, for so many milliseconds.
    Ran(u64),
    /// Its result came from the build cache.
    Cached,
    /// It failed.
    Failed,
    /// It was at work when the build ended.
    GivenUp,
    /// It never began: the build had no need of it, or ended before.
    NeverRan,
}

/// What a build that came to its end did with an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    /// How long it ran, in milliseconds; 0 from the cache.
    pub ms: u64,
    /// Whether it came from the build cache. An instruction that never ran was not needed, and counts as such.
    pub cached: bool,
}

/// The instructions that a build of `target` (the last stage when `None`) needs, in the file's order.
pub fn places(file: &Dockerfile, target: Option<&str>) -> Vec<Place> {
    file.reachable(target).into_iter().flat_map(|stage| of_stage(file, stage)).collect()
}

/// The instructions of every stage, in the file's order, needed or not.
pub fn all_places(file: &Dockerfile) -> Vec<Place> {
    (0..file.stages.len()).flat_map(|stage| of_stage(file, stage)).collect()
}

fn of_stage(file: &Dockerfile, stage: usize) -> impl Iterator<Item = Place> + '_ {
    let steps = file.stages[stage].instructions.iter().filter(|i| STEPS.contains(&i.keyword.as_str()));
    steps.enumerate().map(move |(number, instruction)| Place {
        stage,
        number,
        line: instruction.line,
        stage_name: stage_name(file, stage),
        text: one_line(&instruction.joined),
    })
}

/// What a build did with each place.
pub fn fates(places: &[Place], steps: &[Step]) -> Vec<Fate> {
    let mut fates = vec![Fate::NeverRan; places.len()];
    for step in steps {
        if let Some(index) = position(places, step, steps) {
            // The builder may name a step again under another address, which never starts.
            fates[index] = if fates[index] == Fate::NeverRan { fate(step) } else { fates[index] };
        }
    }
    fates
}

/// As [`fates`], for a build that came to its end.
pub fn ran(places: &[Place], steps: &[Step]) -> Vec<Ran> {
    let ran = |fate| match fate {
        Fate::Ran(ms) => Ran { ms, cached: false },
        Fate::Failed | Fate::GivenUp => Ran { ms: 0, cached: false },
        Fate::Cached | Fate::NeverRan => Ran { ms: 0, cached: true },
    };
    fates(places, steps).into_iter().map(ran).collect()
}

/// The place of a step among places of its file; `None` for a step that is no instruction, or one of another file.
///
/// Steps are told apart by their stage and number. The builder counts the `FROM` as the first step where it pulls an image,
/// and not where a named context takes the image's place; where the `FROM` is shown under another target that shares it, the
/// words decide. What a base's `ONBUILD` adds shifts all numbers, so that only the words are left.
pub fn position(places: &[Place], step: &Step, steps: &[Step]) -> Option<usize> {
    let numbered = step.instruction().filter(|numbered| !numbered.is_from())?;
    let is_of = |place: &Place| match numbered.stage.as_deref() {
        Some(stage) => stage == place.stage_name || stage == format!("stage-{}", place.stage),
        // Some builders do not name the only stage of a file.
        None => true,
    };
    let of_stage: Vec<usize> = (0..places.len()).filter(|&index| is_of(&places[index])).collect();
    let at = |number: usize| of_stage.iter().copied().find(|&index| places[index].number == number);
    let words = one_line(&numbered.words);
    let says = |index: &usize| places[*index].text == words;
    let pulled = steps.iter().filter(|other| other.target == step.target).filter_map(Step::instruction);
    let pulled = pulled.into_iter().any(|other| other.is_from() && other.stage == numbered.stage);
    let number = usize::try_from(numbered.number).ok()?;
    let by_number = number.checked_sub(1 + usize::from(pulled)).and_then(at);
    let otherwise = number.checked_sub(2 - usize::from(pulled)).and_then(at);
    let keyword = |text: &str| text.split(' ').next().unwrap_or_default().to_ascii_uppercase();
    by_number
        .filter(says)
        .or_else(|| otherwise.filter(says))
        .or_else(|| of_stage.iter().copied().find(says))
        // Words differ where variables were put in.
        .or_else(|| by_number.filter(|&index| keyword(&places[index].text) == keyword(&words)))
}

fn fate(step: &Step) -> Fate {
    if step.failed() {
        Fate::Failed
    } else if step.cached {
        Fate::Cached
    } else if step.was_at_work() {
        Fate::GivenUp
    } else {
        step.took().map_or(Fate::NeverRan, |took| Fate::Ran(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)))
    }
}

fn stage_name(file: &Dockerfile, stage: usize) -> String {
    match &file.stages[stage].name {
        // BuildKit compares names without regard to case, and shows them in lower case.
        Some(name) => name.to_lowercase(),
        None => format!("stage-{stage}"),
    }
}

/// An instruction with single spaces.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
        let seen: Vec<_> = places(&file, None).into_iter().map(|p| (p.stage_name, p.number, p.line, p.text)).collect();
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
        let step = |name: &str, cached| Step { started: at(100), completed: at(350), cached, ..Step::named("t", name) };
        let cached = Ran { ms: 0, cached: true };
        let fresh = Ran { ms: 250, cached: false };
        let pulled = [
            step("[tools 1/4] FROM a", false),
            step("[tools 3/4] COPY . .", false),
            step("[tools 2/4] WORKDIR /x", true),
            step("[tools 4/4] RUN make     all", false),
            step("[stage-2 2/2] COPY --from=tools /x /x", false),
        ];
        assert_eq!(ran(&places(&file, None), &pulled), [cached, fresh, fresh, fresh]);
        let named = [
            step("[context a] drydock.local/a", true),
            step("[tools 1/4] WORKDIR /x", true),
            step("[tools 2/4] COPY . .", true),
            step("[tools 3/4] RUN make     all", false),
            step("[stage-2 1/2] COPY --from=tools /x /x", false),
        ];
        assert_eq!(ran(&places(&file, None), &named), [cached, cached, fresh, fresh]);
        // The only stage of a file has no name in the record of some builders.
        let file = crate::dockerfile::parse("FROM a\nRUN make\n", "f").unwrap();
        assert_eq!(ran(&places(&file, None), &[step("[2/2] RUN make", false)]), [fresh]);
        assert_eq!(ran(&places(&file, None), &[step("[stage-0 1/2] RUN make", false)]), [fresh]);
        // What the record does not speak of was not needed.
        assert_eq!(ran(&places(&file, None), &[]), [cached]);
    }

    #[test]
    fn a_build_that_fails_leaves_instructions_that_never_ran() {
        let file = crate::dockerfile::parse(FILE, "f").unwrap();
        let at = |ms| Timestamp::from_millisecond(ms).ok();
        let step = |name: &str| Step { started: at(0), completed: at(70), ..Step::named("t", name) };
        let steps = [
            Step::named("t", "[stage-2 1/2] COPY --from=tools /x /x"),
            Step { error: "exit code: 1".to_owned(), ..step("[tools 3/4] RUN make     all") },
            Step { error: "context canceled".to_owned(), ..step("[tools 2/4] COPY . .") },
            step("[tools 1/4] WORKDIR /x"),
            // The builder names a step again that it shares with another target.
            Step::named("t", "[tools 1/4] WORKDIR /x"),
        ];
        let fates = |places: &[Place]| fates(places, &steps);
        assert_eq!(fates(&places(&file, None)), [Fate::Ran(70), Fate::GivenUp, Fate::Failed, Fate::NeverRan]);
        assert_eq!(fates(&places(&file, Some("idle"))), [Fate::NeverRan]);
        let all = all_places(&file);
        assert_eq!((all.len(), all[3].text.as_str()), (5, "RUN never"));
    }

    #[test]
    fn words_decide_where_the_numbers_do_not() {
        let file = crate::dockerfile::parse("FROM a AS one\nRUN x\nRUN y\nCOPY a$B /\n", "f").unwrap();
        let places = places(&file, None);
        let line = |name: &str| {
            let step = Step::named("t", name);
            position(&places, &step, std::slice::from_ref(&step)).map(|index| places[index].line)
        };
        // The `FROM` is counted here, and shown under another target.
        assert_eq!(line("[one 2/4] RUN x"), Some(2));
        assert_eq!(line("[one 3/4] RUN   y"), Some(3));
        // A base with an `ONBUILD`.
        assert_eq!(line("[one 4/5] RUN x"), Some(2));
        assert_eq!(line("[one 3/4] COPY a1 /"), Some(4));
        assert_eq!(line("[one 1/4] COPY a1 /"), None);
        assert_eq!(
            (line("[other 1/4] RUN x"), line("[one 1/4] FROM a"), line("exporting to image")),
            (None, None, None)
        );
    }
}
