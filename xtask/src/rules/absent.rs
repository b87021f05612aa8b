//! `absent`: none of these paths, files of the build context, packages or classes of bytes is in any layer of the image.
//!
//! Every layer counts, also what a later one hides: a file that is deleted by a later instruction is still shipped. In a
//! path `*` stands for anything without a slash, and `**` for anything.
//!
//! A name is easily changed. Where another variant is known to hold what must not be there, its files tell the bytes, and these are
//! found under any name.

mod known;

use known::Known;
use serde::Deserialize;

use super::case::{layer_place, places};
use super::limit::NONE;
use super::{Case, Judge, Judged, Need};
use crate::model::{Class, FileLine, Inspection, SourceFile, VariantId};
use crate::units;

/// What must not be there.
///
/// Every layer counts, also what a later one hides: a file that a later instruction deletes is still shipped.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Absent {
    /// Paths; `*` stands for anything without a slash, `**` for anything.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Files of the build context, by patterns that begin at its root, wherever they lie in the image and whatever they are called
    /// there: a file counts that holds the same bytes, or lies in folders of the same names under the same name.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Names of packages, of whatever ecosystem. A package of npm or Python is told by its files, and the others by the lists of
    /// all layers.
    #[serde(default)]
    pub packages: Vec<String>,
    /// A variant of the same app that holds the files of `paths` and `packages`: none of these may be in the image under another name
    /// either. They are told by their bytes; short ones, and those that the variant has elsewhere, too, tell nothing.
    pub known_from: Option<VariantId>,
    /// Classes of bytes.
    #[serde(default)]
    pub classes: Vec<Class>,
}

/// Something that must not be there: what it is, and the layer that has it.
struct Found(String, Option<usize>);

impl Found {
    /// A file, and what it is under its own name, where it has another one here.
    fn file(file: &FileLine, origin: &str) -> Self {
        let own = if origin.is_empty() { String::new() } else { format!(": the bytes of {origin}") };
        Self(format!("/{} ({}{own})", file.path, units::bytes(file.bytes)), Some(file.layer))
    }
}

impl Judge for Absent {
    fn compared_with(&self) -> Vec<&VariantId> {
        self.known_from.iter().collect()
    }

    fn needs(&self) -> Vec<Need> {
        let sources = (!self.sources.is_empty()).then_some(Need::Sources);
        [Need::Inspection].into_iter().chain(sources).collect()
    }

    fn fault(&self) -> Option<&'static str> {
        let lists = [self.paths.is_empty(), self.sources.is_empty(), self.packages.is_empty(), self.classes.is_empty()];
        lists.iter().all(|empty| *empty).then_some(NONE)
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let sources = self.sources.iter().map(|pattern| format!("{pattern} of the build context"));
        let classes = self.classes.iter().map(|class| format!("bytes of class {}", class.name()));
        let listed = self.paths.iter().chain(&self.packages).cloned().chain(sources).chain(classes);
        let expected = format!("no {}", listed.collect::<Vec<_>>().join(", no "));
        let context = match &case.facts.sources {
            None if !self.sources.is_empty() => return Some(Judged::not_measured(expected)),
            known => known.as_deref().unwrap_or_default(),
        };
        let known = match &self.known_from {
            None => Known::default(),
            Some(variant) => {
                let other = case.other(variant).and_then(|other| other.inspection.as_ref());
                match other.map(|other| Known::of(other, &self.paths, &self.packages)) {
                    Some(known) if !known.is_empty() => known,
                    // A variant without any of it would make this pass for want of something to look for.
                    _ => return Some(Judged::not_measured(expected)),
                }
            }
        };
        Some(case.inspected(expected, |inspection| {
            let found = self.find(inspection, context, &known);
            let Some(Found(_, layer)) = found.first() else { return (true, "none of it".to_owned(), None) };
            let place = layer.map(|layer| layer_place(inspection, layer));
            let all: Vec<String> = found.into_iter().map(|Found(what, _)| what).collect();
            (false, places(&all), place)
        }))
    }
}

