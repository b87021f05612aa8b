//! A lesson's result: the table, the expectations, what to look at, what to type next.

use super::lines::{columns, headed, next, paragraph, shell, width};
use super::table::{Table, left, right, wraps};
use super::verdict::{tally, verdict};
use super::{Style, look};
use crate::lesson::{Lesson, Step};
use crate::model::{AppId, Cache, Cold, LessonReport, Measurement, VariantId, Verdict};
use crate::units;

/// What is said below the table, apart from the report itself.
#[derive(Debug)]
pub struct Finish<'a> {
    /// Wall time of the build of all images together.
    pub built_in: std::time::Duration,
    /// Wall time of the builds that steps and expectations made besides.
    pub built_besides: std::time::Duration,
    /// How much came from the build cache.
    pub cache: Cache,
    /// The last build without cache, for comparison.
    pub last_cold: Option<Cold>,
    /// The line that repeats one image by hand.
    pub by_hand: String,
    /// Addresses of kept containers: image and URL.
    pub kept: &'a [(String, String)],
    /// Path of the page that was written, where it was.
    pub page: Option<&'a str>,
    /// What to type next.
    pub next: String,
}

/// The whole result as text.
pub fn lesson(lesson: &Lesson, report: &LessonReport, finish: &Finish<'_>, style: Style, verbose: bool) -> String {
    let mut parts = Vec::new();
    if !report.results.is_empty() && !lesson.step.iter().any(Step::of_all) {
        parts.push(table(&lesson.variants, &report.results, style));
    }
    if !report.results.is_empty() {
        parts.push(answered(report, style));
    }
    parts.extend(not_run(&report.not_run, style));
    parts.extend(expectations(&report.expectations, style, verbose));
    if !finish.kept.is_empty() {
        let mut kept = Table::new([left(""), left("")]);
        finish.kept.iter().for_each(|(image, url)| kept.row([image.clone(), style.command(url)]));
        parts.push(format!("  Still running:\n{}", kept.text(2, style)));
    }
    if !report.results.is_empty() {
        parts.push(style.dim(&paragraph(&build_time(report.results.len(), finish))));
    }
    let looks: Vec<String> = lesson.look.iter().filter_map(|l| look::fill(l, report)).collect();
    if !looks.is_empty() {
        parts.push(looks.iter().map(|text| headed("Look:", text, style)).collect::<Vec<_>>().join("\n"));
    }
    parts.push(format!("{}\n{}", style.bold(&paragraph(&lesson.question)), paragraph(&lesson.answer)));
    if !finish.by_hand.is_empty() {
        parts.push(format!("  {}\n{}", style.dim("One of these images by hand:"), by_hand(&finish.by_hand, style)));
    }
    parts.extend(your_turn(lesson, style));
    parts.extend(finish.page.map(|page| headed("Report:", page, style)));
    parts.push(next(&finish.next, style));
    parts.join("\n\n")
}

/// From so many times on, an image counts as smaller than another.
const SMALLER: f64 = 1.05;

/// One row a service: stored bytes of each variant, how many times the last goes into the first, when the last was ready, as which
/// user both ran. A line below says which variants these columns are about; a service that lacks one of them has a dash there. Where no
/// last variant is smaller than the first, the lesson is about something else, and there is no column for it.
pub fn table(variants: &[VariantId], results: &[Measurement], style: Style) -> String {
    let variants: Vec<_> = variants.iter().filter(|r| results.iter().any(|m| m.variant == **r)).collect();
    let (Some(&first), Some(&last)) = (variants.first(), variants.last()) else { return String::new() };
    let of = |app: &AppId, variant: &VariantId| results.iter().find(|m| m.app == *app && m.variant == *variant);
    let is_smaller = |one: &Measurement| {
        of(&one.app, first).is_some_and(|first| units::times(first.stored_bytes, one.stored_bytes) >= SMALLER)
    };
    let compared = first != last && results.iter().filter(|one| one.variant == *last).any(is_smaller);
    let mut columns = vec![left("service")];
    columns.extend(variants.iter().map(|variant| right(variant.as_str())));
    columns.extend(compared.then(|| right("smaller")));
    columns.extend([right("ready in"), left("user")]);
    let mut table = Table::new(columns);
    let mut apps: Vec<_> = results.iter().map(|m| &m.app).collect();
    apps.dedup();
    for app in apps {
        let of = |variant: &VariantId| of(app, variant);
        let dash = || "–".to_owned();
        let mut row = vec![app.to_string()];
        row.extend(variants.iter().map(|variant| of(variant).map_or_else(dash, |m| units::bytes(m.stored_bytes))));
        let both = of(first).zip(of(last));
        let times = both.map(|(first, last)| units::factor(units::times(first.stored_bytes, last.stored_bytes)));
        row.extend(compared.then(|| times.unwrap_or_else(dash)));
        row.push(of(last).map_or_else(dash, ready));
        row.push(both.map_or_else(dash, |(first, last)| users(first, last)));
        table.row(row);
    }
    let table = table.text(2, style);
    if first == last {
        return table;
    }
    let start = format!("\"ready in\" is the start of {last}.");
    let about = if compared { format!("\"smaller\" compares {last} with {first}; {start}") } else { start };
    format!("{table}\n{}", style.dim(&paragraph(&about)))
}

