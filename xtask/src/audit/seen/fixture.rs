//! What rules are tested on: things seen that no engine was asked for, made in a few words.
//!
//! ```ignore
//! let seen = Fixture::of("FROM node:24\nCOPY . .\n").file("package.json", 300).image().layer_file(2, "app/x.js", 10).seen();
//! ```

#![expect(clippy::return_self_not_must_use, reason = "what a test makes and does not use fails it anyway")]

use std::sync::Arc;

use drydock_reader::{Class, FileLine, PackageLine, ProgramLine, SecretLine, Surface};

use super::{
    Asked, Config, Context, ContextFile, HealthCheck, Hidden, How, Image, Listener, Rebuild, Running, Seen, StepAgain,
    Stop, Unknown, Written,
};
use crate::dockerfile::File;
use crate::model::{EngineHealth, HealthState, Inspection, LayerLine};

/// Something seen that is being made.
pub struct Fixture(Seen);

fn unknown<T>() -> Result<T, Unknown> {
    Err(Unknown::because("The test does not know it."))
}

impl Fixture {
    /// Nothing is known but this Dockerfile.
    pub fn of(dockerfile: &str) -> Self {
        let file = Arc::new(File::of("Dockerfile", dockerfile.to_owned()));
        let written = Written::of(&file).expect("a test's Dockerfile can be read");
        Self(Seen { dockerfile: Ok(written), ..Self::nothing().0 })
    }

    /// Nothing is known at all.
    pub fn nothing() -> Self {
        Self(Seen {
            dockerfile: unknown(),
            context: unknown(),
            image: unknown(),
            running: unknown(),
            rebuild: unknown(),
            today: jiff::civil::date(2026, 11, 28),
        })
    }

    /// With this stage as the target of the build.
    pub fn target(mut self, stage: &str) -> Self {
        let written = self.0.dockerfile.as_mut().unwrap();
        written.parsed = written.parsed.up_to(Some(stage)).unwrap();
        self
    }

    /// The context has a file of so many bytes that the builder gets.
    pub fn file(self, path: &str, bytes: u64) -> Self {
        self.context_file(path, bytes, true)
    }

    /// The context has a file that a `.dockerignore` leaves out.
    pub fn ignored(self, path: &str, bytes: u64) -> Self {
        self.context_file(path, bytes, false)
    }

    /// The context has a small file with this text.
    pub fn text(mut self, path: &str, text: &str) -> Self {
        self = self.file(path, text.len() as u64);
        self.context().texts.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The context has a `.dockerignore` with this text. It decides nothing here; name what is left out with [`Self::ignored`].
    pub fn dockerignore(mut self, text: &str) -> Self {
        self.context().ignore = Some((".dockerignore".to_owned(), text.to_owned()));
        self
    }

    fn context_file(mut self, path: &str, bytes: u64, sent: bool) -> Self {
        self.context().files.push(ContextFile { path: path.to_owned(), bytes, sent });
        self
    }

    fn context(&mut self) -> &mut Context {
        if self.0.context.is_err() {
            self.0.context = Ok(Context::default());
        }
        self.0.context.as_mut().unwrap()
    }

    /// There is an image, empty so far.
    pub fn image(mut self) -> Self {
        let inspection = Inspection {
            schema: Inspection::SCHEMA,
            image: "drydock.local/audit/test:now".to_owned(),
            digests_checked: true,
            pull_bytes: None,
            pull_exact: false,
            stored_bytes: 0,
            visible_bytes: 0,
            wasted_bytes: 0,
            layers: Vec::new(),
            unmatched: None,
            classes: std::collections::BTreeMap::new(),
            packages: Vec::new(),
            hidden_packages: Vec::new(),
            programs: Vec::new(),
            surface: Surface::default(),
            secrets: Vec::new(),
            oversized: Vec::new(),
            files: Vec::new(),
        };
        let config = Config::default();
        self.0.image = Ok(Image { inspection, config, history: Vec::new(), hidden: Vec::new(), base_bytes: None });
        self
    }

    /// The image, to be changed in any way.
    pub fn with_image(mut self, change: impl FnOnce(&mut Image)) -> Self {
        change(self.0.image.as_mut().expect("image() comes first"));
        self
    }

    /// The image has another layer, of a line of the Dockerfile; `of_base` for one of the base.
    pub fn layer(self, line: usize, of_base: bool) -> Self {
        self.with_image(|image| {
            image.inspection.layers.push(LayerLine {
                digest: None,
                diff_id: format!("sha256:{}", image.inspection.layers.len()),
                instruction: None,
                line: Some(line),
                stage: None,
                of_base,
                pull_bytes: None,
                stored_bytes: 0,
                wasted_bytes: 0,
            });
        })
    }

    /// A layer, counted from 1, has a file of this class and so many bytes.
    pub fn layer_file(self, layer: usize, path: &str, class: Class, bytes: u64) -> Self {
        self.with_image(|image| {
            let inspection = &mut image.inspection;
            let print = Some(bytes.wrapping_mul(31));
            inspection.files.push(FileLine { path: path.to_owned(), layer, class, bytes, print });
            inspection.stored_bytes += bytes;
            inspection.visible_bytes += bytes;
            *inspection.classes.entry(class.name()).or_default() += bytes;
            if let Some(line) = inspection.layers.get_mut(layer - 1) {
                line.stored_bytes += bytes;
            }
        })
    }

    /// A layer has a file that a higher one hides.
    pub fn hidden(mut self, layer: usize, path: &str, bytes: u64, by: usize, how: How) -> Self {
        self = self.layer_file(layer, path, Class::Other, bytes);
        self.with_image(|image| {
            let file = image.inspection.files.last().unwrap().clone();
            image.hidden.push(Hidden { file, by, how });
            image.inspection.wasted_bytes += bytes;
            image.inspection.visible_bytes -= bytes;
        })
    }

    /// The image has a package.
    pub fn package(self, ecosystem: &str, name: &str, version: &str) -> Self {
        let package = |text: &str| text.to_owned();
        let line =
            PackageLine { ecosystem: package(ecosystem), name: package(name), version: package(version), bytes: None };
        self.with_image(|image| image.inspection.packages.push(line))
    }

    /// The image holds a secret, or its config does where there is no layer.
    pub fn secret(self, rule: &str, path: &str, layer: Option<usize>) -> Self {
        let line = SecretLine { rule: rule.to_owned(), path: path.to_owned(), layer };
        self.with_image(|image| image.inspection.secrets.push(line))
    }

    /// What an intruder would be glad of.
    pub fn surface(self, change: impl FnOnce(&mut Surface)) -> Self {
        self.with_image(|image| change(&mut image.inspection.surface))
    }

    /// The image has a program.
    pub fn program(self, line: ProgramLine) -> Self {
        self.with_image(|image| image.inspection.programs.push(line))
    }

    /// The user that the image's config names.
    pub fn user(self, user: &str) -> Self {
        self.with_image(|image| user.clone_into(&mut image.config.user))
    }

    /// What the image's config starts.
    pub fn starts(self, entrypoint: &[&str], cmd: &[&str]) -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        self.with_image(|image| (image.config.entrypoint, image.config.cmd) = (words(entrypoint), words(cmd)))
    }

