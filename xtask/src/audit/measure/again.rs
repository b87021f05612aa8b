//! Touches one source file in a copy of the context, builds again, and reads from the builder's record what ran again.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::build::{Made, Recipe};
use super::{Lab, millis, touch};
use crate::audit::seen::{Context, Known, Rebuild, Seen, StepAgain, Unknown};
use crate::engine::instructions::Place as Step;
use crate::error::{self, ErrorId, Problem, Result};
use crate::image::Digest;
use crate::image::weigh::{Base, Subject, weigh};
use crate::names::printable;
use crate::state::costs::Costs;
use crate::units;

/// A larger context is not copied.
const LARGEST: u64 = 2_000_000_000;
const MOST: usize = 100_000;

impl Lab<'_> {
    /// Builds again after an edit of one file.
    ///
    /// Errors: [`ErrorId::Interrupted`]; the engine does not answer. What only keeps this from being measured is an [`Unknown`].
    pub(super) fn again(
        &self,
        recipe: &Recipe,
        made: &Made,
        seen: &Seen,
        notes: &mut Vec<String>,
    ) -> Result<Known<Rebuild>> {
        let (written, context) = match (seen.dockerfile(), seen.context()) {
            (Ok(written), Ok(context)) => (written, context),
            (Err(unknown), _) | (_, Err(unknown)) => return Ok(Err(unknown)),
        };
        let Some(file) = self.job.touch.clone().or_else(|| touch::choose(context, Some(written))) else {
            let why = "No source file was found that the Dockerfile copies; --touch FILE names one.";
            return Ok(Err(Unknown::because(why)));
        };
        if let Some(why) = too_large(context) {
            return Ok(Err(why));
        }
        self.examiner().phase("Building again", "edits");
        self.examiner().doing("copying the build context");
        let token = format!("drydock {:x}", jiff::Timestamp::now().as_millisecond());
        let copied = match self.copied(recipe, context, &file, &token) {
            Err(problem) if problem.id == ErrorId::Context => return Ok(Err(Unknown::because(problem.fact))),
            copied => copied?,
        };
        let outcome = self.measured(recipe, made, seen, &copied, notes);
        let _ = fs::remove_dir_all(&copied.0);
        match outcome {
            Ok(mut rebuild) => {
                rebuild.touched = printable(&file);
                Ok(Ok(rebuild))
            }
            Err(problem) if matches!(problem.id, ErrorId::Interrupted | ErrorId::EngineSilent) => Err(problem),
            Err(problem) => Ok(Err(Unknown::because(format!(
                "The build after an edit of {} failed: {}",
                printable(&file),
                problem.fact
            )))),
        }
    }

    fn measured(
        &self,
        recipe: &Recipe,
        made: &Made,
        seen: &Seen,
        copied: &Copied,
        notes: &mut Vec<String>,
    ) -> Result<Rebuild> {
        let written = seen.dockerfile.as_ref().ok();
        let mut costs = Costs::load()?;
        let keys = keys(recipe, &made.steps);
        note(&mut costs, &keys, made);
        // What came from the cache just now costs nothing here and all its time on the next machine.
        if keys.iter().any(|key| costs.get(key).is_none()) {
            self.examiner().doing("without the build cache, to know what each step costs");
            let cold = self.build(&Recipe { cold: true, ..recipe.tagged("cold") }, written, notes)?;
            note(&mut costs, &keys, &cold);
            costs.clone().save()?;
            self.remove_image(&cold.image);
            // The builder has two results of a step now; what it takes from the cache is what an edit is compared with.
            self.examiner().doing("from the cache");
            self.build(recipe, written, notes)?;
        }
        self.examiner().doing("after an edit");
        let edited = Recipe { folder: copied.0.clone(), dockerfile: copied.1.clone(), ..recipe.tagged("edited") };
        let after = self.build(&edited, written, notes)?;
        let ms = |at: usize| costs.get(&keys[at]).map_or(0, |cost| cost.ms);
        let ran = after.steps.iter().zip(&after.ran).enumerate().filter(|(_, (_, ran))| !ran.cached);
        let again = ran.map(|(at, (step, ran))| {
            // Without a cache mount a step costs what it cost before, even if the machine was less busy now.
            let ms = if step.text.contains("type=cache") { ran.ms } else { ms(at).max(ran.ms) };
            (at, StepAgain { line: step.line, text: printable(&step.text), ms })
        });
        let again: Vec<(usize, StepAgain)> = again.collect();
        // The whole with the same times as its part: the machine may have been busier for one than for the other.
        let is_run = |at: &usize| made.steps[*at].text.trim_start().to_ascii_uppercase().starts_with("RUN");
        let longest = |at: usize| {
            let now = again.iter().find(|(step, _)| *step == at).map(|(_, step)| step.ms);
            ms(at).max(now.unwrap_or_default())
        };
        let whole_ms = (0..keys.len()).filter(is_run).map(longest).sum();
        let again: Vec<StepAgain> = again.into_iter().map(|(_, step)| step).collect();
        costs.save()?;
        let (new_layers, new_bytes, stored_bytes) = self.new_layers(&made.image, &after.image)?;
        self.remove_image(&after.image);
        self.examiner().done(after.took);
        Ok(Rebuild {
            touched: String::new(),
            whole_ms,
            took_ms: millis(after.took),
            again,
            new_layers,
            new_bytes,
            stored_bytes,
        })
    }

    /// How many layers of an image another one does not have, their stored bytes, and those of the whole.
    fn new_layers(&self, before: &str, after: &str) -> Result<(usize, u64, u64)> {
        let layers = |name: &str| -> Result<Vec<String>> {
            let images = self.session.engine.inspect_images(&[name.to_owned()])?;
            Ok(images.into_iter().next().map(|image| image.root_fs.layers).unwrap_or_default())
        };
        let (known, layers) = (layers(before)?.into_iter().collect::<HashSet<_>>(), layers(after)?);
        let subject = Subject { image: after.to_owned(), layers, base: Base::Unknown };
        let weights = weigh(&[subject], self.session.engine, self.session.way(false))?;
        let Some(weight) = weights.get(after) else { return Err(crate::bug("An image was weighed and has no weight")) };
        let new: Vec<u64> = weight
            .layers
            .iter()
            .filter(|layer| !known.contains(&layer.diff_id.to_string()))
            .map(|layer| layer.stored_bytes)
            .collect();
        Ok((new.len(), new.iter().sum(), weight.stored_bytes))
    }

    /// Copies what the builder gets of the context, with one file edited. Returns the copy and the Dockerfile in it or beside it.
    ///
    /// Errors: [`ErrorId::Context`] where the file cannot be edited; the copy cannot be written.
    fn copied(&self, recipe: &Recipe, context: &Context, file: &str, token: &str) -> Result<Copied> {
        let into = self.copies().join("context");
        let _ = fs::remove_dir_all(&into);
        let file = file.trim_start_matches("./");
        if !context.sent().any(|one| one.path == file) {
            let fact =
                format!("The builder does not get the file `{}`, so an edit of it rebuilds nothing.", printable(file));
            return Err(Problem::new(ErrorId::Context, fact));
        }
        fs::create_dir_all(&into).map_err(|e| error::io("create", &into, &e))?;
        for one in context.sent() {
            crate::interrupt::check()?;
            let (from, to) = (recipe.folder.join(&one.path), into.join(&one.path));
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(|e| error::io("create", parent, &e))?;
            }
            copy(&from, &to)?;
        }
        let edited = into.join(file);
        if edited.is_symlink() {
            let fact = format!("`{}` is a link, and an edit of it could change another file.", printable(file));
            return Err(Problem::new(ErrorId::Context, fact));
        }
        let text = fs::read(&edited).map_err(|e| error::io("read", &edited, &e))?;
        let place = |path: &Path| error_free_write(path, &touch::edited(file, &text, token));
        place(&edited)?;
        let inside = recipe.dockerfile.canonicalize().ok().zip(recipe.folder.canonicalize().ok());
        let inside = inside.and_then(|(file, folder)| file.strip_prefix(folder).map(Path::to_owned).ok());
        // The builder reads the Dockerfile even where its list leaves it out.
        let dockerfile = match inside {
            Some(path) => {
                let to = into.join(&path);
                if !to.exists() {
                    if let Some(parent) = to.parent() {
                        fs::create_dir_all(parent).map_err(|e| error::io("create", parent, &e))?;
                    }
                    copy(&recipe.dockerfile, &to)?;
                }
                to
            }
            None => recipe.dockerfile.clone(),
        };
        let list = context.ignore.as_ref().map(|(path, _)| path.as_str());
        if let Some(list) = list.filter(|list| !into.join(list).exists() && recipe.folder.join(list).is_file()) {
            copy(&recipe.folder.join(list), &into.join(list))?;
        }
        Ok((into, dockerfile))
    }
}

