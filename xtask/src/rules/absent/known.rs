//! What a variant is known to hold, by its bytes: under whatever name the same bytes lie in another image.

use std::collections::{HashMap, HashSet};

use super::{Patterns, module};
use crate::model::{FileLine, Inspection};

/// Programs and libraries are larger. Of what is shorter, such as the text of a licence, unrelated packages have the same copy.
const TELLING: u64 = 64 << 10;

/// How long a file is, and the fingerprint of its content.
type Bytes = (u64, u64);

/// Files by their bytes, each with the path that the variant has it at.
#[derive(Default)]
pub(super) struct Known(HashMap<Bytes, String>);

impl Known {
    /// A variant's files of these paths and packages. A package has a folder, and maybe a program beside it. What the variant has
    /// elsewhere, too, is not theirs alone.
    pub(super) fn of(variant: &Inspection, paths: &[String], packages: &[String]) -> Self {
        let folders = packages.iter().flat_map(|name| [format!("**/{name}/**"), format!("**/{}/**", module(name))]);
        let programs = packages.iter().map(|name| format!("**/bin/{name}"));
        let patterns: Vec<String> = paths.iter().cloned().chain(folders).chain(programs).collect();
        let wanted = Patterns::of(&patterns);
        let (wanted, others): (Vec<_>, Vec<_>) = variant.files.iter().partition(|file| wanted.fit(&file.path));
        let others: HashSet<Bytes> = others.into_iter().filter_map(bytes).collect();
        let telling = wanted.into_iter().filter_map(|file| Some((bytes(file)?, format!("/{}", file.path))));
        Self(telling.filter(|(one, _)| one.0 >= TELLING && !others.contains(one)).collect())
    }

    /// Whether it tells nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path at which the variant has the bytes of a file.
    pub(super) fn origin(&self, file: &FileLine) -> Option<&str> {
        self.0.get(&bytes(file)?).map(String::as_str)
    }
}

/// `None` for a file with holes, of which nobody has read the content.
fn bytes(file: &FileLine) -> Option<Bytes> {
    file.print.map(|print| (file.bytes, print))
}

#[cfg(test)]
mod tests {
    use super::super::Absent;
    use super::super::tests::inspection;
    use super::*;

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
        let known = Known::of(&variant, &rule.paths, &rule.packages);
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
        let tool = rule.find(&inspection(&[("opt/x", 1, tool)]), &[], &known).remove(0);
        assert_eq!(tool.0, "/opt/x (205 kB: the bytes of /app/packages/bin/ruff)");
    }
}
