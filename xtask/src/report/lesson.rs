//! A lesson's result: the table, the expectations, what to look at, what to type next.

use comfy_table::{CellAlignment, Table, presets};

use super::lines::{headed, paragraph, width, wrapped};
use super::{Style, look};
use crate::lesson::Lesson;
use crate::model::{Cache, Cold, LessonReport, Measurement, VariantId, Verdict};
use crate::units;

/// What is said below the table, apart from the report itself.
#[derive(Debug)]
pub struct Finish<'a> {
    /// Wall time of the build of all images together.
    pub built_in: std::time::Duration,
    /// How much came from the build cache.
    pub cache: Cache,
    /// The last build without cache, for comparison.
    pub last_cold: Option<Cold>,
    /// The line that repeats one image by hand.
    pub by_hand: String,
    /// Addresses of kept containers: image and URL.
    pub kept: &'a [(String, String)],
    /// What to type next.
    pub next: String,
}

/// The whole result as text.
pub fn lesson(lesson: &Lesson, report: &LessonReport, finish: &Finish<'_>, style: Style, verbose: bool) -> String {
    let mut parts = Vec::new();
    if !report.results.is_empty() {
        parts.push(answered(report, style));
    }
    parts.extend(not_run(&report.not_run, style));
    parts.extend(expectations(&report.expectations, style, verbose));
    if !finish.kept.is_empty() {
        let lines = finish.kept.iter().map(|(image, url)| format!("  {image:<20} {}", style.command(url)));
        parts.push(format!("  Still running:\n{}", lines.collect::<Vec<_>>().join("\n")));
    }
    if !report.results.is_empty() {
        parts.push(format!("  {}", style.dim(&build_time(report.results.len(), finish))));
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
    parts.push(format!("  {} {}", style.bold("Next:"), style.command(&finish.next)));
    parts.join("\n\n")
}

/// One row a service: stored bytes of each variant, how many times the last is smaller than the first, when it was ready, as
/// which user it ran.
pub fn table(variants: &[VariantId], results: &[Measurement]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let variants: Vec<_> = variants.iter().filter(|r| results.iter().any(|m| m.variant == **r)).collect();
    let compared = variants.len() > 1;
    let mut header = vec!["service".to_owned()];
    header.extend(variants.iter().map(ToString::to_string));
    header.extend(compared.then(|| "smaller".to_owned()));
    header.extend(["ready in".to_owned(), "user".to_owned()]);
    let columns = header.len();
    table.set_header(header);
    let mut apps: Vec<_> = results.iter().map(|m| &m.app).collect();
    apps.dedup();
    for app in apps {
        let of: Vec<Option<&Measurement>> =
            variants.iter().map(|variant| results.iter().find(|m| m.app == *app && m.variant == **variant)).collect();
        let mut row = vec![app.to_string()];
        row.extend(of.iter().map(|m| m.map_or_else(|| "–".to_owned(), |m| units::bytes(m.stored_bytes))));
        let first = of.iter().flatten().next();
        let last = of.iter().flatten().next_back();
        if let (Some(first), Some(last)) = (first, last) {
            if compared {
                row.push(units::factor(units::times(first.stored_bytes, last.stored_bytes)));
            }
            row.push(ready(last));
            row.push(users(first, last));
        }
        table.add_row(row);
    }
    for column in 1..columns.saturating_sub(1) {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| format!(" {}", line.trim_end())).collect::<Vec<_>>().join("\n")
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
    let text = format!("Not run here, needs the registry: {named}. See --bases registry.");
    (!images.is_empty()).then(|| format!("  {}", style.dim(&text)))
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
    let held = verdicts.iter().filter(|v| v.held()).count();
    let mark = if held == verdicts.len() { style.ok_mark() } else { style.fail_mark() };
    let sum = format!("  {mark} {held} of {} expectations hold.", verdicts.len());
    let mut shown = vec![sum];
    let each = verdicts.iter().filter(|v| verbose || !v.held()).map(|v| {
        let mark = if v.held() { style.ok_mark() } else { style.fail_mark() };
        let line = format!("  {mark} {} {}: {}", v.subject, v.id, v.measured);
        if v.held() {
            return line;
        }
        let line = wrapped(&line, width()).join("\n      ");
        let expected = wrapped(&format!("expected {}. {}", v.expected, v.why), width() - 4).join("\n      ");
        format!("{line}\n      {expected}")
    });
    shown.extend(each);
    (!verdicts.is_empty()).then(|| shown.join("\n"))
}

/// The exercise, and the command that judges it.
fn your_turn(lesson: &Lesson, style: Style) -> Option<String> {
    let exercise = lesson.exercises.first()?;
    let command = style.command(&format!("cargo xtask check {}", lesson.number));
    let head = format!("  {} {}", style.bold("Your turn:"), exercise.title);
    Some(format!("{head}\n{}\n    {command}", paragraph(&exercise.task)))
}

fn build_time(images: usize, finish: &Finish<'_>) -> String {
    let took = units::seconds(finish.built_in);
    let cold = finish.last_cold.as_ref().map(|cold| {
        let date = cold.date.split('T').next().unwrap_or_default();
        let took = units::seconds(std::time::Duration::from_millis(cold.ms));
        format!(" The last build of all steps took {took} for {} images, on {date}.", cold.images)
    });
    let cold = cold.unwrap_or_default();
    match finish.cache {
        Cache::None => format!("Built {images} images in {took}, in parallel and without cache."),
        Cache::Some => format!("Built {images} images in {took}, in parallel and partly from cache.{cold}"),
        Cache::All => format!("All {images} images came from cache, in {took}.{cold}"),
    }
}

/// A long command over several lines, as a shell takes it.
fn by_hand(command: &str, style: Style) -> String {
    let lines = command.replace(" --", " \\\n      --");
    lines
        .lines()
        .enumerate()
        .map(|(i, l)| if i == 0 { format!("    {}", style.command(l)) } else { style.command(l) })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Columns of a lesson's id in the list.
const NAME: usize = 18;

/// The list of lessons.
pub fn listing(lessons: &[Lesson], style: Style) -> String {
    // Colour codes have no width, so the name is padded before it gets any.
    let line = |l: &Lesson| {
        let name = style.bold(&format!("{:<NAME$}", l.id.as_str()));
        let able_to = wrapped(&l.able_to, width() - NAME - 4).join(&format!("\n{}", " ".repeat(NAME + 7)));
        format!("  {:>2}  {name} {able_to}", l.number)
    };
    lessons.iter().map(line).collect::<Vec<_>>().join("\n")
}
