//! What comes of a step: what is shown, and what must hold for its words to be true.

use crate::model::{Block, Outcome, Shown, VariantId};

/// What came of a step for one app. A kind of step that says it in blocks needs no renderer of its own.
#[derive(Debug, Default)]
pub(super) struct Came {
    /// What is shown, where that is not `blocks`.
    shown: Option<Shown>,
    /// What is shown.
    pub blocks: Vec<Block>,
    /// What must hold.
    pub checks: Vec<Check>,
}

/// One thing that must hold.
#[derive(Debug)]
pub(super) struct Check {
    /// Of which variant; `None` where the app as a whole is meant.
    pub variant: Option<VariantId>,
    /// Whether it does; nobody knows where what it takes could not be had.
    pub outcome: Outcome,
    /// What was expected, in words.
    pub expected: String,
    /// What was measured, in words.
    pub measured: String,
}

impl Came {
    /// What is shown, and what must hold.
    pub fn parts(self) -> (Shown, Vec<Check>) {
        (self.shown.unwrap_or(Shown::Blocks { blocks: self.blocks }), self.checks)
    }
}

impl From<Shown> for Came {
    fn from(shown: Shown) -> Self {
        Self { shown: Some(shown), ..Self::default() }
    }
}

impl From<Block> for Came {
    fn from(block: Block) -> Self {
        Self { blocks: vec![block], ..Self::default() }
    }
}

impl Check {
    /// Something that holds or does not.
    pub fn new(held: bool, expected: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { variant: None, outcome: Outcome::of(held), expected: expected.into(), measured: measured.into() }
    }

    /// Something that could not be found out, and why. Never a pass.
    pub fn not_measured(expected: impl Into<String>, why: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotMeasured, ..Self::new(false, expected, why) }
    }

    /// Whether it holds.
    pub fn held(&self) -> bool {
        self.outcome == Outcome::Held
    }
}