    /// A variable of the image's config.
    pub fn env(self, variable: &str) -> Self {
        self.with_image(|image| image.config.env.push(variable.to_owned()))
    }

    /// A label of the image's config.
    pub fn label(self, name: &str, value: &str) -> Self {
        self.with_image(|image| drop(image.config.labels.insert(name.to_owned(), value.to_owned())))
    }

    /// A port of the image's config.
    pub fn exposes(self, port: u16) -> Self {
        self.with_image(|image| {
            image.config.exposed_ports.insert(format!("{port}/tcp"), serde_json::Value::Null);
        })
    }

    /// A `HEALTHCHECK` of the image's config.
    pub fn healthcheck(self, test: &[&str]) -> Self {
        let test = test.iter().map(|word| (*word).to_owned()).collect();
        self.with_image(|image| image.config.healthcheck = Some(HealthCheck { test, ..HealthCheck::default() }))
    }

    /// Lines of the image's history, oldest first.
    pub fn history(self, lines: &[&str]) -> Self {
        self.with_image(|image| image.history = lines.iter().map(|line| (*line).to_owned()).collect())
    }

    /// There is a container that is well: root, on port 8080 of all addresses, stops at once, writes nothing.
    pub fn running(mut self) -> Self {
        self.0.running = Ok(Running {
            port: Some(8080),
            asked: vec![Asked { request: "GET /".to_owned(), status: Ok(200), body: "{}".to_owned() }],
            ready_ms: Ok(300),
            uid: Ok(0),
            pid1: Ok(vec!["/app".to_owned()]),
            stop: Ok(Stop { ms: 100, status: 0 }),
            wrote: Ok(Vec::new()),
            read_only: Ok(None),
            health: Ok(EngineHealth { seen: vec![(0, HealthState::None)], watched_ms: 0, said: String::new() }),
            listens: Ok(vec![Listener { address: "0.0.0.0".to_owned(), port: 8080 }]),
            log: Vec::new(),
        });
        self
    }

    /// The container, to be changed in any way.
    pub fn with_running(mut self, change: impl FnOnce(&mut Running)) -> Self {
        change(self.0.running.as_mut().expect("running() comes first"));
        self
    }

    /// The user whose rights PID 1 has.
    pub fn uid(self, uid: u32) -> Self {
        self.with_running(|running| running.uid = Ok(uid))
    }

    /// How the container ended when it was told to.
    pub fn stops(self, ms: u64, status: i32) -> Self {
        self.with_running(|running| running.stop = Ok(Stop { ms, status }))
    }

    /// The command line of PID 1.
    pub fn pid1(self, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        self.with_running(|running| running.pid1 = Ok(words))
    }

    /// There was a build after an edit: all steps take so long, and these ran again.
    pub fn rebuild(mut self, whole_ms: u64, again: &[(usize, &str, u64)], new_bytes: u64) -> Self {
        let step = |(line, text, ms): &(usize, &str, u64)| StepAgain { line: *line, text: (*text).to_owned(), ms: *ms };
        self.0.rebuild = Ok(Rebuild {
            touched: "src/main.js".to_owned(),
            whole_ms,
            took_ms: again.iter().map(|(_, _, ms)| ms).sum(),
            again: again.iter().map(step).collect(),
            new_layers: again.len(),
            new_bytes,
            stored_bytes: self.0.image.as_ref().map_or(0, |image| image.inspection.stored_bytes),
        });
        self
    }

    /// What was seen.
    pub fn seen(self) -> Seen {
        self.0
    }
}
