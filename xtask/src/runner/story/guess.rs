//! How a guess came out.

use crate::lesson::{Guess, RightAnswer};
use crate::model::{AppId, Guessed, Measurement};
use crate::units;

/// Compares what the learner said with what is right. `None` where the number was not measured.
pub(super) fn score(guess: &Guess, said: &str, app: Option<&AppId>, results: &[Measurement]) -> Option<Guessed> {
    match &guess.answer {
        RightAnswer::Choice(choice) => {
            let hit = choice.right == said;
            Some(Guessed { said: said.to_owned(), right: choice.right.clone(), hit })
        }
        RightAnswer::Number(number) => {
            let right = number.is.number(app, results)?;
            let guessed = units::parse(said);
            let near = |guessed: f64| guessed > 0.0 && (guessed / right).max(right / guessed) <= number.within;
            Some(Guessed {
                said: guessed.map_or_else(|| said.to_owned(), |guessed| number.is.shown(guessed)),
                right: number.is.shown(right),
                hit: guessed.is_some_and(near),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::matrix::tests::matrix;

    fn guess(text: &str) -> Guess {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_number_is_right_within_a_factor() {
        let results = matrix(&[("go", "naive", 800_000_000)]).results;
        let guess = guess("asks = 'How large?'\nanswer.number.is = 'stored:naive'");
        let scored =
            |said: &str| score(&guess, said, None, &results).map(|one| (one.said, one.right, one.hit)).unwrap();
        let right = || "800 MB".to_owned();
        assert_eq!(scored("500 MB"), ("500 MB".to_owned(), right(), true));
        assert_eq!(scored("1.6GB"), ("1.60 GB".to_owned(), right(), true));
        assert_eq!(scored("100 MB"), ("100 MB".to_owned(), right(), false));
        assert_eq!(scored("no idea"), ("no idea".to_owned(), right(), false));
        assert!(score(&guess, "1 MB", None, &[]).is_none());
    }

    #[test]
    fn a_choice_is_right_or_not() {
        let guess = guess("asks = 'Which?'\nanswer.choice = { of = ['a', 'b'], right = 'b' }");
        assert!(score(&guess, "b", None, &[]).unwrap().hit);
        assert!(!score(&guess, "a", None, &[]).unwrap().hit);
    }
}
