//! The end of a lesson: its result becomes a page, progress and words on the screen, the next command last.

use super::narrator::Teller;
use super::{Context, onward, page, wait};
use crate::cli;
use crate::error::{Exit, Problem, Result};
use crate::event::{Event, Sink};
use crate::model::{
    AppId, BaseSources, Cache, Cold, FullReport, Inspection, LessonRef, LessonReport, Timeline, Verdict,
};
use crate::plan::Plan;
use crate::progress::Book;
use crate::report::{self, Finish};
use crate::runner::{Looker, Outcome};
use crate::session::Session;
use crate::state;
use crate::state::settings::Settings;
use crate::state::terminals::{self, Here};
use crate::tidy;
use crate::workshop::Workshop;

/// A run that came to its end, and what it was about.
pub(super) struct Ran<'r> {
    pub workshop: &'r Workshop,
    pub plan: &'r Plan,
    pub session: &'r Session<'r>,
    pub sources: &'r BaseSources,
    pub teller: &'r Teller<'r>,
    pub options: &'r cli::Lesson,
    pub context: Context,
    /// Images left out because they need a registry.
    pub not_run: Vec<String>,
}

impl Ran<'_> {
    /// Writes the page, notes the progress, shows the result. The images are looked into while the learner still reads the last
    /// step, and what comes of the lesson is on the screen whatever that fails with.
    ///
    /// Errors: an image cannot be read; something cannot be written; the learner has left.
    pub fn conclude(self, mut outcome: Outcome, sink: &dyn Sink) -> Result<Exit> {
        let lesson = &self.plan.lesson;
        let last_cold = remember_cold(&outcome, &self.session.environment().date)?;
        let build = std::mem::take(&mut outcome.timeline);
        let seen = outcome.facts.inspections();
        let report = self.report(&mut outcome);
        if self.options.record {
            self.record(&report)?;
        }
        if let Some(pace) = wait::pace(&self.workshop.root, lesson, &report.told) {
            Settings::update(|memory| memory.pace = Some(pace))?;
        }
        let judged = Verdict::exit(&report.expectations);
        let exit = outcome.problems.first().map_or(judged, Problem::exit);
        // A part of a lesson is not the lesson, and one that failed has not shown what it is for. What a busy machine could not
        // measure is not the learner's to repeat.
        let went_well = outcome.problems.is_empty() && judged != Exit::ExpectationFailed;
        if went_well && self.options.variant.is_empty() && self.options.claim.is_none() {
            Book::open()?.update(sink, |progress| progress.ran(&lesson.id, &report.environment.date))?;
        }
        let page = self.look(&report, &outcome, &seen, sink).and_then(|images| self.page(&report, build, images));
        // What went wrong is told at once.
        let reads = self.teller.has_told() && outcome.problems.is_empty();
        let paused = if reads { self.teller.pause("the result") } else { Ok(()) };
        for problem in &outcome.problems {
            report::message(report::problem(problem, self.context.style));
        }
        if self.options.json {
            report::data(report::json(&report));
        } else {
            let page = page.as_ref().ok().map(String::as_str);
            self.show(&report, &outcome, last_cold, page)?;
        }
        page?;
        paused?;
        if self.teller.is_attended() {
            report::call();
        }
        Ok(exit)
    }

    fn report(&self, outcome: &mut Outcome) -> LessonReport {
        let lesson = &self.plan.lesson;
        LessonReport {
            schema: LessonReport::SCHEMA,
            lesson: LessonRef { id: lesson.id.clone(), number: lesson.number, title: lesson.title.clone() },
            environment: self.session.environment(),
            build_ms: u64::try_from(outcome.built_in.as_millis()).unwrap_or(u64::MAX),
            results: outcome.facts.results(),
            told: std::mem::take(&mut outcome.told),
            not_run: self.not_run.clone(),
            expectations: std::mem::take(&mut outcome.verdicts),
            leftovers: outcome.leftovers,
        }
    }

    fn record(&self, report: &LessonReport) -> Result<()> {
        let path = tidy::recorded_path(report.lesson.number, report.lesson.id.as_str());
        let json = serde_json::to_string_pretty(&report.to_keep()).expect("plain data is always JSON");
        state::write_for_people(&self.workshop.root.join(&path), format!("{json}\n").as_bytes())?;
        report::message(format!("wrote {path}"));
        Ok(())
    }

    /// What the measured images are made of.
    fn look(
        &self,
        report: &LessonReport,
        outcome: &Outcome,
        seen: &[Inspection],
        sink: &dyn Sink,
    ) -> Result<Vec<Inspection>> {
        let tags: Vec<_> = report.results.iter().map(|m| m.image.clone()).collect();
        let dockerfiles = |tag: &str| self.plan.all().find(|image| image.name.tag() == tag)?.stages().ok();
        let options = self.session.options();
        let looker = Looker {
            engine: self.session.engine,
            way: options.weigh,
            at_once: options.at_once,
            dockerfiles: &dockerfiles,
            ids: &outcome.ids,
            results: &report.results,
        };
        if looker.has_to_look(&tags, seen)? {
            let words = "Looking into the images for the report, which may take a minute the first time.";
            sink.emit(Event::Note(format!("\n  {}", self.context.style.dim(words))));
        }
        let images = looker.briefly(&tags, seen);
        sink.emit(Event::Quiet);
        images
    }

    /// Writes the page. Returns its path inside the repository.
    fn page(&self, report: &LessonReport, build: Timeline, images: Vec<Inspection>) -> Result<String> {
        let command = page::again(self.workshop, report, self.options);
        let full = FullReport { report: report.clone(), command, build, images };
        page::write(self.workshop, &self.plan.lesson, &full)
    }

    /// What to type next. This terminal has the lesson at hand from now on, and its exercise is there for the language that was
    /// just run, also where that is another than usual.
    fn next(&self, report: &LessonReport) -> Result<String> {
        let lesson = &self.plan.lesson;
        let next = onward(self.workshop, &Book::open()?, Some(&lesson.id))?;
        let mut apps: Vec<_> = report.results.iter().map(|m| &m.app).collect();
        apps.dedup();
        let app = if let [app] = apps[..] { Some(app.clone()) } else { None };
        terminals::note(&Here { lesson: lesson.id.clone(), exercise: None, app: app.clone() })?;
        let follows = Settings::load()?.apps.unwrap_or_default();
        let differs = |app: &AppId| !follows.is_empty() && !follows.contains(app);
        let has = |app: &AppId| lesson.exercises.iter().any(|exercise| exercise.apps.contains(app));
        let here = next.ends_with(&format!(" check {}", lesson.number));
        let named = app.filter(|app| here && differs(app) && has(app));
        Ok(named.map_or(next.clone(), |app| format!("{next} --app {app}")))
    }

    fn show(
        &self,
        report: &LessonReport,
        outcome: &Outcome,
        last_cold: Option<Cold>,
        page: Option<&str>,
    ) -> Result<()> {
        let next = self.next(report)?;
        let gives = if next.contains(" check ") && !next.contains("    ") { "    gives you the exercise" } else { "" };
        // The one that the lesson made for itself tells more than the app's last.
        let own = self.plan.images.iter().rfind(|image| image.dockerfile.path.starts_with("lessons/"));
        let example = own.or(self.plan.images.last()).map(|image| image.target(self.sources).by_hand().display());
        let finish = Finish {
            built_in: outcome.built_in,
            built_besides: outcome.built_besides,
            cache: outcome.cache,
            last_cold,
            by_hand: example.unwrap_or_default(),
            kept: &outcome.kept,
            page,
            next: format!("{next}{gives}"),
        };
        let Context { style, global } = self.context;
        report::line(report::lesson(&self.plan.lesson, report, &finish, style, global.verbose));
        Ok(())
    }
}

/// Remembers a build that used no cache, and returns the one to show beside a build that did.
fn remember_cold(outcome: &Outcome, date: &str) -> Result<Option<Cold>> {
    if outcome.cache != Cache::None {
        return Ok(Settings::load()?.last_cold);
    }
    let ms = u64::try_from(outcome.built_in.as_millis()).unwrap_or(u64::MAX);
    let cold = Cold { ms, images: outcome.facts.results().len(), date: date.to_owned() };
    Settings::update(|memory| memory.last_cold = Some(cold))?;
    Ok(None)
}
