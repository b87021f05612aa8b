//! Looks into images and starts them. It builds nothing, so it needs neither bases nor a folder of this repository.

use std::time::Duration;

use super::called;
use crate::audit::job::Job;
use crate::audit::seen::{Context, Image, Known, Running, Seen, Unknown, Written};
use crate::engine::Engine;
use crate::error::{ErrorId, Problem, Result};
use crate::event::Event;
use crate::image::Way;
use crate::interrupt;
use crate::model::block::Sign;
use crate::state::runs::Run;
use crate::units;

/// Whoever looks at an image that is there.
#[derive(Clone, Copy, Debug)]
pub struct Examiner<'a> {
    /// The engine that holds it.
    pub engine: Engine<'a>,
    /// How its layers are weighed.
    pub way: Way,
    /// What was asked for.
    pub job: &'a Job,
}

impl Examiner<'_> {
    /// All that an image shows beside the Dockerfile and the context that it was built from, its containers in a run that goes on.
    /// How much an edit builds again is left unknown.
    ///
    /// Errors: the image cannot be read; [`ErrorId::Interrupted`]. A service that does not come up is an [`Unknown`].
    pub fn image_of_run(
        &self,
        name: &str,
        written: Known<Written>,
        context: Known<Context>,
        run: &Run,
    ) -> Result<Seen> {
        let image = self.look(name, written.as_ref().ok())?;
        let (running, _) = came_up(self.running_in(name, &image, run, &mut Vec::new()))?;
        Ok(Seen {
            dockerfile: written,
            context,
            image: Ok(image),
            running,
            rebuild: Err(Unknown::because("It was not built again after an edit.")),
            today: crate::audit::today(),
        })
    }

    /// Starts the image and asks it. A service that does not come up is unknown, and the problem says why.
    pub(super) fn serve(
        &self,
        name: &str,
        image: &Image,
        notes: &mut Vec<String>,
    ) -> Result<(Known<Running>, Option<Problem>)> {
        came_up(self.running(name, image, notes))
    }

    /// What the audit does now.
    pub(super) fn doing(&self, doing: &str) {
        self.engine.sink().emit(Event::Progress { item: self.called(), doing: doing.to_owned() });
    }

    pub(super) fn phase(&self, name: &'static str, of: &'static str) {
        self.engine.sink().emit(Event::Phase { name, total: 1, of });
    }

    pub(super) fn done(&self, took: Duration) {
        let event = Event::Done { item: self.called(), remark: units::seconds(took), sign: Sign::Held };
        self.engine.sink().emit(event);
    }

    /// What the service is called where something is said of it.
    pub fn called(&self) -> String {
        called(self.job)
    }
}

/// A service that does not come up is unknown, and the problem says why.
fn came_up(running: Result<Running>) -> Result<(Known<Running>, Option<Problem>)> {
    match running {
        Ok(running) => Ok((Ok(running), None)),
        Err(problem) if problem.id == ErrorId::Interrupted => Err(problem),
        Err(problem) => {
            interrupt::check()?;
            let why = format!("The service did not come up: {}", problem.fact);
            Ok((Err(Unknown::because(why)), Some(problem)))
        }
    }
}
