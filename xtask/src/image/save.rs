//! Images of the engine as a stream: for engines that cannot push to us, and for images whose base would have to be compressed
//! first.

use std::io::Read;

use crate::engine::{Engine, docker};
use crate::error::{ErrorId, Problem, Result};

/// Hands `take` what `docker save` writes of these images. Layers they share are in it once.
///
/// Errors: what `take` fails with, and [`ErrorId::ImageStream`] with the engine's words where the engine fails.
pub fn save(images: &[&str], engine: Engine<'_>, take: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()> {
    let command = docker(["save"]).args(images.iter().copied());
    engine.announce(&command);
    let (taken, output) = command.stream(|stream| take(stream))?;
    if output.success() {
        return taken;
    }
    // Where the engine fails, the stream ends early too; its own words tell more than that.
    let complaint: Vec<_> = output.stderr.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    match taken {
        Err(problem) if complaint.is_empty() => Err(problem),
        _ => {
            let fact = format!("`{}` ended with status {}.", command.display(), output.status);
            Err(Problem::new(ErrorId::ImageStream, fact).evidence(complaint))
        }
    }
}
