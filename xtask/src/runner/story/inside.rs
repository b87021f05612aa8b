//! `inside`: commands in running containers. What the lesson says must work has to work, the rest has to be refused.

use super::Underway;
use crate::engine::docker;
use crate::error::Result;
use crate::event::Event;
use crate::lesson::{Inside, Try};
use crate::model::block::Sign;
use crate::model::{AppId, Setup, Shown, Tried};
use crate::plan::Image;
use crate::printed;

impl Underway<'_> {
    pub(super) fn inside(&self, step: &Inside, app: &AppId) -> Result<Shown> {
        let tries: Vec<&Try> = step.tries.iter().filter(|t| t.app.as_ref().is_none_or(|of| of == app)).collect();
        let images = self.named(&step.variants, app);
        self.engine.sink().emit(Event::Phase { name: "Trying", total: images.len() * tries.len(), of: "commands" });
        let mut done = Vec::new();
        for image in images {
            // What is tried may leave something behind.
            let up = self.own(image, &Setup::default())?;
            for one in &tries {
                done.push(self.attempt(one, image, &up.id)?);
            }
            self.remove(&up.id);
        }
        Ok(Shown::Inside { tries: done })
    }

    fn attempt(&self, one: &Try, image: &Image, id: &str) -> Result<Tried> {
        let item = format!("{}: {}", image.called(), one.says);
        self.engine.sink().emit(Event::Progress { item: item.clone(), doing: one.run.join(" ") });
        let output = self.engine.exec(id, &one.run)?;
        let worked = output.success();
        let said = if worked { &output.stdout } else { &output.stderr };
        let said = if said.trim().is_empty() { format!("{}{}", output.stdout, output.stderr) } else { said.clone() };
        let all = printed::lines(&said);
        let as_told = worked == one.works_in.contains(&image.name.variant);
        let remark = if worked { "works" } else { "refused" }.to_owned();
        self.engine.sink().emit(Event::Done { item, remark, sign: Sign::of(as_told) });
        Ok(Tried {
            variant: image.name.variant.clone(),
            says: one.says.clone(),
            command: docker(["exec", image.name.variant.as_str()]).args(one.run.iter().cloned()).display(),
            status: Some(output.status),
            output: all.iter().take(one.lines).cloned().collect(),
            lines: all.len(),
            worked,
            as_told,
        })
    }
}
