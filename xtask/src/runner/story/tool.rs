//! `tool`: what a tool finds in Dockerfiles or images.

use std::sync::Arc;
use std::time::Duration;

use super::{Came, Check, Underway};
use crate::audit;
use crate::audit::measure::Examiner;
use crate::audit::read::Place;
use crate::audit::seen::{Seen, Unknown, Written};
use crate::engine::{docker, labels};
use crate::error::Result;
use crate::event::Event;
use crate::lesson::ToolStep;
use crate::model::block::{Cell, Column, Sign, Table};
use crate::model::{AppId, Block, Finds, ToolFinding};
use crate::plan::Image;
use crate::tool::{self, Program, ToolName};

/// The first time an engine that pulls bases fetches the tool's image.
const PATIENCE: Duration = Duration::from_mins(3);

impl Underway<'_> {
    pub(super) fn tool(&mut self, step: &ToolStep, app: &AppId) -> Result<Came> {
        let images = self.named(&step.variants, app);
        self.engine.sink().emit(Event::Phase { name: "Looking", total: images.len(), of: "variants" });
        let mut came = Came::default();
        for image in images {
            let item = image.called();
            self.engine.sink().emit(Event::Progress { item: item.clone(), doing: step.tool.to_string() });
            let variant = &image.name.variant;
            let platform = image.name.platform.as_ref().map(|platform| format!(" ({platform})")).unwrap_or_default();
            let label = format!("{variant}{platform}");
            let finds = step.finds.get(variant);
            let expected = || finds.map(|finds| finds.expected(step.tool.as_str())).unwrap_or_default();
            let (remark, check) = match self.findings_of(image, &step.tool)? {
                Ok(found) => {
                    came.blocks.extend(shown(&label, step, finds, &found));
                    let judged = finds.map(|finds| finds.judge(&found));
                    let remark = format!("{} found", found.len());
                    self.of(image).findings.insert(step.tool.to_string(), found);
                    (remark, judged.map(|(held, measured)| Check::new(held, expected(), measured)))
                }
                Err(why) => {
                    let why = format!("{} could not look: {why}", step.tool);
                    came.blocks.push(Block::text(format!("{label}: {why}")));
                    (why.clone(), finds.map(|_| Check::not_measured(expected(), why)))
                }
            };
            // What nobody expected anything of is as it should be: the tool has looked.
            let sign = check.as_ref().map_or(Sign::Held, |check| check.outcome.into());
            self.engine.sink().emit(Event::Done { item, remark, sign });
            came.checks.extend(check.map(|check| Check { variant: Some(variant.clone()), ..check }));
        }
        Ok(came)
    }

    /// What a tool finds of an image; the reason where the tool cannot be had, or does not work.
    ///
    /// Errors: the image or its Dockerfile cannot be read, the engine does not answer, the run was interrupted.
    pub(in crate::runner) fn findings_of(
        &self,
        image: &Image,
        tool: &ToolName,
    ) -> Result<std::result::Result<Vec<ToolFinding>, String>> {
        if tool.as_str() == tool::AUDIT {
            return Ok(Ok(tool::audit(&self.examined(image)?)));
        }
        let Some(program) = tool.program() else {
            let known = self.facts.of(&image.name.key()).and_then(|facts| facts.inspection.as_ref());
            if let Some(inspection) = known {
                return Ok(Ok(tool::inventory(inspection)));
            }
            let tags = [image.name.tag()];
            let found = self.looking(&tags, |looker| looker.briefly(&tags, &[]))?;
            return Ok(Ok(found.first().map(tool::inventory).unwrap_or_default()));
        };
        self.run_tool(program, image.dockerfile.text.clone())
    }

    /// What the audit sees of an image, its Dockerfile and its context, and of a container of it.
    fn examined(&self, image: &Image) -> Result<Seen> {
        let health = image.app.contract.health().map(|request| request.path.clone());
        let folder = self.job.root.join(&image.context);
        let dockerfile = folder.join("Dockerfile");
        let job = audit::job::Job {
            path: folder.clone(),
            target: image.variant.target.clone(),
            build_args: image.variant.args.clone(),
            platform: image.name.platform.as_ref().map(ToString::to_string),
            port: Some(image.app.port),
            health,
            environment: image.variant.run.environment.clone(),
            tmpfs: image.variant.tmpfs.clone(),
            ..audit::job::Job::default()
        };
        let written = image.stages().map(|parsed| Written { file: Arc::clone(&image.dockerfile), parsed });
        let written = written.map_err(|problem| Unknown::because(problem.fact));
        let context =
            audit::read::context(&Place { folder, dockerfile, shown: image.dockerfile.path.clone(), outside: false })?;
        let examiner = Examiner { engine: self.engine, way: self.job.options.weigh, job: &job };
        examiner.image_of_run(&image.name.tag(), written, Ok(context), self.run)
    }

    fn run_tool(&self, program: &Program, text: String) -> Result<std::result::Result<Vec<ToolFinding>, String>> {
        let label = format!("{}={}", labels::RUN, self.run.id());
        let name = labels::container(self.run.id());
        let place = self.job.sources.image(&program.image);
        let command =
            docker(["run", "--rm", "--interactive", "--network", "none", "--name", &name, "--label", &label, place])
                .args(program.command.iter().cloned())
                .stdin(text);
        let output = self.engine.ask_within(PATIENCE, &command)?;
        crate::interrupt::check()?;
        if program.statuses.contains(&output.status) {
            return Ok(program.findings(&output.stdout));
        }
        let said = output.stderr.lines().map(crate::names::printable).find(|line| !line.is_empty());
        let said = said.map(|said| format!(": {said}")).unwrap_or_default();
        Ok(Err(format!("it ended with status {}{said}", output.status)))
    }
}

