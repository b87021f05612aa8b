//! The rules as data, and matching a path against them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::class::Class;
use crate::path;

/// Everything in `rules.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    class: Vec<ClassRules>,
    /// Packages of Python that only the build or the tests need.
    pub python_dev: Packages,
    /// Files that are far too large.
    pub oversized: Vec<Oversized>,
    /// Programs worth naming.
    pub surface: Programs,
}

/// The rules, parsed.
pub static RULES: LazyLock<Rules> =
    LazyLock::new(|| toml::from_str(include_str!("rules.toml")).expect("a test parses the rules"));

/// The rules for paths, made ready for many paths.
pub static CLASSES: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(&RULES));

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassRules {
    name: Class,
    rules: Vec<Rule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Rule {
    under: Vec<String>,
    within: Vec<String>,
    name: Vec<String>,
    begins: Vec<String>,
    ends: Vec<String>,
}

/// Packages of Python, by name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packages {
    /// Whole names.
    pub names: BTreeSet<String>,
    /// How names begin.
    pub begins: Vec<String>,
    /// How names end.
    pub ends: Vec<String>,
}

impl Packages {
    /// Whether a package is one of them, by its name in any spelling: PEP 503 takes `Pytest_Cov` for `pytest-cov`.
    pub fn have(&self, name: &str) -> bool {
        let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
        let name = parts.collect::<Vec<_>>().join("-").to_ascii_lowercase();
        self.names.contains(&name)
            || self.begins.iter().any(|text| name.starts_with(text))
            || self.ends.iter().any(|text| name.ends_with(text))
    }
}

/// Files that a tool leaves behind larger than anybody wants them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Oversized {
    /// Their paths.
    pub paths: Vec<String>,
    /// Smaller ones are no matter, in bytes.
    pub at_least: u64,
    /// What leaves them behind.
    pub cause: String,
    /// What to do instead.
    pub remedy: String,
}

/// Names of programs, by what they are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Programs {
    /// Shells.
    pub shells: Vec<String>,
    /// Package managers.
    pub package_managers: Vec<String>,
    /// Compilers and their kin.
    pub compilers: Vec<String>,
    /// Other names of programs, and the name under which they count.
    pub same: BTreeMap<String, String>,
}

impl Programs {
    /// How many different programs there are at these paths: one that has several names, or lies in several folders, counts
    /// once.
    pub fn count<'p>(&self, paths: impl IntoIterator<Item = &'p String>) -> usize {
        let names = paths.into_iter().map(|path| path.rsplit('/').next().unwrap_or(path));
        names.map(|name| self.same.get(name).map_or(name, String::as_str)).collect::<BTreeSet<_>>().len()
    }
}

/// A rule's number, and the kind of condition that a text fulfils for it.
type Hits = HashMap<Vec<u8>, Vec<(usize, u8)>>;

const UNDER: u8 = 1;
const WITHIN: u8 = 2;
const NAME: u8 = 4;
const BEGINS: u8 = 8;
const ENDS: u8 = 16;
/// `within` may name this many folders in a row.
const LONGEST_WITHIN: usize = 3;

/// Rules by the texts that fulfil a part of them: a path is looked up, not compared with every rule.
pub struct Matcher {
    /// The class of each rule and the kinds of conditions it has.
    rules: Vec<(Class, u8)>,
    under: Hits,
    within: Hits,
    name: Hits,
    begins: Vec<(Vec<u8>, usize)>,
    ends: Vec<(Vec<u8>, usize)>,
}

/// What is known of the folder that was last looked at.
#[derive(Default)]
pub struct Folder {
    path: Vec<u8>,
    hits: Vec<(usize, u8)>,
    filled: bool,
}

impl Matcher {
    fn new(rules: &Rules) -> Self {
        let mut matcher = Self {
            rules: Vec::new(),
            under: Hits::new(),
            within: Hits::new(),
            name: Hits::new(),
            begins: Vec::new(),
            ends: Vec::new(),
        };
        for class in &rules.class {
            for rule in &class.rules {
                matcher.add(class.name, rule);
            }
        }
        matcher
    }

    fn add(&mut self, class: Class, rule: &Rule) {
        let index = self.rules.len();
        let mut kinds = 0;
        let maps = [
            (UNDER, &rule.under, &mut self.under),
            (WITHIN, &rule.within, &mut self.within),
            (NAME, &rule.name, &mut self.name),
        ];
        for (kind, texts, map) in maps {
            for text in texts {
                kinds |= kind;
                map.entry(text.clone().into_bytes()).or_default().push((index, kind));
            }
        }
        for (kind, texts, list) in [(BEGINS, &rule.begins, &mut self.begins), (ENDS, &rule.ends, &mut self.ends)] {
            for text in texts {
                kinds |= kind;
                list.push((text.clone().into_bytes(), index));
            }
        }
        self.rules.push((class, kinds));
    }

    /// The class of a path, if a rule claims it. `folder` carries what neighbours share from one path to the next.
    pub fn class(&self, path: &[u8], folder: &mut Folder) -> Option<Class> {
        let parent = path::parent(path);
        if !folder.filled || folder.path != parent {
            *folder = Folder { path: parent.to_vec(), hits: self.of_folder(parent), filled: true };
        }
        let name = path::file_name(path);
        let mut hits = folder.hits.clone();
        hits.extend(self.name.get(name).into_iter().flatten());
        hits.extend(self.begins.iter().filter(|(text, _)| name.starts_with(text)).map(|(_, rule)| (*rule, BEGINS)));
        hits.extend(self.ends.iter().filter(|(text, _)| name.ends_with(text)).map(|(_, rule)| (*rule, ENDS)));
        hits.sort_unstable();
        let mut met = (usize::MAX, 0);
        for (rule, kind) in hits {
            met = if met.0 == rule { (rule, met.1 | kind) } else { (rule, kind) };
            if met.1 == self.rules[rule].1 {
                return Some(self.rules[rule].0);
            }
        }
        None
    }

    fn of_folder(&self, folder: &[u8]) -> Vec<(usize, u8)> {
        let mut hits = Vec::new();
        let mut at = folder;
        while !at.is_empty() {
            hits.extend(self.under.get(at).into_iter().flatten());
            let mut start = at.len();
            for _ in 0..LONGEST_WITHIN {
                let Some(slash) = at[..start].iter().rposition(|&b| b == b'/') else {
                    hits.extend(self.within.get(at).into_iter().flatten());
                    break;
                };
                hits.extend(self.within.get(&at[slash + 1..]).into_iter().flatten());
                start = slash;
            }
            at = path::parent(at);
        }
        hits
    }
}
