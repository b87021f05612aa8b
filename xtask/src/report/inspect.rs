//! What an image is made of, as text.

use super::Style;
use super::lines::paragraph;
use super::table::{Table, code, instructions, left, paths, right, wraps};
use crate::model::{Class, FileLine, Inspection};
use crate::names::{list, printable};
use crate::units;

/// Largest files that are shown.
const FILES: usize = 5;
/// The same where everything is asked for.
pub const MOST_FILES: usize = 50;
/// Names that are shown of a longer list.
const NAMES: usize = 8;
/// An instruction is cut to what fits beside the rest of its line, but not to less than this many characters.
const INSTRUCTION: usize = 24;

/// What `--quick` leaves out.
const NOT_LOOKED_AT: &str =
    "Not looked at (--quick): whether every byte is what its digest says, and what programs say of their modules.";

/// The payload line, what is aboard, the largest files, the classes, the layers.
/// Where the files are those of one class, `class` names it, and all that were listed are shown.
pub fn inspect(inspection: &Inspection, style: Style, all: bool, class: Option<Class>) -> String {
    let mut parts = vec![style.bold(&paragraph(&payload(inspection))), sums(inspection)];
    if !inspection.secrets.is_empty() {
        parts.push(part(&kept(style), &secrets(inspection).headless(), style));
    }
    if !inspection.oversized.is_empty() {
        parts.push(part(&style.bad("Far too large:"), &oversized(inspection).headless(), style));
    }
    let most = if all || class.is_some() { MOST_FILES } else { FILES };
    let largest = &inspection.files[..most.min(inspection.files.len())];
    let head = class.map_or("Largest files".to_owned(), |class| format!("Largest files of the class {}", class.name()));
    parts.push(part(&style.dim(&head), &files(largest).headless(), style));
    parts.push(part(&style.dim("What the bytes are for"), &classes(inspection).headless(), style));
    parts.push(part(&style.dim("Layers, lowest first"), &layers(inspection, all), style));
    if let Some(why) = &inspection.unmatched {
        parts.push(paragraph(&format!("The Dockerfile tells no lines of these layers: {}.", printable(why))));
    }
    parts.push(part(&style.dim("Surface"), &surface(inspection, all), style));
    if all {
        parts.push(part(&style.dim("Packages"), &packages(inspection), style));
    }
    if !inspection.digests_checked {
        parts.push(style.dim(&paragraph(NOT_LOOKED_AT)));
    }
    parts.join("\n\n")
}

/// A table below its head.
fn part(head: &str, table: &Table, style: Style) -> String {
    let table = if table.rows().is_empty() { "    none".to_owned() } else { table.text(4, style) };
    format!("  {head}\n{table}")
}

/// One sentence on how much of the image is the application, and one on what else travels with it.
pub fn payload(inspection: &Inspection) -> String {
    let Some(share) = share(inspection) else { return "This image has no files.".to_owned() };
    let first = format!("{share} of this image is your application.");
    let aboard = aboard(inspection);
    if aboard.is_empty() { first } else { format!("{first} {aboard}") }
}

/// The application's share of the stored bytes, as a sentence begins with it; `None` where there are no bytes.
pub(super) fn share(inspection: &Inspection) -> Option<String> {
    let application = inspection.bytes_of(Class::Application);
    (inspection.stored_bytes > 0).then(|| percent(application, inspection.stored_bytes).replacen('l', "L", 1))
}

