//! Where builds find the bases that Dockerfiles name.

use std::collections::BTreeMap;

use super::Reference;
use crate::error::Problem;

/// How BuildKit writes a named context that is an image.
const IMAGE: &str = "docker-image://";

/// The image that builds get for each official name, e.g. `drydock.local/golang:1.27-trixie` for `golang:1.27-trixie`.
///
/// A base without an entry is found under its own name: the engine pulls it, or has it already. Bases are looked up by any of
/// their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseSources {
    images: BTreeMap<String, String>,
    /// Bases that only the engine may know, with what is to be said where it does not.
    missing: BTreeMap<String, Problem>,
}

/// The named context that stands for an image, e.g. `docker-image://drydock.local/golang:1.27-trixie`.
pub fn image_context(image: &str) -> String {
    format!("{IMAGE}{image}")
}

impl BaseSources {
    /// Lets builds find a base in an image of another name.
    pub fn insert(&mut self, base: &str, image: String) {
        self.images.insert(Reference::short(base), image);
    }

    /// Leaves a base to the engine. `problem` is what to say where the engine does not know it either.
    pub fn leave(&mut self, base: &str, problem: Problem) {
        self.missing.insert(Reference::short(base), problem);
    }

    /// What to say of those among these bases that the engine may turn out not to know.
    pub fn missing<'b>(&self, bases: impl IntoIterator<Item = &'b String>) -> BTreeMap<String, Problem> {
        let named = bases.into_iter().map(|base| Reference::short(base));
        named.filter_map(|base| Some((base.clone(), self.missing.get(&base)?.clone()))).collect()
    }

    /// The image a build gets for a base: the base itself where nothing takes its place.
    pub fn image<'a>(&'a self, base: &'a str) -> &'a str {
        self.images.get(&Reference::short(base)).map_or(base, String::as_str)
    }

    /// The named context for a base; `None` where nothing takes its place.
    pub fn context(&self, base: &str) -> Option<String> {
        self.images.get(&Reference::short(base)).map(|image| image_context(image))
    }

    /// The named contexts for a build that needs these bases, by the names BuildKit looks for. A base that nothing takes the place
    /// of has none.
    pub fn contexts<'b>(&self, bases: impl IntoIterator<Item = &'b String>) -> BTreeMap<String, String> {
        bases.into_iter().filter_map(|base| Some((Reference::short(base), self.context(base)?))).collect()
    }

    /// Every base that something takes the place of, with the image that does.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.images.iter().map(|(base, image)| (base.as_str(), image.as_str()))
    }

    /// Whether every base is found under its own name.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_without_a_source_is_itself_and_has_no_context() {
        let mut sources = BaseSources::default();
        sources.insert("golang:1", "drydock.local/golang:1".to_owned());
        assert_eq!((sources.image("golang:1"), sources.image("alpine:3")), ("drydock.local/golang:1", "alpine:3"));
        assert_eq!(sources.context("golang:1").as_deref(), Some("docker-image://drydock.local/golang:1"));
        assert_eq!(sources.image("docker.io/library/golang:1"), "drydock.local/golang:1");
        let contexts = sources.contexts(&["alpine:3".to_owned(), "library/golang:1".to_owned()]);
        assert_eq!(contexts.into_keys().collect::<Vec<_>>(), ["golang:1"]);
    }
}
