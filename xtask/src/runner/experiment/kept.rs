//! Which layers of a rebuilt image a change leaves as they were.
//!
//! Digests alone do not say. BuildKit puts an image together from the topmost results that its cache has, each with the layers it
//! was made on. A build that finds the last step takes the layers from when that step ran; a rebuild whose last step is new takes
//! the latest result of each step below. Where a step was run twice, these are two layers, alike but for times. A builder that ran
//! each step once has one, and keeps it. So a layer stays, whatever its digest,
//!
//! - if nothing that its instruction is built on depends on the files that the change edits: the control has other bytes in them,
//!   and takes all of it from the cache;
//! - if it was copied, and holds the same as before but for times: by just that BuildKit decides whether a `COPY` runs
//!   (moby/buildkit, `cache/contenthash`).
//!
//! Both count only while every layer below stays: a step on a new layer runs again. A `RUN` that ran again is new although it left
//! the same: its times are in the layer, and a registry takes it for another.

use std::collections::BTreeMap;

use super::graph::Graph;
use crate::engine::instructions::Ran;

/// The layers of an image, lowest first: the digest of each, and the instruction that made it, where that is known, as a position
/// among the graph's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layers(pub Vec<(String, Option<usize>)>);

/// The control of a change: what its builder did, and the image.
#[derive(Debug, Default)]
pub(super) struct Control {
    pub ran: Vec<Ran>,
    pub layers: Layers,
}

/// What a rebuilt image is compared with.
pub(super) struct Known<'k> {
    pub before: &'k Layers,
    /// Where one was needed and builds.
    pub control: Option<&'k Control>,
    /// Whether nothing but files changes: then what does not depend on these files is not changed.
    pub only_files: bool,
    /// The fingerprint of what a layer holds, by its digest; none for a layer that was not read.
    pub contents: &'k BTreeMap<String, u64>,
}

impl Layers {
    pub fn maker(&self, layer: &str) -> Option<usize> {
        self.0.iter().find(|(one, _)| one == layer)?.1
    }

    pub fn has(&self, layer: &str) -> bool {
        self.0.iter().any(|(one, _)| one == layer)
    }

    /// The layer that an instruction made.
    fn made_by(&self, index: usize) -> Option<&str> {
        self.0.iter().find(|(_, maker)| *maker == Some(index)).map(|(layer, _)| layer.as_str())
    }
}

