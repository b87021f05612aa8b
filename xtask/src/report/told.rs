//! Steps that are told in parts which every renderer knows.

use std::borrow::Cow;

use crate::lesson::Step;
use crate::model::block::{Block, Column, Output, Sign, Table};
use crate::model::{Answered, Ended, Guessed, Measurement, SentContext, Shown, Tried};
use crate::units;

/// What came of a step, in such parts; none for a step that has a picture or a table of its own.
pub(super) fn blocks(shown: &Shown) -> Cow<'_, [Block]> {
    match shown {
        Shown::Inside { tries } => tries.iter().map(tried).collect(),
        Shown::Ask { answers } => answers.iter().map(answered).collect(),
        Shown::Ends { ended } => ended.iter().map(end).collect(),
        Shown::Docker { command, lines, of, as_told } => vec![docker(command, lines, *of, *as_told)].into(),
        Shown::Sent { sent } => vec![sent_table(sent)].into(),
        Shown::Blocks { blocks } => blocks.into(),
        Shown::Table | Shown::Changed { .. } | Shown::MadeOf { .. } | Shown::Experiment { .. } => Cow::default(),
    }
}

/// The measurements that a step's table compares: of the apps that the step is about.
pub(super) fn compared(step: &Step, results: &[Measurement]) -> Vec<Measurement> {
    let is_about = |measured: &&Measurement| step.apps.is_empty() || step.apps.contains(&measured.app);
    results.iter().filter(is_about).cloned().collect()
}

/// How near a guess came.
pub(super) fn guess(guessed: &Guessed) -> String {
    if guessed.said == guessed.right {
        return format!("You guessed right: {}.", guessed.right);
    }
    format!("You guessed {}; right is {}.", guessed.said, guessed.right)
}

/// What came out as the lesson says needs no mark: that a command is refused may be the point.
fn sign(as_told: bool) -> Sign {
    if as_told { Sign::Neutral } else { Sign::Failed }
}

fn tried(one: &Tried) -> Block {
    let result = if one.worked { "works" } else { "refused" };
    Block::Output(Output {
        title: format!("{}: {} – {result}", one.variant, one.says),
        sign: sign(one.as_told),
        command: Some(one.command.clone()),
        lines: one.output.clone(),
        of: one.lines.max(one.output.len()),
        status: None,
    })
}

fn answered(one: &Answered) -> Block {
    let status = if one.status == 0 { "no answer".to_owned() } else { one.status.to_string() };
    // A request is nothing that a shell takes.
    Block::Output(Output {
        title: format!("{}: {} – {status}", one.variant, one.request),
        sign: sign(one.as_told),
        lines: vec![one.body.clone()],
        of: 1,
        ..Output::default()
    })
}

fn end(one: &Ended) -> Block {
    let status = one.status.map_or_else(|| "was not started".to_owned(), |status| format!("exit status {status}"));
    Block::Output(Output {
        title: format!("{}: {status}", one.variant),
        sign: sign(one.as_told),
        command: Some(format!("docker run {}", one.variant)),
        lines: one.lines.clone(),
        of: one.lines.len(),
        status: None,
    })
}

fn docker(command: &str, lines: &[String], of: usize, as_told: bool) -> Block {
    let title = if as_told { "" } else { "This is not what the lesson says." };
    Block::Output(Output {
        title: title.to_owned(),
        sign: sign(as_told),
        command: Some(command.to_owned()),
        lines: lines.to_vec(),
        of,
        status: None,
    })
}

fn sent_table(sent: &[SentContext]) -> Block {
    let mut table = Table::new("What a first build sends", [Column::left("variant"), Column::right("sent")]);
    for one in sent {
        table.row([one.variant.to_string(), units::bytes(one.bytes)]);
    }
    Block::Table(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::VariantId;

    fn output(shown: &Shown) -> Output {
        match blocks(shown).into_owned().remove(0) {
            Block::Output(output) => output,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_differs_from_the_lesson_is_marked() {
        let one = |as_told| Tried {
            variant: VariantId::try_from("tiny".to_owned()).unwrap(),
            says: "open a shell".to_owned(),
            command: "docker exec tiny sh".to_owned(),
            status: Some(127),
            output: vec!["no such file".to_owned()],
            lines: 1,
            worked: false,
            as_told,
        };
        let shown = output(&Shown::Inside { tries: vec![one(true)] });
        assert_eq!((shown.title.as_str(), shown.sign), ("tiny: open a shell – refused", Sign::Neutral));
        assert_eq!(output(&Shown::Inside { tries: vec![one(false)] }).sign, Sign::Failed);
    }

    #[test]
    fn a_service_that_did_not_answer_says_so() {
        let answer = |status| Answered {
            variant: VariantId::try_from("tiny".to_owned()).unwrap(),
            request: "GET /health".to_owned(),
            status,
            body: "ok".to_owned(),
            as_told: true,
        };
        assert_eq!(output(&Shown::Ask { answers: vec![answer(0)] }).title, "tiny: GET /health – no answer");
        assert_eq!(output(&Shown::Ask { answers: vec![answer(200)] }).title, "tiny: GET /health – 200");
    }
}
