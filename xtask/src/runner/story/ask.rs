//! `ask`: a request to a running container of each of some variants.

use super::Underway;
use super::peer::Peers;
use crate::error::{Problem, Result};
use crate::event::Event;
use crate::interrupt;
use crate::lesson::Ask;
use crate::model::block::Sign;
use crate::model::{Answer, Answered, AppId, Body, Expected, Request, Setup, Shown};
use crate::names::printable;
use crate::plan::Image;
use crate::runner::facts::measured;

/// Characters of an answer that are shown.
const SHOWN: usize = 400;

impl Underway<'_> {
    pub(super) fn ask(&self, step: &Ask, app: &AppId) -> Result<Shown> {
        let request = request(step);
        let images = self.named(&step.variants, app);
        self.engine.sink().emit(Event::Phase { name: "Asking", total: images.len(), of: "services" });
        let mut answers = Vec::new();
        for image in images {
            interrupt::check()?;
            let item = image.called();
            self.engine.sink().emit(Event::Progress { item: item.clone(), doing: step.path.clone() });
            let answer = self.answer(step, &request, image)?;
            let (status, body) = match answer {
                Ok(answer) => (answer.status, answer.body),
                Err(why) => (0, why),
            };
            let worked = (200..400).contains(&status);
            let told = worked == step.works_in.contains(&image.name.variant);
            let says = worked || step.contains.as_ref().is_none_or(|text| body.contains(text.as_str()));
            let remark = if status == 0 { "no answer".to_owned() } else { format!("status {status}") };
            self.engine.sink().emit(Event::Done { item, remark, sign: Sign::of(told && says) });
            answers.push(Answered {
                variant: image.name.variant.clone(),
                request: format!("{} {}", request.method, request.path),
                status,
                body: printable(&body).chars().take(SHOWN).collect(),
                as_told: told && says,
            });
        }
        Ok(Shown::Ask { answers })
    }

    /// The answer, or why there was none.
    fn answer(&self, step: &Ask, request: &Request, image: &Image) -> Result<std::result::Result<Answer, String>> {
        let words =
            |problem: &Problem| std::iter::once(&problem.fact).chain(&problem.evidence).cloned().collect::<Vec<_>>();
        if let Some(peer) = step.peer {
            let peers = Peers::start(self, image, peer)?;
            let answer = peers.ask(self, image, request);
            peers.stop(self);
            return answer;
        }
        match measured(self.share(image, &asked_in(step)))? {
            Ok(up) => up.service(&image.name.to_string(), self.engine).ask(request),
            Err(problem) => Ok(Err(words(&problem).join(" "))),
        }
    }
}

/// How the containers of a step run.
pub fn asked_in(step: &Ask) -> Setup {
    if step.read_only {
        Setup { read_only: true, tmpfs: Some(Vec::new()), ..Setup::default() }
    } else {
        Setup::default()
    }
}

fn request(step: &Ask) -> Request {
    Request {
        id: "step".to_owned(),
        role: None,
        method: if step.body.is_some() { "POST" } else { "GET" }.to_owned(),
        path: step.path.clone(),
        body: step.body.clone().map(|text| Body::Text { text }),
        setup: "plain".to_owned(),
        needs: None,
        expect: Expected { status: 200, ..Expected::default() },
        otherwise: None,
    }
}