/// A copy of a context, and the Dockerfile for it.
type Copied = (PathBuf, PathBuf);

fn copy(from: &Path, to: &Path) -> Result<()> {
    let data = match fs::symlink_metadata(from) {
        // An editor took it away since it was listed.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        data => data.map_err(|e| error::io("read", from, &e))?,
    };
    if data.is_symlink() {
        let target = fs::read_link(from).map_err(|e| error::io("read", from, &e))?;
        return crate::host::link(&target, to).map_err(|e| error::io("create", to, &e));
    }
    if data.is_file() {
        return fs::copy(from, to).map(drop).map_err(|e| error::io("copy", from, &e));
    }
    // Sockets and pipes are no source of anything.
    Ok(())
}

fn error_free_write(path: &Path, bytes: &[u8]) -> Result<()> {
    // A file may be read-only; the copy is ours.
    let permissions = fs::metadata(path).map_err(|e| error::io("read", path, &e))?.permissions();
    fs::remove_file(path).map_err(|e| error::io("replace", path, &e))?;
    fs::write(path, bytes).map_err(|e| error::io("write", path, &e))?;
    fs::set_permissions(path, permissions).map_err(|e| error::io("write", path, &e))
}

fn too_large(context: &Context) -> Option<Unknown> {
    let (bytes, files) = (context.sent_bytes(), context.sent().count());
    (bytes > LARGEST || files > MOST || context.is_cut).then(|| {
        let more = if context.is_cut { "more than " } else { "" };
        Unknown::because(format!(
            "The build context has {} in {more}{files} files, too much to copy.",
            units::bytes(bytes)
        ))
    })
}

/// What the cost of each step is remembered under: the instruction and all before it in its stage.
fn keys(recipe: &Recipe, steps: &[Step]) -> Vec<String> {
    let folder = recipe.folder.canonicalize().unwrap_or_else(|_| recipe.folder.clone());
    let key = |step: &Step| {
        let before = steps.iter().filter(|one| one.stage == step.stage && one.number <= step.number);
        let texts: Vec<&str> = before.map(|one| one.text.as_str()).collect();
        let whole = format!("audit\0{}\0{}\0{}", folder.display(), step.stage_name, texts.join("\0"));
        Digest::of(whole.as_bytes()).to_string()
    };
    steps.iter().map(key).collect()
}

/// Notes what ran to its end and what that took.
fn note(costs: &mut Costs, keys: &[String], made: &Made) {
    let now = jiff::Timestamp::now().to_string();
    for (key, ran) in keys.iter().zip(&made.ran) {
        if !ran.cached {
            costs.put(key.clone(), ran.ms, &now);
        }
    }
}
