//! All that was read and measured, for rules to read. What could not be had is an [`Unknown`] with its reason, never an empty
//! value: a rule that asks for it is then not measured.

mod context;
#[cfg(test)]
pub mod fixture;
mod image;
mod running;
mod written;

pub use context::{Context, ContextFile};
pub use image::{Config, HealthCheck, Hidden, How, Image};
pub use running::{Asked, Listener, Rebuild, Running, StepAgain, Stop};
pub use written::{Written, flag, operands};

/// Why something is not known, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(pub String);

/// Something that may not be known.
pub type Known<T> = Result<T, Unknown>;

impl Unknown {
    /// With this reason, a sentence.
    pub fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// All that a rule may look at.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The Dockerfile.
    pub dockerfile: Known<Written>,
    /// The folder that is sent to the builder.
    pub context: Known<Context>,
    /// The image.
    pub image: Known<Image>,
    /// A container of the image.
    pub running: Known<Running>,
    /// A build after one source file was touched.
    pub rebuild: Known<Rebuild>,
    /// The day on which it was seen.
    pub today: jiff::civil::Date,
}

impl Seen {
    /// The Dockerfile, or why there is none.
    ///
    /// Errors: why it is not known, so that a rule can pass it on with `?`.
    pub fn dockerfile(&self) -> Known<&Written> {
        self.dockerfile.as_ref().map_err(Clone::clone)
    }

    /// The folder that is sent to the builder, or why there is none.
    ///
    /// Errors: as [`Self::dockerfile`].
    pub fn context(&self) -> Known<&Context> {
        self.context.as_ref().map_err(Clone::clone)
    }

    /// The image, or why there is none.
    ///
    /// Errors: as [`Self::dockerfile`].
    pub fn image(&self) -> Known<&Image> {
        self.image.as_ref().map_err(Clone::clone)
    }

    /// The container, or why there is none.
    ///
    /// Errors: as [`Self::dockerfile`].
    pub fn running(&self) -> Known<&Running> {
        self.running.as_ref().map_err(Clone::clone)
    }

    /// The build after an edit, or why there is none.
    ///
    /// Errors: as [`Self::dockerfile`].
    pub fn rebuild(&self) -> Known<&Rebuild> {
        self.rebuild.as_ref().map_err(Clone::clone)
    }
}