/// What was found, as a table of as many rows as the step shows, those first that must not be there.
fn shown(variant: &str, step: &ToolStep, finds: Option<&Finds>, found: &[ToolFinding]) -> Vec<Block> {
    if found.is_empty() {
        return vec![Block::text(format!("{variant}: {} finds nothing.", step.tool))];
    }
    let forbidden = |one: &&ToolFinding| finds.is_some_and(|finds| finds.forbids(one));
    let of_a_file = step.tool.as_str() != tool::INVENTORY;
    let mut columns = vec![Column::left(if of_a_file { "code" } else { "package" })];
    if of_a_file {
        columns.extend([Column::left("level"), Column::right("line"), Column::left("what it says")]);
    } else {
        columns.push(Column::left("version"));
    }
    let title = format!("{variant}: {} finds {}", step.tool, found.len());
    let mut table = Table::new(title, columns);
    let (bad, others): (Vec<_>, Vec<_>) = found.iter().partition(forbidden);
    for one in bad.iter().chain(&others).take(step.rows) {
        let sign = if forbidden(one) { Cell::judged(&one.code, false) } else { Cell::from(one.code.as_str()) };
        let mut row = vec![sign];
        if of_a_file {
            let line = one.line.map_or_else(|| "–".to_owned(), |line| line.to_string());
            row.extend([Cell::from(one.level.as_str()), Cell::from(line)]);
        }
        row.push(Cell::from(one.says.as_str()));
        table.row(row);
    }
    let more = found.len().saturating_sub(step.rows);
    let mut blocks = vec![Block::Table(table)];
    blocks.extend((more > 0).then(|| Block::text(format!("{more} more are not shown."))));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str, line: Option<usize>) -> ToolFinding {
        ToolFinding { code: code.to_owned(), level: String::new(), line, says: "words".to_owned() }
    }

    #[test]
    fn what_must_not_be_there_is_shown_first_and_the_rest_is_counted() {
        let step: ToolStep =
            toml::from_str("tool='inventory'\nvariants=['a']\nrows=2\n[finds.a]\nnone-of=['deb/gcc']").unwrap();
        let all = [found("deb/adduser", None), found("deb/base", None), found("deb/gcc", None)];
        let blocks = shown("a", &step, step.finds.values().next(), &all);
        let [Block::Table(table), Block::Text { text }] = blocks.as_slice() else { panic!("{blocks:?}") };
        let codes: Vec<_> = table.rows.iter().map(|row| row[0].text.as_str()).collect();
        assert_eq!((codes, table.columns.len()), (vec!["deb/gcc", "deb/adduser"], 2));
        assert_eq!(text, "1 more are not shown.");
    }

    #[test]
    fn of_a_dockerfile_the_line_is_shown_and_nothing_is_said_to_be_nothing() {
        let step: ToolStep = toml::from_str("tool='hadolint'\nvariants=['a']").unwrap();
        let blocks = shown("a", &step, None, &[found("DL3008", Some(3)), found("DL3059", None)]);
        let [Block::Table(table)] = blocks.as_slice() else { panic!("{blocks:?}") };
        assert_eq!((table.rows[0][2].text.as_str(), table.rows[1][2].text.as_str()), ("3", "–"));
        assert!(matches!(shown("a", &step, None, &[]).as_slice(), [Block::Text { .. }]));
    }
}
