//! `docker`: a docker command that only looks, and what it prints.

use super::Underway;
use crate::engine;
use crate::engine::build::Ended;
use crate::error::Result;
use crate::lesson::{Argument, DockerStep, LeftBy, Placeholder};
use crate::model::{AppId, Setup, Shown};
use crate::names::printable;
use crate::process::Command;
use crate::runner::once::Otherwise;

/// Entries of a tar that are listed at most.
const ENTRIES: usize = 100_000;

impl Underway<'_> {
    pub(super) fn docker(&self, step: &DockerStep, app: &AppId) -> Result<Shown> {
        let mut started = Vec::new();
        let mut shown = Vec::new();
        let mut arguments = Vec::new();
        for argument in &step.run {
            let before = started.len();
            let filled = self.filled(argument, app, &mut started)?;
            // A container is gone when this is read; an image is still there, for whoever types the command again.
            shown.push(if started.len() > before { argument.shown() } else { filled.clone() });
            arguments.push(filled);
        }
        let command = engine::docker(arguments);
        let look = || if step.tar { self.listed(&command) } else { self.said(&command) };
        let as_told = |said: &String| step.contains.as_ref().is_none_or(|text| said.contains(text.as_str()));
        let said = look().and_then(|said| match &step.left_by {
            Some(build) if !as_told(&said) => self.leave(build, app).and_then(|()| look()),
            _ => Ok(said),
        });
        for id in started {
            self.remove(&id);
        }
        let said = said?;
        let all: Vec<String> = said.lines().map(|line| printable(line).trim_end().to_owned()).collect();
        Ok(Shown::Docker {
            command: engine::docker(shown).display(),
            of: all.len(),
            lines: all.iter().take(step.lines).cloned().collect(),
            as_told: as_told(&said),
        })
    }

    /// Builds what leaves something in the engine's cache once more. The engine takes what is old from there when it needs room,
    /// and a build that finds its last result does not bring back what stands below.
    fn leave(&self, build: &LeftBy, app: &AppId) -> Result<()> {
        for image in self.named(std::slice::from_ref(&build.variant), app) {
            let otherwise = Otherwise { target: build.target.clone(), no_cache: true, ..Otherwise::default() };
            if let Ended::Failed(failed) = self.lab(false).once(image, &otherwise)? {
                return Err(failed.problem());
            }
        }
        Ok(())
    }

    fn said(&self, command: &Command) -> Result<String> {
        let output = self.engine.ask(command)?;
        Ok(format!("{}{}", output.stdout, output.stderr))
    }

    /// The names of what is in the tar that a command prints.
    fn listed(&self, command: &Command) -> Result<String> {
        self.engine.announce(command);
        let (names, _) = command.stream(|stream| {
            let mut archive = tar::Archive::new(stream);
            let entries = archive.entries().into_iter().flatten().take(ENTRIES).flatten();
            entries.map(|entry| String::from_utf8_lossy(&entry.path_bytes()).into_owned()).collect::<Vec<_>>()
        })?;
        Ok(names.join("\n"))
    }

    /// An argument with its placeholders filled. A container is started, and noted, where one is asked for.
    fn filled(&self, argument: &Argument, app: &AppId, started: &mut Vec<String>) -> Result<String> {
        argument.filled(|wanted, variant| {
            let Some(image) = self.named(std::slice::from_ref(variant), app).first().copied() else {
                // The app has no such variant, so that nothing else stands for it.
                return Ok(variant.to_string());
            };
            match wanted {
                Placeholder::Image => return Ok(image.name.tag()),
                Placeholder::Index => return Ok(image.name.of_all_platforms().tag()),
                Placeholder::Container => {}
            }
            let up = self.own(image, &Setup::default())?;
            started.push(up.id.clone());
            Ok(up.id)
        })
    }
}