impl Absent {
    fn find(&self, inspection: &Inspection, context: &[SourceFile], known: &Known) -> Vec<Found> {
        let wanted = Patterns::of(&self.paths);
        let mut found = Vec::new();
        for file in &inspection.files {
            let of_a_package = || self.packages.iter().any(|name| Patterns::of(&files_of(name)).fit(&file.path));
            match known.origin(file) {
                _ if wanted.fit(&file.path) => found.push(Found::file(file, "")),
                Some(origin) if !of_a_package() => found.push(Found::file(file, origin)),
                _ => {}
            }
        }
        let wanted = Patterns::of(&self.sources);
        let sources: Vec<&SourceFile> = context.iter().filter(|source| wanted.fit(&source.path)).collect();
        for file in &inspection.files {
            let mut same = sources.iter().filter(|source| source.is(file)).peekable();
            if let Some(first) = same.peek().copied() {
                // Of several alike, the one whose name it has.
                let named = same.any(|source| file_name(&source.path) == file_name(&file.path));
                found.push(Found::file(file, if named { "" } else { &first.path }));
            }
        }
        for name in &self.packages {
            found.extend(package(name, inspection));
        }
        for class in &self.classes {
            let bytes = inspection.bytes_of(*class);
            if bytes > 0 {
                let example = inspection.files.iter().find(|file| file.class == *class);
                let path = example.map(|file| format!(", such as /{}", file.path)).unwrap_or_default();
                let what = format!("{} of class {}{path}", units::bytes(bytes), class.name());
                found.push(Found(what, example.map(|file| file.layer)));
            }
        }
        found
    }
}

/// Where an image has a package. npm and Python keep a folder for each, whatever their lists say: a list may be deleted and the
/// package stay, or the other way round.
fn package(name: &str, inspection: &Inspection) -> Option<Found> {
    let fitting = |patterns: &[String]| {
        let wanted = Patterns::of(patterns);
        inspection.files.iter().filter(|file| wanted.fit(&file.path)).collect::<Vec<_>>()
    };
    let own = files_of(name);
    if let Some(first) = fitting(&own).first() {
        // These show that it is there. What it weighs lies beside them as well: the rest of its folder, and its program.
        let beside = [format!("**/{}/**", module(name)), format!("**/bin/{name}")];
        let all = fitting(&own.into_iter().chain(beside).collect::<Vec<_>>());
        let bytes = all.iter().map(|file| file.bytes).sum();
        let largest = all.iter().max_by_key(|file| file.bytes).unwrap_or(first);
        let shown = format!("{name}, such as /{} ({} in all)", largest.path, units::bytes(bytes));
        return Some(Found(shown, Some(first.layer)));
    }
    let by_files = |ecosystem: &str| matches!(ecosystem, "npm" | "pypi");
    let listed = inspection.packages.iter().find(|package| package.name == name && !by_files(&package.ecosystem));
    let listed = listed.map(|p| Found(format!("{} {} ({})", p.name, p.version, p.ecosystem), None));
    let hidden = || {
        let hidden = inspection.hidden_packages.iter();
        let package = hidden.filter(|package| !by_files(&package.ecosystem)).find(|package| package.name == name)?;
        Some(Found(format!("{} {} ({})", package.name, package.version, package.ecosystem), Some(package.layer)))
    };
    listed.or_else(hidden)
}

/// By which files a package of npm or Python is known.
fn files_of(name: &str) -> [String; 3] {
    [
        format!("**/node_modules/{name}/**"),
        format!("**/{name}-*.dist-info/*"),
        format!("**/{}/__init__.*", module(name)),
    ]
}

