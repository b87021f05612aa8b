//! What a build leaves of a secret: in its image, in the stages that the builder keeps, in the build context.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use drydock_reader::trace;

use super::Underway;
use super::prepare;
use super::withheld::given;
use crate::context::{self, RUN};
use crate::dockerfile::Dockerfile;
use crate::engine::bake;
use crate::engine::build::{self, Announced};
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::image::save;
use crate::names::printable;
use crate::plan::Image;

impl Underway<'_> {
    /// Notes every place where the value of a secret is left.
    ///
    /// Errors: whatever building or reading fails with; [`ErrorId::Manifest`] for a value that cannot be searched for.
    pub(super) fn traces(&mut self, image: &Image, secret: &str) -> Result<()> {
        let value = given(image, secret)?;
        if value.contains(RUN) || value.len() < SHORTEST {
            let fact = format!("The secret `{secret}` of {} cannot be searched for.", image.called());
            let cause =
                "Its value is short, or new in every run, while a layer from the build cache holds an older one.";
            return Err(Problem::new(ErrorId::Manifest, fact).cause(cause));
        }
        let texts = written(value);
        let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let file = match image.stages() {
            Ok(file) => file,
            Err(unread) => {
                let warning =
                    format!("Not measured: what a build leaves, since our own reader stops at this: {unread}");
                self.engine.sink().emit(Event::Warning(warning));
                return Ok(());
            }
        };
        let by_name =
            |index: &usize| file.position(file.stages[*index].name.as_deref()?).filter(|found| found == index);
        if let Some(nameless) = beside(&file).find(|index| by_name(index).is_none()) {
            // BuildKit takes no number as a target.
            let why = format!(
                "{} has no name of its own, so it cannot be searched: give it one with AS",
                file.stage_name(nameless)
            );
            self.of(image).traces.insert(secret.to_owned(), Err(why));
            return Ok(());
        }
        let stages = self.stages_beside(image, &file)?;
        let mut found = Vec::new();
        let mut tags = vec![image.name.tag()];
        tags.extend(stages.keys().cloned());
        let named: Vec<&str> = tags.iter().map(String::as_str).collect();
        let saved = save::save(&named, self.engine, &mut |stream| {
            found = trace::traces(stream, &texts).map_err(|fault| {
                Problem::new(
                    ErrorId::ImageStream,
                    format!("The layers of {} cannot be searched: {fault}", image.called()),
                )
            })?;
            Ok(())
        });
        for tag in stages.keys() {
            let _ = self.engine.remove_image(tag);
        }
        saved?;
        let own = image.name.tag();
        let mut places: Vec<String> = found.iter().map(|trace| place(trace, &own, &stages)).collect();
        let in_context = context::holding(&self.job.root.join(&image.context), &texts)?;
        places.extend(in_context.into_iter().map(|path| format!("{} in the folder that is built", printable(&path))));
        places.dedup();
        self.of(image).traces.insert(secret.to_owned(), Ok(places));
        Ok(())
    }

    /// Builds every stage that an image's build goes through, besides the last, as an image of its own. Returns what each is called,
    /// by its tag.
    fn stages_beside(&self, image: &Image, file: &Dockerfile) -> Result<BTreeMap<String, String>> {
        let mut targets = BTreeMap::new();
        let mut called = BTreeMap::new();
        for index in beside(file) {
            let tag = format!("{}-stage-{index}", image.name.tag());
            let mut target = image.target(self.job.sources);
            target.target.clone_from(&file.stages[index].name);
            target.tags = vec![tag.clone()];
            targets.insert(format!("{}-stage-{index}", image.name.target()), target);
            called.insert(tag, file.stage_name(index));
        }
        if !targets.is_empty() {
            prepare::contexts([image], self.run.id(), self.job.root)?;
            let definition = bake::Definition { targets };
            let (announced, options) = (image.called(), &self.job.options.build);
            let options = bake::Options { no_cache: false, ..options.clone() };
            build::build(Announced::Item(&announced), &definition, &options, self.job.root, self.engine)?;
        }
        Ok(called)
    }
}

/// The stages that a build goes through, besides the last, by position.
fn beside(file: &Dockerfile) -> impl Iterator<Item = usize> {
    let target = file.target;
    file.reachable(None).into_iter().filter(move |index| *index != target)
}

/// A shorter text is found by chance.
const SHORTEST: usize = 12;

/// A secret as it may be written down: as it is, and in base64, where the bytes in front of it decide which of three forms it takes.
/// Characters that depend on what stands beside it are left out.
fn written(value: &str) -> Vec<Vec<u8>> {
    let encoded = (0..3).map(|before| {
        let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(value.bytes()).collect();
        let text = STANDARD_NO_PAD.encode(&bytes);
        let (first, whole) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        text.as_bytes()[first..whole].to_vec()
    });
    std::iter::once(value.as_bytes().to_vec()).chain(encoded).collect()
}

/// Where a secret was found, in words.
fn place(trace: &trace::Trace, own: &str, stages: &BTreeMap<String, String>) -> String {
    let of_stage = trace.images.iter().find_map(|tag| stages.get(tag));
    let whose = match of_stage {
        // What the image has of a stage ships, and that is the worse place.
        _ if trace.images.iter().any(|tag| tag == own) => "the image".to_owned(),
        Some(stage) => format!("the stage {}, which the builder keeps", printable(stage)),
        None => "the archive".to_owned(),
    };
    match &trace.path {
        Some(path) => format!("/{} in {whose}", printable(path)),
        None => format!("history or configuration of {whose}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_in_base64_whatever_stands_beside_it() {
        let value = "npm_AAAAbbbbCCCCdddd";
        let forms = written(value);
        for before in ["", "x", "xy", "xyz", "user:"] {
            for after in ["", "1", "12", ":end"] {
                let text = STANDARD_NO_PAD.encode(format!("{before}{value}{after}"));
                let found = forms[1..].iter().any(|form| holds(text.as_bytes(), form));
                assert!(found, "{before:?} {after:?}: {text}");
            }
        }
        let other = STANDARD_NO_PAD.encode("npm_AAAAbbbbCCCcdddd");
        assert!(!forms.iter().any(|form| holds(other.as_bytes(), form)));
        assert!(forms.iter().all(|form| form.len() >= value.len()));
    }

    fn holds(text: &[u8], form: &[u8]) -> bool {
        text.windows(form.len()).any(|window| window == form)
    }

    #[test]
    fn a_place_says_whether_it_ships() {
        let stages = BTreeMap::from([("i:v-stage-0".to_owned(), "tides".to_owned())]);
        let at = |images: &[&str], path: Option<&str>| {
            let images = images.iter().map(|image| (*image).to_owned()).collect();
            place(&trace::Trace { images, path: path.map(str::to_owned) }, "i:v", &stages)
        };
        assert_eq!(at(&["i:v-stage-0", "i:v"], Some("a/.npmrc")), "/a/.npmrc in the image");
        assert_eq!(at(&["i:v-stage-0"], Some(".npmrc")), "/.npmrc in the stage tides, which the builder keeps");
        assert_eq!(at(&["i:v"], None), "history or configuration of the image");
    }
}