/// One sentence on what else travels with the application; empty where there is nothing worth a mention.
pub(super) fn aboard(inspection: &Inspection) -> String {
    let surface = &inspection.surface;
    let mut aboard = Vec::new();
    let counted = [
        (surface.different.compilers, "compiler or build tool", "compilers and build tools"),
        (surface.different.package_managers, "package manager", "package managers"),
        (surface.different.shells, "shell", "shells"),
    ];
    for (count, one, many) in counted {
        match count {
            0 => {}
            1 => aboard.push(format!("a {one}")),
            _ => aboard.push(format!("{count} {many}")),
        }
    }
    let weighed = [
        (Class::PackageCache, "package and build caches"),
        (Class::DevDependencies, "build-only dependencies"),
        (Class::Tests, "tests"),
        (Class::Vcs, "version history"),
    ];
    for (class, what) in weighed {
        let bytes = inspection.bytes_of(class);
        // Less than this is not worth a mention beside the rest.
        if bytes >= 100_000 {
            aboard.push(format!("{} of {what}", units::bytes(bytes)));
        }
    }
    if aboard.is_empty() {
        String::new()
    } else {
        format!("It also holds {}.", list(aboard.iter().map(String::as_str)))
    }
}

fn sums(inspection: &Inspection) -> String {
    let archived = inspection.layers.iter().any(|layer| layer.digest.is_some());
    let unpacked = inspection.layers.iter().filter(|layer| layer.pull_bytes.is_none()).count();
    let pull = match (inspection.pull_bytes, inspection.pull_exact) {
        (None, _) if archived => format!(
            "pull not measured: {unpacked} of {} layers are not compressed in this archive (--pull compresses them, as a push \
             would)",
            inspection.layers.len()
        ),
        (Some(bytes), false) if archived => {
            format!("pull about {}: layers that this archive keeps unpacked were compressed here", units::bytes(bytes))
        }
        (None, _) => "pull not measured (--pull does)".to_owned(),
        (Some(bytes), true) => format!("pull {}", units::bytes(bytes)),
        (Some(bytes), false) => format!("pull about {}: not all layers as a registry has them", units::bytes(bytes)),
    };
    let (stored, visible) = (units::bytes(inspection.stored_bytes), units::bytes(inspection.visible_bytes));
    paragraph(&format!(
        "stored {stored} · visible {visible} · wasted {} · {pull}",
        units::bytes(inspection.wasted_bytes)
    ))
}

/// What is said before secrets that were found.
pub(super) fn kept(style: Style) -> String {
    format!("{} A layer keeps what a later one deletes:", style.bad("Secrets?"))
}

/// The secrets that were found, their values left out.
pub(super) fn secrets(inspection: &Inspection) -> Table {
    let mut table = Table::new([left("what"), paths("where"), left("layer")]).named_by(1);
    for secret in &inspection.secrets {
        let layer =
            secret.layer.map_or_else(|| "in the image's config".to_owned(), |layer| format!("in layer {layer}"));
        table.row([secret.rule.clone(), printable(&secret.path), layer]);
    }
    table
}

/// Files that a tool left behind far too large, with what does not.
pub(super) fn oversized(inspection: &Inspection) -> Table {
    let mut table = Table::new([right("bytes"), paths("file"), left("layer"), wraps("why")]).named_by(1);
    for file in &inspection.oversized {
        let (layer, why) = (format!("in layer {}", file.layer), format!("{}. Use `{}`.", file.cause, file.remedy));
        table.row([units::bytes(file.bytes), printable(&file.path), layer, why]);
    }
    table
}

/// Files with their sizes and classes.
pub(super) fn files(files: &[FileLine]) -> Table {
    let mut table = Table::new([right("bytes"), left("class"), paths("file")]).named_by(2);
    for file in files {
        table.row([units::bytes(file.bytes), file.class.name().to_owned(), printable(&file.path)]);
    }
    table
}

/// The bytes of each class, the largest first.
pub(super) fn classes(inspection: &Inspection) -> Table {
    let mut classes: Vec<_> = inspection.classes.iter().collect();
    classes.sort_by(|a, b| b.1.cmp(a.1));
    let mut table = Table::new([right("bytes"), right("share"), left("class")]).named_by(2);
    for (class, bytes) in classes {
        table.row([units::bytes(*bytes), percent(*bytes, inspection.stored_bytes), (*class).to_owned()]);
    }
    table
}