/// The folder of a Python package.
fn module(name: &str) -> String {
    name.replace('-', "_")
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Patterns of paths, read once: an image has a hundred thousand paths to hold them against.
pub(super) struct Patterns(Vec<glob::Pattern>);

impl Patterns {
    /// Patterns as manifests write them. One that is none fits nothing.
    pub(super) fn of<'p>(patterns: impl IntoIterator<Item = &'p String>) -> Self {
        let read = |pattern: &String| glob::Pattern::new(pattern.trim_start_matches('/')).ok();
        Self(patterns.into_iter().filter_map(read).collect())
    }

    /// Whether one of them fits a path of an image, which has no leading slash.
    pub(super) fn fit(&self, path: &str) -> bool {
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
        self.0.iter().any(|pattern| pattern.matches_with(path, options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_under_another_name_is_told_with_its_own() {
        let rule = Absent { sources: vec!["tsconfig.json".to_owned()], ..Absent::default() };
        let told = |path: &str| found(&rule, &[(path, 1, 64)]).remove(0);
        assert_eq!(told("app/settings"), "/app/settings (64 B: the bytes of tsconfig.json) Some(1)");
        assert_eq!(told("app/tsconfig.json"), "/app/tsconfig.json (64 B) Some(1)");
    }

    #[test]
    fn one_star_stays_in_its_folder_and_two_do_not() {
        let fits = |pattern: &str, path: &str| Patterns::of([&pattern.to_owned()]).fit(path);
        assert!(fits("/usr/bin/*", "usr/bin/gcc") && !fits("/usr/bin/*", "usr/bin/x/gcc"));
        assert!(fits("**/gcc", "usr/bin/x/gcc") && fits("etc/passwd", "etc/passwd"));
        assert!(!fits("usr/[", "usr/["), "what is no pattern fits nothing");
        assert!(Patterns::of(&["a".to_owned(), "b".to_owned()]).fit("b"));
    }

    pub(super) fn inspection(files: &[(&str, usize, u64)]) -> Inspection {
        let text = r#"{"schema":1,"image":"i","digests_checked":true,"pull_bytes":null,"pull_exact":false,"stored_bytes":9,
            "visible_bytes":9,"wasted_bytes":0,"layers":[],"classes":{},"packages":[
                {"ecosystem":"npm","name":"eslint","version":"1","bytes":null},
                {"ecosystem":"deb","name":"gcc","version":"14","bytes":null}],
            "hidden_packages":[{"ecosystem":"deb","name":"git","version":"2","layer":3}],"secrets":[],
            "surface":{"shells":[],"package_managers":[],"compilers":[],"setuid":[],"world_writable":[],"user":"root",
            "ca_roots":false,"tzdata":false,"loader":false}}"#;
        let files = files.iter().map(|(path, layer, bytes)| FileLine {
            path: (*path).to_owned(),
            layer: *layer,
            class: Class::Other,
            bytes: *bytes,
            print: Some(*bytes),
        });
        Inspection { files: files.collect(), ..serde_json::from_str(text).unwrap() }
    }

    fn found(rule: &Absent, files: &[(&str, usize, u64)]) -> Vec<String> {
        let context = [("src/main.ts", 12), ("test/a.test.ts", 0), ("src/app.ts", 99), ("tsconfig.json", 64)];
        let context = context.map(|(path, bytes)| SourceFile { path: path.to_owned(), bytes, print: bytes });
        rule.find(&inspection(files), &context, &Known::default())
            .into_iter()
            .map(|Found(what, layer)| format!("{what} {layer:?}"))
            .collect()
    }

    #[test]
    fn a_package_is_told_by_its_files_in_any_layer() {
        let names = |names: &[&str]| Absent {
            packages: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Absent::default()
        };
        let typescript = ("srv/x/node_modules/typescript/lib/tsc.js", 2, 9);
        let shown = "typescript, such as /srv/x/node_modules/typescript/lib/tsc.js (9 B in all) Some(2)";
        assert_eq!(found(&names(&["typescript"]), &[typescript]), [shown]);
        let ruff = [("p/ruff-1.dist-info/RECORD", 1, 5), ("p/ruff/__main__.py", 1, 20), ("p/bin/ruff", 1, 75)];
        assert_eq!(found(&names(&["ruff"]), &ruff), ["ruff, such as /p/bin/ruff (100 B in all) Some(1)"]);
        assert!(found(&names(&["ruff"]), &ruff[1..]).is_empty());
        // The list still names one whose folder was deleted before the layer was made.
        assert!(found(&names(&["eslint"]), &[typescript]).is_empty());
        for path in ["p/mypy-1.2.dist-info/RECORD", "p/mypy/__init__.py", "p/mypy/__init__.cpython-313.pyc"] {
            assert_eq!(found(&names(&["mypy"]), &[(path, 1, 5)]).len(), 1, "{path}");
        }
        assert!(
            found(&names(&["mypy"]), &[("p/mypy_extensions.py", 1, 5), ("p/mypy_extensions-1.dist-info/X", 1, 5)])
                .is_empty()
        );
        assert_eq!(found(&names(&["gcc", "git"]), &[]), ["gcc 14 (deb) None", "git 2 (deb) Some(3)"]);
    }

    #[test]
    fn a_file_of_the_context_is_found_wherever_it_lies() {
        let sources = ["src/**", "test/**", "tsconfig*.json"].map(str::to_owned).to_vec();
        let rule = Absent { sources, ..Absent::default() };
        for (path, bytes, there) in [
            ("app/src/main.ts", 12, true),
            ("srv/clock/src/main.ts", 98, true),
            ("srv/clock/source/main.ts", 12, true),
            ("srv/clock/source/main.ts", 13, false),
            ("app/xsrc/main.ts", 13, false),
            ("app/test/a.test.ts", 0, true),
            ("app/other/a.test.ts", 0, false),
            // Under another name it is told by its bytes, if it has enough of them.
            ("app/main.txt", 99, true),
            ("app/main.txt", 12, false),
            // At the root every package may have a file of that name.
            ("app/tsconfig.json", 64, true),
            ("app/node_modules/x/tsconfig.json", 65, false),
        ] {
            assert_eq!(found(&rule, &[(path, 1, bytes)]).len() == 1, there, "{path}");
        }
    }
}
