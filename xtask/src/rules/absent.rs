//! `absent`: none of these paths, files of the build context, packages or classes of bytes is in any layer of the image.
//!
//! Every layer counts, also what a later one hides: a file that is deleted by a later instruction is still shipped. In a
//! path `*` stands for anything without a slash, and `**` for anything.
//!
//! A name is easily changed. Where another variant is known to hold what must not be there, its files tell the bytes, and these are
//! found under any name.

use std::collections::HashSet;

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

/// Programs and libraries are larger. Of what is shorter, such as the text of a licence, unrelated packages have the same copy.
const TELLING: u64 = 64 << 10;

/// Something that must not be there: what it is, and the layer that has it.
struct Found(String, Option<usize>);

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
            None => HashSet::new(),
            Some(variant) => match case.other(variant).and_then(|other| other.inspection.as_ref()) {
                Some(other) => self.telling(other),
                None => return Some(Judged::not_measured(expected)),
            },
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
    /// The bytes by which a variant's files of these paths and packages are known under any name. A package has a folder, and maybe
    /// a program beside it.
    fn telling(&self, variant: &Inspection) -> HashSet<Bytes> {
        let folders =
            self.packages.iter().flat_map(|name| [format!("**/{name}/**"), format!("**/{}/**", module(name))]);
        let programs = self.packages.iter().map(|name| format!("**/bin/{name}"));
        let patterns: Vec<String> = self.paths.iter().cloned().chain(folders).chain(programs).collect();
        let wanted = Patterns::of(&patterns);
        let (wanted, others): (Vec<_>, Vec<_>) = variant.files.iter().partition(|file| wanted.fit(&file.path));
        let others: HashSet<Bytes> = others.into_iter().filter_map(bytes).collect();
        wanted.into_iter().filter_map(bytes).filter(|one| one.0 >= TELLING && !others.contains(one)).collect()
    }

    fn find(&self, inspection: &Inspection, context: &[SourceFile], known: &HashSet<Bytes>) -> Vec<Found> {
        let wanted = Patterns::of(&self.paths);
        let shown = |file: &FileLine| Found(format!("/{} ({})", file.path, units::bytes(file.bytes)), Some(file.layer));
        let is_known = |file: &FileLine| !known.is_empty() && bytes(file).is_some_and(|one| known.contains(&one));
        let of_a_package =
            |file: &FileLine| self.packages.iter().any(|name| Patterns::of(&files_of(name)).fit(&file.path));
        let unwanted = |file: &&FileLine| wanted.fit(&file.path) || (is_known(file) && !of_a_package(file));
        let mut found: Vec<_> = inspection.files.iter().filter(unwanted).map(shown).collect();
        let wanted = Patterns::of(&self.sources);
        let sources: Vec<&SourceFile> = context.iter().filter(|source| wanted.fit(&source.path)).collect();
        let is_source = |file: &&FileLine| sources.iter().any(|source| source.is(file));
        found.extend(inspection.files.iter().filter(is_source).map(shown));
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

/// How long a file is, and the fingerprint of its content.
type Bytes = (u64, u64);

/// `None` for a file with holes, of which nobody has read the content.
fn bytes(file: &FileLine) -> Option<Bytes> {
    file.print.map(|print| (file.bytes, print))
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
    fn one_star_stays_in_its_folder_and_two_do_not() {
        let fits = |pattern: &str, path: &str| Patterns::of([&pattern.to_owned()]).fit(path);
        assert!(fits("/usr/bin/*", "usr/bin/gcc") && !fits("/usr/bin/*", "usr/bin/x/gcc"));
        assert!(fits("**/gcc", "usr/bin/x/gcc") && fits("etc/passwd", "etc/passwd"));
        assert!(!fits("usr/[", "usr/["), "what is no pattern fits nothing");
        assert!(Patterns::of(&["a".to_owned(), "b".to_owned()]).fit("b"));
    }

    fn inspection(files: &[(&str, usize, u64)]) -> Inspection {
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
        rule.find(&inspection(files), &context, &HashSet::new())
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
    fn what_another_variant_holds_is_known_under_any_name() {
        let (compiler, tool, licence) = (100 << 10, 200 << 10, 90 << 10);
        let variant = inspection(&[
            ("usr/local/go/pkg/tool/compile", 2, compiler),
            ("usr/local/go/pkg/tool/licence", 2, licence),
            ("usr/local/go/pkg/tool/version", 2, 12),
            ("app/packages/bin/ruff", 3, tool),
            ("usr/share/licence", 1, licence),
        ]);
        let (paths, packages) = (vec!["**/pkg/tool/**".to_owned()], vec!["ruff".to_owned()]);
        let rule = Absent { paths, packages, ..Absent::default() };
        let known = rule.telling(&variant);
        for (path, bytes, there) in [
            ("opt/kit/first", compiler, true),
            ("opt/kit/linter", tool, true),
            // The variant has it elsewhere, too, or it is short.
            ("opt/kit/licence", licence, false),
            ("opt/kit/version", 12, false),
            ("app/clock", compiler + 1, false),
        ] {
            let found = rule.find(&inspection(&[(path, 1, bytes)]), &[], &known);
            assert_eq!(found.len() == 1, there, "{path}");
        }
        let named = rule.find(&inspection(&[("pkg/tool/compile", 1, compiler)]), &[], &known);
        assert_eq!(named.len(), 1, "what is told by its path and its bytes is one file");
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