/// One line a layer, numbered as findings and verdicts name them. Instructions are shown whole where `all` is asked for.
pub(super) fn layers(inspection: &Inspection, all: bool) -> Table {
    let staged = inspection.layers.iter().any(|layer| layer.stage.is_some());
    let weighed = inspection.layers.iter().any(|layer| layer.pull_bytes.is_some());
    let mut columns = vec![right("#"), right("stored"), right("wasted")];
    columns.extend(weighed.then(|| right("pull")));
    columns.extend(staged.then(|| [left("from"), right("line")]).into_iter().flatten());
    let made_by = columns.len();
    columns.push(if all { code("made by") } else { instructions("made by", INSTRUCTION) });
    let mut table = Table::new(columns).named_by(made_by);
    for (number, layer) in (1_usize..).zip(&inspection.layers) {
        let mut row = vec![number.to_string(), units::bytes(layer.stored_bytes), units::bytes(layer.wasted_bytes)];
        row.extend(weighed.then(|| layer.pull_bytes.map_or_else(|| "–".to_owned(), units::bytes)));
        if staged {
            row.push(layer.stage.as_deref().map_or_else(|| "–".to_owned(), |stage| short(stage).to_owned()));
            row.push(layer.line.map_or_else(|| "–".to_owned(), |line| line.to_string()));
        }
        row.push(layer.instruction.clone().unwrap_or_else(|| "(history does not tell)".to_owned()));
        table.row(row);
    }
    table
}

/// The last part of an image's name; a stage's name has no other.
fn short(stage: &str) -> &str {
    stage.rsplit('/').next().unwrap_or(stage)
}

/// What one who gets in finds: at most [`NAMES`] names of a kind, or `all`.
pub(super) fn surface(inspection: &Inspection, all: bool) -> Table {
    let surface = &inspection.surface;
    let named = |names: &std::collections::BTreeSet<String>| {
        let shown: Vec<_> =
            names.iter().take(if all { usize::MAX } else { NAMES }).map(|name| printable(name)).collect();
        let more = names.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        if names.is_empty() { "none".to_owned() } else { format!("{}{more}", shown.join(", ")) }
    };
    // Several names of one program would look like a slip of the count above.
    let programs = |names: &std::collections::BTreeSet<String>, different: usize| {
        let count = if different == 1 { "1 program".to_owned() } else { format!("{different} programs") };
        if names.len() == different { named(names) } else { format!("{} ({count})", named(names)) }
    };
    let yes = |there| if there { "yes" } else { "no" }.to_owned();
    let user = if surface.user.is_empty() { "root".to_owned() } else { printable(&surface.user) };
    let rows = [
        ("user", user),
        ("shells", programs(&surface.shells, surface.different.shells)),
        ("package managers", programs(&surface.package_managers, surface.different.package_managers)),
        ("compilers", programs(&surface.compilers, surface.different.compilers)),
        ("setuid, setgid", named(&surface.setuid)),
        ("world-writable", named(&surface.world_writable)),
        ("CA roots file", yes(surface.ca_roots)),
        ("time zone files", yes(surface.tzdata)),
        ("dynamic loader", yes(surface.loader)),
    ];
    let mut table = Table::new([left(""), wraps("")]);
    for (what, value) in rows {
        table.row([what, &value]);
    }
    table
}

fn packages(inspection: &Inspection) -> Table {
    let mut table = Table::new([left(""), left(""), left(""), right("")]).named_by(1);
    for package in &inspection.packages {
        let bytes = package.bytes.map_or_else(|| "–".to_owned(), units::bytes);
        table.row([package.ecosystem.clone(), printable(&package.name), printable(&package.version), bytes]);
    }
    table
}

/// A share with a digit where it is small.
#[expect(clippy::cast_precision_loss, reason = "a share, shown with at most three digits")]
pub(super) fn percent(part: u64, whole: u64) -> String {
    let share = if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 };
    if share > 0.0 && share < 0.05 {
        "less than 0.1 %".to_owned()
    } else if share < 9.95 {
        format!("{share:.1} %")
    } else {
        format!("{share:.0} %")
    }
}