/// `root → 65532`: the group is left out where it has the user's number.
pub(super) fn users(first: &Measurement, last: &Measurement) -> String {
    let short = |m: &Measurement| match m.user.split_once(':') {
        Some((user, group)) if user == group => user.to_owned(),
        _ => m.user.clone(),
    };
    let (first, last) = (short(first), short(last));
    if first == last { first } else { format!("{first} → {last}") }
}

pub(super) fn ready(measurement: &Measurement) -> String {
    if measurement.health.ok {
        units::seconds(std::time::Duration::from_millis(measurement.ready_ms))
    } else {
        "not healthy".to_owned()
    }
}

/// What was not run, and why: it is neither passed nor failed.
fn not_run(images: &[String], style: Style) -> Option<String> {
    let named = crate::names::list(images.iter().map(String::as_str));
    let text = format!("Not run here, needs the registry: {named}. See `--bases registry`.");
    (!images.is_empty()).then(|| style.dim(&paragraph(&text)))
}

fn answered(report: &LessonReport, style: Style) -> String {
    let well = report.results.iter().filter(|m| m.health.ok).count();
    let all = report.results.len();
    let mark = if well == all { style.ok_mark() } else { style.fail_mark() };
    let noun = if all == 1 { "container" } else { "containers" };
    format!("  {mark} {well} of {all} {noun} answered the health request.")
}

/// How many expectations held; those that failed, or all of them on request.
fn expectations(verdicts: &[Verdict], style: Style, verbose: bool) -> Option<String> {
    let all = verdicts.iter().all(Verdict::held);
    let mark = if all { style.ok_mark() } else { style.fail_mark() };
    let each = verdicts.iter().filter(|one| verbose || !one.held());
    let each = each.map(|one| verdict(one, &format!("{} ", one.subject), style));
    let shown = std::iter::once(format!("  {mark} {}.", tally(verdicts))).chain(each).collect::<Vec<_>>();
    (!verdicts.is_empty()).then(|| shown.join("\n"))
}

/// The exercise, and the command that judges it.
fn your_turn(lesson: &Lesson, style: Style) -> Option<String> {
    let exercise = lesson.exercises.first()?;
    let command = style.command(&format!("cargo xtask check {}", lesson.number));
    let head = headed("Your turn:", &exercise.title, style);
    Some(format!("{head}\n{}\n    {command}", paragraph(&exercise.task)))
}

fn build_time(images: usize, finish: &Finish<'_>) -> String {
    let took = units::seconds(finish.built_in);
    let cold = finish.last_cold.as_ref().map(|cold| {
        let date = cold.date.split('T').next().unwrap_or_default();
        let took = units::seconds(std::time::Duration::from_millis(cold.ms));
        format!(" The last build of all steps took {took} for {} images, on {date}.", cold.images)
    });
    let besides = if finish.built_besides.is_zero() {
        String::new()
    } else {
        format!(" The builds of its steps took {} more.", units::seconds(finish.built_besides))
    };
    let cold = cold.unwrap_or_default() + &besides;
    match finish.cache {
        Cache::None => format!("Built {images} images in {took}, in parallel and without cache.{besides}"),
        Cache::Some => format!("Built {images} images in {took}, in parallel and partly from cache.{cold}"),
        Cache::All => format!("All {images} images came from cache, in {took}.{cold}"),
    }
}

/// A long command over several lines, as a shell takes it: an option a line.
fn by_hand(command: &str, style: Style) -> String {
    let room = columns().saturating_sub(6);
    let parts: Vec<String> = command.replace(" --", "\n--").lines().map(str::to_owned).collect();
    let lines = parts.iter().enumerate().flat_map(|(at, part)| {
        let indent = if at == 0 { "    " } else { "      " };
        shell(part, room.saturating_sub(indent.len())).into_iter().map(move |line| format!("{indent}{line}"))
    });
    let lines: Vec<String> = lines.map(|line| style.command(line.trim_end_matches(" \\"))).collect();
    lines.join(" \\\n")
}

/// The list of lessons.
pub fn listing(lessons: &[Lesson], style: Style) -> String {
    let mut table = Table::new([right(""), left(""), wraps("")]).named_by(1);
    for lesson in lessons {
        table.row([lesson.number.to_string(), style.bold(lesson.id.as_str()), lesson.able_to.clone()]);
    }
    table.within(2, width() + 2, style)
}