impl Known<'_> {
    /// For each layer of a rebuilt image whether the change leaves it as it was. `ran` is what the builder did.
    pub fn keeps(&self, graph: &Graph<'_>, layers: &Layers, ran: &[Ran]) -> Vec<bool> {
        let mut below = true;
        let stays = layers.0.iter().map(|(layer, maker)| {
            let known = self.before.has(layer) || self.control.is_some_and(|control| control.layers.has(layer));
            let same = |index| self.is_untouched(graph, index, ran) || self.copies_the_same(graph, index, layer);
            let stays = known || (below && maker.is_some_and(same));
            below &= stays;
            stays
        });
        stays.collect()
    }

    /// Whether an instruction depends on none of the edited files.
    fn is_untouched(&self, graph: &Graph<'_>, index: usize, ran: &[Ran]) -> bool {
        let control = self.control.filter(|_| self.only_files);
        control.is_some_and(|control| graph.all_cached(index, &control.ran) && graph.all_cached(index, ran))
    }

    fn copies_the_same(&self, graph: &Graph<'_>, index: usize, layer: &str) -> bool {
        let others = [Some(self.before), self.control.map(|control| &control.layers)];
        let content = self.contents.get(layer).filter(|_| graph.moves_files(index));
        let others = others.into_iter().flatten().filter_map(|layers| layers.made_by(index));
        content.is_some_and(|content| others.into_iter().any(|other| self.contents.get(other) == Some(content)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::instructions::{Place, places};

    const FILE: &str = "\
FROM node AS build
COPY package.json .
RUN npm install
COPY src src
RUN npm run build && npm prune
FROM node-slim
RUN apt-get install curl
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN strip dist/a
";

    /// The layers of an image: the line that made each, and its digest.
    type Made<'m> = &'m [(usize, &'m str)];

    fn layers(places: &[Place], of: Made<'_>) -> Layers {
        let at = |line| places.iter().position(|place| place.line == line);
        Layers(of.iter().map(|&(line, layer)| (layer.to_owned(), at(line))).collect())
    }

    /// Whether each layer of a rebuilt image stays. The digest of a layer begins with what it holds: `m1` and `m2` hold the same. A control
    /// comes with the lines that ran in it.
    fn keeps(rebuilt: Made<'_>, control: Option<(Made<'_>, &[usize])>, only_files: bool) -> Vec<bool> {
        let file = crate::dockerfile::parse(FILE, "f").unwrap();
        let places = places(&file, None);
        let graph = Graph::of(&file, &places);
        let ran = |lines: &[usize]| -> Vec<Ran> {
            places.iter().map(|place| Ran { ms: 5, cached: !lines.contains(&place.line) }).collect()
        };
        let before = layers(&places, &[(6, "base"), (7, "a1"), (8, "m1"), (9, "d1"), (10, "s1")]);
        let rebuilt = layers(&places, rebuilt);
        let control = control.map(|(of, lines)| Control { ran: ran(lines), layers: layers(&places, of) });
        let all = [Some(&rebuilt), Some(&before), control.as_ref().map(|control| &control.layers)];
        let contents = all.into_iter().flatten().flat_map(|layers| &layers.0);
        let contents = contents.map(|(layer, _)| (layer.clone(), u64::from(layer.as_bytes()[0]))).collect();
        let known = Known { before: &before, control: control.as_ref(), only_files, contents: &contents };
        known.keeps(&graph, &rebuilt, &ran(&[4, 5, 9, 10]))
    }

    #[test]
    fn a_copy_of_the_same_stays_whichever_result_the_cache_gave() {
        let rebuilt = [(6, "base"), (7, "a1"), (8, "m2"), (9, "e1"), (10, "s2")];
        assert_eq!(keeps(&rebuilt, None, true), [true, true, true, false, false]);
        // The control may be the image before it, as empty lines change nothing that is compiled.
        let control = [(6, "base"), (7, "a1"), (8, "m1"), (9, "d1"), (10, "s1")];
        assert_eq!(keeps(&rebuilt, Some((&control, &[4, 5])), true), [true, true, true, false, false]);
        let other = [(6, "base"), (7, "a1"), (8, "n1"), (9, "e1"), (10, "s2")];
        assert_eq!(keeps(&other, Some((&control, &[4, 5])), true), [true, true, false, false, false]);
    }

    #[test]
    fn a_run_that_ran_again_is_new_although_it_left_the_same() {
        let rebuilt = [(6, "base"), (7, "a1"), (8, "m1"), (9, "d2"), (10, "s2")];
        assert_eq!(keeps(&rebuilt, None, true), [true, true, true, true, false]);
    }

    #[test]
    fn another_result_of_a_step_that_the_edit_does_not_reach_stays() {
        let rebuilt = [(6, "base"), (7, "b9"), (8, "m2"), (9, "e1"), (10, "s2")];
        let control = [(6, "base"), (7, "a1"), (8, "m1"), (9, "d1"), (10, "s1")];
        assert_eq!(keeps(&rebuilt, Some((&control, &[4, 5])), true), [true, true, true, false, false]);
        // Without a control, or with arguments that the change gives, nothing says that it is not the change's.
        assert_eq!(keeps(&rebuilt, None, true), [true, false, false, false, false]);
        assert_eq!(keeps(&rebuilt, Some((&control, &[4, 5])), false), [true, false, false, false, false]);
        // The control had to run it: it reads what the change edits.
        assert_eq!(keeps(&rebuilt, Some((&control, &[7, 8])), true), [true, false, false, false, false]);
    }

    #[test]
    fn what_the_control_has_by_its_digest_stays_above_a_new_layer_too() {
        let rebuilt = [(6, "base"), (7, "b9"), (8, "m2"), (9, "e1"), (10, "s2")];
        let control = [(6, "base"), (7, "z1"), (8, "m2"), (9, "d7"), (10, "s7")];
        assert_eq!(keeps(&rebuilt, Some((&control, &[7, 8, 9, 10])), true), [true, false, true, false, false]);
    }
}
