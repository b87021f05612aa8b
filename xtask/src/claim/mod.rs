//! Published figures that a lesson measures, and mistakes in circulation that the course corrects: `claims.toml` and
//! `mistakes.toml` beside a lesson's manifest. The lesson measures, its rules judge, and these files say what was published, what we
//! make of it, and where it is shown.

mod mistake;
mod only;

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

pub use mistake::{Mistake, Place, of_mistakes};
pub use only::only;

use crate::error::{ErrorId, Problem, Result};
use crate::lesson::Lesson;
use crate::manifest;
use crate::model::{AppId, Verdict};
use crate::names;
use crate::rules::Expect;
use crate::workshop;

/// Names of the files, beside the manifest of the lesson.
pub const FILES: [&str; 2] = ["claims.toml", "mistakes.toml"];

/// `claims.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    claim: Vec<Claim>,
}

/// Something that was published, how the lesson measures it, and what came of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Names it on the command line.
    pub id: String,
    /// What was published.
    pub says: String,
    /// Where, as far as it is known: the kind of source.
    pub source: String,
    /// Apps it is measured with; every app of the lesson when empty.
    #[serde(default)]
    pub apps: Vec<AppId>,
    /// The title of the step that shows it.
    pub step: String,
    /// How it is measured.
    pub how: String,
    /// The expectations of the lesson that decide it.
    pub judged: Vec<Judged>,
    /// What we make of it.
    pub verdict: Word,
    /// Why.
    pub why: String,
}

/// What we make of something that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// It was measured.
    Holds,
    /// It was measured in another unit than readers will take it for.
    AnotherUnit,
    /// Something else was measured.
    DoesNotHold,
    /// It was measured under conditions that the source does not name.
    Depends,
}

impl Word {
    /// As a predicate of the claim.
    pub fn told(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::AnotherUnit => "holds in another unit",
            Self::DoesNotHold => "does not hold",
            Self::Depends => "depends",
        }
    }
}

/// One or more expectations of a lesson: `go/naive published`, or `naive published` for those about every app.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Judged {
    app: Option<String>,
    variant: String,
    rule: String,
}

impl TryFrom<String> for Judged {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let mistake = || format!("`{text}` is not `APP/VARIANT RULE` or `VARIANT RULE`");
        let (subject, rule) = text.split_once(' ').ok_or_else(mistake)?;
        let (app, variant) = match subject.split_once('/') {
            Some((app, variant)) => (Some(app.to_owned()), variant),
            None => (None, subject),
        };
        Ok(Self { app, variant: variant.to_owned(), rule: rule.to_owned() })
    }
}

impl Judged {
    /// Whether it means this expectation.
    pub fn means(&self, expect: &Expect) -> bool {
        expect.app.as_ref().map(AppId::as_str) == self.app.as_deref()
            && expect.variant.as_ref().is_some_and(|variant| variant.as_str() == self.variant)
            && expect.rule.name() == self.rule
    }

    /// Whether it means the expectation that this verdict is about.
    pub fn is_of(&self, verdict: &Verdict) -> bool {
        verdict.id == self.rule
            && verdict.subject.variant.as_ref().is_some_and(|variant| variant.as_str() == self.variant)
            && self.app.as_deref().is_none_or(|app| app == verdict.subject.app.as_str())
    }
}

/// What a lesson measures of what was published; empty where it has no such file.
///
/// Errors: [`ErrorId::Manifest`].
pub fn of(root: &Path, lesson: &Lesson) -> Result<Vec<Claim>> {
    let shown = format!("{}/{}", lesson.folder(), FILES[0]);
    let path = root.join(&shown);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    manifest::load::<Published>(&path, &shown).map(|published| published.claim)
}

/// The one that `typed` names.
///
/// Errors: [`ErrorId::UnknownClaim`].
pub fn chosen(claims: Vec<Claim>, lesson: &Lesson, typed: &str) -> Result<Claim> {
    let ids: Vec<String> = claims.iter().map(|claim| claim.id.clone()).collect();
    claims.into_iter().find(|claim| claim.id == typed).ok_or_else(|| {
        let known = || ids.iter().map(String::as_str);
        let fact = match ids.as_slice() {
            [] => format!("Lesson {} measures nothing that was published.", lesson.number),
            _ => format!(
                "Lesson {} has no claim {:?}; it has {}.",
                lesson.number,
                names::printable(typed),
                names::list(known())
            ),
        };
        workshop::suggest(Problem::new(ErrorId::UnknownClaim, fact), typed, known())
    })
}

/// What is wrong with the claims of a lesson, one line a finding: each is shown by a step, and decided by something that could fail.
pub fn findings(claims: &[Claim], lesson: &Lesson) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for claim in claims {
        let mut say = |what: String| found.push(format!("{}/{}: `{}` {what}", lesson.folder(), FILES[0], claim.id));
        if !ids.insert(&claim.id) {
            say("is there twice".to_owned());
        }
        if !lesson.step.iter().any(|step| claim.is_shown_by(step)) {
            say(format!("is shown by the step {:?}, which its apps do not have", claim.step));
        }
        if claim.judged.is_empty() {
            say("is decided by no expectation".to_owned());
        }
        for judged in &claim.judged {
            if !lesson.expect.iter().any(|expect| judged.means(expect)) {
                say(format!("is decided by {judged:?}, which the lesson does not expect"));
            }
        }
    }
    found
}
