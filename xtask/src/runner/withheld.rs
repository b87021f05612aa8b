//! A build that is not given one of its secrets: whether it fails.

use super::Underway;
use super::once::Otherwise;
use crate::engine::build::Ended;
use crate::error::{ErrorId, Problem, Result};
use crate::plan::Image;

impl Underway<'_> {
    /// Builds an image without a secret and without the build cache, and notes where the build stops.
    ///
    /// Errors: whatever building fails with, apart from a step of the Dockerfile.
    pub(super) fn withheld(&mut self, image: &Image, secret: &str) -> Result<()> {
        given(image, secret)?;
        let otherwise = Otherwise { withhold: vec![secret.to_owned()], no_cache: true, ..Otherwise::default() };
        let without = match self.lab(false).once(image, &otherwise)? {
            Ended::Built(_) => Ok(()),
            Ended::Failed(failed) => Err(failed.problem().fact),
        };
        self.of(image).withheld.insert(secret.to_owned(), without);
        Ok(())
    }
}

/// The value of a secret that an image's build is given, as its manifest writes it.
///
/// Errors: [`ErrorId::Manifest`] where it is given none of this id.
pub(super) fn given<'i>(image: &'i Image, secret: &str) -> Result<&'i str> {
    image.variant.secrets.get(secret).map(String::as_str).ok_or_else(|| {
        Problem::new(ErrorId::Manifest, format!("{} is given no secret `{secret}`.", image.called()))
            .cause("An expectation names a secret that its variant does not have.")
    })
}
